/*
 * The engine's answers, one at a time: datagrams written by hand, no peers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/core/callrec.h"
#include "sipworker/engine/engine.h"
#include "sipworker/sip/sip_msg.h"
#include "tests/sim/sim_config.h"
#include "tests/sim/sim_rig.h"

/* --- refusals --------------------------------------------------------------*/

static const struct {
	const char *why;
	const char *method;
	const char *number;
	const char *to_tag;
	const char *extra;
	const char *body;
	unsigned int status;
	const char *has; /* a line of the answer */
} refusals[] = {
	{ "not our number", "INVITE", "+13035550199", "", "", rig_sdp, 404,
	    NULL },
	{ "not a number", "INVITE", "alice", "", "", rig_sdp, 404, NULL },
	{ "no hop left", "INVITE", "+13035550100", "", "Max-Forwards: 0\r\n",
	    rig_sdp, 483, NULL },
	{ "preconditions asked for", "INVITE", "+13035550100", "",
	    "Require: 100rel, precondition\r\n", rig_sdp, 420,
	    "Unsupported: precondition" },
	{ "100rel for an offer of ours", "INVITE", "+13035550100", "",
	    "Require: 100rel\r\n", "", 420, "Unsupported: 100rel" },
	{ "another body", "INVITE", "+13035550100", "",
	    "Content-Type: text/plain\r\n", "hello", 415,
	    "Accept: application/sdp" },
	{ "no common codec", "INVITE", "+13035550100", "", "",
	    "v=0\r\no=- 1 1 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\n"
	    "t=0 0\r\nm=audio 4000 RTP/AVP 18\r\n",
	    488, NULL },
	{ "a session too short", "INVITE", "+13035550100", "",
	    "Session-Expires: 30\r\nSupported: timer\r\n", rig_sdp, 422,
	    "Min-SE: 90" },
	{ "a dialog that is not there", "BYE", "+13035550100", "nobody", "", "",
	    481, NULL },
	{ "re-INVITE of a dialog that is not there", "INVITE", "+13035550100",
	    "0000000000000000aaaaaaaaaaaa", "", rig_sdp, 481, NULL },
	{ "a BYE without a tag", "BYE", "+13035550100", "", "", "", 481, NULL },
	{ "REGISTER", "REGISTER", "+13035550100", "", "", "", 405,
	    "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK" },
	{ "an unknown method", "FLY", "+13035550100", "", "", "", 405, NULL },
	{ "OPTIONS", "OPTIONS", "+13035550100", "", "", "", 200,
	    "Accept: application/sdp" },
	{ "a flow that refuses", "INVITE", "+13035550105", "", "", rig_sdp, 603,
	    NULL },
};

static void test_refusals(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(refusals); i++) {
		struct engine_stats s;
		static struct rig r; /* large for a stack */

		rig_init(&r, 4);
		rig_request(&r, refusals[i].method, 1, refusals[i].number, "c1",
		    refusals[i].to_tag, refusals[i].extra, refusals[i].body);
		rig_expect_status(&r, refusals[i].why, refusals[i].status);
		if (refusals[i].has != NULL &&
		    strstr(rig_last(&r)->text, refusals[i].has) == NULL)
			fail_msg("%s: %s", refusals[i].why, rig_last(&r)->text);
		rig_pass_time(&r, 2 * RT_MIN_US);
		engine_get_stats(r.engine, &s);
		assert_int_equal(s.calls, 0);
		assert_int_equal(s.legs, 0);
		assert_int_equal(s.transactions, 0);
		assert_int_equal(s.ports, 0);
		rig_fini(&r);
	}
}

