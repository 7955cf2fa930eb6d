/* Tests of sipworker/sip/sip_write: what is written parses back as meant, and
 * no value can begin a line of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sipworker/sip/sip_write.h"

static const struct addr4 us = { 0x7f010002, 5060 };
static char mem[8192];
static struct buf b;

static int set_up(void **state)
{
	(void)state;
	buf_over(&b, mem, sizeof(mem));
	return 0;
}

static struct sip_write_request plain(void)
{
	return (struct sip_write_request){
		.method = SIP_METHOD_INVITE,
		.uri = SLICE("sip:+12125550123@127.1.0.9:5080"),
		.from = SLICE("\"A\" <sip:+1@127.1.0.2>;tag=t1"),
		.to = SLICE("<sip:+12125550123@127.1.0.9>"),
		.call_id = SLICE("abc"),
		.cseq = 17,
		.routes = SLICE("Route: <sip:127.1.0.8;lr>\r\n"),
		.headers = SLICE("Contact: <sip:x@127.1.0.2>\r\n"),
		.content_type = SLICE("application/sdp"),
		.body = SLICE("v=0\r\n"),
	};
}

static void parse_back(struct sip_msg *m)
{
	struct buf none;

	assert_int_equal(buf_err(&b), ERR_OK);
	buf_over(&none, NULL, 0);
	assert_int_equal(sip_msg_parse(buf_slice(&b), &none, m), ERR_OK);
	assert_int_equal(m->bad, 0);
}

static void test_request(void **state)
{
	const struct sip_write_request r = plain();
	struct sip_msg m;

	(void)state;
	sip_write_request(&b, &r, us, SLICE("z9hG4bKabc"));
	parse_back(&m);
	assert_int_equal(m.method, SIP_METHOD_INVITE);
	assert_true(slice_eq(m.uri_text, r.uri));
	assert_true(slice_eq(m.via.branch, SLICE("z9hG4bKabc")));
	assert_true(slice_eq(m.via.host, SLICE("127.1.0.2")));
	assert_true(m.via.has_rport);
	assert_true(slice_eq(m.from.tag, SLICE("t1")));
	assert_int_equal(m.cseq.number, 17);
	assert_true(slice_eq(m.body, r.body));
	assert_true(slice_eq(sip_msg_value(&m, SIP_HDR_ROUTE),
	    SLICE("<sip:127.1.0.8;lr>")));
	assert_true(b.n < 600); /* small messages pass every path */
}

/* 17.1.1.3, 9.1: the siblings repeat what finds the INVITE. */
static void test_siblings(void **state)
{
	static char invite_text[4096];
	struct sip_write_request r = plain();
	struct sip_msg invite, response, m;
	struct buf text, none;

	(void)state;
	r.from = SLICE("<sip:+1@127.1.0.2>;tag=t1");
	buf_over(&text, invite_text, sizeof(invite_text));
	buf_over(&none, NULL, 0);
	sip_write_request(&text, &r, us, SLICE("z9hG4bKabc"));
	assert_int_equal(sip_msg_parse(buf_slice(&text), &none, &invite), 0);
	assert_int_equal(
	    sip_msg_parse(SLICE("SIP/2.0 486 Busy\r\n"
				"Via: SIP/2.0/UDP 127.1.0.2;branch=z9hG4bKabc"
				"\r\nFrom: <sip:+1@127.1.0.2>;tag=t1\r\n"
				"To: <sip:+12125550123@127.1.0.9>;tag=t2\r\n"
				"Call-ID: abc\r\nCSeq: 17 INVITE\r\n\r\n"),
		&none, &response),
	    0);
	sip_write_ack(&b, &invite, &response);
	parse_back(&m);
	assert_int_equal(m.method, SIP_METHOD_ACK);
	assert_true(slice_eq(m.via.branch, invite.via.branch));
	assert_true(slice_eq(m.uri_text, invite.uri_text));
	assert_true(slice_eq(m.to.tag, SLICE("t2")));
	assert_int_equal(m.cseq.number, 17);
	assert_true(sip_msg_has(&m, SIP_HDR_ROUTE));
	assert_int_equal(m.body.n, 0);

	buf_reset(&b);
	sip_write_cancel(&b, &invite, SLICE("Reason: SIP;cause=200\r\n"));
	parse_back(&m);
	assert_int_equal(m.method, SIP_METHOD_CANCEL);
	assert_true(slice_eq(m.via.branch, invite.via.branch));
	assert_int_equal(m.to.tag.n, 0);
	assert_true(sip_msg_has(&m, SIP_HDR_REASON));
}

