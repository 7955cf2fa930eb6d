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
	{ "with bullets, and prices, by their names",
	    "<p>415 &bull; 555 &bull; 0199, 415&sdot;555&sdot;0199</p>"
	    "<p>&euro;4155550199, &pound;4155550199, &dollar;4155550199, "
	    "4155550199&comma;00, 4155550199&commat;x.com</p>",
	    2, 0, 0 },
	{ "in full-width digits",
	    "<p>\xef\xbc\x94\xef\xbc\x91\xef\xbc\x95\xef\xbc\x8d"
	    "\xef\xbc\x95\xef\xbc\x95\xef\xbc\x95\xef\xbc\x8d"
	    "\xef\xbc\x90\xef\xbc\x91\xef\xbc\x99\xef\xbc\x99</p>"
	    "<p>415\xef\xbc\x8f"
	    "555 019\xef\xbc",
	    1, 0, 0 },
	{ "in Arabic digits, and those of Iran; not within longer ones",
	    "<p>\xd9\xa4\xd9\xa1\xd9\xa5 \xd9\xa5\xd9\xa5\xd9\xa5 "
	    "\xd9\xa0\xd9\xa1\xd9\xa9\xd9\xa9</p><p>415 555 "
	    "\xdb\xb0\xdb\xb1\xdb\xb9\xdb\xb9</p>"
	    "<p>415-555-0199\xd9\xa2, \xd9\xa2"
	    "415-555-0199",
	    2, 0, 0 },
	{ "with strokes typed for dashes, dots and bullets of other sets",
	    "<p>415\xe3\x83\xbc"
	    "555\xe3\x83\xbc"
	    "0199, 415\xe2\x8b\x85"
	    "555\xe2\x88\x99"
	    "0199, 415 \xe2\x97\x8f 555 \xe2\x97\x8f 0199, 415\xe3\x83\xbb"
	    "555\xe3\x83\xbb"
	    "0199</p>",
	    4, 0, 0 },
	{ "ands that name none",
	    "<p>415 & 555 0199, 415&amp;555-0199, 415&555;0199</p>"
	    "<a href=\"/?a=415&b=5550199\">x</a>",
	    0, 0, 0 },
	{ "split over elements of a line",
	    "<p><span class=\"area-1\">(415)</span> <B>555</B>-<i>0199</i></p>"
	    "<p>415<wbr>-555<wbr>-0199</p>",
	    2, 0, 0 },
	{ "not over others",
	    "<td>415</td><td>555</td><td>0199</td>"
	    "<p>415-555-<var>0199</var></p>",
	    0, 0, 0 },
	{ "unfinished", "<p>4155550199<a title=\"4155550199", 2, 0, 0 },
	{ "what is below data-noswap",
	    "<div data-noswap><p>415-555-0199<br><img alt=x><b>415-555-0199</b>"
	    "<div>415-555-0199</div></div><p>415-555-0199</p>",
	    1, 0, 0 },
	{ "or below another tag's, or is edited",
	    "<p data-calltrk-noswap=1>415-555-0199<p>415-555-0199</p>"
	    "<div contenteditable>415-555-0199</div>"
	    "<div contenteditable=false>415-555-0199</div>"
	    "<img data-noswap alt='415-555-0199'><i>415-555-0199</i>",
	    3, 0, 0 },
	{ "end tags that are left out",
	    "<ul><li data-noswap>415-555-0199<li>415-555-0199</ul>"
	    "<table><tr><td data-noswap>415-555-0199<td>415-555-0199</table>"
	    "<ul><li data-noswap><ul><li>415-555-0199</ul></ul>415-555-0199"
	    "<p data-noswap>415-555-0199<div>415-555-0199</div>",
	    4, 0, 0 },
	{ "not what is typed, drawn later or shown without scripts",
	    "<textarea>415-555-0199</textarea><noscript>415-555-0199</noscript>"
	    "<template><p>415-555-0199</p></template>"
	    "<select><option>415-555-0199<option value=1>415-555-0199</select>",
	    1, 0, 0 },
	{ "what a field for long texts, or a frame, says of itself",
	    "<textarea placeholder='415-555-0199' title='415-555-0199'>x"
	    "</textarea><iframe title='415-555-0199'></iframe>"
	    "<textarea data-noswap title='415-555-0199'></textarea>"
	    "<iframe data-noswap title='415-555-0199'></iframe>"
	    "<p data-noswap><textarea title='415-555-0199'></textarea></p>",
	    3, 0, 0 },
	{ "attributes as the tag sees them",
	    "<meta name=description content='415-555-0199'>"
	    "<input value=415-555-0199><input type=tel value=415-555-0199>"
	    "<a href='/?id=4155550199' data-x=4155550199>x</a>"
	    "<a href='https://x.example/4155550199'>x</a>",
	    0, 0, 0 },
	{ "those it changes",
	    "<input type=submit value='Call 415-555-0199'>"
	    "<input placeholder='415-555-0199'><i aria-label='415.555.0199'>"
	    "<a href='sms:+1-415-555-0199?body=415'><a href=smsto:4155550199>"
	    "<a href='https://wa.me/14155550199'><a href='tel:%28415%29%20555-0199'>"
	    "<a href='https://api.whatsapp.com/send?phone=14155550199&amp;text=x'>",
	    8, 0, 0 },
	{ "a number at its own messenger, and a name there",
	    "<a href='https://t.me/+14155550199'>"
	    "<a href='https://t.me/+aB4155550199'><a href='//t.me/+'>",
	    1, 0, 0 },
	{ "a line's end or a drawing behind a bracket or a dash",
	    "<p>(415)<br>555-0199</p><p>415- <br/>555-0199</p>"
	    "<p>(415) <svg>\n<g><path d='M0 0'/></g></svg> 555-0199</p>"
	    "<p>415<br>555-0199</p><p>(415)<svg><text>0</text></svg>555-0199",
	    3, 0, 0 },
	{ "in a root that comes with the page",
	    "<div><template shadowrootmode=open><p>415-555-0199</p></template>"
	    "<template shadowrootmode=closed>415-555-0199</template></div>",
	    1, 0, 0 },
	{ "twice in an attribute: one place",
	    "<i title='415-555-0199 or (415) 555-0199'>", 1, 0, 0 },
	{ "others where the tag says so",
	    "<script src=t.js data-site=KEY data-attrs='data-tel data-fax'>"
	    "</script><i data-tel=415-555-0199 data-no=415-555-0199>",
	    1, 0, 1 },
	{ "a sign in a value that ends no tag",
	    "<i title='a > b' alt='415-555-0199'>x</i>", 1, 0, 0 },
	{ "a sign that begins no tag", "<p>5 < 6: 415-555-0199", 1, 0, 0 },
	{ "digits within longer ones",
	    "<p>94155550199, 41555501990, 4155550199-1, 1,4155550199, "
	    "$4155550199, id4155550199, 4155550199x, +4155550199, "
	    "4155550199,00, 415-555-0199.5, 3.415-555-0199",
	    0, 0, 0 },
	{ "in a row without a blank, and beside a digit",
	    "<p>415-555-0198/415-555-0199, (415) 555-0198,(415) 555-0199,"
	    "(415) 555-0197, 415.555.0199,415.555.0198 1,415-555-0199",
	    4, 0, 0 },
	{ "in addresses",
	    "<p>https://example.com/p/4155550199, example.com/4155550199?x, "
	    "wa.me/14155550199</p>",
	    1, 0, 0 },
	{ "the same digits in another country",
	    "<p>+44 415 555 0199, +44 (0)415 555 0199, (+44) 415.555.0199, "
	    "+4155550199</p><a href=tel:+444155550199><a href=tel:+4155550199>"
	    "<a href='tel:+44 4155550199'><a href=tel:%2B4155550199>"
	    "<a href=tel:94155550199><a href=https://wa.me/494155550199>"
	    "<a href=tel:00494155550199><a href='tel:*67415-555-0199'>"
	    "<a href=tel:04155550199>",
	    0, 0, 0 },
	{ "beside what only looks like it",
	    "<p>(+1): 415-555-0199, 18+ 415-555-0199, +1 or 415-555-0199</p>"
	    "<a href='tel:9,4155550199'><a href='tel:+1 (415) 555-0199'>",
	    5, 0, 0 },
	{ "beside other signs",
	    "<p>Tel.:415-555-0199. <b>T</b>4155550199</p><p>4155550199, or", 3,
	    0, 0 },
	{ "the same line of another code", "<p>(515) 555-0199, 515-555-7003", 0,
	    0, 0 },
	{ "gaps that nobody writes there", "<p>4155 550199, 41 555 50199", 0, 0,
	    0 },
	{ "a long way to go",
	    "<p>Call us on every day of the week but Sunday, when we rest and "
	    "see to our own pipes: 415-                                        "
	    "                                                          555-0199",
	    1, 0, 0 },
	{ "the key in a program before",
	    "<script>ringtraceConfig={site:'KEY'}</script>"
	    "<script async src='https://c.example/t.js?v=1'></script>",
	    0, 0, 1 },
	{ "another's key, another's tag, another's file",
	    "<script>ringtraceConfig={site:'OTHER'}</script>"
	    "<script src='/t.js'></script>"
	    "<script>window.ringtraceConfig={site:'KEY'}</script>"
	    "<script src='//1.tctm.co/t.js'></script><script src=/cart.js>"
	    "</script><script src=/t.js data-site=OTHER></script>",
	    0, 0, 0 },
	{ "twice behind it",
	    "<script>window.ringtraceConfig={site:'KEY'}</script>"
	    "<script src=/t.js></script><script src=/t.js></script>",
	    0, 0, 2 },
	{ "an unfinished script", "<script>4155550199", 0, 0, 0 },
	{ "an unfinished comment", "<!-- 4155550199", 0, 0, 0 },
};

