/* Tests of sipworker/sip/sip_txn: what is malformed, stray or too much. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/fail_alloc.h"
#include "tests/support/sip_net.h"

#define A  0
#define B  1
#define MS 1000

static struct sip_net net;

static int set_up(void **state)
{
	(void)state;
	sip_net_init(&net, 16);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	return sip_net_end(&net);
}

static const char invite[] =
    "INVITE sip:b@127.1.0.2 SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 127.9.9.9:5070;rport;branch=z9hG4bKx1\r\n"
    "Max-Forwards: 70\r\n"
    "From: <sip:a@example.com>;tag=f1\r\n"
    "To: <sip:b@example.com>\r\n"
    "Call-ID: c1\r\n"
    "CSeq: 7 INVITE\r\n"
    "Content-Length: 0\r\n\r\n";
static const struct addr4 peer = { 0x7f090909, 6000 };

/* RFC 3581: to the source port; without rport to sent-by's; the address is
 * always the source's. */
static void test_reply_address(void **state)
{
	char other[sizeof(invite)];
	char *at;

	(void)state;
	sip_net_inject(&net, B, peer, invite);
	const struct sip_net_sent *m = sip_net_sent(&net, B, "SIP/2.0 100", 0);

	assert_true(addr4_eq(m->to, peer));
	assert_non_null(strstr(m->bytes, ";received=127.9.9.9;rport=6000"));
	assert_int_equal(sip_net_answer(&net, B, 404), ERR_OK);

	memcpy(other, invite, sizeof(other));
	at = strstr(other, ";rport");
	memcpy(at, ";r2ort", 6);
	at = strstr(other, "Kx1");
	at[2] = '2';
	at = strstr(other, "c1");
	at[1] = '2';
	sip_net_inject(&net, B, peer, other);
	m = sip_net_sent(&net, B, "SIP/2.0 100", 1);
	assert_int_equal(m->to.ip, peer.ip);
	assert_int_equal(m->to.port, 5070);
	assert_int_equal(sip_net_answer(&net, B, 404), ERR_OK);
}

/* 17.2.1: a repeated INVITE gets the last response again, as the same bytes,
 * and is no new request; after the ACK of a 2xx it is only absorbed. */
static void test_repeated_invite(void **state)
{
	const struct sip_net_event *ev;

	(void)state;
	sip_net_inject(&net, B, peer, invite);
	sip_net_inject(&net, B, peer, invite);
	assert_int_equal(sip_net_count(&net, B, "SIP/2.0 100"), 2);
	assert_int_equal(sip_net_answer(&net, B, 183), ERR_OK);
	sip_net_inject(&net, B, peer, invite);
	assert_int_equal(sip_net_count(&net, B, "SIP/2.0 183"), 2);
	assert_int_equal(sip_net_answer(&net, B, 200), ERR_OK);
	ev = sip_net_event(&net, B, SIP_TXN_REQUEST, 0);
	assert_int_equal(sip_txn_acked(net.node[B].layer, ev->id, 0), ERR_OK);
	sip_net_inject(&net, B, peer, invite);
	assert_int_equal(sip_net_count(&net, B, "SIP/2.0 200"), 1);
	assert_int_equal(sip_net_events(&net, B, SIP_TXN_REQUEST), 1);
}

/* 8.2.2.2: the same request by another way. */
static void test_merged(void **state)
{
	char other[sizeof(invite)];

	(void)state;
	memcpy(other, invite, sizeof(other));
	*(strstr(other, "Kx1") + 2) = '2';
	sip_net_inject(&net, B, peer, invite);
	sip_net_inject(&net, B, peer, other);
	assert_int_equal(sip_net_count(&net, B, "SIP/2.0 482"), 1);
	assert_int_equal(sip_net_events(&net, B, SIP_TXN_REQUEST), 1);
	assert_int_equal(sip_net_answer(&net, B, 486), ERR_OK);
	/* Nothing is going on any more. */
	*(strstr(other, "Kx2") + 2) = '3';
	sip_net_inject(&net, B, peer, other);
	assert_int_equal(sip_net_count(&net, B, "SIP/2.0 482"), 1);
	assert_int_equal(sip_net_events(&net, B, SIP_TXN_REQUEST), 2);
	assert_int_equal(sip_net_answer(&net, B, 486), ERR_OK);
}

