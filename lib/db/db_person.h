/*
 * db_person.h - visitors and callers that are known to be one person.
 *
 * A person has any number of browsers (visitors) and telephones (callers).
 * Joining two of these makes a person, adds to one, or merges two; doing it
 * twice changes nothing. A form does less (db_person_link()): anybody types
 * anything into one, and what somebody parted stays so (db_person_apart.h). Ids
 * are internal: the address of a person is a call or a form of theirs
 * (db_person_show.h). db_person_erase.h forgets one.
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

/* A browser or, where e164 is not "", a telephone. */
struct person_key {
	struct visitor_id visitor;
	struct slice e164;
};

/* The two are one person from then on. fresh: id of a person, should one have
 * to be made. Joins an open transaction. ERR_BUSY: somebody links the same at
 * this moment: again. */
RT_MUST_USE enum err db_person_join(struct db *db, struct company_id company,
    const struct person_key *a, const struct person_key *b, enum person_by by,
    int64_t now_us, struct person_id fresh, struct person_id *out);

/* Of a person that a form adds to: who has more is a shop's counter, or a
 * number that many make up. */
#define DB_PERSON_FORM_PHONES_MAX   3
#define DB_PERSON_FORM_BROWSERS_MAX 8

/* A form of this browser named the telephone, which is in an assigned range. It
 * makes a person of the two, or adds one to the person of the other; nothing
 * happens where that has the most already, where each has a person of its own,
 * where the telephone is the company's, and where somebody parted them. Joins
 * an open transaction; errors as above. */
RT_MUST_USE enum err db_person_link(struct db *db, struct company_id company,
    struct visitor_id visitor, struct slice e164, int64_t now_us,
    struct person_id fresh);

/* Takes one out of the person, for good: it is by itself from then on, whatever
 * forms say; so is what is left when it is one alone. Joins an open
 * transaction. ERR_NOTFOUND: it is not the person's. */
RT_MUST_USE enum err db_person_part(struct db *db, struct company_id company,
    struct person_id person, const struct person_key *key, int64_t now_us);
/* The same of one that is gone, which nobody parted. */
RT_MUST_USE enum err db_person_lose(struct db *db, struct company_id company,
    struct person_id person, const struct person_key *key);

/* All of the person are by themselves from then on. */
RT_MUST_USE enum err db_person_unlink(struct db *db, struct company_id company,
    struct person_id person);

/* ERR_NOTFOUND: nothing is known. */
RT_MUST_USE enum err db_person_of_visitor(struct db *db,
    struct company_id company, struct visitor_id visitor,
    struct person_id *out);
RT_MUST_USE enum err db_person_of_caller(struct db *db,
    struct company_id company, struct slice e164, struct person_id *out);

RT_MUST_USE enum err db_person_of(struct db *db, struct company_id company,
    const struct person_key *key, struct person_id *out);

/* each() once for every browser (e164 "") and telephone (visitor nil). */
struct person_part {
	struct visitor_id visitor;
	char e164[DB_E164_BYTES];
	enum person_by by; /* how it came to be known, and when */
	int64_t linked_us;
};

RT_MUST_USE enum err db_person_parts(struct db *db, struct company_id company,
    struct person_id person,
    void (*each)(void *ctx, const struct person_part *p), void *ctx);

#endif
