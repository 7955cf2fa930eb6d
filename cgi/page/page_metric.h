/*
 * page_metric.h - what a report counts: one table of metrics with their
 * definitions, for tables, charts, CSV and JSON.
 *
 * A metric is a sum, or one sum over another. Money is known only where spend
 * was entered: what is not known is no number, never 0.
 */
#ifndef RT_CGI_PAGE_PAGE_METRIC_H
#define RT_CGI_PAGE_PAGE_METRIC_H

#include "cgi/page/page_words.h"
#include "lib/db/db_report.h"

/* Fewer calls than this make a share or a mean that says little. */
#define PAGE_METRIC_FEW 20

enum metric_unit {
	METRIC_COUNT,
	METRIC_SHARE, /* in 1/10,000 */
	METRIC_MS,    /* a mean time */
	METRIC_MONEY, /* micro-units */
	METRIC_RATIO  /* in 1/100 */
};

struct page_metric {
	const char *key; /* in the address: "answered_rate" */
	const char *name;
	const char *means;
	enum metric_unit unit;
	int64_t (*part)(const struct db_report_sums *s);
	int64_t (*whole)(const struct db_report_sums *s); /* NULL: a sum */
	bool facts; /* roll-ups do not hold it */
	bool cost;  /* needs spend */
	bool less_is_good;
};

size_t page_metric_count(void);
const struct page_metric *page_metric_at(size_t i);
/* NULL: there is none. */
const struct page_metric *page_metric_find(struct slice key);

/* The DB_REPORT_SUM()s that it is made of, and the calls, which say whether
 * they are few. */
uint32_t page_metric_sums(const struct page_metric *m);

/* *out in the metric's unit; false when it is not known. */
bool page_metric_number(const struct page_metric *m,
    const struct db_report_sums *s, int64_t *out);
/* For people: "1,204", "43.2 %", "4:12", "12.50", "3.40×", "–". */
void page_metric_text(const struct page_metric *m,
    const struct db_report_sums *s, char out[PAGE_WORDS_MAX]);
/* How a number changed: "▲ 12 %", "▼ 3.1 pt", "=", "▲ new", "" when either is
 * not known; *sign of now minus before. */
void page_metric_change(const struct page_metric *m,
    const struct db_report_sums *now, const struct db_report_sums *before,
    char out[PAGE_WORDS_MAX], int *sign);
/* The same of two numbers as they are shown, shares in 1/1,000. Returns the
 * sign of a minus b. */
int page_metric_moved(enum metric_unit unit, int64_t a, int64_t b,
    char out[PAGE_WORDS_MAX]);
/* A share or mean of few calls. */
bool page_metric_few(const struct page_metric *m,
    const struct db_report_sums *s);

#endif
