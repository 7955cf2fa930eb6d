#include "cgi/page/page_models.h"

#include <math.h>
#include <stdio.h>

#include "cgi/page/page_models_sum.h"
#include "cgi/page/page_range.h"
#include "cgi/page/page_words.h"
#include "cgi/web/frame.h"
#include "lib/db/db_attrib.h"
#include "lib/db/db_attrib_calib.h"

/* --- the law -------------------------------------------------------------*/

/* Of the calls that do not follow a touch, the share that has come by then. */
static double by_then(const struct attrib_law *l, double s)
{
	double part = 0.0, all = 0.0;

	for (size_t i = 0; i < ATTRIB_LAW_LAGS; i++) {
		const double a = attrib_law_lag_s(i);
		const double b = attrib_law_lag_s(i + 1);
		const double hz = l->seen_hz[i] + l->shown_hz[i];

		all += hz * (b - a);
		if (s > a)
			part += hz * (fmin(s, b) - a);
	}
	return all > 0.0 ? part / all : 0.0;
}

static void put_percent(struct view *v, const char *key, double share)
{
	char text[PAGE_WORDS_MAX];

	page_words_share((int64_t)(share * 100000.0), 100000, text);
	view_cstr(v, key, text);
}

static void delays_view(const struct attrib_law *own, struct view *v)
{
	static const struct {
		const char *name;
		double s;
	} times[] = { { "1 minute", 60 }, { "5 minutes", 300 },
		{ "15 minutes", 900 }, { "1 hour", 3600 }, { "6 hours", 21600 },
		{ "1 day", 86400 }, { "5 days", 432000 } };

	view_list(v, "delays");
	for (size_t i = 0; i < RT_ARRAY_LEN(times); i++) {
		struct view *item = view_item(v, "delays");
		const double share = by_then(own, times[i].s);

		view_cstr(item, "delay_name", times[i].name);
		put_percent(item, "delay_share", share);
		view_u64(item, "delay_width", (uint64_t)(share * 100.0));
		put_percent(item, "delay_prior",
		    by_then(attrib_law_prior(), times[i].s));
	}
}

static void count_text(struct view *v, const char *key, uint64_t n)
{
	char text[PAGE_WORDS_MAX];

	page_words_count((int64_t)n, text);
	view_cstr(v, key, text);
}

static enum err law_view(const struct req *r, struct tz *z, uint32_t *version,
    struct view *v)
{
	struct attrib_law_row row = { .law = *attrib_law_prior() };
	char text[TZ_TEXT_MAX] = "";
	const enum err e = db_attrib_law_newest(r->db, r->company, &row);

	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	*version = row.law.version;
	view_flag(v, "own_law", e == ERR_OK);
	view_u64(v, "law", row.law.version);
	count_text(v, "law_calls", row.calls);
	count_text(v, "law_visits", row.visits);
	put_percent(v, "law_stray", row.stray_bp / 10000.0);
	put_percent(v, "law_home", row.law.place_agrees);
	put_percent(v, "law_used", row.law.used);
	if (e == ERR_OK)
		tz_text_short(z, row.fitted_us, r->now_us, text);
	view_cstr(v, "law_when", text);
	view_u64(v, "rule", ATTRIB_RULE_VERSION);
	delays_view(&row.law, v);
	return ERR_OK;
}

/* --- what came of probabilities ------------------------------------------*/

static void calib_line(const struct calib_bin *b, unsigned int i,
    struct view *v)
{
	const struct calib_interval in = calib_interval(b->right, b->calls);
	struct view *item = view_item(v, "calib");
	char text[PAGE_WORDS_MAX], high[PAGE_WORDS_MAX],
	    both[2 * PAGE_WORDS_MAX + 8];

	(void)snprintf(text, sizeof(text), "%u–%u %%", i * 10, i * 10 + 10);
	view_cstr(item, "calib_range", text);
	count_text(item, "calib_calls", b->calls);
	put_percent(item, "calib_stated",
	    (double)b->stated_bp / CALIB_WHOLE / (double)b->calls);
	put_percent(item, "calib_right", (double)b->right / (double)b->calls);
	page_words_share((int64_t)(in.low * 1000.0), 1000, text);
	page_words_share((int64_t)(in.high * 1000.0), 1000, high);
	(void)snprintf(both, sizeof(both), "%s to %s", text, high);
	view_cstr(item, "calib_between", both);
	view_flag(item, "calib_few", b->calls < CALIB_FEW);
	view_u64(item, "calib_width", b->right * 100 / b->calls);
	view_u64(item, "calib_mark",
	    b->stated_bp / (CALIB_WHOLE / 100) / b->calls);
}

static enum err calib_view(const struct req *r, uint32_t version,
    struct view *v)
{
	struct calib c;
	char text[PAGE_WORDS_MAX];
	const enum err e = db_attrib_calib_get(r->db, r->company, version, &c);
	int tenths;

	view_list(v, "calib");
	if (e != ERR_OK)
		return e;
	for (unsigned int i = CALIB_BINS; i > 0; i--)
		if (c.bins[i - 1].calls > 0)
			calib_line(&c.bins[i - 1], i - 1, v);
	view_flag(v, "any_calib", calib_calls(&c) > 0);
	count_text(v, "calib_n", calib_calls(&c));
	view_flag(v, "calib_one", calib_calls(&c) == 1);
	tenths = (int)(calib_error(&c) * 1000.0 + 0.5);
	(void)snprintf(text, sizeof(text), "%d.%d", tenths / 10, tenths % 10);
	view_cstr(v, "calib_points", text);
	return ERR_OK;
}

/* --- the page ------------------------------------------------------------*/

static enum err show(const struct req *r, struct tz *z, struct resp *out)
{
	struct view *v = view_new(r->arena, "attribution.html");
	uint32_t version = 0;
	struct page_range g;
	enum err e;

	if ((e = page_range_read(r, z, &g)) != ERR_OK ||
	    (e = frame_page(r, FRAME_ATTRIBUTION, "Attribution", SLICE(""),
		 v)) != ERR_OK)
		return e;
	page_range_view(&g, "/attribution", SLICE(""), v);
	view_list(v, "range_keep");
	if ((e = page_models_sum(r, &g, v)) != ERR_OK ||
	    (e = law_view(r, z, &version, v)) != ERR_OK ||
	    (e = calib_view(r, version, v)) != ERR_OK)
		return e;
	return resp_view(out, v);
}

enum err page_models(const struct req *r, struct resp *out)
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
