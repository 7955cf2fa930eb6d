/*
 * page_report_time.h - a report's quarters of an hour, folded by the company's
 * clock: days, weekdays, hours, and the map of hour by weekday.
 *
 * Days have 23, 24 or 25 hours; zones of :30 and :45 begin their hours within
 * a UTC hour but always at a quarter.
 */
#ifndef RT_CGI_PAGE_PAGE_REPORT_TIME_H
#define RT_CGI_PAGE_PAGE_REPORT_TIME_H

#include "cgi/page/page_report_data.h"

/* Rows of t->by (day, weekday or hour), in order. The value of a day among
 * several is "2026-11-20". */
RT_MUST_USE enum err page_report_time_rows(struct report *t);

/* With t->split: its values with the most calls, or the weekdays, each a column
 * of the rows that page_report_time_rows() made. */
RT_MUST_USE enum err page_report_time_cols(struct report *t);

/* One point of the chart for each day, or each hour of a single day. */
struct report_point {
	struct tz_date day;
	int64_t from_us;
	bool partial; /* not over yet */
	struct db_report_sums now;
	struct db_report_sums before;
};
RT_MUST_USE enum err page_report_time_points(const struct report *t,
    struct report_point **points, size_t *n);

/* cells[weekday][hour], Monday first. */
RT_MUST_USE enum err page_report_time_heat(const struct report *t,
    struct db_report_sums (**cells)[24]);

#endif
