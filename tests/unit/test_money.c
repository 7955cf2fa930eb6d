/* Tests of lib/core/money: amounts as people write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lib/core/money.h"

static const struct {
	const char *why;
	const char *in;
	enum err want;
	int64_t micros;
} cases[] = {
	{ "whole", "1250", ERR_OK, 1250000000 },
	{ "one decimal", "1250.5", ERR_OK, 1250500000 },
	{ "thousands", "1,250.50", ERR_OK, 1250500000 },
	{ "millions", "12,345,678", ERR_OK, INT64_C(12345678000000) },
	{ "a sign", "$12", ERR_OK, 12000000 },
	{ "a sign of two bytes", "£ 0.10", ERR_OK, 100000 },
	{ "three bytes", "€5", ERR_OK, 5000000 },
	{ "below zero", "-3.25", ERR_OK, -3250000 },
	{ "six decimals", "0.000001", ERR_OK, 1 },
	{ "blanks around", " 7 ", ERR_OK, 7000000 },
	{ "largest", "1000000000", ERR_OK, MONEY_MAX },
	{ "one cent too large", "1000000000.01", ERR_RANGE, 0 },
	{ "many digits", "99999999999999999999999", ERR_RANGE, 0 },
	{ "empty", "", ERR_SYNTAX, 0 },
	{ "only a sign", "$", ERR_SYNTAX, 0 },
	{ "seven decimals", "0.0000001", ERR_SYNTAX, 0 },
	{ "nothing after the point", "1.", ERR_SYNTAX, 0 },
	{ "nothing before it", ".5", ERR_SYNTAX, 0 },
	{ "a decimal comma is not guessed", "1,50", ERR_SYNTAX, 0 },
	{ "groups of two", "1,25,000", ERR_SYNTAX, 0 },
	{ "comma after four digits", "1250,000", ERR_SYNTAX, 0 },
	{ "comma first", ",250", ERR_SYNTAX, 0 },
	{ "comma last", "1,250,", ERR_SYNTAX, 0 },
	{ "text behind", "12 USD", ERR_SYNTAX, 0 },
	{ "two points", "1.2.3", ERR_SYNTAX, 0 },
	{ "exponent", "1e3", ERR_SYNTAX, 0 },
};

static void test_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		int64_t got = 0;
		const enum err e = money_parse(slice_from(cases[i].in), &got);

		if (e != cases[i].want || got != cases[i].micros)
			fail_msg("%s: \"%s\" gave %s %lld", cases[i].why,
			    cases[i].in, err_name(e), (long long)got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
	};

	return cmocka_run_group_tests_name("money", tests, NULL, NULL);
}
