#include "lib/core/attrib_law.h"

#include <math.h>

#include "lib/base/scan.h"

static const double lag_edge_s[ATTRIB_LAW_LAGS + 1] = { 0.0, 60.0, 120.0, 180.0,
	240.0, 300.0, 360.0, 420.0, 480.0, 600.0, 720.0, 900.0, 1200.0, 1500.0,
	1800.0, 2400.0, 3000.0, 3600.0, 5400.0, 7200.0, 10800.0, 14400.0,
	21600.0, 28800.0, 43200.0, 64800.0, 86400.0, 129600.0, 172800.0,
	259200.0, 432000.0, 864000.0, 2592000.0 };

static const double touch_edge_s[ATTRIB_LAW_TOUCH + 1] = { 0.0, 10.0, 20.0,
	40.0, 80.0, 180.0, 600.0 };

/* The mean of what was fitted on two simulated worlds with other delays than
 * those the bench judges by: `bench_attribution --prior` prints these lines. */
static const struct attrib_law prior = {
	.version = 0,
	.seen_hz = { 3.12e-06, 3.12e-06, 3.08e-06, 3.08e-06, 2.88e-06, 2.36e-06,
	    2.26e-06, 1.96e-06, 1.52e-06, 1.47e-06, 1.16e-06, 9.33e-07,
	    5.82e-07, 5.47e-07, 3.34e-07, 2.53e-07, 2.30e-07, 1.96e-07,
	    1.45e-07, 1.20e-07, 8.70e-08, 4.75e-08, 3.28e-08, 1.76e-08,
	    8.92e-09, 4.60e-09, 2.24e-09, 9.92e-10, 6.06e-10, 1.13e-10,
	    1.60e-11, 3.44e-13 },
	.shown_hz = { 5.91e-05, 3.14e-05, 2.07e-05, 1.30e-05, 7.86e-06,
	    6.64e-06, 3.65e-06, 2.77e-06, 1.43e-06, 1.02e-06, 7.68e-07,
	    3.88e-07, 3.88e-07, 3.30e-07, 3.00e-07, 3.00e-07, 3.00e-07,
	    1.86e-07, 1.49e-07, 1.13e-07, 8.21e-08, 5.02e-08, 3.17e-08,
	    1.75e-08, 8.99e-09, 4.60e-09, 2.23e-09, 9.96e-10, 6.31e-10,
	    1.13e-10, 1.60e-11, 3.44e-13 },
	.touch_hz = { 3.96e-02, 1.27e-02, 1.24e-03, 1.89e-05, 1.04e-06,
	    1.60e-07 },
	.stray_hz = 1.46e-08,
	.place_agrees = 0.85,
	.used = 0.9,
	.late = { 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0,
	    1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0 },
};

const struct attrib_law *attrib_law_prior(void)
{
	return &prior;
}

double attrib_law_lag_s(size_t i)
{
	return lag_edge_s[i < ATTRIB_LAW_LAGS ? i : ATTRIB_LAW_LAGS];
}

double attrib_law_touch_s(size_t i)
{
	return touch_edge_s[i < ATTRIB_LAW_TOUCH ? i : ATTRIB_LAW_TOUCH];
}

static size_t span_of(const double *edge, size_t n, double s)
{
	size_t i = 0;

	while (i < n && s >= edge[i + 1])
		i++;
	return i;
}

size_t attrib_law_lag_of(double s)
{
	return span_of(lag_edge_s, ATTRIB_LAW_LAGS, s);
}

size_t attrib_law_touch_of(double s)
{
	return span_of(touch_edge_s, ATTRIB_LAW_TOUCH, s);
}

size_t attrib_law_hour(int64_t call_us)
{
	return (size_t)(call_us / RT_HOUR_US) % ATTRIB_LAW_HOURS;
}

double attrib_law_at(const double hz[ATTRIB_LAW_LAGS], size_t span, double late)
{
	if (span >= ATTRIB_LAW_LAGS)
		return 0.0;
	return span >= ATTRIB_LAW_LATE
		   ? hz[span] * late
		   : fmax(hz[span], hz[ATTRIB_LAW_LATE] * late);
}

