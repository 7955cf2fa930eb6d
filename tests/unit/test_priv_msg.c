/* Tests of sipworker/priv: messages, channels, the ring. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "sipworker/priv/chan.h"
#include "sipworker/priv/ring.h"
#include "tests/support/fail_alloc.h"
#include "tests/support/lines.h"

/* One of each kind, with every field set. */
static struct msg sample(enum msg_kind kind)
{
	struct msg m = { .kind = kind };

	switch (kind) {
	case MSG_PEER:
		m.u.peer = MSG_STORE;
		break;
	case MSG_HELLO:
	case MSG_DURABLE:
	case MSG_REC_SYNC:
		m.u.seq = UINT64_C(0x0102030405060708);
		break;
	case MSG_APPEND:
		m.u.append.seq = 7;
		m.u.append.record = SLICE("a record");
		break;
	case MSG_LOOKUP:
		m.u.lookup = (struct msg_lookup){ .ticket = 9,
			.call = { { 1 } },
			.company = { { 2 } },
			.number = { { 3 } },
			.at_us = -5,
			.caller = SLICE("+12125550100") };
		break;
	case MSG_ASK:
		m.u.ask.ticket = 77;
		m.u.ask.call.v[3] = 9;
		m.u.ask.company.v[0] = 1;
		m.u.ask.question = SLICE("any bytes, \0 as well");
		break;
	case MSG_REPLY:
		m.u.reply = (struct msg_reply){ 77, { ASK_FULL, UINT64_MAX } };
		break;
	case MSG_FACTS:
		m.u.facts = (struct msg_facts){ .ticket = 9,
			.found = true,
			.facts = { .known_caller = true,
			    .has_outcome = true,
			    .last_outcome = CALLRESULT_MISSED,
			    .answered = { { 5 } },
			    .visit = { { 4 } },
			    .channel = "paid search",
			    .source = "google",
			    .medium = "cpc",
			    .campaign = "spring",
			    .keyword = "plumber",
			    .landing = "/offers",
			    .referrer = "www.google.com",
			    .click = "gclid",
			    .tags = "vip,quote",
			    .lists = "staff" } };
		break;
	case MSG_SNAPSHOT:
		m.u.snapshot.version = 3;
		m.u.snapshot.snap_bytes = 4096;
		m.u.snapshot.prompt_bytes = 100;
		break;
	case MSG_REC_START:
		m.u.rec_start = (struct msg_rec_start){ .call = { { 5 } },
			.key = 77,
			.anchor_mono_us = 123456,
			.name = SLICE("com/2026-11-20/cal.wav") };
		break;
	case MSG_REC_STOP:
		m.u.rec_stop = (struct msg_rec_stop){ { { 5 } }, 77, 99, true };
		break;
	case MSG_REC_RESULT:
		m.u.rec_result = (struct msg_rec_result){ .call = { { 5 } },
			.failed = true,
			.bytes = 10,
			.samples = 11,
			.sha256 = { 1, 2, 3 } };
		break;
	case MSG_REC_ORPHAN:
		m.u.rec_orphan =
		    (struct msg_rec_orphan){ .name = SLICE(
						 "com/2026-11-20/cal.wav"),
			    .bytes = 10,
			    .samples = 11,
			    .sha256 = { 1, 2, 3 } };
		break;
	case MSG_DRAIN:
	case MSG_STOP:
	case MSG_READY:
	case MSG_IDLE:
	case MSG_AGAIN:
	case MSG_REC_ORPHANS_END:
	case MSG_KIND_COUNT:
		break;
	}
	return m;
}

/* Who says it to whom: the first pair that may. */
static void pair_of(enum msg_kind kind, enum msg_role *from, enum msg_role *to)
{
	for (int f = 0; f < MSG_ROLE_COUNT; f++)
		for (int t = 0; t < MSG_ROLE_COUNT; t++)
			if (msg_allowed(kind, (enum msg_role)f,
				(enum msg_role)t)) {
				*from = (enum msg_role)f;
				*to = (enum msg_role)t;
				return;
			}
	fail_msg("nobody may say %s", msg_name(kind));
}

