#include "lib/phone/tzrule.h"

#include "lib/base/clk.h"
#include "lib/base/scan.h"

#define HOUR_S     3600
#define DAY_S      86400
#define RULE_HOURS 167
#define NAME_LEAST 3

/* 0002-01-01 and 9998-12-31: the years beside them are in the calendar. */
#define FIRST_S INT64_C(-62104060800)
#define LAST_S  INT64_C(253370764799)

/* --- reading ---------------------------------------------------------------*/

/* "EST" or "<+0330>". */
static enum err skip_name(struct slice *s)
{
	struct slice name;
	size_t n = 0;

	if (scan_byte(s, '<') == ERR_OK) {
		if (scan_until(s, '>', &name) != ERR_OK)
			return ERR_SYNTAX;
		return scan_byte(s, '>');
	}
	while (n < s->n && scan_is_alpha(s->p[n]))
		n++;
	*s = slice_skip(*s, n);
	return n < NAME_LEAST ? ERR_SYNTAX : ERR_OK;
}

static enum err take_int(struct slice *s, uint32_t least, uint32_t most,
    int *out)
{
	uint32_t v;
	enum err e;

	if ((e = scan_u32(s, &v)) != ERR_OK)
		return e;
	if (v < least || v > most)
		return ERR_RANGE;
	*out = (int)v;
	return ERR_OK;
}

/* [+-]hh[:mm[:ss]] */
static enum err take_time(struct slice *s, uint32_t hours, int32_t *out)
{
	const bool minus = scan_byte(s, '-') == ERR_OK;
	int h, m = 0, sec = 0;
	enum err e;

	if (!minus && slice_starts(*s, SLICE("+")))
		*s = slice_skip(*s, 1);
	if ((e = take_int(s, 0, hours, &h)) != ERR_OK)
		return e;
	if (scan_byte(s, ':') == ERR_OK &&
	    ((e = take_int(s, 0, 59, &m)) != ERR_OK ||
		(scan_byte(s, ':') == ERR_OK &&
		    (e = take_int(s, 0, 59, &sec)) != ERR_OK)))
		return e;
	*out = h * HOUR_S + m * 60 + sec;
	if (minus)
		*out = -*out;
	return ERR_OK;
}

static enum err take_weekday(struct slice *s, struct tzrule_day *out)
{
	enum err e;

	out->form = TZRULE_WEEKDAY;
	if ((e = take_int(s, 1, 12, &out->month)) != ERR_OK ||
	    (e = scan_byte(s, '.')) != ERR_OK ||
	    (e = take_int(s, 1, 5, &out->week)) != ERR_OK ||
	    (e = scan_byte(s, '.')) != ERR_OK)
		return e;
	return take_int(s, 0, 6, &out->weekday);
}

/* ",M10.5.0/3" */
static enum err take_day(struct slice *s, struct tzrule_day *out)
{
	enum err e;

	if (scan_byte(s, ',') != ERR_OK)
		return ERR_SYNTAX;
	*out = (struct tzrule_day){ .time_s = 2 * HOUR_S };
	if (scan_byte(s, 'M') == ERR_OK) {
		e = take_weekday(s, out);
	} else if (scan_byte(s, 'J') == ERR_OK) {
		out->form = TZRULE_JULIAN;
		e = take_int(s, 1, 365, &out->day);
	} else {
		out->form = TZRULE_DAY;
		e = take_int(s, 0, 365, &out->day);
	}
	if (e == ERR_OK && scan_byte(s, '/') == ERR_OK)
		e = take_time(s, RULE_HOURS, &out->time_s);
	return e;
}

enum err tzrule_parse(struct slice s, struct tzrule *out)
{
	struct tzrule r = { .summer = false };
	enum err e;

	/* The string counts westward. */
	if ((e = skip_name(&s)) != ERR_OK ||
	    (e = take_time(&s, 23, &r.plain_s)) != ERR_OK)
		return e;
	r.plain_s = -r.plain_s;
	if (s.n > 0) {
		r.summer = true;
		r.summer_s = r.plain_s + HOUR_S;
		if ((e = skip_name(&s)) != ERR_OK)
			return e;
		if (s.n > 0 && s.p[0] != ',') {
			if ((e = take_time(&s, 23, &r.summer_s)) != ERR_OK)
				return e;
			r.summer_s = -r.summer_s;
		}
		if ((e = take_day(&s, &r.begin)) != ERR_OK ||
		    (e = take_day(&s, &r.end)) != ERR_OK)
			return e;
	}
	if (s.n > 0)
		return ERR_SYNTAX;
	if (r.summer_s >= DAY_S)
		return ERR_RANGE;
	*out = r;
	return ERR_OK;
}

/* --- what it means ---------------------------------------------------------*/

/* Midnight of a day that is in the calendar, in seconds since 1970. */
static int64_t midnight(int year, int month)
{
	const struct clk_civil c = { .year = year, .month = month, .day = 1 };
	int64_t us = 0;

	if (clk_from_civil(&c, &us) != ERR_OK)
		return 0; /* cannot be: months are 1 to 12 */
	return us / RT_SEC_US;
}

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int64_t weekday_of(const struct tzrule_day *d, int year)
{
	const int64_t first = midnight(year, d->month);
	const int64_t next = d->month == 12 ? midnight(year + 1, 1)
					    : midnight(year, d->month + 1);
	/* Ours begin with Monday. */
	const int at = (clk_to_civil(first * RT_SEC_US).weekday + 1) % 7;
	int64_t day = (d->weekday - at + 7) % 7 + 7 * (d->week - 1);

	if (first + day * DAY_S >= next)
		day -= 7;
	return first + day * DAY_S;
}

/* The instant on a wall clock that stands offset_s before UTC. */
static int64_t instant(const struct tzrule_day *d, int year, int32_t offset_s)
{
	int64_t at;

	switch (d->form) {
	case TZRULE_JULIAN:
		at = midnight(year, 1) +
		     (int64_t)(d->day - 1 + (is_leap(year) && d->day >= 60)) *
			 DAY_S;
		break;
	case TZRULE_DAY:
		at = midnight(year, 1) + (int64_t)d->day * DAY_S;
		break;
	case TZRULE_WEEKDAY:
	default:
		at = weekday_of(d, year);
		break;
	}
	return at + d->time_s - offset_s;
}

int32_t tzrule_at(const struct tzrule *r, int64_t utc_s, int64_t *until_s)
{
	int64_t last = INT64_MIN;
	int32_t found = r->plain_s;
	int year;

	*until_s = INT64_MAX;
	if (!r->summer || utc_s > LAST_S)
		return found;
	if (utc_s < FIRST_S)
		utc_s = FIRST_S;
	year = clk_to_civil(utc_s * RT_SEC_US).year;
	for (int y = year - 1; y <= year + 1; y++) {
		const int64_t at[] = { instant(&r->begin, y, r->plain_s),
			instant(&r->end, y, r->summer_s) };
		const int32_t offset[] = { r->summer_s, r->plain_s };

		for (int i = 0; i < 2; i++) {
			if (at[i] > utc_s && at[i] < *until_s)
				*until_s = at[i];
			/* One year's end may be the next one's beginning. */
			if (at[i] <= utc_s && at[i] >= last) {
				last = at[i];
				found = offset[i];
			}
		}
	}
	return found;
}
