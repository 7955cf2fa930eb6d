/* Tests of sipworker/sip/sip_uri. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/hex.h"
#include "sipworker/sip/sip_uri.h"

static const struct {
	const char *why;
	const char *in;
	enum err want;
	enum sip_uri_scheme scheme;
	const char *user;
	const char *host;
	uint16_t port;
	const char *params;
} cases[] = {
	{ "plain", "sip:alice@atlanta.com", ERR_OK, SIP_URI_SIP, "alice",
	    "atlanta.com", 0, "" },
	{ "everything", "sips:al%20ice:pw@1.2.3.4:5061;lr;x=y?Subject=a",
	    ERR_OK, SIP_URI_SIPS, "al%20ice", "1.2.3.4", 5061, ";lr;x=y" },
	{ "no user", "sip:gw.example.com;transport=udp", ERR_OK, SIP_URI_SIP,
	    "", "gw.example.com", 0, ";transport=udp" },
	{ "scheme without case", "SIP:+1212@h", ERR_OK, SIP_URI_SIP, "+1212",
	    "h", 0, "" },
	{ "RFC 4475 semiuri: ; in the user part",
	    "sip:user;par=u%40example.net@example.com", ERR_OK, SIP_URI_SIP,
	    "user;par=u%40example.net", "example.com", 0, "" },
	{ "v6", "sip:a@[2001:db8::1]:5070", ERR_OK, SIP_URI_SIP, "a",
	    "[2001:db8::1]", 5070, "" },
	{ "unescaped # of PBXs", "sip:1234#55@h", ERR_OK, SIP_URI_SIP,
	    "1234#55", "h", 0, "" },
	{ "tel", "tel:+1-212-555-0100;phone-context=example.com", ERR_OK,
	    SIP_URI_TEL, "+1-212-555-0100", "", 0,
	    ";phone-context=example.com" },
	{ "other scheme", "http://example.com/", ERR_OK, SIP_URI_OTHER, "", "",
	    0, "" },
	{ "empty", "", ERR_SYNTAX, 0, "", "", 0, "" },
	{ "no scheme", "alice@atlanta.com", ERR_SYNTAX, 0, "", "", 0, "" },
	{ "scheme only", "sip:", ERR_SYNTAX, 0, "", "", 0, "" },
	{ "no host", "sip:alice@", ERR_SYNTAX, 0, "", "", 0, "" },
	{ "two @", "sip:a@b@c", ERR_SYNTAX, 0, "", "", 0, "" },
	{ "broken escape (CVE-2022-31002)", "sip:a%4@h", ERR_SYNTAX, 0, "", "",
	    0, "" },
	{ "escape at the very end", "sip:a%@h", ERR_SYNTAX, 0, "", "", 0, "" },
	{ "port 0", "sip:a@h:0", ERR_SYNTAX, 0, "", "", 0, "" },
	{ "port too large", "sip:a@h:65536", ERR_SYNTAX, 0, "", "", 0, "" },
	{ "port not a number", "sip:a@h:x", ERR_SYNTAX, 0, "", "", 0, "" },
	{ "blank inside", "sip:a b@h", ERR_SYNTAX, 0, "", "", 0, "" },
	{ "angle inside", "sip:a@h;x=<y>", ERR_SYNTAX, 0, "", "", 0, "" },
	{ "empty parameter", "sip:a@h;;lr", ERR_SYNTAX, 0, "", "", 0, "" },
	{ "open v6", "sip:a@[2001:db8::1", ERR_SYNTAX, 0, "", "", 0, "" },
	{ "tel without number", "tel:;x", ERR_SYNTAX, 0, "", "", 0, "" },
	{ "tel with letters", "tel:hello", ERR_SYNTAX, 0, "", "", 0, "" },
};

static void test_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct sip_uri u = { .port = 0 };
		const enum err e = sip_uri_parse(slice_from(cases[i].in), &u);

		if (e != cases[i].want || u.scheme != cases[i].scheme ||
		    u.port != cases[i].port ||
		    !slice_eq_cstr(u.user, cases[i].user) ||
		    !slice_eq_cstr(u.host, cases[i].host) ||
		    !slice_eq_cstr(u.params, cases[i].params))
			fail_msg("%s: \"%s\" gave %s user=%.*s host=%.*s",
			    cases[i].why, cases[i].in, err_name(e),
			    SLICE_FMT(u.user), SLICE_FMT(u.host));
	}
}

/* What stands for one byte in a URI: itself, or %xx. */
static int decoded(struct slice s)
{
	if (s.n == 3 && s.p[0] == '%')
		return hex_value(s.p[1]) * 16 + hex_value(s.p[2]);
	return s.n == 1 ? (unsigned char)s.p[0] : -1;
}

/* Every byte that put_user writes parses and means itself. */
static void test_round_trip(void **state)
{
	(void)state;
	for (int c = 1; c < 256; c++) {
		char text[64];
		const char byte = (char)c;
		struct sip_uri u;
		struct buf b;

		buf_over(&b, text, sizeof(text));
		buf_cstr(&b, "sip:");
		sip_uri_put_user(&b, slice_of(&byte, 1));
		buf_cstr(&b, "@h");
		assert_int_equal(sip_uri_parse(buf_slice(&b), &u), ERR_OK);
		assert_int_equal(decoded(u.user), c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_round_trip),
	};

	return cmocka_run_group_tests_name("sip_uri", tests, NULL, NULL);
}
