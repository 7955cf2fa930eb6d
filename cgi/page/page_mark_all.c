#include "cgi/page/page_mark_all.h"

#include <string.h>

#include "cgi/page/page_bulk.h"
#include "cgi/page/page_filter_view.h"
#include "cgi/page/page_mark.h"
#include "cgi/page/page_place.h"
#include "cgi/page/page_words.h"
#include "cgi/web/frame.h"
#include "lib/base/clk.h"
#include "lib/db/db_report_group.h"

struct work {
	const struct req *r;
	struct page_range range;
	struct page_filter p;
	struct db_report_calls_filter f;
	uint64_t seen;
	uint64_t changed;
	uint64_t all; /* found before the first piece */
	bool known;   /* how many that are */
	bool begun;   /* a piece was done */
	bool left;    /* and there are more */
};

/* --- reading ---------------------------------------------------------------*/

static enum err read_query(const struct req *r, struct tz *z, struct work *w)
{
	enum err e;

	*w = (struct work){ .r = r };
	if ((e = page_range_read(r, z, &w->range)) != ERR_OK ||
	    (e = page_filter_read(r, &w->range, "/calls", &w->p)) != ERR_OK)
		return e;
	w->f.f = w->p.f;
	w->f.caller = w->p.caller;
	w->f.search = w->p.search;
	w->f.way = DB_REPORT_CALLS_NEWEST;
	return ERR_OK;
}

/* Where the last piece ended, and what it said. */
static enum err read_place(struct work *w)
{
	struct page_place at;
	struct slice before = SLICE("");
	enum err e = req_form_u64(w->r, "all", 0, INT64_MAX, &w->all);

	if (e == ERR_OK || e == ERR_NOTFOUND)
		e = req_form(w->r, "before", &before);
	if (e == ERR_NOTFOUND)
		return ERR_OK;
	if (e != ERR_OK ||
	    (e = page_place_parse(ID_KIND_call, before, &at)) != ERR_OK ||
	    (e = req_need(req_form_u64(w->r, "seen", 0, INT64_MAX,
		 &w->seen))) != ERR_OK ||
	    (e = req_need(req_form_u64(w->r, "changed", 0, INT64_MAX,
		 &w->changed))) != ERR_OK)
		return e;
	w->f.way = DB_REPORT_CALLS_OLDER;
	w->f.key.started_us = at.at_us;
	memcpy(w->f.key.id.v, at.id, ID_BYTES);
	return ERR_OK;
}

/* --- marking ---------------------------------------------------------------*/

static enum err mark_page(struct work *w, struct page_mark_many *m,
    const struct db_report_calls *page, int64_t until_us)
{
	for (size_t i = 0; i < page->n; i++) {
		bool changed = false;
		enum err e;

		if (i > 0 && clk_mono_us() >= until_us)
			return ERR_OK;
		e = page_mark_many_call(m, page->rows[i].id, &changed);
		if (e != ERR_OK)
			return e;
		w->seen++;
		w->changed += changed;
		w->f.way = DB_REPORT_CALLS_OLDER;
		w->f.key.started_us = page->rows[i].started_us;
		w->f.key.id = page->rows[i].id;
		w->left = page->older || i + 1 < page->n;
	}
	return ERR_OK;
}

static enum err mark_piece(struct work *w, struct page_mark_many *m)
{
	const int64_t until_us = clk_mono_us() + PAGE_MARK_ALL_US;
	struct arena mem;
	enum err e;

	arena_init(&mem, (size_t)4 << 20);
	do {
		struct db_report_calls page;

		arena_reset(&mem);
		w->left = false;
		e = db_report_calls(w->r->db, w->r->company, &w->f,
		    DB_REPORT_CALLS_PAGE_MAX, &mem, &page);
		if (e == ERR_OK)
			e = mark_page(w, m, &page, until_us);
	} while (e == ERR_OK && w->left && clk_mono_us() < until_us);
	arena_fini(&mem);
	w->begun = true;
	return e;
}

/* --- the page --------------------------------------------------------------*/

/* Sums know no names and no words, and not what is going on. A mark may take a
 * call out of the filters: what is marked is counted before. */
static enum err count_all(struct work *w)
{
	const struct db_report_ask ask = { .filter = w->p.f,
		.only = DB_REPORT_SUM(calls) };
	struct db_report_group *all = NULL;
	size_t n = 0;
	enum err e;

	w->known = !page_filter_personal(&w->p) &&
		   !slice_eq_cstr(w->p.f.result, "live");
	if (w->all > 0 || !w->known)
		return ERR_OK;
	e = db_report_group_list(w->r->db, w->r->company, &ask, 1, w->r->arena,
	    &all, &n);
	if (e == ERR_OK && n > 0)
		w->all = (uint64_t)all[0].sums.calls;
	return e;
}

