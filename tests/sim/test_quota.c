/*
 * What a trunk may carry: the table alone, and calls in and out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sipworker/engine_watch.h"
#include "tests/sim/sim_config.h"
#include "tests/sim/sim_rig.h"

static struct quota quota; /* large for a stack */

static struct snap_trunk trunk(uint8_t id, uint32_t max_calls,
    uint32_t calls_per_s)
{
	return (struct snap_trunk){ .id = { { id } },
		.max_calls = max_calls,
		.calls_per_s = calls_per_s };
}

static void test_at_once(void **state)
{
	const struct snap_trunk none = trunk(1, 0, 0), two = trunk(2, 2, 0);

	(void)state;
	memset(&quota, 0, sizeof(quota));
	for (int i = 0; i < 100; i++)
		assert_int_equal(quota_take(&quota, &none, i), QUOTA_FREE);
	assert_int_equal(quota_take(&quota, &two, 1), QUOTA_TAKEN);
	assert_int_equal(quota_take(&quota, &two, 1), QUOTA_TAKEN);
	assert_int_equal(quota_take(&quota, &two, 1), QUOTA_REFUSED);
	quota_give(&quota, two.id);
	assert_int_equal(quota_take(&quota, &two, 1), QUOTA_TAKEN);
	assert_int_equal(quota_take(&quota, &two, 1), QUOTA_REFUSED);
	/* Given back more often than taken is no more room. */
	for (int i = 0; i < 5; i++)
		quota_give(&quota, two.id);
	quota_give(&quota, none.id);
	assert_int_equal(quota_take(&quota, &two, 1), QUOTA_TAKEN);
	assert_int_equal(quota_take(&quota, &two, 1), QUOTA_TAKEN);
	assert_int_equal(quota_take(&quota, &two, 1), QUOTA_REFUSED);
}

/* As many as it may in the first second, then one after the other. */
static void test_a_second(void **state)
{
	const struct snap_trunk ten = trunk(3, 0, 10), one = trunk(4, 1, 2);
	unsigned int taken = 0;

	(void)state;
	memset(&quota, 0, sizeof(quota));
	for (int64_t t = 0; t < 10 * RT_SEC_US; t += 1000)
		taken +=
		    quota_take(&quota, &ten, RT_HOUR_US + t) == QUOTA_TAKEN;
	assert_in_range(taken, 100, 110);
	/* What is refused for the calls at once costs nothing of the rate. */
	assert_int_equal(quota_take(&quota, &one, 1), QUOTA_TAKEN);
	for (int i = 0; i < 10; i++)
		assert_int_equal(quota_take(&quota, &one, 1), QUOTA_REFUSED);
	quota_give(&quota, one.id);
	assert_int_equal(quota_take(&quota, &one, 1), QUOTA_TAKEN);
}

/* More trunks than places: those that carry something keep theirs. */
static void test_crowd(void **state)
{
	const struct snap_trunk more = trunk(QUOTA_WAYS + 1, 1, 0);
	const struct snap_trunk first = trunk(1, 1, 0);

	(void)state;
	memset(&quota, 0, sizeof(quota));
	for (uint8_t i = 1; i <= QUOTA_WAYS; i++) {
		const struct snap_trunk t = trunk(i, 1, 0);

		assert_int_equal(quota_take(&quota, &t, 1), QUOTA_TAKEN);
	}
	assert_int_equal(quota_take(&quota, &more, 1), QUOTA_FREE);
	assert_int_equal(quota_take(&quota, &first, 1), QUOTA_REFUSED);
	quota_give(&quota, first.id);
	assert_int_equal(quota_take(&quota, &more, 1), QUOTA_TAKEN);
	assert_int_equal(quota_take(&quota, &more, 1), QUOTA_REFUSED);
}

static void call(struct rig *r, const char *id)
{
	rig_request(r, "INVITE", 1, SIM_CONFIG_FOURTHS, id, "", "", rig_sdp);
}