/* Each text of a request with each byte that would break out of its line. */
static void test_injection(void **state)
{
	static const struct slice evil[] = { SLICE_INIT("a\r\nX: y"),
		SLICE_INIT("a\nX: y"), SLICE_INIT("a\rX: y"),
		SLICE_INIT("a\0b") };

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(evil); i++) {
		struct sip_write_request r[5];

		for (size_t k = 0; k < RT_ARRAY_LEN(r); k++)
			r[k] = plain();
		r[0].uri = evil[i];
		r[1].from = evil[i];
		r[2].to = evil[i];
		r[3].call_id = evil[i];
		r[4].content_type = evil[i];
		for (size_t k = 0; k < RT_ARRAY_LEN(r); k++) {
			buf_reset(&b);
			sip_write_request(&b, &r[k], us, SLICE("z9hG4bKabc"));
			assert_int_equal(buf_err(&b), ERR_SYNTAX);
		}
		buf_reset(&b);
		sip_write_hdr(&b, SIP_HDR_SUBJECT, evil[i]);
		assert_int_equal(buf_err(&b), ERR_SYNTAX);
		buf_reset(&b);
		sip_write_field(&b, evil[i], SLICE("x"));
		assert_int_equal(buf_err(&b), ERR_SYNTAX);
	}
	buf_reset(&b);
	sip_write_field(&b, SLICE(""), SLICE("x"));
	assert_int_equal(buf_err(&b), ERR_SYNTAX);
}

/* All 256 bytes through every escaper: whatever a caller's name or number
 * holds, the Contact, From and URI made of it parse and stay on one line. */
static void test_every_byte(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++) {
		const char raw[3] = { 'a', (char)c, 'b' };
		const struct slice s = slice_of(raw, 3);
		struct sip_addr a;
		struct sip_uri u;

		buf_reset(&b);
		sip_write_uri(&b, s, SLICE("127.0.0.1"), 5060);
		if (sip_uri_parse(buf_slice(&b), &u) != ERR_OK)
			fail_msg("byte %d in a user part", c);
		buf_reset(&b);
		sip_addr_put_quoted(&b, s);
		buf_cstr(&b, " <sip:x@y>");
		if (sip_addr_parse(buf_slice(&b), &a) != ERR_OK ||
		    slice_find(buf_slice(&b), '\n', 0) != b.n ||
		    slice_find(buf_slice(&b), '\r', 0) != b.n)
			fail_msg("byte %d in a display name", c);
	}
}

static void test_echo(void **state)
{
	static const char req[] =
	    "INVITE sip:a@b SIP/2.0\r\n"
	    "Via: SIP/2.0/UDP h1;branch=z9hG4bK1;rport, SIP/2.0/UDP h2\r\n"
	    "v: SIP/2.0/UDP h3;x\r\n"
	    "Record-Route: <sip:p1;lr>,<sip:p2;lr>\r\n"
	    "f: <sip:a@b>;tag=1\r\nt: <sip:c@d>\r\n"
	    "Timestamp: 54\r\ni: y\r\nCSeq: 5 INVITE\r\n\r\n";
	struct buf none;
	struct sip_msg m;

	(void)state;
	buf_over(&none, NULL, 0);
	assert_int_equal(sip_msg_parse(slice_of(req, sizeof(req) - 1), &none,
			     &m),
	    ERR_OK);
	sip_write_echo(&b, &m, (struct addr4){ 0x7f000001, 99 });
	assert_true(slice_eq(buf_slice(&b),
	    SLICE("Via: SIP/2.0/UDP h1;branch=z9hG4bK1;received=127.0.0.1;"
		  "rport=99\r\n"
		  "Via: SIP/2.0/UDP h2\r\n"
		  "Via: SIP/2.0/UDP h3;x\r\n"
		  "Record-Route: <sip:p1;lr>\r\n"
		  "Record-Route: <sip:p2;lr>\r\n"
		  "From: <sip:a@b>;tag=1\r\n"
		  "Call-ID: y\r\n"
		  "CSeq: 5 INVITE\r\n"
		  "Timestamp: 54\r\n")));
}

static void test_small(void **state)
{
	(void)state;
	sip_write_contact(&b, SLICE("+1;x"), us);
	assert_true(slice_eq(buf_slice(&b),
	    SLICE("Contact: <sip:+1%3bx@127.1.0.2:5060>\r\n")));
	assert_string_equal(sip_write_reason(486), "Busy Here");
	assert_string_equal(sip_write_reason(499), "");
	buf_reset(&b);
	sip_write_end(&b);
	assert_true(
	    slice_eq(buf_slice(&b), SLICE("Content-Length: 0\r\n\r\n")));
}

/* A message that does not fit is no message. */
static void test_too_small(void **state)
{
	const struct sip_write_request r = plain();
	char room[600];

	(void)state;
	for (size_t n = 0; n < 300; n++) {
		struct buf small;

		buf_over(&small, room, n);
		sip_write_request(&small, &r, us, SLICE("z9hG4bKabc"));
		assert_int_equal(buf_err(&small), ERR_TOOBIG);
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup(f, set_up)
	const struct CMUnitTest tests[] = {
		T(test_request),
		T(test_siblings),
		T(test_injection),
		T(test_every_byte),
		T(test_echo),
		T(test_small),
		T(test_too_small),
	};

	return cmocka_run_group_tests_name("sip_write", tests, NULL, NULL);
}
