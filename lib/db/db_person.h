/*
 * db_person.h - visitors and callers that are known to be one person.
 *
 * A person has any number of browsers (visitors) and telephones (callers).
 * Linking one of each makes a person, joins one, or merges two; doing it twice
 * changes nothing. Ids are internal: a person has no address of its own yet.
 */
#ifndef RT_DB_PERSON_H
#define RT_DB_PERSON_H

#include "lib/db/db.h"

struct person_id {
	uint8_t v[ID_BYTES];
};

enum person_by {
	PERSON_BY_FORM, /* a form of the visit named the telephone */
	PERSON_BY_CALL, /* a call was credited to the visit for certain */
	PERSON_BY_HAND
};

/* fresh: id of a person, should one have to be made. Joins an open
 * transaction. ERR_BUSY: somebody links the same at this moment: again. */
RT_MUST_USE enum err db_person_link(struct db *db, struct company_id company,
    struct visitor_id visitor, struct slice e164, enum person_by by,
    int64_t now_us, struct person_id fresh, struct person_id *out);

/* ERR_NOTFOUND: nothing is known. */
RT_MUST_USE enum err db_person_of_visitor(struct db *db,
    struct company_id company, struct visitor_id visitor,
    struct person_id *out);
RT_MUST_USE enum err db_person_of_caller(struct db *db,
    struct company_id company, struct slice e164, struct person_id *out);

/* each() once for every browser (e164 "") and telephone (visitor nil). */
struct person_part {
	struct visitor_id visitor;
	char e164[DB_E164_BYTES];
};

RT_MUST_USE enum err db_person_parts(struct db *db, struct company_id company,
    struct person_id person,
    void (*each)(void *ctx, const struct person_part *p), void *ctx);

/* Forgets the person on the web side, in one transaction: pages, events and
 * forms' contents, addresses, click ids and cookies of all visits of all
 * browsers, and the links. What the visits came from stays for the sums, under
 * nobody's name. Calls are not touched. ERR_NOTFOUND. */
RT_MUST_USE enum err db_person_erase(struct db *db, struct company_id company,
    struct person_id person);

#endif
