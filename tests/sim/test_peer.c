/*
 * Awkward and hostile peers, one datagram at a time: floods, reliable ringing,
 * transfers, and answers that no tidy phone would give.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sipworker/engine_watch.h"
#include "tests/sim/sim_rig.h"

/* --- floods ----------------------------------------------------------------*/

/* Calls beyond the rate get 503 with a time, those that run go on. */
static void test_call_rate(void **state)
{
	struct engine_stats s;
	char tag[128], id[16];
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init_rate(&r, 0, 1);
	rig_call_up(&r, tag);
	/* The second of the burst: the same caller again, not another call. */
	rig_request(&r, "INVITE", 1, "+13035550100", "c2", "", "", rig_sdp);
	for (unsigned int i = 0; i < 5; i++) {
		(void)snprintf(id, sizeof(id), "more%u", i);
		rig_request(&r, "INVITE", 1, "+13035550100", id, "", "",
		    rig_sdp);
		rig_expect_status(&r, "too many calls", 503);
		assert_non_null(strstr(rig_last(&r)->text, "Retry-After: "));
	}
	rig_request(&r, "BYE", 2, "+13035550100", "c1", tag, "", "");
	assert_int_equal(rig_count_sent(&r, "BYE"), 1);
	rig_pass_time(&r, RT_SEC_US);
	rig_request(&r, "INVITE", 1, "+13035550100", "c3", "", "", rig_sdp);
	assert_int_equal(rig_count_sent(&r, "INVITE"), 2);
	engine_get_stats(r.engine, &s);
	assert_int_equal(s.refused_rate, 5);
	assert_int_equal(s.dropped_rate, 0);
	assert_int_equal(s.rate_source, RIG_CARRIER.ip);
	rig_fini(&r);
}

/* What is sent faster than allowed is not even looked at; one line says so,
 * and a phone's messages are counted apart from the carrier's. */
static void test_message_rate(void **state)
{
	struct engine_watch w = { .logged_us = 0 };
	struct engine_stats s;
	unsigned int lines = 0;
	size_t sent;
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init_rate(&r, 10, 0);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	for (unsigned int i = 0; i < 500; i++) {
		rig_input(&r, RIG_CARRIER, "no such thing\r\n\r\n");
		lines += engine_watch(&w, r.engine, r.now.mono_us);
	}
	assert_int_equal(lines, 1);
	sent = r.n_sent;
	rig_request(&r, "OPTIONS", 1, "+13035550100", "o1", "", "", "");
	assert_int_equal(r.n_sent, sent);
	engine_get_stats(r.engine, &s);
	assert_int_equal(s.dropped_rate, 500 - (10 * RATE_BURST_S - 1) + 1);
	assert_int_equal(s.dropped_malformed, 10 * RATE_BURST_S - 1);
	rig_answer_as_phone(&r, "INVITE", 180, "");
	rig_expect_status(&r, "the phone is heard", 180);
	rig_pass_time(&r, ENGINE_WATCH_LOG_US);
	assert_true(engine_watch(&w, r.engine, r.now.mono_us)); /* the rest */
	assert_false(engine_watch(&w, r.engine, r.now.mono_us));
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_call_rate),
		cmocka_unit_test(test_message_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
