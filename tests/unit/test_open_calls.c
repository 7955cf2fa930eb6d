/* Tests of sipworker/store/open_calls. */
#include <string.h>

#include "lib/core/callrec.h"
#include "lib/core/recname.h"
#include "sipworker/store/open_calls.h"
#include "tests/support/cm.h"
#include "tests/support/fail_alloc.h"

#define WALL INT64_C(1795132800000000)

static struct callrec record(enum callrec_kind kind, uint8_t call, uint32_t seq,
    int64_t at_us)
{
	struct callrec r;

	memset(&r, 0, sizeof(r));
	r.head.kind = kind;
	memset(r.head.call.v, call, ID_BYTES);
	memset(r.head.company.v, 9, ID_BYTES);
	r.head.seq = seq;
	r.head.at_us = at_us;
	if (kind == CALLREC_OPENED) {
		r.u.opened.wall_us = WALL;
		r.u.opened.dialled = SLICE("+14155550101");
	}
	return r;
}

static enum err feed(struct open_calls *o, uint64_t journal_seq,
    enum callrec_kind kind, uint8_t call, uint32_t seq)
{
	const struct callrec r =
	    record(kind, call, seq, (int64_t)seq * RT_SEC_US);
	struct buf b;
	enum err e;

	buf_init(&b, CALLREC_BYTES_MAX);
	callrec_encode(&r, &b);
	assert_int_equal(buf_err(&b), ERR_OK);
	e = open_calls_add(o, journal_seq, buf_slice(&b));
	buf_fini(&b);
	return e;
}

static void test_life(void **state)
{
	struct open_calls *o;

	(void)state;
	assert_int_equal(open_calls_new(2, &o), ERR_OK);
	assert_true(open_calls_oldest(o) == UINT64_MAX);
	assert_int_equal(feed(o, 10, CALLREC_OPENED, 1, 0), ERR_OK);
	assert_int_equal(feed(o, 11, CALLREC_OPENED, 2, 0), ERR_OK);
	assert_int_equal(feed(o, 12, CALLREC_EVENT, 1, 1), ERR_OK);
	assert_int_equal(open_calls_count(o), 2);
	assert_true(open_calls_oldest(o) == 10);
	/* Read again after a restart: nothing doubles. */
	assert_int_equal(feed(o, 10, CALLREC_OPENED, 1, 0), ERR_OK);
	assert_int_equal(open_calls_count(o), 2);
	assert_int_equal(feed(o, 13, CALLREC_OPENED, 3, 0), ERR_BUSY);
	assert_int_equal(feed(o, 14, CALLREC_CLOSED, 1, 2), ERR_OK);
	assert_true(open_calls_oldest(o) == 11);
	assert_int_equal(feed(o, 15, CALLREC_EVENT, 1, 3), ERR_NOTFOUND);
	assert_int_equal(open_calls_add(o, 16, SLICE("no record")), ERR_SYNTAX);
	open_calls_free(o);
	open_calls_free(NULL);
}

static void test_interrupt(void **state)
{
	struct open_calls *o;
	struct call_id any;
	struct callrec r;
	struct buf b;

	(void)state;
	assert_int_equal(open_calls_new(4, &o), ERR_OK);
	assert_int_equal(feed(o, 1, CALLREC_OPENED, 7, 0), ERR_OK);
	assert_int_equal(feed(o, 2, CALLREC_EVENT, 7, 1), ERR_OK);
	buf_init(&b, CALLREC_BYTES_MAX);
	assert_true(open_calls_any(o, &any));
	assert_int_equal(any.v[0], 7);
	assert_int_equal(open_calls_interrupt(o, any, WALL + 5 * RT_SEC_US,
			     NULL, &b),
	    ERR_OK);
	assert_int_equal(callrec_decode(buf_slice(&b), &r), ERR_OK);
	assert_int_equal(r.head.kind, CALLREC_CLOSED);
	assert_int_equal(r.head.seq, 2);
	assert_int_equal(r.head.at_us, 5 * RT_SEC_US);
	assert_int_equal(r.u.closed.result, CALLRESULT_INTERRUPTED);
	assert_int_equal(r.u.closed.talk_us, 0);
	assert_int_equal(r.u.closed.answered_us, CALLREC_NEVER);
	assert_int_equal(r.u.closed.recording, CALLREC_REC_NONE);
	assert_int_equal(open_calls_add(o, 3, buf_slice(&b)), ERR_OK);
	assert_int_equal(open_calls_count(o), 0);
	buf_reset(&b);
	assert_int_equal(open_calls_interrupt(o, any, WALL, NULL, &b),
	    ERR_NOTFOUND);
	assert_false(open_calls_any(o, &any));
	/* A clock that was set back gives no time before the last record. */
	assert_int_equal(feed(o, 4, CALLREC_OPENED, 8, 0), ERR_OK);
	assert_int_equal(feed(o, 5, CALLREC_EVENT, 8, 3), ERR_OK);
	assert_true(open_calls_any(o, &any));
	assert_int_equal(open_calls_interrupt(o, any, WALL - RT_DAY_US, NULL,
			     &b),
	    ERR_OK);
	assert_int_equal(callrec_decode(buf_slice(&b), &r), ERR_OK);
	assert_int_equal(r.head.at_us, 3 * RT_SEC_US);
	buf_fini(&b);
	open_calls_free(o);
}

