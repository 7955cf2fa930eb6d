/*
 * db_flow.h - call flows as documents in versions.
 *
 * A version is written once and never changed; one of them is published and
 * run by live calls. Documents are JSON, checked by lib/json/flow_json before
 * they come here.
 */
#ifndef RT_DB_FLOW_H
#define RT_DB_FLOW_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

#define DB_FLOW_DOCUMENT_MAX 1048576

struct flow_row {
	struct flow_id id;
	char name[DB_NAME_BYTES];
	uint32_t last_version;      /* 0: none written yet */
	uint32_t published_version; /* 0: none */
	uint32_t numbers;           /* that run it; read only */
	int64_t created_us;
};

/* Names are one of a kind in a company, whatever the case and accents of their
 * letters; one that is archived gives its own up. ERR_CONFLICT: taken. */
RT_MUST_USE enum err db_flow_add(struct db *db, struct company_id company,
    const struct flow_row *row);
RT_MUST_USE enum err db_flow_get(struct db *db, struct company_id company,
    struct flow_id id, struct flow_row *out);
/* Those in use by name, each() for one after the other: it must not ask for
 * them again. */
RT_MUST_USE enum err db_flow_each(struct db *db, struct company_id company,
    void (*each)(void *arg, const struct flow_row *row), void *arg);
/* ERR_CONFLICT: the name is another's. */
RT_MUST_USE enum err db_flow_rename(struct db *db, struct company_id company,
    struct flow_id id, struct slice name);
/* ERR_CONFLICT: a number in use runs it, or a published flow goes to it. */
RT_MUST_USE enum err db_flow_archive(struct db *db, struct company_id company,
    struct flow_id id, int64_t now_us);
/* Appends a version; *version is its number. Not yet live. by nil: system. */
RT_MUST_USE enum err db_flow_write(struct db *db, struct company_id company,
    struct flow_id id, struct slice document, struct user_id by, int64_t now_us,
    uint32_t *version);
RT_MUST_USE enum err db_flow_document(struct db *db, struct company_id company,
    struct flow_id id, uint32_t version, struct arena *mem,
    struct slice *document);
/* An earlier version rolls back. Live calls keep the version they began
 * with. */
RT_MUST_USE enum err db_flow_publish(struct db *db, struct company_id company,
    struct flow_id id, uint32_t version, int64_t now_us);

struct flow_version {
	uint32_t version;
	char by_name[DB_NAME_BYTES]; /* "" the system, or a user who is gone */
	int64_t created_us;
	int64_t published_us; /* last time; 0: never */
};

/* Newest first, below version before (0: all), at most max. */
RT_MUST_USE enum err db_flow_versions(struct db *db, struct company_id company,
    struct flow_id id, uint32_t before, uint32_t max, struct arena *mem,
    struct flow_version **rows, size_t *n);

/* Cases that are tried on every publishing; document "" none. block: one that
 * fails forbids it. */
RT_MUST_USE enum err db_flow_cases(struct db *db, struct company_id company,
    struct flow_id id, struct arena *mem, struct slice *document, bool *block);
RT_MUST_USE enum err db_flow_cases_set(struct db *db, struct company_id company,
    struct flow_id id, struct slice document, bool block);

#endif
