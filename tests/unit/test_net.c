/* Tests of lib/base/net. */
#include <string.h>

#include "lib/base/net.h"
#include "tests/support/cm.h"

static const struct {
	const char *in, *out; /* NULL: refused */
} cases[] = {
	{ "192.0.2.0/24", "192.0.2.0/24" },
	{ "192.0.2.7", "192.0.2.7/32" },
	{ "192.0.2.128/25", "192.0.2.128/25" },
	{ "0.0.0.0/0", "0.0.0.0/0" },
	{ "255.255.255.255/32", "255.255.255.255/32" },
	{ "2001:DB8:0:0::/32", "2001:db8::/32" },
	{ "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0/128" },
	{ "::", "::/128" },
	{ "::/0", "::/0" },
	{ "fe00::/7", "fe00::/7" },
	{ "192.0.2.129/25", NULL },
	{ "192.0.2.0/23", "192.0.2.0/23" },
	{ "192.0.1.0/23", NULL },
	{ "ff00::/7", NULL },
	{ "2001:db8::1/127", NULL },
	{ "192.0.2.0/33", NULL },
	{ "2001:db8::/129", NULL },
	{ "192.0.2.0/", NULL },
	{ "192.0.2.0/-1", NULL },
	{ "192.0.2.0/24/24", NULL },
	{ "192.0.2.0/18446744073709551640", NULL },
	{ "192.0.2/24", NULL },
	{ "192.0.2.0:80", NULL },
	{ "::ffff:192.0.2.0/120", NULL },
	{ "::ffff:0:0/96", NULL },
	{ "[2001:db8::1]", NULL },
	{ "fe80::1%eth0", NULL },
	{ "2001:db8::1::2", NULL },
	{ "1111:2222:3333:4444:5555:6666:255.255.255.2555", NULL },
	{ " 192.0.2.0/24", NULL },
	{ "/24", NULL },
	{ "", NULL },
};

static void test_parse_and_put(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct net n = { .bits = 77 }, again;
		char text[80];
		struct buf b;
		const enum err e = net_parse(slice_from(cases[i].in), &n);

		if (e != (cases[i].out == NULL ? ERR_SYNTAX : ERR_OK))
			fail_msg("\"%s\" gave %s", cases[i].in, err_name(e));
		if (e != ERR_OK) {
			assert_int_equal(n.bits, 77); /* untouched */
			continue;
		}
		buf_over(&b, text, sizeof(text));
		net_put(&b, &n);
		if (!slice_eq_cstr(buf_slice(&b), cases[i].out))
			fail_msg("\"%s\" came back as \"%.*s\"", cases[i].in,
			    SLICE_FMT(buf_slice(&b)));
		assert_int_equal(net_parse(buf_slice(&b), &again), ERR_OK);
		assert_true(net_eq(&n, &again));
	}
}

static void test_a_nul_inside(void **state)
{
	struct net n;

	(void)state;
	assert_int_equal(net_parse(SLICE("2001:db8::\0/32"), &n), ERR_SYNTAX);
	assert_int_equal(net_parse(SLICE("192.0.2.0\0"), &n), ERR_SYNTAX);
}

static void test_eq(void **state)
{
	static const char *const unlike[] = { "32.1.13.184/32", "2001:db8::/32",
		"2001:db8::/33", "32.1.13.0/24", "2001:db8::/128" };

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(unlike); i++)
		for (size_t k = 0; k < RT_ARRAY_LEN(unlike); k++) {
			struct net a, b;

			assert_int_equal(net_parse(slice_from(unlike[i]), &a),
			    ERR_OK);
			assert_int_equal(net_parse(slice_from(unlike[k]), &b),
			    ERR_OK);
			assert_int_equal(net_eq(&a, &b), i == k);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_and_put),
		cmocka_unit_test(test_a_nul_inside),
		cmocka_unit_test(test_eq),
	};

	return cmocka_run_group_tests_name("net", tests, NULL, NULL);
}
