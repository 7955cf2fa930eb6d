/* Tests of sipworker/sip/sip_addr, sip_via and sip_cseq. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sipworker/sip/sip_addr.h"
#include "sipworker/sip/sip_cseq.h"
#include "sipworker/sip/sip_via.h"

static void test_addr(void **state)
{
	static const struct {
		const char *why;
		const char *in;
		enum err want;
		const char *display;
		const char *uri;
		const char *tag;
	} cases[] = {
		{ "name-addr", "\"A. G. Bell\" <sip:agb@bell.com>;tag=a48s",
		    ERR_OK, "\"A. G. Bell\"", "sip:agb@bell.com", "a48s" },
		{ "token name", "Bob <sip:bob@biloxi.com>", ERR_OK, "Bob",
		    "sip:bob@biloxi.com", "" },
		{ "no name", "<sip:bob@biloxi.com>;tag=1", ERR_OK, "",
		    "sip:bob@biloxi.com", "1" },
		{ "20.10: parameters of a bare URI are the header's",
		    "sip:c8@cs.bell.com;tag=887s", ERR_OK, "",
		    "sip:c8@cs.bell.com", "887s" },
		{ "parameters inside stay inside", "<sip:a@b;lr;tag=no>",
		    ERR_OK, "", "sip:a@b;lr;tag=no", "" },
		{ "angle inside quotes", "\"<sip:x@y>\" <sip:a@b>", ERR_OK,
		    "\"<sip:x@y>\"", "sip:a@b", "" },
		{ "escaped quote", "\"a\\\" <b\" <sip:a@b>", ERR_OK,
		    "\"a\\\" <b\"", "sip:a@b", "" },
		{ "tel", "<tel:+1212>;tag=x", ERR_OK, "", "tel:+1212", "x" },
		{ "open angle", "<sip:a@b", ERR_SYNTAX, "", "", "" },
		{ "open quote", "\"a <sip:a@b>", ERR_SYNTAX, "", "", "" },
		{ "text after", "<sip:a@b> x", ERR_SYNTAX, "", "", "" },
		{ "empty tag", "<sip:a@b>;tag", ERR_SYNTAX, "", "", "" },
		{ "empty", "", ERR_SYNTAX, "", "", "" },
		{ "empty URI", "<>", ERR_SYNTAX, "", "", "" },
		{ "% alone (drachtio#243)", "%", ERR_SYNTAX, "", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct sip_addr a = { .star = false };
		const enum err e = sip_addr_parse(slice_from(cases[i].in), &a);

		if (e != cases[i].want ||
		    !slice_eq_cstr(a.display, cases[i].display) ||
		    !slice_eq_cstr(a.uri_text, cases[i].uri) ||
		    !slice_eq_cstr(a.tag, cases[i].tag))
			fail_msg("%s: %s", cases[i].why, err_name(e));
	}
	struct sip_addr star;

	assert_int_equal(sip_addr_parse(SLICE(" * "), &star), ERR_OK);
	assert_true(star.star);
}

/* What is shown and sent of a display name holds no control bytes. */
static void test_display(void **state)
{
	char mem[64];
	struct sip_addr a;
	struct buf b;

	(void)state;
	assert_int_equal(sip_addr_parse(SLICE(
					    "\"A \\\"x\\\" \x01 B\" <sip:a@b>"),
			     &a),
	    ERR_OK);
	buf_over(&b, mem, sizeof(mem));
	sip_addr_put_display(&b, &a);
	assert_true(slice_eq(buf_slice(&b), SLICE("A \"x\"  B")));
	buf_reset(&b);
	sip_addr_put_quoted(&b, SLICE("a\"b\\c\r\nd"));
	assert_true(slice_eq(buf_slice(&b), SLICE("\"a\\\"b\\\\cd\"")));
}

