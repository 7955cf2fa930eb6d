/*
 * db_stat.h - roll-ups: sums of closed calls.
 *
 * All calls are summed by quarter of an hour (dimension "total"); by source,
 * campaign and so on by UTC day and by 16 UTC days ("source/1", "source/16"):
 * lib/core/rollup_cover.h says how a period of any zone is made of them. Sums
 * are those of the calls' narrow rows (db_fact.h), which are kept and proven
 * with them.
 *
 * Whoever changes what a roll-up counts takes the call out, changes it and
 * puts it back, in one transaction. Verify proves that nobody forgot.
 */
#ifndef RT_DB_STAT_H
#define RT_DB_STAT_H

#include "lib/db/db.h"

/* Adds (or takes out) one call in every dimension. In a transaction; nothing
 * happens while the call is open. */
RT_MUST_USE enum err db_stat_put(struct db *db, struct company_id company,
    struct call_id call);
RT_MUST_USE enum err db_stat_take(struct db *db, struct company_id company,
    struct call_id call);
/* Adds n different calls, cheaper than one by one: what they have in common is
 * added up before it is written. */
RT_MUST_USE enum err db_stat_put_all(struct db *db, struct company_id company,
    const struct call_id *calls, size_t n);

/* A tag was put on the call, or taken off: no sum knows of it, but it has
 * narrow rows of its own. In a transaction that holds the call's row already,
 * so that it does not close meanwhile; nothing happens while it is open. */
RT_MUST_USE enum err db_stat_tag(struct db *db, struct company_id company,
    struct call_id call, struct tag_id tag, bool has);

/* Makes the sums that touch [from_us, to_us) anew from the calls: whole 16
 * days, in one transaction that holds their writers back. */
RT_MUST_USE enum err db_stat_rebuild(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us);
/* *wrong: roll-up and fact rows of the same 16 days that are missing, too many
 * or different from the calls; sums of what nobody sums are too many, and gone
 * after a rebuild. */
RT_MUST_USE enum err db_stat_verify(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, uint64_t *wrong);

/* --- for lib/db ----------------------------------------------------------- */

/* Writers of narrow rows and roll-ups share the company's row until the end of
 * their transaction; who must have them stand still has it alone. */
RT_MUST_USE enum err db_stat_hold(struct db *db, struct company_id company,
    bool alone);

#endif