static void test_cases(void **state)
{
	struct pagenum_number numbers[3];
	const struct pagecheck_look look = { SLICE("KEY"), numbers, 1, NULL,
		numbers + 1, 2, SLICE("") };

	pagenum_number(SLICE("+14155550199"), SLICE("(415) 555-0199"),
	    &numbers[0]);
	pagenum_number(SLICE("+14155557003"), SLICE("(415) 555-7003"),
	    &numbers[1]);
	pagenum_number(SLICE("+1"), SLICE("+1"), &numbers[2]);
	pagenum_sort(numbers + 1, 2);
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
		{ "<p>1-800-FLO-WERS, 800.F.LOWERS, 1-800-FL OWERS", 3 },
		{ "<p>1-800-<b>FL</b>-<i>OWERS</i>, 1-800-FL--OWERS, "
		  "1-800-FL-0WERS, 1-800-3-569377",
		    1 },
		{ "<p>1-800-FLO</p><p>WERS</p>", 0 },
		{ "<script>'1-800-FLOWERS'</script>", 0 },
		{ "<p>1800flowers.com, info@1800flowers.com, 1-800-FLOWERS.COM,"
		  " 1-800-Flowers.net</p>",
		    0 },
		{ "<p>Call 1-800-FLOWERS.Or 1-800-FLOWERS. now 1-800-FLOWERS.</p>",
		    3 },
		{ "<p>555 1234 abcdefghijklmnopqrstuvwxyz abcdefghijklmnopqrstuvw"
		  "xyz abcdefghijklmno 1-800-FLOWERS",
		    1 },
	};
	struct pagenum_number target;
	const struct pagecheck_look look = { .key = SLICE("KEY"),
		.targets = &target,
		.n_targets = 1 };

	(void)state;
	pagenum_number(SLICE("+18003569377"), SLICE("(800) 356-9377"), &target);
	for (size_t i = 0; i < RT_ARRAY_LEN(pages); i++) {
		struct pagecheck c;

		pagecheck(slice_from(pages[i].html), &look, &c);
		if (c.targets != pages[i].targets)
			fail_msg("%s: %u", pages[i].html, c.targets);
	}
}

