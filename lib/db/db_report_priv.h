/*
 * db_report_priv.h - the text conditions that log and export share.
 */
#ifndef RT_DB_REPORT_PRIV_H
#define RT_DB_REPORT_PRIV_H

#include "lib/db/db_report_calls.h"

struct stmt;

/* A search as patterns: "%text%" with LIKE's own signs taken literally, and
 * the same for its digits alone, when it looks like part of a number. */
struct db_report_patterns {
	char text_mem[2 * DB_REPORT_CALLS_SEARCH_MAX + 2];
	char digits_mem[DB_REPORT_CALLS_SEARCH_MAX + 2];
	struct slice text;
	struct slice digits;
};

/* ERR_TOOBIG: longer than DB_REPORT_CALLS_SEARCH_MAX. */
RT_MUST_USE enum err db_report_patterns(struct slice search,
    struct db_report_patterns *p);
/* Caller twice, search, its text three times, its digits twice. */
void db_report_in_texts(struct stmt *st, const struct db_report_calls_filter *f,
    const struct db_report_patterns *p);

#endif
