#include "lib/core/hours.h"

#include "lib/base/clk.h"
#include "lib/base/take.h"

#define DAY_S     INT64_C(86400)
#define ROW_BYTES 12

/* A local day and the time on it. */
struct day {
	int year;
	int month;
	int mday;
	int weekday; /* 0 Monday */
};

static int64_t day_number(int64_t local_s)
{
	const int64_t n = local_s / DAY_S;

	return local_s % DAY_S < 0 ? n - 1 : n;
}

static struct day day_at(int64_t number)
{
	const struct clk_civil c = clk_to_civil(number * DAY_S * RT_SEC_US);

	return (struct day){ c.year, c.month, c.day, c.weekday };
}

/* --- holidays --------------------------------------------------------------*/

/* Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876):
 * days after 21 March. */
static int easter(int year)
{
	const int a = year % 19, b = year / 100, c = year % 100;
	const int d = b / 4, e = b % 4, f = (b + 8) / 25;
	const int g = (b - f + 1) / 3;
	const int h = (19 * a + b - d - g + 15) % 30;
	const int i = c / 4, k = c % 4;
	const int l = (32 + 2 * e + 2 * i - h - k) % 7;
	const int m = (a + 11 * h + 22 * l) / 451;
	const int month = (h + l - 7 * m + 114) / 31;
	const int day = (h + l - 7 * m + 114) % 31 + 1;

	return (month == 4 ? 31 : 0) + day - 21;
}

enum rule_kind {
	RULE_DATE,   /* a: day of the month */
	RULE_NTH,    /* a-th weekday b of the month */
	RULE_LAST,   /* last weekday b */
	RULE_BEFORE, /* weekday b on or before day a */
	RULE_EASTER  /* a days after Easter Sunday */
};

/* How a holiday on a weekend is made up for. */
enum shift {
	SHIFT_NONE,
	SHIFT_NEAREST, /* Saturday: Friday before; Sunday: Monday after */
	SHIFT_AFTER,   /* either: Monday after */
	SHIFT_TWO      /* the second of two: Monday or Tuesday after */
};

struct holiday {
	enum hours_holidays which;
	const char *name;
	enum rule_kind kind;
	int month;
	int a;
	int b; /* weekday, 0 Monday */
	enum shift shift;
	int since; /* year */
};

/* 5 U.S.C. 6103; Canada Labour Code 166; Banking and Financial Dealings Act
 * 1971, schedule 1. */
