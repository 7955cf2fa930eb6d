/* Tests of lib/json/flow_json. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/core/flow_label.h"
#include "lib/json/flow_json.h"
#include "tests/support/fail_alloc.h"

static const struct {
	const char *why;
	const char *json;
	enum err want;
	const char *step; /* of the first error */
	const char *what; /* how it begins */
} cases[] = {
	{ "one step",
	    "{\"version\":1,\"first\":\"a\",\"steps\":{\"a\":"
	    "{\"type\":\"forward\",\"to\":\"+13035550100\"}}}",
	    ERR_OK, NULL, NULL },
	{ "every type, builder's members",
	    "{\"version\":1,\"first\":\"n\",\"steps\":{"
	    "\"n\":{\"type\":\"notice\",\"prompt\":\"known\",\"next\":\"m\","
	    "\"at\":[1,-2],\"title\":\"t\"},"
	    "\"m\":{\"type\":\"message\",\"prompt\":\"known\",\"next\":\"f\"},"
	    "\"f\":{\"type\":\"forward\",\"to\":\"sip:a@1.2.3.4\","
	    "\"ring_s\":5,\"talk_s\":60,\"show\":\"tracking\","
	    "\"busy\":\"b\",\"no_answer\":\"h\",\"failed\":\"r\"},"
	    "\"b\":{\"type\":\"busy\"},\"h\":{\"type\":\"hangup\"},"
	    "\"r\":{\"type\":\"reject\"}}}",
	    ERR_OK, NULL, NULL },
	{ "not JSON", "{", ERR_SYNTAX, "", "line 1" },
	{ "another version",
	    "{\"version\":2,\"first\":\"a\",\"steps\":{"
	    "\"a\":{\"type\":\"hangup\"}}}",
	    ERR_SYNTAX, "", "version" },
	{ "no steps", "{\"version\":1,\"first\":\"a\",\"steps\":{}}",
	    ERR_SYNTAX, "", "steps" },
	{ "unknown type",
	    "{\"version\":1,\"first\":\"a\",\"steps\":{\"a\":"
	    "{\"type\":\"fly\"}}}",
	    ERR_SYNTAX, "a", "there is no type fly" },
	{ "unknown member",
	    "{\"version\":1,\"first\":\"a\",\"steps\":{\"a\":"
	    "{\"type\":\"hangup\",\"soon\":true}}}",
	    ERR_SYNTAX, "a", "a hangup step knows no soon" },
	{ "missing target",
	    "{\"version\":1,\"first\":\"a\",\"steps\":{\"a\":"
	    "{\"type\":\"forward\"}}}",
	    ERR_SYNTAX, "a", "to is missing" },
	{ "a hostile target",
	    "{\"version\":1,\"first\":\"a\",\"steps\":{\"a\":"
	    "{\"type\":\"forward\",\"to\":\"+1303555\\r\\nVia\"}}}",
	    ERR_SYNTAX, "a", "to: neither" },
	{ "a number out of range",
	    "{\"version\":1,\"first\":\"a\",\"steps\":{\"a\":"
	    "{\"type\":\"forward\",\"to\":\"+13035550100\",\"ring_s\":4}}}",
	    ERR_SYNTAX, "a", "ring_s: a whole number from 5 to 300" },
	{ "an unknown choice",
	    "{\"version\":1,\"first\":\"a\",\"steps\":{\"a\":{\"type\":"
	    "\"forward\",\"to\":\"+13035550100\",\"show\":\"nobody\"}}}",
	    ERR_SYNTAX, "a", "show: cannot be nobody" },
	{ "an unknown prompt",
	    "{\"version\":1,\"first\":\"a\",\"steps\":{\"a\":"
	    "{\"type\":\"message\",\"prompt\":\"lost\"}}}",
	    ERR_SYNTAX, "a", "prompt: there is no prompt called lost" },
	{ "a branch to nowhere",
	    "{\"version\":1,\"first\":\"a\",\"steps\":{\"a\":{\"type\":"
	    "\"message\",\"prompt\":\"known\",\"next\":\"b\"}}}",
	    ERR_SYNTAX, "a", "next: there is no step b" },
	{ "no such first step",
	    "{\"version\":1,\"first\":\"b\",\"steps\":{\"a\":"
	    "{\"type\":\"hangup\"}}}",
	    ERR_SYNTAX, "", "first" },
	{ "unreachable",
	    "{\"version\":1,\"first\":\"a\",\"steps\":{"
	    "\"a\":{\"type\":\"hangup\"},\"z\":{\"type\":\"busy\"}}}",
	    ERR_SYNTAX, "z", "no step leads here" },
};

