#include "cgi/page/page_site_tag.h"

#include "cgi/page/page_words.h"
#include "lib/phone/phone.h"

#define NUMBERS_SHOWN 50

/* --- numbers ---------------------------------------------------------------*/

/* The tag looked for it, and found it nowhere. */
static bool is_nowhere(const struct site_number_row *n)
{
	return n->reports > 0 && n->pages == 0;
}

static void number(const struct feed_site *s, const struct site_number_row *n,
    struct view *v)
{
	const bool stands = feed_site_stands(s, slice_from(n->e164));
	struct view *item = view_item(v, "targets");
	char text[PHONE_TEXT_MAX];

	phone_international(slice_from(n->e164), text);
	view_cstr(item, "target", text);
	view_flag(item, "target_told", n->reports > 0);
	view_flag(item, "target_nowhere", is_nowhere(n));
	page_words_put_count(item, "target_pages", n->pages);
	page_words_put_count(item, "target_reports", n->reports);
	page_words_put_count(item, "target_places", n->places);
	view_cstr(item, "target_outside",
	    stands        ? "yes"
	    : s->all_read ? "no"
			  : "not known");
}

void page_site_tag_numbers(const struct feed_site *s, struct view *v)
{
	size_t nowhere = 0, shown = 0;

	view_list(v, "targets");
	for (size_t i = 0; i < s->n_numbers; i++)
		nowhere += is_nowhere(&s->numbers[i]);
	for (int first = 1; first >= 0; first--)
		for (size_t i = 0; i < s->n_numbers; i++)
			if (is_nowhere(&s->numbers[i]) == first &&
			    shown < NUMBERS_SHOWN) {
				number(s, &s->numbers[i], v);
				shown++;
			}
	page_words_put_count(v, "targets_all", s->n_numbers);
	page_words_put_count(v, "targets_nowhere", nowhere);
	view_flag(v, "any_nowhere", nowhere > 0);
	view_flag(v, "one_nowhere", nowhere == 1);
	view_flag(v, "targets_more", s->n_numbers > shown);
	page_words_put_count(v, "targets_rest", s->n_numbers - shown);
}

/* --- direct instead of paid -----------------------------------------------*/

struct words {
	const char *name;
	const char *todo;
};

/* What the tag, or the lease server, counts of visits. */
static const struct words of_visits[TAGHEALTH_CAUSE_COUNT] = {
	[TAGHEALTH_TWICE] = { "Two copies of the tag",
	    "Only the first works. Remove the one in the theme, or that in the"
	    " tag manager." },
	[TAGHEALTH_OTHER_TAG] = { "Another vendor’s tag",
	    "The two undo each other’s work. Remove one." },
	[TAGHEALTH_URL_CHANGED] = { "Address changed before the tag",
	    "The site takes the click id off. It was read from the browser all"
	    " the same; put the tag before what tidies the address, for other"
	    " tags’ sake." },
	[TAGHEALTH_CLICK_LOST] = { "Click id lost in a redirect",
	    "Let the redirect pass on what stands behind “?”." },
	[TAGHEALTH_FORGOTTEN] = { "Visitor not kept by the browser",
	    "Have the tag on every page, with the site’s own data-domain, and"
	    " let nothing delete its cookie." },
};

static const struct words late = { "Tag started after three seconds",
	"Move it up in the head, and exclude it from what delays scripts." };

/* What a look at the pages finds. */
static const struct {
	enum sitecheck_finding finding;
	struct words words;
} of_pages[] = {
	{ SITECHECK_LOSES_CLICK,
	    { "A redirect drops the click id",
		"Let it pass on what stands behind “?”." } },
	{ SITECHECK_NO_TAG,
	    { "The tag is not in the page",
		"A visit that begins there is seen on its second page at best:"
		" put the tag there." } },
	{ SITECHECK_KEPT_SWAPPED,
	    { "A cache keeps a swapped number",
		"All who call it count for one visit. Exclude the tag from"
		" what the cache renders, and empty it." } },
	{ SITECHECK_BAD_DOMAIN,
	    { "The tag’s data-domain is not the page’s",
		"Name the page’s own domain or one above it, or take the"
		" attribute away." } },
};

/* many: more than noise, and said at the top of the page. */
static void cause(const struct words *w, uint64_t n, const char *of, bool many,
    struct view *v)
{
	struct view *item = view_item(v, "causes");

	view_cstr(item, "cause", w->name);
	view_cstr(item, "cause_todo", w->todo);
	page_words_put_count(item, "cause_n", n);
	view_cstr(item, "cause_of", of);
	view_flag(item, "cause_is", n > 0);
	view_flag(item, "cause_many", n > 0 && many);
}

static void cause_of_visits(const struct feed_site *s, const struct words *w,
    uint64_t n, enum taghealth_finding finding, struct view *v)
{
	cause(w, n, n == 1 ? "visit" : "visits",
	    (s->found >> finding & 1U) != 0, v);
}

void page_site_tag_causes(const struct feed_site *s, struct view *v)
{
	const struct site_health_row *h = &s->health;
	uint64_t looked = 0;

	view_list(v, "causes");
	for (unsigned int i = 0; i < TAGHEALTH_CAUSE_COUNT; i++)
		cause_of_visits(s, &of_visits[i], h->causes[i],
		    taghealth_finding_of((enum taghealth_cause)i), v);
	cause_of_visits(s, &late, h->late, TAGHEALTH_IS_LATE, v);
	for (size_t i = 0; i < s->n_pages; i++)
		looked += s->pages[i].checked_us != 0;
	for (size_t i = 0; looked > 0 && i < RT_ARRAY_LEN(of_pages); i++) {
		const uint64_t n = feed_site_pages(s, of_pages[i].finding);

		cause(&of_pages[i].words, n,
		    n == 1 ? "page looked at" : "pages looked at", true, v);
	}
}
