/* Tests of cgi/tmpl: view, tmpl and html_ctx. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cgi/tmpl/tmpl.h"
#include "tests/support/fail_alloc.h"

/* What may be compiled: the place of each value and the HTML around it. */
static const struct {
	const char *why;
	const char *text;
	bool ok;
} places[] = {
	{ "text", "<p>{{x}}</p>", true },
	{ "quoted attribute", "<p title=\"{{x}}\">", true },
	{ "single quotes", "<p title='{{x}}'>", true },
	{ "a value in an unquoted attribute", "<p title={{x}}>", false },
	{ "a constant unquoted attribute", "<p title=x>", false },
	{ "in a tag's name", "<{{x}}>", false },
	{ "in a tag", "<p {{x}}>", false },
	{ "in an attribute's name", "<p data-{{x}}=\"1\">", false },
	{ "in an end tag", "</{{x}}>", false },
	{ "in a comment", "<!-- {{x}} -->", false },
	{ "in a doctype", "<!doctype {{x}}>", false },
	{ "a comment", "<!-- a > b -- c --->{{x}}", true },
	{ "plain at the start of a URL", "<a href=\"{{x}}\">", false },
	{ "plain inside a URL", "<a href=\"/a?b={{x}}\">", false },
	{ "|url inside a URL", "<a href=\"/a?b={{x|url}}\">", true },
	{ "|url at the start of a URL", "<a href=\"{{x|url}}\">", true },
	{ "|href at the start", "<a href=\"{{x|href}}\">", true },
	{ "|href and more", "<a href=\"{{x|href}}&y\">", false },
	{ "|href and a value", "<a href=\"{{x|href}}{{x|url}}\">", false },
	{ "|href not at the start", "<a href=\"/{{x|href}}\">", false },
	{ "|href in text", "<p>{{x|href}}", false },
	{ "src too", "<img src=\"{{x}}\">", false },
	{ "capitals do not help", "<A HREF=\"{{x}}\">", false },
	{ "formaction too", "<button formaction=\"{{x}}\">", false },
	{ "xlink too", "<use xlink:href=\"{{x}}\">", false },
	{ "srcset too", "<img srcset=\"{{x}}\">", false },
	{ "event handler", "<p onclick=\"{{x}}\">", false },
	{ "constant event handler", "<p onclick=\"go()\">", false },
	{ "event handler without value", "<p onclick>", false },
	{ "style attribute", "<p style=\"color:red\">", false },
	{ "style element", "<style>p{}</style>", false },
	{ "srcdoc", "<p srcdoc=\"x\">", false },
	{ "http-equiv", "<meta http-equiv=\"refresh\">", false },
	{ "base", "<base href=\"/\">", false },
	{ "object", "<object>", false },
	{ "iframe", "<iframe>", false },
	{ "script file", "<script src=\"/a.js\" defer></script>", true },
	{ "script inside", "<script>go()</script>", false },
	{ "a value in a script", "<script>{{x}}</script>", false },
	{ "JSON in a script that runs", "<script>{{x|json}}</script>", false },
	{ "JSON in JSON",
	    "<script type=\"application/json\">{{x|json}}</script>", true },
	{ "plain in JSON", "<script type=\"application/json\">{{x}}</script>",
	    false },
	{ "type by a value", "<script type=\"{{x}}\"></script>", false },
	{ "type by a section",
	    "<script type=\"{{#s}}application/json{{/s}}\"></script>", false },
	{ "JSON for one script only",
	    "<script type=\"application/json\">1</script><script>{{x|json}}"
	    "</script>",
	    false },
	{ "< in JSON", "<script type=\"application/json\">\"<b>\"</script>",
	    false },
	{ "JSON in text", "<p>{{x|json}}</p>", false },
	{ "JSON in data-", "<p data-x=\"{{x|json}}\">", true },
	{ "title", "<title>{{x}}</title>", true },
	{ "a tag in a title", "<title><b></title>", false },
	{ "textarea", "<textarea>{{x}}</textarea>", true },
	{ "a bare <", "a < b", false },
	{ "a bare &", "a & b", true },
	{ "unknown filter", "{{x|raw}}", false },
	{ "empty filter", "{{x|}}", false },
	{ "empty tag", "{{}}", false },
	{ "no key", "{{X}}", false },
	{ "three braces", "{{{x}}}", false },
	{ "not closed", "<p>{{x", false },
	{ "over two lines", "{{x\n}}", false },
	{ "a note", "{{! any <thing }}", true },
	{ "section", "{{#s}}<p>{{x}}</p>{{/s}}", true },
	{ "section not ended", "{{#s}}<p>", false },
	{ "section ends another", "{{#s}}{{/t}}", false },
	{ "section ended twice", "{{#s}}{{/s}}{{/s}}", false },
	{ "section that opens a tag", "{{#s}}<p {{/s}}>", false },
	{ "section that closes a quote", "<p title=\"{{#s}}\"{{/s}}>", false },
	{ "section in an attribute", "<p title=\"a{{#s}} b{{/s}}\">", true },
	{ "section of an attribute", "<p{{#s}} hidden{{/s}}>", true },
	{ "section of an attribute with value",
	    "<p class=\"a\"{{#s}} title=\"b\"{{/s}}>", true },
	{ "gluing a handler", "<p {{#s}}on{{/s}}click=\"x\">", false },
	{ "gluing a tag", "<scr{{#s}}{{/s}}ipt>", false },
	{ "a URL may begin after a section",
	    "<a href=\"{{#s}}/{{/s}}{{x|href}}\">", true },
	{ "a partial in a tag", "<p {{> y}}>", false },
	{ "a document's end in a tag", "<p ", false },
	{ "a document's end in a comment", "<!-- ", false },
	{ "a slash in a tag", "<br/>", true },
	{ "a slash amid a tag", "<br/ x>", false },
	{ "= without a name", "<p =\"x\">", false },
	{ "no blank between attributes", "<p a=\"1\"b=\"2\">", false },
	{ "a quote in a tag", "<p \">", false },
	{ "processing instruction", "<?xml ?>", false },
	{ "CDATA", "<![CDATA[x]]>", false },
};

