/* Tests of lib/base/cfg and lib/base/settings. */
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/settings.h"
#include "tests/support/cm.h"

static const struct {
	const char *why;
	const char *in;
	enum err want;
	unsigned int line;
} cases[] = {
	{ "empty", "", ERR_OK, 0 },
	{ "comments and blanks", "# a\n\n   \n\t# b", ERR_OK, 0 },
	{ "set", "sip_port 5070\nuser rt\n", ERR_OK, 0 },
	{ "tabs around", "\tsip_port\t 5070 \r\n", ERR_OK, 0 },
	{ "value with blanks", "run_dir /tmp/a b\n", ERR_OK, 0 },
	{ "unknown key", "sip_port 5070\nsipport 1", ERR_NOTFOUND, 2 },
	{ "twice", "sip_port 1\n\nsip_port 2", ERR_CONFLICT, 3 },
	{ "not a number", "sip_port five", ERR_SYNTAX, 1 },
	{ "number and more", "sip_port 5x", ERR_SYNTAX, 1 },
	{ "too large", "sip_port 65536", ERR_RANGE, 1 },
	{ "too small", "sip_port 0", ERR_RANGE, 1 },
	{ "no value", "user", ERR_RANGE, 1 },
};

static void test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct settings s;
		struct cfg_error why;
		const enum err e =
		    settings_parse(slice_from(cases[i].in), &s, &why);

		if (e != cases[i].want)
			fail_msg("%s: gave %s", cases[i].why, err_name(e));
		if (e != ERR_OK && why.line != cases[i].line)
			fail_msg("%s: line %u", cases[i].why, why.line);
		assert_true(e == ERR_OK || why.what[0] != '\0');
	}
}

static void test_too_long(void **state)
{
	char line[600] = "user ";
	struct settings s = { .sip_port = 42 };
	struct cfg_error why;

	(void)state;
	memset(line + 5, 'x', sizeof(line) - 6);
	assert_int_equal(settings_parse(slice_from(line), &s, &why), ERR_RANGE);
	/* The message is cut, ends, and nothing was written. */
	assert_true(strlen(why.what) < CFG_ERROR_MAX);
	assert_int_equal(s.sip_port, 42);
}

static void test_write_and_read(void **state)
{
	struct settings s, back;
	struct cfg_error why;
	struct buf b;

	(void)state;
	settings_defaults(&s);
	s.sip_port = 5099;
	assert_true(slice_to_cstr(SLICE("/tmp/with blank"), s.run_dir,
	    sizeof(s.run_dir)));
	buf_init(&b, 10000);
	settings_write(&s, &b);
	assert_int_equal(buf_err(&b), ERR_OK);
	assert_int_equal(settings_parse(buf_slice(&b), &back, &why), ERR_OK);
	assert_int_equal(back.sip_port, 5099);
	assert_string_equal(back.run_dir, s.run_dir);
	assert_string_equal(back.sip_advertised, "");
	assert_string_equal(back.log_level, s.log_level);
	buf_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_write_and_read),
	};

	return cmocka_run_group_tests_name("cfg", tests, NULL, NULL);
}
