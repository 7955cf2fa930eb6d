/*
 * db_sums.h - the columns of a struct db_report_sums, for all statements that
 * read one from a roll-up, and which of them are wanted: a statement reads
 * those and no other. Only lib/db includes this file.
 */
#ifndef RT_DB_DB_SUMS_H
#define RT_DB_DB_SUMS_H

#include "lib/db/db_report.h"
#include "lib/db/stmt.h"

/* Where steps begin, but for the first, which has all below. */
#define DB_SUMS_STEPS_MS     1, 10000, 30000, 60000, 120000, 300000, 600000, 1800000
#define DB_SUMS_STEPS_RISK   20, 40, 60, 80
#define DB_SUMS_TEXT(...)    DB_SUMS_TEXT_OF(__VA_ARGS__)
#define DB_SUMS_TEXT_OF(...) #__VA_ARGS__
/* Which of nine steps, "0" to "8". */
#define DB_SUMS_STEPS(column) \
	"INTERVAL(" column ", " DB_SUMS_TEXT(DB_SUMS_STEPS_MS) ")"
/* "0" to "4". */
#define DB_SUMS_RISK "INTERVAL(f.risk, " DB_SUMS_TEXT(DB_SUMS_STEPS_RISK) ")"

/* The server adds whole numbers as decimals, which takes three times as long as
 * doubles; those are exact to 2**53, which is 285,000 years of talk. Money may
 * be more. */
#define DB_SUMS_NUMBER "0e0 + "

/* Which sums are wanted: DB_REPORT_SUM()s of columns. Each of a million calls
 * takes 20 ms and more, grouping them 200; each of a thousand sums of a
 * roll-up costs, too. */
#define DB_SUMS_ALL (2 * DB_REPORT_SUM(answer_ms) - 1)
/* of: those that are asked for, and what says how many calls have own_s. The
 * calls are always among them. */
uint32_t db_sums_wanted(uint32_t of, uint32_t own_s);

/* How a statement comes to the sums that are wanted, with ", " between them. */
enum db_sums_how {
	DB_SUMS_ROW,  /* of one row of call_rollup */
	DB_SUMS_TOTAL /* of many */
};
void db_sums_text(struct buf *sql, enum db_sums_how how, uint32_t wanted);
/* Binds the columns of any of these; all others are left alone. */
void db_sums_out(struct stmt *st, struct db_report_sums *s, uint32_t wanted);

/* The calls that talked for own_s and more, as those of a limit that is a sum,
 * and those in between, which have to be counted. */
struct db_sums_over {
	uint32_t sum_s;  /* 60, 90 or 120; 0: none */
	uint64_t low_ms; /* [low_ms, high_ms) in between */
	uint64_t high_ms;
};
struct db_sums_over db_sums_over(uint32_t own_s);
/* How many have sum_s: 0 of none. */
int64_t db_sums_over_sum(const struct db_report_sums *s, uint32_t sum_s);

#endif
