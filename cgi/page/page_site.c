#include "cgi/page/page_site.h"

#include <string.h>

#include "cgi/page/page_site_tag.h"
#include "cgi/page/page_site_words.h"
#include "cgi/page/page_words.h"
#include "cgi/web/frame.h"
#include "cgi/web/pager.h"
#include "cgi/web/route.h"
#include "lib/feed/feed_site.h"
#include "lib/phone/phone.h"

#define LOOK_BACK_US (FEED_SITE_DAYS * RT_DAY_US)
#define ABSENT_SHOWN 10

static void put_seen(const struct req *r, int64_t seen_us, struct view *v)
{
	char text[PAGE_WORDS_MAX] = "";

	view_flag(v, "site_seen", seen_us > 0);
	if (seen_us > 0)
		page_words_duration((r->now_us - seen_us) / 1000, text);
	view_cstr(v, "site_seen_ago", text);
}

static void put_state(unsigned int found, struct view *v)
{
	unsigned int n = 0;
	const char *first = "Well";

	for (unsigned int i = 0; i < TAGHEALTH_FINDING_COUNT; i++) {
		if (((found >> i) & 1U) == 0)
			continue;
		if (n++ == 0)
			first = page_site_words_tag((enum taghealth_finding)i)
				    ->name;
	}
	view_cstr(v, "site_state", first);
	view_cstr(v, "site_tone",
	    n == 0 ? "good"
		   : ((found & (1U << TAGHEALTH_NEVER_SEEN)) != 0 ||
				 (found & (1U << TAGHEALTH_NO_TARGETS)) != 0
			     ? "bad"
			     : "warn"));
}

static enum err line(const struct req *r, const struct site_row *site,
    struct view *v)
{
	struct view *item = view_item(v, "sites");
	struct site_health_row h;
	struct taghealth_sums sums;
	char id[ID_TEXT_MAX];
	enum err e;

	e = db_site_health_read(r->db, r->company, site->id,
	    r->now_us - LOOK_BACK_US, &h);
	if (e != ERR_OK)
		return e;
	sums = feed_site_sums(site, &h);
	id_text(ID_KIND_site, site->id.v, id);
	view_cstr(item, "site", id);
	view_cstr(item, "site_name", site->name);
	put_seen(r, site->seen_us, item);
	page_words_put_count(item, "site_pages", h.reports);
	page_words_put_count(item, "site_swapped", h.swapped);
	put_state(taghealth_judge(&sums, r->now_us), item);
	return ERR_OK;
}

enum err page_site_list(const struct req *r, struct resp *out)
{
	struct view *v = view_new(r->arena, "sites.html");
	struct site_row *rows = NULL;
	struct pager p;
	size_t n = 0;
	enum err e;

	if (!frame_company(r, out, &e))
		return e;
	if ((e = frame_page(r, FRAME_SITES, "Sites", SLICE(""), v)) != ERR_OK ||
	    (e = pager_read(r, &p)) != ERR_OK ||
	    (e = db_site_list(r->db, r->company, r->arena, &rows, &n)) !=
		ERR_OK)
		return e;
	view_list(v, "sites");
	view_flag(v, "may_add", r->role >= ROUTE_MANAGER);
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		if (pager_takes(&p, (struct slice[]){ slice_from(rows[i].name),
					{ NULL, 0 } }))
			e = line(r, &rows[i], v);
	pager_show(&p, "/sites", "Sites", v);
	view_flag(v, "none_yet", p.all == 0);
	view_flag(v, "none_fit", p.all > 0 && p.n == 0);
	return e == ERR_OK ? resp_view(out, v) : e;
}

/* --- one site -------------------------------------------------------------*/

static void findings_view(unsigned int found, struct view *v)
{
	view_list(v, "findings");
	for (unsigned int i = 0; i < TAGHEALTH_FINDING_COUNT; i++) {
		const struct page_site_words *w =
		    page_site_words_tag((enum taghealth_finding)i);
		struct view *item;

		if (((found >> i) & 1U) == 0)
			continue;
		item = view_item(v, "findings");
		view_cstr(item, "finding", w->name);
		view_cstr(item, "finding_means", w->means);
		view_cstr(item, "finding_todo", w->todo);
	}
}

static void figures_view(const struct site_health_row *h,
    const struct site_traffic *t, struct view *v)
{
	const uint64_t looked =
	    h->reports > h->unasked ? h->reports - h->unasked : 0;
	char share[PAGE_WORDS_MAX];

	page_words_put_count(v, "visits", t->visits);
	page_words_put_count(v, "leases", t->leases);
	page_words_put_count(v, "calls", t->calls);
	page_words_put_count(v, "forms", t->forms);
	page_words_put_count(v, "reports", h->reports);
	page_words_put_count(v, "found", h->found);
	page_words_put_count(v, "swapped", h->swapped);
	page_words_put_count(v, "without", h->without);
	page_words_put_count(v, "unasked", h->unasked);
	page_words_put_count(v, "looked", looked);
	page_words_share((int64_t)h->without, (int64_t)looked, share);
	view_cstr(v, "without_share", share);
	page_words_put_count(v, "refused", h->refused);
	view_cstr(v, "refused_origin", h->refused_origin);
	view_flag(v, "is_refused", h->refused > 0);
	view_u64(v, "version", h->version);
	view_flag(v, "has_version", h->version > 0);
}

