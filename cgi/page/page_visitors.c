#include "cgi/page/page_visitors.h"

#include <stdio.h>
#include <string.h>

#include "cgi/page/page_call_parts.h"
#include "cgi/page/page_filter_view.h"
#include "cgi/page/page_place.h"
#include "cgi/page/page_story.h"
#include "cgi/page/page_words.h"
#include "cgi/web/frame.h"
#include "cgi/web/route.h"
#include "lib/db/db_person_show.h"
#include "lib/db/db_report.h"
#include "lib/phone/phone.h"

#define PAGE_ROWS  50
#define PAST_SHOWN 20
#define LINE_BYTES 2200
/* The tag speaks every minute while its page is used. */
#define HERE_US (INT64_C(2) * RT_MIN_US)

/* --- what is asked for -----------------------------------------------------*/

static const struct {
	const char *word; /* in the address */
	const char *name;
} cames[VISIT_CAME_COUNT] = {
	[VISIT_CAME_ANY] = { "", "All" },
	[VISIT_CAME_SHOWN] = { "shown", "Had a number of their own" },
	[VISIT_CAME_TOUCHED] = { "touched", "Touched the phone link" },
	[VISIT_CAME_CALLED] = { "called", "Called" },
	[VISIT_CAME_WROTE] = { "wrote", "Sent a form" },
};

static enum err read_came(const struct req *r, struct slice word,
    enum visit_came *out)
{
	for (int i = 0; i < VISIT_CAME_COUNT; i++)
		if (slice_eq_cstr(word, cames[i].word)) {
			*out = (enum visit_came)i;
			return ERR_OK;
		}
	return req_wrong(r, "came", "shown, touched, called or wrote");
}

enum err page_visitors_read(const struct req *r, struct tz *z,
    struct page_range *range, struct page_filter *p,
    struct visit_log_filter *out)
{
	enum err e;

	if ((e = page_range_read(r, z, range)) != ERR_OK ||
	    (e = page_filter_read(r, range, "/visitors", p)) != ERR_OK ||
	    (e = read_came(r, page_filter_value(p, "came"), &out->came)) !=
		ERR_OK)
		return e;
	out->f = p->f;
	if ((e = page_filter_refuse(p, "caller")) != ERR_OK ||
	    (e = page_filter_refuse(p, "q")) != ERR_OK)
		return e;
	return page_filter_can(p, db_visit_log_can);
}

/* --- a visit ---------------------------------------------------------------*/

/* "Called", "Called 2 times, sent a form", "Touched the phone link", "". */
static void came_line(const struct visit_log_row *row, struct buf *b)
{
	if (row->calls == 1)
		buf_cstr(b, "Called");
	else if (row->calls > 1)
		buf_printf(b, "Called %llu times",
		    (unsigned long long)row->calls);
	else if (row->touched)
		buf_cstr(b, "Touched the phone link");
	if (row->forms == 0)
		return;
	buf_cstr(b, b->n > 0 ? ", sent a form" : "Sent a form");
}

static void pages_line(const struct visit_log_row *row, struct buf *b)
{
	char text[PAGE_WORDS_MAX];

	buf_printf(b, "%u %s", row->page_views,
	    row->page_views == 1 ? "page" : "pages");
	if (row->engaged_s == 0)
		return;
	page_words_duration((int64_t)row->engaged_s * 1000, text);
	buf_cstr(b, " · ");
	buf_cstr(b, text);
}

static void campaign_line(const struct visit_log_row *row, struct buf *b)
{
	buf_cstr(b, row->campaign);
	if (row->keyword[0] == '\0')
		return;
	buf_cstr(b, b->n > 0 ? " · " : "");
	buf_cstr(b, row->keyword);
}

/* "/pricing" of "example.com/pricing": the site stands below it. */
static struct slice path_of(const struct visit_log_row *row)
{
	const struct slice page = slice_from(row->landing_page);
	const struct slice path = slice_skip(page, slice_find(page, '/', 0));

	return path.n > 0 ? path : page;
}

