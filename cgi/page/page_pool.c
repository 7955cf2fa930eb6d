#include "cgi/page/page_pool.h"

#include <stdio.h>

#include "cgi/page/page_pool_days.h"
#include "cgi/page/page_pool_size.h"
#include "cgi/page/page_range.h"
#include "cgi/page/page_words.h"
#include "cgi/web/frame.h"
#include "cgi/web/route.h"
#include "lib/db/db_company.h"

/* The chart: a bar an hour, in units of the picture. */
#define BAR_WIDE   4
#define CHART_HIGH 120
#define AXIS_LATE  910 /* per mille: a day's name there stands outside */

static void put_gap(struct view *v, const char *key, double s)
{
	char text[PAGE_WORDS_MAX] = "–";

	if (s >= 0.0)
		page_words_duration((int64_t)(s * 1000.0), text);
	view_cstr(v, key, text);
}

static void head_view(const struct req *r, const struct page_pool_facts *f,
    struct view *v)
{
	char words[PAGE_POOL_FACTS_WORDS_MAX], id[ID_TEXT_MAX],
	    text[PAGE_WORDS_MAX];
	const uint64_t wanted = f->week.leased + f->week.full;
	const uint64_t other = f->week.flood + f->week.away;

	id_text(ID_KIND_pool, f->pool.id.v, id);
	view_cstr(v, "pool", id);
	view_cstr(v, "pool_name", f->pool.name);
	page_words_put_count(v, "numbers", f->pool.numbers);
	view_flag(v, "one_number", f->pool.numbers == 1);
	page_words_put_count(v, "held", f->pool.held);
	view_flag(v, "rests", f->pool.min_reuse_s > 0);
	page_words_put_count(v, "resting", f->pool.resting);
	view_flag(v, "any_left", f->pool.held_left > 0);
	page_words_put_count(v, "held_left", f->pool.held_left);
	page_words_put_count(v, "peak", f->week_peak);
	page_words_share((int64_t)f->week.full, (int64_t)wanted, text);
	view_cstr(v, "turned_share", text);
	page_words_put_count(v, "turned_away", f->week.full);
	view_flag(v, "turned_one", f->week.full == 1);
	page_words_put_count(v, "turned_other", other);
	view_flag(v, "any_other", other > 0);
	put_gap(v, "gap", f->gap_s);
	put_gap(v, "short_gap", f->short_gap_s);
	page_pool_facts_words(&f->trend, words);
	view_cstr(v, "state", words);
	view_cstr(v, "tone", page_pool_facts_tone(&f->trend));
	view_flag(v, "warn",
	    f->trend.state == POOL_USE_SOON || f->trend.state == POOL_USE_FULL);
	view_flag(v, "is_empty", f->trend.state == POOL_USE_EMPTY);
	view_flag(v, "may_fill", r->role >= ROUTE_MANAGER);
}

/* --- over time -----------------------------------------------------------*/

static uint32_t tallest(const struct page_pool_facts *f)
{
	const uint32_t most =
	    f->week_peak > f->pool.numbers ? f->week_peak : f->pool.numbers;

	return most > 0 ? most : 1;
}

static void bar(const struct page_pool_hour *h, size_t i, uint32_t top,
    struct view *v)
{
	const uint64_t high = (uint64_t)h->peak * CHART_HIGH / top;
	const uint64_t low =
	    h->span_s > 0 ? h->held_s * CHART_HIGH / h->span_s / top : 0;
	struct view *item;

	if (high == 0)
		return;
	item = view_item(v, "bars");
	view_u64(item, "bar_x", i * BAR_WIDE);
	view_u64(item, "peak_y", CHART_HIGH - high);
	view_u64(item, "peak_h", high);
	view_u64(item, "mean_y", CHART_HIGH - low);
	view_u64(item, "mean_h", low);
	view_flag(item, "bar_full", page_pool_days_full(h));
}

/* Where each day of the company's zone begins below the bars. */
static enum err axis_view(const struct page_pool_facts *f, struct tz *z,
    struct view *v)
{
	const size_t first = PAGE_POOL_FACTS_HOURS - PAGE_POOL_FACTS_WEEK;
	struct tz_date day, before;
	char text[TZ_TEXT_MAX];
	enum err e;

	view_list(v, "axis");
	if ((e = tz_day_of(z, f->hours[first].at_us, &before)) != ERR_OK)
		return e;
	for (size_t i = 1; i < PAGE_POOL_FACTS_WEEK; i++) {
		struct view *item;
		size_t at;

		if ((e = tz_day_of(z, f->hours[first + i].at_us, &day)) !=
		    ERR_OK)
			return e;
		if (tz_date_diff(before, day) == 0)
			continue;
		before = day;
		item = view_item(v, "axis");
		tz_date_short(day, text);
		view_cstr(item, "axis_day", text);
		view_u64(item, "axis_x", i * BAR_WIDE);
		at = i * 1000 / PAGE_POOL_FACTS_WEEK;
		(void)snprintf(text, sizeof(text), "%zu.%zu", at / 10, at % 10);
		view_cstr(item, "axis_at", text);
		view_flag(item, "axis_late", at > AXIS_LATE);
	}
	return ERR_OK;
}