static const struct {
	const char *why;
	const char *from;
	const char *to;
	const char *status; /* "": dropped */
} bad_cases[] = {
	{ "other version", "SIP/2.0\r\nVia", "SIP/7.0\r\nVia", "SIP/2.0 505" },
	{ "method mismatch", "7 INVITE", "7 OPTIONS", "SIP/2.0 400" },
	{ "bad Request-URI", "sip:b@127.1.0.2 ", "sip:b@@27.1.0.2 ",
	    "SIP/2.0 400" },
	{ "body cut short", "Length: 0", "Length: 9", "SIP/2.0 400" },
	{ "hops not a number", "wards: 70", "wards: x0", "SIP/2.0 400" },
	{ "no Call-ID", "Call-ID:", "Bell-ID:", "SIP/2.0 400" },
	{ "no CSeq", "CSeq:", "DSeq:", "SIP/2.0 400" },
	{ "no To", "To:", "Ti:", "SIP/2.0 400" },
	{ "CSeq of 2^31", "7 INVITE", "2147483648 INVITE", "SIP/2.0 400" },
	{ "a line ended by LF alone", "\r\nVia", "\nVia", "SIP/2.0 400" },
	{ "Via broken", "SIP/2.0/UDP 127", "SIP/2.0/UDP@127", "SIP/2.0 400" },
	{ "no Via", "Via:", "Vie:", "" },
	{ "not SIP", " SIP/2.0\r\nVia", " HTTP/1.1\r\nVia", "" },
};

static void test_malformed(void **state)
{
	struct sip_txn_stats st;

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(bad_cases); i++) {
		char text[1024];
		const char *at = strstr(invite, bad_cases[i].from);
		const size_t before = net.n_sent;
		struct buf b;

		assert_non_null(at);
		buf_over(&b, text, sizeof(text) - 1);
		buf_bytes(&b, invite, (size_t)(at - invite));
		buf_cstr(&b, bad_cases[i].to);
		buf_cstr(&b, at + strlen(bad_cases[i].from));
		text[b.n] = '\0';
		sip_net_inject(&net, B, peer, text);
		if (bad_cases[i].status[0] == '\0'
			? net.n_sent != before
			: net.n_sent != before + 1 ||
			      strncmp(net.sent[before].bytes,
				  bad_cases[i].status, 11) != 0)
			fail_msg("%s: %s", bad_cases[i].why,
			    net.n_sent == before ? "nothing sent"
						 : net.sent[before].bytes);
	}
	assert_int_equal(net.n_events, 0);
	sip_txn_stats(net.node[B].layer, &st);
	assert_int_equal(st.malformed, 2);
	assert_int_equal(st.malformed_source, peer.ip);
	assert_int_equal(st.bad, RT_ARRAY_LEN(bad_cases) - 2);
	assert_int_equal(st.bad_source, peer.ip);
}

static void test_keep_alive(void **state)
{
	struct sip_txn_stats st;

	(void)state;
	sip_net_inject(&net, B, peer, "\r\n\r\n");
	sip_net_inject(&net, B, peer, "");
	sip_txn_stats(net.node[B].layer, &st);
	assert_int_equal(st.malformed, 0);
	assert_int_equal(net.n_sent, 0);
}

/* Table full: 503 with Retry-After, no event; the last two places are BYE's. */
static void test_full(void **state)
{
	static const char bye[] =
	    "BYE sip:b@127.1.0.2 SIP/2.0\r\n"
	    "v: SIP/2.0/UDP 127.9.9.9:5070;branch=z9hG4bKb1\r\n"
	    "f: <sip:a@example.com>;tag=f1\r\n"
	    "t: <sip:b@example.com>;tag=t1\r\n"
	    "i: c9\r\n"
	    "CSeq: 8 BYE\r\n\r\n";

	(void)state;
	for (unsigned int k = 1; k <= 17; k++) {
		char text[1024], *at;

		memcpy(text, invite, sizeof(invite));
		at = strstr(text, "Kx1");
		at[2] = (char)('A' + k);
		at = strstr(text, "c1\r");
		at[1] = (char)('A' + k);
		sip_net_inject(&net, B, peer, text);
	}
	assert_int_equal(sip_net_events(&net, B, SIP_TXN_REQUEST), 14);
	assert_int_equal(sip_net_count(&net, B, "SIP/2.0 503"), 3);
	assert_non_null(strstr(sip_net_sent(&net, B, "SIP/2.0 503", 0)->bytes,
	    "Retry-After: 5\r\n"));
	sip_net_inject(&net, B, peer, bye);
	assert_int_equal(sip_net_events(&net, B, SIP_TXN_REQUEST), 15);
	for (size_t i = 0; i < 15; i++) {
		const struct sip_txn_answer a = { .status = 480 };

		assert_int_equal(sip_txn_respond(net.node[B].layer,
				     sip_net_event(&net, B, SIP_TXN_REQUEST, i)
					 ->id,
				     &a, 0),
		    ERR_OK);
	}
}

