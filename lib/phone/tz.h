/*
 * tz.h - time zones: a company's wall clock and back, by IANA names.
 *
 * Everything is stored and counted in UTC; this is where a person's days and
 * hours come from. What zones do is what the system's files say (tz_file.h;
 * decision 0321). Open one per request and close it. Instants outside the years
 * 1900 to 9999 give ERR_RANGE or, in the tz_text functions, "".
 */
#ifndef RT_PHONE_TZ_H
#define RT_PHONE_TZ_H

#include "lib/base/err.h"
#include "lib/base/slice.h"
#include "lib/phone/tz_file.h"

#define TZ_NAME_MAX TZ_FILE_NAME_MAX
#define TZ_TEXT_MAX 80 /* any of the texts below with its NUL */

struct tz;

struct tz_date {
	int year;  /* 1900 to 9999 */
	int month; /* 1 to 12 */
	int day;   /* 1 to 31 */
};

struct tz_time {
	struct tz_date date;
	int hour;     /* 0 to 23 */
	int minute;   /* 0 to 59 */
	int second;   /* 0 to 59 */
	int weekday;  /* 0 Monday to 6 Sunday */
	int offset_s; /* local minus UTC, summer time included */
};

/* True for a name of the IANA database ("Europe/Berlin", "UTC"). */
bool tz_valid(struct slice name);

/* ERR_NOTFOUND: no such zone; ERR_IO: its file cannot be read now; ERR_NOMEM.
 * "UTC" needs no file. Ended with tz_close(). */
RT_MUST_USE enum err tz_open(struct slice name, struct tz **out);
/* The same from among all, which may be NULL: then from the files. */
RT_MUST_USE enum err tz_open_of(const struct tz_file_all *all,
    struct slice name, struct tz **out);
/* NULL is allowed. */
void tz_close(struct tz *z);

RT_MUST_USE enum err tz_local(struct tz *z, int64_t utc_us,
    struct tz_time *out);
/* The instant of a wall time (weekday and offset_s are ignored). A time that
 * summer time skips gives the first instant after the gap; one that happens
 * twice gives the first. ERR_RANGE: no such date or time. */
RT_MUST_USE enum err tz_utc(struct tz *z, const struct tz_time *t,
    int64_t *utc_us);

/* The first instant of a local day; days have 23, 24 or 25 hours, and do not
 * always begin at 00:00 (America/Sao_Paulo until 2018). */
RT_MUST_USE enum err tz_day_start(struct tz *z, struct tz_date day,
    int64_t *utc_us);
/* The local day of an instant. */
RT_MUST_USE enum err tz_day_of(struct tz *z, int64_t utc_us,
    struct tz_date *day);

/* The offset at `from` (returned through *first_s) and each change of it until
 * `to`, as lib/core/zone writes them. tell gets the second it holds from. */
RT_MUST_USE enum err tz_changes(struct tz *z, int64_t from_us, int64_t to_us,
    int32_t *first_s, void (*tell)(void *arg, int64_t at_s, int32_t offset_s),
    void *arg);

/* Calendar arithmetic, no zone: day plus n days (n may be negative). */
struct tz_date tz_date_add(struct tz_date day, int n);
/* Days from a to b; negative when b is earlier. */
int tz_date_diff(struct tz_date a, struct tz_date b);
/* 0 Monday to 6 Sunday. */
int tz_date_weekday(struct tz_date day);
/* "2026-11-20", nothing around it. ERR_SYNTAX, ERR_RANGE. */
RT_MUST_USE enum err tz_date_parse(struct slice s, struct tz_date *out);

/* "2026-11-20" */
void tz_date_iso(struct tz_date day, char out[TZ_TEXT_MAX]);
/* "20 Nov" */
void tz_date_short(struct tz_date day, char out[TZ_TEXT_MAX]);
/* "Nov 2026" */
void tz_date_month(struct tz_date day, char out[TZ_TEXT_MAX]);
/* "Fri 20 Nov 2026" */
void tz_date_long(struct tz_date day, char out[TZ_TEXT_MAX]);

/* "14:32" */
void tz_text_clock(struct tz *z, int64_t utc_us, char out[TZ_TEXT_MAX]);
/* "14:32:05" */
void tz_text_clock_s(struct tz *z, int64_t utc_us, char out[TZ_TEXT_MAX]);
/* As short as clear beside now: "Today 14:32", "Yesterday 14:32",
 * "20 Nov 14:32", "20 Nov 2025 14:32". */
void tz_text_short(struct tz *z, int64_t utc_us, int64_t now_us,
    char out[TZ_TEXT_MAX]);
/* "Fri 20 Nov 2026, 14:32:05 UTC+1": for titles and records. */
void tz_text_long(struct tz *z, int64_t utc_us, char out[TZ_TEXT_MAX]);

#endif
