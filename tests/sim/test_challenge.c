/*
 * Carriers that ask who calls (401, 407), of any request and in any order; and
 * what is refused of a call: then nothing has changed, and nothing is left.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sipworker/engine/challenge.h"
#include "sipworker/engine_watch.h"
#include "tests/sim/sim_rig.h"

#define PROXY(nonce)                                             \
	"Proxy-Authenticate: Digest realm=\"p\", nonce=\"" nonce \
	"\","                                                    \
	" qop=\"auth\"\r\n"
#define AGENT(nonce) \
	"WWW-Authenticate: Digest realm=\"u\", nonce=\"" nonce "\"\r\n"

static struct rig r; /* large for a stack */

/* The last request to the phone that begins so. */
static const struct rig_sent *to_phone(const char *method)
{
	for (size_t i = r.n_sent; i-- > 0;) {
		const struct rig_sent *s = &r.sent[i % RIG_SENT_MAX];

		if (addr4_eq(s->to, RIG_PHONE) &&
		    strncmp(s->text, method, strlen(method)) == 0)
			return s;
	}
	fail_msg("no %s was sent to the phone", method);
	return NULL;
}

/* The phone's answer to it, with header lines of its own. */
static void says(const char *method, unsigned int status, const char *extra,
    const char *body)
{
	char text[4096], whole[4608], *at;

	rig_write_answer(to_phone(method), status, body, text, sizeof(text));
	at = strstr(text, "Contact:");
	assert_non_null(at);
	(void)snprintf(whole, sizeof(whole), "%.*s%s%s", (int)(at - text), text,
	    extra, at);
	rig_input(&r, RIG_PHONE, whole);
}

static void has(const char *method, const char *what)
{
	if (strstr(to_phone(method)->text, what) == NULL)
		fail_msg("no %s: %s", what, to_phone(method)->text);
}

static void has_not(const char *method, const char *what)
{
	if (strstr(to_phone(method)->text, what) != NULL)
		fail_msg("%s: %s", what, to_phone(method)->text);
}

static void begin(void)
{
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
}

/* The caller gives up, and the leg with him. */
static void give_up(void)
{
	rig_request(&r, "CANCEL", 1, "+13035550100", "c1", "", "", "");
	rig_pass_time(&r, 3 * RT_MIN_US);
	rig_fini(&r);
}

/* A proxy, then who is behind it: the third INVITE has credentials for both,
 * and is the one that is cancelled. */
static void test_two_realms(void **state)
{
	struct sip_msg m;
	char via[200], text[4096];
	struct buf b;

	(void)state;
	begin();
	says("INVITE", 407, PROXY("p1"), "");
	has("INVITE", "Proxy-Authorization: Digest username=\"worker\"");
	has("INVITE", "nc=00000001");
	says("INVITE", 401, AGENT("u1"), "");
	assert_int_equal(rig_count_sent(&r, "INVITE"), 3);
	has("INVITE", "nc=00000002");
	has("INVITE", "\r\nAuthorization: Digest username=\"worker\"");
	has("INVITE", "CSeq: 3 INVITE");
	says("INVITE", 180, "", "");
	rig_parse(to_phone("INVITE"), &m);
	buf_over(&b, via, sizeof(via) - 1);
	buf_printf(&b, "\r\nVia: %.*s\r\n",
	    SLICE_FMT(sip_msg_value(&m, SIP_HDR_VIA)));
	assert_int_equal(buf_err(&b), ERR_OK);
	via[b.n] = '\0';
	rig_request(&r, "CANCEL", 1, "+13035550100", "c1", "", "", "");
	has("CANCEL", via);
	has("CANCEL", "CSeq: 3 CANCEL");
	has_not("CANCEL", "uthorization");
	rig_answer(&r, to_phone("CANCEL"), 200, "");
	rig_write_answer(to_phone("INVITE"), 487, "", text, sizeof(text));
	rig_input(&r, RIG_PHONE, text);
	has("ACK", via);
	rig_pass_time(&r, 3 * RT_MIN_US);
	assert_int_equal(r.n_closed, 1);
	rig_fini(&r);
}