static const struct holiday holidays[] = {
	{ HOURS_HOLIDAYS_US, "New Year's Day", RULE_DATE, 1, 1, 0,
	    SHIFT_NEAREST, 0 },
	{ HOURS_HOLIDAYS_US, "Martin Luther King Jr. Day", RULE_NTH, 1, 3, 0,
	    SHIFT_NONE, 1986 },
	{ HOURS_HOLIDAYS_US, "Washington's Birthday", RULE_NTH, 2, 3, 0,
	    SHIFT_NONE, 0 },
	{ HOURS_HOLIDAYS_US, "Memorial Day", RULE_LAST, 5, 0, 0, SHIFT_NONE,
	    0 },
	{ HOURS_HOLIDAYS_US, "Juneteenth", RULE_DATE, 6, 19, 0, SHIFT_NEAREST,
	    2021 },
	{ HOURS_HOLIDAYS_US, "Independence Day", RULE_DATE, 7, 4, 0,
	    SHIFT_NEAREST, 0 },
	{ HOURS_HOLIDAYS_US, "Labor Day", RULE_NTH, 9, 1, 0, SHIFT_NONE, 0 },
	{ HOURS_HOLIDAYS_US, "Columbus Day", RULE_NTH, 10, 2, 0, SHIFT_NONE,
	    0 },
	{ HOURS_HOLIDAYS_US, "Veterans Day", RULE_DATE, 11, 11, 0,
	    SHIFT_NEAREST, 0 },
	{ HOURS_HOLIDAYS_US, "Thanksgiving Day", RULE_NTH, 11, 4, 3, SHIFT_NONE,
	    0 },
	{ HOURS_HOLIDAYS_US, "Christmas Day", RULE_DATE, 12, 25, 0,
	    SHIFT_NEAREST, 0 },
	{ HOURS_HOLIDAYS_CA, "New Year's Day", RULE_DATE, 1, 1, 0, SHIFT_AFTER,
	    0 },
	{ HOURS_HOLIDAYS_CA, "Good Friday", RULE_EASTER, 0, -2, 0, SHIFT_NONE,
	    0 },
	{ HOURS_HOLIDAYS_CA, "Victoria Day", RULE_BEFORE, 5, 24, 0, SHIFT_NONE,
	    0 },
	{ HOURS_HOLIDAYS_CA, "Canada Day", RULE_DATE, 7, 1, 0, SHIFT_AFTER, 0 },
	{ HOURS_HOLIDAYS_CA, "Labour Day", RULE_NTH, 9, 1, 0, SHIFT_NONE, 0 },
	{ HOURS_HOLIDAYS_CA, "Truth and Reconciliation", RULE_DATE, 9, 30, 0,
	    SHIFT_AFTER, 2021 },
	{ HOURS_HOLIDAYS_CA, "Thanksgiving", RULE_NTH, 10, 2, 0, SHIFT_NONE,
	    0 },
	{ HOURS_HOLIDAYS_CA, "Remembrance Day", RULE_DATE, 11, 11, 0,
	    SHIFT_AFTER, 0 },
	{ HOURS_HOLIDAYS_CA, "Christmas Day", RULE_DATE, 12, 25, 0, SHIFT_AFTER,
	    0 },
	{ HOURS_HOLIDAYS_CA, "Boxing Day", RULE_DATE, 12, 26, 0, SHIFT_TWO, 0 },
	{ HOURS_HOLIDAYS_GB, "New Year's Day", RULE_DATE, 1, 1, 0, SHIFT_AFTER,
	    0 },
	{ HOURS_HOLIDAYS_GB, "Good Friday", RULE_EASTER, 0, -2, 0, SHIFT_NONE,
	    0 },
	{ HOURS_HOLIDAYS_GB, "Easter Monday", RULE_EASTER, 0, 1, 0, SHIFT_NONE,
	    0 },
	{ HOURS_HOLIDAYS_GB, "Early May bank holiday", RULE_NTH, 5, 1, 0,
	    SHIFT_NONE, 0 },
	{ HOURS_HOLIDAYS_GB, "Spring bank holiday", RULE_LAST, 5, 0, 0,
	    SHIFT_NONE, 0 },
	{ HOURS_HOLIDAYS_GB, "Summer bank holiday", RULE_LAST, 8, 0, 0,
	    SHIFT_NONE, 0 },
	{ HOURS_HOLIDAYS_GB, "Christmas Day", RULE_DATE, 12, 25, 0, SHIFT_AFTER,
	    0 },
	{ HOURS_HOLIDAYS_GB, "Boxing Day", RULE_DATE, 12, 26, 0, SHIFT_TWO, 0 },
};

static int64_t number_of(int year, int month, int mday)
{
	const struct clk_civil c = { .year = year,
		.month = month,
		.day = mday };
	int64_t us = 0;

	if (clk_from_civil(&c, &us) != ERR_OK)
		return INT64_MIN / 2; /* beyond the calendar: never today */
	return day_number(us / RT_SEC_US);
}

static int weekday_of(int64_t number)
{
	return day_at(number).weekday;
}

/* The day itself, before it is made up for. */
static int64_t falls_on(const struct holiday *h, int year)
{
	int64_t first;

	if (h->kind == RULE_EASTER)
		return number_of(year, 3, 21) + easter(year) + h->a;
	if (h->kind == RULE_DATE)
		return number_of(year, h->month, h->a);
	if (h->kind == RULE_BEFORE) {
		first = number_of(year, h->month, h->a);
		return first - (weekday_of(first) - h->b + 7) % 7;
	}
	first = number_of(year, h->month, 1);
	first += (h->b - weekday_of(first) + 7) % 7;
	if (h->kind == RULE_NTH)
		return first + INT64_C(7) * (h->a - 1);
	while (day_at(first + 7).month == h->month)
		first += 7;
	return first;
}

/* The day off work for it; the same when it is no weekend. */
static int64_t made_up(const struct holiday *h, int64_t number)
{
	const int w = weekday_of(number); /* 5 Saturday, 6 Sunday */

	switch (h->shift) {
	case SHIFT_NEAREST:
		return w == 5 ? number - 1 : w == 6 ? number + 1 : number;
	case SHIFT_AFTER:
		return w == 5 ? number + 2 : w == 6 ? number + 1 : number;
	case SHIFT_TWO:
		/* Its neighbour of the day before moves too. */
		return w == 5 || w == 6 ? number + 2
		       : w == 0         ? number + 1
					: number;
	case SHIFT_NONE:
		break;
	}
	return number;
}

