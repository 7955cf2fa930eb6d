/*
 * db_person_said.h - what others wrote down that names a person: erased with
 * them (db_person_erase.h).
 *
 * Saved views whose name or filters say one of their numbers, names or mail
 * addresses, in whatever way it was typed (lib/core/saysnum.h, saysname.h), go.
 * That calls, forms or visits were taken out stays in the audit log; the filter
 * that said one does not. A name that the calls of others have, too, is not
 * theirs alone and stays until those go. Answers that are kept for a day so
 * that a form is not sent in twice go, if the form is theirs or names them.
 * From forms of others what names them goes (db_person_others.h).
 */
#ifndef RT_DB_PERSON_SAID_H
#define RT_DB_PERSON_SAID_H

#include "lib/db/db_person.h"

/* Begins what stands for the telephone that one call or form does not have. */
#define DB_PERSON_STAND_IN "~"

/* In the transaction of the erasure, while their links and forms still stand.
 * *named: forms of others that named them. */
RT_MUST_USE enum err db_person_said_erase(struct db *db,
    struct company_id company, struct person_id person, uint64_t *named);

#endif
