/* Tests of lib/text/esc: every byte through every escaper. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/hex.h"
#include "lib/base/utf8.h"
#include "lib/text/esc.h"

static struct slice through(void (*esc)(struct slice s, struct buf *out),
    struct slice in, struct buf *out)
{
	buf_reset(out);
	esc(in, out);
	assert_int_equal(buf_err(out), ERR_OK);
	return buf_slice(out);
}

static bool holds_any(struct slice s, const char *set)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\0' || strchr(set, s.p[i]) != NULL)
			return true;
	}
	return false;
}

/* Undoes esc_html() for the references it writes. */
static bool unhtml(struct slice s, struct buf *out)
{
	static const struct {
		const char *ref;
		char c;
	} refs[] = { { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' },
		{ "&quot;", '"' }, { "&#39;", '\'' } };

	while (s.n > 0) {
		size_t i = 0;

		if (s.p[0] != '&') {
			buf_char(out, s.p[0]);
			s = slice_skip(s, 1);
			continue;
		}
		while (i < RT_ARRAY_LEN(refs) &&
		       !slice_starts(s, slice_from(refs[i].ref)))
			i++;
		if (i == RT_ARRAY_LEN(refs))
			return false;
		buf_char(out, refs[i].c);
		s = slice_skip(s, strlen(refs[i].ref));
	}
	return true;
}

static void test_html_bytes(void **state)
{
	struct buf out, back;

	(void)state;
	buf_init(&out, 1000);
	buf_init(&back, 1000);
	for (unsigned int b = 0; b < 256; b++) {
		const char c = (char)b;
		const struct slice got =
		    through(esc_html, slice_of(&c, 1), &out);
		const bool text = (b >= 0x20 && b < 0x7f) || b == '\t' ||
				  b == '\n' || b == '\r';

		assert_false(holds_any(got, "<>\"'"));
		assert_true(utf8_valid(got));
		if (!text) {
			assert_true(slice_eq(got, SLICE("\xef\xbf\xbd")));
			continue;
		}
		buf_reset(&back);
		assert_true(unhtml(got, &back));
		assert_int_equal(back.n, 1);
		assert_int_equal(back.p[0], c);
	}
	buf_fini(&out);
	buf_fini(&back);
}

static void test_url_bytes(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 1000);
	for (unsigned int b = 0; b < 256; b++) {
		const char c = (char)b;
		const struct slice got =
		    through(esc_url, slice_of(&c, 1), &out);
		uint8_t back;

		assert_false(holds_any(got, "<>\"'&?#/:=+ \\"));
		if (got.n == 1) {
			assert_int_equal(got.p[0], c);
			continue;
		}
		assert_int_equal(got.n, 3);
		assert_int_equal(got.p[0], '%');
		assert_int_equal(hex_decode(slice_skip(got, 1), &back, 1),
		    ERR_OK);
		assert_int_equal(back, b);
	}
	buf_fini(&out);
}

static void test_json_bytes(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 1000);
	for (unsigned int b = 0; b < 256; b++) {
		const char c = (char)b;
		const struct slice got =
		    through(esc_json, slice_of(&c, 1), &out);

		assert_false(holds_any(got, "<>&'\n\r\t"));
		assert_true(utf8_valid(got));
		if (b == '"' || b == '\\') {
			assert_int_equal(got.n, 2);
			assert_int_equal(got.p[0], '\\');
			assert_int_equal(got.p[1], c);
		} else if (b >= 0x80) {
			assert_true(slice_eq(got, SLICE("\xef\xbf\xbd")));
		} else if (got.n == 1) {
			assert_int_equal(got.p[0], c);
		} else {
			uint8_t back;

			assert_int_equal(got.n, 6);
			assert_true(slice_starts(got, SLICE("\\u00")));
			assert_int_equal(hex_decode(slice_skip(got, 4), &back,
					     1),
			    ERR_OK);
			assert_int_equal(back, b);
		}
	}
	buf_fini(&out);
}

