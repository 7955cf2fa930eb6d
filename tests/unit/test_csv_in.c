/* Tests of lib/core/csv_in: rows as spreadsheets write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/core/csv_in.h"

/* All rows as "a|b/c|d", then the error that ended it. */
static const struct {
	const char *why;
	const char *in;
	const char *want;
	enum err end;
} cases[] = {
	{ "plain", "a,b\nc,d\n", "a|b/c|d/", ERR_NOTFOUND },
	{ "no line end at the end", "a,b", "a|b/", ERR_NOTFOUND },
	{ "CR LF", "a,b\r\nc,d\r\n", "a|b/c|d/", ERR_NOTFOUND },
	{ "a lone CR at the end", "a,b\r", "a|b/", ERR_NOTFOUND },
	{ "a CR inside is text", "a\rb,c", "a\rb|c/", ERR_NOTFOUND },
	{ "semicolons", "a;b\n1,5;c\n", "a|b/1,5|c/", ERR_NOTFOUND },
	{ "tabs", "a\tb\n", "a|b/", ERR_NOTFOUND },
	{ "byte order mark",
	    "\xef\xbb\xbf"
	    "a,b",
	    "a|b/", ERR_NOTFOUND },
	{ "empty cells", ",a,\n", "|a|/", ERR_NOTFOUND },
	{ "empty lines are skipped", "\n\na\n\n", "a/", ERR_NOTFOUND },
	{ "nothing", "", "", ERR_NOTFOUND },
	{ "quotes", "\"a,b\",\"c\"\"d\"\n", "a,b|c\"d/", ERR_NOTFOUND },
	{ "a line end in quotes", "\"a\nb\",c", "a\nb|c/", ERR_NOTFOUND },
	{ "an open quote", "a,\"b", "", ERR_SYNTAX },
	{ "text after a quote", "\"a\"b,c", "", ERR_SYNTAX },
	{ "a quote inside is text", "a\"b", "a\"b/", ERR_NOTFOUND },
};

static void test_rows(void **state)
{
	static struct csv_in c;

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		char mem[256];
		struct buf b;
		enum err e;

		buf_over(&b, mem, sizeof(mem));
		csv_in_init(&c, slice_from(cases[i].in));
		while ((e = csv_in_row(&c)) == ERR_OK) {
			for (size_t k = 0; k < c.n; k++) {
				if (k > 0)
					buf_char(&b, '|');
				buf_put(&b, c.cell[k]);
			}
			buf_char(&b, '/');
		}
		if (e != cases[i].end ||
		    !slice_eq_cstr(buf_slice(&b), cases[i].want))
			fail_msg("%s: %s [%.*s]", cases[i].why, err_name(e),
			    (int)b.n, b.p);
	}
}

static void test_limits(void **state)
{
	static struct csv_in c;
	static char text[2 * CSV_IN_ROW_MAX];

	(void)state;
	memset(text, 'x', sizeof(text));
	csv_in_init(&c, slice_of(text, sizeof(text)));
	assert_int_equal(csv_in_row(&c), ERR_TOOBIG);
	memset(text, ',', 100);
	csv_in_init(&c, slice_of(text, 100));
	assert_int_equal(csv_in_row(&c), ERR_TOOBIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests_name("csv_in", tests, NULL, NULL);
}
