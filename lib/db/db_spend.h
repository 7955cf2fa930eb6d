/*
 * db_spend.h - what advertising cost: imported by day, and the sums with what
 * trackers cost each month (db_spend_month.h).
 *
 * Days are the company's, as text: "2026-10-31". Spend knows source, medium,
 * campaign, ad group and keyword, so that cost can be told for these and for
 * all calls, and not where calls are filtered by anything else.
 */
#ifndef RT_DB_SPEND_H
#define RT_DB_SPEND_H

#include "lib/core/spend_in.h"
#include "lib/db/db_report_group.h"

#define DB_SPEND_DAY 11 /* "2026-10-31" with its NUL */

struct spend_row {
	char day[DB_SPEND_DAY];
	struct slice source;
	struct slice medium;
	struct slice campaign;
	struct slice ad_group;
	struct slice keyword;
	int64_t amount_micros;
	uint64_t clicks;
	uint64_t impressions;
};

/* An import is two rounds over its rows in one transaction: the first clears
 * what was there for the same day and texts, the second adds. So a file that
 * comes again is counted once, and rows of one file that differ in what is not
 * kept (device, match type) are summed. ERR_RANGE: a text is too long. */
RT_MUST_USE enum err db_spend_clear(struct db *db, struct company_id company,
    const struct spend_row *row);
RT_MUST_USE enum err db_spend_add(struct db *db, struct company_id company,
    const struct spend_row *row);

/* Both rounds over a file: all of its rows, or none. ERR_SYNTAX, ERR_RANGE:
 * in->why says what is wrong, in->csv.row where; no row, and a day that is far
 * from now_us (spend_in_day_near()), are wrong, too. *rows: how many. */
RT_MUST_USE enum err db_spend_import(struct db *db, struct company_id company,
    struct spend_in *in, struct slice text, int64_t now_us, unsigned int *rows);

/* True when cost can be told by this dimension under this filter. */
bool db_spend_fits(const struct db_filter *f, int by);

struct spend_sum {
	char value[DB_REPORT_TEXT(255)]; /* of the dimension */
	int64_t amount_micros;
};
/* Of the days from first to last, both included. GROUP_NONE gives one row, or
 * none when nothing was entered. */
RT_MUST_USE enum err db_spend_sums(struct db *db, struct company_id company,
    const struct db_filter *f, int by, const char *first, const char *last,
    struct arena *mem, struct spend_sum **rows, size_t *n);

#endif
