/* Tests of lib/core/scope. */
#include "lib/core/scope.h"
#include "tests/support/cm.h"

static const struct {
	const char *why;
	const char *in;
	enum err want;
	uint32_t mask;
} cases[] = {
	{ "none", "", ERR_OK, 0 },
	{ "one", "calls:read", ERR_OK, SCOPE(CALLS_READ) },
	{ "any order", "setup:write calls:read", ERR_OK,
	    SCOPE(CALLS_READ) | SCOPE(SETUP_WRITE) },
	{ "unknown", "calls:eat", ERR_SYNTAX, 0 },
	{ "twice", "calls:read calls:read", ERR_SYNTAX, 0 },
	{ "two blanks", "calls:read  calls:write", ERR_SYNTAX, 0 },
	{ "blank at the end", "calls:read ", ERR_SYNTAX, 0 },
	{ "upper case", "Calls:read", ERR_SYNTAX, 0 },
};

static void test_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		uint32_t mask = 0;
		const enum err e = scope_parse(slice_from(cases[i].in), &mask);

		if (e != cases[i].want || mask != cases[i].mask)
			fail_msg("%s: \"%s\" gave %s", cases[i].why,
			    cases[i].in, err_name(e));
	}
}

static void test_round_trip(void **state)
{
	char mem[SCOPE_TEXT_MAX];

	(void)state;
	for (uint32_t mask = 0; mask <= SCOPE_ALL; mask++) {
		uint32_t back = 1;
		struct buf b;

		buf_over(&b, mem, sizeof(mem));
		scope_write(mask, &b);
		assert_int_equal(buf_err(&b), ERR_OK);
		assert_int_equal(scope_parse(buf_slice(&b), &back), ERR_OK);
		assert_int_equal(back, mask);
	}
	for (int i = 0; i < SCOPE_COUNT; i++)
		assert_true(slice_from(scope_what((enum scope_bit)i)).n > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_round_trip),
	};

	return cmocka_run_group_tests_name("scope", tests, NULL, NULL);
}