/* OPTIONS: the answer is kept for 64 * T1 and repeated as the same bytes. */
static void test_repeated_options(void **state)
{
	static const char options[] =
	    "OPTIONS sip:b@127.1.0.2 SIP/2.0\r\n"
	    "v: SIP/2.0/UDP 127.9.9.9:5070;branch=z9hG4bKo1\r\n"
	    "f: <sip:a@example.com>;tag=f1\r\n"
	    "t: <sip:b@example.com>\r\n"
	    "i: c9\r\n"
	    "CSeq: 1 OPTIONS\r\n\r\n";

	(void)state;
	sip_net_inject(&net, B, peer, options);
	assert_int_equal(net.n_sent, 0); /* no 100 (RFC 4320 4.1) */
	sip_net_inject(&net, B, peer, options);
	assert_int_equal(net.n_sent, 0);
	assert_int_equal(sip_net_answer(&net, B, 200), ERR_OK);
	sip_net_inject(&net, B, peer, options);
	assert_int_equal(sip_net_count(&net, B, "SIP/2.0 200"), 2);
	assert_string_equal(net.sent[0].bytes, net.sent[1].bytes);
	sip_net_run(&net, 33 * RT_SEC_US);
	assert_int_equal(sip_net_events(&net, B, SIP_TXN_ENDED), 1);
}

/* RFC 4320 4.2: an answer that would come too late is not sent at all. */
static void test_late_answer(void **state)
{
	struct sip_txn_id id = sip_net_request(&net, A, SIP_METHOD_OPTIONS, 1);

	(void)state;
	(void)id;
	sip_net_run(&net, 33 * RT_SEC_US);
	assert_int_equal(sip_net_answer(&net, B, 200), ERR_NOTFOUND);
	assert_int_equal(sip_net_events(&net, A, SIP_TXN_TIMEOUT), 1);
}

static void test_stray(void **state)
{
	struct sip_txn_stats st;

	(void)state;
	sip_net_inject(&net, A, peer,
	    "SIP/2.0 200 OK\r\n"
	    "Via: SIP/2.0/UDP 127.1.0.1:5060;branch=z9hG4bKnone\r\n"
	    "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>;tag=2\r\n"
	    "Call-ID: x\r\nCSeq: 1 INVITE\r\n\r\n");
	sip_txn_stats(net.node[A].layer, &st);
	assert_int_equal(st.stray, 1);
	assert_int_equal(net.n_events, 0);
	assert_int_equal(sip_txn_acked(net.node[A].layer,
			     (struct sip_txn_id){ 12345 }, 0),
	    ERR_NOTFOUND);
	assert_int_equal(sip_txn_set_user(net.node[A].layer,
			     (struct sip_txn_id){ 0 }, 1),
	    ERR_NOTFOUND);
}

/* RFC 3261 18.1.2, 8.1.3.3: an answer with another's Via on top, or with one
 * below ours, is not for us, whatever its branch. */
