/* Tests of sipworker/sip/sip_dlg: RFC 3261 24.2's call with its proxies, the
 * Twilio shape, strict routers, sequence numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "sipworker/sip/sip_dlg.h"

static struct buf none;

static void parse(const char *text, struct sip_msg *m)
{
	buf_over(&none, NULL, 0);
	assert_int_equal(sip_msg_parse(slice_from(text), &none, m), ERR_OK);
	assert_int_equal(m->bad, 0);
}

/* F8 of 24.2 as Bob's side sees it, with Record-Route by both proxies. */
static const char invite[] =
    "INVITE sip:bob@192.0.2.4 SIP/2.0\r\n"
    "Via: SIP/2.0/UDP server10.biloxi.com;branch=z9hG4bK4b43c2ff8.1\r\n"
    "Via: SIP/2.0/UDP bigbox3.site3.atlanta.com;branch=z9hG4bK77ef4c.1\r\n"
    "Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds8\r\n"
    "Record-Route: <sip:192.0.2.3;lr>, <sip:192.0.2.2;lr>\r\n"
    "Max-Forwards: 68\r\n"
    "To: Bob <sip:bob@biloxi.com>\r\n"
    "From: Alice <sip:alice@atlanta.com>;tag=1928301774\r\n"
    "Call-ID: a84b4c76e66710\r\n"
    "CSeq: 314159 INVITE\r\n"
    "Contact: <sip:alice@192.0.2.33>\r\n\r\n";
/* F11, the answer as Alice's side sees it. */
static const char answer[] =
    "SIP/2.0 200 OK\r\n"
    "Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds8\r\n"
    "Record-Route: <sip:192.0.2.3;lr>, <sip:192.0.2.2;lr>\r\n"
    "To: Bob <sip:bob@biloxi.com>;tag=a6c85cf\r\n"
    "From: Alice <sip:alice@atlanta.com>;tag=1928301774\r\n"
    "Call-ID: a84b4c76e66710\r\n"
    "CSeq: 314159 INVITE\r\n"
    "Contact: <sip:bob@192.0.2.4>\r\n\r\n";
static const struct addr4 proxy_b = { 0xc0000203, 5060 };
static const struct addr4 proxy_a = { 0xc0000202, 5060 };

static struct sip_write_request alice(void)
{
	return (struct sip_write_request){
		.method = SIP_METHOD_INVITE,
		.uri = SLICE("sip:bob@biloxi.com"),
		.from = SLICE("Alice <sip:alice@atlanta.com>;tag=1928301774"),
		.to = SLICE("Bob <sip:bob@biloxi.com>"),
		.call_id = SLICE("a84b4c76e66710"),
		.cseq = 314159,
	};
}

/* 12.1.1, 12.2.1.1: the called side's BYE goes by the routes as received. */
static void test_uas(void **state)
{
	struct sip_write_request r = { .cseq = 0 };
	char mem[1024];
	struct buf scratch;
	struct sip_dlg d;
	struct sip_msg m;
	struct addr4 to;

	(void)state;
	parse(invite, &m);
	assert_int_equal(sip_dlg_uas(&d, &m, SLICE("a6c85cf"), proxy_b), 0);
	assert_int_equal(d.state, SIP_DLG_EARLY);
	sip_dlg_confirm(&d);
	buf_over(&scratch, mem, sizeof(mem));
	assert_int_equal(sip_dlg_request(&d, SIP_METHOD_BYE, &scratch, &r, &to),
	    ERR_OK);
	assert_true(slice_eq(r.uri, SLICE("sip:alice@192.0.2.33")));
	assert_true(slice_eq(r.routes, SLICE("Route: <sip:192.0.2.3;lr>\r\n"
					     "Route: <sip:192.0.2.2;lr>\r\n")));
	assert_true(
	    slice_eq(r.from, SLICE("Bob <sip:bob@biloxi.com>;tag=a6c85cf")));
	assert_true(slice_eq(r.to,
	    SLICE("Alice <sip:alice@atlanta.com>;tag=1928301774")));
	assert_int_equal(r.cseq, 1);
	assert_true(addr4_eq(to, proxy_b));
	/* Strictly rising, over all requests. */
	assert_int_equal(sip_dlg_request(&d, SIP_METHOD_INVITE, &scratch, &r,
			     &to),
	    ERR_OK);
	assert_int_equal(r.cseq, 2);
	assert_int_equal(sip_dlg_request(&d, SIP_METHOD_ACK, &scratch, &r, &to),
	    ERR_OK);
	assert_int_equal(r.cseq, 2);
}

