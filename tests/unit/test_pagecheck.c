/* Tests of what the tag would find on a page. */
#include <stdio.h>
#include <string.h>

#include "lib/core/pagecheck.h"
#include "tests/support/cm.h"

#define TAG \
	"<script async src=\"https://c.example/t.js\" data-site=\"KEY\"></script>"

static const struct {
	const char *why;
	const char *html;
	unsigned int targets, ours, tags;
} cases[] = {
	{ "nothing", "", 0, 0, 0 },
	{ "a page",
	    "<html><head>" TAG "</head><p>Call (415) 555-0199</p>"
	    "<a href=\"tel:+14155550199\">415.555.0199</a>",
	    3, 0, 1 },
	{ "two tags, one of another site",
	    TAG TAG "<script src=/t.js data-site=OTHER></script>", 0, 0, 2 },
	{ "not in scripts, styles, comments",
	    "<script>'415-555-0199'</script><style>4155550199</style>"
	    "<!-- 4155550199 --><SCRIPT>4155550199</SCRIPT>",
	    0, 0, 0 },
	{ "a page kept after it was swapped", "<p>+1 415 555 7003</p>", 0, 1,
	    0 },
	{ "other numbers", "<p>(415) 555-0198, 4155550, 555-0199</p>", 0, 0,
	    0 },
	{ "two in a row", "<p>415 555 0199 415 555 0199</p>", 2, 0, 0 },
	{ "with bytes of UTF-8 between",
	    "<p>415\xc2\xa0"
	    "555\xe2\x80\x91"
	    "0199</p>",
	    1, 0, 0 },
	{ "with signs by their names",
	    "<p>(415)&nbsp;555&#8209;0199, &#52;15&#x2d;555&ndash;0199</p>"
	    "<i title=\"415&nbsp;555-0199\"></i>",
	    3, 0, 0 },
	{ "in full-width digits",
	    "<p>\xef\xbc\x94\xef\xbc\x91\xef\xbc\x95\xef\xbc\x8d"
	    "\xef\xbc\x95\xef\xbc\x95\xef\xbc\x95\xef\xbc\x8d"
	    "\xef\xbc\x90\xef\xbc\x91\xef\xbc\x99\xef\xbc\x99</p>"
	    "<p>415\xef\xbc\x8f"
	    "555 019\xef\xbc",
	    1, 0, 0 },
	{ "ands that name none",
	    "<p>415 & 555 0199, 415&amp;555-0199, 415&555;0199</p>"
	    "<a href=\"/?a=415&b=5550199\">x</a>",
	    0, 0, 0 },
	{ "split over elements of a line",
	    "<p><span class=\"area-1\">(415)</span> <B>555</B>-<i>0199</i></p>"
	    "<p>415<wbr>-555<wbr>-0199</p>",
	    2, 0, 0 },
	{ "not over others", "<td>415</td><td>555</td><td>0199</td>", 0, 0, 0 },
	{ "unfinished", "<p>4155550199<a href=\"4155550199", 2, 0, 0 },
	{ "an unfinished script", "<script>4155550199", 0, 0, 0 },
	{ "an unfinished comment", "<!-- 4155550199", 0, 0, 0 },
};

static void test_cases(void **state)
{
	const struct slice targets[] = { SLICE("+14155550199") };
	const struct slice ours[] = { SLICE("+14155557003"), SLICE("+1") };
	const struct pagecheck_look look = { SLICE("KEY"), targets, 1, ours, 2,
		SLICE("") };

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct pagecheck c;

		pagecheck(slice_from(cases[i].html), &look, &c);
		if (c.targets != cases[i].targets || c.ours != cases[i].ours ||
		    c.tags != cases[i].tags)
			fail_msg("%s: %u %u %u", cases[i].why, c.targets,
			    c.ours, c.tags);
	}
}

