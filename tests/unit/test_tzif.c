/* Tests of lib/phone/tzif and tzrule: files of every kind of damage, the rules
 * of RFC 9636, times before, between and after the changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/clk.h"
#include "lib/phone/tzif.h"

#define HOUR_S 3600

static int64_t utc_s(const char *rfc3339)
{
	int64_t us = 0;

	assert_int_equal(clk_rfc3339_parse(slice_from(rfc3339), &us), ERR_OK);
	return us / RT_SEC_US;
}

/* --- rules -----------------------------------------------------------------*/

static const struct {
	const char *why;
	const char *rule;
	const char *at;
	int32_t offset_s;
	const char *until; /* NULL: for ever */
} rule_cases[] = {
	{ "one offset", "<+0545>-5:45", "2026-07-01T00:00:00Z", 20700, NULL },
	{ "north, summer", "EST5EDT,M3.2.0,M11.1.0", "2026-07-01T00:00:00Z",
	    -4 * HOUR_S, "2026-11-01T06:00:00Z" },
	{ "north, last second of winter", "EST5EDT,M3.2.0,M11.1.0",
	    "2026-03-08T06:59:59Z", -5 * HOUR_S, "2026-03-08T07:00:00Z" },
	{ "north, first second of summer", "EST5EDT,M3.2.0,M11.1.0",
	    "2026-03-08T07:00:00Z", -4 * HOUR_S, "2026-11-01T06:00:00Z" },
	{ "next year's", "EST5EDT,M3.2.0,M11.1.0", "2026-12-01T00:00:00Z",
	    -5 * HOUR_S, "2027-03-14T07:00:00Z" },
	{ "south, summer over the new year", "AEST-10AEDT,M10.1.0,M4.1.0/3",
	    "2027-01-01T00:00:00Z", 11 * HOUR_S, "2027-04-03T16:00:00Z" },
	{ "half an hour", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
	    "2026-12-31T23:59:59Z", 11 * HOUR_S, "2027-04-03T15:00:00Z" },
	{ "the last of a month, at 24:00", "EET-2EEST,M4.5.5/0,M10.5.4/24",
	    "2026-10-01T00:00:00Z", 3 * HOUR_S, "2026-10-29T21:00:00Z" },
	{ "a time before midnight", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
	    "2026-03-01T00:00:00Z", -2 * HOUR_S, "2026-03-29T01:00:00Z" },
	{ "winter that goes back (Ireland)", "IST-1GMT0,M10.5.0,M3.5.0/1",
	    "2026-12-01T00:00:00Z", 0, "2027-03-28T01:00:00Z" },
	{ "a day of the year without 29 February", "AAA3BBB,J60/0,J300/0",
	    "2028-02-29T12:00:00Z", -3 * HOUR_S, "2028-03-01T03:00:00Z" },
	{ "one with it", "AAA3BBB,59/0,300/0", "2028-02-01T00:00:00Z",
	    -3 * HOUR_S, "2028-02-29T03:00:00Z" },
	{ "summer without an end", "XXX3EDT4,0/0,J365/23",
	    "2026-12-31T23:00:00Z", -4 * HOUR_S, "2027-01-01T03:00:00Z" },
	{ "the first week's own day", "AAA0BBB,M6.1.1/0,M9.1.2/0",
	    "2026-05-01T00:00:00Z", 0, "2026-06-01T00:00:00Z" },
};

static void test_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(rule_cases); i++) {
		const int64_t want = rule_cases[i].until == NULL
					 ? INT64_MAX
					 : utc_s(rule_cases[i].until);
		struct tzrule r;
		int64_t until;
		int32_t got;

		if (tzrule_parse(slice_from(rule_cases[i].rule), &r) != ERR_OK)
			fail_msg("%s: not read", rule_cases[i].why);
		got = tzrule_at(&r, utc_s(rule_cases[i].at), &until);
		if (got != rule_cases[i].offset_s || until != want)
			fail_msg("%s: %d until %lld", rule_cases[i].why,
			    (int)got, (long long)until);
	}
}

