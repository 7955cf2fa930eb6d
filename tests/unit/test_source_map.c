/* Tests of lib/core/source_map: a site's own names for parameters. */
#include <string.h>

#include "lib/core/source_map.h"
#include "tests/support/cm.h"

#define NAME_64 \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

static const struct {
	const char *why;
	const char *in;
	enum err want;
	const char *param;
	const char *field;
} cases[] = {
	{ "plain", "kw = keyword", ERR_OK, "kw", "keyword" },
	{ "no blanks", "kw=utm_term", ERR_OK, "kw", "utm_term" },
	{ "blanks around", "  ad[id]\t=  ad_id \r", ERR_OK, "ad[id]", "ad_id" },
	{ "longest name", NAME_64 "=gclid", ERR_OK, NAME_64, "gclid" },
	{ "one too long", NAME_64 "x=gclid", ERR_SYNTAX, "", "" },
	{ "no such field", "kw = password", ERR_NOTFOUND, "", "" },
	{ "a field in capitals", "kw = UTM_TERM", ERR_NOTFOUND, "", "" },
	{ "no field", "kw =", ERR_NOTFOUND, "", "" },
	{ "no name", "= keyword", ERR_SYNTAX, "", "" },
	{ "no sign", "kw keyword", ERR_SYNTAX, "", "" },
	{ "two signs", "kw = a = keyword", ERR_NOTFOUND, "", "" },
	{ "a blank in the name", "k w = keyword", ERR_SYNTAX, "", "" },
	{ "part of an address", "?kw& = keyword", ERR_SYNTAX, "", "" },
	{ "not ASCII", "schl\xc3\xbcssel = keyword", ERR_SYNTAX, "", "" },
	{ "empty", "", ERR_SYNTAX, "", "" },
};

static void test_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct source_map m = { SLICE(""), SLICE("") };
		const enum err e = source_map_read(slice_from(cases[i].in), &m);

		if (e != cases[i].want ||
		    !slice_eq_cstr(m.param, cases[i].param) ||
		    !slice_eq_cstr(m.field, cases[i].field))
			fail_msg("%s: \"%s\" gave %s", cases[i].why,
			    cases[i].in, err_name(e));
	}
}

static void test_nul(void **state)
{
	static const char in[] = "k\0w = keyword";
	struct source_map m;

	(void)state;
	assert_int_equal(source_map_read(slice_of(in, sizeof(in) - 1), &m),
	    ERR_SYNTAX);
}

/* What is written is read back. */
static void test_write(void **state)
{
	const struct source_map m = { SLICE("kw"), SLICE("keyword") };
	struct source_map back;
	char mem[64];
	struct buf b;

	(void)state;
	buf_over(&b, mem, sizeof(mem));
	source_map_write(&m, &b);
	assert_int_equal(buf_err(&b), ERR_OK);
	assert_true(slice_eq_cstr(buf_slice(&b), "kw = keyword"));
	assert_int_equal(source_map_read(buf_slice(&b), &back), ERR_OK);
	assert_true(slice_eq(back.param, m.param));
	assert_true(slice_eq(back.field, m.field));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_read),
		cmocka_unit_test(test_nul), cmocka_unit_test(test_write) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