/* The first credentials are refused, or old, or of a kind that nobody knows. */
static void test_given_up(void **state)
{
	static const struct {
		const char *why;
		unsigned int status;
		const char *ask[3];
		size_t invites;
		const char *reason;
	} cases[] = {
		{ "a wrong password", 407, { PROXY("p1"), PROXY("p2"), NULL },
		    2, "the carrier refuses the trunk's password" },
		{ "old once", 401,
		    { AGENT("u1"),
			"WWW-Authenticate: Digest realm=\"u\", nonce=\"u2\","
			" stale=true\r\n",
			"WWW-Authenticate: Digest realm=\"u\", nonce=\"u3\","
			" stale=true\r\n" },
		    3, "the carrier refuses the trunk's password" },
		{ "unknown", 401,
		    { "WWW-Authenticate: Digest realm=\"u\", nonce=\"u1\","
		      " algorithm=SHA3-256\r\n",
			NULL, NULL },
		    1,
		    "the carrier asks for a kind of digest that we do not "
		    "know" },
		{ "auth-int alone", 407,
		    { "Proxy-Authenticate: Digest realm=\"p\", nonce=\"p1\","
		      " qop=\"auth-int\"\r\n",
			NULL, NULL },
		    1,
		    "the carrier asks for a kind of digest that we do not "
		    "know" },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct engine_watch w = { .logged = { { 0 } } };

		begin();
		for (size_t k = 0; k < 3 && cases[i].ask[k] != NULL; k++)
			says("INVITE", cases[i].status, cases[i].ask[k], "");
		if (rig_count_sent(&r, "INVITE") != cases[i].invites)
			fail_msg("%s: %zu", cases[i].why,
			    rig_count_sent(&r, "INVITE"));
		assert_int_equal(r.n_closed, 1);
		/* Of the phone's leg, as much as the rig keeps. */
		if (strncmp(cases[i].reason, r.first_reason,
			sizeof(r.first_reason) - 1) != 0)
			fail_msg("%s: %s", cases[i].why, r.first_reason);
		assert_int_equal(engine_watch(&w, r.engine, r.now.mono_us), 1);
		rig_fini(&r);
	}
}

/* One that rings in between has accepted what it asks for again: not for ever.
 */
static void test_rings_and_asks(void **state)
{
	(void)state;
	begin();
	for (int i = 0; i < 40; i++) {
		says("INVITE", 180, "", "");
		says("INVITE", 407, PROXY("p"), "");
	}
	assert_int_equal(rig_count_sent(&r, "INVITE"),
	    1 + CHALLENGE_INVITES_MAX);
	assert_int_equal(r.n_closed, 1);
	rig_fini(&r);
}

/* Of a PRACK, too: once, and what it says stays. */
static void test_prack(void **state)
{
	(void)state;
	begin();
	says("INVITE", 180, "Require: 100rel\r\nRSeq: 7\r\n", "");
	has("PRACK", "RAck: 7 1 INVITE");
	has_not("PRACK", "uthorization");
	says("PRACK", 407, PROXY("p1"), "");
	assert_int_equal(rig_count_sent(&r, "PRACK"), 2);
	has("PRACK", "RAck: 7 1 INVITE");
	has("PRACK", "CSeq: 3 PRACK");
	has("PRACK", "Proxy-Authorization: Digest ");
	says("PRACK", 407, PROXY("p2"), "");
	assert_int_equal(rig_count_sent(&r, "PRACK"), 2);
	give_up();
}