/* As the tag finds them (static/dni/swap.js): the first three are digits. */
static void test_letters(void **state)
{
	static const struct {
		const char *html;
		unsigned int targets;
	} pages[] = {
		{ "<p>Call 1-800-FLOWERS today, or 800 356 9377.</p>", 2 },
		{ "<p>(800) flowers</p><a href=\"tel:1800FLOWERS\">"
		  "1 800 <b>FLO</b>WERS</a>",
		    3 },
		{ "<p>24/7: 1.800.356.WERS</p><i title=\"1-800-FLOWERS\">", 2 },
		{ "<p>1-800-FLOWERSHOP, 1-800-FLOWERD, 1-800 FLOW, FLOWERS",
		    0 },
		{ "<p>TOO-FLOWERS and A800-FLOWERS, 800 then FLOWERS</p>", 0 },
		{ "<p>1-800-FLO</p><p>WERS</p>", 0 },
		{ "<script>'1-800-FLOWERS'</script>", 0 },
		{ "<p>555 1234 abcdefghijklmnopqrstuvwxyz abcdefghijklmnopqrstuvw"
		  "xyz abcdefghijklmno 1-800-FLOWERS",
		    1 },
	};
	const struct slice targets[] = { SLICE("+18003569377") };
	const struct pagecheck_look look = { .key = SLICE("KEY"),
		.targets = targets,
		.n_targets = 1 };

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(pages); i++) {
		struct pagecheck c;

		pagecheck(slice_from(pages[i].html), &look, &c);
		if (c.targets != pages[i].targets)
			fail_msg("%s: %u", pages[i].html, c.targets);
	}
}

static void test_domain(void **state)
{
	static const struct {
		const char *attr;
		bool bad;
	} tags[] = {
		{ "", false },
		{ "data-domain", false },
		{ "data-domain=''", false },
		{ "data-domain=.example.com", false },
		{ "data-domain='WWW.example.com'", false },
		{ "data-domain=\"example.com\"", false },
		{ "data-domain=.example.org", true },
		{ "data-domain=shop.www.example.com", true },
		{ "data-domain=w.example.com", true },
		{ "data-domain=com", true },
		{ "data-domain=https://www.example.com", true },
		{ "data-domain=.", false },
	};
	struct pagecheck_look look = { .key = SLICE("KEY"),
		.host = SLICE("www.example.com") };
	struct pagecheck c;
	char html[200];

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(tags); i++) {
		(void)snprintf(html, sizeof(html),
		    "<script src=https://c.example/t.js data-site=KEY %s>"
		    "</script>",
		    tags[i].attr);
		pagecheck(slice_from(html), &look, &c);
		if (c.bad_domain != tags[i].bad)
			fail_msg("%s", tags[i].attr);
	}
	/* Not known, or another's tag. */
	look.host = SLICE("");
	pagecheck(SLICE("<script src=t.js data-site=KEY data-domain=x>"), &look,
	    &c);
	assert_false(c.bad_domain);
	look.host = SLICE("www.example.com");
	pagecheck(SLICE("<script src=t.js data-site=ANY data-domain=x>"), &look,
	    &c);
	assert_false(c.bad_domain);
}

static void test_base(void **state)
{
	static const struct {
		const char *html, *want;
	} pages[] = {
		{ "", "" },
		{ "<base>", "" },
		{ "<base href>", "" },
		{ "<base href=\"\">", "" },
		{ "<head><BASE target=_top HREF=' /a/ '><base href=/b/>",
		    "/a/" },
		{ "<base target=x><base href=\"https://x.example/\">",
		    "https://x.example/" },
		{ "<!-- <base href=/a/> --><base href=/b/", "/b/" },
		{ "<script>'<base href=/a/>'</script>", "" },
		{ "<basefont href=/a/>", "" },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(pages); i++)
		if (!slice_eq_cstr(pagecheck_base(slice_from(pages[i].html)),
			pages[i].want))
			fail_msg("%s", pages[i].html);
}

