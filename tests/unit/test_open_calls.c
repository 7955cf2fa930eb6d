/* Tests of sipworker/store/open_calls. */
#include <string.h>

#include "lib/core/callrec.h"
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
	struct callrec r;
	struct buf b;

	(void)state;
	assert_int_equal(open_calls_new(4, &o), ERR_OK);
	assert_int_equal(feed(o, 1, CALLREC_OPENED, 7, 0), ERR_OK);
	assert_int_equal(feed(o, 2, CALLREC_EVENT, 7, 1), ERR_OK);
	buf_init(&b, CALLREC_BYTES_MAX);
	assert_int_equal(open_calls_interrupt(o, WALL + 5 * RT_SEC_US, &b),
	    ERR_OK);
	assert_int_equal(callrec_decode(buf_slice(&b), &r), ERR_OK);
	assert_int_equal(r.head.kind, CALLREC_CLOSED);
	assert_int_equal(r.head.seq, 2);
	assert_int_equal(r.head.at_us, 5 * RT_SEC_US);
	assert_int_equal(r.u.closed.result, CALLRESULT_INTERRUPTED);
	assert_int_equal(open_calls_add(o, 3, buf_slice(&b)), ERR_OK);
	assert_int_equal(open_calls_count(o), 0);
	buf_reset(&b);
	assert_int_equal(open_calls_interrupt(o, WALL, &b), ERR_NOTFOUND);
	/* A clock that was set back gives no time before the last record. */
	assert_int_equal(feed(o, 4, CALLREC_OPENED, 8, 0), ERR_OK);
	assert_int_equal(feed(o, 5, CALLREC_EVENT, 8, 3), ERR_OK);
	assert_int_equal(open_calls_interrupt(o, WALL - RT_DAY_US, &b), ERR_OK);
	assert_int_equal(callrec_decode(buf_slice(&b), &r), ERR_OK);
	assert_int_equal(r.head.at_us, 3 * RT_SEC_US);
	buf_fini(&b);
	open_calls_free(o);
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
		cmocka_unit_test(test_every_allocation_fails_once),
	};

	return cmocka_run_group_tests_name("open_calls", tests, NULL, NULL);
}