static void visit_view(const struct req *r, const struct visit_log_row *row,
    const char *country, struct tz *z, struct view *item)
{
	static const struct {
		const char *key;
		void (*put)(const struct visit_log_row *row, struct buf *b);
	} lines[] = { { "came_line", came_line }, { "pages_line", pages_line },
		{ "campaign_line", campaign_line } };
	char mem[LINE_BYTES], id[ID_TEXT_MAX], number[PHONE_TEXT_MAX];
	struct buf b;

	id_text(ID_KIND_visit, row->id.v, id);
	view_cstr(item, "visit", id);
	page_place_when(row->started_us, z, r->now_us, item);
	view_flag(item, "here",
	    !row->withdrawn && row->seen_us > r->now_us - HERE_US);
	view_flag(item, "returning", row->returning);
	view_cstr(item, "site", row->site);
	view_slice(item, "landing", path_of(row));
	view_cstr(item, "device", row->device);
	view_cstr(item, "channel",
	    page_words_channel(row->channel, row->source, row->medium));
	buf_over(&b, mem, sizeof(mem));
	page_words_source(row->source, row->medium, &b);
	view_slice(item, "source_line", buf_slice(&b));
	for (size_t i = 0; i < RT_ARRAY_LEN(lines); i++) {
		buf_reset(&b);
		lines[i].put(row, &b);
		view_slice(item, lines[i].key, buf_slice(&b));
	}
	view_flag(item, "called", row->calls > 0);
	phone_show(slice_from(row->number), country, number);
	view_cstr(item, "number", row->number[0] != '\0' ? number : "");
}

/* --- the list --------------------------------------------------------------*/

static void foot(const struct page_filter *p, bool placed,
    const struct visit_log_row *rows, size_t n, struct view *v)
{
	struct page_foot foot = { .kind = ID_KIND_visit,
		.one = "visit",
		.many = "visits",
		.placed = placed,
		.shown = n > PAGE_ROWS ? PAGE_ROWS : n,
		.older = n > PAGE_ROWS };

	if (n > 0) {
		const struct visit_log_row *last = &rows[foot.shown - 1];

		foot.last.at_us = last->started_us;
		memcpy(foot.last.id, last->id.v, ID_BYTES);
	}
	page_place_foot(p, &foot, v);
}

static enum err rows_view(const struct req *r, struct tz *z,
    const struct page_filter *p, const struct visit_log_filter *filter,
    struct view *v)
{
	struct db_report_company company;
	struct visit_log_row *rows = NULL;
	struct visit_log_place below;
	struct page_place at;
	size_t n = 0;
	enum err e = page_place_read(r, ID_KIND_visit, &at);

	if (e != ERR_OK)
		return e;
	below.started_us = at.at_us;
	memcpy(below.id.v, at.id, ID_BYTES);
	/* One more than is shown says whether there are older ones. */
	if ((e = db_report_company(r->db, r->company, &company)) != ERR_OK ||
	    (e = db_visit_log_page(r->db, r->company, filter,
		 at.placed ? &below : NULL, PAGE_ROWS + 1, r->arena, &rows,
		 &n)) != ERR_OK)
		return e;
	view_list(v, "visits");
	for (size_t i = 0; i < n && i < PAGE_ROWS; i++)
		visit_view(r, &rows[i], company.country, z,
		    view_item(v, "visits"));
	foot(p, at.placed, rows, n, v);
	return ERR_OK;
}

/* What came of it, as chips: one is on. */
static void cames_view(const struct page_filter *p, enum visit_came on,
    struct view *v)
{
	view_list(v, "cames");
	for (int i = 0; i < VISIT_CAME_COUNT; i++) {
		struct view *item = view_item(v, "cames");
		char mem[40];
		struct buf b;

		buf_over(&b, mem, sizeof(mem));
		if (cames[i].word[0] != '\0')
			page_filter_param(&b, "came",
			    slice_from(cames[i].word));
		view_cstr(item, "came_name", cames[i].name);
		view_flag(item, "came_on", i == (int)on);
		page_filter_href(p, "came", buf_slice(&b), item, "came_href");
	}
}

