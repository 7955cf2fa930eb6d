/*
 * page_spend_month.h - what trackers cost each month, on the page of spend.
 */
#ifndef RT_CGI_PAGE_PAGE_SPEND_MONTH_H
#define RT_CGI_PAGE_PAGE_SPEND_MONTH_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* Sets trackers, months, has_months and month_stamp. */
RT_MUST_USE enum err page_spend_month_view(const struct req *r, struct view *v);
/* POST /spend/monthly: tracker, from, until, amount. Answers with both
 * versions where somebody changed the tracker's amounts since the page was
 * made. */
RT_MUST_USE enum err page_spend_month(const struct req *r, struct resp *out);

#endif
