/*
 * Two accounts under one roof: calls come by the trunks of their own account
 * and go out through them, and by no other's.
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

static const struct {
	const char *why;
	const char *number;
	unsigned int status;
	bool foreign;       /* counted as such */
	unsigned int lines; /* of the log */
} calls[] = {
	{ "nobody's", "+13035550199", 404, false, 1 },
	{ "another account's", SIM_CONFIG_SECONDS, 404, true, 1 },
	{ "ours, by another trunk", SIM_CONFIG_TIED, 404, true, 1 },
	/* Its account has no way out, and ours is not lent. */
	{ "an account's at the same carrier", SIM_CONFIG_THIRDS, 480, false,
	    0 },
};

static void test_incoming(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(calls); i++) {
		static struct rig r; /* large for a stack */
		struct engine_watch w = { .logged = { { 0 } } };
		struct engine_stats s;

		rig_init(&r, 4);
		rig_request(&r, "INVITE", 1, calls[i].number, "c1", "", "",
		    rig_sdp);
		rig_expect_status(&r, calls[i].why, calls[i].status);
		assert_int_equal(rig_count_sent(&r, "INVITE"), 0);
		engine_get_stats(r.engine, &s);
		if (s.refused_foreign_number != (calls[i].foreign ? 1 : 0))
			fail_msg("%s: not counted", calls[i].why);
		assert_int_equal(engine_watch(&w, r.engine, r.now.mono_us),
		    calls[i].lines);
		/* Only what may come opens a call. */
		assert_int_equal(s.calls_opened,
		    strcmp(calls[i].number, SIM_CONFIG_THIRDS) == 0 ? 1 : 0);
		rig_fini(&r);
	}
}

/* The first trunk of the configuration that may call out is another account's:
 * a number goes through our own. */
static void test_outgoing(void **state)
{
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	assert_int_equal(rig_count_sent(&r,
			     "INVITE sip:+13035559000@business.example"),
	    1);
	assert_true(addr4_eq(rig_last(&r)->to, RIG_PHONE));
	rig_fini(&r);
}

/* "Moved" to where another account's carrier is reached: not through ours. */
static void test_redirect(void **state)
{
	static struct rig r; /* large for a stack */
	const struct rig_sent *invite;
	char text[4096], moved[4200];
	char *end;

	(void)state;
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	invite = rig_last(&r);
	rig_write_answer(invite, 302, "", text, sizeof(text));
	end = strstr(text, "Content-Length:");
	assert_non_null(end);
	(void)snprintf(moved, sizeof(moved),
	    "%.*sContact: <sip:+13035559000@10.0.0.7:5060>\r\n%s",
	    (int)(end - text), text, end);
	rig_input(&r, RIG_PHONE, moved);
	for (size_t i = 0; i < r.n_sent; i++)
		assert_false(r.sent[i].to.ip == 0x0a000007);
	rig_fini(&r);
}

/* A trunk that is named and disabled is no reason to take another: the flow's
 * next choice is. */
static void test_trunk_off(void **state)
{
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, SIM_CONFIG_OFF, "c1", "", "", rig_sdp);
	assert_int_equal(rig_count_sent(&r, "INVITE sip:+1"), 0);
	assert_int_equal(rig_count_sent(&r, "INVITE sip:desk@10.0.0.3"), 1);
	assert_string_equal(r.reason,
	    "the trunk of this destination is disabled");
	assert_int_equal(r.n_legs, 3);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_incoming),
		cmocka_unit_test(test_outgoing),
		cmocka_unit_test(test_redirect),
		cmocka_unit_test(test_trunk_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
