#include "cgi/page/page_pool_facts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOURS     PAGE_POOL_FACTS_HOURS
#define DAY_HOURS 24
/* The week of whatever zone, and the day that it begins in. */
#define GIVEN_HOURS (PAGE_POOL_FACTS_WEEK + 2 * DAY_HOURS)

static size_t hour_of(const struct page_pool_facts *f, int64_t at_us)
{
	const int64_t i = (at_us - f->hours[0].at_us) / RT_HOUR_US;

	return i < 0 || i >= HOURS ? HOURS : (size_t)i;
}

static void set_hours(const struct req *r, struct page_pool_facts *f)
{
	const int64_t now_us = r->now_us / RT_HOUR_US * RT_HOUR_US;

	for (size_t i = 0; i < HOURS; i++)
		f->hours[i].at_us =
		    now_us - (int64_t)(HOURS - 1 - i) * RT_HOUR_US;
}

/* From the leases themselves. */
static enum err read_span(const struct req *r, struct page_pool_facts *f,
    struct page_pool_hour *h, int64_t to_us)
{
	struct pool_use use;
	const enum err e = db_pool_use_span(r->db, r->company, f->pool.id,
	    h->at_us, to_us, &use);

	if (e != ERR_OK)
		return e;
	h->known = true;
	h->numbers = f->pool.numbers;
	h->span_s = (uint32_t)((to_us - h->at_us + RT_SEC_US - 1) / RT_SEC_US);
	h->leases = use.leases;
	h->peak = use.peak;
	h->held_s = use.held_us / (uint64_t)RT_SEC_US;
	return ERR_OK;
}

/* jobd makes an hour some minutes after its end: until then the one before
 * this is read like this one. */
static enum err read_hours(const struct req *r, struct page_pool_facts *f)
{
	struct page_pool_hour *now = &f->hours[HOURS - 1],
			      *before = &f->hours[HOURS - 2];
	struct pool_hour *rows = NULL;
	size_t n = 0;
	enum err e;

	e = db_pool_use_hours(r->db, r->company, f->pool.id, f->hours[0].at_us,
	    now->at_us, r->arena, &rows, &n);
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		const size_t k = hour_of(f, rows[i].hour_us);

		if (k == HOURS)
			continue;
		f->hours[k].known = true;
		f->hours[k].numbers = rows[i].numbers;
		f->hours[k].span_s = 3600;
		f->hours[k].leases = rows[i].leases;
		f->hours[k].peak = rows[i].peak;
		f->hours[k].other_rest = rows[i].rest_s != f->pool.min_reuse_s;
		f->hours[k].held_s = rows[i].held_s;
	}
	if (e == ERR_OK && !before->known)
		e = read_span(r, f, before, now->at_us);
	return e == ERR_OK ? read_span(r, f, now, r->now_us + 1) : e;
}

static enum err read_given(const struct req *r, struct page_pool_facts *f)
{
	struct pool_given *rows = NULL;
	size_t n = 0;
	const enum err e = db_pool_use_given(r->db, r->company, f->pool.id,
	    f->hours[HOURS - GIVEN_HOURS].at_us, r->now_us + RT_HOUR_US,
	    r->arena, &rows, &n);

	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		const size_t k = hour_of(f, rows[i].at_us);
		struct page_pool_hour *h = &f->hours[k < HOURS ? k : 0];

		if (k == HOURS)
			continue;
		h->given = rows[i];
	}
	return e;
}

/* Days end now, so that the last one is whole. */
static void set_trend(struct page_pool_facts *f)
{
	struct pool_use_day days[PAGE_POOL_FACTS_DAYS] = { { .peak = 0 } };
	uint64_t turned_away = 0;

	for (size_t i = 0; i < HOURS; i++) {
		const struct page_pool_hour *h = &f->hours[i];
		const size_t day = i / DAY_HOURS;

		pool_use_day_add(&days[day], h->leases, h->peak, h->other_rest);
		if (day == PAGE_POOL_FACTS_DAYS - 1)
			turned_away += h->given.full;
	}
	f->trend = pool_use_trend_of(days, f->pool.numbers, turned_away);
}

enum err page_pool_facts_trend(const struct req *r,
    const struct pool_use_row *pool, struct page_pool_facts *out)
{
	enum err e;

	memset(out, 0, sizeof(*out));
	out->pool = *pool;
	set_hours(r, out);
	if ((e = read_hours(r, out)) != ERR_OK ||
	    (e = read_given(r, out)) != ERR_OK)
		return e;
	set_trend(out);
	for (size_t i = HOURS - PAGE_POOL_FACTS_WEEK; i < HOURS; i++) {
		const struct page_pool_hour *h = &out->hours[i];

		out->week.leased += h->given.leased;
		out->week.extended += h->given.extended;
		out->week.source += h->given.source;
		out->week.overflow += h->given.overflow;
		out->week.none += h->given.none;
		out->week.robot += h->given.robot;
		out->week.hidden += h->given.hidden;
		out->week.full += h->given.full;
		out->week.noconsent += h->given.noconsent;
		out->week.flood += h->given.flood;
		out->week.away += h->given.away;
		if (h->peak > out->week_peak)
			out->week_peak = h->peak;
	}
	return ERR_OK;
}