/* 12.1.2: the calling side turns them round; the ACK has the INVITE's number.
 */
static void test_uac(void **state)
{
	const struct sip_write_request inv = alice();
	struct sip_write_request r = { .cseq = 0 };
	char mem[1024];
	struct buf scratch;
	struct sip_dlg d;
	struct sip_msg m;
	struct addr4 to;

	(void)state;
	parse(answer, &m);
	assert_int_equal(sip_dlg_uac(&d, &inv, &m, proxy_a), ERR_OK);
	assert_int_equal(d.state, SIP_DLG_CONFIRMED);
	assert_true(sip_dlg_matches(&d, &m));
	buf_over(&scratch, mem, sizeof(mem));
	assert_int_equal(sip_dlg_request(&d, SIP_METHOD_ACK, &scratch, &r, &to),
	    ERR_OK);
	assert_true(slice_eq(r.uri, SLICE("sip:bob@192.0.2.4")));
	assert_true(slice_eq(r.routes, SLICE("Route: <sip:192.0.2.2;lr>\r\n"
					     "Route: <sip:192.0.2.3;lr>\r\n")));
	assert_int_equal(r.cseq, 314159);
	assert_true(
	    slice_eq(r.to, SLICE("Bob <sip:bob@biloxi.com>;tag=a6c85cf")));
	assert_int_equal(sip_dlg_request(&d, SIP_METHOD_BYE, &scratch, &r, &to),
	    ERR_OK);
	assert_int_equal(r.cseq, 314160);
	assert_true(addr4_eq(to, proxy_a));
}

/* A 180 without Contact makes an early dialog; the 200 completes it, with its
 * own route set (13.2.2.4). */
static void test_early(void **state)
{
	const struct sip_write_request inv = alice();
	struct sip_write_request r = { .cseq = 0 };
	char mem[1024];
	struct buf scratch;
	struct sip_dlg d;
	struct sip_msg m;
	struct addr4 to;

	(void)state;
	parse(
	    "SIP/2.0 180 Ringing\r\n"
	    "Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds8\r\n"
	    "To: Bob <sip:bob@biloxi.com>;tag=a6c85cf\r\n"
	    "From: Alice <sip:alice@atlanta.com>;tag=1928301774\r\n"
	    "Call-ID: a84b4c76e66710\r\nCSeq: 314159 INVITE\r\n\r\n",
	    &m);
	assert_int_equal(sip_dlg_uac(&d, &inv, &m, proxy_a), ERR_OK);
	assert_int_equal(d.state, SIP_DLG_EARLY);
	parse(answer, &m);
	assert_true(sip_dlg_matches(&d, &m));
	assert_int_equal(sip_dlg_uac(&d, &inv, &m, proxy_a), ERR_OK);
	assert_int_equal(d.state, SIP_DLG_CONFIRMED);
	buf_over(&scratch, mem, sizeof(mem));
	assert_int_equal(sip_dlg_request(&d, SIP_METHOD_BYE, &scratch, &r, &to),
	    ERR_OK);
	assert_true(slice_starts(r.routes, SLICE("Route: <sip:192.0.2.2")));
}

/* Twilio: public Record-Route, private Contact. The Contact stays the
 * Request-URI, the packet goes to the route. Without a route it goes where the
 * peer talks from. */
static void test_private_contact(void **state)
{
	static const char with_route[] =
	    "INVITE sip:+12125550123@203.0.113.5 SIP/2.0\r\n"
	    "Record-Route: <sip:54.172.60.1:5060;lr;ftag=x>\r\n"
	    "Via: SIP/2.0/UDP 54.172.60.1;branch=z9hG4bKx\r\n"
	    "From: <sip:+1@x>;tag=1\r\nTo: <sip:+2@y>\r\n"
	    "Call-ID: c\r\nCSeq: 1 INVITE\r\n"
	    "Contact: <sip:+1@10.42.1.2:5060>\r\n\r\n";
	const struct addr4 from = { 0x36ac3c01, 5060 };
	struct sip_write_request r = { .cseq = 0 };
	char mem[1024], bare[sizeof(with_route)], *at;
	struct buf scratch;
	struct sip_dlg d;
	struct sip_msg m;
	struct addr4 to;

	(void)state;
	parse(with_route, &m);
	assert_int_equal(sip_dlg_uas(&d, &m, SLICE("t"), from), ERR_OK);
	buf_over(&scratch, mem, sizeof(mem));
	assert_int_equal(sip_dlg_request(&d, SIP_METHOD_BYE, &scratch, &r, &to),
	    ERR_OK);
	assert_true(slice_eq(r.uri, SLICE("sip:+1@10.42.1.2:5060")));
	assert_true(addr4_eq(to, from));

	memcpy(bare, with_route, sizeof(bare));
	at = strstr(bare, "Record-Route");
	memcpy(at, "X-Gone-Route", 12);
	parse(bare, &m);
	assert_int_equal(sip_dlg_uas(&d, &m, SLICE("t"), from), ERR_OK);
	assert_int_equal(sip_dlg_request(&d, SIP_METHOD_BYE, &scratch, &r, &to),
	    ERR_OK);
	assert_int_equal(r.routes.n, 0);
	assert_true(addr4_eq(to, from));
}

