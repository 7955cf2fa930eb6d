#include "lib/phone/tz.h"

#include <stdio.h>
#include <stdlib.h>

#include <unicode/ucal.h>

#include "lib/base/clk.h"
#include "lib/base/scan.h"

#define YEAR_MIN 1900
#define YEAR_MAX 9999

struct tz {
	UCalendar *cal;
};

static const char *const month_names[] = { "Jan", "Feb", "Mar", "Apr", "May",
	"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
static const char *const day_names[] = { "Mon", "Tue", "Wed", "Thu", "Fri",
	"Sat", "Sun" };

/* IANA names are ASCII without blanks; ICU wants UTF-16. Its own notations
 * ("GMT+05:00") are refused by the system-zone check of tz_valid(). */
static bool widen(struct slice name, UChar out[TZ_NAME_MAX], int32_t *n)
{
	if (name.n == 0 || name.n >= TZ_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		const char c = name.p[i];

		if (!scan_is_alnum(c) && c != '/' && c != '_' && c != '-' &&
		    c != '+')
			return false;
		out[i] = (UChar)c;
	}
	*n = (int32_t)name.n;
	return true;
}

bool tz_valid(struct slice name)
{
	UChar wide[TZ_NAME_MAX], canonical[TZ_NAME_MAX];
	UErrorCode status = U_ZERO_ERROR;
	UBool known = 0;
	int32_t n;

	if (!widen(name, wide, &n))
		return false;
	(void)ucal_getCanonicalTimeZoneID(wide, n, canonical, TZ_NAME_MAX,
	    &known, &status);
	return U_SUCCESS(status) && known;
}

enum err tz_open(struct slice name, struct tz **out)
{
	UChar wide[TZ_NAME_MAX];
	UErrorCode status = U_ZERO_ERROR;
	struct tz *z;
	int32_t n;

	if (!tz_valid(name) || !widen(name, wide, &n))
		return ERR_NOTFOUND;
	z = calloc(1, sizeof(*z));
	if (z == NULL)
		return ERR_NOMEM;
	z->cal = ucal_open(wide, n, "en", UCAL_GREGORIAN, &status);
	if (U_FAILURE(status)) {
		tz_close(z);
		return ERR_NOMEM;
	}
	ucal_setAttribute(z->cal, UCAL_LENIENT, 0);
	ucal_setAttribute(z->cal, UCAL_REPEATED_WALL_TIME, UCAL_WALLTIME_FIRST);
	*out = z;
	return ERR_OK;
}

void tz_close(struct tz *z)
{
	if (z == NULL)
		return;
	if (z->cal != NULL)
		ucal_close(z->cal);
	free(z);
}

/* Offset of an instant, in milliseconds. */
static enum err offset_ms(struct tz *z, int64_t utc_us, int64_t *out)
{
	UErrorCode status = U_ZERO_ERROR;
	int32_t zone, summer;

	ucal_setMillis(z->cal, (UDate)(utc_us / 1000), &status);
	zone = ucal_get(z->cal, UCAL_ZONE_OFFSET, &status);
	summer = ucal_get(z->cal, UCAL_DST_OFFSET, &status);
	if (U_FAILURE(status))
		return ERR_RANGE;
	*out = (int64_t)zone + summer;
	return ERR_OK;
}

enum err tz_changes(struct tz *z, int64_t from_us, int64_t to_us,
    int32_t *first_s, void (*tell)(void *arg, int64_t at_s, int32_t offset_s),
    void *arg)
{
	int64_t at_us = from_us, ms;
	enum err e;

	if ((e = offset_ms(z, from_us, &ms)) != ERR_OK)
		return e;
	*first_s = (int32_t)(ms / 1000);
	for (;;) {
		UErrorCode status = U_ZERO_ERROR;
		UDate next;

		ucal_setMillis(z->cal, (UDate)(at_us / 1000), &status);
		if (!ucal_getTimeZoneTransitionDate(z->cal,
			UCAL_TZ_TRANSITION_NEXT, &next, &status) ||
		    U_FAILURE(status) || (int64_t)next * 1000 >= to_us)
			return ERR_OK;
		at_us = (int64_t)next * 1000;
		if ((e = offset_ms(z, at_us, &ms)) != ERR_OK)
			return e;
		tell(arg, at_us / RT_SEC_US, (int32_t)(ms / 1000));
	}
}

static bool in_years(int year)
{
	return year >= YEAR_MIN && year <= YEAR_MAX;
}

enum err tz_local(struct tz *z, int64_t utc_us, struct tz_time *out)
{
	struct clk_civil c = clk_to_civil(utc_us);
	int64_t ms;
	enum err e;

	if (!in_years(c.year))
		return ERR_RANGE;
	if ((e = offset_ms(z, utc_us, &ms)) != ERR_OK)
		return e;
	c = clk_to_civil(utc_us + ms * 1000);
	if (!in_years(c.year))
		return ERR_RANGE;
	*out = (struct tz_time){
		.date = { c.year, c.month, c.day },
		.hour = c.hour,
		.minute = c.minute,
		.second = c.second,
		.weekday = c.weekday,
		.offset_s = (int)(ms / 1000),
	};
	return ERR_OK;
}

static bool date_ok(struct tz_date d)
{
	const struct clk_civil c = { .year = d.year,
		.month = d.month,
		.day = d.day };
	int64_t us;

	return in_years(d.year) && clk_from_civil(&c, &us) == ERR_OK;
}

static enum err to_utc(struct tz *z, const struct tz_time *t,
    UCalendarWallTimeOption skipped, int64_t *utc_us)
{
	UErrorCode status = U_ZERO_ERROR;
	UDate ms;

	if (!date_ok(t->date) || t->hour < 0 || t->hour > 23 || t->minute < 0 ||
	    t->minute > 59 || t->second < 0 || t->second > 59)
		return ERR_RANGE;
	/* Strict calendars refuse a skipped time, so leniency does the gap. */
	ucal_setAttribute(z->cal, UCAL_LENIENT, 1);
	ucal_setAttribute(z->cal, UCAL_SKIPPED_WALL_TIME, skipped);
	ucal_clear(z->cal);
	ucal_setDateTime(z->cal, t->date.year, t->date.month - 1, t->date.day,
	    t->hour, t->minute, t->second, &status);
	ms = ucal_getMillis(z->cal, &status);
	if (U_FAILURE(status))
		return ERR_RANGE;
	*utc_us = (int64_t)ms * 1000;
	return ERR_OK;
}

enum err tz_utc(struct tz *z, const struct tz_time *t, int64_t *utc_us)
{
	return to_utc(z, t, UCAL_WALLTIME_NEXT_VALID, utc_us);
}

enum err tz_day_start(struct tz *z, struct tz_date day, int64_t *utc_us)
{
	const struct tz_time midnight = { .date = day };

	return to_utc(z, &midnight, UCAL_WALLTIME_NEXT_VALID, utc_us);
}

enum err tz_day_of(struct tz *z, int64_t utc_us, struct tz_date *day)
{
	struct tz_time t;
	enum err e;

	if ((e = tz_local(z, utc_us, &t)) != ERR_OK)
		return e;
	*day = t.date;
	return ERR_OK;
}

/* Days since 1970 of a date; a date outside the calendar counts as 1970. */
static int64_t day_number(struct tz_date d)
{
	const struct clk_civil c = { .year = d.year,
		.month = d.month,
		.day = d.day };
	int64_t us = 0;

	if (clk_from_civil(&c, &us) != ERR_OK)
		us = 0;
	return us >= 0 ? us / RT_DAY_US : -((-us) / RT_DAY_US);
}

struct tz_date tz_date_add(struct tz_date day, int n)
{
	const struct clk_civil c =
	    clk_to_civil((day_number(day) + n) * RT_DAY_US);

	return (struct tz_date){ c.year, c.month, c.day };
}

int tz_date_diff(struct tz_date a, struct tz_date b)
{
	return (int)(day_number(b) - day_number(a));
}

int tz_date_weekday(struct tz_date day)
{
	return clk_to_civil(day_number(day) * RT_DAY_US).weekday;
}

/* Exactly n digits. */
static enum err take_digits(struct slice *s, size_t n, int *out)
{
	uint64_t v;

	if (s->n < n || scan_whole_u64(slice_head(*s, n), 9999, &v) != ERR_OK)
		return ERR_SYNTAX;
	*s = slice_skip(*s, n);
	*out = (int)v;
	return ERR_OK;
}

enum err tz_date_parse(struct slice s, struct tz_date *out)
{
	struct tz_date d;
	enum err e;

	if ((e = take_digits(&s, 4, &d.year)) != ERR_OK ||
	    (e = scan_byte(&s, '-')) != ERR_OK ||
	    (e = take_digits(&s, 2, &d.month)) != ERR_OK ||
	    (e = scan_byte(&s, '-')) != ERR_OK ||
	    (e = take_digits(&s, 2, &d.day)) != ERR_OK)
		return e;
	if (s.n != 0)
		return ERR_SYNTAX;
	if (!date_ok(d))
		return ERR_RANGE;
	*out = d;
	return ERR_OK;
}

static const char *month_name(int month)
{
	return month >= 1 && month <= 12 ? month_names[month - 1] : "?";
}

void tz_date_iso(struct tz_date day, char out[TZ_TEXT_MAX])
{
	(void)snprintf(out, TZ_TEXT_MAX, "%04d-%02d-%02d", day.year, day.month,
	    day.day);
}

void tz_date_short(struct tz_date day, char out[TZ_TEXT_MAX])
{
	(void)snprintf(out, TZ_TEXT_MAX, "%d %s", day.day,
	    month_name(day.month));
}

void tz_date_month(struct tz_date day, char out[TZ_TEXT_MAX])
{
	(void)snprintf(out, TZ_TEXT_MAX, "%s %d", month_name(day.month),
	    day.year);
}

void tz_date_long(struct tz_date day, char out[TZ_TEXT_MAX])
{
	(void)snprintf(out, TZ_TEXT_MAX, "%s %d %s %d",
	    day_names[tz_date_weekday(day)], day.day, month_name(day.month),
	    day.year);
}

void tz_text_clock(struct tz *z, int64_t utc_us, char out[TZ_TEXT_MAX])
{
	struct tz_time t;

	out[0] = '\0';
	if (tz_local(z, utc_us, &t) == ERR_OK)
		(void)snprintf(out, TZ_TEXT_MAX, "%02d:%02d", t.hour, t.minute);
}

void tz_text_clock_s(struct tz *z, int64_t utc_us, char out[TZ_TEXT_MAX])
{
	struct tz_time t;

	out[0] = '\0';
	if (tz_local(z, utc_us, &t) == ERR_OK)
		(void)snprintf(out, TZ_TEXT_MAX, "%02d:%02d:%02d", t.hour,
		    t.minute, t.second);
}

void tz_text_short(struct tz *z, int64_t utc_us, int64_t now_us,
    char out[TZ_TEXT_MAX])
{
	struct tz_time t, now;
	int days;

	out[0] = '\0';
	if (tz_local(z, utc_us, &t) != ERR_OK ||
	    tz_local(z, now_us, &now) != ERR_OK)
		return;
	days = tz_date_diff(t.date, now.date);
	if (days == 0 || days == 1)
		(void)snprintf(out, TZ_TEXT_MAX, "%s %02d:%02d",
		    days == 0 ? "Today" : "Yesterday", t.hour, t.minute);
	else if (t.date.year == now.date.year)
		(void)snprintf(out, TZ_TEXT_MAX, "%d %s %02d:%02d", t.date.day,
		    month_name(t.date.month), t.hour, t.minute);
	else
		(void)snprintf(out, TZ_TEXT_MAX, "%d %s %d %02d:%02d",
		    t.date.day, month_name(t.date.month), t.date.year, t.hour,
		    t.minute);
}

void tz_text_long(struct tz *z, int64_t utc_us, char out[TZ_TEXT_MAX])
{
	struct tz_time t;
	char day[TZ_TEXT_MAX], minutes[8] = "";
	int offset;

	out[0] = '\0';
	if (tz_local(z, utc_us, &t) != ERR_OK)
		return;
	tz_date_long(t.date, day);
	offset = t.offset_s < 0 ? -t.offset_s : t.offset_s;
	if (offset % 3600 != 0)
		(void)snprintf(minutes, sizeof(minutes), ":%02d",
		    offset % 3600 / 60);
	(void)snprintf(out, TZ_TEXT_MAX, "%.20s, %02d:%02d:%02d UTC%c%d%s", day,
	    t.hour, t.minute, t.second, t.offset_s < 0 ? '-' : '+',
	    offset / 3600, minutes);
}
