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

#include "sipworker/engine/trace.h"
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

/* What is sent faster than allowed is not even looked at; one line of each
 * kind says so, and a phone's messages are counted apart from the carrier's. */
static void test_message_rate(void **state)
{
	struct engine_watch w = { .logged = { { 0 } } };
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
	assert_int_equal(lines, 2); /* what it is, and that it is too much */
	sent = r.n_sent;
	rig_request(&r, "OPTIONS", 1, "+13035550100", "o1", "", "", "");
	assert_int_equal(r.n_sent, sent);
	engine_get_stats(r.engine, &s);
	assert_int_equal(s.dropped_rate, 500 - (10 * RATE_BURST_S - 1) + 1);
	assert_int_equal(s.dropped_malformed, 10 * RATE_BURST_S - 1);
	rig_answer_as_phone(&r, "INVITE", 180, "");
	rig_expect_status(&r, "the phone is heard", 180);
	rig_pass_time(&r, ENGINE_WATCH_LOG_US);
	/* The rest of both. */
	assert_int_equal(engine_watch(&w, r.engine, r.now.mono_us), 2);
	assert_int_equal(engine_watch(&w, r.engine, r.now.mono_us), 0);
	rig_fini(&r);
}

/* --- reliable ringing ------------------------------------------------------*/

/* The last request to the phone that begins so; NULL: none. */
static const struct rig_sent *to_phone(const struct rig *r, const char *method)
{
	for (size_t i = r->n_sent; i-- > 0;) {
		const struct rig_sent *s = &r->sent[i % RIG_SENT_MAX];

		if (addr4_eq(s->to, RIG_PHONE) &&
		    strncmp(s->text, method, strlen(method)) == 0)
			return s;
	}
	return NULL;
}

/* The phone answers its INVITE with header lines of its own and a tag. */
static void phone_says(struct rig *r, unsigned int status, const char *tag,
    const char *extra, const char *body)
{
	const struct rig_sent *invite = to_phone(r, "INVITE");
	char text[4096], out[4608];
	const char *at, *rest;

	rig_write_answer(invite, status, body, text, sizeof(text));
	at = strstr(text, ";tag=ptag");
	assert_non_null(at);
	rest = at + strlen(";tag=ptag\r\n");
	(void)snprintf(out, sizeof(out), "%.*s;tag=%s\r\n%s%s",
	    (int)(at - text), text, tag, extra, rest);
	rig_input(r, RIG_PHONE, out);
}

/* A request in the phone's dialog of this INVITE, with this tag. */
static void asks_from(struct rig *r, struct addr4 from,
    const struct rig_sent *invite, const char *method, unsigned int cseq,
    const char *tag, const char *extra, const char *body)
{
	static unsigned int branches;
	struct sip_msg m;
	char text[4096];
	struct buf b;

	rig_parse(invite, &m);
	buf_over(&b, text, sizeof(text) - 1);
	buf_printf(&b,
	    "%s sip:x@10.0.0.1 SIP/2.0\r\n"
	    "Via: SIP/2.0/UDP 10.0.0.3:5080;branch=z9hG4bKp%u\r\n"
	    "From: %.*s;tag=%s\r\nTo: %.*s\r\nCall-ID: %.*s\r\n"
	    "CSeq: %u %s\r\nContact: <sip:p@10.0.0.3:5080>\r\n%s%s"
	    "Content-Length: %zu\r\n\r\n%s",
	    method, ++branches, SLICE_FMT(sip_msg_value(&m, SIP_HDR_TO)), tag,
	    SLICE_FMT(sip_msg_value(&m, SIP_HDR_FROM)), SLICE_FMT(m.call_id),
	    cseq, method, extra,
	    body[0] == '\0' ? "" : "Content-Type: application/sdp\r\n",
	    strlen(body), body);
	assert_int_equal(buf_err(&b), ERR_OK);
	text[b.n] = '\0';
	rig_input(r, from, text);
}

static void phone_asks(struct rig *r, const struct rig_sent *invite,
    const char *method, unsigned int cseq, const char *tag, const char *extra,
    const char *body)
{
	asks_from(r, RIG_PHONE, invite, method, cseq, tag, extra, body);
}

/* --- a proxy that does not stay on the way ---------------------------------*/

/* The telephone's Contact is somewhere else than the INVITE went: its BYE comes
 * from there. Nobody there is heard before, or afterwards. */
