/*
 * What peers do that is rare, allowed, and has ended calls elsewhere: requests
 * that meet half-way, refusals in mid-call, bodies in several parts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/sim/sim_rig.h"

/* --- our refresh is refused ------------------------------------------------*/

/* A call in which we refresh the carrier's session of 100 s, by `method`. */
static void begin_refresh_by(struct rig *r, char tag[128], const char *method)
{
	char extra[96];

	rig_init(r, 4);
	(void)snprintf(extra, sizeof(extra),
	    "Session-Expires: 100;refresher=uas\r\nAllow: INVITE, %s\r\n",
	    method);
	rig_request(r, "INVITE", 1, "+13035550100", "c1", "", extra, rig_sdp);
	rig_answer_as_phone(r, "INVITE", 200, rig_sdp);
	rig_to_tag_of(r, tag);
	rig_request(r, "ACK", 1, "+13035550100", "c1", tag, "", "");
	rig_pass_time(r, 50 * RT_SEC_US + 100000);
	assert_int_equal(strncmp(rig_last(r)->text, method, strlen(method)), 0);
}

static void begin_refresh(struct rig *r, char tag[128])
{
	begin_refresh_by(r, tag, "UPDATE");
}

/* The carrier's answer to what was sent to it last. */
static void carrier_says(struct rig *r, unsigned int status, const char *extra)
{
	const struct rig_sent *s = NULL;
	char text[4096];
	struct sip_msg m;
	struct buf b;

	for (size_t i = r->n_sent; s == NULL && i-- > 0;)
		if (addr4_eq(r->sent[i % RIG_SENT_MAX].to, RIG_CARRIER) &&
		    strncmp(r->sent[i % RIG_SENT_MAX].text, "SIP/", 4) != 0)
			s = &r->sent[i % RIG_SENT_MAX];
	assert_non_null(s);
	rig_parse(s, &m);
	buf_over(&b, text, sizeof(text) - 1);
	buf_printf(&b,
	    "SIP/2.0 %u X\r\nVia: %.*s\r\nFrom: %.*s\r\nTo: %.*s\r\n"
	    "Call-ID: %.*s\r\nCSeq: %.*s\r\n%sContent-Length: 0\r\n\r\n",
	    status, SLICE_FMT(sip_msg_value(&m, SIP_HDR_VIA)),
	    SLICE_FMT(sip_msg_value(&m, SIP_HDR_FROM)),
	    SLICE_FMT(sip_msg_value(&m, SIP_HDR_TO)), SLICE_FMT(m.call_id),
	    SLICE_FMT(sip_msg_value(&m, SIP_HDR_CSEQ)), extra);
	assert_int_equal(buf_err(&b), ERR_OK);
	text[b.n] = '\0';
	rig_input(r, RIG_CARRIER, text);
}

static const struct {
	const char *why;
	unsigned int status;
	const char *extra;
	int64_t wait_us;  /* in which it is tried again */
	const char *then; /* how that begins */
	const char *has;
} refusals[] = {
	{ "the two met", 491, "", 2 * RT_SEC_US, "UPDATE ",
	    "Session-Expires: 100;" },
	{ "too short for them", 422, "Min-SE: 300\r\n", 0, "UPDATE ",
	    "Session-Expires: 300;" },
	{ "no UPDATE after all", 405, "", 0, "INVITE ",
	    "Session-Expires: 100;" },
	{ "not implemented", 501, "", 0, "INVITE ", "Content-Type: " },
	{ "busy with something", 500, "Retry-After: 3\r\n", 11 * RT_SEC_US,
	    "UPDATE ", "Session-Expires: 100;" },
};

static unsigned int last_cseq(const struct rig *r)
{
	struct sip_msg m;

	rig_parse(rig_last(r), &m);
	return m.cseq.number;
}

