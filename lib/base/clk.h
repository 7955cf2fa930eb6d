/*
 * clk.h - clocks and the UTC calendar.
 *
 * Wall time is int64_t microseconds since 1970-01-01 UTC; durations come from
 * the monotonic clock. Rooms that must read no clock take `now` as an argument
 * and use only the conversions. The calendar is the proleptic Gregorian one,
 * years 1 to 9999, no leap seconds (POSIX time).
 */
#ifndef RT_BASE_CLK_H
#define RT_BASE_CLK_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

int64_t clk_wall_us(void);
int64_t clk_mono_us(void);

struct clk_civil {
	int year;    /* 1 to 9999 */
	int month;   /* 1 to 12 */
	int day;     /* 1 to 31 */
	int hour;    /* 0 to 23 */
	int minute;  /* 0 to 59 */
	int second;  /* 0 to 59 */
	int micro;   /* 0 to 999999 */
	int weekday; /* 0 Monday to 6 Sunday; ignored by clk_from_civil() */
};

/* wall_us outside the years above is clamped to them. */
struct clk_civil clk_to_civil(int64_t wall_us);
/* ERR_RANGE: a field is outside its range or the day not in its month. */
RT_MUST_USE enum err clk_from_civil(const struct clk_civil *c,
    int64_t *wall_us);

/* "2026-11-20T13:34:05.000123Z" and its NUL. */
#define CLK_RFC3339_MAX 28
void clk_rfc3339(int64_t wall_us, char out[CLK_RFC3339_MAX]);
/* RFC 3339 date-time, 0 to 6 fraction digits, "Z" or an offset. */
RT_MUST_USE enum err clk_rfc3339_parse(struct slice s, int64_t *wall_us);

#endif