static void test_round_trip(void **state)
{
	(void)state;
	for (int k = 0; k < MSG_KIND_COUNT; k++) {
		const struct msg m = sample((enum msg_kind)k);
		static char one[MSG_BYTES_MAX], two[MSG_BYTES_MAX];
		struct buf a, b;
		struct msg got;

		buf_over(&a, one, sizeof(one));
		msg_encode(&m, &a);
		assert_int_equal(buf_err(&a), ERR_OK);
		assert_int_equal(msg_decode(buf_slice(&a), &got), ERR_OK);
		buf_over(&b, two, sizeof(two));
		msg_encode(&got, &b);
		assert_int_equal(a.n, b.n);
		assert_memory_equal(one, two, a.n);
		/* Every cut and one byte more are refused. */
		for (size_t n = 0; n < a.n; n++)
			assert_int_equal(msg_decode(slice_of(one, n), &got),
			    ERR_SYNTAX);
		one[a.n] = 0;
		assert_int_equal(msg_decode(slice_of(one, a.n + 1), &got),
		    ERR_SYNTAX);
	}
}

/* What the fuzz target begins with: one of each kind as it is now, or it looks
 * for faults among messages that nobody says any more. */
static void test_corpus(void **state)
{
	(void)state;
	for (int k = 0; k < MSG_KIND_COUNT; k++) {
		const struct msg m = sample((enum msg_kind)k);
		static char want[MSG_BYTES_MAX], got[MSG_BYTES_MAX + 1];
		char path[96];
		struct buf b;
		size_t n = 0;
		FILE *f;

		buf_over(&b, want, sizeof(want));
		msg_encode(&m, &b);
		(void)snprintf(path, sizeof(path), "tests/fuzz/corpus/chan/%s",
		    msg_name(m.kind));
		if ((f = fopen(path, "rb")) != NULL) {
			n = fread(got, 1, sizeof(got), f);
			(void)fclose(f);
		}
		if (n == b.n && memcmp(got, want, n) == 0)
			continue;
		for (size_t i = 0; i < b.n; i++)
			print_error("%02x", (unsigned char)want[i]);
		fail_msg(" would be %s: write it by xxd -r -p", path);
	}
}

static void test_rights(void **state)
{
	(void)state;
	/* The rows that protect something. */
	assert_false(msg_allowed(MSG_SNAPSHOT, MSG_RECORDER, MSG_ENGINE));
	assert_false(msg_allowed(MSG_APPEND, MSG_RECORDER, MSG_STORE));
	assert_false(msg_allowed(MSG_STOP, MSG_ENGINE, MSG_STORE));
	assert_false(msg_allowed(MSG_PEER, MSG_ENGINE, MSG_PARENT));
	assert_false(msg_allowed(MSG_REC_START, MSG_STORE, MSG_RECORDER));
	assert_true(msg_allowed(MSG_REC_START, MSG_ENGINE, MSG_RECORDER));
}

static void test_chan(void **state)
{
	(void)state;
	for (int k = 0; k < MSG_KIND_COUNT; k++) {
		const struct msg m = sample((enum msg_kind)k);
		enum msg_role from = MSG_PARENT, to = MSG_PARENT;
		int ends[2], fds[MSG_FDS_MAX];
		struct chan *a, *b;
		struct chan_in in;

		pair_of((enum msg_kind)k, &from, &to);
		assert_int_equal(chan_pair(ends), ERR_OK);
		assert_int_equal(chan_new(&a, ends[0], from, to), ERR_OK);
		assert_int_equal(chan_new(&b, ends[1], to, from), ERR_OK);
		assert_int_equal(chan_recv(b, &in), ERR_NOTFOUND);
		for (size_t i = 0; i < MSG_FDS_MAX; i++)
			fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
		assert_int_equal(chan_send(a, &m, fds), ERR_OK);
		for (size_t i = 0; i < MSG_FDS_MAX; i++)
			(void)close(fds[i]);
		assert_int_equal(chan_recv(b, &in), ERR_OK);
		assert_int_equal(in.msg.kind, k);
		for (size_t i = 0; i < MSG_FDS_MAX; i++) {
			const bool there = i < msg_fds((enum msg_kind)k);

			assert_int_equal(in.fds[i] != -1, there);
			if (there)
				assert_int_equal(close(in.fds[i]), 0);
		}
		chan_free(a);
		assert_int_equal(chan_recv(b, &in), ERR_CLOSED);
		chan_free(b);
	}
}