static const struct {
	const char *why;
	const char *rule;
	enum err want;
} bad_rules[] = {
	{ "nothing", "", ERR_SYNTAX },
	{ "no offset", "EST", ERR_SYNTAX },
	{ "a short name", "ES5", ERR_SYNTAX },
	{ "a name without its end", "<+03", ERR_SYNTAX },
	{ "a day", "AAA24", ERR_RANGE },
	{ "summer without days", "EST5EDT", ERR_SYNTAX },
	{ "one day only", "EST5EDT,M3.2.0", ERR_SYNTAX },
	{ "month 13", "EST5EDT,M13.2.0,M11.1.0", ERR_RANGE },
	{ "week 6", "EST5EDT,M3.6.0,M11.1.0", ERR_RANGE },
	{ "week 0", "EST5EDT,M3.0.0,M11.1.0", ERR_RANGE },
	{ "weekday 7", "EST5EDT,M3.2.7,M11.1.0", ERR_RANGE },
	{ "day 366 without 29 February", "EST5EDT,J366,J1", ERR_RANGE },
	{ "day 0 of those", "EST5EDT,J0,J1", ERR_RANGE },
	{ "later than a week", "EST5EDT,M3.2.0/168,M11.1.0", ERR_RANGE },
	{ "minute 60", "EST5:60EDT,M3.2.0,M11.1.0", ERR_RANGE },
	{ "summer of a day", "AAA-23BBB,M3.2.0,M11.1.0", ERR_RANGE },
	{ "something behind it", "EST5EDT,M3.2.0,M11.1.0 ", ERR_SYNTAX },
};

static void test_bad_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(bad_rules); i++) {
		struct tzrule r;
		const enum err e =
		    tzrule_parse(slice_from(bad_rules[i].rule), &r);

		if (e != bad_rules[i].want)
			fail_msg("%s: %s", bad_rules[i].why, err_name(e));
	}
}

/* --- files -----------------------------------------------------------------*/

/* What a file says, and what is wrong with it. */
struct say {
	const char *magic;
	char version;
	int64_t time[2];
	uint8_t which[2];
	int32_t offset[2];
	uint32_t types;
	const char *end;
};

static const struct say good = { "TZif", '2', { 1000, 2000 }, { 1, 0 },
	{ -3600, 7200 }, 2, "\nCET-1\n" };

static void head(struct buf *b, const struct say *s, uint32_t times)
{
	buf_cstr(b, s->magic);
	buf_char(b, s->version);
	for (int i = 0; i < 15; i++)
		buf_char(b, '\0');
	buf_be32(b, 1); /* isut */
	buf_be32(b, 2); /* isstd */
	buf_be32(b, 1); /* leap seconds */
	buf_be32(b, times);
	buf_be32(b, s->types);
	buf_be32(b, 4); /* of names */
}

static void tail(struct buf *b, const struct say *s, size_t leap)
{
	for (uint32_t i = 0; i < s->types; i++) {
		buf_be32(b, (uint32_t)s->offset[i]);
		buf_be16(b, 0);
	}
	buf_cstr(b, "ABC");
	for (size_t i = 0; i < 1 + leap + 3; i++)
		buf_char(b, '\0');
}

static struct slice file(struct buf *b, const struct say *s)
{
	buf_reset(b);
	head(b, s, 1);
	buf_be32(b, 5); /* the old one's only time, and its type */
	buf_char(b, 0);
	tail(b, s, 8);
	head(b, s, 2);
	for (int i = 0; i < 2; i++)
		buf_be64(b, (uint64_t)s->time[i]);
	buf_bytes(b, s->which, 2);
	tail(b, s, 12);
	buf_cstr(b, s->end);
	return buf_slice(b);
}

