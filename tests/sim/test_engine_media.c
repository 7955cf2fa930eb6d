/*
 * What passes in a call: holds, keys, early media, late offers, the notice.
 * One at a time, with datagrams written by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/core/callrec.h"
#include "sipworker/engine/engine.h"
#include "sipworker/sip/sip_msg.h"
#include "tests/sim/sim_rig.h"

static const struct {
	const char *why;
	const char *dir;
	const char *want;
} holds[] = {
	{ "hold", "a=sendonly\r\n", "a=recvonly" },
	{ "both silent", "a=inactive\r\n", "a=inactive" },
	{ "back", "a=sendrecv\r\n", "a=sendrecv" },
};

static void test_hold(void **state)
{
	unsigned int cseq = 2;
	char tag[128];
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_call_up(&r, tag);
	for (size_t i = 0; i < RT_ARRAY_LEN(holds); i++) {
		char body[600];

		(void)snprintf(body, sizeof(body), "%s%s", rig_sdp,
		    holds[i].dir);
		rig_request(&r, i == 1 ? "UPDATE" : "INVITE", cseq++,
		    "+13035550100", "c1", tag, "", body);
		rig_expect_status(&r, holds[i].why, 200);
		if (strstr(rig_last(&r)->text, holds[i].want) == NULL)
			fail_msg("%s: %s", holds[i].why, rig_last(&r)->text);
	}
	rig_fini(&r);
}

/* RFC 3264 8.2: what phones say that have no other word for a hold. Of a line
 * that moves to another kind we know nothing, but that the audio is closed. */
static const struct {
	const char *why;
	const char *media;
	unsigned int status;
	const char *want; /* of the answer */
	bool held;
} closings[] = {
	{ "the line goes", "m=audio 0 RTP/AVP 0\r\n", 200,
	    "\r\nm=audio 0 RTP/AVP 0\r\n", true },
	{ "two of them", "m=audio 0 RTP/AVP 0\r\nm=video 0 RTP/AVP 31\r\n", 200,
	    "\r\nm=audio 0 RTP/AVP 0\r\nm=video 0 RTP/AVP 31\r\n", true },
	{ "it is back", "m=audio 4010 RTP/AVP 0\r\n", 200,
	    "\r\nm=audio 30000 RTP/AVP 0", false },
	{ "for a fax", "m=audio 0 RTP/AVP 0\r\nm=image 4000 udptl t38\r\n", 488,
	    NULL, false },
	{ "no audio at all", "m=video 0 RTP/AVP 31\r\n", 488, NULL, false },
	{ "not a line", "", 488, NULL, false },
	{ "another codec", "m=audio 4000 RTP/AVP 18\r\n", 488, NULL, false },
	{ "nothing but video",
	    "m=audio 0 RTP/AVP 0\r\nm=video 4012 RTP/AVP 31\r\n", 200,
	    "\r\nm=audio 0 RTP/AVP 0\r\nm=video 0 RTP/AVP 31\r\n", true },
	{ "video beside it",
	    "m=audio 4010 RTP/AVP 0\r\nm=video 4012 RTP/AVP 31\r\n", 200,
	    "\r\nm=video 0 RTP/AVP 31\r\n", false },
};

static void test_closed_line(void **state)
{
	unsigned int cseq = 2;
	char tag[128];
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550101", "c0", "", "",
	    "v=0\r\no=- 1 1 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\n"
	    "t=0 0\r\nm=audio 0 RTP/AVP 0\r\n");
	rig_expect_status(&r, "a call does not begin so", 488);
	rig_fini(&r);
	rig_init(&r, 4);
	rig_call_up(&r, tag);
	for (size_t i = 0; i < RT_ARRAY_LEN(closings); i++) {
		char body[600];
		size_t n;

		(void)snprintf(body, sizeof(body),
		    "v=0\r\no=- 1 %u IN IP4 10.0.0.2\r\ns=-\r\n"
		    "c=IN IP4 10.0.0.2\r\nt=0 0\r\n%s",
		    cseq, closings[i].media);
		n = r.n_media;
		rig_request(&r, "INVITE", cseq, "+13035550100", "c1", tag, "",
		    body);
		rig_expect_status(&r, closings[i].why, closings[i].status);
		if (closings[i].want != NULL &&
		    strstr(rig_last(&r)->text, closings[i].want) == NULL)
			fail_msg("%s: %s", closings[i].why, rig_last(&r)->text);
		/* Nobody is sent to port 0, and silence is expected. */
		for (; n < r.n_media; n++)
			if (r.media[n % 256].op == ENGINE_MEDIA_TARGET &&
			    (r.media[n % 256].remote.port == 0 ||
				(r.media[n % 256].dir == ENGINE_DIR_INACTIVE) !=
				    closings[i].held))
				fail_msg("%s: sends", closings[i].why);
		rig_request(&r, "ACK", cseq++, "+13035550100", "c1", tag, "",
		    "");
	}
	assert_int_equal(r.n_closed, 0);
	rig_fini(&r);
}