static bool find_prompt(void *arg, struct slice key, uint32_t *row)
{
	(void)arg;
	*row = 4;
	return slice_eq_cstr(key, "known");
}

static const struct flow_json_resolver resolver = { .prompt = find_prompt };

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct flow_json_errors errors;
		struct buf b;
		enum err e;

		buf_init(&b, 1 << 16);
		e = flow_json_compile(slice_from(cases[i].json), &resolver, &b,
		    &errors);
		if (e != cases[i].want)
			fail_msg("%s: %s %s", cases[i].why, err_name(e),
			    errors.n > 0 ? errors.item[0].what : "");
		if (cases[i].step != NULL &&
		    (errors.n == 0 ||
			strcmp(errors.item[0].step, cases[i].step) != 0 ||
			strncmp(errors.item[0].what, cases[i].what,
			    strlen(cases[i].what)) != 0))
			fail_msg("%s: \"%s\": %s", cases[i].why,
			    errors.item[0].step, errors.item[0].what);
		buf_fini(&b);
	}
}

/* Ten ring at once: who drew more is told, at the step. */
static void test_together(void **state)
{
	static const struct {
		const char *mode;
		unsigned int n;
		unsigned int tier; /* of the last */
		bool warned;
	} groups[] = {
		{ "simultaneous", 10, 1, false },
		{ "simultaneous", 11, 2, true },
		{ "tree", 11, 2, false },
		{ "tree", 11, 1, true },
		{ "round_robin", 11, 1, false },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(groups); i++) {
		struct flow_json_errors errors;
		struct buf doc, b;
		bool warned = false;

		buf_init(&doc, 1 << 16);
		buf_init(&b, 1 << 16);
		buf_printf(&doc,
		    "{\"version\":1,\"first\":\"g\",\"steps\":{\"g\":{"
		    "\"type\":\"group\",\"mode\":\"%s\",\"members\":[",
		    groups[i].mode);
		for (unsigned int k = 0; k < groups[i].n; k++)
			buf_printf(&doc,
			    "%s{\"to\":\"+1303555010%u\",\"tier\":%u}",
			    k > 0 ? "," : "", k % 10,
			    k + 1 == groups[i].n ? groups[i].tier : 1);
		buf_cstr(&doc, "]}}}");
		assert_int_equal(flow_json_compile(buf_slice(&doc), NULL, &b,
				     &errors),
		    ERR_OK);
		for (size_t k = 0; k < errors.n; k++)
			warned =
			    warned || (strcmp(errors.item[k].step, "g") == 0 &&
					  strstr(errors.item[k].what,
					      "10 ring together") != NULL);
		if (warned != groups[i].warned)
			fail_msg("%s %u", groups[i].mode, groups[i].n);
		buf_fini(&b);
		buf_fini(&doc);
	}
}

static void test_compiled(void **state)
{
	struct flow_json_errors errors;
	struct flow_view v;
	struct flow flow;
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 16);
	assert_int_equal(flow_json_compile(slice_from(cases[1].json), &resolver,
			     &b, &errors),
	    ERR_OK);
	assert_int_equal(flow_open(buf_slice(&b), &flow), ERR_OK);
	assert_int_equal(flow.n_steps, 6);
	assert_int_equal(flow.first, 0);
	flow_view(&flow, 0, &v);
	assert_int_equal(v.type, FLOW_NOTICE);
	assert_int_equal(flow_view_num(&v, FLOW_PLAY_PROMPT), 4);
	assert_int_equal(flow_view_branch(&v, FLOW_NEXT), 1);
	flow_view(&flow, 2, &v);
	assert_true(slice_eq_cstr(flow_view_text(&v, FLOW_FORWARD_TO),
	    "sip:a@1.2.3.4"));
	assert_int_equal(flow_view_num(&v, FLOW_DIAL_SHOW), FLOW_SHOW_TRACKING);
	assert_int_equal(flow_view_branch(&v, FLOW_DIAL_FAILED), 5);
	buf_fini(&b);
}

