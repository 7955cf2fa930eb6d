/*
 * db_spoken.h - the parts of whispers that a voice speaks beforehand.
 *
 * A job asks for what published flows may have to say, makes the sound of what
 * is new, and forgets what nobody has wanted for long. Not a company's: the
 * text of a campaign is the key of its own sound, and nobody can list them.
 */
#ifndef RT_DB_SPOKEN_H
#define RT_DB_SPOKEN_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

#define DB_SPOKEN_KEY_BYTES  25
#define DB_SPOKEN_ULAW_MAX   ((size_t)30 * 8000)
#define DB_SPOKEN_VALUES_MAX 500 /* of one variable of one company */

#define DB_SPOKEN_LANGUAGE_BYTES 65 /* 16 characters */

/* Wanted now, again or for the first time. language: BCP 47. */
RT_MUST_USE enum err db_spoken_want(struct db *db, struct slice key,
    struct slice text, struct slice language, int64_t now_us);

struct spoken_row {
	char key[DB_SPOKEN_KEY_BYTES];
	char text[DB_TEXT_BYTES];
	char language[DB_SPOKEN_LANGUAGE_BYTES];
	uint32_t samples; /* 0 while pending */
};

/* Up to max that have no sound yet. */
RT_MUST_USE enum err db_spoken_pending(struct db *db, uint32_t max,
    struct arena *mem, struct spoken_row **rows, size_t *n);
/* ulaw empty: it cannot be said. */
RT_MUST_USE enum err db_spoken_set(struct db *db, struct slice key,
    struct slice ulaw);
/* All that can be played, by key: for workers. */
struct spoken_live {
	char key[DB_SPOKEN_KEY_BYTES];
	char language[DB_SPOKEN_LANGUAGE_BYTES];
	uint32_t samples;
};
RT_MUST_USE enum err db_spoken_live(struct db *db, struct arena *mem,
    struct spoken_live **rows, size_t *n);
RT_MUST_USE enum err db_spoken_audio(struct db *db, struct slice key,
    struct arena *mem, struct slice *out);
/* Forgets up to max that nobody wanted since before_us; *removed counts. */
RT_MUST_USE enum err db_spoken_sweep(struct db *db, int64_t before_us,
    uint32_t max, uint64_t *removed);

/* What a variable of a whisper may have to say: the values of a company's
 * visits since since_us and of its trackers. */
enum spoken_variable {
	SPOKEN_SOURCE,
	SPOKEN_MEDIUM,
	SPOKEN_CAMPAIGN,
	SPOKEN_KEYWORD,
	SPOKEN_NUMBER, /* names of tracking numbers */
	SPOKEN_VARIABLE_COUNT
};
RT_MUST_USE enum err db_spoken_values(struct db *db, struct company_id company,
    enum spoken_variable variable, int64_t since_us, struct arena *mem,
    struct slice **out, size_t *n);

/* The published flows of all companies: documents to look for whispers in. */
struct spoken_flow {
	struct company_id company;
	struct slice document;
};
RT_MUST_USE enum err db_spoken_flows(struct db *db, struct arena *mem,
    struct spoken_flow **rows, size_t *n);

#endif