/* Numbers of several countries, as their people write them. */
static void test_countries(void **state)
{
	static const struct {
		const char *e164, *national, *html;
		unsigned int places;
	} rows[] = {
		{ "+4533123456", "33 12 34 56",
		    "<p>33123456, 33 12 34 56, +45 3312 3456, 0045 33-12-34-56"
		    "</p><a href=tel:+4533123456>x</a>",
		    5 },
		{ "+4533123456", "33 12 34 56",
		    "<p>533123456 331234567 DKK 33 12 34 57", 0 },
		{ "+4722123456", "22 12 34 56", "<p>22 12 34 56", 1 },
		{ "+6561234567", "6123 4567", "<p>6123 4567, (65) 6123-4567",
		    2 },
		{ "+85221234567", "2123 4567", "<p>2123 4567, +852-2123-4567",
		    2 },
		/* Eight digits and a prefix: without it they may be anything.
		 */
		{ "+35316123456", "(01) 612 3456",
		    "<p>01 612 3456, (01) 6123456, +353 1 612 3456, "
		    "+353 (0)1 6123456, 6123456, 1 612 3456",
		    4 },
		{ "+6444123456", "04-412 3456", "<p>04 412 3456; 4 412 3456",
		    1 },
		{ "+3225123456", "02 512 34 56", "<p>02/512.34.56, 2 512 34 56",
		    1 },
		{ "+97221234567", "02-123-4567", "<p>02-1234567", 1 },
		{ "+442079460018", "020 7946 0018",
		    "<p>020 7946 0018, +44 (0)20 7946 0018, (020) 79460018, "
		    "20 7946 0018",
		    4 },
		{ "+4930901820", "030 901820",
		    "<p>030 / 90 18 20, +49 30 901820, 0049-30-901820", 3 },
		{ "+390612345678", "06 1234 5678",
		    "<p>06 1234 5678, +39 06 12345678, 6 1234 5678", 2 },
		{ "+74951234567", "8 (495) 123-45-67",
		    "<p>8 (495) 123-45-67, +7 495 123-45-67", 2 },
		{ "+3612345678", "06 1 234 5678",
		    "<p>06 1 234 5678, 1 234 5678", 1 },
		/* With a trunk prefix that is not written here, or is gone. */
		{ "+551140028922", "(11) 4002-8922",
		    "<p>(011) 4002-8922, 01140028922, +55 (011) 4002-8922, "
		    "0 11 4002 8922</p><a href=tel:01140028922>"
		    "<a href=tel:01511140028922>",
		    6 },
		{ "+551140028922", "(11) 4002-8922",
		    "<p>R$1140028922, #01140028922, 2011 4002 8922</p>"
		    "<a href=https://wa.me/5491140028922>",
		    0 },
		{ "+525512345678", "55 1234 5678",
		    "<p>+52 1 55 1234 5678, +52 (1) 55 1234 5678</p>"
		    "<a href=https://wa.me/5215512345678>"
		    "<a href='https://api.whatsapp.com/send?phone=5215512345678'>"
		    "<a href=tel:+5215512345678><a href=tel:015512345678>"
		    "<a href=tel:0445512345678>",
		    7 },
		{ "+5491123456789", "011 15-2345-6789",
		    "<p>+5491123456789<a href=https://wa.me/5491123456789>",
		    2 },
		{ "+48221234567", "22 123 45 67",
		    "<p>+48 (0)22 123 45 67</p><a href=tel:+48(0)221234567>"
		    "<a href=tel:0221234567>",
		    3 },
		{ "+442079460018", "020 7946 0018",
		    "<p>+39 20 7946 0018, +39 020 7946 0018, "
		    "+39 (0)20 7946 0018</p><a href=tel:+392079460018>",
		    0 },
		{ "+14155550199", "(415) 555-0199",
		    "<p>1 (415) 555-0199, 011 1 415 555 0199, +1.415.555.0199",
		    3 },
	};
	struct pagenum_number target;
	bool stand;
	const struct pagecheck_look look = { .key = SLICE("KEY"),
		.targets = &target,
		.n_targets = 1,
		.stand = &stand };

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(rows); i++) {
		struct pagecheck c;

		stand = false;
		pagenum_number(slice_from(rows[i].e164),
		    slice_from(rows[i].national), &target);
		pagecheck(slice_from(rows[i].html), &look, &c);
		if (c.targets != rows[i].places ||
		    stand != (rows[i].places > 0))
			fail_msg("%s in %s: %u", rows[i].e164, rows[i].html,
			    c.targets);
	}
}