/* And of a BYE: in the same dialog, with the next number, once. */
static void test_bye(void **state)
{
	char tag[128];

	(void)state;
	rig_init(&r, 4);
	rig_call_up(&r, tag);
	rig_request(&r, "BYE", 2, "+13035550100", "c1", tag, "", "");
	has_not("BYE", "uthorization");
	says("BYE", 401, AGENT("u1") PROXY("p1"), "");
	assert_int_equal(rig_count_sent(&r, "BYE"), 2);
	has("BYE", "\r\nAuthorization: Digest ");
	has("BYE", "\r\nProxy-Authorization: Digest ");
	has("BYE", "CSeq: 3 BYE");
	says("BYE", 401, AGENT("u2"), "");
	assert_int_equal(rig_count_sent(&r, "BYE"), 2);
	rig_pass_time(&r, RT_MIN_US);
	rig_fini(&r);
}

/* Three that ask, at length, of who has a long address: there is no room for
 * that, and none of it goes out rather than the half. */
static void test_bye_too_long(void **state)
{
	static const char contact[] = "<sip:p@10.0.0.3:5080>";
	char tag[128], text[4096], whole[4608], ask[2048], fill[501], *at;
	size_t n = 0;

	(void)state;
	memset(fill, 'n', sizeof(fill) - 1);
	fill[sizeof(fill) - 1] = '\0';
	for (int i = 0; i < 3; i++)
		n += (size_t)snprintf(ask + n, sizeof(ask) - n,
		    "Proxy-Authenticate: Digest realm=\"p%d\", nonce=\"%s\"\r\n",
		    i, fill);
	begin();
	rig_write_answer(to_phone("INVITE"), 200, rig_sdp, text, sizeof(text));
	at = strstr(text, contact);
	assert_non_null(at);
	(void)snprintf(whole, sizeof(whole),
	    "%.*s<sip:p@10.0.0.3:5080;x=%.300s>%s", (int)(at - text), text,
	    fill, at + strlen(contact));
	rig_input(&r, RIG_PHONE, whole);
	rig_to_tag_of(&r, tag);
	rig_request(&r, "ACK", 1, "+13035550100", "c1", tag, "", "");
	rig_request(&r, "BYE", 2, "+13035550100", "c1", tag, "", "");
	says("BYE", 407, ask, "");
	assert_int_equal(rig_count_sent(&r, "BYE"), 2);
	has_not("BYE", "uthorization");
	says("BYE", 407, ask, "");
	assert_int_equal(rig_count_sent(&r, "BYE"), 2);
	rig_pass_time(&r, RT_MIN_US);
	assert_int_equal(r.n_closed, 1);
	rig_fini(&r);
}

/* --- what is refused -------------------------------------------------------*/

/* A change of the carrier's with a Contact of its own. */
static void change(const char *method, unsigned int cseq, const char *tag,
    const char *contact, const char *extra, const char *body)
{
	char text[4096];

	(void)snprintf(text, sizeof(text),
	    "%s sip:+13035550100@10.0.0.1 SIP/2.0\r\n"
	    "Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKch%u\r\n"
	    "From: <sip:+17205550001@10.0.0.2>;tag=fc1\r\n"
	    "To: <sip:+13035550100@10.0.0.1>;tag=%s\r\n"
	    "Call-ID: c1\r\nCSeq: %u %s\r\nContact: <%s>\r\n%s"
	    "Content-Type: application/sdp\r\nContent-Length: %zu\r\n\r\n%s",
	    method, cseq, tag, cseq, method, contact, extra, strlen(body),
	    body);
	rig_input(&r, RIG_CARRIER, text);
}

static const char fax[] =
    "v=0\r\no=- 1 2 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\n"
    "m=image 4000 udptl t38\r\n";

/* RFC 3261 12.2.2: of a request that is refused nothing is taken: not the
 * interval of the session, not who refreshes it, not where they are now. */