static void test_file(void **state)
{
	char mem[1024];
	struct tzif z;
	struct buf b;
	int64_t until;

	(void)state;
	buf_over(&b, mem, sizeof(mem));
	assert_int_equal(tzif_open(file(&b, &good), &z), ERR_OK);
	assert_int_equal(tzif_at(&z, INT64_MIN, &until), -3600);
	assert_int_equal(until, 1000);
	assert_int_equal(tzif_at(&z, 999, &until), -3600);
	assert_int_equal(tzif_at(&z, 1000, &until), 7200);
	assert_int_equal(until, 2000);
	assert_int_equal(tzif_at(&z, 1999, &until), 7200);
	assert_int_equal(tzif_at(&z, 2000, &until), 3600); /* the rule's */
	assert_true(until == INT64_MAX);
	assert_int_equal(tzif_at(&z, INT64_MAX, &until), 3600);
	tzif_utc(&z);
	assert_int_equal(tzif_at(&z, 0, &until), 0);
	assert_true(until == INT64_MAX);
}

static void test_no_rule(void **state)
{
	struct say s = good;
	char mem[1024];
	struct tzif z;
	struct buf b;
	int64_t until;

	(void)state;
	buf_over(&b, mem, sizeof(mem));
	s.end = "\n\n";
	assert_int_equal(tzif_open(file(&b, &s), &z), ERR_OK);
	assert_int_equal(tzif_at(&z, 2000, &until), -3600);
	assert_true(until == INT64_MAX);
}

static const struct {
	const char *why;
	struct say say;
	enum err want;
} bad_files[] = {
	{ "another kind of file",
	    { "TZxx", '2', { 1, 2 }, { 0, 1 }, { 0, 1 }, 2, "\n\n" },
	    ERR_SYNTAX },
	{ "version 1",
	    { "TZif", '\0', { 1, 2 }, { 0, 1 }, { 0, 1 }, 2, "\n\n" },
	    ERR_SYNTAX },
	{ "a type that is not there",
	    { "TZif", '2', { 1, 2 }, { 0, 2 }, { 0, 1 }, 2, "\n\n" },
	    ERR_SYNTAX },
	{ "no types", { "TZif", '2', { 1, 2 }, { 0, 0 }, { 0, 0 }, 0, "\n\n" },
	    ERR_SYNTAX },
	{ "times that do not rise",
	    { "TZif", '2', { 2, 2 }, { 0, 1 }, { 0, 1 }, 2, "\n\n" },
	    ERR_SYNTAX },
	{ "an offset of a day",
	    { "TZif", '2', { 1, 2 }, { 0, 1 }, { 0, 86400 }, 2, "\n\n" },
	    ERR_RANGE },
	{ "one of a day back",
	    { "TZif", '2', { 1, 2 }, { 0, 1 }, { -86400, 0 }, 2, "\n\n" },
	    ERR_RANGE },
	{ "a rule that is none",
	    { "TZif", '2', { 1, 2 }, { 0, 1 }, { 0, 1 }, 2, "\nX\n" },
	    ERR_SYNTAX },
	{ "no line of a rule",
	    { "TZif", '2', { 1, 2 }, { 0, 1 }, { 0, 1 }, 2, "" }, ERR_SYNTAX },
	{ "half of the line",
	    { "TZif", '2', { 1, 2 }, { 0, 1 }, { 0, 1 }, 2, "\n" },
	    ERR_SYNTAX },
	{ "a line that does not end",
	    { "TZif", '2', { 1, 2 }, { 0, 1 }, { 0, 1 }, 2, "\nCET-1" },
	    ERR_SYNTAX },
};

static void test_bad_files(void **state)
{
	char mem[1024];
	struct buf b;

	(void)state;
	buf_over(&b, mem, sizeof(mem));
	for (size_t i = 0; i < RT_ARRAY_LEN(bad_files); i++) {
		struct tzif z;
		const enum err e = tzif_open(file(&b, &bad_files[i].say), &z);

		if (e != bad_files[i].want)
			fail_msg("%s: %s", bad_files[i].why, err_name(e));
	}
}

static void test_cut(void **state)
{
	char mem[1024];
	struct slice whole;
	struct tzif z;
	struct buf b;

	(void)state;
	buf_over(&b, mem, sizeof(mem));
	whole = file(&b, &good);
	for (size_t n = 0; n < whole.n; n++)
		if (tzif_open(slice_head(whole, n), &z) == ERR_OK)
			fail_msg("cut at %u", (unsigned int)n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_bad_rules),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_no_rule),
		cmocka_unit_test(test_bad_files),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests_name("tzif", tests, NULL, NULL);
}
