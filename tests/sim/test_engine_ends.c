/*
 * Where calls go and how they end: redirections, refusals, silence and time
 * limits, one at a time, with datagrams written by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/core/callrec.h"
#include "sipworker/engine/engine.h"
#include "tests/sim/sim_rig.h"

static const struct {
	const char *why;
	unsigned int phone;
	const char *body;
	unsigned int caller;
	enum callresult result;
} endings[] = {
	{ "busy", 486, "", 486, CALLRESULT_MISSED },
	{ "declined", 603, "", 486, CALLRESULT_MISSED },
	{ "not found", 404, "", 480, CALLRESULT_FAILED },
	{ "unavailable", 480, "", 480, CALLRESULT_FAILED },
	{ "an answer without audio", 200, "", 480, CALLRESULT_FAILED },
};

static void test_endings(void **state)
{
	static struct rig r; /* large for a stack */
	char line[32];

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(endings); i++) {
		rig_init(&r, 4);
		rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "",
		    rig_sdp);
		rig_answer_as_phone(&r, "INVITE", endings[i].phone,
		    endings[i].body);
		(void)snprintf(line, sizeof(line), "SIP/2.0 %u",
		    endings[i].caller);
		if (rig_count_sent(&r, line) != 1 || r.n_closed != 1 ||
		    r.closed.result != endings[i].result)
			fail_msg("%s: %s", endings[i].why,
			    callresult_name(r.closed.result));
		assert_int_equal(rig_count_sent(&r, "ACK"), 1);
		assert_int_equal(rig_count_sent(&r, "BYE"),
		    endings[i].phone == 200);
		rig_fini(&r);
	}
}

static const struct rig_sent *last_invite(const struct rig *r)
{
	const struct rig_sent *s = NULL;

	for (size_t i = 0; i < r->n_sent; i++)
		if (strncmp(r->sent[i].text, "INVITE ", 7) == 0)
			s = &r->sent[i];
	return s;
}

static void redirect(struct rig *r, const char *contact)
{
	static const char own[] = "<sip:p@10.0.0.3:5080>";
	const struct rig_sent *s = last_invite(r);
	char text[4096], out[4608];
	const char *at;

	/* The rig's answer, with this Contact instead of its own. */
	rig_write_answer(s, 302, "", text, sizeof(text));
	at = strstr(text, own);
	assert_non_null(at);
	(void)snprintf(out, sizeof(out), "%.*s<%s>%s", (int)(at - text), text,
	    contact, at + strlen(own));
	rig_input(r, RIG_PHONE, out);
}

/* To where calls may go anyhow, three times. */
static void test_redirects(void **state)
{
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	redirect(&r, "sip:+13035559000@10.0.0.3:5081");
	assert_int_equal(rig_count_sent(&r,
			     "INVITE sip:+13035559000@10.0.0.3:5081"),
	    1);
	redirect(&r, "sip:+13035559000@10.0.0.3:5082");
	redirect(&r, "sip:+13035559000@10.0.0.3:5083");
	assert_int_equal(rig_count_sent(&r, "INVITE"), 4);
	assert_int_equal(r.n_closed, 0);
	redirect(&r, "sip:+13035559000@10.0.0.3:5084");
	assert_int_equal(rig_count_sent(&r, "INVITE"), 4);
	assert_int_equal(r.n_closed, 1);
	rig_fini(&r);
}

static size_t invited_at(const struct rig *r, const char *port)
{
	char begins[80];

	(void)snprintf(begins, sizeof(begins),
	    "INVITE sip:+13035559000@10.0.0.3:%s ", port);
	return rig_count_sent(r, begins);
}

/* Several Contacts: by their q, and the next when one fails; busy or silent is
 * a failure, "nobody anywhere" is said for all. The one whose number is not
 * the asked one is none, and five are enough. */