static void test_stranger(void **state)
{
	struct engine_stats s;
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_input(&r, RIG_STRANGER, "OPTIONS sip:x SIP/2.0\r\n\r\n");
	rig_input(&r, RIG_STRANGER, "\xff\xff garbage");
	rig_input(&r, RIG_PHONE,
	    "OPTIONS sip:x SIP/2.0\r\n\r\n"); /* no call yet */
	assert_int_equal(r.n_sent, 0);
	engine_get_stats(r.engine, &s);
	assert_int_equal(s.dropped_unknown_source, 3);
	rig_input(&r, RIG_CARRIER, "\r\n\r\n");
	assert_int_equal(r.n_sent, 0);
	rig_fini(&r);
}

/* --- calls -----------------------------------------------------------------*/

static void test_call(void **state)
{
	struct engine_stats s;
	char tag[128];
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_call_up(&r, tag);
	assert_int_equal(rig_count_sent(&r, "ACK"), 1);
	rig_pass_time(&r, 10 * RT_SEC_US);
	rig_request(&r, "BYE", 2, "+13035550100", "c1", tag,
	    "Reason: Q.850;cause=16\r\n", "");
	assert_int_equal(rig_count_sent(&r, "BYE"), 1);
	rig_answer_as_phone(&r, "BYE", 200, "");
	assert_int_equal(r.n_closed, 1);
	assert_int_equal(r.closed.result, CALLRESULT_ANSWERED);
	assert_int_equal(r.closed.ended_by, CALLREC_BY_CALLER);
	assert_true(r.closed.talk_us == 10 * RT_SEC_US);
	assert_int_equal(r.closed.recording, CALLREC_REC_NONE);
	/* The dialog is gone: a late BYE is told so, once it is collected. */
	rig_request(&r, "BYE", 3, "+13035550100", "c1", tag, "", "");
	rig_expect_status(&r, "gone", 481);
	rig_pass_time(&r, 2 * RT_MIN_US);
	engine_get_stats(r.engine, &s);
	assert_int_equal(s.legs + s.transactions + s.ports + s.timers, 0);
	rig_fini(&r);
}

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
	/* An offer nobody can take leaves everything as it was. */
	rig_request(&r, "INVITE", cseq++, "+13035550100", "c1", tag, "",
	    "v=0\r\no=- 1 2 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\n"
	    "t=0 0\r\nm=image 4000 udptl t38\r\n");
	rig_expect_status(&r, "T.38", 488);
	/* A lower CSeq is out of order. */
	rig_request(&r, "UPDATE", 1, "+13035550100", "c1", tag, "", "");
	rig_expect_status(&r, "CSeq", 500);
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

static size_t count_with(const struct rig *r, const char *prefix,
    const char *line)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_sent && i < RIG_SENT_MAX; i++)
		n += strncmp(r->sent[i].text, prefix, strlen(prefix)) == 0 &&
		     strstr(r->sent[i].text, line) != NULL;
	return n;
}

static void put_rack(const char *rseq, char out[64])
{
	struct buf b;

	buf_over(&b, out, 63);
	buf_put(&b, slice_of(rseq, strcspn(rseq, "\r")));
	buf_cstr(&b, " 1 INVITE");
	assert_int_equal(buf_err(&b), ERR_OK);
	out[b.n] = '\0';
}

static void prack(struct rig *r, unsigned int cseq, const char *rack)
{
	char extra[80];

	(void)snprintf(extra, sizeof(extra), "RAck: %s\r\n", rack);
	rig_request(r, "PRACK", cseq, "+13035550100", "c1", r->tag, extra, "");
}

