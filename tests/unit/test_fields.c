/* Tests of cgi/form/fields and cgi/form/lines. */
#include <string.h>

#include "cgi/form/fields.h"
#include "cgi/form/fields_choice.h"
#include "cgi/form/lines.h"
#include "tests/support/cm.h"

static const struct field table[] = {
	{ "name", "Name", FIELD_TEXT, .min = 1, .max = 5 },
	{ "mail", "Mail", FIELD_EMAIL, .min = 0, .max = 50 },
	{ "count", "Count", FIELD_NUMBER, .min = 5, .max = 300 },
	{ "more", "More", FIELD_NUMBER, .min = 0, .max = 9 },
	{ "kind", "Kind", .kind = FIELD_CHOICE },
	{ "some", "Some", .kind = FIELD_MANY, .min = 1 },
	{ "on", "On", .kind = FIELD_CHECK },
	{ "note", "Note", FIELD_LINES, .min = 0, .max = 10 },
	{ "secret", "Secret", FIELD_SECRET, .min = 4, .max = 10 },
};

static struct arena mem;

/* Fills a form of that table with what `body` sends. */
static struct fields sent(const char *body)
{
	struct req r = { .arena = &mem };
	struct fields f;

	arena_reset(&mem);
	fields_init(&f, table, RT_ARRAY_LEN(table), &mem);
	fields_choice(&f, "kind", SLICE("a"), SLICE("An a"));
	fields_choice(&f, "kind", SLICE("b"), SLICE("A b"));
	fields_choice(&f, "some", SLICE("x"), SLICE("An x"));
	fields_choice(&f, "some", SLICE("y"), SLICE("A y"));
	assert_int_equal(req_parse_params(&mem, slice_from(body), &r.form),
	    ERR_OK);
	fields_read(&f, &r);
	return f;
}

#define GOOD "name=Ann&count=7&kind=a&some=x"

static const struct {
	const char *why;
	const char *body;
	const char *bad; /* the field that is wrong; NULL: none */
} cases[] = {
	{ "all that is needed", GOOD, NULL },
	{ "blanks around", "name=+Ann+&count=7&kind=b&some=y&some=x", NULL },
	{ "no name", "count=7&kind=a&some=x", "name" },
	{ "name too long", "name=abcdef&count=7&kind=a&some=x", "name" },
	{ "characters, not bytes",
	    "name=%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9&count=7&kind=a&some=x", NULL },
	{ "two lines", "name=a%0Ab&count=7&kind=a&some=x", "name" },
	{ "sent twice", GOOD "&name=Bob", "name" },
	{ "no number", "name=Ann&count=x&kind=a&some=x", "count" },
	{ "below", "name=Ann&count=4&kind=a&some=x", "count" },
	{ "above", "name=Ann&count=301&kind=a&some=x", "count" },
	{ "beyond 64 bits", "name=A&count=99999999999999999999&kind=a&some=x",
	    "count" },
	{ "negative", "name=Ann&count=-7&kind=a&some=x", "count" },
	{ "not a choice", "name=Ann&count=7&kind=c&some=x", "kind" },
	{ "no choice", "name=Ann&count=7&some=x", "kind" },
	{ "none of many", "name=Ann&count=7&kind=a", "some" },
	{ "a foreign one of many", GOOD "&some=z", "some" },
	{ "no at", GOOD "&mail=ann", "mail" },
	{ "two ats", GOOD "&mail=a@b@c", "mail" },
	{ "an address", GOOD "&mail=a@b", NULL },
	{ "lines", GOOD "&note=a%0D%0Ab", NULL },
	{ "too many of them", GOOD "&note=12345%0D%0A67890", "note" },
	{ "a secret too short", GOOD "&secret=abc", "secret" },
	{ "a secret", GOOD "&secret=+abc", NULL },
};

