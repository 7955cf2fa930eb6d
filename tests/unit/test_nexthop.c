/* Tests of nexthop: addresses and names of carriers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/core/nexthop.h"

#define L63 "a23456789012345678901234567890123456789012345678901234567890123"

static const struct {
	const char *why;
	const char *in;
	enum err want;
	uint32_t ip;
	uint16_t port;
	const char *name;
} cases[] = {
	{ "address", "192.0.2.1", ERR_OK, 0xc0000201, 0, "" },
	{ "with a port", "192.0.2.1:5061", ERR_OK, 0xc0000201, 5061, "" },
	{ "name", "sip.carrier.example", ERR_OK, 0, 0, "sip.carrier.example" },
	{ "name with a port", "sip.carrier.example:5070", ERR_OK, 0, 5070,
	    "sip.carrier.example" },
	{ "one label", "pbx", ERR_OK, 0, 0, "pbx" },
	{ "capitals, hyphen, underscore", "A-1._x.Example", ERR_OK, 0, 0,
	    "A-1._x.Example" },
	{ "longest label", L63 ".example", ERR_OK, 0, 0, L63 ".example" },
	{ "nothing", "", ERR_SYNTAX, 0, 0, "" },
	{ "nowhere", "0.0.0.0", ERR_SYNTAX, 0, 0, "" },
	{ "label too long", L63 "x.example", ERR_SYNTAX, 0, 0, "" },
	{ "name too long", L63 "." L63 "." L63 "." L63, ERR_SYNTAX, 0, 0, "" },
	{ "empty label", "sip..example", ERR_SYNTAX, 0, 0, "" },
	{ "dot at the end", "sip.example.", ERR_SYNTAX, 0, 0, "" },
	{ "hyphen first", "-sip.example", ERR_SYNTAX, 0, 0, "" },
	{ "hyphen last", "sip-.example", ERR_SYNTAX, 0, 0, "" },
	{ "an address with too much", "192.0.2.1.5", ERR_SYNTAX, 0, 0, "" },
	{ "an address out of range", "192.0.2.256", ERR_SYNTAX, 0, 0, "" },
	{ "no port", "sip.example:", ERR_SYNTAX, 0, 0, "" },
	{ "port 0", "sip.example:0", ERR_SYNTAX, 0, 0, "" },
	{ "port too large", "sip.example:65536", ERR_SYNTAX, 0, 0, "" },
	{ "port with text", "sip.example:5060x", ERR_SYNTAX, 0, 0, "" },
	{ "a URI", "sip:sip.example", ERR_SYNTAX, 0, 0, "" },
	{ "IPv6", "[2001:db8::1]", ERR_SYNTAX, 0, 0, "" },
	{ "blank", "sip example", ERR_SYNTAX, 0, 0, "" },
	{ "line end", "sip.example\r\nX: y", ERR_SYNTAX, 0, 0, "" },
	{ "no ASCII", "sip.ex\xc3\xa4mple", ERR_SYNTAX, 0, 0, "" },
};

static const struct {
	const char *uri;
	bool want;
} uris[] = {
	{ "sip:desk@192.0.2.1", true },
	{ "sip:desk@pbx.example:5070;transport=udp", true },
	{ "sip:192.0.2.1:5060", true },
	{ "sip:desk@pbx.example;user=phone;TRANSPORT=UDP", true },
	{ "sip:de?sk@pbx.example;lr", true },
	{ "sip:desk@pbx.example?Subject=x", false },
	{ "sip:desk@pbx.example;lr?Subject=x", false },
	{ "sip:desk@pbx.example;transport=tcp", false },
	{ "sip:desk@pbx.example;user=phone;Transport=tls", false },
	{ "sip:desk@pbx.example;transport", false },
	{ "sip:desk@pbx.example;maddr=192.0.2.9", false },
	{ "sip:", false },
	{ "sip:@", false },
	{ "sip:desk@", false },
	{ "sip:x", true },
	{ "SIPS:desk@pbx.example", false },
	{ "desk@pbx.example", false },
	{ "sip:desk@192.0.2.1\r\nX: y", false },
	{ "sip:a\r\nX: y@192.0.2.1", false },
	{ "sip:a b@192.0.2.1", false },
	{ "sip:desk@192.0.2.1>;x=<", false },
	{ "sip:d\"@192.0.2.1", false },
	{ "sip:j\xc3\xbc@192.0.2.1", false },
	{ "sip:desk@192.0.2.1:0", false },
	{ "sip:desk@[2001:db8::1]", false },
};

static void test_uris(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(uris); i++)
		if (nexthop_is_sip(slice_from(uris[i].uri)) != uris[i].want)
			fail_msg("%s", uris[i].uri);
}

static void test_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct nexthop h = { .name = SLICE("") };
		const enum err e = nexthop_parse(slice_from(cases[i].in), &h);

		if (e != cases[i].want || h.ip != cases[i].ip ||
		    h.port != cases[i].port ||
		    !slice_eq_cstr(h.name, cases[i].name))
			fail_msg("%s: \"%s\" gave %s", cases[i].why,
			    cases[i].in, err_name(e));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_uris),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