/* A recording was begun, and who knew what became of it died: it is looked for
 * by its name. */
static void test_interrupt_recording(void **state)
{
	struct callrec ev = record(CALLREC_EVENT, 7, 1, RT_SEC_US), r;
	char name[RECNAME_MAX + 1];
	struct open_calls *o;
	struct call_id any;
	struct buf b;

	(void)state;
	assert_int_equal(open_calls_new(2, &o), ERR_OK);
	assert_int_equal(feed(o, 1, CALLREC_OPENED, 7, 0), ERR_OK);
	ev.u.event.what = CALLREC_EV_REC_START;
	buf_init(&b, CALLREC_BYTES_MAX);
	callrec_encode(&ev, &b);
	assert_int_equal(open_calls_add(o, 2, buf_slice(&b)), ERR_OK);
	buf_reset(&b);
	assert_true(open_calls_any(o, &any));
	assert_int_equal(open_calls_interrupt(o, any, WALL + 5 * RT_SEC_US,
			     NULL, &b),
	    ERR_OK);
	assert_int_equal(callrec_decode(buf_slice(&b), &r), ERR_OK);
	assert_int_equal(r.u.closed.recording, CALLREC_REC_PENDING);
	assert_int_equal(r.u.closed.rec_start_us, RT_SEC_US);
	recname_make(ev.head.company, any, WALL, name);
	assert_true(slice_eq_cstr(r.u.closed.rec_name, name));
	buf_fini(&b);
	open_calls_free(o);
}

static void say(struct open_calls *o, uint32_t seq, const struct callrec *r)
{
	struct buf b;

	buf_init(&b, CALLREC_BYTES_MAX);
	callrec_encode(r, &b);
	assert_int_equal(open_calls_add(o, 100 + seq, buf_slice(&b)), ERR_OK);
	buf_fini(&b);
}

/* What the recorder found of it holds not a sample. */
static void test_interrupt_nothing(void **state)
{
	static const struct {
		const char *why;
		bool bridged;
		bool failed;
		enum callrec_recording want;
	} cases[] = {
		{ "refused after the notice", false, false, CALLREC_REC_NONE },
		{ "they talked: it is missed", true, false,
		    CALLREC_REC_FAILED },
		{ "the disk refused", false, true, CALLREC_REC_FAILED },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct callrec ev = record(CALLREC_EVENT, 7, 1, RT_SEC_US), r;
		struct open_calls_rec rec = { .name = SLICE("a/b/c.wav"),
			.failed = cases[i].failed };
		struct open_calls *o;
		struct call_id any;
		struct buf b;

		assert_int_equal(open_calls_new(2, &o), ERR_OK);
		assert_int_equal(feed(o, 1, CALLREC_OPENED, 7, 0), ERR_OK);
		ev.u.event.what = CALLREC_EV_REC_START;
		say(o, 1, &ev);
		ev.head.seq = 2;
		ev.u.event.what = CALLREC_EV_BRIDGED;
		if (cases[i].bridged)
			say(o, 2, &ev);
		buf_init(&b, CALLREC_BYTES_MAX);
		assert_true(open_calls_any(o, &any));
		assert_int_equal(open_calls_interrupt(o, any, WALL, &rec, &b),
		    ERR_OK);
		assert_int_equal(callrec_decode(buf_slice(&b), &r), ERR_OK);
		if (r.u.closed.recording != cases[i].want)
			fail_msg("%s: %d", cases[i].why,
			    (int)r.u.closed.recording);
		buf_fini(&b);
		open_calls_free(o);
	}
}