static void test_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const struct fields f = sent(cases[i].body);

		for (size_t k = 0; k < RT_ARRAY_LEN(table); k++) {
			const bool want =
			    cases[i].bad != NULL &&
			    strcmp(cases[i].bad, table[k].name) == 0;

			if ((f.error[k] != NULL) != want)
				fail_msg("%s: %s: %s", cases[i].why,
				    table[k].name,
				    f.error[k] == NULL ? "good" : f.error[k]);
		}
		assert_int_equal(fields_good(&f), cases[i].bad == NULL);
	}
}

static void test_values(void **state)
{
	struct fields f = sent(GOOD "&on=1&some=y&note=a%0D%0Ab&secret=hush");
	uint8_t id[ID_BYTES];
	char mem_json[1024], few[3], stamp[FIELD_STAMP_MAX];
	char other[FIELD_STAMP_MAX];
	struct buf b;

	(void)state;
	assert_true(slice_eq(fields_get(&f, "some"), SLICE("x y")));
	assert_true(slice_eq(fields_get(&f, "note"), SLICE("a\nb")));
	assert_int_equal(fields_u64(&f, "count"), 7);
	assert_int_equal(fields_u64(&f, "more"), 0);
	assert_true(fields_on(&f, "on"));
	assert_int_equal(fields_id(&f, "mail", ID_KIND_flow, id), ERR_NOTFOUND);
	assert_int_equal(fields_id(&f, "name", ID_KIND_flow, id), ERR_SYNTAX);
	buf_over(&b, mem_json, sizeof(mem_json));
	assert_int_equal(fields_json(&f, &b), ERR_OK);
	buf_char(&b, '\0');
	assert_string_equal(mem_json,
	    "{\"name\":\"Ann\",\"mail\":\"\",\"count\":7,\"more\":0,"
	    "\"kind\":\"a\",\"some\":\"x y\",\"on\":true,\"note\":\"a\\u000Ab\","
	    "\"secret\":\"set\"}");
	/* The stamp sees every value but the secret. */
	assert_int_equal(fields_stamp(&f, stamp), ERR_OK);
	fields_set_cstr(&f, "secret", "other");
	assert_int_equal(fields_stamp(&f, other), ERR_OK);
	assert_string_equal(stamp, other);
	fields_set_on(&f, "on", false);
	assert_int_equal(fields_stamp(&f, other), ERR_OK);
	assert_string_not_equal(stamp, other);
	assert_false(fields_copy(&f, "name", few, sizeof(few)));
	assert_false(fields_good(&f));
}

static void test_once(void **state)
{
	static const struct field once[] = {
		{ "code", "Code", FIELD_TEXT, .min = 1, .max = 9,
		    .once = true },
	};
	struct req r = { .arena = &mem };
	struct fields f;

	(void)state;
	arena_reset(&mem);
	assert_int_equal(req_parse_params(&mem, SLICE("code=new"), &r.form),
	    ERR_OK);
	fields_init(&f, once, 1, &mem);
	fields_set_cstr(&f, "code", "old");
	fields_read(&f, &r);
	assert_true(slice_eq(fields_get(&f, "code"), SLICE("old")));
	f.fresh = true;
	fields_read(&f, &r);
	assert_true(slice_eq(fields_get(&f, "code"), SLICE("new")));
}

static void test_lines(void **state)
{
	struct lines l;
	struct buf b;

	(void)state;
	assert_int_equal(lines_read(SLICE(" a \n\n b\na\n"), &l), ERR_OK);
	assert_int_equal(l.n, 2);
	assert_true(lines_have(&l, SLICE("b")));
	assert_false(lines_have(&l, SLICE("")));
	assert_int_equal(lines_read(SLICE(""), &l), ERR_OK);
	assert_int_equal(l.n, 0);
	buf_init(&b, 10000);
	for (unsigned int i = 0; i <= LINES_MAX; i++)
		buf_printf(&b, "%u\n", i);
	assert_int_equal(lines_read(buf_slice(&b), &l), ERR_TOOBIG);
	buf_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_lines),
	};
	int failed;

	arena_init(&mem, (size_t)4 << 20);
	failed = cmocka_run_group_tests_name("fields", tests, NULL, NULL);
	arena_fini(&mem);
	return failed;
}