/* 12.2.1.1: the first route has no lr. */
static void test_strict_router(void **state)
{
	static const char text[] =
	    "INVITE sip:b@192.0.2.9 SIP/2.0\r\n"
	    "Record-Route: <sip:192.0.2.7>\r\n"
	    "Record-Route: <sip:192.0.2.8;lr>\r\n"
	    "Via: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKx\r\n"
	    "From: <sip:+1@x>;tag=1\r\nTo: <sip:+2@y>\r\n"
	    "Call-ID: c\r\nCSeq: 1 INVITE\r\n"
	    "Contact: <sip:a@192.0.2.1>\r\n\r\n";
	const struct addr4 from = { 0xc0000207, 5060 };
	struct sip_write_request r = { .cseq = 0 };
	char mem[1024];
	struct buf scratch;
	struct sip_dlg d;
	struct sip_msg m;
	struct addr4 to;

	(void)state;
	parse(text, &m);
	assert_int_equal(sip_dlg_uas(&d, &m, SLICE("t"), from), ERR_OK);
	buf_over(&scratch, mem, sizeof(mem));
	assert_int_equal(sip_dlg_request(&d, SIP_METHOD_BYE, &scratch, &r, &to),
	    ERR_OK);
	assert_true(slice_eq(r.uri, SLICE("sip:192.0.2.7")));
	assert_true(slice_eq(r.routes, SLICE("Route: <sip:192.0.2.8;lr>\r\n"
					     "Route: <sip:a@192.0.2.1>\r\n")));
	assert_true(addr4_eq(to, from));
}

static void reinvite(struct sip_msg *m, char *text, size_t cap,
    const char *tags, unsigned int cseq, const char *method,
    const char *contact)
{
	struct buf b;

	buf_over(&b, text, cap - 1);
	buf_printf(&b,
	    "%s sip:bob@192.0.2.4 SIP/2.0\r\n"
	    "Via: SIP/2.0/UDP 192.0.2.3;branch=z9hG4bKr%u\r\n"
	    "%sCall-ID: a84b4c76e66710\r\nCSeq: %u %s\r\n%s\r\n",
	    method, cseq, tags, cseq, method, contact);
	assert_int_equal(buf_err(&b), ERR_OK);
	text[b.n] = '\0';
	parse(text, m);
}

#define TAGS                                       \
	"To: <sip:bob@biloxi.com>;tag=a6c85cf\r\n" \
	"From: <sip:alice@atlanta.com>;tag=1928301774\r\n"

/* 12.2.2: lower CSeq 500, higher taken; a re-INVITE moves the target once it is
 * accepted, and not before. */
