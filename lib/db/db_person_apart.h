/*
 * db_person_apart.h - telephones and browsers that somebody parted.
 *
 * Who takes one out of a person (db_person_part()) says that it is not that
 * person's: no form joins the two again, alone or with others. Joining by hand
 * forgets it. A telephone without calls and forms, and a browser without
 * visits, are forgotten here too (db_policy.h), and so is who is erased.
 */
#ifndef RT_DB_PERSON_APART_H
#define RT_DB_PERSON_APART_H

#include "lib/db/db_person.h"

/* key, which has left the person, is parted from all that is left of it. */
RT_MUST_USE enum err db_person_apart_add(struct db *db,
    struct company_id company, const struct person_key *key,
    struct person_id person, int64_t now_us);

/* Whether the two were parted. */
RT_MUST_USE enum err db_person_apart_pair(struct db *db,
    struct company_id company, const struct person_key *a,
    const struct person_key *b, bool *out);
/* Whether key was parted from any that is the person's. */
RT_MUST_USE enum err db_person_apart_any(struct db *db,
    struct company_id company, const struct person_key *key,
    struct person_id person, bool *out);

/* All that is the person's belongs together after all. */
RT_MUST_USE enum err db_person_apart_end(struct db *db,
    struct company_id company, struct person_id person);
/* Nothing is known of key any more. */
RT_MUST_USE enum err db_person_apart_forget(struct db *db,
    struct company_id company, const struct person_key *key);

#endif
