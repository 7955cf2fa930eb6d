/*
 * page_report_data.h - a report's figures, read once for all its forms.
 */
#ifndef RT_CGI_PAGE_PAGE_REPORT_DATA_H
#define RT_CGI_PAGE_PAGE_REPORT_DATA_H

#include "cgi/page/page_filter.h"
#include "cgi/page/page_metric.h"
#include "lib/db/db_report_group.h"

#define PAGE_REPORT_ROWS ((size_t)50) /* shown; the rest is one line */

/* How the values of a dimension come about and are said. */
enum report_kind {
	REPORT_TEXT,  /* as they are */
	REPORT_ID,    /* by name */
	REPORT_FIXED, /* of a list of words */
	REPORT_TIME   /* by the company's clock */
};

struct report_dim {
	const char *key; /* in the address */
	const char *name;
	enum report_kind kind;
	int group;         /* enum group_dim, with what is added to it */
	enum filter_id id; /* REPORT_ID */
	/* REPORT_FIXED: value, word, and the filter of its calls ("&x=y") */
	const struct report_word *words;
	size_t n_words;
	const char *param; /* that filters by the value; NULL: none does */
};

struct report_word {
	const char *value;
	const char *word;
	const char *filter;
};

struct report_row {
	struct slice value; /* as stored */
	struct slice value2;
	struct slice label; /* for people */
	struct slice label2;
	struct db_report_sums now;
	struct db_report_sums before;
};

struct report {
	const struct req *r;
	struct page_range range;
	struct page_filter p;
	const struct report_dim *by;
	const struct report_dim *split; /* NULL: none */
	const struct page_metric *metric;
	uint32_t own_s;
	char currency[4];
	char country[3];
	struct report_row *rows; /* most of the metric first; or in order */
	size_t n;
	struct report_row rest; /* what is not in rows: rest.now.calls > 0 */
	struct db_report_sums total;
	struct db_report_sums total_before;
	struct db_report_bucket *now; /* by quarter of an hour */
	size_t n_now;
	struct db_report_bucket *before;
	size_t n_before;
	bool cost_fits; /* spend can be told by this dimension */
};

size_t page_report_data_dims(void);
const struct report_dim *page_report_data_dim(size_t i);

/* Reads address and figures. z is borrowed by the report. */
RT_MUST_USE enum err page_report_data_read(const struct req *r, struct tz *z,
    const char *path, struct report *out);

#endif
