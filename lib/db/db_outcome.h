/*
 * db_outcome.h - what a call can come to: the choices, as people set them up.
 *
 * Choosing one for a call is db_mark.h. What an outcome counts as is decided
 * when it is made: the sums behind the reports were counted by it.
 */
#ifndef RT_DB_OUTCOME_H
#define RT_DB_OUTCOME_H

#include "lib/db/db_mark.h"

/* Of a company, beside those that are archived: they are chosen from one list.
 */
#define DB_OUTCOME_MAX 200

/* Behind those there are. ERR_CONFLICT: the code is taken; ERR_TOOBIG: there
 * are DB_OUTCOME_MAX. */
RT_MUST_USE enum err db_outcome_add(struct db *db, struct company_id company,
    const struct outcome_row *row);
RT_MUST_USE enum err db_outcome_rename(struct db *db, struct company_id company,
    struct slice code, struct slice name);
/* Cannot be chosen any more; calls that have it keep it. */
RT_MUST_USE enum err db_outcome_archive(struct db *db,
    struct company_id company, struct slice code, int64_t now_us);

#endif