static void count_view(const struct work *w, struct view *v)
{
	/* Calls that go on are marked, too, and in no sum. */
	const uint64_t all = w->all > w->seen ? w->all : w->seen;
	char text[PAGE_WORDS_MAX];

	page_words_count((int64_t)all, text);
	view_flag(v, "count_known", w->known);
	view_flag(v, "count_one", all == 1);
	view_cstr(v, "count", text);
	view_u64(v, "all", w->all);
	view_i64(v, "part",
	    all == 0 ? 100 : (int64_t)((double)w->seen * 100 / (double)all));
}

static void filters_view(const struct work *w, struct view *v)
{
	struct page_filter mark = w->p;
	char result[sizeof("interrupted")] = "";

	mark.path = "/calls/mark";
	page_filter_href(&mark, NULL, SLICE(""), v, "mark_href");
	page_filter_href(&w->p, NULL, SLICE(""), v, "log_href");
	/* The log has it in a row of its own, not among the filters. */
	if (!slice_to_cstr(w->p.f.result, result, sizeof(result)))
		result[0] = '\0';
	view_flag(v, "has_result", result[0] != '\0');
	view_cstr(v, "result_word",
	    strcmp(result, "unanswered") == 0 ? "Not answered"
					      : page_words_result(result));
	view_flag(v, "any_filter", page_filter_any(&w->p));
}

static struct slice sent(const struct req *r, const char *name)
{
	struct slice s;

	return req_form(r, name, &s) == ERR_OK ? s : SLICE("");
}

/* What the next piece is sent with. */
static void next_view(const struct work *w, struct view *v)
{
	char mem[80], id[ID_TEXT_MAX], text[PAGE_WORDS_MAX];
	struct buf b;

	id_text(ID_KIND_call, w->f.key.id.v, id);
	buf_over(&b, mem, sizeof(mem));
	buf_printf(&b, "%lld-%s", (long long)w->f.key.started_us, id);
	view_slice(v, "before", buf_slice(&b));
	view_u64(v, "seen", w->seen);
	view_u64(v, "changed", w->changed);
	page_words_count((int64_t)w->seen, text);
	view_cstr(v, "seen_text", text);
	page_words_count((int64_t)w->changed, text);
	view_cstr(v, "changed_text", text);
	view_slice(v, "act", sent(w->r, "act"));
	view_slice(v, "act_outcome", sent(w->r, "outcome"));
	view_slice(v, "act_tag", sent(w->r, "tag"));
}

static enum err show(const struct work *w, struct resp *out)
{
	struct view *v = view_new(w->r->arena, "mark_all.html");
	char text[TZ_TEXT_MAX];
	enum err e;

	if ((e = frame_page(w->r, FRAME_CALLS, "Mark calls", SLICE(""), v)) !=
		ERR_OK ||
	    (e = page_filter_view_chips(&w->p, v)) != ERR_OK ||
	    (e = page_filter_view_form(&w->p, v)) != ERR_OK ||
	    (e = page_bulk_view(&w->p, "call", "calls", v)) != ERR_OK)
		return e;
	count_view(w, v);
	page_range_text(w->range.from, w->range.to, text);
	view_cstr(v, "range_text", text);
	filters_view(w, v);
	next_view(w, v);
	view_flag(v, "begun", w->begun);
	view_flag(v, "left", w->begun && w->left);
	view_flag(v, "done", w->begun && !w->left);
	return resp_view(out, v);
}

static enum err piece(struct work *w)
{
	struct page_mark_many *m = NULL;
	enum err e;

	if ((e = read_place(w)) != ERR_OK || (e = count_all(w)) != ERR_OK ||
	    (e = page_mark_many_new(w->r, &m)) != ERR_OK)
		return e;
	e = mark_piece(w, m);
	page_mark_many_free(m);
	return e;
}

static enum err answer(const struct req *r, struct resp *out, bool marks)
{
	struct work w;
	struct tz *z;
	enum err e;

	if (!frame_company(r, out, &e))
		return e;
	if ((e = page_range_zone(r, &z)) != ERR_OK)
		return e;
	e = read_query(r, z, &w);
	if (e == ERR_OK)
		e = marks ? piece(&w) : count_all(&w);
	if (e == ERR_OK)
		e = show(&w, out);
	tz_close(z);
	return e;
}

enum err page_mark_all(const struct req *r, struct resp *out)
{
	return answer(r, out, false);
}

enum err page_mark_all_post(const struct req *r, struct resp *out)
{
	return answer(r, out, true);
}
