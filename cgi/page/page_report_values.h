/*
 * page_report_values.h - the rows of a report by what calls have in common: a
 * value of one dimension, or of two, each with its period before.
 */
#ifndef RT_CGI_PAGE_PAGE_REPORT_VALUES_H
#define RT_CGI_PAGE_PAGE_REPORT_VALUES_H

#include "cgi/page/page_report_data.h"

/* With more values than this only those with the most calls are rows; the
 * report says so (many), and the others are in its total alone. */
#define PAGE_REPORT_VALUES_MAX ((size_t)20000)

/* rows, n, many, by_value and the total of the report, as every call has one
 * value; now when it is drawn. */
RT_MUST_USE enum err page_report_values(struct report *t);
/* Rows more, of values that no call of the period has, each once. */
RT_MUST_USE enum err page_report_values_add(struct report *t,
    const struct slice *values, size_t n);
/* The period before of every row, wherever it stood then, and its total; before
 * when it is drawn. */
RT_MUST_USE enum err page_report_values_before(struct report *t);

/* The row of a value, as the database groups: blanks at the end make no other.
 * NULL: there is none. Until the rows are put in order. */
struct report_row *page_report_values_find(const struct report *t,
    struct slice value, struct slice value2);

#endif