static void typed(const struct page_filter *p, struct view *v)
{
	static const char *const all[][2] = { { "channel", "Channel" },
		{ "source", "Source" }, { "medium", "Medium" },
		{ "campaign", "Campaign" }, { "keyword", "Keyword" },
		{ "match", "Match type" }, { "device", "Device" },
		{ "landing", "Landing page" }, { "referrer", "Referrer" } };

	view_list(v, "typed");
	for (size_t i = 0; i < RT_ARRAY_LEN(all); i++) {
		struct view *item = view_item(v, "typed");

		view_cstr(item, "typed_name", all[i][0]);
		view_cstr(item, "typed_label", all[i][1]);
		view_slice(item, "typed_value",
		    page_filter_value(p, all[i][0]));
	}
}

static enum err fill(const struct page_filter *p, enum visit_came came,
    struct view *v)
{
	struct page_filter csv = *p;
	char mem[PAGE_FILTER_HREF_MAX];
	struct buf rest;

	buf_over(&rest, mem, sizeof(mem));
	page_filter_query(p, NULL, &rest);
	page_range_view(p->range, "/visitors",
	    buf_err(&rest) == ERR_OK ? buf_slice(&rest) : SLICE(""), v);
	page_filter_keep(p, v);
	cames_view(p, came, v);
	view_slice(v, "came_word", slice_from(cames[came].word));
	view_flag(v, "came_set", came != VISIT_CAME_ANY);
	view_flag(v, "filtered", page_filter_any(p) || came != VISIT_CAME_ANY);
	view_flag(v, "can_export", p->r->role >= ROUTE_ANALYST);
	csv.path = "/visitors.csv";
	page_filter_href(&csv, NULL, SLICE(""), v, "csv_href");
	typed(p, v);
	return page_filter_view_chips(p, v);
}

static enum err show(const struct req *r, struct tz *z, struct resp *out)
{
	struct view *v = view_new(r->arena, "visitors.html");
	struct visit_log_filter filter;
	struct page_range range;
	struct page_filter p;
	enum err e;

	if ((e = page_visitors_read(r, z, &range, &p, &filter)) != ERR_OK ||
	    (e = frame_page(r, FRAME_VISITORS, "Visitors", SLICE(""), v)) !=
		ERR_OK ||
	    (e = rows_view(r, z, &p, &filter, v)) != ERR_OK ||
	    (e = fill(&p, filter.came, v)) != ERR_OK)
		return e;
	return resp_view(out, v);
}

enum err page_visitors(const struct req *r, struct resp *out)
{
	struct tz *z;
	enum err e;

	if (!frame_company(r, out, &e))
		return e;
	if ((e = page_range_zone(r, &z)) != ERR_OK)
		return e;
	e = show(r, z, out);
	tz_close(z);
	return e;
}

/* --- one visit -------------------------------------------------------------*/

/* Calls and forms, with the way to them. */
static void deeds_view(const struct page_story *s, int64_t now_us,
    struct view *v)
{
	const struct visit_log_deed *deeds = s->deeds;

	view_list(v, "deeds");
	for (size_t i = 0; i < s->n_deeds; i++) {
		const bool call = deeds[i].came == VISIT_CAME_CALLED;
		char id[ID_TEXT_MAX], number[PHONE_TEXT_MAX];
		const char *key;
		struct view *item;

		if (deeds[i].came == VISIT_CAME_SHOWN)
			continue;
		item = view_item(v, "deeds");
		id_text(call ? ID_KIND_call : ID_KIND_form, deeds[i].id, id);
		phone_show(slice_from(deeds[i].number), s->country, number);
		key = page_words_result_key(deeds[i].detail[0] == '\0',
		    deeds[i].detail);
		view_cstr(item, "deed", id);
		page_place_when(deeds[i].at_us, s->z, now_us, item);
		view_flag(item, "is_call", call);
		view_cstr(item, "result", key);
		view_cstr(item, "deed_word",
		    call ? page_words_result(key) : "Form");
		view_cstr(item, "deed_more", call ? number : deeds[i].detail);
	}
}