static void test_redirects_by_q(void **state)
{
	static const char contacts[] =
	    "sip:+13035559000@10.0.0.3:5081>;q=0.2,"
	    "<sip:+19005550100@10.0.0.3:5089>;q=1.0,"
	    "<sip:+13035559000@10.0.0.3:5082>;q=0.75,"
	    "<sip:+13035559000@10.0.0.3:5083>;q=nonsense,"
	    "<sip:+13035559000@10.0.0.3:5084>;q=0.2,"
	    "<sip:+13035559000@10.0.0.3:5085>;q=0.0,"
	    "<sip:+13035559000@10.0.0.3:5086";
	static const char *const order[] = { "5083", "5086", "5082", "5081",
		"5084", "5085" };
	static struct rig r; /* large for a stack */

	(void)state;
	for (size_t final = 2; final < 6; final++) {
		rig_init(&r, 4);
		rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "",
		    rig_sdp);
		redirect(&r, contacts);
		for (size_t i = 0; i < 5 && r.n_closed == 0; i++) {
			if (invited_at(&r, order[i]) == 0 ||
			    invited_at(&r, order[i + 1]) != 0)
				fail_msg("not %s in its turn", order[i]);
			if (i == 1) /* no reply at all */
				rig_pass_time(&r, 3100 * INT64_C(1000));
			else
				rig_answer(&r, last_invite(&r),
				    i == final ? 603 : 486, "");
		}
		assert_int_equal(r.n_closed, 1);
		for (size_t i = 0; i < RT_ARRAY_LEN(order); i++)
			assert_int_equal(invited_at(&r, order[i]) > 0,
			    i <= final && i < 5);
		rig_pass_time(&r, 2 * RT_MIN_US);
		rig_fini(&r);
	}
}

/* Nobody out there says where else we call, or which number we pay for. */
static void test_redirects_refused(void **state)
{
	static const char *const contacts[] = {
		"sip:+13035559000@10.0.0.9:5080",
		"sip:+19005550100@10.0.0.3:5080",
		"sip:13035559000@10.0.0.3:5080",
		"sip:10.0.0.3:5080",
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(contacts); i++) {
		static struct rig r; /* large for a stack */

		rig_init(&r, 4);
		rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "",
		    rig_sdp);
		redirect(&r, contacts[i]);
		if (rig_count_sent(&r, "INVITE") != 1)
			fail_msg("followed to %s", contacts[i]);
		assert_int_equal(r.n_closed, 1);
		assert_int_equal(r.closed.result, CALLRESULT_FAILED);
		rig_fini(&r);
	}
}

/* A flow that names another company's destination reaches nobody. */
static void test_foreign_destination(void **state)
{
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550106", "c1", "", "", rig_sdp);
	assert_int_equal(rig_count_sent(&r, "INVITE"), 0);
	assert_int_equal(rig_count_sent(&r, "SIP/2.0 480"), 1);
	assert_int_equal(r.n_closed, 1);
	assert_int_equal(r.closed.result, CALLRESULT_FAILED);
	rig_fini(&r);
}

static void test_silence(void **state)
{
	char tag[128];
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_call_up(&r, tag);
	rig_tell_media(&r, ENGINE_MEDIA_SILENT, r.media[0].stream, 0);
	rig_pump(&r);
	assert_int_equal(rig_count_sent(&r, "BYE"), 2);
	assert_int_equal(r.n_closed, 1);
	assert_int_equal(r.closed.ended_by, CALLREC_BY_SYSTEM);
	rig_fini(&r);
}

static void test_ring_time(void **state)
{
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	rig_answer_as_phone(&r, "INVITE", 180, "");
	rig_pass_time(&r, 20 * RT_SEC_US); /* the flow's ring_s */
	assert_int_equal(rig_count_sent(&r, "CANCEL"), 1);
	assert_int_equal(rig_count_sent(&r, "SIP/2.0 480"), 1);
	assert_int_equal(r.closed.result, CALLRESULT_MISSED);
	assert_true(r.closed.ring_us == 20 * RT_SEC_US);
	rig_fini(&r);
}

/* 100 is enough to show that the next hop is there; nothing is not. */
static void test_no_reply(void **state)
{
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	rig_answer_as_phone(&r, "INVITE", 100, "");
	rig_pass_time(&r, 10 * RT_SEC_US);
	assert_int_equal(r.n_closed, 0);
	rig_fini(&r);
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	rig_pass_time(&r, 4 * RT_SEC_US);
	assert_int_equal(r.n_closed, 1);
	assert_int_equal(r.closed.result, CALLRESULT_FAILED);
	rig_fini(&r);
}

/* RFC 4028: the peer asks us to refresh, at half of the interval; a peer that
 * should and does not loses the call. */
