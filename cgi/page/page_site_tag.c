#include "cgi/page/page_site_tag.h"

#include "cgi/page/page_site_words.h"
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

/* What a look at the pages finds of it. */
static const enum sitecheck_finding of_pages[] = { SITECHECK_LOSES_CLICK,
	SITECHECK_NO_TAG, SITECHECK_KEPT_SWAPPED, SITECHECK_BAD_DOMAIN };

/* many: more than noise, and said at the top of the page. */
static void cause(const struct page_site_words *w, uint64_t n, const char *of,
    bool many, struct view *v)
{
	struct view *item = view_item(v, "causes");

	view_cstr(item, "cause", w->name);
	view_cstr(item, "cause_todo", w->todo);
	page_words_put_count(item, "cause_n", n);
	view_cstr(item, "cause_of", of);
	view_flag(item, "cause_is", n > 0);
	view_flag(item, "cause_many", n > 0 && many);
}

/* What the tag, or the lease server, counts of visits. */
static void cause_of_visits(const struct feed_site *s,
    enum taghealth_finding finding, uint64_t n, struct view *v)
{
	cause(page_site_words_tag(finding), n, n == 1 ? "visit" : "visits",
	    (s->found >> finding & 1U) != 0, v);
}

void page_site_tag_causes(const struct feed_site *s, struct view *v)
{
	const struct site_health_row *h = &s->health;
	uint64_t looked = 0;

	view_list(v, "causes");
	for (unsigned int i = 0; i < TAGHEALTH_CAUSE_COUNT; i++)
		cause_of_visits(s,
		    taghealth_finding_of((enum taghealth_cause)i), h->causes[i],
		    v);
	cause_of_visits(s, TAGHEALTH_IS_LATE, h->late, v);
	for (size_t i = 0; i < s->n_pages; i++)
		looked += s->pages[i].checked_us != 0;
	for (size_t i = 0; looked > 0 && i < RT_ARRAY_LEN(of_pages); i++) {
		const uint64_t n = feed_site_pages(s, of_pages[i]);

		cause(page_site_words_page(of_pages[i]), n,
		    n == 1 ? "page looked at" : "pages looked at", true, v);
	}
}