/* The caller insists on confirming what rings: RFC 3262. */
static void test_prack(void **state)
{
	static struct rig r; /* large for a stack */
	const char *rseq;
	char rack[64];

	(void)state;
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "",
	    "Require: 100rel\r\n", rig_sdp);
	rig_answer_as_phone(&r, "INVITE", 180, "");
	rig_expect_status(&r, "rings", 180);
	rig_to_tag_of(&r, r.tag);
	rseq = strstr(rig_last(&r)->text, "RSeq: ");
	assert_non_null(rseq);
	put_rack(rseq + 6, rack);
	assert_int_equal(count_with(&r, "SIP/2.0 180", "Require: 100rel"), 1);
	/* Unconfirmed it comes again. */
	rig_pass_time(&r, 1600000);
	assert_int_equal(count_with(&r, "SIP/2.0 180", "Require: 100rel"), 3);
	prack(&r, 2, "1 1 INVITE");
	rig_expect_status(&r, "of another answer", 481);
	/* Early media waits for it. */
	rig_answer_as_phone(&r, "INVITE", 183, rig_sdp);
	assert_int_equal(count_with(&r, "SIP/2.0 183", ""), 0);
	prack(&r, 3, rack);
	assert_int_equal(count_with(&r, "SIP/2.0 200", "CSeq: 3 PRACK"), 1);
	assert_int_equal(count_with(&r, "SIP/2.0 183", "m=audio"), 1);
	rig_pass_time(&r, 100000);
	/* The 200 waits for the 183 with our description. */
	rig_answer_as_phone(&r, "INVITE", 200, rig_sdp);
	assert_int_equal(count_with(&r, "SIP/2.0 200", "CSeq: 1 INVITE"), 0);
	rseq = strstr(rig_last(&r)->text, "RSeq: ");
	for (size_t i = 0; i < r.n_sent; i++)
		if (strncmp(r.sent[i].text, "SIP/2.0 183", 11) == 0)
			rseq = strstr(r.sent[i].text, "RSeq: ");
	assert_non_null(rseq);
	put_rack(rseq + 6, rack);
	prack(&r, 4, rack);
	assert_int_equal(count_with(&r, "SIP/2.0 200", "CSeq: 1 INVITE"), 1);
	rig_request(&r, "ACK", 1, "+13035550100", "c1", r.tag, "", "");
	rig_request(&r, "BYE", 5, "+13035550100", "c1", r.tag, "", "");
	assert_int_equal(r.n_closed, 1);
	assert_int_equal(r.closed.result, CALLRESULT_ANSWERED);
	rig_fini(&r);
}

static void test_prack_never(void **state)
{
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550102", "c1", "",
	    "Require: 100rel\r\n", rig_sdp);
	rig_pass_time(&r, RT_SEC_US); /* our own 180 at the latest */
	rig_pass_time(&r, 33 * RT_SEC_US);
	assert_int_equal(r.n_closed, 1);
	rig_fini(&r);
}

static void test_move(void **state)
{
	const struct engine_media *m;
	char tag[128], body[600];
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_call_up(&r, tag);
	(void)snprintf(body, sizeof(body),
	    "v=0\r\no=- 1 2 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\n"
	    "t=0 0\r\nm=audio 4444 RTP/AVP 0\r\n");
	rig_request(&r, "INVITE", 2, "+13035550100", "c1", tag, "", body);
	m = &r.media[(r.n_media - 1) % 256];
	assert_int_equal(m->op, ENGINE_MEDIA_TARGET);
	assert_int_equal(m->remote.port, 4444);
	assert_true(m->relearn);
	assert_int_equal(m->dtmf_pt, 255);
	rig_fini(&r);
}

static void test_cancel(void **state)
{
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	rig_answer_as_phone(&r, "INVITE", 180, "");
	rig_request(&r, "CANCEL", 1, "+13035550100", "c1", "", "", "");
	assert_int_equal(rig_count_sent(&r, "SIP/2.0 487"), 1);
	assert_int_equal(rig_count_sent(&r, "CANCEL"), 1);
	/* The phone's 200 crosses our CANCEL: ACK and BYE (RFC 5407). */
	rig_answer_as_phone(&r, "INVITE", 200, rig_sdp);
	assert_int_equal(rig_count_sent(&r, "ACK"), 1);
	assert_int_equal(rig_count_sent(&r, "BYE"), 1);
	assert_int_equal(r.n_closed, 1);
	assert_int_equal(r.closed.result, CALLRESULT_MISSED);
	assert_int_equal(r.closed.ended_by, CALLREC_BY_CALLER);
	rig_fini(&r);
}