static void test_places(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(places); i++) {
		struct tmpl_error why;
		struct tmpl_set *set;
		enum err e;

		assert_int_equal(tmpl_set_new(&set), ERR_OK);
		e = tmpl_set_add(set, SLICE("x.html"),
		    slice_from(places[i].text), &why);
		if (e != (places[i].ok ? ERR_OK : ERR_SYNTAX))
			fail_msg("%s: %s gave %s (%s)", places[i].why,
			    places[i].text, err_name(e), why.what);
		tmpl_set_free(set);
	}
}

static void fill(struct view *v)
{
	static const char hostile[] = "<b>\"'&\x01\xff/?{{x}}";
	struct view *item;

	view_cstr(v, "x", hostile);
	view_u64(v, "n", 12);
	view_i64(v, "m", -3);
	view_flag(v, "yes", true);
	view_flag(v, "no", false);
	view_list(v, "none");
	for (unsigned int i = 0; i < 3; i++) {
		item = view_item(v, "rows");
		view_u64(item, "i", i);
		view_cstr(view_item(item, "cells"), "c", "<");
	}
	view_cstr(view_part(v, "part"), "p", "in");
}

static const struct {
	const char *why;
	const char *text;
	const char *want; /* NULL: fails */
} renders[] = {
	{ "text", "<p>{{x}}</p>",
	    "<p>&lt;b&gt;&quot;&#39;&amp;\xef\xbf\xbd\xef\xbf\xbd/?{{x}}</p>" },
	{ "numbers", "{{n}} {{m}}", "12 -3" },
	{ "url", "<a href=\"/?x={{x|url}}\">",
	    "<a href=\"/?x=%3Cb%3E%22%27%26%01%FF%2F%3F%7B%7Bx%7D%7D\">" },
	{ "href", "<a href=\"{{x|href}}\">", "<a href=\"#\">" },
	{ "json", "<script type=\"application/json\">{{x|json}}</script>",
	    "<script type=\"application/json\">\"\\u003Cb\\u003E\\\""
	    "\\u0027\\u0026\\u0001\xef\xbf\xbd/?{{x}}\"</script>" },
	{ "json of a number and a flag",
	    "<script type=\"application/json\">[{{n|json}},{{yes|json}}]"
	    "</script>",
	    "<script type=\"application/json\">[12,true]</script>" },
	{ "json in an attribute", "<p data-x=\"{{part_json|json}}\">",
	    "<p data-x=\"[&quot;\\u003C&quot;]\">" },
	{ "a list and its scope", "{{#rows}}{{i}}/{{n}} {{/rows}}",
	    "0/12 1/12 2/12 " },
	{ "a list in a list",
	    "{{#rows}}{{#cells}}{{i}}{{c}}{{/cells}}{{/rows}}",
	    "0&lt;1&lt;2&lt;" },
	{ "an empty list", "{{#none}}a{{/none}}{{^none}}b{{/none}}", "b" },
	{ "a list that is not empty", "{{^rows}}b{{/rows}}", "" },
	{ "flags",
	    "{{#yes}}1{{/yes}}{{^yes}}2{{/yes}}{{#no}}3{{/no}}"
	    "{{^no}}4{{/no}}",
	    "14" },
	{ "a part", "{{#part}}{{p}}{{/part}}", "in" },
	{ "an attribute by a flag", "<p{{#yes}} hidden{{/yes}}>",
	    "<p hidden>" },
	{ "a partial", "[{{> inner}}]", "[inner 12]" },
	{ "an unknown key", "{{unknown}}", NULL },
	{ "an unknown section", "{{#unknown}}{{/unknown}}", NULL },
	{ "an unknown inverted section", "{{^unknown}}{{/unknown}}", NULL },
	{ "an unknown key where nothing is shown", "{{#no}}{{unknown}}{{/no}}",
	    "" },
	{ "an item's key outside", "{{i}}", NULL },
	{ "a text as a section", "{{#x}}{{/x}}", NULL },
	{ "a list as a text", "{{rows}}", NULL },
	{ "a flag as a text", "{{yes}}", NULL },
	{ "a list as JSON",
	    "<script type=\"application/json\">{{rows|json}}</script>", NULL },
	{ "JSON as a text", "{{part_json}}", NULL },
};