static void test_receive(void **state)
{
	struct sip_write_request r = { .cseq = 0 };
	char text[1024], mem[1024];
	struct buf scratch;
	struct sip_dlg d;
	struct sip_msg m;
	struct addr4 to;

	(void)state;
	parse(invite, &m);
	assert_int_equal(sip_dlg_uas(&d, &m, SLICE("a6c85cf"), proxy_b), 0);
	reinvite(&m, text, sizeof(text), TAGS, 314160, "INVITE",
	    "Contact: <sip:alice@192.0.2.99:5070>\r\n");
	assert_true(sip_dlg_matches(&d, &m));
	assert_int_equal(sip_dlg_receive(&d, &m, proxy_b), 0);
	buf_over(&scratch, mem, sizeof(mem));
	assert_int_equal(sip_dlg_request(&d, SIP_METHOD_BYE, &scratch, &r, &to),
	    ERR_OK);
	assert_false(slice_eq(r.uri, SLICE("sip:alice@192.0.2.99:5070")));
	sip_dlg_refresh(&d, &m, proxy_b);
	assert_int_equal(sip_dlg_request(&d, SIP_METHOD_BYE, &scratch, &r, &to),
	    ERR_OK);
	assert_true(slice_eq(r.uri, SLICE("sip:alice@192.0.2.99:5070")));
	/* The route set is fixed (12.2). */
	assert_true(addr4_eq(to, proxy_b));

	reinvite(&m, text, sizeof(text), TAGS, 314159, "BYE", "");
	assert_int_equal(sip_dlg_receive(&d, &m, proxy_b), 500);
	reinvite(&m, text, sizeof(text), TAGS, 314160, "ACK", "");
	assert_int_equal(sip_dlg_receive(&d, &m, proxy_b), 0);
	reinvite(&m, text, sizeof(text), TAGS, 400000, "BYE", "");
	assert_int_equal(sip_dlg_receive(&d, &m, proxy_b), 0);
	/* A re-INVITE without a usable Contact keeps the target. */
	reinvite(&m, text, sizeof(text), TAGS, 400001, "INVITE",
	    "Contact: *\r\n");
	assert_int_equal(sip_dlg_receive(&d, &m, proxy_b), 0);
	sip_dlg_refresh(&d, &m, proxy_b);
	assert_int_equal(sip_dlg_request(&d, SIP_METHOD_BYE, &scratch, &r, &to),
	    ERR_OK);
	assert_true(slice_eq(r.uri, SLICE("sip:alice@192.0.2.99:5070")));
}

static void test_matches(void **state)
{
	static const char *const wrong[] = {
		"To: <sip:b@x>;tag=other\r\nFrom: <sip:a@x>;tag=1928301774\r\n",
		"To: <sip:b@x>;tag=a6c85cf\r\nFrom: <sip:a@x>;tag=other\r\n",
		"To: <sip:b@x>\r\nFrom: <sip:a@x>;tag=1928301774\r\n",
		("To: <sip:b@x>;tag=1928301774\r\n"
		 "From: <sip:a@x>;tag=a6c85cf\r\n"),
	};
	struct sip_dlg d, nothing = { .state = SIP_DLG_NONE };
	char text[1024];
	struct sip_msg m;

	(void)state;
	parse(invite, &m);
	assert_int_equal(sip_dlg_uas(&d, &m, SLICE("a6c85cf"), proxy_b), 0);
	for (size_t i = 0; i < RT_ARRAY_LEN(wrong); i++) {
		reinvite(&m, text, sizeof(text), wrong[i], 400000, "BYE", "");
		assert_false(sip_dlg_matches(&d, &m));
		assert_false(sip_dlg_matches(&nothing, &m));
	}
}

/* Hostile sizes are refused, not cut. */
static void test_too_big(void **state)
{
	static char text[16384];
	const struct sip_write_request inv = alice();
	struct sip_dlg d;
	struct sip_msg m;
	struct buf b;

	(void)state;
	for (int what = 0; what < 3; what++) {
		buf_over(&b, text, sizeof(text) - 1);
		buf_cstr(&b,
		    "INVITE sip:b@192.0.2.9 SIP/2.0\r\n"
		    "Via: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKx\r\n"
		    "To: <sip:+2@y>\r\nCSeq: 1 INVITE\r\nCall-ID: ");
		for (int i = 0; i < (what == 0 ? 3000 : 1); i++)
			buf_char(&b, 'c');
		buf_cstr(&b, "\r\nFrom: <sip:+1@x>;tag=1\r\nContact: <sip:");
		for (int i = 0; i < (what == 1 ? 500 : 1); i++)
			buf_char(&b, 'c');
		buf_cstr(&b, "@192.0.2.1>\r\n");
		for (int i = 0; i < (what == 2 ? 20 : 0); i++)
			buf_printf(&b, "Record-Route: <sip:%0200d@h;lr>\r\n",
			    i);
		buf_cstr(&b, "\r\n");
		assert_int_equal(buf_err(&b), ERR_OK);
		text[b.n] = '\0';
		parse(text, &m);
		assert_int_equal(sip_dlg_uas(&d, &m, SLICE("t"), proxy_b),
		    ERR_TOOBIG);
		if (what == 2)
			assert_int_equal(sip_dlg_uac(&d, &inv, &m, proxy_b),
			    ERR_TOOBIG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uas),
		cmocka_unit_test(test_uac),
		cmocka_unit_test(test_early),
		cmocka_unit_test(test_private_contact),
		cmocka_unit_test(test_strict_router),
		cmocka_unit_test(test_receive),
		cmocka_unit_test(test_matches),
		cmocka_unit_test(test_too_big),
	};

	return cmocka_run_group_tests_name("sip_dlg", tests, NULL, NULL);
}
