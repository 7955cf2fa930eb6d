/*
 * db_search.h - the text conditions that log and export share.
 *
 * A text is looked for in the caller's name and number, which lie in a key on
 * time, and in the words of the source, campaign and keyword, which do not.
 */
#ifndef RT_DB_SEARCH_H
#define RT_DB_SEARCH_H

#include "lib/core/numtext.h"
#include "lib/db/db_report_calls.h"

struct buf;
struct stmt;

/* A search as patterns: "%text%" with LIKE's own signs taken literally, and,
 * when it looks like part of a number, those of numtext_parts(). number[] has
 * behind n_numbers what no number is like. */
struct db_search {
	char text_mem[2 * DB_REPORT_CALLS_SEARCH_MAX + 2];
	char number_mem[NUMTEXT_PARTS_MAX][NUMTEXT_DIGITS_MAX + 5];
	struct slice text;
	struct slice number[NUMTEXT_PARTS_MAX]; /* of E.164 numbers */
	size_t n_numbers;
};

/* Whether a number of a static statement is sought, with
 * db_search_number_in(). */
#define DB_SEARCH_NUMBER(column)                             \
	"(" column " LIKE ? OR " column " LIKE ? OR " column \
	" LIKE ? OR " column " LIKE ? OR " column " LIKE ?)"

/* Nothing but one or two digits, which are no part of a number: most callers
 * have them. */
bool db_search_is_short(struct slice search);

/* ERR_TOOBIG: longer than DB_REPORT_CALLS_SEARCH_CHARS. */
RT_MUST_USE enum err db_search_make(struct slice search, struct db_search *p);
void db_search_number_in(struct stmt *st, const struct db_search *p);
/* The conditions that f has. of: the table with campaign and keyword; c: the
 * call. */
void db_search_where(struct buf *sql, const struct db_report_calls_filter *f,
    const struct db_search *p, const char *of);
/* The values of that. */
void db_search_in(struct stmt *st, const struct db_report_calls_filter *f,
    const struct db_search *p);

/* "(…)", of the caller or of the words alone, and its values. */
void db_search_callers(struct buf *sql, const struct db_search *p);
void db_search_callers_in(struct stmt *st, const struct db_search *p);
void db_search_words(struct buf *sql, const char *of);
void db_search_words_in(struct stmt *st, const struct db_search *p);

#endif