static void test_foreign_via(void **state)
{
	static const struct {
		const char *why;
		const char *at;
		const char *more;
		size_t heard;
	} cases[] = {
		{ "another address", "127.1.0.9:5060", "", 0 },
		{ "another port", "127.1.0.1:5070", "", 0 },
		{ "a name", "a.example:5060", "", 0 },
		{ "two", "127.1.0.1:5060",
		    "Via: SIP/2.0/UDP 127.9.9.9;branch=z9hG4bKy\r\n", 0 },
		{ "two of one line", "127.1.0.1:5060;rport",
		    "v: SIP/2.0/UDP 127.9.9.8,SIP/2.0/UDP 127.9.9.9\r\n", 0 },
		{ "ours", "127.1.0.1:5060", "", 1 },
	};
	const struct sip_net_sent *sent;
	struct sip_txn_stats st;
	char text[1024];
	struct sip_msg m;
	struct buf none;

	(void)state;
	(void)sip_net_request(&net, A, SIP_METHOD_OPTIONS, 1);
	sent = sip_net_sent(&net, A, "OPTIONS", 0);
	buf_over(&none, NULL, 0);
	assert_int_equal(sip_msg_parse(slice_of(sent->bytes, sent->n), &none,
			     &m),
	    ERR_OK);
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct buf b;

		buf_over(&b, text, sizeof(text) - 1);
		buf_printf(&b,
		    "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP %s;branch=%.*s\r\n%s"
		    "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>;tag=2\r\n"
		    "Call-ID: x\r\nCSeq: 1 OPTIONS\r\n\r\n",
		    cases[i].at, SLICE_FMT(m.via.branch), cases[i].more);
		assert_int_equal(buf_err(&b), ERR_OK);
		text[b.n] = '\0';
		sip_net_inject(&net, A, peer, text);
		if (sip_net_events(&net, A, SIP_TXN_RESPONSE) != cases[i].heard)
			fail_msg("%s", cases[i].why);
	}
	sip_txn_stats(net.node[A].layer, &st);
	assert_int_equal(st.stray, RT_ARRAY_LEN(cases) - 1);
}

/* CANCEL for nothing: 481 (9.2). */
static void test_cancel_for_nothing(void **state)
{
	(void)state;
	sip_net_inject(&net, B, peer,
	    "CANCEL sip:b@127.1.0.2 SIP/2.0\r\n"
	    "Via: SIP/2.0/UDP 127.9.9.9:5070;branch=z9hG4bKx1\r\n"
	    "From: <sip:a@example.com>;tag=f1\r\n"
	    "To: <sip:b@example.com>\r\n"
	    "Call-ID: c1\r\nCSeq: 7 CANCEL\r\n\r\n");
	assert_int_equal(sip_net_count(&net, B, "SIP/2.0 481"), 1);
}

/* What a peer sent can never begin a line of ours. */
static void test_no_injection(void **state)
{
	struct sip_write_request r = {
		.method = SIP_METHOD_INVITE,
		.uri = SLICE("sip:b@127.1.0.2"),
		.from = SLICE("<sip:a@example.com>;tag=1\r\nX-Evil: 1"),
		.to = SLICE("<sip:b@example.com>"),
		.call_id = SLICE("x"),
		.cseq = 1,
	};
	struct sip_txn_id id;

	(void)state;
	assert_int_equal(sip_txn_request(net.node[A].layer, &r, peer, 1, 0,
			     &id),
	    ERR_SYNTAX);
	assert_int_equal(net.n_sent, 0);
}

static void test_tokens(void **state)
{
	char a[SIP_TXN_TOKEN_MAX], b[SIP_TXN_TOKEN_MAX];

	(void)state;
	sip_txn_token(net.node[A].layer, a);
	sip_txn_token(net.node[A].layer, b);
	assert_int_equal(strlen(a), SIP_TXN_TOKEN_N);
	assert_string_not_equal(a, b);
}

static void test_no_memory(void **state)
{
	static const struct sip_txn_ops ops = { NULL, NULL, NULL };
	const struct sip_txn_conf conf = {
		.slots = 4,
		.secret = SLICE("0123456789abcdef0123456789abcdef"),
	};
	struct sip_txn_conf wrong = conf;
	struct sip_txn_layer *t = NULL;

	(void)state;
	for (unsigned int n = 0;; n++) {
		enum err e;

		fail_alloc_after(n);
		e = sip_txn_new(&conf, &ops, &t);
		if (!fail_alloc_end()) {
			assert_int_equal(e, ERR_OK);
			break;
		}
		assert_int_equal(e, ERR_NOMEM);
	}
	sip_txn_free(t);
	sip_txn_free(NULL);
	wrong.slots = 0;
	assert_int_equal(sip_txn_new(&wrong, &ops, &t), ERR_RANGE);
	wrong = conf;
	wrong.secret = SLICE("short");
	assert_int_equal(sip_txn_new(&wrong, &ops, &t), ERR_RANGE);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(test_reply_address),
		T(test_repeated_invite),
		T(test_merged),
		T(test_malformed),
		T(test_keep_alive),
		T(test_full),
		T(test_repeated_options),
		T(test_late_answer),
		T(test_stray),
		T(test_foreign_via),
		T(test_cancel_for_nothing),
		T(test_no_injection),
		T(test_tokens),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("sip_txn", tests, NULL, NULL);
}