static void test_refresh(void **state)
{
	static const struct {
		const char *html, *to;
	} pages[] = {
		{ "", "" },
		{ "<meta http-equiv=\"refresh\" content=\"0;url=/a\">", "/a" },
		{ "<p><META CONTENT='1 , URL = \"b?c=d\" ' HTTP-EQUIV=REFRESH>",
		    "b?c=d" },
		{ "<meta http-equiv=refresh content=0;url=x/y>", "x/y" },
		{ "<meta http-equiv=refresh content='0.5; https://x.example'>",
		    "https://x.example" },
		{ "<meta charset=x><meta http-equiv='refresh' content='0; url'>",
		    "url" },
		{ "<meta http-equiv=refresh content='2;url=/a'>", "" },
		{ "<meta http-equiv=refresh content='10;url=/a'>", "" },
		{ "<meta http-equiv=refresh content='0'>", "" },
		{ "<meta http-equiv=refresh content=''>", "" },
		{ "<meta http-equiv=refresh content=';url=/a'>", "" },
		{ "<meta http-equiv=refresh content=\"0;url='/a", "/a" },
		{ "<meta http-equiv=refresh", "" },
		{ "<meta =refresh =\"", "" },
		{ "<meta name=refresh content='0;url=/a'>", "" },
		{ "<noscript><meta http-equiv=refresh content='0;url=/a'>"
		  "</noscript>",
		    "" },
		{ "<!-- <meta http-equiv=refresh content='0;url=/a'> -->", "" },
		{ "<script>'<meta http-equiv=refresh content=0;url=a>'</script>",
		    "" },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(pages); i++) {
		const struct slice to =
		    pagecheck_refresh(slice_from(pages[i].html));

		if (!slice_eq_cstr(to, pages[i].to))
			fail_msg("%s: %.*s", pages[i].html, (int)to.n, to.p);
	}
}

/* Other vendors' scripts are counted by where they come from. */
static void test_others(void **state)
{
	static const char html[] =
	    "<script src=\"//cdn.callrail.com/companies/1/swap.js\"></script>"
	    "<script async src='https://1234.tctm.co/t.js'></script>"
	    "<script>var a = 'cdn.callrail.com'</script>"
	    "<a href=\"https://cdn.callrail.com\">a link is none</a>"
	    "<script src=/mine.js></script>";
	const struct pagecheck_look look = { .key = SLICE("KEY") };
	struct pagecheck c;

	(void)state;
	pagecheck(slice_from(html), &look, &c);
	assert_int_equal(c.others, 2);
	assert_int_equal(c.tags, 0);
}

/* What an application's server sends is a place to draw in. */
static void test_drawn(void **state)
{
	static const char title[] = "<title>Plumber</title><div id=root></div>";
	static const char script[] = "<script src=/app.js></script>";
	const struct pagecheck_look look = { .key = SLICE("KEY") };
	char text[1024], html[4096];
	struct pagecheck c;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	(void)snprintf(html, sizeof(html), "%s%s", title, script);
	pagecheck(slice_from(html), &look, &c);
	assert_true(c.drawn);
	(void)snprintf(html, sizeof(html), "%s%s<p>%s", title, script, text);
	pagecheck(slice_from(html), &look, &c);
	assert_false(c.drawn);
	/* Blanks are no text, nor is what stands in scripts. */
	memset(text, ' ', sizeof(text) - 1);
	(void)snprintf(html, sizeof(html), "%s<script>%s</script>", text, text);
	pagecheck(slice_from(html), &look, &c);
	assert_true(c.drawn);
	pagecheck(slice_from(title), &look, &c);
	assert_false(c.drawn);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases),
		cmocka_unit_test(test_letters), cmocka_unit_test(test_domain),
		cmocka_unit_test(test_drawn), cmocka_unit_test(test_refresh),
		cmocka_unit_test(test_base), cmocka_unit_test(test_others) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