static void error_view(const struct req *r, const struct site_health_row *h,
    struct view *v)
{
	char ago[PAGE_WORDS_MAX] = "0 s";

	if (r->now_us > h->error_us)
		page_words_duration((r->now_us - h->error_us) / 1000, ago);
	view_flag(v, "has_error", h->error_us > 0);
	view_cstr(v, "error", h->error);
	view_cstr(v, "error_ago", ago);
}

static void page_found(uint32_t found, struct view *item)
{
	view_list(item, "page_findings");
	for (unsigned int i = 0; i < SITECHECK_FINDING_COUNT; i++) {
		const struct page_site_words *w =
		    page_site_words_page((enum sitecheck_finding)i);
		struct view *line;

		if (((found >> i) & 1U) == 0)
			continue;
		line = view_item(item, "page_findings");
		view_cstr(line, "page_finding", w->name);
		view_cstr(line, "page_means", w->means);
		view_cstr(line, "page_todo", w->todo);
	}
}

static void page_line(const struct req *r, const struct site_page_row *p,
    struct view *v)
{
	struct view *item = view_item(v, "pages");
	char ago[PAGE_WORDS_MAX] = "";

	view_slice(item, "page_url", p->url);
	view_flag(item, "page_checked", p->checked_us != 0);
	view_flag(item, "page_waits",
	    p->checked_us == 0 || p->asked_us > p->checked_us);
	if (p->checked_us != 0 && r->now_us > p->checked_us)
		page_words_duration((r->now_us - p->checked_us) / 1000, ago);
	view_cstr(item, "page_ago", ago);
	view_u64(item, "page_status", p->status);
	view_u64(item, "page_hops", p->hops);
	view_flag(item, "page_moved", p->hops > 0);
	view_slice(item, "page_final", p->final_url);
	page_words_put_count(item, "page_targets", p->targets);
	view_flag(item, "page_good",
	    p->checked_us != 0 && !sitecheck_is_fault(p->found));
	view_flag(item, "page_answered", p->status != 0);
	view_flag(item, "has_page_problem", p->problem.n > 0);
	view_slice(item, "page_problem", p->problem);
	page_found(p->checked_us != 0 ? p->found : 0, item);
}

/* Which of the site's numbers stand in none of the pages, when all were read.
 */
static void absent_view(const struct feed_site *s, struct view *v)
{
	size_t absent = 0;

	view_list(v, "absent");
	for (size_t i = 0; s->all_read && i < s->n_numbers; i++) {
		const struct slice e164 = slice_from(s->numbers[i].e164);
		char text[PHONE_TEXT_MAX];
		struct view *item;

		if (feed_site_stands(s, e164) || absent++ >= ABSENT_SHOWN)
			continue;
		phone_international(e164, text);
		item = view_item(v, "absent");
		view_cstr(item, "absent_number", text);
		view_flag(item, "absent_next", absent > 1);
	}
	page_words_put_count(v, "numbers", s->n_numbers);
	page_words_put_count(v, "numbers_there", s->n_numbers - absent);
	view_flag(v, "one_there", s->n_numbers - absent == 1);
	view_flag(v, "is_absent", absent > 0);
	view_flag(v, "absent_more", absent > ABSENT_SHOWN);
	page_words_put_count(v, "absent_rest",
	    absent > ABSENT_SHOWN ? absent - ABSENT_SHOWN : 0);
}

static void pages_view(const struct req *r, const struct feed_site *s,
    struct view *v)
{
	struct slice asked;
	char text[ID_TEXT_MAX];

	view_list(v, "pages");
	for (size_t i = 0; i < s->n_pages; i++)
		page_line(r, &s->pages[i], v);
	absent_view(s, v);
	id_text(ID_KIND_site, s->site.id.v, text);
	view_cstr(v, "site", text);
	view_flag(v, "may_check", r->role >= ROUTE_MANAGER);
	view_flag(v, "may_look", r->role >= ROUTE_MANAGER && s->n_pages > 0);
	view_flag(v, "was_asked",
	    req_query(r, "asked", &asked) == ERR_OK &&
		slice_eq_cstr(asked, "1"));
}

static enum err show(const struct req *r, struct resp *out)
{
	struct view *v = view_new(r->arena, "site.html");
	struct feed_site s;
	struct site_id id;
	enum err e;

	if ((e = req_path_id(r, 0, ID_KIND_site, id.v)) != ERR_OK ||
	    (e = feed_site(r->db, r->company, id, r->now_us, r->arena, &s)) !=
		ERR_OK ||
	    (e = frame_page(r, FRAME_SITES, s.site.name, SLICE(""), v)) !=
		ERR_OK)
		return e;
	view_cstr(v, "site_name", s.site.name);
	view_cstr(v, "site_key", s.site.public_key);
	put_seen(r, s.site.seen_us, v);
	put_state(s.found, v);
	findings_view(s.found, v);
	figures_view(&s.health, &s.traffic, v);
	error_view(r, &s.health, v);
	page_site_tag_numbers(&s, v);
	page_site_tag_causes(&s, v);
	pages_view(r, &s, v);
	return resp_view(out, v);
}

enum err page_site(const struct req *r, struct resp *out)
{
	enum err e;

	return frame_company(r, out, &e) ? show(r, out) : e;
}