static void test_unusable_offer(void **state)
{
	unsigned int cseq = 2;
	char tag[128];
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_call_up(&r, tag);
	/* An offer nobody can take leaves everything as it was. */
	rig_request(&r, "INVITE", cseq++, "+13035550100", "c1", tag, "",
	    "v=0\r\no=- 1 2 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\n"
	    "t=0 0\r\nm=image 4000 udptl t38\r\n");
	rig_expect_status(&r, "T.38", 488);
	rig_request(&r, "UPDATE", cseq, "+13035550100", "c1", tag, "", "");
	/* A lower CSeq is out of order. */
	rig_request(&r, "UPDATE", 1, "+13035550100", "c1", tag, "", "");
	rig_expect_status(&r, "CSeq", 500);
	assert_int_equal(r.n_closed, 0);
	rig_fini(&r);
}

/* What a change insists on and we do not do is refused by name, and the call
 * goes on as it was. */
static void test_required(void **state)
{
	char tag[128], many[1200];
	struct buf b;
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_call_up(&r, tag);
	rig_request(&r, "INVITE", 2, "+13035550100", "c1", tag,
	    "Require: timer, siprec\r\n", rig_sdp);
	rig_expect_status(&r, "INVITE", 420);
	assert_non_null(
	    strstr(rig_last(&r)->text, "\r\nUnsupported: siprec\r\n"));
	rig_request(&r, "UPDATE", 3, "+13035550100", "c1", tag,
	    "Require: precondition\r\n", rig_sdp);
	rig_expect_status(&r, "UPDATE", 420);
	assert_non_null(
	    strstr(rig_last(&r)->text, "\r\nUnsupported: precondition\r\n"));
	/* Too many to name them all: none is named. */
	buf_over(&b, many, sizeof(many));
	buf_cstr(&b, "Require: timer");
	for (unsigned int i = 0; i < 236; i++) {
		buf_cstr(&b, ", x");
		buf_char(&b, (char)('0' + i / 10 % 10));
		buf_char(&b, (char)('0' + i % 10));
	}
	buf_put(&b, SLICE("\r\n\0"));
	assert_int_equal(buf_err(&b), ERR_OK);
	rig_request(&r, "UPDATE", 4, "+13035550100", "c1", tag, many, "");
	rig_expect_status(&r, "many", 420);
	assert_null(strstr(rig_last(&r)->text, "Unsupported"));
	/* Nobody rings in a dialog: 100rel costs nothing. */
	rig_request(&r, "INVITE", 5, "+13035550100", "c1", tag,
	    "Require: 100rel, timer\r\n", "");
	rig_expect_status(&r, "100rel", 200);
	assert_int_equal(r.n_closed, 0);
	rig_fini(&r);
}

/* DTMF by INFO is answered 200 whatever is in it, and kept when it is a key. */
static void test_info(void **state)
{
	static const struct {
		const char *body;
		char digit;
	} cases[] = {
		{ "Signal=5\r\nDuration=160\r\n", '5' },
		{ "Signal = #\r\n", '#' },
		{ "*", '*' },
		{ "Signal=55\r\n", 0 },
		{ "", 0 },
	};
	unsigned int cseq = 2;
	char tag[128];
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_call_up(&r, tag);
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		r.digit = 0;
		rig_request(&r, "INFO", cseq++, "+13035550100", "c1", tag,
		    "Content-Type: application/dtmf-relay\r\n", cases[i].body);
		rig_expect_status(&r, cases[i].body, 200);
		assert_int_equal(r.digit, cases[i].digit);
	}
	rig_fini(&r);
}

static void test_own_ringing(void **state)
{
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	r.hold_neighbours = true;
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	rig_expect_status(&r, "at once", 100);
	/* The journal says nothing: nothing is routed, but we ring. */
	rig_pass_time(&r, RT_SEC_US);
	rig_expect_status(&r, "own", 180);
	assert_int_equal(rig_count_sent(&r, "INVITE"), 0);
	rig_pass_time(&r, 4 * RT_SEC_US);
	assert_true(rig_count_sent(&r, "SIP/2.0 503") > 0);
	assert_int_equal(rig_count_sent(&r, "INVITE"), 0);
	rig_fini(&r);
}

