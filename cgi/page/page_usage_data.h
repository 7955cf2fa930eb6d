/*
 * page_usage_data.h - a year of usage and the year before it, read once for
 * all forms of the report (page_usage.h).
 */
#ifndef RT_CGI_PAGE_PAGE_USAGE_DATA_H
#define RT_CGI_PAGE_PAGE_USAGE_DATA_H

#include "cgi/web/req.h"
#include "lib/db/db_usage.h"
#include "lib/phone/tz.h"

#define PAGE_USAGE_MONTHS 12
#define PAGE_USAGE_NAME   16 /* "2026-11" */

struct usage_measure {
	const char *key; /* in the address */
	const char *name;
	const char *unit; /* on the chart's axis */
	const char *means;
	enum usage_kind kind;
	bool stored;  /* what is there at a month's end, of no kind */
	uint64_t per; /* what one unit shown is */
};

size_t page_usage_data_measures(void);
const struct usage_measure *page_usage_data_measure(size_t i);

/* Of a month, or of all. */
struct usage_row {
	char name[PAGE_USAGE_NAME]; /* "2026-11"; "all" */
	struct tz_date first;
	bool partial; /* goes on */
	struct usage_sum now;
	struct usage_sum before; /* a year earlier */
};

struct usage_report {
	const struct usage_measure *metric;
	struct tz_date until; /* the first of the last month */
	bool latest;          /* that is this month */
	struct usage_row rows[PAGE_USAGE_MONTHS]; /* newest first */
	struct usage_row all;
};

/* Rounded up: a begun minute is a minute. */
uint64_t page_usage_data_shown(const struct usage_measure *m,
    const struct usage_sum *sum);

/* The first of the month so many months later. */
struct tz_date page_usage_data_month(struct tz_date first, int months);
void page_usage_data_name(struct tz_date first, char out[PAGE_USAGE_NAME]);

/* Reads address and figures. ERR_RANGE: no such month or metric, said. */
RT_MUST_USE enum err page_usage_data_read(const struct req *r,
    struct usage_report *out);

#endif
