/* Tests of lib/core/callrec and lib/core/callresult. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/core/callrec.h"

static void fill(struct callrec *r, enum callrec_kind kind)
{
	memset(r, 0, sizeof(*r));
	r->head.kind = kind;
	memset(r->head.call.v, 7, ID_BYTES);
	memset(r->head.company.v, 9, ID_BYTES);
	r->head.seq = 3;
	r->head.at_us = 123456789;
}

static const struct callrec_opened opened = {
	.wall_us = INT64_C(1795000000000001),
	.number = { { 1 } },
	.trunk = { { 2 } },
	.flow = { { 3 } },
	.flow_version = 4,
	.record = FLOW_RECORD_NOTICE,
	.source_ip = 0x7f000001,
	.source_port = 5070,
	.anonymous = true,
	.dialled = SLICE_INIT("+13035550100"),
	.caller = SLICE_INIT("+17205550001"),
	.caller_raw = SLICE_INIT("sip:7205550001@x"),
	.display_name = SLICE_INIT("B\xc3\xb6rge \"x\""),
	.asserted = SLICE_INIT("<sip:+17205550001@x>"),
	.privacy = SLICE_INIT("id"),
	.attestation = SLICE_INIT("A"),
	.sip_call_id = SLICE_INIT("abc@1"),
	.user_agent = SLICE_INIT("SBC"),
};

static const struct callrec_leg leg = {
	.number = 2,
	.destination = { { 5 } },
	.trunk = { { 6 } },
	.invited_us = 1,
	.ringing_us = CALLREC_NEVER,
	.early_media_us = 2,
	.answered_us = 3,
	.ended_us = INT64_MAX,
	.sip_code = 486,
	.q850 = 17,
	.ended_by = CALLREC_BY_CALLED,
	.media = { 1, 2, 3, UINT64_MAX, 5, 6, 8 },
	.target = SLICE_INIT("+13035559000"),
	.reason = SLICE_INIT("Busy Here"),
	.sip_call_id = SLICE_INIT("def@2"),
};

static const struct callrec_event event = {
	.what = CALLREC_EV_AUTH,
	.leg = 1,
	.step = FLOW_END,
	.branch = FLOW_TRACE_ENTER,
	.value = -5,
	.text = SLICE_INIT("x"),
};

static const struct callrec_closed closed = {
	.result = CALLRESULT_VOICEMAIL,
	.ended_by = CALLREC_BY_FLOW,
	.sip_code = 200,
	.q850 = 16,
	.lookup_late = true,
	.answered_us = 10,
	.bridged_us = 11,
	.ring_us = 12,
	.talk_us = 13,
	.ended_us = 14,
	.answered_leg = 1,
	.flow_version = 5,
	.flow = { { 8 } },
	.recording = CALLREC_REC_DONE,
	.rec_start_us = 15,
	.rec_bytes = 16,
	.rec_samples = 17,
	.rec_sha256 = { 1, 2, 3 },
	.rec_name = SLICE_INIT("com/2026-11-20/cal.wav"),
	.notice_ended_us = 18,
	.notice_version = 3,
	.notice_key = SLICE_INIT("notice.en"),
	.reason = SLICE_INIT("the caller hung up"),
};

static void fill_all(struct callrec r[4])
{
	fill(&r[0], CALLREC_OPENED);
	r[0].u.opened = opened;
	fill(&r[1], CALLREC_LEG);
	r[1].u.leg = leg;
	fill(&r[2], CALLREC_EVENT);
	r[2].u.event = event;
	fill(&r[3], CALLREC_CLOSED);
	r[3].u.closed = closed;
}

/* What was read is written again: the bytes must be the same. */
static void test_round_trip(void **state)
{
	struct callrec r[4], got;

	(void)state;
	fill_all(r);
	for (size_t i = 0; i < RT_ARRAY_LEN(r); i++) {
		struct buf a, b;

		buf_init(&a, CALLREC_BYTES_MAX);
		buf_init(&b, CALLREC_BYTES_MAX);
		callrec_encode(&r[i], &a);
		assert_int_equal(callrec_decode(buf_slice(&a), &got), ERR_OK);
		assert_int_equal(got.head.kind, r[i].head.kind);
		assert_int_equal(got.head.seq, 3);
		callrec_encode(&got, &b);
		assert_true(slice_eq(buf_slice(&a), buf_slice(&b)));
		buf_fini(&a);
		buf_fini(&b);
	}
}

