/*
 * db_fact.h - closed calls as narrow rows (call_fact), derived like roll-ups,
 * and once more for each tag that they have (call_fact_tag; decision 0245).
 *
 * Only db_stat.c calls these: who changes what a call counts for takes it out
 * and puts it back there, and the fact row goes with it.
 */
#ifndef RT_DB_FACT_H
#define RT_DB_FACT_H

#include "lib/db/stmt.h"

/* So many calls in one statement, as its parameters. */
#define DB_FACT_SOME_MAX 32
#define DB_FACT_EIGHT    "?,?,?,?,?,?,?,?"
#define DB_FACT_SOME \
	DB_FACT_EIGHT "," DB_FACT_EIGHT "," DB_FACT_EIGHT "," DB_FACT_EIGHT

/* In a transaction; nothing happens while the call is open. The rows of its
 * tags come and go with its own. */
RT_MUST_USE enum err db_fact_put(struct db *db, struct company_id company,
    struct call_id call);
RT_MUST_USE enum err db_fact_take(struct db *db, struct company_id company,
    struct call_id call);
/* The same for n of them, 1 to DB_FACT_SOME_MAX. */
RT_MUST_USE enum err db_fact_put_some(struct db *db, struct company_id company,
    const struct call_id *calls, size_t n);
/* Binds them to DB_FACT_SOME. */
void db_fact_in_some(struct stmt *st, const struct call_id *calls, size_t n);

/* For a tag that was put on it or taken off, which interaction_tag says. */
RT_MUST_USE enum err db_fact_tag(struct db *db, struct company_id company,
    struct call_id call, struct tag_id tag);
RT_MUST_USE enum err db_fact_untag(struct db *db, struct company_id company,
    struct call_id call, struct tag_id tag);

/* Makes the rows of [from_us, to_us) anew. In a transaction. */
RT_MUST_USE enum err db_fact_rebuild(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us);
/* *wrong: rows that are missing, too many or different from the calls and their
 * tags. */
RT_MUST_USE enum err db_fact_verify(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, uint64_t *wrong);

#endif