static void event(struct open_calls *o, uint32_t seq,
    enum callrec_event_what what, uint8_t leg, int64_t at_s)
{
	struct callrec r = record(CALLREC_EVENT, 5, seq, at_s * RT_SEC_US);

	r.u.event.what = what;
	r.u.event.leg = leg;
	r.u.event.step = FLOW_END;
	say(o, seq, &r);
}

/* Twice bridged: 4 to 10 s with leg 1, from 12 s on with leg 2. */
static void test_talk_time(void **state)
{
	static const struct {
		const char *why;
		int64_t gone_s; /* after the call was opened; 0: unseen */
		int64_t rec_s;  /* length of its recording, which began at 3 s;
				   0: none */
		int64_t ended_s;
		int64_t talk_s;
	} cases[] = {
		{ "nobody knows more than the records", 0, 0, 12, 6 },
		{ "the engine was seen to go", 20, 0, 20, 14 },
		{ "the recording knows", 0, 15, 18, 12 },
		{ "both, the recording longer", 17, 15, 18, 12 },
		{ "both, the recording shorter", 20, 1, 20, 14 },
		{ "the clock was set back", -500, 0, 12, 6 },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const int64_t gone_s = cases[i].gone_s;
		const struct open_calls_rec rec = { .name = SLICE("a/b/c.wav"),
			.samples = (uint64_t)cases[i].rec_s * 8000 };
		struct callrec leg = record(CALLREC_LEG, 5, 5, 10 * RT_SEC_US);
		struct open_calls *o;
		struct call_id any;
		struct callrec r;
		struct buf b;

		assert_int_equal(open_calls_new(4, &o), ERR_OK);
		assert_int_equal(feed(o, 1, CALLREC_OPENED, 5, 0), ERR_OK);
		event(o, 1, CALLREC_EV_ANSWERED, 0, 1);
		event(o, 2, CALLREC_EV_NOTICE, 0, 2);
		event(o, 3, CALLREC_EV_REC_START, 0, 3);
		event(o, 4, CALLREC_EV_BRIDGED, 1, 4);
		leg.u.leg.number = 1;
		say(o, 5, &leg);
		event(o, 6, CALLREC_EV_BRIDGED, 2, 12);
		assert_true(open_calls_any(o, &any));
		buf_init(&b, CALLREC_BYTES_MAX);
		assert_int_equal(open_calls_interrupt(o, any,
				     gone_s == 0 ? 0
						 : WALL + gone_s * RT_SEC_US,
				     cases[i].rec_s == 0 ? NULL : &rec, &b),
		    ERR_OK);
		assert_int_equal(callrec_decode(buf_slice(&b), &r), ERR_OK);
		if (r.u.closed.ended_us != cases[i].ended_s * RT_SEC_US ||
		    r.u.closed.talk_us != cases[i].talk_s * RT_SEC_US)
			fail_msg("%s: ended %lld talked %lld", cases[i].why,
			    (long long)r.u.closed.ended_us,
			    (long long)r.u.closed.talk_us);
		assert_int_equal(r.u.closed.answered_us, RT_SEC_US);
		assert_int_equal(r.u.closed.notice_ended_us, 2 * RT_SEC_US);
		assert_int_equal(r.u.closed.bridged_us, 4 * RT_SEC_US);
		assert_int_equal(r.u.closed.answered_leg, 2);
		buf_fini(&b);
		open_calls_free(o);
	}
}

/* The next leg's record, fed back as the ledger does; false: no more. */
static bool next_leg(struct open_calls *o, struct callrec *out, struct buf *b)
{
	struct call_id any;
	enum err e;

	assert_true(open_calls_any(o, &any));
	buf_reset(b);
	e = open_calls_interrupt_leg(o, any, WALL + 20 * RT_SEC_US, NULL, b);
	if (e == ERR_NOTFOUND)
		return false;
	assert_int_equal(e, ERR_OK);
	assert_int_equal(callrec_decode(buf_slice(b), out), ERR_OK);
	assert_int_equal(open_calls_add(o, 200 + out->head.seq, buf_slice(b)),
	    ERR_OK);
	return true;
}