static void test_no_ack(void **state)
{
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	rig_answer_as_phone(&r, "INVITE", 200, rig_sdp);
	rig_pass_time(&r, 31 * RT_SEC_US);
	assert_int_equal(r.n_closed, 0);
	rig_pass_time(&r, 2 * RT_SEC_US);
	assert_int_equal(r.n_closed, 1);
	assert_int_equal(r.closed.ended_by, CALLREC_BY_SYSTEM);
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

static void test_overload_and_drain(void **state)
{
	struct engine_stats s;
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 1);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	rig_request(&r, "INVITE", 1, "+13035550101", "c2", "", "", rig_sdp);
	rig_expect_status(&r, "full", 503);
	assert_non_null(strstr(rig_last(&r)->text, "Retry-After:"));
	engine_get_stats(r.engine, &s);
	assert_int_equal(s.refused_overload, 1);
	engine_drain(r.engine, r.now);
	rig_request(&r, "OPTIONS", 1, "+13035550100", "c3", "", "", "");
	rig_expect_status(&r, "draining", 503);
	engine_stop(r.engine, r.now);
	rig_pump(&r);
	assert_int_equal(r.n_closed, 1);
	rig_fini(&r);
}

/* The same caller again within 2 s is one call. */
static void test_same_call(void **state)
{
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	rig_answer_as_phone(&r, "INVITE", 100, "");
	rig_pass_time(&r, 500000);
	rig_request(&r, "INVITE", 1, "+13035550100", "c2", "", "", rig_sdp);
	rig_expect_status(&r, "again", 482);
	rig_request(&r, "INVITE", 1, "+13035550101", "c3", "", "", rig_sdp);
	assert_int_equal(rig_count_sent(&r, "INVITE"), 2);
	rig_answer_as_phone(&r, "INVITE", 100, "");
	rig_pass_time(&r, 2 * RT_SEC_US);
	rig_request(&r, "INVITE", 1, "+13035550100", "c4", "", "", rig_sdp);
	assert_int_equal(rig_count_sent(&r, "INVITE"), 3);
	rig_fini(&r);
}

/* The B leg's INVITE and the caller's record, for what the caller sent. */
static const struct {
	const char *why;
	const char *extra;
	const char *from; /* in the INVITE to the phone */
	const char *caller;
	bool anonymous;
} identities[] = {
	{ "From", "", "From: <sip:+17205550001@10.0.0.1>", "+17205550001",
	    false },
	{ "PAI before From",
	    "P-Asserted-Identity: \"Ann\" <sip:+17205550002@x>\r\n",
	    "From: \"Ann\" <sip:+17205550002@10.0.0.1>", "+17205550002",
	    false },
	{ "RPID", "Remote-Party-ID: <sip:7205550003@x>;party=calling\r\n",
	    "From: <sip:+17205550003@10.0.0.1>", "+17205550003", false },
	{ "withheld", "Privacy: id\r\n",
	    "From: \"Anonymous\" <sip:anonymous@anonymous.invalid>",
	    "+17205550001", true },
	{ "a name that wants to be a header",
	    "P-Asserted-Identity: \"A\\\"B\" <sip:+17205550004@x>\r\n",
	    "From: \"A\\\"B\" <sip:+17205550004@10.0.0.1>", "+17205550004",
	    false },
};

static void test_identity(void **state)
{
	static struct rig r; /* large for a stack */

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(identities); i++) {
		rig_init(&r, 4);
		rig_request(&r, "INVITE", 1, "+13035550100", "c1", "",
		    identities[i].extra, rig_sdp);
		assert_int_equal(rig_count_sent(&r, "INVITE"), 1);
		if (strstr(rig_last(&r)->text, identities[i].from) == NULL ||
		    strcmp(r.caller, identities[i].caller) != 0 ||
		    r.anonymous != identities[i].anonymous)
			fail_msg("%s: %s %s", identities[i].why, r.caller,
			    rig_last(&r)->text);
		assert_non_null(strstr(rig_last(&r)->text,
		    "Diversion: <sip:+13035550100@10.0.0.1>"));
		rig_fini(&r);
	}
}

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