/* Of many, each is found, and none that only looks like one. */
static void test_many(void **state)
{
	static struct pagenum_number ours[5000];
	const struct pagecheck_look look = { .key = SLICE("KEY"),
		.ours = ours,
		.n_ours = RT_ARRAY_LEN(ours) };

	(void)state;
	for (unsigned int i = 0; i < RT_ARRAY_LEN(ours); i++) {
		char e164[20], home[24];

		/* Of four countries, so that the rests are of several lengths.
		 */
		(void)snprintf(e164, sizeof(e164),
		    i % 4 == 0   ? "+1415555%04u"
		    : i % 4 == 1 ? "+453312%04u"
		    : i % 4 == 2 ? "+4420794%05u"
				 : "+49415555%u",
		    i);
		(void)snprintf(home, sizeof(home), "%s%s",
		    i % 4 >= 2 ? "0" : "", e164 + (i % 4 == 0 ? 2 : 3));
		pagenum_number(slice_from(e164), slice_from(home), &ours[i]);
	}
	pagenum_sort(ours, RT_ARRAY_LEN(ours));
	for (size_t i = 0; i < RT_ARRAY_LEN(ours); i++) {
		char html[120];
		struct pagecheck c;

		(void)snprintf(html, sizeof(html),
		    "<p>+%s %s, +999 %s</p><a href=tel:00%s%s>", ours[i].cc,
		    ours[i].nsn, ours[i].nsn, ours[i].cc, ours[i].nsn);
		pagecheck(slice_from(html), &look, &c);
		if (c.ours != 2)
			fail_msg("%s: %u", html, c.ours);
	}
}

/* A number that begins anywhere in a text longer than what is kept of it. */
static void test_long(void **state)
{
	static char html[4096];
	struct pagenum_number target;
	const struct pagecheck_look look = { .key = SLICE("KEY"),
		.targets = &target,
		.n_targets = 1 };

	(void)state;
	pagenum_number(SLICE("+4533123456"), SLICE("33 12 34 56"), &target);
	for (size_t n = 0; n < sizeof(html) - 32; n++) {
		struct pagecheck c;

		memset(html, 'x', n);
		(void)snprintf(html + n, sizeof(html) - n, " 33 12 34 56 yz");
		pagecheck(slice_from(html), &look, &c);
		if (c.targets != 1)
			fail_msg("at %zu: %u", n, c.targets);
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
		cmocka_unit_test(test_letters),
		cmocka_unit_test(test_countries), cmocka_unit_test(test_long),
		cmocka_unit_test(test_many), cmocka_unit_test(test_domain),
		cmocka_unit_test(test_drawn), cmocka_unit_test(test_refresh),
		cmocka_unit_test(test_base), cmocka_unit_test(test_others) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