/* The browser's other visits, newest first. */
static enum err past_view(const struct req *r, const struct visit_log_row *row,
    struct tz *z, struct view *v)
{
	const struct person_key key = { .visitor = row->visitor };
	struct person_act *acts = NULL;
	size_t n = 0;
	enum err e;

	view_list(v, "past");
	if (id_is_nil(row->visitor.v))
		return ERR_OK;
	e = db_person_show_acts(r->db, r->company, &key, PAST_SHOWN, r->arena,
	    &acts, &n);
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		char id[ID_TEXT_MAX], mem[LINE_BYTES];
		struct view *item;
		struct buf b;

		if (acts[i].deed != PERSON_VISITED ||
		    id_eq(acts[i].id, row->id.v))
			continue;
		item = view_item(v, "past");
		id_text(ID_KIND_visit, acts[i].id, id);
		view_cstr(item, "past_visit", id);
		page_place_when(acts[i].at_us, z, r->now_us, item);
		buf_over(&b, mem, sizeof(mem));
		page_words_source(acts[i].source, acts[i].medium, &b);
		view_slice(item, "source_line", buf_slice(&b));
		view_cstr(item, "channel",
		    page_words_channel("", acts[i].source, acts[i].medium));
		view_cstr(item, "past_campaign", acts[i].campaign);
		view_cstr(item, "past_pages", acts[i].detail);
		view_flag(item, "past_one", strcmp(acts[i].detail, "1") == 0);
	}
	return e;
}

static enum err read_visit(const struct req *r, struct visit_id id,
    struct page_story *s)
{
	struct db_report_call_visit *visit = NULL;
	struct db_report_call_page *pages = NULL;
	struct db_report_call_click *clicks = NULL;
	enum err e;

	if ((e = db_report_call_visit(r->db, r->company, id, r->arena,
		 &visit)) != ERR_OK ||
	    (e = db_report_call_pages(r->db, r->company, id, r->arena, &pages,
		 &s->n_pages)) != ERR_OK ||
	    (e = db_report_call_clicks(r->db, r->company, id, r->arena, &clicks,
		 &s->n_clicks)) != ERR_OK)
		return e;
	s->visit = visit;
	s->pages = pages;
	s->clicks = clicks;
	return ERR_OK;
}

static enum err fill_one(const struct req *r, struct visit_id id,
    struct page_story *s, struct view *v)
{
	struct visit_log_deed *deeds = NULL;
	struct visit_log_row row;
	enum err e;

	if ((e = db_visit_log_one(r->db, r->company, id, &row)) != ERR_OK ||
	    (e = read_visit(r, id, s)) != ERR_OK ||
	    (e = db_visit_log_deeds(r->db, r->company, id, r->arena, &deeds,
		 &s->n_deeds)) != ERR_OK ||
	    (e = frame_page(r, FRAME_VISITORS, "Visit", SLICE(""), v)) !=
		ERR_OK)
		return e;
	s->deeds = deeds;
	visit_view(r, &row, s->country, s->z, v);
	page_call_parts_session(s, v);
	deeds_view(s, r->now_us, v);
	if ((e = page_story_visit(s, r->arena, v)) != ERR_OK)
		return e;
	return past_view(r, &row, s->z, v);
}

static enum err show_one(const struct req *r, struct tz *z, struct visit_id id,
    struct resp *out)
{
	struct view *v = view_new(r->arena, "visit.html");
	struct page_story s = { .z = z };
	struct db_report_company company;
	enum err e = db_report_company(r->db, r->company, &company);

	if (e != ERR_OK)
		return e;
	s.country = company.country;
	e = fill_one(r, id, &s, v);
	return e == ERR_OK ? resp_view(out, v) : e;
}

enum err page_visitors_one(const struct req *r, struct resp *out)
{
	struct visit_id id;
	struct tz *z;
	enum err e;

	if (!frame_company(r, out, &e))
		return e;
	if ((e = req_path_id(r, 0, ID_KIND_visit, id.v)) != ERR_OK ||
	    (e = page_range_zone(r, &z)) != ERR_OK)
		return e;
	e = show_one(r, z, id, out);
	tz_close(z);
	return e;
}
