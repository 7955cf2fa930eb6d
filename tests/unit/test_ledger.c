/* Tests of sipworker/store/ledger: engines and stores that die. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/log.h"
#include "lib/core/callrec.h"
#include "sipworker/store/journal_reader.h"
#include "sipworker/store/ledger.h"
#include "tests/support/fail_alloc.h"
#include "tests/support/folder.h"

#define WALL_US INT64_C(1790000000000000)

static struct ledger *open_ledger(int dir)
{
	struct ledger *l;

	assert_int_equal(ledger_open(&l, dir, 4, NULL, NULL), ERR_OK);
	return l;
}

static enum err append(struct ledger *l, uint64_t number, uint8_t call,
    enum callrec_kind kind, uint32_t seq)
{
	enum err e;

	struct callrec r = { .head = { .kind = kind,
				 .call = { { call } },
				 .company = { { 9 } },
				 .seq = seq,
				 .at_us = seq * 1000 } };
	struct buf b;

	if (kind == CALLREC_OPENED) {
		r.u.opened.wall_us = WALL_US;
		r.u.opened.dialled = SLICE("+14155550111");
	}
	if (kind == CALLREC_EVENT)
		r.u.event.what = CALLREC_EV_REC_START;
	buf_init(&b, CALLREC_BYTES_MAX);
	callrec_encode(&r, &b);
	assert_int_equal(buf_err(&b), ERR_OK);
	e = ledger_append(l, number, buf_slice(&b));
	buf_fini(&b);
	return e;
}

static void say(struct ledger *l, uint64_t number, uint8_t call,
    enum callrec_kind kind, uint32_t seq)
{
	assert_int_equal(append(l, number, call, kind, seq), ERR_OK);
}

static uint64_t commit(struct ledger *l)
{
	uint64_t number = 0;

	assert_int_equal(ledger_commit(l, &number), ERR_OK);
	return number;
}

struct closing {
	unsigned int count;
	struct callrec last;
	char name[128];
	unsigned int calls; /* call records of all kinds */
};

/* What a reader finds. */
static struct closing read_all(int dir, const struct ledger *l)
{
	struct closing c = { 0 };
	struct journal_reader *r;
	struct journal_record rec;

	assert_int_equal(journal_reader_open(&r, dir, 1), ERR_OK);
	while (journal_reader_next(r, ledger_durable(l), &rec) == ERR_OK) {
		struct ledger_entry e;
		struct callrec cr;

		assert_int_equal(ledger_entry_parse(rec.payload, &e), ERR_OK);
		if (e.kind != LEDGER_CALL)
			continue;
		c.calls++;
		assert_int_equal(callrec_decode(e.callrec, &cr), ERR_OK);
		if (cr.head.kind != CALLREC_CLOSED)
			continue;
		c.count++;
		c.last = cr;
		assert_true(slice_to_cstr(cr.u.closed.rec_name, c.name,
		    sizeof(c.name)));
	}
	journal_reader_close(r);
	return c;
}

static void test_twice(void **state)
{
	const int dir = folder_new();
	struct ledger *l = open_ledger(dir);

	(void)state;
	assert_int_equal(ledger_hello(l, 77), ERR_OK);
	say(l, 1, 1, CALLREC_OPENED, 0);
	say(l, 2, 1, CALLREC_EVENT, 1);
	assert_int_equal(commit(l), 2);
	ledger_close(l); /* the store dies before it could say so */
	l = open_ledger(dir);
	assert_int_equal(ledger_hello(l, 77), ERR_OK);
	assert_int_equal(ledger_abandoned(l), 0);
	say(l, 1, 1, CALLREC_OPENED, 0);
	say(l, 2, 1, CALLREC_EVENT, 1);
	say(l, 3, 1, CALLREC_CLOSED, 2);
	assert_int_equal(commit(l), 3);
	assert_int_equal(read_all(dir, l).calls, 3);
	ledger_close(l);
	(void)close(dir);
}

static void test_engine_dies(void **state)
{
	struct ledger_recording rec = { .bytes = 100, .samples = 21 };
	const int dir = folder_new();
	struct ledger *l = open_ledger(dir);
	struct call_id id = { { 2 } };
	char text[ID_TEXT_MAX], name[100];
	struct closing c;

	(void)state;
	assert_int_equal(ledger_hello(l, 1), ERR_OK);
	say(l, 1, 1, CALLREC_OPENED, 0);
	say(l, 2, 2, CALLREC_OPENED, 0);
	say(l, 3, 1, CALLREC_CLOSED, 1);
	say(l, 4, 2, CALLREC_EVENT, 1);
	ledger_engine_died(l);
	assert_int_equal(ledger_abandoned(l), 1);
	/* A new one begins before the old one's calls are closed. */
	assert_int_equal(ledger_hello(l, 2), ERR_OK);
	say(l, 1, 3, CALLREC_OPENED, 0);
	id_text(ID_KIND_call, id.v, text);
	(void)snprintf(name, sizeof(name), "com_x/2026-11-20/%s.wav", text);
	rec.name = slice_from(name);
	assert_int_equal(ledger_recorded(l, &rec), ERR_OK);
	assert_int_equal(ledger_interrupt(l, WALL_US + RT_SEC_US), ERR_OK);
	assert_int_equal(ledger_abandoned(l), 0);
	assert_int_equal(commit(l), 1);
	c = read_all(dir, l);
	assert_int_equal(c.count, 2);
	assert_int_equal(c.last.head.call.v[0], 2);
	assert_int_equal(c.last.head.seq, 3); /* after the caller's leg */
	assert_int_equal(c.last.u.closed.result, CALLRESULT_INTERRUPTED);
	assert_int_equal(c.last.u.closed.recording, CALLREC_REC_DONE);
	assert_int_equal(c.last.u.closed.rec_samples, 21);
	assert_int_equal(c.last.u.closed.rec_start_us, 1000);
	assert_string_equal(c.name, name);
	ledger_close(l);
	/* After a restart only the living engine's call is open. */
	l = open_ledger(dir);
	assert_int_equal(ledger_hello(l, 2), ERR_OK);
	assert_int_equal(ledger_abandoned(l), 0);
	ledger_engine_died(l);
	assert_int_equal(ledger_abandoned(l), 1);
	ledger_close(l);
	(void)close(dir);
}