/* What a broken or hostile peer may try. */
static void test_chan_bad(void **state)
{
	static char ready[16], junk[MSG_BYTES_MAX + 100];
	const struct msg m = { .kind = MSG_STOP };
	struct buf b;

	(void)state;
	buf_over(&b, ready, sizeof(ready));
	msg_encode(&m, &b);
	memset(junk, 'x', sizeof(junk));
	for (int i = 0; i < 4; i++) {
		struct chan_in in;
		struct chan *c;
		int ends[2];

		assert_int_equal(chan_pair(ends), ERR_OK);
		/* The engine hears from the store. */
		assert_int_equal(chan_new(&c, ends[1], MSG_ENGINE, MSG_STORE),
		    ERR_OK);
		if (i == 0) /* only the parent says "stop" */
			assert_true(send(ends[0], b.p, b.n, 0) > 0);
		if (i == 1)
			assert_true(send(ends[0], junk, 40, 0) > 0);
		if (i == 2) /* longer than any message */
			assert_true(send(ends[0], junk, sizeof(junk), 0) > 0);
		if (i == 3)
			assert_true(send(ends[0], junk, 1, 0) > 0);
		assert_int_equal(chan_recv(c, &in), ERR_SYNTAX);
		chan_free(c);
		(void)close(ends[0]);
	}
}

/* A peer that does not read costs a queue, then nothing is taken, and all
 * that was taken comes in order. */
static void test_chan_queue(void **state)
{
	static char record[MSG_RECORD_MAX];
	struct msg m = { .kind = MSG_APPEND };
	uint64_t sent = 0, got = 0;
	struct chan *a, *b;
	struct chan_in in;
	int ends[2];
	enum err e;

	(void)state;
	assert_int_equal(chan_pair(ends), ERR_OK);
	assert_int_equal(chan_new(&a, ends[0], MSG_ENGINE, MSG_STORE), ERR_OK);
	assert_int_equal(chan_new(&b, ends[1], MSG_STORE, MSG_ENGINE), ERR_OK);
	do {
		m.u.append.seq = ++sent;
		m.u.append.record = slice_of(record, sizeof(record));
		e = chan_send(a, &m, NULL);
	} while (e == ERR_OK);
	assert_int_equal(e, ERR_BUSY);
	assert_true(chan_waiting(a));
	sent--;
	while (got < sent) {
		while ((e = chan_recv(b, &in)) == ERR_OK)
			assert_int_equal(in.msg.u.append.seq, ++got);
		assert_int_equal(e, ERR_NOTFOUND);
		assert_int_equal(chan_flush(a), ERR_OK);
	}
	assert_false(chan_waiting(a));
	chan_free(a);
	chan_free(b);
}

/* Without memory there is no channel, and no place for what waits; nothing is
 * lost of what was taken. */
static void test_chan_no_memory(void **state)
{
	static char record[MSG_RECORD_MAX];
	struct msg m = { .kind = MSG_APPEND };
	struct chan *a = NULL, *b;
	struct chan_in in;
	uint64_t got = 0;
	int ends[2];
	enum err e;

	(void)state;
	assert_int_equal(chan_pair(ends), ERR_OK);
	fail_alloc_after(0);
	e = chan_new(&a, ends[0], MSG_ENGINE, MSG_STORE);
	assert_true(fail_alloc_end());
	assert_int_equal(e, ERR_NOMEM);
	assert_int_equal(recv(ends[1], record, 1, 0), 0); /* it was closed */
	(void)close(ends[1]);

	assert_int_equal(chan_pair(ends), ERR_OK);
	assert_int_equal(chan_new(&a, ends[0], MSG_ENGINE, MSG_STORE), ERR_OK);
	assert_int_equal(chan_new(&b, ends[1], MSG_STORE, MSG_ENGINE), ERR_OK);
	m.u.append.record = slice_of(record, sizeof(record));
	fail_alloc_after(0);
	do {
		m.u.append.seq++;
		e = chan_send(a, &m, NULL);
	} while (e == ERR_OK);
	assert_true(fail_alloc_end());
	assert_int_equal(e, ERR_BUSY);
	assert_false(chan_waiting(a));
	while (chan_recv(b, &in) == ERR_OK)
		assert_int_equal(in.msg.u.append.seq, ++got);
	assert_int_equal(got, m.u.append.seq - 1);
	assert_int_equal(chan_send(a, &m, NULL), ERR_OK);
	chan_free(a);
	chan_free(b);
}