/* A refresh that was refused is no reason to end the call. */
static void test_refresh_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(refusals); i++) {
		char tag[128];
		static struct rig r; /* large for a stack */
		unsigned int before;

		begin_refresh(&r, tag);
		before = last_cseq(&r);
		carrier_says(&r, refusals[i].status, refusals[i].extra);
		rig_pass_time(&r, refusals[i].wait_us);
		if (last_cseq(&r) != before + 1 ||
		    strncmp(rig_last(&r)->text, refusals[i].then,
			strlen(refusals[i].then)) != 0 ||
		    strstr(rig_last(&r)->text, refusals[i].has) == NULL)
			fail_msg("%s: %.300s", refusals[i].why,
			    rig_last(&r)->text);
		carrier_says(&r, 200, "");
		rig_pass_time(&r, 40 * RT_SEC_US);
		assert_int_equal(r.n_closed, 0);
		rig_fini(&r);
	}
}

/* Longer for them, and then not at all: it is what it was. */
static void test_refresh_longer(void **state)
{
	static struct rig r; /* large for a stack */
	char tag[128];

	(void)state;
	begin_refresh(&r, tag);
	carrier_says(&r, 422, "Min-SE: 300\r\n");
	assert_non_null(
	    strstr(rig_last(&r)->text, "Session-Expires: 300;refresher=uac"));
	carrier_says(&r, 488, "");
	rig_request(&r, "UPDATE", 2, "+13035550100", "c1", tag, "", "");
	rig_expect_status(&r, "theirs", 200);
	assert_non_null(
	    strstr(rig_last(&r)->text, "Session-Expires: 100;refresher=uas"));
	rig_pass_time(&r, 66 * RT_SEC_US);
	assert_int_equal(r.n_closed, 0);
	rig_pass_time(&r, 3 * RT_SEC_US);
	assert_int_equal(r.n_closed, 1);
	rig_fini(&r);
}

/* With the answer to a refresh they want another interval, or to do it
 * themselves (RFC 4028 7.2). */
static void test_refresh_changes(void **state)
{
	static const struct {
		const char *why;
		const char *answer;
		unsigned int more; /* refreshes of ours within 59 s */
		int64_t over_us;   /* without any of theirs; 0: it goes on */
	} cases[] = {
		{ "as it was", "Session-Expires: 100;refresher=uac\r\n", 1, 0 },
		{ "not a word", "", 1, 0 },
		{ "longer", "Session-Expires: 1800;refresher=uac\r\n", 0, 0 },
		{ "theirs now", "Session-Expires: 90;refresher=uas\r\n", 0,
		    61 * RT_SEC_US },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		char tag[128];
		static struct rig r; /* large for a stack */
		unsigned int before;

		begin_refresh(&r, tag);
		before = last_cseq(&r);
		carrier_says(&r, 200, cases[i].answer);
		rig_pass_time(&r, 59 * RT_SEC_US);
		if (last_cseq(&r) != before + cases[i].more || r.n_closed != 0)
			fail_msg("%s: %u", cases[i].why,
			    last_cseq(&r) - before);
		rig_pass_time(&r, cases[i].over_us);
		if (r.n_closed != (cases[i].over_us != 0 ? 1 : 0))
			fail_msg("%s: closed %zu", cases[i].why, r.n_closed);
		rig_fini(&r);
	}
}

/* Refused until the time is over: then the call is. */
static void test_refresh_in_vain(void **state)
{
	char tag[128];
	static struct rig r; /* large for a stack */

	(void)state;
	begin_refresh(&r, tag);
	for (int i = 0; i < 20 && r.n_closed == 0; i++) {
		carrier_says(&r, 491, "");
		rig_pass_time(&r, 2 * RT_SEC_US);
	}
	assert_int_equal(r.n_closed, 1);
	rig_fini(&r);
}

/* Theirs comes while ours is under way: two offers cannot (RFC 3261 14.2, RFC
 * 3311 5.2), what only refreshes the session can. */