static void test_via(void **state)
{
	static const struct {
		const char *why;
		const char *in;
		enum err want;
		const char *host;
		uint16_t port;
		const char *branch;
		bool has_rport;
	} cases[] = {
		{ "plain", "SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bK77", 0,
		    "pc33.atlanta.com", 0, "z9hG4bK77", false },
		{ "blanks around the slashes",
		    "SIP  / 2.0 / TCP  spindle.example.com ; branch = z9x", 0,
		    "spindle.example.com", 0, "z9x", false },
		{ "blanks around the colon",
		    "SIP/2.0/UDP 10.0.0.1 : 5070;rport", 0, "10.0.0.1", 5070,
		    "", true },
		{ "v6", "SIP/2.0/UDP [2001:db8::9:1]:5060;branch=b", 0,
		    "[2001:db8::9:1]", 5060, "b", false },
		{ "rport filled", "SIP/2.0/UDP h;rport=99;branch=b", 0, "h", 0,
		    "b", true },
		{ "rport too large", "SIP/2.0/UDP h;rport=99999", ERR_SYNTAX,
		    "", 0, "", false },
		{ "other version", "SIP/3.0/UDP h", ERR_SYNTAX, "", 0, "",
		    false },
		{ "no host", "SIP/2.0/UDP ;branch=x", ERR_SYNTAX, "", 0, "",
		    false },
		{ "no blank", "SIP/2.0/UDPh", ERR_SYNTAX, "", 0, "", false },
		{ "port too large", "SIP/2.0/UDP h:70000", ERR_RANGE, "", 0, "",
		    false },
		{ "text after", "SIP/2.0/UDP h x", ERR_SYNTAX, "", 0, "",
		    false },
		{ "empty", "", ERR_SYNTAX, "", 0, "", false },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct sip_via v = { .port = 0 };
		const enum err e = sip_via_parse(slice_from(cases[i].in), &v);

		if (e != cases[i].want ||
		    !slice_eq_cstr(v.host, cases[i].host) ||
		    v.port != cases[i].port ||
		    !slice_eq_cstr(v.branch, cases[i].branch) ||
		    v.has_rport != cases[i].has_rport)
			fail_msg("%s: %s", cases[i].why, err_name(e));
	}
}

/* received and rport are ours to fill in; a forged one is taken out. */
static void test_via_received(void **state)
{
	const struct addr4 from = { 0x7f000009, 6060 };
	char mem[256];
	struct sip_via v;
	struct buf b;

	(void)state;
	assert_int_equal(
	    sip_via_parse(SLICE("SIP/2.0/UDP h:5070;received=6.6.6.6;rport=1;"
				"branch=z9hG4bKx;x"),
		&v),
	    ERR_OK);
	buf_over(&b, mem, sizeof(mem));
	sip_via_put_received(&b, &v, from);
	assert_true(slice_eq(buf_slice(&b),
	    SLICE("SIP/2.0/UDP h:5070;branch=z9hG4bKx;x;received=127.0.0.9;"
		  "rport=6060")));
	assert_true(addr4_eq(sip_via_reply_to(&v, from), from));
	assert_true(sip_via_is_unique(&v));
	v.has_rport = false;
	assert_int_equal(sip_via_reply_to(&v, from).port, 5070);
	v.port = 0;
	assert_int_equal(sip_via_reply_to(&v, from).port, 5060);
	v.branch = SLICE("z9hG4bK");
	assert_false(sip_via_is_unique(&v));
}

static void test_cseq(void **state)
{
	static const struct {
		const char *why;
		const char *in;
		enum err want;
		uint32_t number;
		enum sip_method method;
	} cases[] = {
		{ "plain", "1 INVITE", ERR_OK, 1, SIP_METHOD_INVITE },
		{ "leading zeros (wsinv)", "0009 \t INVITE", ERR_OK, 9,
		    SIP_METHOD_INVITE },
		{ "largest", "2147483647 BYE", ERR_OK, 2147483647,
		    SIP_METHOD_BYE },
		{ "one too large", "2147483648 BYE", ERR_RANGE, 0, 0 },
		{ "far too large", "36893488147419103232 REGISTER", ERR_RANGE,
		    0, 0 },
		{ "unknown method", "7 NEWMETHOD", ERR_OK, 7,
		    SIP_METHOD_OTHER },
		{ "trailing text", "1 INVITE x", ERR_SYNTAX, 0, 0 },
		{ "no method", "1", ERR_SYNTAX, 0, 0 },
		{ "no number", "INVITE", ERR_SYNTAX, 0, 0 },
		{ "negative", "-1 INVITE", ERR_SYNTAX, 0, 0 },
		{ "empty", "", ERR_SYNTAX, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct sip_cseq c = { .number = 0 };
		const enum err e = sip_cseq_parse(slice_from(cases[i].in), &c);

		if (e != cases[i].want || c.number != cases[i].number ||
		    c.method != cases[i].method)
			fail_msg("%s: %s", cases[i].why, err_name(e));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addr),
		cmocka_unit_test(test_display),
		cmocka_unit_test(test_via),
		cmocka_unit_test(test_via_received),
		cmocka_unit_test(test_cseq),
	};

	return cmocka_run_group_tests_name("sip_addr", tests, NULL, NULL);
}
