/* Options of the operator's command: every form, every mistake. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/ctl_opt.h"
#include "lib/base/slice.h"

struct opts {
	const char *text;
	const char *conf;
	uint64_t number;
	bool flag;
};

static const struct ctl_opt rows[] = {
	{ "text", CTL_OPT_TEXT, offsetof(struct opts, text), 0, "T", "" },
	{ "conf", CTL_OPT_TEXT, offsetof(struct opts, conf), 0, "F", "" },
	{ "number", CTL_OPT_U64, offsetof(struct opts, number), 100, "N", "" },
	{ "count", CTL_OPT_COUNT, offsetof(struct opts, number), 100, "N", "" },
	{ "flag", CTL_OPT_FLAG, offsetof(struct opts, flag), 0, NULL, "" },
};

#define ARGS_MAX 6

static const struct {
	const char *why;
	const char *argv[ARGS_MAX];
	enum err want;
	struct opts opts;
	const char *rest; /* the first of the others; NULL: none */
} cases[] = {
	{ "nothing", { "x" }, ERR_OK, { NULL, NULL, 7, false }, NULL },
	{ "two words", { "x", "--text", "a b" }, ERR_OK,
	    { "a b", NULL, 7, false }, NULL },
	{ "one word", { "x", "--text=a=b" }, ERR_OK, { "a=b", NULL, 7, false },
	    NULL },
	{ "an empty value", { "x", "--text=" }, ERR_OK, { "", NULL, 7, false },
	    NULL },
	{ "a value like an option", { "x", "--text", "--flag" }, ERR_OK,
	    { "--flag", NULL, 7, false }, NULL },
	{ "-c is --conf", { "x", "-c", "f" }, ERR_OK, { NULL, "f", 7, false },
	    NULL },
	{ "a flag", { "x", "--flag" }, ERR_OK, { NULL, NULL, 7, true }, NULL },
	{ "a flag takes no value", { "x", "--flag=1" }, ERR_SYNTAX,
	    { NULL, NULL, 7, false }, NULL },
	{ "the largest", { "x", "--number", "100" }, ERR_OK,
	    { NULL, NULL, 100, false }, NULL },
	{ "one too large", { "x", "--number", "101" }, ERR_RANGE,
	    { NULL, NULL, 7, false }, NULL },
	{ "no number", { "x", "--number", "1x" }, ERR_RANGE,
	    { NULL, NULL, 7, false }, NULL },
	{ "0 where it says something", { "x", "--number", "0" }, ERR_OK,
	    { NULL, NULL, 0, false }, NULL },
	{ "a count", { "x", "--count", "1" }, ERR_OK, { NULL, NULL, 1, false },
	    NULL },
	{ "0 where it says nothing", { "x", "--count=0" }, ERR_RANGE,
	    { NULL, NULL, 7, false }, NULL },
	{ "a count too large", { "x", "--count", "101" }, ERR_RANGE,
	    { NULL, NULL, 7, false }, NULL },
	{ "a missing value", { "x", "--number" }, ERR_SYNTAX,
	    { NULL, NULL, 7, false }, NULL },
	{ "unknown", { "x", "--nothing" }, ERR_SYNTAX, { NULL, NULL, 7, false },
	    NULL },
	{ "a prefix is not enough", { "x", "--tex", "a" }, ERR_SYNTAX,
	    { NULL, NULL, 7, false }, NULL },
	{ "another short one", { "x", "-d" }, ERR_OK, { NULL, NULL, 7, false },
	    "-d" },
	{ "others", { "x", "verb", "--flag" }, ERR_OK, { NULL, NULL, 7, true },
	    "verb" },
	{ "after --", { "x", "--", "--flag" }, ERR_OK, { NULL, NULL, 7, false },
	    "--flag" },
};

static bool same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void test_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct opts got = { .number = 7 };
		const struct opts *want = &cases[i].opts;
		struct ctl_opt_rest rest;
		char mem[ARGS_MAX][16];
		char *argv[ARGS_MAX];
		int argc = 0;
		enum err e;

		while (argc < ARGS_MAX && cases[i].argv[argc] != NULL) {
			assert_true(
			    slice_to_cstr(slice_from(cases[i].argv[argc]),
				mem[argc], sizeof(mem[argc])));
			argv[argc] = mem[argc];
			argc++;
		}
		e = ctl_opt_parse(rows, RT_ARRAY_LEN(rows), argc, argv, &got,
		    &rest);
		if (e != cases[i].want || got.number != want->number ||
		    got.flag != want->flag || !same(got.text, want->text) ||
		    !same(got.conf, want->conf) ||
		    !same(rest.n > 0 ? rest.arg[0] : NULL, cases[i].rest))
			fail_msg("%s: %s", cases[i].why, err_name(e));
	}
}

static void test_no_rest(void **state)
{
	char verb[] = "verb", name[] = "x";
	char *const argv[] = { name, verb };
	struct opts got = { .number = 7 };

	(void)state;
	assert_int_equal(ctl_opt_parse(rows, RT_ARRAY_LEN(rows), 2, argv, &got,
			     NULL),
	    ERR_SYNTAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_no_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
