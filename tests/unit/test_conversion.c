/* Tests of lib/core/conversion: what counts, and what must be told. */
#include <string.h>

#include "lib/core/conversion.h"
#include "tests/support/cm.h"

static void test_names(void **state)
{
	enum conversion_kind kind;

	(void)state;
	for (unsigned int i = CONVERSION_NONE; i <= CONVERSION_RETRACT; i++) {
		assert_true(conversion_parse(slice_from(conversion_name(
						 (enum conversion_kind)i)),
		    &kind));
		assert_int_equal(kind, i);
	}
	assert_false(conversion_parse(SLICE("old"), &kind));
}

#define SOLD SLICE_INIT("sold")

static const struct {
	const char *why;
	struct conversion_rule rule;
	struct conversion_call call;
	bool want;
	int64_t value;
} cases[] = {
	{ "anything", { .outcome = SLICE_INIT("") },
	    { .outcome = SLICE_INIT("") }, true, 0 },
	{ "the outcome", { .outcome = SOLD }, { .outcome = SOLD }, true, 0 },
	{ "another outcome", { .outcome = SOLD },
	    { .outcome = SLICE_INIT("lead") }, false, 0 },
	{ "spam never", { .outcome = SOLD },
	    { .outcome = SOLD, .is_spam = true }, false, 0 },
	{ "tagged", { .by_tag = true }, { .tagged = true }, true, 0 },
	{ "not tagged", { .by_tag = true }, { .tagged = false }, false, 0 },
	{ "long enough", { .min_talk_s = 60 }, { .talk_ms = 60000 }, true, 0 },
	{ "a little short", { .min_talk_s = 60 }, { .talk_ms = 59999 }, false,
	    0 },
	{ "a fixed value", { .has_value = true, .value_micros = 5 },
	    { .has_value = true, .value_micros = 7 }, true, 5 },
	{ "its own value", { .has_value = false },
	    { .has_value = true, .value_micros = 7 }, true, 7 },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		int64_t value = -1;
		const bool got =
		    conversion_is(&cases[i].rule, &cases[i].call, &value);

		if (got != cases[i].want || (got && value != cases[i].value))
			fail_msg("%s gave %d", cases[i].why, got);
	}
}

/* All pairs of "what was told" and "what holds". */
static const struct {
	bool is;
	bool moved;
	int64_t value;
	enum conversion_kind last;
	enum conversion_kind want;
} steps[] = {
	{ false, false, 5, CONVERSION_NONE, CONVERSION_NONE },
	{ false, false, 5, CONVERSION_NEW, CONVERSION_RETRACT },
	{ false, false, 5, CONVERSION_RESTATE, CONVERSION_RETRACT },
	{ false, false, 5, CONVERSION_RETRACT, CONVERSION_NONE },
	{ true, false, 5, CONVERSION_NONE, CONVERSION_NEW },
	{ true, false, 5, CONVERSION_NEW, CONVERSION_NONE },
	{ true, false, 5, CONVERSION_RESTATE, CONVERSION_NONE },
	{ true, false, 5, CONVERSION_RETRACT, CONVERSION_NEW },
	{ true, false, 6, CONVERSION_NEW, CONVERSION_RESTATE },
	{ true, false, 6, CONVERSION_RESTATE, CONVERSION_RESTATE },
	{ true, true, 5, CONVERSION_NEW, CONVERSION_RETRACT },
	{ true, true, 6, CONVERSION_RESTATE, CONVERSION_RETRACT },
	{ false, true, 5, CONVERSION_NEW, CONVERSION_RETRACT },
};

static void test_steps(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(steps); i++)
		assert_int_equal(conversion_next(steps[i].is, steps[i].moved,
				     steps[i].value, steps[i].last, 5),
		    steps[i].want);
}

static void test_cells(void **state)
{
	static const char *const in[] = { "plain", "a,b", "a\"b", "a\nb" };
	static const char *const want[] = { "plain", "\"a,b\"", "\"a\"\"b\"",
		"\"a b\"" };
	char mem[64];
	struct buf b;

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(in); i++) {
		buf_over(&b, mem, sizeof(mem));
		conversion_cell(slice_from(in[i]), &b);
		assert_true(slice_eq_cstr(buf_slice(&b), want[i]));
	}
	assert_true(conversion_click_ok(SLICE("Cj0KCQ-x_y.z")));
	assert_false(conversion_click_ok(SLICE("")));
	assert_false(conversion_click_ok(SLICE("=cmd|x")));
	assert_false(conversion_click_ok(SLICE("a,b")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_cells),
	};

	return cmocka_run_group_tests_name("conversion", tests, NULL, NULL);
}