/* --- ring ------------------------------------------------------------------*/

static void test_ring(void **state)
{
	void *mem = lines_new(ring_bytes(2, 1));
	struct ring in, out, again;
	uint8_t ulaw[RING_PAYLOAD_MAX];
	struct ring_frame f;
	const uint8_t *p;
	uint32_t put = 0, got = 0;
	bool bad;

	(void)state;
	ring_attach(&in, mem, 1, 1);
	ring_attach(&out, mem, 1, 1);
	for (uint32_t round = 0; round < 5000; round++) {
		const uint16_t n = (uint16_t)(80 + round * 37 % 400);
		const struct ring_frame w = { round, 1, 2, 3, n, 1,
			(int64_t)round * 10000 };

		memset(ulaw, (int)(round & 0xff), n);
		if (!ring_put(&in, &w, ulaw))
			break;
		put++;
		if (!ring_get(&out, &f, &p, &bad))
			fail_msg("round %u", round);
		assert_int_equal(f.key, round);
		assert_int_equal(f.n, n);
		assert_int_equal(p[0], round & 0xff);
		assert_int_equal(p[n - 1], round & 0xff);
		got++;
		ring_release(&out, f.arrived_us + RING_KEEP_US - 300000);
	}
	assert_int_equal(put, 5000);
	/* The last 300 ms stay for a consumer that comes after this one. */
	ring_attach(&again, mem, 1, 1);
	for (got = 0; ring_get(&again, &f, &p, &bad); got++)
		assert_int_equal(f.key, 4970 + got);
	assert_int_equal(got, 30);
	assert_false(bad);
	/* Full: counted, and nothing is overwritten. */
	while (ring_put(&in, &f, ulaw))
		;
	assert_int_equal(ring_lost(&in), 1);
	/* All that was not given back can be read again. */
	ring_rewind(&again);
	assert_true(ring_get(&again, &f, &p, &bad));
	assert_int_equal(f.key, 4970);
	ring_release(&again, f.arrived_us + RING_KEEP_US);
	ring_rewind(&again);
	assert_true(ring_get(&again, &f, &p, &bad));
	assert_int_equal(f.key, 4971);
	free(mem);
}

/* The consumer survives whatever the producer writes. */
static void test_ring_damage(void **state)
{
	const size_t n = ring_bytes(1, 1);
	uint8_t *mem = lines_new(n);
	struct ring in, out;
	struct ring_frame f = { .n = 160 };
	uint8_t ulaw[160] = { 0 };
	const uint8_t *p;
	bool bad;

	(void)state;
	ring_attach(&in, mem, 0, 1);
	for (int i = 0; i < 50; i++)
		assert_true(ring_put(&in, &f, ulaw));
	for (size_t at = 128; at < 3000; at++) {
		const uint8_t before = mem[at];

		mem[at] = 0xfe;
		ring_attach(&out, mem, 0, 1);
		while (ring_get(&out, &f, &p, &bad))
			assert_true(f.n <= RING_PAYLOAD_MAX && p >= mem &&
				    p + f.n <= mem + n);
		mem[at] = before;
	}
	free(mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_corpus),
		cmocka_unit_test(test_rights),
		cmocka_unit_test(test_chan),
		cmocka_unit_test(test_chan_bad),
		cmocka_unit_test(test_chan_queue),
		cmocka_unit_test(test_chan_no_memory),
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_ring_damage),
	};

	log_open("test", STDERR_FILENO, LOG_ERROR);
	return cmocka_run_group_tests_name("priv", tests, NULL, NULL);
}
