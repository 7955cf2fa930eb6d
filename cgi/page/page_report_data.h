/*
 * page_report_data.h - a report's figures, read once for all its forms.
 */
#ifndef RT_CGI_PAGE_PAGE_REPORT_DATA_H
#define RT_CGI_PAGE_PAGE_REPORT_DATA_H

#include "cgi/page/page_filter.h"
#include "cgi/page/page_metric.h"
#include "cgi/page/page_report_dims.h"

#define PAGE_REPORT_ROWS      ((size_t)50)  /* shown; the rest is one line */
#define PAGE_REPORT_COMPANIES ((size_t)500) /* the same of companies */
/* Values of a second dimension beside times, most calls first; the others are
 * one more column. */
#define PAGE_REPORT_COLS ((size_t)6)

struct report_row {
	struct slice value; /* as stored */
	struct slice value2;
	struct slice label; /* for people */
	struct slice label2;
	struct db_report_sums now;
	struct db_report_sums before;
	const struct db_report_sums
	    *cols; /* of struct report's n_cols; NULL: none */
	const struct db_report_member *company; /* REPORT_COMPANY, or NULL */
	char currency[4]; /* REPORT_COMPANY, of money; else "" */
};

/* What the rows stand in the order of. */
enum report_order {
	REPORT_ORDER_USUAL, /* nothing was asked for */
	REPORT_ORDER_LABEL,
	REPORT_ORDER_SPLIT,
	REPORT_ORDER_BEFORE,
	REPORT_ORDER_CHANGE,
	REPORT_ORDER_METRIC /* struct report's order_metric */
};

struct report {
	const struct req *r;
	enum user_role need; /* in a company, to be one of the rows */
	struct page_range range;
	struct page_filter p;
	const struct report_dim *by;
	const struct report_dim *split; /* NULL: none */
	bool split_dropped; /* what was asked cannot be split: companies */
	enum report_order order;
	const struct page_metric *order_metric;
	bool rising; /* the least first */
	const struct page_metric *metric;
	uint32_t own_s;
	char currency[4];
	char country[3];
	struct report_row *rows; /* most of the metric first; or in order */
	size_t n;
	struct report_row **by_value; /* page_report_values_find() */
	struct report_row rest;       /* what is not in rows, when has_rest */
	bool has_rest;
	struct db_report_sums total;
	struct db_report_sums total_before;
	bool drawn; /* over time: now and before are there */
	/* By quarter of an hour; of reports by time always. */
	struct db_report_bucket *now;
	size_t n_now;
	struct db_report_bucket *before;
	size_t n_before;
	bool cost_fits; /* spend can be told by this dimension */
	/* With a split by times: its values, and all others when there are. */
	struct slice cols[PAGE_REPORT_COLS + 1];
	size_t n_cols;
	struct db_report_sums total_cols[PAGE_REPORT_COLS + 1];
	struct company_id *members; /* REPORT_COMPANY: all, listed or not */
	size_t n_members;
	bool no_total; /* money of companies of several currencies */
	bool many;     /* more values than are put in order */
	bool cut;      /* companies there are, and no figure counts them */
	bool unlisted; /* companies that are counted and have no row */
};

/* What every table shows beside the metric that was asked for, when no split
 * takes the room. NULL after the last. */
const struct page_metric *page_report_data_beside(const struct report *t,
    size_t i);

/* "All": the row under the others. */
struct report_row page_report_data_total(const struct report *t);

/* What the database is asked for the report's period, or for the one before it
 * until to_us: the sums that are shown, and no other. */
struct db_report_ask page_report_data_ask(const struct report *t, bool before,
    int64_t to_us);

/* Reads address and figures. z is borrowed by the report. need: the role in a
 * company that lets its figures be beside those of others: who may look at two
 * companies may take out the data of one only. */
RT_MUST_USE enum err page_report_data_read(const struct req *r, struct tz *z,
    enum user_role need, struct report *out);

/* The same for a page and for JSON, which have the metric over time where that
 * can be: a table has no chart, and need not read what it is made of. */
RT_MUST_USE enum err page_report_data_draw(const struct req *r, struct tz *z,
    enum user_role need, struct report *out);

#endif