static const struct {
	const char *why;
	const char *ours;
	const char *theirs;
	const char *body;
	unsigned int status;
} meets[] = {
	{ "two re-INVITEs", "INVITE", "INVITE", rig_sdp, 491 },
	{ "one without an offer is one, too", "INVITE", "INVITE", "", 491 },
	{ "an UPDATE with an offer", "INVITE", "UPDATE", rig_sdp, 491 },
	{ "an UPDATE without", "INVITE", "UPDATE", "", 200 },
	{ "two refreshes", "UPDATE", "UPDATE", "", 200 },
	{ "an offer while we refresh", "UPDATE", "UPDATE", rig_sdp, 200 },
	{ "a re-INVITE while we refresh", "UPDATE", "INVITE", rig_sdp, 200 },
};

static void test_glare(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(meets); i++) {
		static struct rig r; /* large for a stack */
		struct rig_sent ours;
		char tag[128];

		begin_refresh_by(&r, tag, meets[i].ours);
		ours = *rig_last(&r);
		rig_request(&r, meets[i].theirs, 2, "+13035550100", "c1", tag,
		    "", meets[i].body);
		rig_expect_status(&r, meets[i].why, meets[i].status);
		if (strcmp(meets[i].theirs, "INVITE") == 0)
			rig_request(&r, "ACK", 2, "+13035550100", "c1", tag, "",
			    meets[i].body[0] == '\0' ? rig_sdp : "");
		rig_answer(&r, &ours, 200,
		    strcmp(meets[i].ours, "INVITE") == 0 ? rig_sdp : "");
		rig_request(&r, "INVITE", 3, "+13035550100", "c1", tag, "",
		    rig_sdp);
		rig_expect_status(&r, meets[i].why, 200);
		rig_request(&r, "ACK", 3, "+13035550100", "c1", tag, "", "");
		rig_pass_time(&r, 33 * RT_SEC_US);
		assert_int_equal(r.n_closed, 0);
		rig_fini(&r);
	}
}

/* Our offer of a 200 is still without its answer: no other one beside it. */
static void test_offer_on_offer(void **state)
{
	char tag[128];
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_call_up(&r, tag);
	rig_request(&r, "INVITE", 2, "+13035550100", "c1", tag, "", "");
	rig_expect_status(&r, "our offer", 200);
	rig_request(&r, "UPDATE", 3, "+13035550100", "c1", tag, "", rig_sdp);
	rig_expect_status(&r, "theirs beside it", 491);
	rig_request(&r, "ACK", 2, "+13035550100", "c1", tag, "", rig_sdp);
	rig_request(&r, "UPDATE", 4, "+13035550100", "c1", tag, "", rig_sdp);
	rig_expect_status(&r, "theirs after it", 200);
	assert_int_equal(r.n_closed, 0);
	rig_fini(&r);
}

/* The network repeats the ACK of the call's first INVITE while the answer to a
 * later offer of ours is still on its way. */
static void test_old_ack_again(void **state)
{
	char tag[128];
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	rig_call_up(&r, tag);
	rig_request(&r, "INVITE", 2, "+13035550100", "c1", tag, "", "");
	rig_expect_status(&r, "our offer", 200);
	rig_request(&r, "ACK", 1, "+13035550100", "c1", tag, "", "");
	assert_int_equal(r.n_closed, 0);
	rig_request(&r, "ACK", 2, "+13035550100", "c1", tag, "", rig_sdp);
	rig_pass_time(&r, 40 * RT_SEC_US);
	assert_int_equal(r.n_closed, 0);
	/* One without the answer is the end of it. */
	rig_request(&r, "INVITE", 3, "+13035550100", "c1", tag, "", "");
	rig_request(&r, "ACK", 3, "+13035550100", "c1", tag, "", "");
	assert_int_equal(r.n_closed, 1);
	rig_fini(&r);
}

/* Who called us gets no credentials, whatever he asks for. */
static void test_digest_leak(void **state)
{
	static struct rig r; /* large for a stack */
	char tag[128];

	(void)state;
	rig_init(&r, 4);
	rig_call_up(&r, tag);
	engine_stop(r.engine, r.now);
	rig_pump(&r);
	carrier_says(&r, 401,
	    "WWW-Authenticate: Digest realm=\"x\", nonce=\"n\"\r\n");
	for (size_t i = 0; i < r.n_sent; i++)
		assert_null(strstr(r.sent[i].text, "uthorization"));
	rig_fini(&r);
}

