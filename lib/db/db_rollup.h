/*
 * db_rollup.h - which roll-ups there are, and what can be asked of them.
 *
 * A roll-up counts calls by up to four keys, of which a report may use any:
 * "mix" is campaign, source, medium and channel, so a report by two of them
 * under a filter on a third is a sum of its rows. Whole days come from it, the
 * two ends of a period from the calls (lib/core/rollup_cover.h). Only lib/db
 * includes this file.
 */
#ifndef RT_DB_DB_ROLLUP_H
#define RT_DB_DB_ROLLUP_H

#include "lib/db/db_report_group.h"
#include "lib/db/db_scan.h"
#include "lib/db/db_tally.h"

struct db_rollup;

/* The one with the fewest rows that knows all of ask's dimensions and all that
 * it filters by; NULL: the calls must be read. */
const struct db_rollup *db_rollup_for(const struct db_report_ask *ask);

/* Adds the calls of ask to *t, from a roll-up; over is of those that are a sum
 * (db_sums.h). */
RT_MUST_USE enum err db_rollup_count(struct db *db, struct company_id company,
    const struct db_report_ask *ask, const struct db_rollup *which,
    struct db_tally *t);

/* A part of a period in which calls may fit a filter. */
struct db_rollup_part {
	int64_t from_us;
	int64_t to_us;
};
#define DB_ROLLUP_PARTS_MAX ((size_t)160)

/* Parts of the filter's period outside of which no call fits it, latest first
 * and none beside another; *n is 0 when nothing fits. The whole period is one
 * part when it is short or no roll-up knows what is filtered by. */
RT_MUST_USE enum err db_rollup_parts(struct db *db, struct company_id company,
    const struct db_filter *f, struct db_rollup_part out[DB_ROLLUP_PARTS_MAX],
    size_t *n);

/* db_scan() of those parts alone. */
RT_MUST_USE enum err db_rollup_scan(struct db *db, struct company_id company,
    const struct db_scan *s, db_scan_fn *fn, void *ctx);

/* The parts for a text in the campaign or keyword, as a pattern of LIKE without
 * regard to case and accents. Parts of the one may lie over those of the
 * other. */
#define DB_ROLLUP_WORDS_MAX (2 * DB_ROLLUP_PARTS_MAX)
RT_MUST_USE enum err db_rollup_words(struct db *db, struct company_id company,
    const struct db_filter *f, struct slice like,
    struct db_rollup_part out[DB_ROLLUP_WORDS_MAX], size_t *n);

#endif