/* Everything dies at once, twice over. */
static void test_all_die(void **state)
{
	const int dir = folder_new();
	struct ledger *l = open_ledger(dir);

	(void)state;
	assert_int_equal(ledger_hello(l, 1), ERR_OK);
	say(l, 1, 1, CALLREC_OPENED, 0);
	(void)commit(l);
	ledger_close(l);
	l = open_ledger(dir);
	assert_int_equal(ledger_hello(l, 2), ERR_OK);
	say(l, 1, 2, CALLREC_OPENED, 0);
	(void)commit(l); /* and dies before it closed the first */
	ledger_close(l);
	l = open_ledger(dir);
	assert_int_equal(ledger_hello(l, 3), ERR_OK);
	assert_int_equal(ledger_abandoned(l), 2);
	assert_int_equal(ledger_interrupt(l, WALL_US + RT_SEC_US), ERR_OK);
	(void)commit(l);
	assert_int_equal(read_all(dir, l).count, 2);
	ledger_close(l);
	l = open_ledger(dir);
	assert_int_equal(ledger_hello(l, 4), ERR_OK);
	assert_int_equal(ledger_abandoned(l), 0);
	ledger_close(l);
	(void)close(dir);
}

static void test_refuses(void **state)
{
	const int dir = folder_new();
	struct ledger *l = open_ledger(dir);
	struct ledger_entry e;

	(void)state;
	assert_int_equal(ledger_hello(l, 1), ERR_OK);
	assert_int_equal(ledger_append(l, 1, SLICE("nonsense")), ERR_SYNTAX);
	assert_int_equal(ledger_entry_parse(SLICE(""), &e), ERR_SYNTAX);
	assert_int_equal(ledger_entry_parse(SLICE("Q"), &e), ERR_SYNTAX);
	assert_int_equal(ledger_entry_parse(SLICE("E123"), &e), ERR_SYNTAX);
	assert_int_equal(ledger_entry_parse(SLICE("R\0\200"), &e), ERR_SYNTAX);
	ledger_close(l);
	(void)close(dir);
}

/* Nothing is acknowledged behind what is missing: the engine would let go of
 * it. It is asked for once, and what it does not have is not waited for. */
static void test_missing(void **state)
{
	const int dir = folder_new();
	struct ledger *l = open_ledger(dir);

	(void)state;
	assert_int_equal(ledger_hello(l, 1), ERR_OK);
	say(l, 1, 1, CALLREC_OPENED, 0);
	assert_int_equal(append(l, 3, 1, CALLREC_CLOSED, 2), ERR_BUSY);
	assert_false(ledger_wants_again(l)); /* something waits for the disk */
	assert_int_equal(commit(l), 1);
	assert_true(ledger_wants_again(l));
	assert_false(ledger_wants_again(l));
	assert_int_equal(ledger_hello(l, 1), ERR_OK);
	say(l, 2, 1, CALLREC_EVENT, 1);
	say(l, 3, 1, CALLREC_CLOSED, 2);
	assert_int_equal(commit(l), 3);
	assert_false(ledger_wants_again(l));
	/* What is no record is passed over. */
	assert_int_equal(ledger_append(l, 4, SLICE("nonsense")), ERR_SYNTAX);
	say(l, 5, 2, CALLREC_OPENED, 0);
	/* The engine has lost 6. */
	assert_int_equal(append(l, 7, 2, CALLREC_CLOSED, 2), ERR_BUSY);
	assert_int_equal(commit(l), 5);
	assert_true(ledger_wants_again(l));
	assert_int_equal(ledger_hello(l, 1), ERR_OK);
	say(l, 7, 2, CALLREC_CLOSED, 2);
	assert_int_equal(commit(l), 7);
	ledger_engine_died(l);
	assert_int_equal(ledger_abandoned(l), 0);
	ledger_close(l);
	(void)close(dir);
}

/* Without memory it does not open; with it, what was there is there. */
static void test_no_memory(void **state)
{
	const int dir = folder_new();
	struct ledger *l = open_ledger(dir);
	bool hit = true;

	(void)state;
	assert_int_equal(ledger_hello(l, 7), ERR_OK);
	say(l, 1, 1, CALLREC_OPENED, 0);
	(void)commit(l);
	ledger_close(l);
	for (unsigned int n = 0; hit; n++) {
		enum err e;

		l = NULL;
		fail_alloc_after(n);
		e = ledger_open(&l, dir, 4, NULL, NULL);
		hit = fail_alloc_end();
		if ((e == ERR_OK) == hit)
			fail_msg("allocation %u: %s", n, err_name(e));
		if (e == ERR_OK)
			assert_int_equal(read_all(dir, l).calls, 1);
		ledger_close(l);
	}
	(void)close(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_engine_dies),
		cmocka_unit_test(test_all_die),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_no_memory),
	};

	log_open("test", STDERR_FILENO, LOG_ERROR);
	return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