/* The engine is killed while leg 2 talks; leg 1 had its record, leg 3 rang. */
static void test_legs(void **state)
{
	struct callrec r = record(CALLREC_LEG, 5, 3, 3 * RT_SEC_US);
	struct open_calls *o;
	struct call_id any;
	struct buf b;

	(void)state;
	buf_init(&b, CALLREC_BYTES_MAX);
	assert_int_equal(open_calls_new(4, &o), ERR_OK);
	assert_int_equal(feed(o, 1, CALLREC_OPENED, 5, 0), ERR_OK);
	event(o, 1, CALLREC_EV_DIAL, 1, 1);
	event(o, 2, CALLREC_EV_RINGING, 1, 2);
	r.u.leg.number = 1;
	say(o, 3, &r);
	r = record(CALLREC_EVENT, 5, 4, 4 * RT_SEC_US);
	r.u.event.what = CALLREC_EV_DIAL;
	r.u.event.leg = 2;
	r.u.event.text = SLICE("+12125550199");
	r.u.event.destination.v[0] = 77;
	r.u.event.trunk.v[0] = 78;
	say(o, 4, &r);
	event(o, 5, CALLREC_EV_DIAL, 2, 5); /* the same, elsewhere */
	event(o, 6, CALLREC_EV_RINGING, 2, 6);
	event(o, 7, CALLREC_EV_ANSWERED, 2, 7);
	event(o, 8, CALLREC_EV_ANSWERED, 0, 8);
	event(o, 9, CALLREC_EV_BRIDGED, 2, 9);
	event(o, 10, CALLREC_EV_DIAL, 3, 10);
	event(o, 11, CALLREC_EV_ANSWERED, 31, 11); /* of no leg */

	assert_true(next_leg(o, &r, &b));
	assert_int_equal(r.head.seq, 12);
	assert_int_equal(r.u.leg.number, 0);
	assert_true(slice_eq_cstr(r.u.leg.target, "+14155550101"));
	assert_int_equal(r.u.leg.answered_us, 8 * RT_SEC_US);
	assert_true(next_leg(o, &r, &b));
	assert_int_equal(r.head.seq, 13);
	assert_int_equal(r.u.leg.number, 2);
	assert_true(slice_eq_cstr(r.u.leg.target, "+12125550199"));
	assert_int_equal(r.u.leg.destination.v[0], 77);
	assert_int_equal(r.u.leg.trunk.v[0], 78);
	assert_int_equal(r.u.leg.invited_us, 4 * RT_SEC_US);
	assert_int_equal(r.u.leg.ringing_us, 6 * RT_SEC_US);
	assert_int_equal(r.u.leg.answered_us, 7 * RT_SEC_US);
	assert_int_equal(r.u.leg.ended_us, 20 * RT_SEC_US);
	assert_int_equal(r.u.leg.ended_by, CALLREC_BY_CRASH);
	assert_int_equal(r.u.leg.sip_code, 200);
	assert_true(next_leg(o, &r, &b));
	assert_int_equal(r.u.leg.number, 3);
	assert_int_equal(r.u.leg.answered_us, CALLREC_NEVER);
	assert_int_equal(r.u.leg.sip_code, 0);
	assert_false(next_leg(o, &r, &b));
	/* What the legs' records say changes nothing of the call's. */
	buf_reset(&b);
	assert_true(open_calls_any(o, &any));
	assert_int_equal(open_calls_interrupt(o, any, WALL + 20 * RT_SEC_US,
			     NULL, &b),
	    ERR_OK);
	assert_int_equal(callrec_decode(buf_slice(&b), &r), ERR_OK);
	assert_int_equal(r.head.seq, 15);
	assert_int_equal(r.u.closed.talk_us, 11 * RT_SEC_US);
	assert_int_equal(r.u.closed.answered_leg, 2);
	open_calls_free(o);
	buf_fini(&b);
}

static void test_every_allocation_fails_once(void **state)
{
	const struct callrec r = record(CALLREC_OPENED, 1, 0, 0);
	struct buf b;

	(void)state;
	buf_init(&b, CALLREC_BYTES_MAX);
	callrec_encode(&r, &b);
	for (unsigned int n = 0;; n++) {
		struct open_calls *o = NULL;
		enum err e;

		fail_alloc_after(n);
		e = open_calls_new(4, &o);
		if (e == ERR_OK)
			e = open_calls_add(o, 1, buf_slice(&b));
		open_calls_free(o);
		if (!fail_alloc_end()) {
			assert_int_equal(e, ERR_OK);
			break;
		}
		assert_int_equal(e, ERR_NOMEM);
	}
	buf_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_interrupt),
		cmocka_unit_test(test_interrupt_recording),
		cmocka_unit_test(test_interrupt_nothing),
		cmocka_unit_test(test_talk_time),
		cmocka_unit_test(test_legs),
		cmocka_unit_test(test_every_allocation_fails_once),
	};

	return cmocka_run_group_tests_name("open_calls", tests, NULL, NULL);
}
