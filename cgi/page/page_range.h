/*
 * page_range.h - the period a page speaks of, in days of the company's zone.
 *
 * `?range=today|7d|30d|90d|365d` or `?from=2026-10-01&to=2026-10-31`; 30 days
 * when nothing is said. Every period has a previous one to compare with: as
 * many days, whole weeks earlier, so that Mondays stand beside Mondays. While
 * the period is not over, figures compare with it up to the same moment only.
 */
#ifndef RT_CGI_PAGE_PAGE_RANGE_H
#define RT_CGI_PAGE_PAGE_RANGE_H

#include "cgi/tmpl/view.h"
#include "cgi/web/req.h"
#include "lib/phone/tz.h"

#define PAGE_RANGE_DAYS_MAX 366

struct page_range {
	struct tz *z; /* of the company; borrowed */
	int64_t now_us;
	const char *word;    /* "30d"; NULL: own dates */
	struct tz_date from; /* first and last day */
	struct tz_date to;
	int days;
	int64_t from_us; /* [from_us, to_us) */
	int64_t to_us;
	struct tz_date before; /* first day of the previous period */
	int64_t before_us;     /* [before_us, before_end_us) */
	int64_t before_end_us;
	int64_t before_to_us; /* what figures compare with ends here */
	bool open;            /* the last day is not over */
	int days_begun; /* of days: those that are not to come, 0 to days */
};

/* The company's zone; UTC when the company has none that is known. */
RT_MUST_USE enum err page_range_zone(const struct req *r, struct tz **out);

/* ERR_SYNTAX, ERR_RANGE: no such period. Longer ones than
 * PAGE_RANGE_DAYS_MAX keep their last days. */
RT_MUST_USE enum err page_range_read(const struct req *r, struct tz *z,
    struct page_range *out);

/* The days whose spend stands beside the calls of the period, or of the one
 * before it: what is entered for days to come has brought no call yet. false:
 * there are none. */
bool page_range_spend_days(const struct page_range *g, bool before,
    char first[TZ_TEXT_MAX], char last[TZ_TEXT_MAX]);

/* Points of a chart: the days of the period, or the hours of its only day. */
size_t page_range_points(const struct page_range *g);
/* Where the points begin, and where the last ends, in a period of as many days
 * that begins with from. Nothing of it is left out: the last hour of a day that
 * is no whole number of them is shorter, and takes what another day has more.
 */
RT_MUST_USE enum err page_range_edges(const struct page_range *g,
    struct tz_date from, int64_t *edges);

/* Appends "range=30d" or "from=…&to=…". */
void page_range_query(const struct page_range *g, struct buf *b);
/* "22 Oct – 20 Nov 2026", "20 Nov 2026". */
void page_range_text(struct tz_date from, struct tz_date to,
    char out[TZ_TEXT_MAX]);

/* The keys of range.html, and previous_text. rest: query parameters that the
 * links keep, encoded, each with its '&' in front ("" or "&result=missed").
 * The handler makes the list range_keep. */
void page_range_view(const struct page_range *g, const char *path,
    struct slice rest, struct view *v);

#endif
