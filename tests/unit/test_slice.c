/* Tests of lib/base/slice. */
#include "lib/base/slice.h"
#include "tests/support/cm.h"

static const struct {
	const char *why;
	const char *in;
	const char *part;
	const char *rest;
	bool more;
} cut_cases[] = {
	{ "two parts", "a,b", "a", "b", true },
	{ "no separator", "ab", "ab", "", false },
	{ "empty front", ",b", "", "b", true },
	{ "empty", "", "", "", false },
	{ "separator last", "a,", "a", "", true },
};

static void test_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cut_cases); i++) {
		struct slice rest = slice_from(cut_cases[i].in), part;
		const bool more = slice_cut(&rest, ',', &part);

		if (more != cut_cases[i].more ||
		    !slice_eq_cstr(part, cut_cases[i].part) ||
		    !slice_eq_cstr(rest, cut_cases[i].rest))
			fail_msg("%s: \"%s\"", cut_cases[i].why,
			    cut_cases[i].in);
	}
}

static void test_compare(void **state)
{
	(void)state;
	assert_true(slice_eq_case(SLICE("Via"), SLICE("vIA")));
	assert_false(slice_eq(SLICE("Via"), SLICE("vIA")));
	assert_true(slice_cmp(SLICE("a"), SLICE("ab")) < 0);
	assert_true(slice_cmp_case(SLICE("B"), SLICE("a")) > 0);
	assert_true(slice_starts(SLICE("tel:+1"), SLICE("tel:")));
	assert_false(slice_starts(SLICE("te"), SLICE("tel:")));
	assert_true(slice_ends(SLICE("x.wav"), SLICE(".wav")));
	assert_int_equal(slice_find_slice(SLICE("hello"), SLICE("lo")), 3);
	assert_int_equal(slice_find_slice(SLICE("hello"), SLICE("x")), 5);
	assert_true(slice_eq(slice_trim(SLICE(" \t x \r\n")), SLICE("x")));
}

static void test_to_cstr(void **state)
{
	char out[4];

	(void)state;
	assert_true(slice_to_cstr(SLICE("abc"), out, sizeof(out)));
	assert_string_equal(out, "abc");
	assert_false(slice_to_cstr(SLICE("abcd"), out, sizeof(out)));
	assert_string_equal(out, "");
	assert_false(slice_to_cstr(slice_of("a\0b", 3), out, sizeof(out)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_to_cstr),
	};

	return cmocka_run_group_tests_name("slice", tests, NULL, NULL);
}
