#include "lib/base/clk.h"

#include <assert.h>
#include <string.h>
#include <time.h>

#include "lib/base/scan.h"

#define YEAR_MIN 1
#define YEAR_MAX 9999

static int64_t read_clock(clockid_t id)
{
	struct timespec ts;
	const int rc = clock_gettime(id, &ts);

	assert(rc == 0); /* fails only for a clock that does not exist */
	return (int64_t)ts.tv_sec * RT_SEC_US + ts.tv_nsec / 1000;
}

int64_t clk_wall_us(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t clk_mono_us(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

static bool is_leap(int64_t y)
{
	return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

static int days_in_month(int year, int month)
{
	static const int days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };

	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days since 1970-01-01 of the first of March-based year y, month m, day d:
 * counting years from March puts the leap day at their end. */
static int64_t days_from_civil(int64_t y, int m, int d)
{
	const int64_t shifted = m <= 2 ? y - 1 : y;
	const int64_t era = shifted / 400;
	const int64_t yoe = shifted - era * 400;
	const int64_t mp = m > 2 ? m - 3 : m + 9;
	const int64_t doy = (153 * mp + 2) / 5 + d - 1;
	const int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * 146097 + doe - 719468;
}

static void civil_from_days(int64_t days, struct clk_civil *c)
{
	const int64_t z = days + 719468;
	const int64_t era = z / 146097;
	const int64_t doe = z - era * 146097;
	const int64_t yoe =
	    (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	const int64_t mp = (5 * doy + 2) / 153;

	c->day = (int)(doy - (153 * mp + 2) / 5 + 1);
	c->month = (int)(mp < 10 ? mp + 3 : mp - 9);
	c->year = (int)(yoe + era * 400 + (c->month <= 2));
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

struct clk_civil clk_to_civil(int64_t wall_us)
{
	const int64_t lo = days_from_civil(YEAR_MIN, 1, 1) * RT_DAY_US;
	const int64_t hi = days_from_civil(YEAR_MAX + 1, 1, 1) * RT_DAY_US - 1;
	struct clk_civil c = { 0 };
	int64_t days, in_day;

	if (wall_us < lo)
		wall_us = lo;
	if (wall_us > hi)
		wall_us = hi;
	days = floor_div(wall_us, RT_DAY_US);
	in_day = wall_us - days * RT_DAY_US;
	civil_from_days(days, &c);
	c.hour = (int)(in_day / RT_HOUR_US);
	c.minute = (int)(in_day / RT_MIN_US % 60);
	c.second = (int)(in_day / RT_SEC_US % 60);
	c.micro = (int)(in_day % RT_SEC_US);
	/* 1970-01-01 was a Thursday. */
	c.weekday = (int)((days % 7 + 7 + 3) % 7);
	return c;
}

static bool in(int v, int lo, int hi)
{
	return v >= lo && v <= hi;
}

enum err clk_from_civil(const struct clk_civil *c, int64_t *wall_us)
{
	int64_t s;

	if (!in(c->year, YEAR_MIN, YEAR_MAX) || !in(c->month, 1, 12) ||
	    !in(c->day, 1, days_in_month(c->year, c->month)) ||
	    !in(c->hour, 0, 23) || !in(c->minute, 0, 59) ||
	    !in(c->second, 0, 59) || !in(c->micro, 0, 999999))
		return ERR_RANGE;
	s = days_from_civil(c->year, c->month, c->day) * 86400 +
	    c->hour * 3600 + c->minute * 60 + c->second;
	*wall_us = s * RT_SEC_US + c->micro;
	return ERR_OK;
}

/* v in exactly n digits. */
static void put_two(char *p, int v)
{
	p[0] = (char)('0' + v / 10);
	p[1] = (char)('0' + v % 10);
}

/* By hand: exports write millions of them. */
void clk_rfc3339(int64_t wall_us, char out[CLK_RFC3339_MAX])
{
	const struct clk_civil c = clk_to_civil(wall_us);

	memcpy(out, "YYYY-MM-DDThh:mm:ss.uuuuuuZ", CLK_RFC3339_MAX);
	put_two(out, c.year / 100);
	put_two(out + 2, c.year % 100);
	put_two(out + 5, c.month);
	put_two(out + 8, c.day);
	put_two(out + 11, c.hour);
	put_two(out + 14, c.minute);
	put_two(out + 17, c.second);
	put_two(out + 20, c.micro / 10000);
	put_two(out + 22, c.micro / 100 % 100);
	put_two(out + 24, c.micro % 100);
}

/* Exactly n digits. */
static enum err fixed_digits(struct slice *s, size_t n, int *out)
{
	uint64_t v;

	if (s->n < n || scan_whole_u64(slice_head(*s, n), 9999, &v) != ERR_OK)
		return ERR_SYNTAX;
	*s = slice_skip(*s, n);
	*out = (int)v;
	return ERR_OK;
}

/* time-secfrac = "." 1*DIGIT; ours keeps microseconds, so at most 6. */
static enum err secfrac(struct slice *s, int *micro)
{
	int v = 0, scale = 100000;
	size_t i = 1;

	*micro = 0;
	if (s->n == 0 || s->p[0] != '.')
		return ERR_OK;
	for (; i < s->n && scan_is_digit(s->p[i]); i++) {
		if (i > 6)
			return ERR_SYNTAX;
		v += (s->p[i] - '0') * scale;
		scale /= 10;
	}
	if (i == 1)
		return ERR_SYNTAX;
	*s = slice_skip(*s, i);
	*micro = v;
	return ERR_OK;
}

/* time-offset = "Z" / ("+" / "-") 2DIGIT ":" 2DIGIT */
static enum err offset(struct slice *s, int64_t *offset_us)
{
	int h, m, sign = 1;

	*offset_us = 0;
	if (scan_lit_case(s, SLICE("z")) == ERR_OK)
		return ERR_OK;
	if (scan_byte(s, '-') == ERR_OK)
		sign = -1;
	else if (scan_byte(s, '+') != ERR_OK)
		return ERR_SYNTAX;
	if (fixed_digits(s, 2, &h) != ERR_OK || scan_byte(s, ':') != ERR_OK ||
	    fixed_digits(s, 2, &m) != ERR_OK || h > 23 || m > 59)
		return ERR_SYNTAX;
	*offset_us = sign * (h * RT_HOUR_US + m * RT_MIN_US);
	return ERR_OK;
}

enum err clk_rfc3339_parse(struct slice s, int64_t *wall_us)
{
	struct clk_civil c = { 0 };
	int64_t at, off;
	enum err e;

	if (fixed_digits(&s, 4, &c.year) != ERR_OK ||
	    scan_byte(&s, '-') != ERR_OK ||
	    fixed_digits(&s, 2, &c.month) != ERR_OK ||
	    scan_byte(&s, '-') != ERR_OK ||
	    fixed_digits(&s, 2, &c.day) != ERR_OK)
		return ERR_SYNTAX;
	if (scan_lit_case(&s, SLICE("t")) != ERR_OK &&
	    scan_byte(&s, ' ') != ERR_OK)
		return ERR_SYNTAX;
	if (fixed_digits(&s, 2, &c.hour) != ERR_OK ||
	    scan_byte(&s, ':') != ERR_OK ||
	    fixed_digits(&s, 2, &c.minute) != ERR_OK ||
	    scan_byte(&s, ':') != ERR_OK ||
	    fixed_digits(&s, 2, &c.second) != ERR_OK ||
	    secfrac(&s, &c.micro) != ERR_OK || offset(&s, &off) != ERR_OK ||
	    s.n != 0)
		return ERR_SYNTAX;
	if ((e = clk_from_civil(&c, &at)) != ERR_OK)
		return e;
	*wall_us = at - off;
	return ERR_OK;
}