static const struct {
	const char *why;
	const char *in;
	const char *html;
	const char *json;
} text_cases[] = {
	{ "nothing", "", "", "" },
	{ "plain", "a b", "a b", "a b" },
	{ "a tag", "<b>x</b>", "&lt;b&gt;x&lt;/b&gt;",
	    "\\u003Cb\\u003Ex\\u003C/b\\u003E" },
	{ "the end of a script", "</script>", "&lt;/script&gt;",
	    "\\u003C/script\\u003E" },
	{ "umlauts and a smile", "\xc3\xa4\xf0\x9f\x99\x82",
	    "\xc3\xa4\xf0\x9f\x99\x82", "\xc3\xa4\xf0\x9f\x99\x82" },
	{ "an overlong slash", "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd",
	    "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "a cut character", "x\xe2\x82", "x\xef\xbf\xbd\xef\xbf\xbd",
	    "x\xef\xbf\xbd\xef\xbf\xbd" },
	{ "a line separator",
	    "a\xe2\x80\xa8"
	    "b",
	    "a\xe2\x80\xa8"
	    "b",
	    "a\\u2028b" },
	{ "a paragraph separator", "\xe2\x80\xa9", "\xe2\x80\xa9", "\\u2029" },
	{ "quotes", "\"'", "&quot;&#39;", "\\\"\\u0027" },
};

static void test_texts(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 1000);
	for (size_t i = 0; i < RT_ARRAY_LEN(text_cases); i++) {
		const struct slice in = slice_from(text_cases[i].in);

		if (!slice_eq_cstr(through(esc_html, in, &out),
			text_cases[i].html))
			fail_msg("%s: html %.*s", text_cases[i].why,
			    SLICE_FMT(buf_slice(&out)));
		if (!slice_eq_cstr(through(esc_json, in, &out),
			text_cases[i].json))
			fail_msg("%s: json %.*s", text_cases[i].why,
			    SLICE_FMT(buf_slice(&out)));
	}
	buf_fini(&out);
}

static const struct {
	const char *why;
	const char *in;
	const char *want;
} href_cases[] = {
	{ "our own", "/calls?x=1&y=2", "/calls?x=1&amp;y=2" },
	{ "the root", "/", "/" },
	{ "another host without scheme", "//evil.example/", "#" },
	{ "a backslash", "/\\evil.example/", "#" },
	{ "https", "https://a.example/?q='", "https://a.example/?q=&#39;" },
	{ "http in capitals", "HTTP://a.example/", "HTTP://a.example/" },
	{ "a telephone", "tel:+15550100", "tel:+15550100" },
	{ "mail", "mailto:a@b.example", "mailto:a@b.example" },
	{ "a query", "?page=2", "?page=2" },
	{ "a fragment", "#top", "#top" },
	{ "script", "javascript:alert(1)", "#" },
	{ "script in capitals", "JavaScript:alert(1)", "#" },
	{ "script behind a blank", " javascript:alert(1)", "#" },
	{ "script with a tab in it", "java\tscript:alert(1)", "#" },
	{ "data", "data:text/html,x", "#" },
	{ "a name that may be a scheme", "calls", "#" },
	{ "nothing", "", "#" },
	{ "a new line in a good one", "https://a.example/\nx", "#" },
};

static void test_href(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 1000);
	for (size_t i = 0; i < RT_ARRAY_LEN(href_cases); i++) {
		const struct slice got =
		    through(esc_href, slice_from(href_cases[i].in), &out);

		if (!slice_eq_cstr(got, href_cases[i].want))
			fail_msg("%s: %.*s", href_cases[i].why, SLICE_FMT(got));
	}
	buf_fini(&out);
}

static void test_full(void **state)
{
	char mem[4];
	struct buf out;

	(void)state;
	buf_over(&out, mem, sizeof(mem));
	esc_html(SLICE("abc<"), &out);
	assert_int_equal(buf_err(&out), ERR_TOOBIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_html_bytes),
		cmocka_unit_test(test_url_bytes),
		cmocka_unit_test(test_json_bytes),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_href),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests_name("esc", tests, NULL, NULL);
}
