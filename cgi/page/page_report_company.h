/*
 * page_report_company.h - a report by company: all that the reader may look at
 * beside each other, in the days of the company that is chosen.
 *
 * Filters by names (source, campaign, result …) hold for all of them; what is
 * one company's own (a number, a tag) fits no call of another. Money stays in
 * each company's currency; when they differ there is no total of it.
 */
#ifndef RT_CGI_PAGE_PAGE_REPORT_COMPANY_H
#define RT_CGI_PAGE_PAGE_REPORT_COMPANY_H

#include "cgi/page/page_report_data.h"

/* Longer periods have no chart over time: it would read every company's
 * quarters of an hour. Nor have amounts of several currencies. */
#define PAGE_REPORT_COMPANY_DAYS 100
bool page_report_company_drawn(const struct report *t);

/* now and before: all companies' calls by quarter of an hour, for that chart.
 */
RT_MUST_USE enum err page_report_company_series(struct report *t);

/* rows, members, total and cost of the report. */
RT_MUST_USE enum err page_report_company_rows(struct report *t);

#endif
