/*
 * The engine's answers, one at a time: datagrams written by hand, no peers.
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
	{ "an encoded body", "INVITE", "+13035550100", "",
	    "Content-Type: application/sdp\r\nContent-Encoding: gzip\r\n",
	    rig_sdp, 415, "Accept-Encoding: identity" },
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

/* More at once than there are ports: none of these is known to anybody. */
static void test_refused_storm(void **state)
{
	struct engine_stats s;
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	for (unsigned int i = 0; i < 700; i++) {
		char id[16];

		(void)snprintf(id, sizeof(id), "c%u", i);
		rig_request(&r, "INVITE", 1, "+13035550105", id, "", "",
		    rig_sdp);
		rig_expect_status(&r, id, 603);
	}
	engine_get_stats(r.engine, &s);
	assert_int_equal(s.ports, 0);
	assert_int_equal(s.refused_overload, 0);
	rig_fini(&r);
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

/* RFC 3261 13.3.1: nobody answered before the INVITE's Expires. */
static void test_expires(void **state)
{
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "Expires: 5\r\n",
	    rig_sdp);
	rig_answer_as_phone(&r, "INVITE", 180, "");
	rig_pass_time(&r, 4 * RT_SEC_US);
	assert_int_equal(rig_count_sent(&r, "SIP/2.0 487"), 0);
	rig_pass_time(&r, 2 * RT_SEC_US);
	assert_true(rig_count_sent(&r, "SIP/2.0 487") > 0); /* until an ACK */
	assert_true(rig_count_sent(&r, "CANCEL") > 0);
	assert_int_equal(r.n_closed, 1);
	assert_int_equal(r.closed.result, CALLRESULT_MISSED);
	assert_int_equal(r.closed.ended_by, CALLREC_BY_SYSTEM);
	assert_int_equal(r.closed.q850, 102);
	/* Who is answered in time talks on. */
	rig_request(&r, "INVITE", 1, "+13035550100", "c2", "", "Expires: 5\r\n",
	    rig_sdp);
	rig_answer_as_phone(&r, "INVITE", 200, rig_sdp);
	rig_pass_time(&r, 6 * RT_SEC_US);
	assert_int_equal(rig_count_sent(&r, "BYE"), 0);
	assert_int_equal(r.n_closed, 1);
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
	{ "withheld by the second of two", "Privacy: none\r\nPrivacy: id\r\n",
	    "From: \"Anonymous\" <sip:anonymous@anonymous.invalid>",
	    "+17205550001", true },
	{ "withheld as RPID has it",
	    "Remote-Party-ID: \"Ann\" <sip:7205550003@x>;privacy=full\r\n",
	    "From: \"Anonymous\" <sip:anonymous@anonymous.invalid>",
	    "+17205550003", true },
	{ "not withheld",
	    "Remote-Party-ID: <sip:7205550003@x>;privacy=off\r\n"
	    "Privacy: none\r\n",
	    "From: <sip:+17205550003@10.0.0.1>", "+17205550003", false },
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
		/* Withheld: our own number is what the carrier is told. */
		if ((strstr(rig_last(&r)->text,
			 "P-Asserted-Identity: <sip:+13035550100@10.0.0.1>\r\n") !=
			NULL) != identities[i].anonymous ||
		    (identities[i].anonymous &&
			identities[i].caller[0] != '\0' &&
			strstr(rig_last(&r)->text, identities[i].caller) !=
			    NULL))
			fail_msg("%s: %s", identities[i].why,
			    rig_last(&r)->text);
		rig_fini(&r);
	}
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

/* What the phone answers to what was sent last. */
static void phone_says(struct rig *r, unsigned int status, const char *header,
    const char *body)
{
	char text[4096], whole[4608], *at;

	rig_write_answer(rig_last(r), status, body, text, sizeof(text));
	at = strstr(text, "Contact:");
	assert_non_null(at);
	(void)snprintf(whole, sizeof(whole), "%.*s%s%s", (int)(at - text), text,
	    header, at);
	rig_input(r, RIG_PHONE, whole);
}

/* A carrier that asks with a new nonce each time gets an answer each time. */
static void test_auth_of_refreshes(void **state)
{
	static const char expires[] = "Session-Expires: 100;refresher=uac\r\n";
	static struct rig r; /* large for a stack */
	char ask[96], given[32], tag[128];

	(void)state;
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	phone_says(&r, 200, expires, rig_sdp);
	rig_to_tag_of(&r, tag);
	rig_request(&r, "ACK", 1, "+13035550100", "c1", tag, "", "");
	for (int i = 0; i < 4; i++) {
		rig_pass_time(&r, 50 * RT_SEC_US + 100000);
		(void)snprintf(ask, sizeof(ask),
		    "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n%d\"\r\n",
		    i);
		(void)snprintf(given, sizeof(given), "nonce=\"n%d\"", i);
		phone_says(&r, 407, ask, "");
		if (strstr(rig_last(&r)->text, given) == NULL)
			fail_msg("%d: %s", i, rig_last(&r)->text);
		phone_says(&r, 200, expires, rig_sdp);
		assert_int_equal(r.n_closed, 0);
	}
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
		cmocka_unit_test(test_refused_storm),
		cmocka_unit_test(test_stranger),
		cmocka_unit_test(test_call),
		cmocka_unit_test(test_prack),
		cmocka_unit_test(test_prack_never),
		cmocka_unit_test(test_move),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_expires),
		cmocka_unit_test(test_no_ack),
		cmocka_unit_test(test_overload_and_drain),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_auth),
		cmocka_unit_test(test_auth_of_refreshes),
		cmocka_unit_test(test_snapshots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