static void test_refused_change(void **state)
{
	static const char *const methods[] = { "INVITE", "UPDATE" };
	char tag[128];

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(methods); i++) {
		rig_init(&r, 4);
		rig_request(&r, "INVITE", 1, "+13035550100", "c1", "",
		    "Session-Expires: 1800;refresher=uac\r\n", rig_sdp);
		rig_answer_as_phone(&r, "INVITE", 200, rig_sdp);
		rig_to_tag_of(&r, tag);
		rig_request(&r, "ACK", 1, "+13035550100", "c1", tag, "", "");
		change(methods[i], 2, tag, "sip:moved@10.0.0.2:5070",
		    "Session-Expires: 90;refresher=uas\r\nAllow: INVITE\r\n",
		    fax);
		rig_expect_status(&r, methods[i], 488);
		assert_null(strstr(rig_last(&r)->text, "Session-Expires"));
		/* As it was: nobody waits for a refresh after 90 s. */
		rig_pass_time(&r, 5 * RT_MIN_US);
		assert_int_equal(r.n_closed, 0);
		change("UPDATE", 3, tag, "sip:c@10.0.0.2:5060", "", rig_sdp);
		rig_expect_status(&r, "a refresh", 200);
		assert_non_null(strstr(rig_last(&r)->text,
		    "\r\nSession-Expires: 1800;refresher=uac\r\n"));
		change(methods[i], 4, tag, "sip:moved@10.0.0.2:5070",
		    "Require: siprec\r\n", rig_sdp);
		rig_expect_status(&r, methods[i], 420);
		engine_stop(r.engine, r.now);
		rig_pump(&r);
		assert_int_equal(rig_count_sent(&r, "BYE sip:c@10.0.0.2:5060 "),
		    1);
		rig_pass_time(&r, RT_MIN_US);
		rig_fini(&r);
	}
	/* What is accepted moves them. */
	rig_init(&r, 4);
	rig_call_up(&r, tag);
	change("INVITE", 2, tag, "sip:moved@10.0.0.2:5070", "", rig_sdp);
	rig_expect_status(&r, "accepted", 200);
	rig_request(&r, "ACK", 2, "+13035550100", "c1", tag, "", "");
	engine_stop(r.engine, r.now);
	rig_pump(&r);
	assert_int_equal(rig_count_sent(&r, "BYE sip:moved@10.0.0.2:5070 "), 1);
	rig_pass_time(&r, RT_MIN_US);
	rig_fini(&r);
}

/* What any request requires that nobody knows: 420 and its name. Who hangs up
 * has hung up. */
static void test_required(void **state)
{
	static const char *const methods[] = { "OPTIONS", "INFO", "REFER" };
	char tag[128];

	(void)state;
	rig_init(&r, 4);
	rig_call_up(&r, tag);
	for (size_t i = 0; i < RT_ARRAY_LEN(methods); i++) {
		const bool outside = i == 0;

		if (outside) {
			rig_request(&r, methods[i], 9, "+13035550100", "out",
			    "", "Require: no.such, timer\r\n", "");
			rig_expect_status(&r, "outside", 420);
			assert_non_null(strstr(rig_last(&r)->text,
			    "\r\nUnsupported: no.such\r\n"));
		}
		rig_request(&r, methods[i], 2 + (unsigned int)i, "+13035550100",
		    "c1", tag, "Require: no.such\r\n", "");
		rig_expect_status(&r, methods[i], 420);
		assert_non_null(
		    strstr(rig_last(&r)->text, "\r\nUnsupported: no.such\r\n"));
	}
	rig_request(&r, "OPTIONS", 10, "+13035550100", "c1", tag,
	    "Require: 100rel\r\n", "");
	rig_expect_status(&r, "what we know", 200);
	rig_request(&r, "BYE", 11, "+13035550100", "c1", tag,
	    "Require: no.such\r\n", "");
	assert_int_equal(r.n_closed, 1);
	rig_pass_time(&r, RT_MIN_US);
	rig_fini(&r);
}

/* A call that begins on hold, or without a line, is one; silence does not end
 * it, and its audio comes with a later offer. */
