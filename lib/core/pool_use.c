#include "lib/core/pool_use.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct change {
	int64_t at_us;
	int by;
};

/* An end before a begin at the same moment: the number changed hands. */
static int by_time(const void *a, const void *b)
{
	const struct change *x = a, *y = b;

	if (x->at_us != y->at_us)
		return (x->at_us > y->at_us) - (x->at_us < y->at_us);
	return x->by - y->by;
}

static uint32_t peak_of(struct change *c, size_t n)
{
	int now = 0, most = 0;

	qsort(c, n, sizeof(*c), by_time);
	for (size_t i = 0; i < n; i++) {
		now += c[i].by;
		most = now > most ? now : most;
	}
	return (uint32_t)most;
}

/* By number, then in time. */
static int by_number(const void *a, const void *b)
{
	const struct pool_use_hold *x = a, *y = b;
	const int c = memcmp(x->number.v, y->number.v, ID_BYTES);

	return c != 0 ? c
		      : (x->lease.from_us > y->lease.from_us) -
			    (x->lease.from_us < y->lease.from_us);
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* When the first of n, which are in order, was to be had again. */
static int64_t free_at(const struct pool_use_hold *h, size_t n, int64_t rest_us)
{
	const int64_t rested_us = h->lease.to_us + rest_us;

	return n > 1 && id_eq(h[0].number.v, h[1].number.v)
		   ? earlier(rested_us, h[1].lease.from_us)
		   : rested_us;
}

enum err pool_use(struct pool_use_hold *h, size_t n, int64_t rest_us,
    int64_t from_us, int64_t to_us, struct pool_use *out)
{
	struct pool_use u = { .leases = 0 };
	struct change *c;
	size_t have = 0;

	if (n == 0) {
		*out = u;
		return ERR_OK;
	}
	if ((c = calloc(2 * n, sizeof(*c))) == NULL)
		return ERR_NOMEM;
	qsort(h, n, sizeof(*h), by_number);
	for (size_t i = 0; i < n; i++) {
		const struct pool_use_lease *l = &h[i].lease;
		const int64_t a = l->from_us > from_us ? l->from_us : from_us;
		const int64_t last =
		    h[i].left_us != 0 ? earlier(h[i].left_us, to_us) : to_us;
		const int64_t held = earlier(l->to_us, last);
		const int64_t b = earlier(free_at(&h[i], n - i, rest_us), last);

		u.leases += l->from_us >= from_us && l->from_us < to_us;
		u.held_us += held > a ? (uint64_t)(held - a) : 0;
		if (b <= a)
			continue;
		c[have++] = (struct change){ a, 1 };
		c[have++] = (struct change){ b, -1 };
	}
	u.peak = peak_of(c, have);
	free(c);
	*out = u;
	return ERR_OK;
}

/* --- where it leads ------------------------------------------------------*/

/* A line through the days' peaks; where weekdays are told apart, one through
 * each weekday's, which grow in proportion to their height. */
struct line {
	double per_day; /* of the busiest weekday */
	double last;    /* where that is now */
	double error;   /* standard error of per_day */
};

#define WEEK 7

/* Days i, i + every and so on: their middle, and the mean of their peaks. */
struct middle {
	double day;
	double peak;
};

static struct middle middle_of(const uint32_t *peak, size_t days, size_t i,
    size_t every)
{
	struct middle m = { .day = 0.0 };
	double n = 0.0;

	for (; i < days; i += every) {
		m.day += (double)i;
		m.peak += peak[i];
		n += 1.0;
	}
	m.day /= n;
	m.peak /= n;
	return m;
}

/* Least squares. */
static struct line line_of(const uint32_t *peak, size_t days)
{
	const size_t every = days < POOL_USE_WEEKS_DAYS ? 1 : WEEK;
	double xy = 0.0, xx = 0.0, yy = 0.0, top = 0.0;
	struct middle m[WEEK];
	struct line l = { .per_day = 0.0 };

	if (days < 3)
		return l;
	for (size_t i = 0; i < every; i++) {
		m[i] = middle_of(peak, days, i, every);
		top = fmax(top, m[i].peak);
	}
	if (!(top > 0.0))
		return l;
	for (size_t i = 0; i < days; i++) {
		const struct middle *of = &m[i % every];
		const double x = ((double)i - of->day) * of->peak / top;
		const double y = peak[i] - of->peak;

		xy += x * y;
		xx += x * x;
		yy += y * y;
	}
	l.per_day = xy / xx;
	l.error = sqrt(
	    fmax(yy - l.per_day * xy, 0.0) / (double)(days - every - 1) / xx);
	for (size_t i = 0; i < every; i++)
		l.last = fmax(l.last,
		    m[i].peak + l.per_day * ((double)(days - 1) - m[i].day) *
				    m[i].peak / top);
	return l;
}

static bool is_trend(const struct line *l, size_t days)
{
	const double errors = days < POOL_USE_WEEKS_DAYS ? POOL_USE_EARLY_ERRORS
							 : POOL_USE_SURE_ERRORS;

	return l->per_day > 0.0 && l->per_day > errors * l->error;
}

struct pool_use_trend pool_use_trend(const uint32_t *peak, size_t days,
    uint32_t numbers, uint64_t turned_away)
{
	struct pool_use_trend t = { .state = POOL_USE_CALM,
		.turned_away = turned_away };
	struct line l;
	double left;

	if (days > POOL_USE_DAYS_MAX) {
		peak += days - POOL_USE_DAYS_MAX;
		days = POOL_USE_DAYS_MAX;
	}
	if (numbers == 0) {
		t.state = POOL_USE_EMPTY;
		return t;
	}
	l = line_of(peak, days);
	t.per_day = l.per_day;
	if (turned_away > 0 || (days > 0 && peak[days - 1] >= numbers)) {
		t.state = POOL_USE_FULL;
		return t;
	}
	if (days < 3) {
		t.state = days == 0 ? POOL_USE_UNUSED : POOL_USE_UNKNOWN;
		return t;
	}
	left = (double)numbers - fmax(l.last, (double)peak[days - 1]);
	if (is_trend(&l, days) && left / t.per_day <= POOL_USE_SOON_DAYS) {
		t.state = POOL_USE_SOON;
		t.days =
		    left > t.per_day ? (uint32_t)ceil(left / t.per_day) : 1;
	}
	return t;
}

void pool_use_day_add(struct pool_use_day *day, uint32_t leases, uint32_t peak,
    bool other)
{
	day->visited = day->visited || leases > 0;
	day->other = day->other || other;
	if (!other && peak > day->peak)
		day->peak = peak;
}

struct pool_use_trend pool_use_trend_of(const struct pool_use_day
					    day[POOL_USE_DAYS_MAX],
    uint32_t numbers, uint64_t turned_away)
{
	uint32_t peak[POOL_USE_DAYS_MAX];
	size_t first = 0;
	bool visited = false;

	for (size_t i = 0; i < POOL_USE_DAYS_MAX; i++) {
		visited = visited || day[i].visited;
		if (!visited || day[i].other)
			first = i + 1;
		peak[i] = day[i].peak;
	}
	/* It has had visitors, if none that can be compared. */
	if (visited && first == POOL_USE_DAYS_MAX)
		first--;
	return pool_use_trend(peak + first, POOL_USE_DAYS_MAX - first, numbers,
	    turned_away);
}