/* --- ends that come early --------------------------------------------------*/

/* BYE before the answer, by the caller: RFC 3261 15. */
static void test_early_bye(void **state)
{
	static struct rig r; /* large for a stack */
	char tag[128];

	(void)state;
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	rig_answer_as_phone(&r, "INVITE", 180, "");
	rig_to_tag_of(&r, tag);
	rig_request(&r, "BYE", 2, "+13035550100", "c1", tag, "", "");
	assert_int_equal(rig_count_sent(&r, "SIP/2.0 487"), 1);
	assert_int_equal(rig_count_sent(&r, "CANCEL"), 1);
	assert_int_equal(r.n_closed, 1);
	assert_int_equal(r.closed.ended_by, CALLREC_BY_CALLER);
	rig_fini(&r);
}

/* --- bodies ----------------------------------------------------------------*/

/* ISUP beside the description, as some carriers send it. */
static void test_multipart(void **state)
{
	static struct rig r; /* large for a stack */
	char body[2000], tag[128];

	(void)state;
	(void)snprintf(body, sizeof(body),
	    "--b1\r\nContent-Type: application/ISUP;version=itu-t92+\r\n"
	    "Content-Disposition: signal;handling=optional\r\n\r\n\1\2\3\r\n"
	    "--b1\r\nContent-Type: application/sdp\r\n\r\n%s\r\n--b1--\r\n",
	    rig_sdp);
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "",
	    "Content-Type: multipart/mixed;boundary=b1\r\n", body);
	rig_answer_as_phone(&r, "INVITE", 200, rig_sdp);
	rig_expect_status(&r, "answered", 200);
	assert_non_null(strstr(rig_last(&r)->text, "m=audio 30000 RTP/AVP 0"));
	rig_to_tag_of(&r, tag);
	rig_request(&r, "ACK", 1, "+13035550100", "c1", tag, "", "");
	assert_int_equal(r.n_closed, 0);
	rig_request(&r, "INVITE", 1, "+13035550101", "c2", "",
	    "Content-Type: multipart/mixed;boundary=zz\r\n", body);
	rig_expect_status(&r, "no such part", 415);
	rig_fini(&r);
}