static void test_contact_elsewhere(void **state)
{
	static const struct addr4 far = { 0x0a000009, 5080 };
	const struct rig_sent *invite;
	struct engine_stats s;
	char text[4096], tag[128], *at;
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	invite = to_phone(&r, "INVITE");
	assert_non_null(invite);
	asks_from(&r, far, invite, "BYE", 10, "ptag", "", "");
	engine_get_stats(r.engine, &s);
	assert_int_equal(s.dropped_unknown_source, 1);
	rig_write_answer(invite, 200, rig_sdp, text, sizeof(text));
	at = strstr(text, "p@10.0.0.3");
	assert_non_null(at);
	at[strlen("p@10.0.0.3") - 1] = '9';
	rig_input(&r, RIG_PHONE, text);
	rig_to_tag_of(&r, tag);
	rig_request(&r, "ACK", 1, "+13035550100", "c1", tag, "", "");
	asks_from(&r, far, invite, "BYE", 11, "ptag", "", "");
	engine_get_stats(r.engine, &s);
	assert_int_equal(s.dropped_unknown_source, 1);
	assert_int_equal(rig_count_sent(&r, "BYE"), 1); /* to the caller */
	rig_pass_time(&r, 2 * RT_MIN_US);
	assert_int_equal(r.n_closed, 1);
	asks_from(&r, far, invite, "OPTIONS", 12, "ptag", "", "");
	engine_get_stats(r.engine, &s);
	assert_int_equal(s.dropped_unknown_source, 2);
	rig_fini(&r);
}

static unsigned int cseq_of(const struct rig_sent *s)
{
	struct sip_msg m;

	assert_non_null(s);
	rig_parse(s, &m);
	return m.cseq.number;
}

static const struct {
	const char *why;
	const char *tag;
	const char *extra;
	const char *rack; /* NULL: no PRACK goes out */
} ringings[] = {
	{ "plain", "t1", "", NULL },
	{ "not asked for", "t1", "RSeq: 4\r\n", NULL },
	{ "the first", "t1", "Require: 100rel\r\nRSeq: 41\r\n",
	    "RAck: 41 1 INVITE" },
	{ "again", "t1", "Require: 100rel\r\nRSeq: 41\r\n", NULL },
	{ "one is missing", "t1", "Require: 100rel\r\nRSeq: 43\r\n", NULL },
	{ "the next", "t1", "Require: foo, 100REL\r\nRSeq: 42\r\n",
	    "RAck: 42 1 INVITE" },
	{ "now it is in order", "t1", "Require: 100rel\r\nRSeq: 43\r\n",
	    "RAck: 43 1 INVITE" },
	{ "another fork counts by itself", "t2",
	    "Require: 100rel\r\nRSeq: 7\r\n", "RAck: 7 1 INVITE" },
	{ "the first fork is remembered", "t1",
	    "Require: 100rel\r\nRSeq: 43\r\n", NULL },
	{ "no number", "t1", "Require: 100rel\r\n", NULL },
	{ "not a number", "t1", "Require: 100rel\r\nRSeq: x\r\n", NULL },
	{ "nought", "t1", "Require: 100rel\r\nRSeq: 0\r\n", NULL },
	{ "too large", "t1", "Require: 100rel\r\nRSeq: 99999999999\r\n", NULL },
};

static void test_prack_sent(void **state)
{
	unsigned int cseq = 1, sent = 0;
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	assert_null(strstr(to_phone(&r, "INVITE")->text, "100rel"));
	for (size_t i = 0; i < RT_ARRAY_LEN(ringings); i++) {
		const struct rig_sent *p;

		phone_says(&r, 180, ringings[i].tag, ringings[i].extra, "");
		sent += ringings[i].rack != NULL;
		if (rig_count_sent(&r, "PRACK") != sent)
			fail_msg("%s: %zu PRACKs", ringings[i].why,
			    rig_count_sent(&r, "PRACK"));
		if (ringings[i].rack == NULL)
			continue;
		p = to_phone(&r, "PRACK");
		if (strstr(p->text, ringings[i].rack) == NULL)
			fail_msg("%s: %s", ringings[i].why, p->text);
		assert_true(cseq_of(p) > cseq);
		cseq = cseq_of(p);
		rig_answer(&r, p, 200, "");
	}
	phone_says(&r, 200, "t1", "", rig_sdp);
	assert_int_equal(cseq_of(to_phone(&r, "ACK")), 1);
	rig_pass_time(&r, RT_SEC_US);
	rig_request(&r, "BYE", 2, "+13035550100", "c1", "", "", "");
	rig_expect_status(&r, "no tag", 481);
	engine_stop(r.engine, r.now);
	rig_pump(&r);
	rig_pass_time(&r, 40 * RT_SEC_US);
	assert_true(cseq_of(to_phone(&r, "BYE")) > cseq);
	rig_fini(&r);
}