static void test_early_media(void **state)
{
	const struct engine_media *m;
	static struct rig r; /* large for a stack */
	struct sip_msg early, final;
	static char copy[1024];
	char tag[128];

	(void)state;
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	rig_answer_as_phone(&r, "INVITE", 183, rig_sdp);
	rig_expect_status(&r, "early", 183);
	rig_parse(rig_last(&r), &early);
	assert_true(slice_to_cstr(early.body, copy, sizeof(copy)));
	m = &r.media[(r.n_media - 1) % 256];
	assert_int_equal(m->op, ENGINE_MEDIA_BRIDGE);
	assert_true(m->early);
	rig_answer_as_phone(&r, "INVITE", 180, ""); /* must not undo it */
	rig_answer_as_phone(&r, "INVITE", 200, rig_sdp);
	rig_expect_status(&r, "answered", 200);
	rig_parse(rig_last(&r), &final);
	/* RFC 3261 13.2.1: the answer does not change from 18x to 200. */
	assert_true(slice_eq_cstr(final.body, copy));
	m = &r.media[(r.n_media - 1) % 256];
	assert_int_equal(m->op, ENGINE_MEDIA_BRIDGE);
	assert_false(m->early);
	rig_to_tag_of(&r, tag);
	rig_request(&r, "ACK", 1, "+13035550100", "c1", tag, "", "");
	/* Four hours later it ends by itself. */
	rig_pass_time(&r, 4 * RT_HOUR_US + RT_SEC_US);
	assert_int_equal(r.n_closed, 1);
	assert_int_equal(r.closed.ended_by, CALLREC_BY_FLOW);
	rig_fini(&r);
}

/* The offer is in our 200, the answer in the ACK; without one there is no
 * call. */
static void test_late_offer(void **state)
{
	static struct rig r; /* large for a stack */
	char tag[128];

	(void)state;
	for (int with = 0; with < 2; with++) {
		rig_init(&r, 4);
		rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "", "");
		rig_answer_as_phone(&r, "INVITE", 200, rig_sdp);
		rig_expect_status(&r, "answered", 200);
		assert_non_null(strstr(rig_last(&r)->text, "m=audio"));
		rig_to_tag_of(&r, tag);
		rig_request(&r, "ACK", 1, "+13035550100", "c1", tag, "",
		    with == 1 ? rig_sdp : "");
		assert_int_equal(r.n_closed, 1 - (size_t)with);
		assert_int_equal(rig_count_sent(&r, "BYE"), with == 1 ? 0 : 2);
		rig_fini(&r);
	}
}

static void find_play(const struct rig *r, struct engine_media *out)
{
	for (size_t i = r->n_media; i > 0; i--)
		if (r->media[i - 1].op == ENGINE_MEDIA_PLAY &&
		    r->media[i - 1].times == 1) {
			*out = r->media[i - 1];
			return;
		}
	fail_msg("nothing was played");
}

/* Number 2: recorded after a notice that the flow does not play itself. */
static void test_notice(void **state)
{
	struct engine_media play = { 0 };
	char tag[128];
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550102", "c1", "", "", rig_sdp);
	rig_expect_status(&r, "answered by us", 200);
	rig_to_tag_of(&r, tag);
	rig_request(&r, "ACK", 1, "+13035550102", "c1", tag, "", "");
	find_play(&r, &play);
	assert_int_equal(play.prompt, 0);
	assert_int_equal(r.n_rec_start, 0);
	assert_int_equal(rig_count_sent(&r, "INVITE"), 0);
	rig_pass_time(&r, 3 * RT_SEC_US);
	rig_tell_media(&r, ENGINE_MEDIA_PLAYED, play.stream, play.play);
	rig_pump(&r);
	assert_int_equal(r.n_rec_start, 1);
	assert_int_equal(rig_count_sent(&r, "INVITE"), 1);
	rig_answer_as_phone(&r, "INVITE", 200, rig_sdp);
	rig_pass_time(&r, 5 * RT_SEC_US);
	rig_request(&r, "BYE", 2, "+13035550102", "c1", tag, "", "");
	assert_int_equal(r.n_closed, 1);
	assert_int_equal(r.closed.recording, CALLREC_REC_DONE);
	assert_true(r.closed.notice_ended_us == 3 * RT_SEC_US);
	assert_true(r.closed.rec_start_us == 3 * RT_SEC_US);
	assert_int_equal(r.closed.notice_version, 3);
	rig_fini(&r);
}