/* --- holding and rest ----------------------------------------------------*/

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static enum err lengths(const struct req *r, const struct pool_use_lease *rows,
    size_t n, double **out)
{
	double *v = arena_array(r->arena, n + 1, sizeof(*v));

	if (v == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++)
		v[i] = (double)(rows[i].to_us - rows[i].from_us) /
		       (double)RT_SEC_US;
	*out = v;
	return ERR_OK;
}

static enum err read_holds(const struct req *r, struct page_pool_facts *f)
{
	struct pool_use_lease *rows = NULL;
	size_t n = 0;
	double *v = NULL;
	enum err e;

	if ((e = db_pool_use_sample(r->db, r->company, f->pool.id, r->now_us,
		 r->arena, &rows, &n)) != ERR_OK ||
	    (e = lengths(r, rows, n, &v)) != ERR_OK)
		return e;
	f->held_known = n > 0;
	pool_size_holds(v, n, f->load.hold_s);
	return ERR_OK;
}

static enum err read_rests(const struct req *r, struct page_pool_facts *f)
{
	struct pool_use_lease *rows = NULL;
	size_t n = 0;
	double *v = NULL;
	enum err e;

	f->gap_s = f->short_gap_s = -1.0;
	if ((e = db_pool_use_rests(r->db, r->company, f->pool.id, r->now_us,
		 r->arena, &rows, &n)) != ERR_OK ||
	    (e = lengths(r, rows, n, &v)) != ERR_OK || n == 0)
		return e;
	qsort(v, n, sizeof(*v), by_size);
	f->gap_s = v[n / 2];
	f->short_gap_s = v[n / 20];
	return ERR_OK;
}

/* Hours without a visit are nights, not traffic; the hour that runs is not
 * over. */
static void set_load(struct page_pool_facts *f)
{
	double v[PAGE_POOL_FACTS_WEEK];
	size_t n = 0;

	for (size_t i = HOURS - PAGE_POOL_FACTS_WEEK; i < HOURS - 1; i++) {
		const struct page_pool_hour *h = &f->hours[i];
		const double visits = (double)h->leases + (double)h->given.full;

		if (h->known && visits > 0.0)
			v[n++] = fmin(visits, POOL_SIZE_VISITS_H_MAX);
	}
	if (n == 0)
		return;
	qsort(v, n, sizeof(*v), by_size);
	f->load.visits_h = v[n * 19 / 20 < n ? n * 19 / 20 : n - 1];
	f->usual_h = v[n / 2];
}

enum err page_pool_facts(const struct req *r, struct pool_id pool,
    struct page_pool_facts **out)
{
	struct page_pool_facts *f = arena_alloc(r->arena, sizeof(*f));
	struct pool_use_row row;
	enum err e;

	if (f == NULL)
		return ERR_NOMEM;
	if ((e = db_pool_use_one(r->db, r->company, pool, r->now_us, &row)) !=
		ERR_OK ||
	    (e = page_pool_facts_trend(r, &row, f)) != ERR_OK ||
	    (e = read_holds(r, f)) != ERR_OK ||
	    (e = read_rests(r, f)) != ERR_OK)
		return e;
	f->load.min_gap_s = row.min_reuse_s;
	set_load(f);
	*out = f;
	return ERR_OK;
}

/* --- words ---------------------------------------------------------------*/

void page_pool_facts_words(const struct pool_use_trend *t,
    char out[PAGE_POOL_FACTS_WORDS_MAX])
{
	const char *text = "";

	switch (t->state) {
	case POOL_USE_UNUSED:
		text = "No visitor in 28 days";
		break;
	case POOL_USE_UNKNOWN:
		text = "Too early to say";
		break;
	case POOL_USE_EMPTY:
		text = "No numbers in it";
		break;
	case POOL_USE_CALM:
		text = "Room to spare";
		break;
	case POOL_USE_FULL:
		text = "Full within the last day";
		break;
	case POOL_USE_SOON:
		(void)snprintf(out, PAGE_POOL_FACTS_WORDS_MAX,
		    "Full in about %u %s at this trend", (unsigned int)t->days,
		    t->days == 1 ? "day" : "days");
		return;
	}
	(void)snprintf(out, PAGE_POOL_FACTS_WORDS_MAX, "%s", text);
}

const char *page_pool_facts_tone(const struct pool_use_trend *t)
{
	switch (t->state) {
	case POOL_USE_CALM:
		return "good";
	case POOL_USE_SOON:
	case POOL_USE_EMPTY:
		return "warn";
	case POOL_USE_FULL:
		return "bad";
	case POOL_USE_UNUSED:
	case POOL_USE_UNKNOWN:
		break;
	}
	return "none";
}
