/*
 * Calls that come again: a carrier that tries twice, numbers that forward to
 * each other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/sim/sim_rig.h"

/* The same call again within 2 s is one call; another one from the same number
 * is not. */
static void test_same_call(void **state)
{
	static const char other_sdp[] =
	    "v=0\r\no=- 2 1 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\n"
	    "t=0 0\r\nm=audio 4002 RTP/AVP 0\r\n";
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	rig_answer_as_phone(&r, "INVITE", 100, "");
	rig_pass_time(&r, 500000);
	rig_request(&r, "INVITE", 1, "+13035550100", "c2", "", "", rig_sdp);
	rig_expect_status(&r, "again", 482);
	rig_request(&r, "INVITE", 1, "+13035550100", "c5", "", "", other_sdp);
	assert_int_equal(rig_count_sent(&r, "INVITE"), 2);
	rig_answer_as_phone(&r, "INVITE", 100, "");
	rig_request(&r, "INVITE", 1, "+13035550101", "c3", "", "", rig_sdp);
	assert_int_equal(rig_count_sent(&r, "INVITE"), 3);
	rig_answer_as_phone(&r, "INVITE", 100, "");
	rig_pass_time(&r, 2 * RT_SEC_US);
	rig_request(&r, "INVITE", 1, "+13035550100", "c4", "", "", rig_sdp);
	assert_int_equal(rig_count_sent(&r, "INVITE"), 4);
	rig_fini(&r);
}

/* A carrier that gives its second try another port: what others call the call
 * says that it is one. */
static void test_same_call_by_name(void **state)
{
	static const char other_sdp[] =
	    "v=0\r\no=- 2 1 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\n"
	    "t=0 0\r\nm=audio 4002 RTP/AVP 0\r\n";
	static const struct {
		const char *why;
		const char *first, *second;
		bool same;
	} cases[] = {
		{ "Session-ID",
		    "Session-ID: ab30317f1a784dc48ff824d0d3715d86;remote=0\r\n",
		    "session-id: ab30317f1a784dc48ff824d0d3715d86 ;x=1\r\n",
		    true },
		{ "another one's",
		    "Session-ID: ab30317f1a784dc48ff824d0d3715d86\r\n",
		    "Session-ID: ab30317f1a784dc48ff824d0d3715d87\r\n", false },
		{ "nobody's",
		    "Session-ID: 00000000000000000000000000000000\r\n",
		    "Session-ID: 00000000000000000000000000000000\r\n", false },
		{ "the icid",
		    "P-Charging-Vector: icid-value=\"1234bc\";orig-ioi=a\r\n",
		    "P-Charging-Vector: orig-ioi=b; icid-value=\"1234bc\"\r\n",
		    true },
		{ "another icid", "P-Charging-Vector: icid-value=1\r\n",
		    "P-Charging-Vector: icid-value=2\r\n", false },
		{ "none in it", "P-Charging-Vector: orig-ioi=a\r\n",
		    "P-Charging-Vector: orig-ioi=a\r\n", false },
		{ "an empty one", "P-Charging-Vector: icid-value\r\n",
		    "P-Charging-Vector: icid-value\r\n", false },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		static struct rig r; /* large for a stack */

		rig_init(&r, 4);
		rig_request(&r, "INVITE", 1, "+13035550100", "c1", "",
		    cases[i].first, rig_sdp);
		rig_answer_as_phone(&r, "INVITE", 100, "");
		rig_request(&r, "INVITE", 1, "+13035550100", "c2", "",
		    cases[i].second, other_sdp);
		if (rig_count_sent(&r, "SIP/2.0 482") !=
		    (cases[i].same ? 1 : 0))
			fail_msg("%s", cases[i].why);
		rig_fini(&r);
	}
}

/* Numbers that forward to each other: every turn says how many were before it,
 * and the last is refused. */
static void test_circle(void **state)
{
	static const struct {
		const char *why;
		const char *before;
		const char *counter; /* in what we send; NULL: refused */
	} cases[] = {
		{ "not diverted", "", ";counter=1\r\n" },
		{ "once, without a count", "Diversion: <sip:1@x>\r\n",
		    ";counter=2\r\n" },
		{ "by two", "Diversion: <sip:1@x>;counter=2, <sip:2@x>\r\n",
		    ";counter=4\r\n" },
		{ "the last that may", "Diversion: <sip:1@x>;counter=5\r\n",
		    ";counter=6\r\n" },
		{ "no number", "Diversion: <sip:1@x>;counter=x\r\n",
		    ";counter=2\r\n" },
		{ "too often", "Diversion: <sip:1@x>;counter=6\r\n", NULL },
		{ "in all",
		    "Diversion: <sip:1@x>;counter=3\r\n"
		    "Diversion: <sip:1@x>;counter=3\r\n",
		    NULL },
		{ "a very large one",
		    "Diversion: <sip:1@x>;counter=4294967295, <sip:2@x>\r\n",
		    NULL },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		static struct rig r; /* large for a stack */
		struct engine_stats s;

		rig_init(&r, 4);
		rig_request(&r, "INVITE", 1, "+13035550100", "c1", "",
		    cases[i].before, rig_sdp);
		engine_get_stats(r.engine, &s);
		assert_int_equal(s.refused_loop, cases[i].counter == NULL);
		if (cases[i].counter == NULL)
			rig_expect_status(&r, cases[i].why, 482);
		else if (strstr(rig_last(&r)->text, cases[i].counter) == NULL)
			fail_msg("%s: %s", cases[i].why, rig_last(&r)->text);
		rig_fini(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_call),
		cmocka_unit_test(test_same_call_by_name),
		cmocka_unit_test(test_circle),
	};

	return cmocka_run_group_tests_name("again", tests, NULL, NULL);
}