double attrib_law_seen(const struct attrib_law *l, double since_s, double late)
{
	return attrib_law_at(l->seen_hz, attrib_law_lag_of(since_s), late);
}

double attrib_law_shown(const struct attrib_law *l, double since_s, double late)
{
	return attrib_law_at(l->shown_hz, attrib_law_lag_of(since_s), late);
}

double attrib_law_touch(const struct attrib_law *l, double since_s)
{
	const size_t i = attrib_law_touch_of(since_s);

	return i < ATTRIB_LAW_TOUCH ? l->touch_hz[i] : 0.0;
}

double attrib_law_mean(const struct attrib_law *l, double from_s, double to_s,
    double late)
{
	double sum = 0.0;

	if (to_s - from_s < 1.0)
		return attrib_law_seen(l, from_s, late) +
		       attrib_law_shown(l, from_s, late);
	for (size_t i = 0; i < ATTRIB_LAW_LAGS; i++) {
		const double a = fmax(from_s, lag_edge_s[i]);
		const double b = fmin(to_s, lag_edge_s[i + 1]);

		if (b > a)
			sum += (attrib_law_at(l->seen_hz, i, late) +
				   attrib_law_at(l->shown_hz, i, late)) *
			       (b - a);
	}
	return sum / (to_s - from_s);
}

struct attrib_law_fact attrib_law_fact(double share, size_t have, size_t known)
{
	/* Of the others, by Laplace's rule, as one that has it and as one that
	 * has not sees them. */
	const double all = (double)known + 1.0;
	const double seen = fmin(fmax((double)have, 1.0) / all, share);
	const double unlike = fmin(((double)have + 1.0) / all, share);

	return (struct attrib_law_fact){ share / seen,
		(1.0 - share) / (1.0 - unlike) };
}

void attrib_law_falling(double *rate, const double *weight, size_t n)
{
	double sum[ATTRIB_LAW_LAGS], mass[ATTRIB_LAW_LAGS];
	size_t len[ATTRIB_LAW_LAGS], blocks = 0;

	for (size_t i = 0; i < n && i < ATTRIB_LAW_LAGS; i++) {
		sum[blocks] = rate[i] * weight[i];
		mass[blocks] = weight[i];
		len[blocks++] = 1;
		while (blocks > 1 && sum[blocks - 1] * mass[blocks - 2] >
					 sum[blocks - 2] * mass[blocks - 1]) {
			blocks--;
			sum[blocks - 1] += sum[blocks];
			mass[blocks - 1] += mass[blocks];
			len[blocks - 1] += len[blocks];
		}
	}
	for (size_t b = 0, i = 0; b < blocks; b++)
		for (size_t k = 0; k < len[b]; k++)
			rate[i++] = sum[b] / mass[b];
}

/* --- text ------------------------------------------------------------------*/

/* Rates are written as whole numbers of these. At most one call a second and
 * visit: far above any, and small enough for a double to hold every such number
 * with bits to spare, so that a text that is read is written as it was. */
#define UNIT_HZ 1.0e-15
#define MAX_HZ  1.0
/* Those of the hours are in millionths. */
#define UNIT_LATE 1.0e-6

/* Of a law without hours, as the version before them reads it, which runs
 * beside this one while a server is upgraded. */
#define FORMAT_NO_HOURS 3

static void put(double hz, struct buf *out)
{
	buf_char(out, ' ');
	buf_u64(out, (uint64_t)(fmin(hz, MAX_HZ) / UNIT_HZ + 0.5));
}

static uint64_t late_units(double late)
{
	return (uint64_t)(late / UNIT_LATE + 0.5);
}

static bool has_hours(const struct attrib_law *l)
{
	bool has = false;

	for (size_t i = 0; i < ATTRIB_LAW_HOURS; i++)
		has = has || late_units(l->late[i]) != late_units(1.0);
	return has;
}

