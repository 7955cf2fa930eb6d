/*
 * db_person_names.h - the names and mail addresses of a person who is erased:
 * what carriers said of their calls, and what their forms said. A form of
 * another browser that names their telephone is another's.
 *
 * By lib/core/saysname.h. A name that the calls of others have, too ("WIRELESS
 * CALLER") is nobody's own and is found in nothing.
 */
#ifndef RT_DB_PERSON_NAMES_H
#define RT_DB_PERSON_NAMES_H

#include "lib/base/arena.h"
#include "lib/db/db_person.h"

struct db_person_named {
	struct slice said;
	bool shared; /* somebody else's calls have it, too */
};

struct db_person_names {
	struct db_person_named *rows;
	size_t n;
};

/* In mem, while their links and forms still stand. */
RT_MUST_USE enum err db_person_names_find(struct db *db,
    struct company_id company, struct person_id person, struct arena *mem,
    struct db_person_names *out);

bool db_person_names_in_text(const struct db_person_names *names,
    struct slice text);
/* What somebody else wrote (saysname_answer). */
bool db_person_names_in_answer(const struct db_person_names *names,
    struct slice text);
/* The query of an address, percent-encoded. */
bool db_person_names_in_query(const struct db_person_names *names,
    struct slice query);

#endif
