/* Tests of lib/text/csv_out: quoting, and nothing that a spreadsheet runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/text/csv_out.h"

static const struct {
	const char *why;
	const char *in;
	const char *want;
} cases[] = {
	{ "plain", "google", "google" },
	{ "empty", "", "" },
	{ "a comma", "a,b", "\"a,b\"" },
	{ "quotes double", "say \"hi\"", "\"say \"\"hi\"\"\"" },
	{ "a line end", "a\nb", "\"a\nb\"" },
	{ "formula", "=1+1", "'=1+1" },
	{ "formula with a comma", "=SUM(1,2)", "\"'=SUM(1,2)\"" },
	{ "plus", "+14155550100", "'+14155550100" },
	{ "minus", "-2", "'-2" },
	{ "at", "@SUM(A1)", "'@SUM(A1)" },
	{ "tab first", "\t=1", "'\t=1" },
	{ "line feed first", "\n=1", "\"'\n=1\"" },
	{ "only inside", "a=1", "a=1" },
	{ "blank first is kept", " x", "\" x\"" },
};

static void test_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		char mem[128];
		struct csv_out c;
		struct buf b;

		buf_over(&b, mem, sizeof(mem));
		csv_out_init(&c, &b);
		csv_out_cstr(&c, cases[i].in);
		if (!slice_eq_cstr(buf_slice(&b), cases[i].want))
			fail_msg("%s: %.*s", cases[i].why, (int)b.n, b.p);
	}
}

/* Whatever the first byte is, no cell begins with one that is run. */
static void test_every_first_byte(void **state)
{
	(void)state;
	for (int first = 0; first < 256; first++) {
		const char in[2] = { (char)first, '1' };
		char mem[16];
		struct csv_out c;
		struct buf b;
		char got;

		buf_over(&b, mem, sizeof(mem));
		csv_out_init(&c, &b);
		csv_out_text(&c, slice_of(in, 2));
		got = b.p[0] == '"' ? b.p[1] : b.p[0];
		assert_true(got == '\0' || strchr("=+-@\t\r\n", got) == NULL);
	}
}

static void test_row(void **state)
{
	char mem[128];
	struct csv_out c;
	struct buf b;

	(void)state;
	buf_over(&b, mem, sizeof(mem));
	csv_out_init(&c, &b);
	csv_out_cstr(&c, "a");
	csv_out_i64(&c, -5);
	csv_out_u64(&c, 7);
	csv_out_micros(&c, 1250000);
	csv_out_micros(&c, -10);
	csv_out_micros(&c, 3000000);
	csv_out_end(&c);
	csv_out_cstr(&c, "b");
	csv_out_end(&c);
	assert_true(
	    slice_eq_cstr(buf_slice(&b), "a,-5,7,1.25,-0.00001,3\r\nb\r\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_every_first_byte),
		cmocka_unit_test(test_row),
	};

	return cmocka_run_group_tests_name("csv_out", tests, NULL, NULL);
}
