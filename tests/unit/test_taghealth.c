/* Tests of what a site's reports mean. */
#include <string.h>

#include "lib/core/taghealth.h"
#include "tests/support/cm.h"

#define NOW    (INT64_C(1795176000) * RT_SEC_US)
#define BIT(f) (1U << (f))

static void test_parse(void **state)
{
	(void)state;
	assert_int_equal(taghealth_parse(SLICE("")), 0);
	assert_int_equal(taghealth_parse(SLICE("nothing,,DROP")), 0);
	assert_int_equal(taghealth_parse(SLICE("twice")), BIT(TAGHEALTH_TWICE));
	assert_int_equal(taghealth_parse(SLICE("forgotten")), 0);
	assert_int_equal(taghealth_parse(SLICE(" click_lost ,x,twice,twice")),
	    BIT(TAGHEALTH_TWICE) | BIT(TAGHEALTH_CLICK_LOST));
	assert_int_equal(taghealth_parse(SLICE("other_tag,url_changed")),
	    BIT(TAGHEALTH_OTHER_TAG) | BIT(TAGHEALTH_URL_CHANGED));
}

/* Stored: a bit means the same for ever. */
static void test_word(void **state)
{
	static const char *const words[] = { "twice", "other_tag",
		"url_changed", "click_lost", "forgotten" };

	(void)state;
	for (unsigned int i = 0; i < RT_ARRAY_LEN(words); i++)
		assert_string_equal(taghealth_word(i), words[i]);
	assert_null(taghealth_word(RT_ARRAY_LEN(words)));
	assert_string_equal(taghealth_word(15), "late");
	assert_null(taghealth_word(16));
}

/* Each finding has a word of its own, and each cause its finding's. */
static void test_finding_word(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < TAGHEALTH_FINDING_COUNT; i++) {
		assert_non_null(taghealth_finding_word(i));
		for (unsigned int k = 0; k < i; k++)
			assert_string_not_equal(taghealth_finding_word(i),
			    taghealth_finding_word(k));
	}
	assert_null(taghealth_finding_word(TAGHEALTH_FINDING_COUNT));
	for (unsigned int i = 0; i < TAGHEALTH_CAUSE_COUNT; i++)
		assert_string_equal(taghealth_word(i),
		    taghealth_finding_word(
			taghealth_finding_of((enum taghealth_cause)i)));
}

static const struct {
	const char *why;
	struct taghealth_sums s;
	unsigned int want;
} cases[] = {
	{ "never asked", { 0 }, BIT(TAGHEALTH_NEVER_SEEN) },
	{ "asked, not reported yet", { .seen_us = NOW - RT_SEC_US }, 0 },
	{ "silent for two days", { .seen_us = NOW - 2 * RT_DAY_US },
	    BIT(TAGHEALTH_SILENT) },
	{ "well", { .seen_us = NOW, .reports = 100, .without = 50 }, 0 },
	{ "no number anywhere",
	    { .seen_us = NOW, .reports = 30, .without = 30 },
	    BIT(TAGHEALTH_NO_TARGETS) },
	{ "on few pages", { .seen_us = NOW, .reports = 30, .without = 16 },
	    BIT(TAGHEALTH_FEW_TARGETS) },
	{ "a number for nobody: nothing was looked for",
	    { .seen_us = NOW, .reports = 30, .unasked = 30 }, 0 },
	{ "a number for every other one, and it stands there",
	    { .seen_us = NOW, .reports = 30, .unasked = 20, .without = 5 }, 0 },
	{ "a number for every other one, and it stands nowhere",
	    { .seen_us = NOW, .reports = 30, .unasked = 20, .without = 10 },
	    BIT(TAGHEALTH_NO_TARGETS) },
	{ "a number for every other one, and it stands on few pages",
	    { .seen_us = NOW, .reports = 30, .unasked = 20, .without = 6 },
	    BIT(TAGHEALTH_FEW_TARGETS) },
	{ "late once in ten", { .seen_us = NOW, .reports = 30, .late = 3 },
	    BIT(TAGHEALTH_IS_LATE) },
	{ "late once in thirty", { .seen_us = NOW, .reports = 30, .late = 1 },
	    0 },
	{ "causes: one in a hundred counts",
	    { .seen_us = NOW, .reports = 500, .causes = { 5, 4, 0, 6, 0 } },
	    BIT(TAGHEALTH_IS_TWICE) | BIT(TAGHEALTH_LOSES_CLICKS) },
	{ "causes: of few pages each counts",
	    { .seen_us = NOW, .reports = 3, .causes = { 0, 1, 1, 0, 0 } },
	    BIT(TAGHEALTH_HAS_OTHER_TAG) | BIT(TAGHEALTH_CHANGES_URL) },
	{ "a fifth is forgotten",
	    { .seen_us = NOW, .reports = 100, .causes = { 0, 0, 0, 0, 20 } },
	    BIT(TAGHEALTH_FORGETS) },
	{ "some delete their cookies",
	    { .seen_us = NOW, .reports = 100, .causes = { 0, 0, 0, 0, 19 } },
	    0 },
	{ "of few pages that says nothing",
	    { .seen_us = NOW, .reports = 9, .causes = { 0, 0, 0, 0, 4 } }, 0 },
	{ "a stranger", { .seen_us = NOW, .refused = 1 },
	    BIT(TAGHEALTH_REFUSES) },
};

static void test_judge(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const unsigned int got = taghealth_judge(&cases[i].s, NOW);

		if (got != cases[i].want)
			fail_msg("%s: %x, not %x", cases[i].why, got,
			    cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_parse),
		cmocka_unit_test(test_word),
		cmocka_unit_test(test_finding_word),
		cmocka_unit_test(test_judge) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