/* A description in a confirmed 18x is early media, and may be changed. */
static void test_prack_early(void **state)
{
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	phone_says(&r, 183, "t1", "Require: 100rel\r\nRSeq: 1\r\n", rig_sdp);
	assert_int_equal(rig_count_sent(&r, "SIP/2.0 183"), 1);
	assert_non_null(to_phone(&r, "PRACK"));
	rig_answer(&r, to_phone(&r, "PRACK"), 200, "");
	phone_asks(&r, to_phone(&r, "INVITE"), "UPDATE", 9, "t1", "", rig_sdp);
	rig_expect_status(&r, "UPDATE before the answer", 200);
	rig_fini(&r);
}

/* Who insists is called again with 100rel offered, once. */
static void test_prack_wanted(void **state)
{
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	phone_says(&r, 421, "t1", "Require: 100rel\r\n", "");
	assert_int_equal(rig_count_sent(&r, "INVITE"), 2);
	assert_non_null(
	    strstr(to_phone(&r, "INVITE")->text, "Supported: timer, 100rel"));
	assert_int_equal(cseq_of(to_phone(&r, "INVITE")), 2);
	phone_says(&r, 421, "t2", "Require: 100rel\r\n", "");
	assert_int_equal(rig_count_sent(&r, "INVITE"), 2);
	rig_request(&r, "ACK", 1, "+13035550100", "c1", "", "", "");
	assert_int_equal(r.n_closed, 1);
	rig_fini(&r);
}

/* --- transfers -------------------------------------------------------------*/

#define DESK "Refer-To: <sip:desk@10.0.0.3:5080>\r\n"

static const struct {
	const char *why;
	const char *extra;
	unsigned int status;
} refers[] = {
	{ "to nobody", "", 400 },
	{ "to what is no address", "Refer-To: <desk\r\n", 400 },
	{ "to two", DESK "Refer-To: <sip:sales@10.0.0.3:5080>\r\n", 400 },
	{ "with Replaces",
	    "Refer-To: <sip:desk@10.0.0.3:5080?Replaces=a%3Bto-tag%3Db>\r\n",
	    400 },
	{ "with another method",
	    "Refer-To: <sip:desk@10.0.0.3:5080;method=BYE>\r\n", 400 },
	{ "to a premium number", "Refer-To: <sip:+19005550100@10.0.0.1>\r\n",
	    403 },
	{ "to a number that is no number", "Refer-To: <tel:911>\r\n", 403 },
	{ "to another company's destination",
	    "Refer-To: <sip:theirs@10.0.0.3:5080>\r\n", 403 },
	{ "to a destination with limits",
	    "Refer-To: <sip:few@10.0.0.3:5080>\r\n", 403 },
	{ "to the same user elsewhere",
	    "Refer-To: <sip:desk@10.0.0.4:5080>\r\n", 403 },
	{ "to the same user at another port",
	    "Refer-To: <sip:desk@10.0.0.3>\r\n", 403 },
};

/* Who may not be reached is not called, and the talk goes on. */
static void test_refer_refused(void **state)
{
	const struct rig_sent *invite;
	char tag[128];
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_call_up(&r, tag);
	invite = to_phone(&r, "INVITE");
	for (unsigned int i = 0; i < RT_ARRAY_LEN(refers); i++) {
		phone_asks(&r, invite, "REFER", 10 + i, "ptag", refers[i].extra,
		    "");
		rig_expect_status(&r, refers[i].why, refers[i].status);
	}
	for (unsigned int i = 0; i < 20; i++)
		phone_asks(&r, invite, "REFER", 30 + i, "ptag", refers[5].extra,
		    "");
	phone_asks(&r, invite, "REFER", 60, "ptag", DESK, "");
	rig_expect_status(&r, "it has asked often enough", 403);
	rig_request(&r, "REFER", 2, "+13035550100", "c1", tag, DESK, "");
	rig_expect_status(&r, "from the caller's side", 603);
	rig_request(&r, "REFER", 3, "+13035550100", "c9", "", DESK, "");
	rig_expect_status(&r, "out of nothing", 405);
	assert_int_equal(rig_count_sent(&r, "INVITE"), 1);
	assert_int_equal(rig_count_sent(&r, "NOTIFY"), 0);
	assert_int_equal(rig_count_sent(&r, "BYE"), 0);
	rig_fini(&r);
}