static void test_fields(void **state)
{
	struct callrec r[4], got;
	struct buf b;

	(void)state;
	fill_all(r);
	buf_init(&b, CALLREC_BYTES_MAX);
	callrec_encode(&r[0], &b);
	assert_int_equal(callrec_decode(buf_slice(&b), &got), ERR_OK);
	assert_int_equal(got.u.opened.record, FLOW_RECORD_NOTICE);
	assert_true(got.u.opened.anonymous);
	assert_int_equal(got.u.opened.source_port, 5070);
	assert_true(slice_eq(got.u.opened.user_agent, SLICE("SBC")));
	buf_reset(&b);
	callrec_encode(&r[1], &b);
	assert_int_equal(callrec_decode(buf_slice(&b), &got), ERR_OK);
	assert_int_equal(got.u.leg.ringing_us, CALLREC_NEVER);
	assert_int_equal(got.u.leg.ended_us, INT64_MAX);
	assert_true(got.u.leg.media.dropped == UINT64_MAX);
	buf_reset(&b);
	callrec_encode(&r[3], &b);
	assert_int_equal(callrec_decode(buf_slice(&b), &got), ERR_OK);
	assert_int_equal(got.u.closed.recording, CALLREC_REC_DONE);
	assert_int_equal(got.u.closed.rec_sha256[2], 3);
	assert_true(slice_eq(got.u.closed.notice_key, SLICE("notice.en")));
	buf_fini(&b);
}

/* Every shorter text, every longer one, and every byte that is an enum. */
static void test_broken(void **state)
{
	struct callrec r[4], got;

	(void)state;
	fill_all(r);
	for (size_t i = 0; i < RT_ARRAY_LEN(r); i++) {
		struct buf b;

		buf_init(&b, CALLREC_BYTES_MAX);
		callrec_encode(&r[i], &b);
		for (size_t n = 0; n < b.n; n++)
			assert_int_not_equal(
			    callrec_decode(slice_head(buf_slice(&b), n), &got),
			    ERR_OK);
		buf_char(&b, 'x');
		assert_int_equal(callrec_decode(buf_slice(&b), &got),
		    ERR_SYNTAX);
		b.n--;
		b.p[1] = 9;
		assert_int_equal(callrec_decode(buf_slice(&b), &got),
		    ERR_SYNTAX);
		b.p[0] = CALLREC_VERSION + 1;
		assert_int_equal(callrec_decode(buf_slice(&b), &got),
		    ERR_UNSUPPORTED);
		buf_fini(&b);
	}
}

/* A journal of before, whose attempts do not say which destination: in one, the
 * texts are the last. */
static void test_first_version(void **state)
{
	struct callrec r, got;
	struct buf b;

	(void)state;
	buf_init(&b, CALLREC_BYTES_MAX);
	fill(&r, CALLREC_EVENT);
	r.u.event = (struct callrec_event){ .what = CALLREC_EV_DIAL,
		.leg = 3,
		.text = SLICE("+12125550199"),
		.destination = { { 7 } },
		.trunk = { { 8 } } };
	callrec_encode(&r, &b);
	assert_int_equal(callrec_decode(buf_slice(&b), &got), ERR_OK);
	assert_int_equal(got.u.event.destination.v[0], 7);
	assert_int_equal(got.u.event.trunk.v[0], 8);
	b.n -= (size_t)2 * ID_BYTES;
	b.p[0] = 1;
	assert_int_equal(callrec_decode(buf_slice(&b), &got), ERR_OK);
	assert_true(slice_eq_cstr(got.u.event.text, "+12125550199"));
	assert_true(id_is_nil(got.u.event.destination.v));
	b.p[0] = 2; /* a new one must say it */
	assert_int_equal(callrec_decode(buf_slice(&b), &got), ERR_SYNTAX);
	b.p[0] = 0;
	assert_int_equal(callrec_decode(buf_slice(&b), &got), ERR_UNSUPPORTED);
	buf_fini(&b);
}