static void chart_view(const struct page_pool_facts *f, struct view *v)
{
	const size_t first = PAGE_POOL_FACTS_HOURS - PAGE_POOL_FACTS_WEEK;
	const uint32_t top = tallest(f);
	bool any_full = false;

	view_list(v, "bars");
	view_u64(v, "line_y",
	    CHART_HIGH - (uint64_t)f->pool.numbers * CHART_HIGH / top);
	for (size_t i = first; i < PAGE_POOL_FACTS_HOURS; i++) {
		bar(&f->hours[i], i - first, top, v);
		any_full = any_full || page_pool_days_full(&f->hours[i]);
	}
	view_flag(v, "any_full", any_full);
	view_flag(v, "any_use", f->week_peak > 0 || f->week.leased > 0);
}

static void day_line(struct tz *z, const struct page_pool_day *d,
    struct view *v)
{
	struct view *item = view_item(v, "days");
	char text[PAGE_WORDS_MAX], name[TZ_TEXT_MAX];
	uint64_t tenths;

	tz_date_long(d->date, name);
	view_cstr(item, "day", name);
	tz_text_clock(z, d->from_us, name);
	view_flag(item, "day_part", !d->whole);
	view_cstr(item, "day_from", name);
	page_words_put_count(item, "day_visits", d->visits);
	page_words_put_count(item, "day_peak", d->peak);
	tenths = d->span_s > 0 ? d->held_s * 10 / d->span_s : 0;
	(void)snprintf(text, sizeof(text), "%llu.%llu",
	    (unsigned long long)(tenths / 10),
	    (unsigned long long)(tenths % 10));
	view_cstr(item, "day_mean", text);
	page_words_put_count(item, "day_turned", d->turned_away);
	view_flag(item, "day_full", d->full);
}

static enum err days_view(const struct page_pool_facts *f, struct tz *z,
    struct view *v)
{
	const size_t first = PAGE_POOL_FACTS_HOURS - PAGE_POOL_FACTS_WEEK;
	struct page_pool_day days[PAGE_POOL_DAYS];
	size_t n = 0;
	const enum err e =
	    page_pool_days(z, f->hours + first, PAGE_POOL_FACTS_WEEK, days, &n);

	view_list(v, "days");
	for (size_t i = 0; i < n; i++)
		day_line(z, &days[i], v);
	return e;
}

static void given_view(const struct pool_given *g, struct view *v)
{
	const struct {
		const char *name;
		const char *means;
		uint64_t n;
	} rows[] = {
		{ "A number of this pool", "leased to the visit", g->leased },
		{ "Their number again", "the lease was alive and went on",
		    g->extended },
		{ "A source-level number",
		    "a rule of a tracker, or no number of the pool",
		    g->source },
		{ "The overflow number", "no number of the pool", g->overflow },
		{ "The site’s own number",
		    "no number of the pool, and no other one", g->none },
		{ "Nothing: robots", "robots never take a number", g->robot },
		{ "Nothing yet: a page in the background",
		    "it asks again when somebody looks at it", g->hidden },
		{ "Without a number of the pool: none was free",
		    "visits, once each; above is what they were shown",
		    g->full },
		{ "Without one: no consent", "it asked, and nothing was leased",
		    g->noconsent },
		{ "Without one: too many visits of one address",
		    "more a minute than the settings allow, or than one"
		    " address’s share of the pool: your own tests may be it",
		    g->flood },
		{ "Without one: nothing could be leased",
		    "the database did not answer, or another server had the"
		    " pool",
		    g->away },
	};
	uint64_t all = 0;

	view_list(v, "given");
	/* The last four say why of others before them. */
	for (size_t i = 0; i < RT_ARRAY_LEN(rows) - 4; i++)
		all += rows[i].n;
	for (size_t i = 0; i < RT_ARRAY_LEN(rows); i++) {
		struct view *item = view_item(v, "given");
		char text[PAGE_WORDS_MAX];

		view_cstr(item, "given_name", rows[i].name);
		view_cstr(item, "given_means", rows[i].means);
		page_words_put_count(item, "given_n", rows[i].n);
		page_words_share((int64_t)rows[i].n, (int64_t)all, text);
		view_cstr(item, "given_share", text);
	}
}

/* --- the page -------------------------------------------------------------*/

static enum err show(const struct req *r, struct tz *z, struct resp *out)
{
	struct view *v = view_new(r->arena, "pool.html");
	struct page_pool_facts *f = NULL;
	struct company_row company;
	struct pool_id pool;
	enum err e;

	if ((e = req_path_id(r, 0, ID_KIND_pool, pool.v)) != ERR_OK ||
	    (e = page_pool_facts(r, pool, &f)) != ERR_OK ||
	    (e = db_company_get(r->db, r->company, &company)) != ERR_OK ||
	    (e = frame_page(r, FRAME_POOLS, f->pool.name, SLICE(""), v)) !=
		ERR_OK)
		return e;
	head_view(r, f, v);
	chart_view(f, v);
	given_view(&f->week, v);
	if ((e = axis_view(f, z, v)) != ERR_OK ||
	    (e = days_view(f, z, v)) != ERR_OK ||
	    (e = page_pool_size(r, f, company.currency, v)) != ERR_OK)
		return e;
	return resp_view(out, v);
}

enum err page_pool(const struct req *r, struct resp *out)
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
