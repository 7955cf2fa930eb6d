/*
 * db_report_group.h - calls counted by one dimension, or by two.
 *
 * Roll-ups answer what they can (dimensions and filters of one of them:
 * db_rollup.h); all else reads the narrow rows of the period, once, and counts
 * them here (db_scan.h, db_tally.h). Both give the same figures: the roll-ups
 * are proven against the same calls. Errors: db.h; ERR_TIMEOUT too when
 * there are more groups than a report has memory for, ERR_BUSY when other
 * reports have the memory for now.
 */
#ifndef RT_DB_REPORT_GROUP_H
#define RT_DB_REPORT_GROUP_H

#include "lib/base/arena.h"
#include "lib/db/db_filter.h"
#include "lib/db/db_report.h"

#define DB_REPORT_GROUPS_MAX ((size_t)1000)

/* The texts and ids of db_filter.h, in their order, and more. */
enum group_dim {
	GROUP_NONE,
	GROUP_TEXT,                                /* + enum filter_text */
	GROUP_ID = GROUP_TEXT + FILTER_TEXT_COUNT, /* + enum filter_id */
	GROUP_RESULT = GROUP_ID + FILTER_ID_COUNT,
	GROUP_FIRST_TIME, /* "1" or "0" */
	GROUP_QUALIFIED,
	GROUP_TALK, /* "0" to "8": from 0, 0+, 10, 30, 60, 120, 300 … s */
	GROUP_RING,
	GROUP_RISK, /* "0" to "4": from 0, 20, 40, 60, 80 */
	GROUP_COUNT
};

struct db_report_group {
	/* "" for calls without one; ids as 32 hex digits. */
	char value[DB_REPORT_TEXT(255)];
	char value2[DB_REPORT_TEXT(255)]; /* of the second dimension */
	struct db_report_sums sums;
};

struct db_report_ask {
	struct db_filter filter;
	int by;         /* enum group_dim, with what is added to it */
	int split;      /* GROUP_NONE: one dimension */
	uint32_t own_s; /* sums.over counts calls with this talk time; of 60,
			 * 90 and 120 that is a sum that is kept, of others
			 * the calls up to the next of these are read */
	/* DB_REPORT_SUM()s that are asked for; 0: all. Each takes time: the
	 * others may be 0, but for the calls. */
	uint32_t only;
};

/* Ends the reading with what it returns but ERR_OK; may not use db. */
typedef enum err db_report_group_fn(void *ctx,
    const struct db_report_group *row);
/* Called for each group, those with the most calls first, at most max times;
 * SIZE_MAX: however many there are. */
RT_MUST_USE enum err db_report_group_each(struct db *db,
    struct company_id company, const struct db_report_ask *ask, size_t max,
    db_report_group_fn *fn, void *ctx);

/* The groups with the most calls, at most max (to DB_REPORT_GROUPS_MAX). */
RT_MUST_USE enum err db_report_group_list(struct db *db,
    struct company_id company, const struct db_report_ask *ask, size_t max,
    struct arena *mem, struct db_report_group **rows, size_t *n);

/* The calls of the filter by quarter of an hour, as db_report_buckets(); of
 * DB_REPORT_BUCKETS_MAX quarters at most: longer is ERR_TOOBIG. */
RT_MUST_USE enum err db_report_group_series(struct db *db,
    struct company_id company, const struct db_report_ask *ask,
    struct arena *mem, struct db_report_bucket **rows, size_t *n);

/* Called for each quarter of an hour that has calls, in the order of time. */
typedef enum err db_report_quarter_fn(void *ctx,
    const struct db_report_bucket *row);
RT_MUST_USE enum err db_report_group_quarters(struct db *db,
    struct company_id company, const struct db_report_ask *ask,
    db_report_quarter_fn *fn, void *ctx);

/* Both, from one reading where the calls must be read: groups of the calls
 * before values_to_us, and the quarters of all with the sums of quarters_only.
 */
struct db_report_both {
	int64_t values_to_us;
	uint32_t quarters_only;
};
RT_MUST_USE enum err db_report_group_both(struct db *db,
    struct company_id company, const struct db_report_ask *ask,
    const struct db_report_both *with, db_report_group_fn *fn, void *ctx,
    struct arena *mem, struct db_report_bucket **rows, size_t *n);

/* What an id of a dimension is called. */
struct db_report_name {
	uint8_t id[ID_BYTES];
	char name[DB_REPORT_TEXT(100)]; /* of a number: its label */
	char e164[DB_E164_BYTES];       /* of a number */
};
/* Released and archived ones too; at most 10,000, by id. */
RT_MUST_USE enum err db_report_group_names(struct db *db,
    struct company_id company, enum filter_id kind, struct arena *mem,
    struct db_report_name **rows, size_t *n);

/* --- for lib/db ----------------------------------------------------------- */

/* A dimension of a narrow row f, as text. */
void db_report_group_dim(struct buf *sql, int dim);
/* The sums that ask wants (db_sums.h), and what else its over is made of; all 0
 * when it does not want that. */
struct db_sums_over;
bool db_report_group_wants_over(const struct db_report_ask *ask);
uint32_t db_report_group_wanted(const struct db_report_ask *ask);
struct db_sums_over db_report_group_over(const struct db_report_ask *ask);
/* Runs st, whose columns are those of row; its over is those of sum_s. Ends
 * st. */
RT_MUST_USE enum err db_report_group_run(struct stmt *st,
    struct db_report_group *row, const struct db_sums_over *over,
    db_report_group_fn *fn, void *ctx);

#endif
