/*
 * db_choice.h - what people choose from: the things of a company by their
 * names, so many at a time.
 *
 * A company may have thousands of numbers and flows. A list to choose from
 * holds the first few; the others are found by a part of their name, and one
 * that was chosen is known by its id.
 */
#ifndef RT_DB_CHOICE_H
#define RT_DB_CHOICE_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

#define DB_CHOICE_KEY_BYTES 65

enum db_choice {
	/* In use now. */
	DB_CHOICE_FLOW,
	DB_CHOICE_DESTINATION,
	DB_CHOICE_LOCATION,
	DB_CHOICE_POOL,
	DB_CHOICE_SITE,
	DB_CHOICE_TRUNK, /* of the company's account */
	DB_CHOICE_TRACKER,
	DB_CHOICE_PERSON, /* may see the company, and sign in; found by the
			   * address, too */
	DB_CHOICE_TAG,
	DB_CHOICE_PROMPT,
	DB_CHOICE_NUMBER,
	DB_CHOICE_NUMBER_FREE, /* neither in a pool nor a source's, nor
				* resting; as one that is chosen, any in use */
	/* Put away ones, too: calls have them still. */
	DB_CHOICE_ANY_DESTINATION,
	DB_CHOICE_ANY_LOCATION,
	DB_CHOICE_ANY_POOL,
	DB_CHOICE_ANY_NUMBER,
	DB_CHOICE_COUNT
};

struct db_choice_row {
	uint8_t id[ID_BYTES];
	char name[DB_NAME_BYTES];      /* of a number: its label */
	char key[DB_CHOICE_KEY_BYTES]; /* E.164 of a number; of a prompt what
					* flows call it by */
	uint32_t version; /* of a flow that is published, of a prompt that is
			   * live; 0: none */
};

/* Those with text in their name ("": all; of a number in label or digits), at
 * most max, by name; numbers in use by number, any numbers by label and those
 * without one last. ERR_TOOBIG: text is longer than
 * DB_REPORT_CALLS_SEARCH_CHARS. */
RT_MUST_USE enum err db_choice_list(struct db *db, struct company_id company,
    enum db_choice kind, struct slice text, uint32_t max, struct arena *mem,
    struct db_choice_row **rows, size_t *n);

/* ERR_NOTFOUND: none of the company that may be chosen. */
RT_MUST_USE enum err db_choice_get(struct db *db, struct company_id company,
    enum db_choice kind, const uint8_t id[ID_BYTES], struct db_choice_row *out);
/* By its name, of several the first that was made; a number by its E.164, a
 * prompt by its key. ERR_NOTFOUND. */
RT_MUST_USE enum err db_choice_called(struct db *db, struct company_id company,
    enum db_choice kind, struct slice name, struct db_choice_row *out);

#endif
