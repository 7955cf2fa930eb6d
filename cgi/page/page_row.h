/*
 * page_row.h - one call of a list as the keys of its template: the log's rows
 * and the overview's latest calls.
 */
#ifndef RT_CGI_PAGE_PAGE_ROW_H
#define RT_CGI_PAGE_PAGE_ROW_H

#include "cgi/tmpl/view.h"
#include "lib/db/db_report_calls.h"
#include "lib/phone/tz.h"

/* Sets call, when, when_iso, when_long, caller, caller_line, channel,
 * source_line, campaign_line, number, number_label, result, result_word,
 * result_line, outcome, outcome_set, playable, tags, destination, location,
 * has_value, value, verdict, risk_line. country: whose national
 * numbers are short. */
void page_row_view(const struct db_report_calls_row *row, struct tz *z,
    int64_t now_us, const char *country, struct view *item);

/* What to call the caller: number, name, or that the number was withheld. */
void page_row_caller(const char *e164, const char *raw, const char *name,
    const char *country, struct buf *out);

#endif