static void test_enums(void **state)
{
	struct callrec r, got;
	struct buf b;

	(void)state;
	buf_init(&b, CALLREC_BYTES_MAX);
	fill(&r, CALLREC_CLOSED);
	r.u.closed = closed;
	for (unsigned int v = 0; v < 256; v++) {
		buf_reset(&b);
		callrec_encode(&r, &b);
		b.p[46] = (char)(uint8_t)v; /* head, then the result */
		assert_int_equal(callrec_decode(buf_slice(&b), &got),
		    v < CALLRESULT_COUNT ? ERR_OK : ERR_SYNTAX);
	}
	buf_fini(&b);
}

static void test_long_text(void **state)
{
	char text[400];
	struct callrec r, got;
	struct buf b;

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text + 254, "\xc3\xb6", 2); /* would be cut in two */
	fill(&r, CALLREC_EVENT);
	r.u.event = event;
	r.u.event.text = slice_of(text, sizeof(text));
	buf_init(&b, CALLREC_BYTES_MAX);
	callrec_encode(&r, &b);
	assert_int_equal(callrec_decode(buf_slice(&b), &got), ERR_OK);
	assert_int_equal(got.u.event.text.n, 254);
	buf_fini(&b);
}

static void test_interrupted(void **state)
{
	struct callrec first, got;

	(void)state;
	fill(&first, CALLREC_OPENED);
	first.u.opened = opened;
	callrec_interrupted(&first, 8, 5000, &got);
	assert_int_equal(got.head.kind, CALLREC_CLOSED);
	assert_int_equal(got.head.seq, 8);
	assert_int_equal(got.u.closed.result, CALLRESULT_INTERRUPTED);
	assert_int_equal(got.u.closed.ended_by, CALLREC_BY_CRASH);
	assert_int_equal(got.u.closed.ended_us, 5000);
	assert_int_equal(got.u.closed.bridged_us, CALLREC_NEVER);
	assert_int_equal(got.u.closed.flow_version, 4);
}

static const struct {
	const char *why;
	unsigned int facts;
	enum callresult want;
} results[] = {
	{ "nothing happened", 0, CALLRESULT_FAILED },
	{ "bridged", CALLRESULT_WAS_BRIDGED | CALLRESULT_DEST_RANG,
	    CALLRESULT_ANSWERED },
	{ "bridged and then cut by us",
	    CALLRESULT_WAS_BRIDGED | CALLRESULT_WAS_CUT,
	    CALLRESULT_INTERRUPTED },
	{ "rang, caller left", CALLRESULT_DEST_RANG | CALLRESULT_CALLER_LEFT,
	    CALLRESULT_MISSED },
	{ "left before anything rang", CALLRESULT_CALLER_LEFT,
	    CALLRESULT_ABANDONED },
	{ "busy", CALLRESULT_DEST_BUSY, CALLRESULT_MISSED },
	{ "message kept after ringing",
	    CALLRESULT_DEST_RANG | CALLRESULT_WAS_MESSAGE,
	    CALLRESULT_VOICEMAIL },
	{ "blocked", CALLRESULT_WAS_BLOCKED | CALLRESULT_CALLER_LEFT,
	    CALLRESULT_BLOCKED },
	{ "only a message was played", CALLRESULT_FLOW_FINISHED,
	    CALLRESULT_MISSED },
};

static void test_results(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(results); i++)
		if (callresult_of(results[i].facts) != results[i].want)
			fail_msg("%s: %s", results[i].why,
			    callresult_name(callresult_of(results[i].facts)));
	/* Every combination has a result; a bridge is never lost. */
	for (unsigned int f = 0; f < 256; f++) {
		const enum callresult r = callresult_of(f);

		assert_true((size_t)r < CALLRESULT_COUNT);
		if ((f & CALLRESULT_WAS_BRIDGED) != 0)
			assert_true(r == CALLRESULT_ANSWERED ||
				    r == CALLRESULT_INTERRUPTED);
	}
}

static void test_names(void **state)
{
	(void)state;
	for (int i = 0; i < CALLRESULT_COUNT; i++) {
		enum callresult r;

		assert_true(callresult_from_name(slice_from(callresult_name(
						     (enum callresult)i)),
		    &r));
		assert_int_equal(r, i);
	}
	for (int i = 0; i < CALLREC_EV_COUNT; i++)
		assert_non_null(callrec_event_name((enum callrec_event_what)i));
	for (int i = 0; i < CALLREC_BY_COUNT; i++)
		assert_non_null(callrec_by_name((enum callrec_by)i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_first_version),
		cmocka_unit_test(test_enums),
		cmocka_unit_test(test_long_text),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_results),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
