/*
 * db_person_others.h - forms of others that name an erased person.
 *
 * A form of a browser that is not known to be the person's, and names one of
 * their telephones: somebody's counter, a slip, a number made up, or two that
 * somebody parted (db_person.h says when a form joins). What else it says is
 * another's. So of its telephone, name, mail address, fields, note and the
 * query of its page each goes that says a number or a name of the person
 * (lib/core/saysnum.h, saysname.h), and the rest stays.
 */
#ifndef RT_DB_PERSON_OTHERS_H
#define RT_DB_PERSON_OTHERS_H

#include "lib/db/db_person_names.h"

/* In the transaction of the erasure, while the person's links stand. *forms:
 * how many there were. */
RT_MUST_USE enum err db_person_others_erase(struct db *db,
    struct company_id company, struct person_id person,
    const struct db_person_names *names, struct arena *mem, uint64_t *forms);

#endif
