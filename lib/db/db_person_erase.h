/*
 * db_person_erase.h - forgets a person: who called, what they looked at, what
 * they wrote.
 *
 * All telephones and browsers that are known to be theirs (db_person.h) go
 * together, in one transaction. What goes: the caller's number and name, which
 * keys were pressed on their calls and the notes of those; pages, events,
 * addresses, click ids and cookies of their visits; the contents of their
 * forms, and of a form of another browser that names their telephone what names
 * them (db_person_others.h); the bodies of what webhooks were told of these,
 * made anew without them when one is sent again; the links. The sound of their
 * calls cannot be played from then on (state "erasing"), and the keep job
 * removes the files. Mails about their calls that are not sent yet are not sent
 * any more, and advertising platforms are not told of their clicks any more.
 * What stays, under nobody's name and no browser's: figures, times, places and
 * what the visits came from. Lists of callers keep a number that stands on
 * them: who is blocked stays blocked. The audit log keeps who wrote a note and
 * when, not what it said; what else names them is db_person_said.h's. A call or
 * a form of which neither a telephone nor a browser is known (withheld, a lead
 * with nothing but a mail address) goes alone.
 */
#ifndef RT_DB_PERSON_ERASE_H
#define RT_DB_PERSON_ERASE_H

#include "lib/db/db_person.h"

struct person_erased {
	uint64_t calls;
	uint64_t recordings;
	uint64_t forms;
	uint64_t visits;
	uint64_t pages;
	uint64_t named; /* forms of others that named them, and stay */
};

/* By one of their browsers or telephones; fresh: as db_person_join(). Joins an
 * open transaction. ERR_NOTFOUND: nothing of theirs is there; ERR_CONFLICT:
 * a call of theirs is going on, and would bring the number back when it ends.
 * ERR_BUSY: two who wait for each other (db_tries()). */
RT_MUST_USE enum err db_person_erase(struct db *db, struct company_id company,
    const struct person_key *key, int64_t now_us, struct person_id fresh,
    struct person_erased *out);

/* The same of one call without a telephone, or one form without a visit whose
 * telephone, if it names one, is none: what it says itself is all that is known
 * of who it was. */
RT_MUST_USE enum err db_person_erase_one(struct db *db,
    struct company_id company, struct interaction_id id, int64_t now_us,
    struct person_id fresh, struct person_erased *out);

#endif
