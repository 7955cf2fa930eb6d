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

/* Least squares through the days' peaks; *last is where the line is now. */
static double slope(const uint32_t *peak, size_t n, double *last)
{
	const double mid = ((double)n - 1.0) / 2.0;
	double mean = 0.0, xy = 0.0, xx = 0.0, k;

	for (size_t i = 0; i < n; i++)
		mean += peak[i] / (double)n;
	for (size_t i = 0; i < n; i++) {
		xy += ((double)i - mid) * (peak[i] - mean);
		xx += ((double)i - mid) * ((double)i - mid);
	}
	k = xx > 0.0 ? xy / xx : 0.0;
	*last = mean + k * mid;
	return k;
}

struct pool_use_trend pool_use_trend(const uint32_t *peak, size_t days,
    uint32_t numbers, uint64_t turned_away)
{
	struct pool_use_trend t = { .state = POOL_USE_CALM };
	double last = 0.0, left;

	if (days > POOL_USE_DAYS_MAX) {
		peak += days - POOL_USE_DAYS_MAX;
		days = POOL_USE_DAYS_MAX;
	}
	if (numbers == 0) {
		t.state = POOL_USE_EMPTY;
		return t;
	}
	t.per_day = days > 1 ? slope(peak, days, &last) : 0.0;
	if (turned_away > 0 || (days > 0 && peak[days - 1] >= numbers)) {
		t.state = POOL_USE_FULL;
		return t;
	}
	if (days < 3) {
		t.state = POOL_USE_UNKNOWN;
		return t;
	}
	left = (double)numbers - fmax(last, (double)peak[days - 1]);
	if (t.per_day > 0.0 && left / t.per_day <= POOL_USE_SOON_DAYS) {
		t.state = POOL_USE_SOON;
		t.days =
		    left > t.per_day ? (uint32_t)ceil(left / t.per_day) : 1;
	}
	return t;
}
