/* Tests of lib/site/site_text: pages of every encoding, as browsers read them.
 */
#include <stdio.h>

#include "lib/site/site_text.h"
#include "tests/support/cm.h"

static const struct {
	const char *why;
	const char *type;
	const char *in;
	const char *want;
} cases[] = {
	{ "UTF-8", "text/html; charset=utf-8", "caf\xc3\xa9", "caf\xc3\xa9" },
	{ "by the head", "text/html; charset=windows-1251", "\xd2\xa0\x96",
	    "\xd0\xa2\xc2\xa0\xe2\x80\x93" },
	{ "in quotes, in capitals", "text/html;CharSet=\"KOI8-R\"", "\xf4",
	    "\xd0\xa2" },
	{ "by the page", "text/html", "<meta charset='shift_jis'>\x93\x64",
	    "<meta charset='shift_jis'>\xe9\x9b\xbb" },
	{ "by the page, of old", "",
	    "<META http-equiv=a content=\"b; charset = gb2312\">\xb5\xe7",
	    "<META http-equiv=a content=\"b; charset = gb2312\">\xe7\x94\xb5" },
	{ "the head goes before", "text/html; charset=utf-8",
	    "<meta charset=gbk>\xc3\xa9", "<meta charset=gbk>\xc3\xa9" },
	{ "a mark goes before both", "text/html; charset=gbk",
	    "\xef\xbb\xbf\xc3\xa9", "\xef\xbb\xbf\xc3\xa9" },
	{ "in a comment", "", "<!-- <meta charset=gbk> --> \xe9.",
	    "<!-- <meta charset=gbk> --> \xc3\xa9." },
	{ "nobody says, and it is UTF-8", "", "\xc3\xa9", "\xc3\xa9" },
	{ "nobody says, and it is not", "", "\xe9 \xa0\x93",
	    "\xc3\xa9 \xc2\xa0\xe2\x80\x9c" },
	{ "nobody says, and its end was not read", "", "\xc3\xa9\xe2\x80",
	    "\xc3\xa9\xe2\x80" },
	{ "said to be UTF-8, and is not", "text/html; charset=utf-8", "\xe9",
	    "\xe9" },
	{ "a name of nobody's", "text/html; charset=klingon", "a", "a" },
	{ "half a sign at the end", "text/html; charset=shift_jis", "a\x93",
	    "a\xef\xbf\xbd" },
	{ "no sign of it", "text/html; charset=euc-jp", "a\xff\x41",
	    "a\xef\xbf\xbd"
	    "A" },
	{ "empty", "", "", "" },
	{ "a name without one", "text/html; charset=", "<meta charset>",
	    "<meta charset>" },
};

static void test_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct slice out = SLICE("");
		struct buf mem;

		assert_int_equal(site_text(slice_from(cases[i].in),
				     slice_from(cases[i].type), &mem, &out),
		    ERR_OK);
		if (!slice_eq_cstr(out, cases[i].want))
			fail_msg("%s: gave %.*s", cases[i].why, (int)out.n,
			    out.p);
		buf_fini(&mem);
	}
}

static void test_type(void **state)
{
	(void)state;
	assert_true(site_text_is_page(SLICE("")));
	assert_true(site_text_is_page(SLICE("Text/HTML ; charset=x")));
	assert_true(site_text_is_page(SLICE("application/xhtml+xml")));
	assert_false(site_text_is_page(SLICE("text/plain")));
	assert_false(site_text_is_page(SLICE("application/pdf")));
	assert_false(site_text_is_page(SLICE("text/html2")));
}

/* Every name is the system's, or a page that says it stays as it is. */
static void test_names(void **state)
{
	static const char *const names[] = { "big5", "euc-kr", "gb18030",
		"iso-2022-jp", "iso-8859-2", "iso-8859-9", "iso-8859-11",
		"koi8-u", "macintosh", "windows-1250", "windows-1253",
		"windows-1258", "windows-874", "x-sjis" };

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(names); i++) {
		char type[64];
		struct slice out = SLICE("");
		struct buf mem;

		(void)snprintf(type, sizeof(type), "text/html; charset=%s",
		    names[i]);
		assert_int_equal(site_text(SLICE("415-555-0199"),
				     slice_from(type), &mem, &out),
		    ERR_OK);
		if (!slice_eq(buf_slice(&mem), SLICE("415-555-0199")))
			fail_msg("%s is not known", names[i]);
		buf_fini(&mem);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_type),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("site_text", tests, NULL, NULL);
}
