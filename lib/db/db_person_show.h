/*
 * db_person_show.h - what is known of a person, to be shown.
 *
 * A person is found by a call or a form of theirs, so that no telephone number
 * stands in an address. Rows live in the caller's arena.
 */
#ifndef RT_DB_PERSON_SHOW_H
#define RT_DB_PERSON_SHOW_H

#include "lib/base/arena.h"
#include "lib/db/db_person.h"

/* Who a call or a form is about. */
struct person_about {
	char e164[DB_E164_BYTES];  /* "": withheld, erased, or not named */
	struct visitor_id visitor; /* of the visit it is credited to; or nil */
	uint32_t probability_bp;   /* of that visit */
	bool says;                 /* the call or form itself says something
				    * of who it was: words, sound, keys */
};

/* ERR_NOTFOUND: no such call or form. */
RT_MUST_USE enum err db_person_show_call(struct db *db,
    struct company_id company, struct call_id call, struct person_about *out);
RT_MUST_USE enum err db_person_show_form(struct db *db,
    struct company_id company, struct form_id form, struct person_about *out);

enum person_whose {
	PERSON_KNOWN,  /* *out's */
	PERSON_ALONE,  /* of nobody that is known, but it says something */
	PERSON_NOBODY, /* and says nothing: erased */
};
/* A call is its telephone's, as its visit is a guess; a form its browser's, as
 * the telephone in it is what somebody typed, and only without a browser that
 * telephone's, if it is assigned. *out borrows a->e164; written in any case. */
enum person_whose db_person_show_whose(const struct person_about *a,
    bool is_call, bool assigned, struct person_key *out);

/* Forms that say this mail address as theirs, in whatever case, oldest first.
 */
RT_MUST_USE enum err db_person_show_mail(struct db *db,
    struct company_id company, struct slice email, struct arena *mem,
    struct form_id **rows, size_t *n);

/* How often and when one telephone called, or one browser came. */
struct person_use {
	uint64_t times;
	int64_t first_us, last_us; /* 0 when never */
};
RT_MUST_USE enum err db_person_show_use(struct db *db,
    struct company_id company, const struct person_key *key,
    struct person_use *out);

/* What an erasure by this telephone or browser would take. */
struct person_would {
	uint64_t calls;
	uint64_t visits;
	uint64_t forms;  /* of their browsers, or of no visit */
	uint64_t others; /* of other browsers, that name a telephone of theirs:
			  * only what names them goes */
};
RT_MUST_USE enum err db_person_show_would(struct db *db,
    struct company_id company, const struct person_key *key,
    struct person_would *out);

enum person_deed {
	PERSON_CALLED,
	PERSON_VISITED,
	PERSON_WROTE
};
struct person_act {
	uint32_t deed; /* enum person_deed */
	uint8_t id[ID_BYTES];
	int64_t at_us;
	char source[DB_NAME_BYTES];
	char medium[DB_NAME_BYTES];
	char campaign[DB_TEXT_BYTES];
	char detail[DB_NAME_BYTES]; /* result, pages seen, name of the form */
};
/* Of one telephone or browser, newest first, at most max. A form stands with
 * both when it names the telephone. */
RT_MUST_USE enum err db_person_show_acts(struct db *db,
    struct company_id company, const struct person_key *key, uint32_t max,
    struct arena *mem, struct person_act **rows, size_t *n);

#endif
