/*
 * page_report_order.h - the order of a report's rows: `?sort=calls&dir=asc`.
 *
 * By the label, the second label, the period before, the change, or any metric
 * of page_metric.h. What is not known stands last whichever way. Without a
 * word: times and fixed words in their own order, all else by the metric.
 */
#ifndef RT_CGI_PAGE_PAGE_REPORT_ORDER_H
#define RT_CGI_PAGE_PAGE_REPORT_ORDER_H

#include "cgi/page/page_report_data.h"

/* ERR_RANGE: no such order. */
RT_MUST_USE enum err page_report_order_read(struct report *t);
/* By labels, or by second labels? */
bool page_report_order_is_text(enum report_order order);
/* Leaves the first max rows, in order. */
RT_MUST_USE enum err page_report_order(struct report *t, size_t max);

/* The list heads of the table. */
void page_report_order_heads(const struct report *t, struct view *v);

#endif