/* A call that came by the trunk and went out through it is two. */
static void test_in(void **state)
{
	static struct rig r; /* large for a stack */
	struct engine_watch w = { .logged = { { 0 } } };
	struct engine_stats s;
	char tag[128];

	(void)state;
	rig_init(&r, 8);
	call(&r, "c1");
	assert_int_equal(rig_count_sent(&r, "INVITE"), 1);
	rig_answer_as_phone(&r, "INVITE", 200, rig_sdp);
	rig_to_tag_of(&r, tag);
	rig_request(&r, "ACK", 1, SIM_CONFIG_FOURTHS, "c1", tag, "", "");
	rig_pass_time(&r, 5 * RT_SEC_US);
	call(&r, "c2");
	rig_expect_status(&r, "two at once", 503);
	assert_non_null(strstr(rig_last(&r)->text, "Retry-After: "));
	engine_get_stats(r.engine, &s);
	assert_int_equal(s.refused_trunk, 1);
	assert_int_equal(s.refused_overload, 0);
	assert_int_equal(s.calls, 1);
	assert_int_equal(engine_watch(&w, r.engine, r.now.mono_us), 1);
	/* Another account's calls by the same carrier go on. */
	rig_request(&r, "INVITE", 1, "+13035550100", "c3", "", "", rig_sdp);
	assert_int_equal(rig_count_sent(&r, "INVITE"), 2);
	rig_request(&r, "BYE", 2, SIM_CONFIG_FOURTHS, "c1", tag, "", "");
	rig_answer_as_phone(&r, "BYE", 200, "");
	rig_pass_time(&r, 5 * RT_SEC_US);
	call(&r, "c4");
	assert_int_equal(rig_count_sent(&r, "INVITE sip:+13035559000@10.0.0.3"),
	    2);
	rig_fini(&r);
}

/* The fourth in a second is the attempt to reach somebody: it fails, and the
 * flow goes on without. Nothing of it stays taken. */
static void test_out(void **state)
{
	static struct rig r; /* large for a stack */
	struct engine_stats s;

	(void)state;
	rig_init(&r, 8);
	call(&r, "c1");
	rig_answer_as_phone(&r, "INVITE", 486, "");
	assert_int_equal(r.n_closed, 1);
	rig_pass_time(&r, 10000);
	rig_request(&r, "INVITE", 1, SIM_CONFIG_FOURTHS, "c2", "",
	    "P-Asserted-Identity: <sip:+13035550777@h>\r\n", rig_sdp);
	assert_int_equal(rig_count_sent(&r, "INVITE"), 1);
	assert_int_equal(r.n_closed, 2);
	engine_get_stats(r.engine, &s);
	assert_int_equal(s.refused_trunk, 1);
	for (size_t i = 0; i < QUOTA_TRUNKS; i++)
		assert_int_equal(r.engine->quota.row[i].busy, 0);
	rig_fini(&r);
}

/* What the recorder was too slow for is said, not each time, and not again by
 * the next engine. */
static void test_frames_lost(void **state)
{
	struct engine_watch w = { .frames_told = 0 };

	(void)state;
	engine_watch_begin(&w, 5);
	assert_false(engine_watch_frames(&w, 5, RT_SEC_US));
	assert_true(engine_watch_frames(&w, 7, 2 * RT_SEC_US));
	assert_false(engine_watch_frames(&w, 9, 3 * RT_SEC_US));
	assert_true(
	    engine_watch_frames(&w, 9, 2 * RT_SEC_US + ENGINE_WATCH_LOG_US));
	assert_false(engine_watch_frames(&w, 9, RT_MIN_US));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames_lost),
		cmocka_unit_test(test_at_once),
		cmocka_unit_test(test_a_second),
		cmocka_unit_test(test_crowd),
		cmocka_unit_test(test_in),
		cmocka_unit_test(test_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