void attrib_law_write(const struct attrib_law *l, struct buf *out)
{
	const bool hours = has_hours(l);

	buf_u64(out, hours ? ATTRIB_LAW_FORMAT : FORMAT_NO_HOURS);
	buf_char(out, ' ');
	buf_u64(out, l->version);
	put(l->stray_hz, out);
	put(l->place_agrees, out);
	put(l->used, out);
	for (size_t i = 0; i < ATTRIB_LAW_TOUCH; i++)
		put(l->touch_hz[i], out);
	for (size_t i = 0; i < ATTRIB_LAW_LAGS; i++)
		put(l->seen_hz[i], out);
	for (size_t i = 0; i < ATTRIB_LAW_LAGS; i++)
		put(l->shown_hz[i], out);
	for (size_t i = 0; i < ATTRIB_LAW_HOURS && hours; i++) {
		buf_char(out, ' ');
		buf_u64(out, late_units(l->late[i]));
	}
}

static enum err take(struct slice *s, double most_hz, double *out)
{
	struct slice rest = *s;
	uint64_t v;
	enum err e;

	if ((e = scan_byte(&rest, ' ')) != ERR_OK ||
	    (e = scan_u64(&rest, &v)) != ERR_OK)
		return e;
	/* Half a unit of room: the text is rounded, each rate by itself. */
	if ((double)v * UNIT_HZ > most_hz + UNIT_HZ / 2)
		return ERR_RANGE;
	*out = (double)v * UNIT_HZ;
	*s = rest;
	return ERR_OK;
}

static enum err take_falling(struct slice *s, double *out, size_t n)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = take(s, i == 0 ? MAX_HZ : out[i - 1], &out[i]);
	return e;
}

static enum err take_share(struct slice *s, double *out)
{
	double v;
	enum err e;

	if ((e = take(s, ATTRIB_LAW_SHARE_MAX, &v)) != ERR_OK)
		return e;
	if (v < ATTRIB_LAW_SHARE_MIN - UNIT_HZ / 2)
		return ERR_RANGE;
	*out = v;
	return ERR_OK;
}

static enum err take_late(struct slice *s, double late[ATTRIB_LAW_HOURS])
{
	static const double most = ATTRIB_LAW_LATE_MAX / UNIT_LATE;
	static const double least = 1.0 / (ATTRIB_LAW_LATE_MAX * UNIT_LATE);
	uint64_t v = 0;
	enum err e = ERR_OK;

	for (size_t i = 0; i < ATTRIB_LAW_HOURS && e == ERR_OK; i++) {
		if ((e = scan_byte(s, ' ')) != ERR_OK ||
		    (e = scan_u64(s, &v)) != ERR_OK)
			return e;
		/* Half a unit of room: the text is rounded. */
		if ((double)v > most + 0.5 || (double)v < least - 0.5)
			e = ERR_RANGE;
		late[i] = (double)v * UNIT_LATE;
	}
	return e;
}

enum err attrib_law_read(struct slice text, struct attrib_law *out)
{
	struct attrib_law l = prior;
	uint32_t format;
	enum err e;

	if ((e = scan_u32(&text, &format)) != ERR_OK)
		return e;
	if (format == 0 || format > ATTRIB_LAW_FORMAT)
		return ERR_RANGE;
	if ((e = scan_byte(&text, ' ')) != ERR_OK ||
	    (e = scan_u32(&text, &l.version)) != ERR_OK ||
	    (e = take(&text, MAX_HZ, &l.stray_hz)) != ERR_OK ||
	    (format > 1 &&
		(e = take_share(&text, &l.place_agrees)) != ERR_OK) ||
	    (format > 2 && (e = take_share(&text, &l.used)) != ERR_OK) ||
	    (e = take_falling(&text, l.touch_hz, ATTRIB_LAW_TOUCH)) != ERR_OK ||
	    (e = take_falling(&text, l.seen_hz, ATTRIB_LAW_LAGS)) != ERR_OK ||
	    (e = take_falling(&text, l.shown_hz, ATTRIB_LAW_LAGS)) != ERR_OK ||
	    (format > FORMAT_NO_HOURS &&
		(e = take_late(&text, l.late)) != ERR_OK))
		return e;
	if (text.n != 0)
		return ERR_SYNTAX;
	*out = l;
	return ERR_OK;
}
