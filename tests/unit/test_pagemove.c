/* Tests of lib/core/pagemove: where a page's own programs send browsers on. */
#include <stdlib.h>
#include <string.h>

#include "lib/core/pagemove.h"
#include "tests/support/cm.h"

#define JS(text) "<script>" text "</script>"

static const struct {
	const char *html, *to;
	bool keeps;
} cases[] = {
	{ "", "", false },
	{ JS("location='/a'"), "/a", false },
	{ JS("window.location = \"https://b.example/\";"), "https://b.example/",
	    false },
	{ JS("\n\tdocument.location.href=`c`\n"), "c", false },
	{ JS("top.location.replace('/d');x()"), "/d", false },
	{ JS("self.location.assign( '/e' )"), "/e", false },
	{ JS("var a = 1; // ' \n/* \" */ location.href = '/f';"), "/f", false },
	{ JS("function x() { return 1 }\nlocation = '/g'"), "/g", false },
	{ JS("location = '/h' + location.search;"), "/h", true },
	{ JS("location.replace('/i' + window.location.search)"), "/i", true },
	{ "<SCRIPT type=text/javascript>location='/j'</SCRIPT>", "/j", false },
	{ "<p>x</p>" JS("a('location=\"/x\"');location='/k'"), "/k", false },
	{ JS("f()") JS("location='/l'"), "/l", false },

	{ JS("if (m) location = '/a'"), "", false },
	{ JS("if (m) { location = '/a' }"), "", false },
	{ JS("if (m) {} else location = '/a'"), "", false },
	{ JS("b.onclick = function () { location = '/a'; }"), "", false },
	{ JS("setTimeout(() => (location = '/a'), 9000)"), "", false },
	{ JS("location == '/a'"), "", false },
	{ JS("var location_ = 1; mylocation = '/a'"), "", false },
	{ JS("'; location = \"/a\"'"), "", false },
	{ JS("// ; location = '/a'"), "", false },
	{ JS("/* ; location = '/a' */"), "", false },
	{ JS("location = '/a' + b"), "", false },
	{ JS("location = '/a' + location.hash"), "", false },
	{ JS("location = '/a'.concat(b)"), "", false },
	{ JS("location = '\\x2fa'"), "", false },
	{ JS("location = `/a${b}`"), "", false },
	{ JS("location = base"), "", false },
	{ JS("location.reload()"), "", false },
	{ JS("location.hash = '#a'"), "", false },
	{ JS("location.replace(a, '/a')"), "", false },
	{ JS("window.foo.location = '/a'"), "", false },
	{ JS("location = ''"), "", false },
	{ "<script type=\"application/json\">location='/a'</script>", "",
	    false },
	{ "<script src=\"/x.js\">location='/a'</script>", "", false },
	{ "<noscript>" JS("location='/a'") "</noscript>", "", false },
	{ "<textarea>" JS("location='/a'") "</textarea>", "", false },
	{ "<!-- " JS("location='/a'") " -->", "", false },
	{ "<p>location='/a'</p>", "", false },
	{ "<script>location='/a", "", false },
	{ "<script>location=", "", false },
	{ "<script>window.", "", false },
	{ "<script", "", false },
	{ "<!--", "", false },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const struct pagemove m = pagemove(slice_from(cases[i].html));

		if (!slice_eq_cstr(m.to, cases[i].to) ||
		    m.keeps_query != cases[i].keeps)
			fail_msg("%s: %.*s", cases[i].html, SLICE_FMT(m.to));
	}
}

/* Cut anywhere, it is read within its bounds. */
static void test_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++)
		for (size_t n = 0; n < strlen(cases[i].html); n++) {
			char *copy = malloc(n + 1);

			assert_non_null(copy);
			memcpy(copy, cases[i].html, n);
			(void)pagemove(slice_of(copy, n));
			free(copy);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases),
		cmocka_unit_test(test_cut) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