static void test_session(void **state)
{
	char tag[128];
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "",
	    "Session-Expires: 100;refresher=uas\r\nAllow: UPDATE\r\n", rig_sdp);
	rig_answer_as_phone(&r, "INVITE", 200, rig_sdp);
	assert_non_null(
	    strstr(rig_last(&r)->text, "Session-Expires: 100;refresher=uas"));
	rig_to_tag_of(&r, tag);
	rig_request(&r, "ACK", 1, "+13035550100", "c1", tag, "", "");
	rig_pass_time(&r, 51 * RT_SEC_US);
	assert_true(rig_count_sent(&r, "UPDATE sip:c@10.0.0.2:5060") > 0);
	rig_pass_time(&r, 60 * RT_SEC_US); /* never answered */
	assert_int_equal(r.n_closed, 1);
	rig_fini(&r);
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "",
	    "Session-Expires: 90;refresher=uac\r\nSupported: timer\r\n",
	    rig_sdp);
	rig_answer_as_phone(&r, "INVITE", 200, rig_sdp);
	rig_to_tag_of(&r, tag);
	rig_request(&r, "ACK", 1, "+13035550100", "c1", tag, "", "");
	rig_pass_time(&r, 59 * RT_SEC_US);
	rig_request(&r, "UPDATE", 2, "+13035550100", "c1", tag,
	    "Session-Expires: 90;refresher=uac\r\n", "");
	rig_expect_status(&r, "refreshed", 200);
	rig_pass_time(&r, 59 * RT_SEC_US);
	assert_int_equal(r.n_closed, 0);
	rig_pass_time(&r, 2 * RT_SEC_US);
	assert_int_equal(r.n_closed, 1);
	rig_fini(&r);
}

/* The phone's session: whoever was to refresh it and does not ends the call,
 * on both sides. */
static void test_session_of_phone(void **state)
{
	static const struct {
		const char *why, *header;
		int64_t quiet_us; /* nothing is due before */
		bool ours;        /* we refresh, in vain */
	} cases[] = {
		{ "the phone", "Session-Expires: 90;refresher=uas\r\n",
		    59 * RT_SEC_US, false },
		{ "we", "Session-Expires: 90;refresher=uac\r\n", 44 * RT_SEC_US,
		    true },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		static struct rig r; /* large for a stack */
		char text[4096], all[4096], tag[128];
		const char *rest;
		struct buf b;

		rig_init(&r, 4);
		rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "",
		    rig_sdp);
		rig_write_answer(last_invite(&r), 200, rig_sdp, text,
		    sizeof(text));
		rest = strstr(text, "\r\n") + 2;
		buf_over(&b, all, sizeof(all) - 1);
		buf_put(&b, slice_of(text, (size_t)(rest - text)));
		buf_cstr(&b, "Allow: INVITE, UPDATE\r\nSupported: timer\r\n");
		buf_cstr(&b, cases[i].header);
		buf_cstr(&b, rest);
		assert_int_equal(buf_err(&b), ERR_OK);
		all[b.n] = '\0';
		rig_input(&r, RIG_PHONE, all);
		rig_to_tag_of(&r, tag);
		rig_request(&r, "ACK", 1, "+13035550100", "c1", tag, "", "");
		rig_pass_time(&r, cases[i].quiet_us);
		if (r.n_closed != 0 || rig_count_sent(&r, "UPDATE") != 0)
			fail_msg("%s: too early", cases[i].why);
		rig_pass_time(&r, 3 * RT_SEC_US);
		if ((rig_count_sent(&r, "UPDATE") > 0) != cases[i].ours)
			fail_msg("%s: refreshed", cases[i].why);
		rig_pass_time(&r, 60 * RT_SEC_US);
		if (r.n_closed != 1 || rig_count_sent(&r, "BYE sip:c@") == 0 ||
		    rig_count_sent(&r, "BYE") <=
			rig_count_sent(&r, "BYE sip:c@"))
			fail_msg("%s: not ended on both sides", cases[i].why);
		rig_fini(&r);
	}
}

/* The caller hangs up before it has confirmed our 200. */
static void test_bye_before_ack(void **state)
{
	static struct rig r; /* large for a stack */
	struct engine_stats s;
	char tag[128];

	(void)state;
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	rig_answer_as_phone(&r, "INVITE", 200, rig_sdp);
	rig_to_tag_of(&r, tag);
	rig_request(&r, "BYE", 2, "+13035550100", "c1", tag, "", "");
	assert_int_equal(rig_count_sent(&r, "BYE"), 1); /* to the phone */
	rig_answer_as_phone(&r, "BYE", 200, "");
	rig_request(&r, "ACK", 1, "+13035550100", "c1", tag, "", "");
	assert_int_equal(r.n_closed, 1);
	rig_pass_time(&r, 2 * RT_MIN_US);
	engine_get_stats(r.engine, &s);
	assert_int_equal(s.legs + s.transactions + s.ports + s.timers, 0);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_endings),
		cmocka_unit_test(test_redirects),
		cmocka_unit_test(test_redirects_by_q),
		cmocka_unit_test(test_redirects_refused),
		cmocka_unit_test(test_foreign_destination),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_ring_time),
		cmocka_unit_test(test_no_reply),
		cmocka_unit_test(test_session),
		cmocka_unit_test(test_session_of_phone),
		cmocka_unit_test(test_bye_before_ack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
