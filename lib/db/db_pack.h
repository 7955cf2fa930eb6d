/*
 * db_pack.h - the narrow rows of a day once more, column by column
 * (lib/core/pack.h; decision 0323).
 *
 * The server gives away a million rows in half a second and more, however
 * narrow they are; the same columns as a value for each day in some
 * milliseconds. Days with many calls are packed in the background, when they
 * are over. Whoever changes a call's narrow row forgets the day's pack in the
 * same transaction, so a pack that is there tells of its calls as they are;
 * what is not packed is read row by row. Only lib/db and its callers named
 * below include this file.
 */
#ifndef RT_DB_DB_PACK_H
#define RT_DB_DB_PACK_H

#include "lib/db/db_filter.h"

/* Columns of a day, as they are stored. */
enum db_pack_part {
	DB_PACK_DAY,  /* how many calls; the others count while it is there */
	DB_PACK_TEXT, /* + filter_text */
	DB_PACK_ID = DB_PACK_TEXT + FILTER_TEXT_COUNT, /* + filter_id */
	DB_PACK_RESULT = DB_PACK_ID + FILTER_ID_COUNT,
	DB_PACK_NUMBERS,                   /* numbers from here */
	DB_PACK_STARTED = DB_PACK_NUMBERS, /* us since the day began */
	DB_PACK_TALK,
	DB_PACK_RING,
	DB_PACK_RISK,
	DB_PACK_HAS_VALUE,
	DB_PACK_VALUE,
	DB_PACK_FIRST_TIME,
	DB_PACK_QUALIFIED,
	DB_PACK_LEAD,
	DB_PACK_SALE,
	DB_PACK_SPAM,
	DB_PACK_PARTS
};

/* What is stored is known by these numbers, and a region is what the states of
 * lib/core/geo_state.h said when its day was packed: who changes either deletes
 * all of call_pack in the migration that comes with it. */
_Static_assert(FILTER_TEXT_COUNT == 16 && FILTER_ID_COUNT == 4 &&
		   DB_PACK_PARTS == 33,
    "days are stored by these: a migration has to delete them");

/* Days with fewer calls are not worth it, of more are not packed. */
#define DB_PACK_LEAST ((uint64_t)256)
#define DB_PACK_MOST  ((uint64_t)50000)

/* For the job: packs days of [from_us, to_us) that have least calls and more
 * and are not packed, latest first, at most max of them; *n: how many. Each is
 * a transaction that holds the company's writers back for its time. */
RT_MUST_USE enum err db_pack_make(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, uint64_t least, size_t max, size_t *n);

/* The same of all companies, days that are over at now_us: max of them
 * together. First what forgotten days left is deleted. */
RT_MUST_USE enum err db_pack_make_all(struct db *db, int64_t now_us,
    uint64_t least, size_t max, size_t *n);

/* --- for db_stat ---------------------------------------------------------- */

/* Forgets the packs of the days of n calls, or of a period. In the transaction
 * that changes their narrow rows, which holds the company's row shared. */
RT_MUST_USE enum err db_pack_forget(struct db *db, struct company_id company,
    const struct call_id *calls, size_t n);
RT_MUST_USE enum err db_pack_forget_days(struct db *db,
    struct company_id company, int64_t from_us, int64_t to_us);
/* *wrong: packed days of the period that are not as their narrow rows are. */
RT_MUST_USE enum err db_pack_verify(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, uint64_t *wrong);

#endif