static void redirect(struct rig *r, const char *contact)
{
	static const char own[] = "<sip:p@10.0.0.3:5080>";
	const struct rig_sent *s = NULL;
	char text[4096], out[4608];
	const char *at;

	for (size_t i = 0; i < r->n_sent; i++)
		if (strncmp(r->sent[i].text, "INVITE ", 7) == 0)
			s = &r->sent[i];
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
	struct engine_media play;
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

static void test_auth(void **state)
{
	struct sip_msg m;
	char text[2048];
	struct buf b;
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	rig_parse(rig_last(&r), &m);
	buf_over(&b, text, sizeof(text));
	buf_printf(&b,
	    "SIP/2.0 407 X\r\nVia: %.*s\r\nFrom: %.*s\r\n"
	    "To: %.*s;tag=z\r\nCall-ID: %.*s\r\nCSeq: 1 INVITE\r\n"
	    "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n"
	    "Content-Length: 0\r\n\r\n",
	    SLICE_FMT(sip_msg_value(&m, SIP_HDR_VIA)),
	    SLICE_FMT(sip_msg_value(&m, SIP_HDR_FROM)),
	    SLICE_FMT(sip_msg_value(&m, SIP_HDR_TO)), SLICE_FMT(m.call_id));
	buf_char(&b, '\0');
	assert_int_equal(buf_err(&b), ERR_OK);
	rig_input(&r, RIG_PHONE, text);
	assert_int_equal(rig_count_sent(&r, "INVITE"), 2);
	assert_non_null(strstr(rig_last(&r)->text,
	    "Proxy-Authorization: Digest username=\"worker\""));
	assert_non_null(strstr(rig_last(&r)->text, "CSeq: 2 INVITE"));
	rig_answer_as_phone(&r, "INVITE", 200, rig_sdp);
	rig_expect_status(&r, "answered", 200);
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

static void test_snapshots(void **state)
{
	struct engine_action a;
	struct snap second;
	static struct rig r; /* large for a stack */
	char tag[128];

	(void)state;
	rig_init(&r, 4);
	rig_call_up(&r, tag);
	second = r.snap;
	engine_snapshot(r.engine, r.now, &second, 2);
	assert_false(engine_pop(r.engine, &a)); /* a call holds the first */
	rig_request(&r, "BYE", 2, "+13035550100", "c1", tag, "", "");
	engine_snapshot(r.engine, r.now, &r.snap, 3);
	assert_true(engine_pop(r.engine, &a));
	assert_int_equal(a.what, ENGINE_SNAP_FREE);
	assert_int_equal(a.u.snap_free, 2);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_stranger),
		cmocka_unit_test(test_call),
		cmocka_unit_test(test_hold),
		cmocka_unit_test(test_info),
		cmocka_unit_test(test_prack),
		cmocka_unit_test(test_prack_never),
		cmocka_unit_test(test_move),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_no_ack),
		cmocka_unit_test(test_own_ringing),
		cmocka_unit_test(test_late_lookup),
		cmocka_unit_test(test_overload_and_drain),
		cmocka_unit_test(test_same_call),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_endings),
		cmocka_unit_test(test_redirects),
		cmocka_unit_test(test_redirects_refused),
		cmocka_unit_test(test_foreign_destination),
		cmocka_unit_test(test_early_media),
		cmocka_unit_test(test_late_offer),
		cmocka_unit_test(test_notice),
		cmocka_unit_test(test_auth),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_ring_time),
		cmocka_unit_test(test_no_reply),
		cmocka_unit_test(test_session),
		cmocka_unit_test(test_snapshots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