/* Offers that are no ordinary audio: 488 says so, and nothing is left. */
static void test_offers(void **state)
{
	static const struct {
		const char *why;
		const char *media;
		unsigned int status; /* 100: it goes on */
	} offers[] = {
		{ "A-law alone", "m=audio 4000 RTP/AVP 8\r\n", 100 },
		{ "events at another type",
		    "m=audio 4000 RTP/AVP 0 97\r\n"
		    "a=rtpmap:97 telephone-event/8000\r\n",
		    100 },
		{ "10 ms", "m=audio 4000 RTP/AVP 0\r\na=ptime:10\r\n", 100 },
		{ "60 ms", "m=audio 4000 RTP/AVP 0\r\na=ptime:60\r\n", 100 },
		{ "audio and video",
		    "m=audio 4000 RTP/AVP 0\r\nm=video 5000 RTP/AVP 31\r\n",
		    100 },
		{ "encrypted",
		    "m=audio 4000 RTP/SAVP 0\r\n"
		    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc\r\n",
		    488 },
		{ "WebRTC", "m=audio 4000 UDP/TLS/RTP/SAVPF 111\r\n", 488 },
		{ "fax", "m=image 4000 udptl t38\r\n", 488 },
		{ "G.729", "m=audio 4000 RTP/AVP 18\r\n", 488 },
		{ "refused by itself", "m=audio 0 RTP/AVP 0\r\n", 488 },
		{ "no line yet (RFC 3725 4.4)", "", 100 },
		{ "a group",
		    "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 239.1.2.3/9\r\n", 488 },
		{ "everybody",
		    "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 255.255.255.255\r\n",
		    488 },
		{ "our own machine's inside",
		    "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 127.0.0.1\r\n", 488 },
		{ "this network",
		    "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 0.1.2.3\r\n", 488 },
		{ "our own media port",
		    "m=audio 30002 RTP/AVP 0\r\nc=IN IP4 10.0.0.1\r\n", 488 },
		{ "our SIP port",
		    "m=audio 5060 RTP/AVP 0\r\nc=IN IP4 10.0.0.1\r\n", 488 },
		{ "RTCP to our media port",
		    "m=audio 5000 RTP/AVP 0\r\nc=IN IP4 10.0.0.1\r\n"
		    "a=rtcp:30001\r\n",
		    488 },
		{ "our address, a port of somebody else's",
		    "m=audio 5000 RTP/AVP 0\r\nc=IN IP4 10.0.0.1\r\n", 100 },
		{ "no address yet (RFC 3725 4.2)",
		    "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\n", 100 },
		{ "the only line of ours has none",
		    "m=video 5000 RTP/AVP 31\r\nm=audio 4000 RTP/AVP 0\r\n"
		    "c=IN IP4 0.0.0.0\r\n",
		    100 },
		{ "inactive", "m=audio 4000 RTP/AVP 0\r\na=inactive\r\n", 100 },
		{ "this network's first",
		    "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 0.0.0.1\r\n", 488 },
		{ "held from the beginning",
		    "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\n"
		    "a=inactive\r\n",
		    100 },
		{ "held, and it plays to us",
		    "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\n"
		    "a=sendonly\r\n",
		    100 },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(offers); i++) {
		static struct rig r; /* large for a stack */
		struct engine_stats s;
		char body[600];

		(void)snprintf(body, sizeof(body),
		    "v=0\r\no=- 1 1 IN IP4 10.0.0.2\r\ns=-\r\n"
		    "c=IN IP4 10.0.0.2\r\nt=0 0\r\n%s",
		    offers[i].media);
		rig_init(&r, 4);
		rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "",
		    body);
		if (rig_count_sent(&r, "INVITE") !=
		    (offers[i].status == 100 ? 1 : 0))
			fail_msg("%s: %.60s", offers[i].why,
			    rig_last(&r)->text);
		if (offers[i].status != 100)
			rig_expect_status(&r, offers[i].why, offers[i].status);
		engine_stop(r.engine, r.now);
		rig_pump(&r);
		rig_pass_time(&r, 3 * RT_MIN_US);
		engine_get_stats(r.engine, &s);
		assert_int_equal(s.calls + s.legs + s.transactions + s.ports,
		    0);
		rig_fini(&r);
	}
}

/* Hold as RFC 2543 has it, in a call that is up; and a phone that answers with
 * a hold, or with a place where nobody can be. */
static void test_places(void **state)
{
	static const struct {
		const char *why;
		const char *at;
		unsigned int status;
		const char *has;
	} again[] = {
		{ "the old hold", "0.0.0.0", 200, "a=recvonly" },
		{ "back", "10.0.0.2", 200, "a=sendrecv" },
		{ "to a group", "224.0.0.1", 488, "" },
		{ "to our own ports", "10.0.0.1", 488, "" },
	};
	static struct rig r; /* large for a stack */
	char tag[128], body[600];

	(void)state;
	rig_init(&r, 4);
	rig_call_up(&r, tag);
	for (size_t i = 0; i < RT_ARRAY_LEN(again); i++) {
		(void)snprintf(body, sizeof(body),
		    "v=0\r\no=- 1 %zu IN IP4 10.0.0.2\r\ns=-\r\n"
		    "c=IN IP4 %s\r\nt=0 0\r\nm=audio 30004 RTP/AVP 0\r\n",
		    i + 2, again[i].at);
		rig_request(&r, "INVITE", (unsigned int)i + 2, "+13035550100",
		    "c1", tag, "", body);
		rig_expect_status(&r, again[i].why, again[i].status);
		assert_non_null(strstr(rig_last(&r)->text, again[i].has));
		assert_int_equal(r.n_closed, 0);
	}
	rig_fini(&r);

	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	rig_answer_as_phone(&r, "INVITE", 200,
	    "v=0\r\no=- 1 1 IN IP4 10.0.0.3\r\ns=-\r\nc=IN IP4 0.0.0.0\r\n"
	    "t=0 0\r\nm=audio 4000 RTP/AVP 0\r\n");
	rig_expect_status(&r, "held by the phone", 200);
	assert_int_equal(r.n_closed, 0);
	rig_fini(&r);

	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	rig_answer_as_phone(&r, "INVITE", 200,
	    "v=0\r\no=- 1 1 IN IP4 10.0.0.3\r\ns=-\r\nc=IN IP4 224.0.0.1\r\n"
	    "t=0 0\r\nm=audio 4000 RTP/AVP 0\r\n");
	assert_int_equal(rig_count_sent(&r, "BYE"), 1);
	assert_int_equal(r.n_closed, 1);
	assert_int_equal(r.closed.talk_us, 0);
	rig_fini(&r);
}