static struct tmpl_set *compiled(const char *text)
{
	struct tmpl_error why;
	struct tmpl_set *set;

	assert_int_equal(tmpl_set_new(&set), ERR_OK);
	assert_int_equal(tmpl_set_add(set, SLICE("inner.html"),
			     SLICE("inner {{n}}"), &why),
	    ERR_OK);
	assert_int_equal(tmpl_set_add(set, SLICE("page.html"), slice_from(text),
			     &why),
	    ERR_OK);
	assert_int_equal(tmpl_set_link(set, &why), ERR_OK);
	return set;
}

static void add_json(struct view *v)
{
	struct json_out j;
	struct buf b;

	buf_init(&b, 100);
	json_out_init(&j, &b);
	json_out_array(&j);
	json_out_cstr(&j, "<");
	json_out_end(&j);
	view_json(v, "part_json", &j);
	buf_fini(&b);
}

static void test_render(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(renders); i++) {
		struct tmpl_set *set = compiled(renders[i].text);
		struct tmpl_error why;
		struct arena arena;
		struct view *v;
		struct buf out;
		enum err e;

		arena_init(&arena, 1 << 20);
		buf_init(&out, 10000);
		v = view_new(&arena, "page.html");
		fill(v);
		add_json(v);
		e = tmpl_render(set, v, &out, &why);
		if (renders[i].want == NULL
			? e != ERR_INTERNAL
			: e != ERR_OK ||
			      !slice_eq_cstr(buf_slice(&out), renders[i].want))
			fail_msg("%s: %s %s: %.*s", renders[i].why, err_name(e),
			    why.what, SLICE_FMT(buf_slice(&out)));
		buf_fini(&out);
		arena_fini(&arena);
		tmpl_set_free(set);
	}
}

static void test_names(void **state)
{
	struct tmpl_error why;
	struct tmpl_set *set;

	(void)state;
	assert_int_equal(tmpl_set_new(&set), ERR_OK);
	assert_int_equal(tmpl_set_add(set, SLICE("a.htm"), SLICE(""), &why),
	    ERR_RANGE);
	assert_int_equal(tmpl_set_add(set, SLICE(".html"), SLICE(""), &why),
	    ERR_RANGE);
	assert_int_equal(tmpl_set_add(set, SLICE("../a.html"), SLICE(""), &why),
	    ERR_RANGE);
	assert_int_equal(tmpl_set_add(set, SLICE("a.html"), SLICE(""), &why),
	    ERR_OK);
	assert_int_equal(tmpl_set_add(set, SLICE("a.html"), SLICE(""), &why),
	    ERR_CONFLICT);
	assert_true(tmpl_set_has(set, SLICE("a.html")));
	assert_false(tmpl_set_has(set, SLICE("b.html")));
	assert_int_equal(tmpl_set_add(set, SLICE("b.html"),
			     SLICE("\n\n{{> gone}}"), &why),
	    ERR_OK);
	assert_int_equal(tmpl_set_link(set, &why), ERR_NOTFOUND);
	assert_int_equal(why.line, 3);
	assert_string_equal(why.file, "b.html");
	tmpl_set_free(set);
	assert_int_equal(tmpl_set_new(&set), ERR_OK);
	assert_int_equal(tmpl_set_add(set, SLICE("a.html"), SLICE("{{> a}}"),
			     &why),
	    ERR_OK);
	assert_int_equal(tmpl_set_link(set, &why), ERR_RANGE);
	tmpl_set_free(set);
}

