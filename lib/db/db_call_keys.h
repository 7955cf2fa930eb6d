/*
 * db_call_keys.h - which calls a page of the log is, by their keys alone.
 *
 * What is filtered by decides where reading begins (enum db_filter_way). A text
 * is looked for in two ways at once, each of which stops when it has a page:
 * among all callers of the period in phone_call_search, a key on time that
 * holds their numbers and names, and, where the roll-ups say that a campaign or
 * keyword fits at all, among the narrow rows of those days. What both find is
 * put in order. When most callers fit and the filter decides, the narrow rows
 * are read as for any other filter. Only lib/db includes this file.
 */
#ifndef RT_DB_CALL_KEYS_H
#define RT_DB_CALL_KEYS_H

#include "lib/db/db_rollup.h"
#include "lib/db/db_search.h"

/* Company and filter are borrowed; the filter's period may be made narrower
 * between two statements. */
struct db_call_keys {
	const struct company_id *company;
	const struct db_report_calls_filter *f;
	struct db_search search;
	enum db_filter_way way;
	bool by_parts; /* only parts of the period need to be read */
	struct db_rollup_part words[DB_ROLLUP_WORDS_MAX];
	size_t n_words;
};

RT_MUST_USE enum err db_call_keys_make(struct db *db,
    const struct company_id *company, const struct db_report_calls_filter *f,
    struct db_call_keys *out);

/* A SELECT of company_id, id and started_at, in the order of f's page. */
void db_call_keys_text(struct buf *sql, const struct db_call_keys *k);
/* Its values; max: how many calls. */
void db_call_keys_in(struct stmt *st, const struct db_call_keys *k, size_t max);

#endif