/* The usual port is the same place, named or not. */
static void test_refer_port(void **state)
{
	const struct rig_sent *invite;
	char tag[128];
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_call_up(&r, tag);
	invite = to_phone(&r, "INVITE");
	phone_asks(&r, invite, "REFER", 10, "ptag",
	    "Refer-To: <sip:shop@10.0.0.3:5061>\r\n", "");
	rig_expect_status(&r, "another port", 403);
	phone_asks(&r, invite, "REFER", 11, "ptag",
	    "Refer-To: <sip:shop@10.0.0.3:5060>\r\n", "");
	assert_int_equal(rig_count_sent(&r, "SIP/2.0 202"), 1);
	assert_int_equal(rig_count_sent(&r, "INVITE sip:shop@10.0.0.3"), 1);
	engine_stop(r.engine, r.now);
	rig_pump(&r);
	rig_fini(&r);
}

static void count_refused(void *arg, const struct callrec_event *ev)
{
	unsigned int *n = arg;

	*n += ev->what == CALLREC_EV_TRANSFER && ev->value == 403;
}

/* A phone that asks without end fills neither the journal nor the page. */
static void test_refer_flood(void **state)
{
	const struct rig_sent *invite;
	unsigned int told = 0;
	char tag[128];
	static struct rig_sent first;
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	r.on_event = count_refused;
	r.on_event_arg = &told;
	rig_call_up(&r, tag);
	invite = to_phone(&r, "INVITE");
	assert_non_null(invite);
	first = *invite; /* what was sent is a ring: it will be gone */
	for (unsigned int i = 0; i < TRACE_PEER_EVENTS_MAX + 200; i++) {
		phone_asks(&r, &first, "REFER", 10 + i, "ptag",
		    "Refer-To: <sip:x@10.9.9.9>\r\n", "");
		rig_expect_status(&r, "flood", 403);
		rig_pass_time(&r, RT_SEC_US);
	}
	assert_int_equal(told, TRACE_PEER_EVENTS_MAX);
	rig_request(&r, "BYE", 2, "+13035550100", "c1", tag, "", "");
	assert_int_equal(r.n_closed, 1);
	rig_fini(&r);
}

static size_t count_media(const struct rig *r, enum engine_media_op op)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_media; i++)
		n += r->media[i % 256].op == op;
	return n;
}

static void expect_notify(struct rig *r, const char *why, const char *body,
    bool last)
{
	const struct rig_sent *s = to_phone(r, "NOTIFY");

	assert_non_null(s);
	if (strstr(s->text, body) == NULL ||
	    strstr(s->text, "Event: refer;id=10\r\n") == NULL ||
	    (strstr(s->text, "terminated") != NULL) != last)
		fail_msg("%s: %s", why, s->text);
	rig_answer(r, s, 200, "");
}

/* A call whose phone has just handed its caller on to the desk. */
static const struct rig_sent *refer(struct rig *r, char tag[128])
{
	const struct rig_sent *invite;

	rig_init(r, 4);
	rig_call_up(r, tag);
	invite = to_phone(r, "INVITE");
	phone_asks(r, invite, "REFER", 10, "ptag", DESK, "");
	assert_int_equal(rig_count_sent(r, "SIP/2.0 202"), 1);
	expect_notify(r, "begun", "SIP/2.0 100 Trying\r\n", false);
	assert_int_equal(rig_count_sent(r, "INVITE"), 2);
	assert_int_equal(rig_count_sent(r, "INVITE sip:desk@10.0.0.3:5080"), 1);
	return invite;
}

