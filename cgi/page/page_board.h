/*
 * page_board.h - the figures, the time series and the heat map of the
 * overview, counted from quarter-hour buckets. No database here: what the
 * numbers mean is one place, and a test needs no server.
 */
#ifndef RT_CGI_PAGE_PAGE_BOARD_H
#define RT_CGI_PAGE_PAGE_BOARD_H

#include "cgi/page/page_range.h"
#include "cgi/tmpl/view.h"
#include "lib/db/db_report.h"

/* The sums that any of it is made of. */
#define PAGE_BOARD_SUMS                                            \
	(DB_REPORT_SUM(calls) | DB_REPORT_SUM(answered) |          \
	    DB_REPORT_SUM(voicemail) | DB_REPORT_SUM(missed) |     \
	    DB_REPORT_SUM(abandoned) | DB_REPORT_SUM(failed) |     \
	    DB_REPORT_SUM(first_time) | DB_REPORT_SUM(qualified) | \
	    DB_REPORT_SUM(talk_ms))

struct page_board {
	const struct page_range *range;
	struct db_report_bucket *now; /* of the period, earliest first */
	size_t n_now;
	struct db_report_bucket *before; /* of the previous period */
	size_t n_before;
	uint64_t billable_s; /* 0: the company has no such limit */
};

/* The list figures. */
void page_board_figures(const struct page_board *b, struct view *v);
/* series_title, series_step and the list series: days, or hours of one day.
 * ERR_NOMEM, ERR_RANGE (no such day). */
RT_MUST_USE enum err page_board_series(const struct page_board *b,
    struct arena *mem, struct view *v);
/* heat_end, heat_note, the lists hours and weekdays. */
RT_MUST_USE enum err page_board_heat(const struct page_board *b,
    struct view *v);

/* All calls of the period. */
struct db_report_sums page_board_total(const struct page_board *b);

#endif
