/*
 * page_spend_month.h - what trackers cost each month, on the page of spend.
 */
#ifndef RT_CGI_PAGE_PAGE_SPEND_MONTH_H
#define RT_CGI_PAGE_PAGE_SPEND_MONTH_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* What cannot be entered, and why. */
struct page_spend_month_wrong {
	const char *field; /* "amount", "from" or "until" */
	const char *why;   /* "": nothing is, others are looked for */
};

/* Sets trackers, months and all that their form needs. today: the first day of
 * an empty form; wrong: the form that came, to be mended, or NULL. */
RT_MUST_USE enum err page_spend_month_view(const struct req *r,
    const char *today, const struct page_spend_month_wrong *wrong,
    struct view *v);
/* POST /spend/monthly: tracker, from, until, amount. Answers with both
 * versions where somebody changed the tracker's amounts since the page was
 * made, and with the page when a field is wrong (400) or trackers are looked
 * for. */
RT_MUST_USE enum err page_spend_month(const struct req *r, struct resp *out);

#endif