const char *hours_holiday(enum hours_holidays which, int64_t local_s)
{
	const int64_t today = day_number(local_s);
	const struct day d = day_at(today);
	/* New Year's Day may be observed on 31 December. */
	const int last = d.month == 12 ? d.year + 1 : d.year;

	for (size_t i = 0; i < RT_ARRAY_LEN(holidays); i++) {
		const struct holiday *h = &holidays[i];

		if (h->which != which)
			continue;
		for (int y = d.year; y <= last; y++) {
			const int64_t day = falls_on(h, y);

			if (y >= h->since &&
			    (day == today || made_up(h, day) == today))
				return h->name;
		}
	}
	return NULL;
}

/* --- rows ------------------------------------------------------------------*/

static uint32_t cell(const struct hours_rows *r, size_t row, size_t column)
{
	const unsigned char *p = r->p + row * r->stride + r->skip + 4 * column;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

/* Does a span that began `minute` minutes into its day hold at `now` minutes
 * into the same day? */
static bool in_span(uint32_t from, uint32_t to, uint32_t now)
{
	if (to <= from)
		to += HOURS_DAY_MIN;
	return now >= from && now < to;
}

static bool same_date(uint32_t date, const struct day *d)
{
	const uint32_t md = (uint32_t)(d->month * 100 + d->mday);

	return date == md || date == (uint32_t)d->year * 10000 + md;
}

/* HOURS_OPEN or HOURS_HOLIDAY by a special day; false: it is none. now:
 * minutes since the day's midnight, above 1440 on the day after. */
static bool special(const struct hours *h, const struct day *d, uint32_t now,
    enum hours_state *out)
{
	bool found = false;

	for (size_t i = 0; i < h->special.n; i++) {
		const uint32_t from = cell(&h->special, i, 1);
		const uint32_t to = cell(&h->special, i, 2);

		if (!same_date(cell(&h->special, i, 0), d))
			continue;
		if (!found)
			*out = HOURS_HOLIDAY;
		found = true;
		if (from != to && in_span(from, to, now))
			*out = HOURS_OPEN;
	}
	return found;
}

static enum hours_state on_day(const struct hours *h, int64_t number,
    uint32_t now)
{
	const struct day d = day_at(number);
	enum hours_state state = HOURS_CLOSED;

	if (special(h, &d, now, &state))
		return state;
	if (h->holidays != HOURS_HOLIDAYS_NONE &&
	    hours_holiday(h->holidays, number * DAY_S) != NULL)
		return HOURS_HOLIDAY;
	for (size_t i = 0; i < h->weekly.n; i++)
		if ((cell(&h->weekly, i, 0) & (1U << d.weekday)) != 0 &&
		    in_span(cell(&h->weekly, i, 1), cell(&h->weekly, i, 2),
			now))
			return HOURS_OPEN;
	return HOURS_CLOSED;
}

enum hours_state hours_at(const struct hours *h, int64_t local_s)
{
	const int64_t today = day_number(local_s);
	const uint32_t now = (uint32_t)((local_s - today * DAY_S) / 60);

	/* Yesterday's night first. */
	if (on_day(h, today - 1, now + HOURS_DAY_MIN) == HOURS_OPEN)
		return HOURS_OPEN;
	return on_day(h, today, now);
}

enum err hours_open(struct slice bytes, struct hours *out)
{
	struct hours h = { .weekly = { .stride = ROW_BYTES },
		.special = { .stride = ROW_BYTES } };
	struct take t;
	size_t rows;

	take_init(&t, bytes);
	h.holidays = (enum hours_holidays)take_u8(&t);
	h.weekly.n = take_u8(&t);
	rows = t.rest.n / ROW_BYTES;
	if (t.failed || (size_t)h.holidays >= HOURS_HOLIDAYS_COUNT ||
	    rows > HOURS_ROWS_MAX || rows * ROW_BYTES != t.rest.n ||
	    h.weekly.n > rows)
		return ERR_SYNTAX;
	h.weekly.p = (const unsigned char *)t.rest.p;
	h.special.p = h.weekly.p + h.weekly.n * ROW_BYTES;
	h.special.n = rows - h.weekly.n;
	for (size_t i = 0; i < rows; i++)
		if (cell(&h.weekly, i, 1) > HOURS_DAY_MIN ||
		    cell(&h.weekly, i, 2) > HOURS_DAY_MIN)
			return ERR_SYNTAX;
	*out = h;
	return ERR_OK;
}