static void test_view(void **state)
{
	struct arena arena;
	struct json_out j;
	struct buf b;
	struct view *v;

	(void)state;
	arena_init(&arena, 1 << 20);
	v = view_new(&arena, "a.html");
	assert_string_equal(view_name(v), "a.html");
	view_cstr(v, "x", "1");
	assert_true(view_has(v, "x"));
	assert_false(view_has(v, "y"));
	assert_int_equal(view_err(v), ERR_OK);
	view_u64(v, "x", 2);
	assert_int_equal(view_err(v), ERR_CONFLICT);
	v = view_new(&arena, "a.html");
	view_list(v, "l");
	view_list(v, "l");
	assert_int_equal(view_err(v), ERR_OK);
	view_cstr(view_item(v, "l"), "x", "in an item");
	view_cstr(view_item(v, "l"), "x", "and in another");
	assert_int_equal(view_err(v), ERR_OK);
	view_flag(v, "l", true);
	assert_int_equal(view_err(v), ERR_CONFLICT);
	v = view_new(&arena, "a.html");
	view_flag(v, "f", true);
	view_u64(view_item(v, "f"), "x", 1);
	assert_int_equal(view_err(v), ERR_CONFLICT);
	v = view_new(&arena, "a.html");
	buf_init(&b, 100);
	json_out_init(&j, &b);
	json_out_array(&j);
	view_json(v, "j", &j);
	assert_int_equal(view_err(v), ERR_INTERNAL);
	buf_fini(&b);
	arena_fini(&arena);
}

/* One page with everything, with the n-th allocation failing. */
static enum err all(struct buf *out)
{
	struct tmpl_set *set = NULL;
	struct tmpl_error why;
	struct arena arena;
	struct view *v;
	enum err e;

	arena_init(&arena, 1 << 20);
	e = tmpl_set_new(&set);
	if (e == ERR_OK)
		e = tmpl_set_add(set, SLICE("page.html"),
		    SLICE("{{#rows}}<p data-x=\"{{i|json}}\">{{/rows}}{{x}}"),
		    &why);
	if (e == ERR_OK)
		e = tmpl_set_link(set, &why);
	v = view_new(&arena, "page.html");
	fill(v);
	if (e == ERR_OK)
		e = tmpl_render(set, v, out, &why);
	arena_fini(&arena);
	tmpl_set_free(set);
	return e;
}

static void test_failing_memory(void **state)
{
	(void)state;
	for (unsigned int n = 0;; n++) {
		struct buf out;
		enum err e;
		bool hit;

		buf_init(&out, 10000);
		fail_alloc_after(n);
		e = all(&out);
		hit = fail_alloc_end();
		buf_fini(&out);
		if (!hit) {
			assert_int_equal(e, ERR_OK);
			assert_true(n > 4);
			break;
		}
		if (e != ERR_NOMEM)
			fail_msg("allocation %u: %s", n, err_name(e));
	}
}

static void test_full_arena(void **state)
{
	struct arena arena;
	struct view *v;

	(void)state;
	arena_init(&arena, 0);
	v = view_new(&arena, "a.html");
	fill(v);
	view_list(v, "more");
	assert_false(view_has(v, "more"));
	assert_int_equal(view_err(v), ERR_NOMEM);
	arena_fini(&arena);
	arena_init(&arena, 512);
	v = view_new(&arena, "a.html");
	fill(v);
	assert_int_equal(view_err(v), ERR_NOMEM);
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_render),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_view),
		cmocka_unit_test(test_failing_memory),
		cmocka_unit_test(test_full_arena),
	};

	return cmocka_run_group_tests_name("tmpl", tests, NULL, NULL);
}