/* The version of the description that we gave last. */
static unsigned long long version_said(const struct rig *r)
{
	const char *o = strstr(rig_last(r)->text, "\r\no=- ");
	char *version;

	assert_non_null(o);
	(void)strtoull(o + sizeof("\r\no=- ") - 1, &version, 10);
	return strtoull(version, NULL, 10);
}

/* RFC 3264 8: whoever sees the version of before may keep what he had. */
static void test_versions(void **state)
{
	static const struct {
		const char *why;
		const char *media; /* NULL: we offer */
		unsigned int step;
	} again[] = {
		{ "the same again", "RTP/AVP 0\r\n", 0 },
		{ "hold", "RTP/AVP 0\r\na=sendonly\r\n", 1 },
		{ "hold again", "RTP/AVP 0\r\na=sendonly\r\n", 0 },
		{ "our own offer, of all we can", NULL, 1 },
		{ "another line, refused",
		    "RTP/AVP 0\r\nm=video 30006 RTP/AVP 99\r\n", 1 },
		{ "without it", "RTP/AVP 0\r\n", 1 },
	};
	static struct rig r; /* large for a stack */
	unsigned long long version = 0;
	char tag[128], body[600];

	(void)state;
	rig_init(&r, 4);
	rig_call_up(&r, tag);
	for (size_t i = 0; i < RT_ARRAY_LEN(again); i++) {
		const unsigned int cseq = (unsigned int)i + 2;
		const char *sdp = body;

		(void)snprintf(body, sizeof(body),
		    "v=0\r\no=- 1 %zu IN IP4 10.0.0.2\r\ns=-\r\n"
		    "c=IN IP4 10.0.0.2\r\nt=0 0\r\nm=audio 30004 %s",
		    i + 2,
		    again[i].media == NULL ? "RTP/AVP 0\r\n" : again[i].media);
		if (again[i].media == NULL)
			sdp = "";
		rig_request(&r, "INVITE", cseq, "+13035550100", "c1", tag, "",
		    sdp);
		rig_expect_status(&r, again[i].why, 200);
		if (i > 0 && version_said(&r) != version + again[i].step)
			fail_msg("%s: %llu after %llu", again[i].why,
			    version_said(&r), version);
		version = version_said(&r);
		rig_request(&r, "ACK", cseq, "+13035550100", "c1", tag, "",
		    again[i].media == NULL ? body : "");
	}
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refresh_refused),
		cmocka_unit_test(test_refresh_longer),
		cmocka_unit_test(test_refresh_in_vain),
		cmocka_unit_test(test_refresh_changes),
		cmocka_unit_test(test_glare),
		cmocka_unit_test(test_offer_on_offer),
		cmocka_unit_test(test_old_ack_again),
		cmocka_unit_test(test_digest_leak),
		cmocka_unit_test(test_early_bye),
		cmocka_unit_test(test_multipart),
		cmocka_unit_test(test_offers),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
