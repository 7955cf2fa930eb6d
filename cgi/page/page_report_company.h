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

/* rows, total and cost of the report. */
RT_MUST_USE enum err page_report_company_rows(struct report *t);

#endif
