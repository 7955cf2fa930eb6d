/* Tests of cgi/api/api_merge and cgi/api/api_fault. */
#include <stdio.h>
#include <string.h>

#include "cgi/api/api_merge.h"
#include "cgi/form/fields_choice.h"
#include "tests/support/cm.h"

static const struct field table[] = {
	{ "name", "Name", FIELD_TEXT, .min = 1, .max = 5 },
	{ "count", "Count", FIELD_NUMBER, .min = 0, .max = 300 },
	{ "kind", "Kind", .kind = FIELD_CHOICE },
	{ "on", "On", .kind = FIELD_CHECK },
	{ "lines", "Lines", FIELD_LINES, .min = 0, .max = 20 },
	{ "many", "Many", .kind = FIELD_MANY },
	{ "once", "Once", FIELD_TEXT, .min = 0, .max = 9, .once = true },
	{ "hidden", "Hidden", FIELD_TEXT, .min = 1, .max = 9 },
};

static const struct api_member members[] = { { "name", "name", false },
	{ "count", "count", false }, { "kind_id", "kind", false },
	{ "on", "on", false }, { "lines", "lines", true },
	{ "text", "lines", false }, { "many", "many", true },
	{ "once", "once", false }, { "gone", "gone", false } };

static struct arena mem;

static void fill(struct fields *f)
{
	arena_reset(&mem);
	fields_init(f, table, RT_ARRAY_LEN(table), &mem);
	fields_choice(f, "kind", SLICE(""), SLICE("None"));
	fields_choice(f, "kind", SLICE("a"), SLICE("An a"));
	fields_choice(f, "many", SLICE("x"), SLICE("An x"));
	fields_choice(f, "many", SLICE("y"), SLICE("A y"));
	fields_set_cstr(f, "name", "Ann");
	fields_set_cstr(f, "count", "7");
	/* Was there once, and is no choice any more. */
	fields_set_cstr(f, "kind", "old");
	fields_set_cstr(f, "on", "1");
	fields_set_cstr(f, "once", "set");
	fields_set_cstr(f, "hidden", "h");
	fields_set_cstr(f, "lines", "1\n2");
}

static enum err merge(struct fields *f, const char *body,
    struct api_faults *faults)
{
	static const char *const also[] = { "numbers", NULL };
	struct json_in *in;
	enum err e;

	faults->n = 0;
	assert_int_equal(json_in_parse(slice_from(body), 65536, 4, &in, NULL),
	    ERR_OK);
	e = api_merge(f, json_in_root(in), members, RT_ARRAY_LEN(members), also,
	    faults);
	json_in_free(in);
	return e;
}

