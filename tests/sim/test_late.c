/*
 * Questions of a call to the store that are answered late: who is calling,
 * whose turn it is, a place at a destination with limits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "sipworker/engine/engine.h"
#include "tests/sim/sim_config.h"
#include "tests/sim/sim_rig.h"

/* No step of this flow reads who is calling: the call is routed as soon as it
 * is in the journal, and the missing answer is only noted. */
static void test_late_lookup(void **state)
{
	static struct rig r; /* large for a stack */
	struct engine_stats s;

	(void)state;
	rig_init(&r, 4);
	r.hold_neighbours = true;
	/* A flow that reads nothing of it does not even ask. */
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	engine_journal_done(r.engine, r.now, r.journal);
	rig_pump(&r);
	assert_int_equal(rig_count_sent(&r, "INVITE"), 1);
	assert_true(r.ticket == 0);
	/* One that does waits, but not for ever. */
	rig_request(&r, "INVITE", 1, "+13035550108", "c2", "", "", rig_sdp);
	engine_journal_done(r.engine, r.now, r.journal);
	rig_pump(&r);
	assert_true(r.ticket != 0);
	rig_pass_time(&r, 149000);
	engine_get_stats(r.engine, &s);
	assert_int_equal(s.lookups_late, 0);
	assert_int_equal(rig_count_sent(&r, "INVITE"), 1);
	rig_pass_time(&r, 2000);
	engine_get_stats(r.engine, &s);
	assert_int_equal(s.lookups_late, 1);
	rig_fini(&r);
}

/* A round robin whose turn is told too late goes on by our own count; the turn
 * is the next call's, which asks nobody. */
static void test_late_turn(void **state)
{
	const struct ask_reply second = { .answer = ASK_YES, .turn = 1 };
	static struct rig r; /* large for a stack */
	uint64_t late;

	(void)state;
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, SIM_CONFIG_TURNS, "c1", "", "", rig_sdp);
	assert_int_equal(r.n_asked, 1);
	late = r.asked;
	rig_pass_time(&r, 151000);
	assert_int_equal(rig_count_sent(&r, "INVITE sip:p"), 1);
	engine_ask_done(r.engine, r.now, late, &second);
	rig_pump(&r);
	assert_int_equal(rig_count_sent(&r, "INVITE sip:p"), 1);
	/* The same caller twice at once would be a loop. */
	rig_request(&r, "CANCEL", 1, SIM_CONFIG_TURNS, "c1", "", "", "");
	rig_pass_time(&r, 40 * RT_SEC_US);
	rig_request(&r, "INVITE", 1, SIM_CONFIG_TURNS, "c2", "", "", rig_sdp);
	assert_int_equal(r.n_asked, 1);
	assert_memory_equal(rig_last(&r)->text, "INVITE sip:p1@", 14);
	/* Once: the next one asks again. */
	rig_request(&r, "CANCEL", 1, SIM_CONFIG_TURNS, "c2", "", "", "");
	rig_pass_time(&r, 40 * RT_SEC_US);
	rig_request(&r, "INVITE", 1, SIM_CONFIG_TURNS, "c3", "", "", rig_sdp);
	assert_int_equal(r.n_asked, 2);
	rig_fini(&r);
}

/* A place that is asked for again after the first answer did not come: the late
 * one gives back nothing that the flow has now, and a question that is never
 * answered does not swallow what the flow gives back. */
static void test_late_place(void **state)
{
	static const char *const why[] = { "late", "never" };
	const struct ask_reply yes = { .answer = ASK_YES };
	static struct rig r; /* large for a stack */

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(why); i++) {
		uint64_t first;

		rig_init(&r, 4);
		rig_request(&r, "INVITE", 1, SIM_CONFIG_TREE, "c1", "", "",
		    rig_sdp);
		assert_int_equal(r.n_asked, 1);
		first = r.asked;
		for (int k = 0; k < 1000 && r.n_asked < 2; k++)
			rig_pass_time(&r, 100000);
		assert_int_equal(r.n_asked, 2);
		if (i == 0)
			engine_ask_done(r.engine, r.now, first, &yes);
		engine_ask_done(r.engine, r.now, r.asked, &yes);
		rig_pump(&r);
		if (r.n_released != 0)
			fail_msg("%s: given back too soon", why[i]);
		assert_memory_equal(rig_last(&r)->text, "INVITE sip:few@", 15);
		rig_answer_as_phone(&r, "INVITE", 486, "");
		if (r.n_released != 1)
			fail_msg("%s: given back %zu times", why[i],
			    r.n_released);
		rig_fini(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_late_lookup),
		cmocka_unit_test(test_late_turn),
		cmocka_unit_test(test_late_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