static void test_too_many_errors(void **state)
{
	struct flow_json_errors errors;
	struct buf doc, out;

	(void)state;
	buf_init(&doc, 1 << 20);
	buf_init(&out, 1 << 20);
	buf_cstr(&doc, "{\"version\":1,\"first\":\"s0\",\"steps\":{");
	for (unsigned int i = 0; i < FLOW_STEPS_MAX + 1; i++)
		buf_printf(&doc, "%s\"s%u\":{\"type\":\"?\"}",
		    i == 0 ? "" : ",", i);
	buf_cstr(&doc, "}}");
	assert_int_equal(flow_json_compile(buf_slice(&doc), NULL, &out,
			     &errors),
	    ERR_SYNTAX);
	assert_int_equal(errors.n, FLOW_JSON_ERRORS_MAX);
	assert_true(errors.more);
	buf_fini(&doc);
	buf_fini(&out);
}

static void test_alloc_fails(void **state)
{
	(void)state;
	for (unsigned int n = 0;; n++) {
		struct flow_json_errors errors;
		struct buf b;
		enum err e;

		assert_true(n < 1000);
		buf_init(&b, 1 << 16);
		fail_alloc_after(n);
		e = flow_json_compile(slice_from(cases[1].json), &resolver, &b,
		    &errors);
		if (!fail_alloc_end()) {
			assert_int_equal(e, ERR_OK);
			buf_fini(&b);
			return;
		}
		assert_int_equal(e, ERR_NOMEM);
		buf_fini(&b);
	}
}

/* --- words for people ------------------------------------------------------*/

static void has_word(enum flow_label_kind kind, const char *of,
    const char *name)
{
	const char *word = flow_label(kind, of, slice_from(name));

	if (word == NULL || word[0] == '\0')
		fail_msg("no word for %s of %s", name, of);
}

static void have_words(const char *of, const struct flow_param *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		has_word(FLOW_LABEL_PARAM, of, p[i].name);
		for (size_t k = 0;
		     p[i].choices != NULL && p[i].choices[k] != NULL; k++)
			has_word(FLOW_LABEL_CHOICE, of, p[i].choices[k]);
	}
}

/* Nobody has to read the names of documents: each has a word. */
static void test_words(void **state)
{
	(void)state;
	for (size_t t = 0; t < FLOW_TYPE_COUNT; t++) {
		const struct flow_type_row *row =
		    flow_type_row((enum flow_type)t);

		has_word(FLOW_LABEL_TYPE, "", row->name);
		has_word(FLOW_LABEL_HELP, "", row->name);
		have_words(row->name, row->params, row->n_params);
		for (size_t i = 0; i < row->n_lists; i++) {
			has_word(FLOW_LABEL_PARAM, "", row->lists[i].name);
			have_words(row->lists[i].name, row->lists[i].fields,
			    row->lists[i].n_fields);
		}
		for (size_t i = 0; i < row->n_branches; i++)
			has_word(FLOW_LABEL_WAY, "", row->branches[i].name);
	}
	assert_string_not_equal(flow_label(FLOW_LABEL_CHOICE, "split",
				    SLICE("caller")),
	    flow_label(FLOW_LABEL_CHOICE, "", SLICE("caller")));
	assert_null(flow_label(FLOW_LABEL_TYPE, "", SLICE("nothing")));
	assert_null(flow_label(FLOW_LABEL_CHOICE, "spli", SLICE("t.caller")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_together),
		cmocka_unit_test(test_compiled),
		cmocka_unit_test(test_alloc_fails),
		cmocka_unit_test(test_too_many_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