static const struct {
	const char *why;
	const char *body;
	const char *at; /* the pointer of the first fault; NULL: none */
	const char *field;
	const char *value;
} cases[] = {
	{ "nothing named, nothing changed", "{}", NULL, "name", "Ann" },
	{ "a value that is no choice now stays", "{}", NULL, "kind", "old" },
	{ "but cannot be chosen anew", "{\"kind_id\":\"older\"}", "/kind_id",
	    "kind", "older" },
	{ "text is trimmed", "{\"name\":\" Bob \"}", NULL, "name", "Bob" },
	{ "an empty id clears none", "{\"kind_id\":\"\"}", "/kind_id", "kind",
	    "old" },
	{ "nor do blanks", "{\"kind_id\":\" \"}", "/kind_id", "kind", " " },
	{ "null clears a choice", "{\"kind_id\":null}", NULL, "kind", "" },
	{ "null clears a number", "{\"count\":null}", NULL, "count", "0" },
	{ "null clears a flag", "{\"on\":null}", NULL, "on", "" },
	{ "null clears a list", "{\"lines\":null}", NULL, "lines", "" },
	{ "what is needed cannot be cleared", "{\"name\":null}", "/name",
	    "name", "" },
	{ "too long", "{\"name\":\"abcdef\"}", "/name", "name", "abcdef" },
	{ "a number is no text", "{\"name\":7}", "/name", "name", "Ann" },
	{ "a text is no number", "{\"count\":\"7\"}", "/count", "count", "7" },
	{ "a fraction is no number", "{\"count\":1.5}", "/count", "count",
	    "7" },
	{ "out of range", "{\"count\":301}", "/count", "count", "301" },
	{ "below zero", "{\"count\":-1}", "/count", "count", "-1" },
	{ "one is not true", "{\"on\":1}", "/on", "on", "1" },
	{ "false", "{\"on\":false}", NULL, "on", "" },
	{ "a list is the whole list", "{\"lines\":[\"9\",\"8\"]}", NULL,
	    "lines", "9\n8" },
	{ "a line feed is no line", "{\"lines\":[\"9\\n8\"]}", "/lines",
	    "lines", "1\n2" },
	{ "lines as they are", "{\"text\":\"9\\n8\"}", NULL, "lines", "9\n8" },
	{ "a text is no list", "{\"lines\":\"9\"}", "/lines", "lines", "1\n2" },
	{ "a list of other things", "{\"many\":[\"x\",1]}", "/many", "many",
	    "" },
	{ "words", "{\"many\":[\"y\",\"x\"]}", NULL, "many", "y x" },
	{ "a word with a blank", "{\"many\":[\"x y\"]}", "/many", "many", "" },
	{ "no such word", "{\"many\":[\"z\"]}", "/many", "many", "z" },
	{ "set once, and the same", "{\"once\":\"set\"}", NULL, "once", "set" },
	{ "set once, and another", "{\"once\":\"new\"}", "/once", "once",
	    "set" },
	{ "control character", "{\"name\":\"a\\u0007\"}", "/name", "name",
	    "Ann" },
	{ "a form's field by its own name", "{\"kind\":\"a\"}", "/kind", "kind",
	    "old" },
	{ "one that is not offered", "{\"hidden\":\"x\"}", "/hidden", "hidden",
	    "h" },
	{ "one that the form lost", "{\"gone\":\"x\"}", "/gone", "name",
	    "Ann" },
	{ "somebody else's", "{\"numbers\":7}", NULL, "name", "Ann" },
	{ "without a name", "{\"\":1}", "/", "name", "Ann" },
	{ "escaped", "{\"a/b~\":1}", "/a~1b~0", "name", "Ann" },
};

static void test_merge(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct api_faults faults;
		struct fields f;
		const char *at;

		fill(&f);
		assert_int_equal(merge(&f, cases[i].body, &faults), ERR_OK);
		at = faults.n > 0 ? faults.at[0].pointer : NULL;
		if ((at == NULL) != (cases[i].at == NULL) ||
		    (at != NULL && strcmp(at, cases[i].at) != 0))
			fail_msg("%s: fault at %s", cases[i].why,
			    at == NULL ? "nothing" : at);
		if (!slice_eq_cstr(fields_get(&f, cases[i].field),
			cases[i].value))
			fail_msg("%s: %s is another", cases[i].why,
			    cases[i].field);
	}
}

static void test_shapes(void **state)
{
	static const char tildes[] =
	    "~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~";
	char body[4000] = "{";
	size_t n = 1;
	struct api_faults faults;
	struct fields f;

	(void)state;
	fill(&f);
	assert_int_equal(merge(&f, "[1]", &faults), ERR_SYNTAX);
	/* More faults than are told, and names of every length. */
	for (int i = 0; i < 59; i++)
		n += (size_t)snprintf(body + n, sizeof(body) - n,
		    "%s\"%.*s\xe2\x82\xac%d\":1", i == 0 ? "" : ",", i, tildes,
		    i);
	assert_true(n + 2 < sizeof(body));
	body[n] = '}';
	body[n + 1] = '\0';
	assert_int_equal(merge(&f, body, &faults), ERR_OK);
	assert_int_equal(faults.n, API_FAULTS_MAX);
	/* A new one needs all that the form needs, offered or not. */
	fill(&f);
	fields_set_cstr(&f, "hidden", "");
	f.fresh = true;
	assert_int_equal(merge(&f, "{\"kind_id\":\"a\",\"once\":\"new\"}",
			     &faults),
	    ERR_OK);
	assert_int_equal(faults.n, 1);
	assert_string_equal(faults.at[0].pointer, "");
	assert_true(slice_eq_cstr(fields_get(&f, "once"), "new"));
}

static int start(void **state)
{
	(void)state;
	arena_init(&mem, (size_t)1 << 20);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_fini(&mem);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_shapes),
	};

	return cmocka_run_group_tests_name("api_merge", tests, start, stop);
}
