/*
 * db_prompt.h - what callers hear: prompts and their versions.
 *
 * A version comes as an uploaded file or as a text to be spoken and waits
 * (PENDING) for the job that makes mu-law of it; then it is READY and, being
 * the newest, what calls play, or FAILED with a reason for people. Ready
 * versions are kept: the proof of a disclosure names one.
 */
#ifndef RT_DB_PROMPT_H
#define RT_DB_PROMPT_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

#define DB_PROMPT_KEY_MAX    64   /* bytes: a-z 0-9 - _ . */
#define DB_PROMPT_TEXT_MAX   5000 /* bytes of a text of 1,000 letters */
#define DB_PROMPT_UPLOAD_MAX ((size_t)8 << 20) /* bytes of a file */
#define DB_PROMPT_ULAW_MAX   ((size_t)300 * 8000)
#define DB_PROMPTS_MAX       500 /* of one company */

/* The kind of the job that makes a version ready; its payload is the prompt's
 * public id, a blank, and the version's number. */
#define DB_PROMPT_JOB "prompt"

enum prompt_state {
	PROMPT_PENDING,
	PROMPT_READY,
	PROMPT_FAILED
};

struct prompt_row {
	struct prompt_id id;
	char name[DB_NAME_BYTES];
	char key[DB_PROMPT_KEY_MAX + 1];
	char language[17]; /* BCP 47: "en-US" */
	uint32_t last_version;
	uint32_t live_version; /* 0: none is ready */
	int64_t created_us;
	/* Of the last version. */
	enum prompt_state state;
	char reason[DB_TEXT_BYTES];
	uint32_t samples; /* of the live one, 8000 a second */
};

struct prompt_version {
	uint32_t version;
	bool speech; /* made of text, else uploaded */
	enum prompt_state state;
	char reason[DB_TEXT_BYTES];
	struct slice text; /* speech */
	char voice[33];    /* speech: key in lib/core/voice */
	uint32_t samples;
	struct user_id by; /* nil: the system */
	int64_t created_us;
};

/* ERR_CONFLICT: the key is in use; ERR_RANGE: the company has
 * DB_PROMPTS_MAX, or is none. */
RT_MUST_USE enum err db_prompt_add(struct db *db, struct company_id company,
    const struct prompt_row *row);
RT_MUST_USE enum err db_prompt_get(struct db *db, struct company_id company,
    struct prompt_id id, struct prompt_row *out);
RT_MUST_USE enum err db_prompt_list(struct db *db, struct company_id company,
    struct arena *mem, struct prompt_row **rows, size_t *n);
/* What a trial of a flow has to know of all of them, by name. */
struct prompt_sound {
	char key[DB_PROMPT_KEY_MAX + 1];
	char language[17];
	uint32_t samples; /* of the live one; 0: none */
};
RT_MUST_USE enum err db_prompt_sounds(struct db *db, struct company_id company,
    struct arena *mem, struct prompt_sound **rows, size_t *n);
/* Name only: flows know it by its key. */
RT_MUST_USE enum err db_prompt_rename(struct db *db, struct company_id company,
    struct prompt_id id, struct slice name);
RT_MUST_USE enum err db_prompt_archive(struct db *db, struct company_id company,
    struct prompt_id id, int64_t now_us);

/* Appends a version and the job that makes it ready. file is the upload, or
 * empty when v->speech. *version is its number. */
RT_MUST_USE enum err db_prompt_write(struct db *db, struct company_id company,
    struct prompt_id id, const struct prompt_version *v, struct slice file,
    uint32_t *version);
RT_MUST_USE enum err db_prompt_versions(struct db *db,
    struct company_id company, struct prompt_id id, struct arena *mem,
    struct prompt_version **rows, size_t *n);
RT_MUST_USE enum err db_prompt_version(struct db *db, struct company_id company,
    struct prompt_id id, uint32_t version, struct arena *mem,
    struct prompt_version *out);
/* The upload of a pending version; ERR_NOTFOUND: none. */
RT_MUST_USE enum err db_prompt_upload(struct db *db, struct company_id company,
    struct prompt_id id, uint32_t version, struct arena *mem,
    struct slice *out);
/* The audio of a ready version; ERR_NOTFOUND: not ready. */
RT_MUST_USE enum err db_prompt_audio(struct db *db, struct company_id company,
    struct prompt_id id, uint32_t version, struct arena *mem,
    struct slice *out);

/* A flow that is published and names the prompt. */
struct prompt_flow {
	struct flow_id id;
	char name[DB_NAME_BYTES];
};
/* By name, at most 100. key: of struct prompt_row. A step that is called as
 * the prompt is counts, too: one flow too many is asked about, none too few. */
RT_MUST_USE enum err db_prompt_flows(struct db *db, struct company_id company,
    struct slice key, struct arena *mem, struct prompt_flow **rows, size_t *n);

/* From PENDING only; ERR_NOTFOUND: it is not, or not any more. Live at once,
 * unless a newer one is. */
RT_MUST_USE enum err db_prompt_ready(struct db *db, struct company_id company,
    struct prompt_id id, uint32_t version, struct slice ulaw, int64_t now_us);
RT_MUST_USE enum err db_prompt_failed(struct db *db, struct company_id company,
    struct prompt_id id, uint32_t version, struct slice reason);

/* Every live prompt, by company and key: what a worker loads (the audio by
 * db_prompt_audio()), and how it sees that nothing has changed. */
struct prompt_live {
	struct company_id company;
	struct prompt_id id;
	char key[DB_PROMPT_KEY_MAX + 1];
	char language[17];
	uint32_t version;
	uint32_t samples;
};
RT_MUST_USE enum err db_prompt_live(struct db *db, struct arena *mem,
    struct prompt_live **rows, size_t *n);

#endif
