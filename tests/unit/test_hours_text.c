/* Tests of cgi/form/hours_text: hours as people write them, both ways. */
#include "cgi/form/hours_text.h"
#include "lib/base/rt.h"
#include "tests/support/cm.h"
#include "tests/support/fail_alloc.h"

#define TEXT_MAX 65536

static const struct {
	const char *why;
	const char *in;
	const char *holidays;
	enum err want;
	const char *lines; /* as they come back */
} cases[] = {
	{ "nothing is always", "", "", ERR_OK, "" },
	{ "blank lines are nothing", " \r\n\n", "", ERR_OK, "" },
	{ "always but on holidays", "", "us", ERR_OK, "mon-sun 00:00-24:00\n" },
	{ "a week", "mon-fri 09:00-17:30\nsat 10:00-14:00", "gb", ERR_OK,
	    "mon-fri 09:00-17:30\nsat 10:00-14:00\n" },
	{ "days come after the week",
	    "2026-12-24 10:00-12:00\r\nmon 08:00-12:00\r\n12-25 closed", "",
	    ERR_OK, "mon 08:00-12:00\n2026-12-24 10:00-12:00\n12-25 closed\n" },
	{ "blanks within", "sun   22:00 - 06:00", "ca", ERR_OK,
	    "sun 22:00-06:00\n" },
	{ "a week's day cannot be closed", "mon closed", "", ERR_SYNTAX, "" },
	{ "no times", "mon", "", ERR_SYNTAX, "" },
	{ "one time", "mon 09:00", "", ERR_SYNTAX, "" },
	{ "no such day", "moon 09:00-10:00", "", ERR_SYNTAX, "" },
	{ "no such time", "mon 09:00-25:00", "", ERR_SYNTAX, "" },
	{ "no such date", "2026-02-30 closed", "", ERR_SYNTAX, "" },
	{ "no such holidays", "mon 09:00-10:00", "xx", ERR_SYNTAX, "" },
	{ "a quote", "mon\" 09:00-10:00", "", ERR_SYNTAX, "" },
};

static void test_both_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const struct slice holidays = slice_from(cases[i].holidays);
		struct slice back;
		struct buf json, text;
		struct arena mem;
		enum err e;

		buf_init(&json, TEXT_MAX);
		buf_init(&text, TEXT_MAX);
		arena_init(&mem, TEXT_MAX);
		e = hours_text_read(slice_from(cases[i].in), holidays, &json);
		if (e != cases[i].want)
			fail_msg("%s: gave %s", cases[i].why, err_name(e));
		if (e == ERR_OK) {
			assert_int_equal(hours_text_write(buf_slice(&json),
					     &mem, &text, &back),
			    ERR_OK);
			if (!slice_eq(buf_slice(&text),
				slice_from(cases[i].lines)) ||
			    !slice_eq(back, holidays))
				fail_msg("%s: came back as \"%.*s\"",
				    cases[i].why, SLICE_FMT(buf_slice(&text)));
		}
		arena_fini(&mem);
		buf_fini(&text);
		buf_fini(&json);
	}
}

static void test_too_many(void **state)
{
	struct buf text, json;

	(void)state;
	buf_init(&text, TEXT_MAX);
	buf_init(&json, TEXT_MAX);
	for (unsigned int i = 0; i < 201; i++)
		buf_printf(&text, "mon %02u:%02u-23:59\n", i / 60, i % 60);
	assert_int_equal(hours_text_read(buf_slice(&text), SLICE(""), &json),
	    ERR_SYNTAX);
	buf_fini(&json);
	buf_fini(&text);
}

static void test_not_json(void **state)
{
	struct slice holidays;
	struct arena mem;
	struct buf text;

	(void)state;
	buf_init(&text, TEXT_MAX);
	arena_init(&mem, TEXT_MAX);
	assert_int_not_equal(hours_text_write(SLICE("{\"weekly\":"), &mem,
				 &text, &holidays),
	    ERR_OK);
	assert_int_equal(hours_text_write(SLICE("[]"), &mem, &text, &holidays),
	    ERR_OK);
	assert_int_equal(buf_slice(&text).n, 0);
	arena_fini(&mem);
	buf_fini(&text);
}

/* Reads and writes with the n-th allocation failing. */
static enum err both(unsigned int n, bool *hit)
{
	struct slice holidays;
	struct buf json, text;
	struct arena mem;
	enum err e;

	buf_init(&json, TEXT_MAX);
	buf_init(&text, TEXT_MAX);
	arena_init(&mem, TEXT_MAX);
	fail_alloc_after(n);
	e = hours_text_read(SLICE("mon 09:00-10:00\n12-25 closed"), SLICE("gb"),
	    &json);
	if (e == ERR_OK)
		e = hours_text_write(buf_slice(&json), &mem, &text, &holidays);
	*hit = fail_alloc_end();
	arena_fini(&mem);
	buf_fini(&text);
	buf_fini(&json);
	return e;
}

static void test_no_memory(void **state)
{
	bool hit = true;

	(void)state;
	for (unsigned int n = 0; hit; n++) {
		const enum err e = both(n, &hit);

		if ((e == ERR_OK) == hit)
			fail_msg("allocation %u: %s", n, err_name(e));
		assert_true(n < 1000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_not_json),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