static void test_transfer(void **state)
{
	struct engine_stats s;
	char tag[128];
	static struct rig r; /* large for a stack */

	(void)state;
	(void)refer(&r, tag);
	rig_answer_as_phone(&r, "INVITE", 180, "");
	expect_notify(&r, "rings", "SIP/2.0 180 Ringing\r\n", false);
	assert_int_equal(count_media(&r, ENGINE_MEDIA_BRIDGE), 1);
	rig_answer_as_phone(&r, "INVITE", 200, rig_sdp);
	expect_notify(&r, "answered", "SIP/2.0 200 OK\r\n", true);
	assert_int_equal(count_media(&r, ENGINE_MEDIA_BRIDGE), 2);
	assert_int_equal(rig_count_sent(&r, "BYE"), 1); /* to the first */
	rig_answer_as_phone(&r, "BYE", 200, "");
	assert_int_equal(r.n_closed, 0);
	rig_pass_time(&r, 10 * RT_SEC_US);
	rig_request(&r, "BYE", 2, "+13035550100", "c1", tag, "", "");
	assert_int_equal(rig_count_sent(&r, "BYE"), 2);
	rig_answer_as_phone(&r, "BYE", 200, "");
	assert_int_equal(r.n_closed, 1);
	assert_int_equal(r.closed.result, CALLRESULT_ANSWERED);
	assert_int_equal(r.closed.ended_by, CALLREC_BY_CALLER);
	assert_true(r.closed.talk_us == 10 * RT_SEC_US);
	rig_pass_time(&r, 2 * RT_MIN_US);
	engine_get_stats(r.engine, &s);
	assert_int_equal(s.legs + s.transactions + s.ports + s.timers, 0);
	rig_fini(&r);
}

/* The third party is busy: the two talk again. */
static void test_transfer_fails(void **state)
{
	const struct rig_sent *invite;
	char tag[128];
	static struct rig r; /* large for a stack */

	(void)state;
	invite = refer(&r, tag);
	phone_asks(&r, invite, "REFER", 11, "ptag", DESK, "");
	rig_expect_status(&r, "one at a time", 491);
	rig_answer_as_phone(&r, "INVITE", 486, "");
	expect_notify(&r, "busy", "SIP/2.0 486 Busy Here\r\n", true);
	assert_int_equal(count_media(&r, ENGINE_MEDIA_BRIDGE), 2);
	assert_int_equal(rig_count_sent(&r, "BYE"), 0);
	phone_asks(&r, invite, "BYE", 12, "ptag", "", "");
	assert_int_equal(rig_count_sent(&r, "BYE"), 1); /* to the caller */
	assert_int_equal(r.n_closed, 1);
	assert_int_equal(r.closed.result, CALLRESULT_ANSWERED);
	rig_fini(&r);
}

/* The phone hangs up as soon as it is told 202, as many do. */
static void test_transfer_left(void **state)
{
	static const unsigned int ends[] = { 200, 486 };

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(ends); i++) {
		const struct rig_sent *invite;
		char tag[128];
		static struct rig r; /* large for a stack */

		invite = refer(&r, tag);
		phone_asks(&r, invite, "BYE", 11, "ptag", "", "");
		rig_expect_status(&r, "BYE", 200);
		assert_int_equal(rig_count_sent(&r, "BYE"), 0);
		rig_answer_as_phone(&r, "INVITE", ends[i],
		    ends[i] == 200 ? rig_sdp : "");
		/* Nobody is left to talk to: the caller is told so. */
		assert_int_equal(rig_count_sent(&r, "BYE"), ends[i] != 200);
		assert_int_equal(count_media(&r, ENGINE_MEDIA_BRIDGE),
		    ends[i] == 200 ? 2 : 1);
		engine_stop(r.engine, r.now);
		rig_pump(&r);
		rig_fini(&r);
	}
}

/* The caller gives up while the third party rings. */
static void test_transfer_caller_left(void **state)
{
	struct engine_stats s;
	char tag[128];
	static struct rig r; /* large for a stack */

	(void)state;
	(void)refer(&r, tag);
	rig_answer_as_phone(&r, "INVITE", 180, "");
	rig_request(&r, "BYE", 2, "+13035550100", "c1", tag, "", "");
	assert_int_equal(rig_count_sent(&r, "CANCEL"), 1);
	assert_int_equal(rig_count_sent(&r, "BYE"), 1);
	rig_pass_time(&r, 2 * RT_MIN_US);
	assert_int_equal(r.n_closed, 1);
	engine_get_stats(r.engine, &s);
	assert_int_equal(s.calls + s.legs + s.transactions + s.ports, 0);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_call_rate),
		cmocka_unit_test(test_message_rate),
		cmocka_unit_test(test_contact_elsewhere),
		cmocka_unit_test(test_prack_sent),
		cmocka_unit_test(test_prack_early),
		cmocka_unit_test(test_prack_wanted),
		cmocka_unit_test(test_refer_refused),
		cmocka_unit_test(test_refer_port),
		cmocka_unit_test(test_refer_flood),
		cmocka_unit_test(test_transfer),
		cmocka_unit_test(test_transfer_fails),
		cmocka_unit_test(test_transfer_left),
		cmocka_unit_test(test_transfer_caller_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
