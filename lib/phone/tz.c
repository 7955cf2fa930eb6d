#include "lib/phone/tz.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/clk.h"
#include "lib/base/scan.h"
#include "lib/phone/tzif.h"

#define YEAR_MIN 1900
#define YEAR_MAX 9999
#define DAY_S    INT64_C(86400)
#define LAST_US  (INT64_C(253402300799) * RT_SEC_US) /* of the year 9999 */

struct tz {
	struct buf bytes; /* of the file */
	struct tzif file;
};

static const char *const month_names[] = { "Jan", "Feb", "Mar", "Apr", "May",
	"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
static const char *const day_names[] = { "Mon", "Tue", "Wed", "Thu", "Fri",
	"Sat", "Sun" };

bool tz_valid(struct slice name)
{
	struct tz *z;

	if (tz_open(name, &z) != ERR_OK)
		return false;
	tz_close(z);
	return true;
}

enum err tz_open(struct slice name, struct tz **out)
{
	return tz_open_of(NULL, name, out);
}

static enum err load(const struct tz_file_all *all, struct slice name,
    struct tz *z)
{
	struct slice bytes;
	enum err e;

	/* What everything falls back to when there are no files. */
	if (slice_eq(name, SLICE("UTC"))) {
		tzif_utc(&z->file);
		return ERR_OK;
	}
	if (all != NULL) {
		if ((e = tz_file_find(all, name, &bytes)) != ERR_OK)
			return e;
		buf_put(&z->bytes, bytes);
		e = buf_err(&z->bytes);
	} else {
		e = tz_file_read(name, &z->bytes);
	}
	if (e == ERR_OK)
		e = tzif_open(buf_slice(&z->bytes), &z->file);
	return e == ERR_OK || e == ERR_NOMEM || e == ERR_IO ? e : ERR_NOTFOUND;
}

enum err tz_open_of(const struct tz_file_all *all, struct slice name,
    struct tz **out)
{
	struct tz *z = malloc(sizeof(*z));
	enum err e;

	if (z == NULL)
		return ERR_NOMEM;
	buf_init(&z->bytes, TZIF_BYTES_MAX);
	if ((e = load(all, name, z)) != ERR_OK) {
		tz_close(z);
		return e;
	}
	*out = z;
	return ERR_OK;
}

void tz_close(struct tz *z)
{
	if (z == NULL)
		return;
	buf_fini(&z->bytes);
	free(z);
}

/* The second that an instant is in, also before 1970. */
static int64_t second_of(int64_t us)
{
	return us >= 0 ? us / RT_SEC_US : -((-us + RT_SEC_US - 1) / RT_SEC_US);
}

enum err tz_changes(struct tz *z, int64_t from_us, int64_t to_us,
    int32_t *first_s, void (*tell)(void *arg, int64_t at_s, int32_t offset_s),
    void *arg)
{
	int64_t at_s, next_s;
	int32_t offset_s;

	if (from_us == INT64_MIN)
		return ERR_RANGE;
	*first_s = offset_s = tzif_at(&z->file, second_of(from_us), &at_s);
	for (; at_s < to_us / RT_SEC_US; at_s = next_s) {
		const int32_t now_s = tzif_at(&z->file, at_s, &next_s);

		if (now_s != offset_s)
			tell(arg, at_s, now_s);
		offset_s = now_s;
	}
	return ERR_OK;
}

static bool in_years(int year)
{
	return year >= YEAR_MIN && year <= YEAR_MAX;
}

enum err tz_local(struct tz *z, int64_t utc_us, struct tz_time *out)
{
	struct clk_civil c = clk_to_civil(utc_us);
	int64_t until_s;
	int32_t offset_s;

	if (!in_years(c.year))
		return ERR_RANGE;
	if (utc_us > LAST_US)
		utc_us = LAST_US;
	offset_s = tzif_at(&z->file, second_of(utc_us), &until_s);
	c = clk_to_civil(utc_us + offset_s * RT_SEC_US);
	if (!in_years(c.year))
		return ERR_RANGE;
	*out = (struct tz_time){
		.date = { c.year, c.month, c.day },
		.hour = c.hour,
		.minute = c.minute,
		.second = c.second,
		.weekday = c.weekday,
		.offset_s = offset_s,
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

/* The first instant at which the wall clock shows that second, or a later one:
 * from a day before, when it does not yet, change by change. */
static int64_t first_instant(const struct tz *z, int64_t local_s)
{
	int64_t at_s = local_s - DAY_S;

	for (;;) {
		int64_t until_s;
		const int64_t utc_s =
		    local_s - tzif_at(&z->file, at_s, &until_s);

		if (utc_s < at_s)
			return at_s; /* the change went over it */
		if (utc_s < until_s)
			return utc_s;
		at_s = until_s;
	}
}

enum err tz_utc(struct tz *z, const struct tz_time *t, int64_t *utc_us)
{
	const struct clk_civil c = { .year = t->date.year,
		.month = t->date.month,
		.day = t->date.day,
		.hour = t->hour,
		.minute = t->minute,
		.second = t->second };
	int64_t local_us;

	if (!date_ok(t->date) || clk_from_civil(&c, &local_us) != ERR_OK)
		return ERR_RANGE;
	*utc_us = first_instant(z, second_of(local_us)) * RT_SEC_US;
	return ERR_OK;
}

enum err tz_day_start(struct tz *z, struct tz_date day, int64_t *utc_us)
{
	const struct tz_time midnight = { .date = day };

	return tz_utc(z, &midnight, utc_us);
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