static void says_dir(struct rig *r, unsigned int cseq, const char *tag,
    const char *dir)
{
	char body[600];

	(void)snprintf(body, sizeof(body), "%s%s", rig_sdp, dir);
	rig_request(r, "INVITE", cseq, "+13035550102", "c1", tag, "", body);
	if (cseq > 1)
		rig_expect_status(r, dir, 200);
}

/* Who is on hold does not hear it: it waits, and one that was cut by a hold is
 * said again. Nothing is recorded of who has not heard it. */
static void test_notice_held(void **state)
{
	struct engine_media play = { 0 }, again = { 0 };
	char tag[128];
	static struct rig r; /* large for a stack */
	size_t before;

	(void)state;
	rig_init(&r, 4);
	says_dir(&r, 1, "", "a=inactive\r\n");
	rig_expect_status(&r, "answered by us", 200);
	rig_to_tag_of(&r, tag);
	rig_request(&r, "ACK", 1, "+13035550102", "c1", tag, "", "");
	for (size_t i = 0; i < r.n_media; i++)
		assert_int_not_equal(r.media[i].op, ENGINE_MEDIA_PLAY);
	rig_pass_time(&r, 2 * RT_MIN_US); /* a third party is asked first */
	assert_int_equal(r.n_closed, 0);
	says_dir(&r, 2, tag, "a=sendrecv\r\n");
	find_play(&r, &play);
	says_dir(&r, 3, tag, "a=sendonly\r\n");
	assert_int_equal(r.media[r.n_media - 1].op, ENGINE_MEDIA_STOP);
	rig_tell_media(&r, ENGINE_MEDIA_PLAYED, play.stream, play.play);
	rig_pump(&r);
	assert_int_equal(r.n_rec_start, 0);
	assert_int_equal(rig_count_sent(&r, "INVITE"), 0);
	before = r.n_media;
	says_dir(&r, 4, tag, "a=sendrecv\r\n");
	find_play(&r, &again);
	assert_int_equal(r.media[r.n_media - 1].op, ENGINE_MEDIA_PLAY);
	assert_true(r.n_media > before);
	rig_tell_media(&r, ENGINE_MEDIA_PLAYED, again.stream, again.play);
	rig_pump(&r);
	assert_int_equal(r.n_rec_start, 1);
	assert_int_equal(rig_count_sent(&r, "INVITE"), 1);
	rig_fini(&r);
	/* Not for ever. */
	rig_init(&r, 4);
	says_dir(&r, 1, "", "a=inactive\r\n");
	rig_to_tag_of(&r, tag);
	rig_request(&r, "ACK", 1, "+13035550102", "c1", tag, "", "");
	rig_pass_time(&r, 11 * RT_MIN_US);
	assert_int_equal(r.n_closed, 1);
	assert_int_equal(r.closed.recording, CALLREC_REC_NONE);
	rig_fini(&r);
}

/* Refused as soon as the notice was over: there is nothing to keep. */
static void test_refused_after_notice(void **state)
{
	struct engine_media play = { 0 };
	char tag[128];
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550102", "c1", "", "", rig_sdp);
	rig_to_tag_of(&r, tag);
	rig_request(&r, "ACK", 1, "+13035550102", "c1", tag, "", "");
	find_play(&r, &play);
	rig_pass_time(&r, 3 * RT_SEC_US);
	rig_tell_media(&r, ENGINE_MEDIA_PLAYED, play.stream, play.play);
	rig_pump(&r);
	assert_int_equal(r.n_rec_start, 1);
	rig_answer_as_phone(&r, "INVITE", 486, "");
	rig_pass_time(&r, RT_SEC_US);
	assert_int_equal(r.n_closed, 1);
	assert_int_equal(r.closed.recording, CALLREC_REC_NONE);
	assert_int_equal(r.closed.rec_name.n, 0);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hold),
		cmocka_unit_test(test_closed_line),
		cmocka_unit_test(test_unusable_offer),
		cmocka_unit_test(test_required),
		cmocka_unit_test(test_info),
		cmocka_unit_test(test_own_ringing),
		cmocka_unit_test(test_early_media),
		cmocka_unit_test(test_late_offer),
		cmocka_unit_test(test_notice),
		cmocka_unit_test(test_notice_held),
		cmocka_unit_test(test_refused_after_notice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
