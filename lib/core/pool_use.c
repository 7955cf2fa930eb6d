#include "lib/core/pool_use.h"

#include <math.h>
#include <stdlib.h>

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

enum err pool_use(const struct pool_use_lease *l, size_t n, int64_t from_us,
    int64_t to_us, struct pool_use *out)
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
	for (size_t i = 0; i < n; i++) {
		const int64_t a =
		    l[i].from_us > from_us ? l[i].from_us : from_us;
		const int64_t b = l[i].to_us < to_us ? l[i].to_us : to_us;

		u.leases += l[i].from_us >= from_us && l[i].from_us < to_us;
		if (b <= a)
			continue;
		u.held_us += (uint64_t)(b - a);
		c[have++] = (struct change){ a, 1 };
		c[have++] = (struct change){ b, -1 };
	}
	u.peak = peak_of(c, have);
	free(c);
	*out = u;
	return ERR_OK;
}

/* A line through the days' peaks. */
struct line {
	double per_day;
	double last;  /* where it is now */
	double error; /* standard error of per_day */
};

/* Least squares. */
static struct line line_of(const uint32_t *peak, size_t n)
{
	const double mid = ((double)n - 1.0) / 2.0;
	double mean = 0.0, xy = 0.0, xx = 0.0, rest = 0.0;
	struct line l = { .per_day = 0.0 };

	for (size_t i = 0; i < n; i++)
		mean += peak[i] / (double)n;
	for (size_t i = 0; i < n; i++) {
		xy += ((double)i - mid) * (peak[i] - mean);
		xx += ((double)i - mid) * ((double)i - mid);
	}
	if (!(xx > 0.0))
		return l;
	l.per_day = xy / xx;
	l.last = mean + l.per_day * mid;
	for (size_t i = 0; i < n; i++)
		rest += pow(peak[i] - mean - l.per_day * ((double)i - mid), 2);
	if (n > 2)
		l.error = sqrt(rest / ((double)n - 2.0) / xx);
	return l;
}

/* In a new pool's first days the way from a weekend to a Wednesday, or three
 * quiet days and a busy one, look like growth. */
static bool is_trend(const struct line *l, size_t days)
{
	return l->per_day > 0.0 &&
	       (days >= POOL_USE_SURE_DAYS ||
		   l->per_day > POOL_USE_SURE_ERRORS * l->error);
}

struct pool_use_trend pool_use_trend(const uint32_t *peak, size_t days,
    uint32_t numbers, uint64_t turned_away)
{
	struct pool_use_trend t = { .state = POOL_USE_CALM };
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
