/*
 * db_sums.h - the columns of a struct db_report_sums, for all statements that
 * read one: from roll-ups, from pieces of them, from narrow rows (f). Only
 * lib/db includes this file.
 */
#ifndef RT_DB_DB_SUMS_H
#define RT_DB_DB_SUMS_H

#include "lib/db/db_report.h"
#include "lib/db/stmt.h"

/* Which of nine steps, "0" to "8". */
#define DB_SUMS_STEPS(column)                 \
	"INTERVAL(" column                    \
	",1,10000,30000,60000,120000,300000," \
	"600000,1800000)"
/* "0" to "4". */
#define DB_SUMS_RISK "INTERVAL(f.risk,20,40,60,80)"

/* Every column of call_rollup that is a sum, through a macro with its name, and
 * money through one of its own; in the order of db_sums_out(). */
#define DB_SUMS_EACH(of, money)                                                                              \
	of("calls") ", " of("answered") ", " of("voicemail") ", " of("abandoned") ", " of("missed") ", " of( \
	    "blocked") ", " of("failed") ", " of("interrupted") ", " of("first_time") ", " of("qualified") ", " of("leads") ", " of("sales") ", " of("spam") ", " money("value_micros") ", " of("talk_ms") ", " of("ring_ms") ", " of("talk_60") ", " of("talk_90") ", " of("talk_120") ", " of("answer_ms")

/* The server adds whole numbers as decimals, which takes three times as long as
 * doubles; those are exact to 2**53, which is 285,000 years of talk. Money may
 * be more. */
#define DB_SUMS_NUMBER "0e0 + "

#define DB_SUMS_AS_IT_IS(column) column
#define DB_SUMS_ADDED(column)    "SUM(" DB_SUMS_NUMBER column ") AS " column
#define DB_SUMS_MONEY(column)    "SUM(" column ") AS " column
#define DB_SUMS_WHOLE(column)    "CAST(SUM(" column ") AS SIGNED)"
#define DB_SUMS_QUICK(column)    "CAST(SUM(" DB_SUMS_NUMBER column ") AS SIGNED)"

/* Of one row; of many, as pieces to be added up again, and that; of many. */
#define DB_SUMS_ROW    DB_SUMS_EACH(DB_SUMS_AS_IT_IS, DB_SUMS_AS_IT_IS)
#define DB_SUMS_PIECES DB_SUMS_EACH(DB_SUMS_ADDED, DB_SUMS_MONEY)
#define DB_SUMS_PUT    DB_SUMS_EACH(DB_SUMS_WHOLE, DB_SUMS_WHOLE)
#define DB_SUMS_TOTAL  DB_SUMS_EACH(DB_SUMS_QUICK, DB_SUMS_WHOLE)

/* The same of narrow rows, in the same order: 0 for each that is not one of
 * only (DB_REPORT_SUM(), and UINT32_MAX for all). Of a million calls each that
 * is added up takes 20 ms and more, and grouping them 200. */
void db_sums_facts(struct buf *sql, uint32_t only);
/* What is 0 or 1 is counted: the server counts in whole numbers, and adds in
 * decimals, which takes three times as long. */
#define DB_SUMS_YES(what) "COUNT(NULLIF(" what ", 0))"

/* Binds the columns of any of these; over and the costs are left alone. */
void db_sums_out(struct stmt *st, struct db_report_sums *s);

/* Which of the sums counts the calls with this talk time: NULL for 0 and for
 * what only the calls can say. */
const int64_t *db_sums_over(const struct db_report_sums *s, uint32_t own_s);

#endif