static void test_begins_held(void **state)
{
	static const char *const first[] = {
		"m=audio 4000 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\n",
		"m=audio 4000 RTP/AVP 0\r\na=inactive\r\n",
		"",
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(first); i++) {
		const struct engine_media *m;
		char tag[128], body[400];
		uint32_t stream;

		(void)snprintf(body, sizeof(body),
		    "v=0\r\no=- 1 1 IN IP4 10.0.0.2\r\ns=-\r\n"
		    "c=IN IP4 10.0.0.2\r\nt=0 0\r\n%s",
		    first[i]);
		rig_init(&r, 4);
		rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "",
		    body);
		rig_answer_as_phone(&r, "INVITE", 200, rig_sdp);
		rig_expect_status(&r, first[i], 200);
		rig_to_tag_of(&r, tag);
		rig_request(&r, "ACK", 1, "+13035550100", "c1", tag, "", "");
		stream = r.media[0].stream; /* the caller's was opened first */
		rig_tell_media(&r, ENGINE_MEDIA_SILENT, stream, 0);
		rig_pump(&r);
		assert_int_equal(r.n_closed, 0);
		if (first[i][0] == '\0') { /* again as it is */
			rig_request(&r, "INVITE", 2, "+13035550100", "c1", tag,
			    "", body);
			rig_expect_status(&r, "still without", 200);
			assert_null(strstr(rig_last(&r)->text, "m="));
			rig_request(&r, "ACK", 2, "+13035550100", "c1", tag, "",
			    "");
		}
		rig_request(&r, "INVITE", 3, "+13035550100", "c1", tag, "",
		    rig_sdp);
		rig_expect_status(&r, "its audio", 200);
		assert_non_null(strstr(rig_last(&r)->text, "m=audio 3"));
		assert_non_null(strstr(rig_last(&r)->text, "a=sendrecv"));
		m = &r.media[(r.n_media - 1) % 256];
		assert_int_equal(m->op, ENGINE_MEDIA_TARGET);
		assert_int_equal(m->stream, stream);
		assert_int_equal(m->remote.ip, RIG_CARRIER.ip);
		assert_int_equal(m->dir, ENGINE_DIR_SENDRECV);
		rig_request(&r, "ACK", 3, "+13035550100", "c1", tag, "", "");
		rig_tell_media(&r, ENGINE_MEDIA_SILENT, stream, 0);
		rig_pump(&r);
		assert_int_equal(r.n_closed, 1);
		rig_fini(&r);
	}
}

/* More than we can keep of a dialog: too large, not wrong (RFC 3261 21.5.7). */
static void test_too_large(void **state)
{
	char extra[3000];

	(void)state;
	rig_init(&r, 4);
	(void)snprintf(extra, sizeof(extra),
	    "Record-Route: <sip:%02600d.example;lr>\r\n", 0);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", extra, rig_sdp);
	rig_expect_status(&r, "too large", 513);
	rig_pass_time(&r, RT_MIN_US);
	rig_fini(&r);
}

/* More of a header than we read: the sender is told, and no call begins. */
static void test_too_many_fields(void **state)
{
	struct engine_stats s;
	char many[2000];
	struct buf b;

	(void)state;
	buf_over(&b, many, sizeof(many) - 1);
	for (int i = 0; i < 200; i++)
		buf_cstr(&b, "X-A: b\r\n");
	many[b.n] = '\0';
	rig_init(&r, 4);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", many, rig_sdp);
	rig_expect_status(&r, "too many", 400);
	assert_non_null(
	    strstr(rig_last(&r)->text, "SIP/2.0 400 Too Many Header Fields"));
	assert_int_equal(r.n_sent, 1);
	engine_get_stats(r.engine, &s);
	assert_int_equal(s.refused_bad, 1);
	assert_int_equal(s.calls + s.transactions, 0);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_realms),
		cmocka_unit_test(test_given_up),
		cmocka_unit_test(test_rings_and_asks),
		cmocka_unit_test(test_prack),
		cmocka_unit_test(test_bye),
		cmocka_unit_test(test_bye_too_long),
		cmocka_unit_test(test_refused_change),
		cmocka_unit_test(test_required),
		cmocka_unit_test(test_begins_held),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_too_many_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
