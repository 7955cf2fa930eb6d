/*
 * prompts.h - all prompts as one run of mu-law for all calls: those that come
 * with the product, those of the companies, and the parts of whispers.
 *
 * The store reads the first once, at start, from files, and the others from
 * the database whenever they have changed; the engine and its media threads
 * map the image read-only. Row 0 is the notice that a number without one of
 * its own plays. Not thread-safe.
 */
#ifndef RT_STORE_PROMPTS_H
#define RT_STORE_PROMPTS_H

#include "lib/base/arena.h"
#include "lib/base/buf.h"
#include "lib/core/snap.h"
#include "lib/db/db.h"

#define PROMPTS_BYTES_MAX ((size_t)1 << 30)
#define PROMPTS_ROWS_MAX  200000

struct prompts {
	struct buf image;
	/* Built-in ones, the companies' by company and key, then the parts of
	 * whispers by key, which flows find by themselves. */
	struct snap_prompt *row;
	struct prompts_owner *owner; /* of each row */
	size_t n;
	size_t n_builtin;
	size_t n_own;         /* of the companies */
	size_t builtin_bytes; /* at the beginning of image */
	struct arena mem;
};

/* dirfd: the folder of the .ul files. ERR_IO: one is missing or cannot be read
 * (logged); ERR_TOOBIG; ERR_NOMEM. *out needs prompts_fini() after ERR_OK
 * only. */
RT_MUST_USE enum err prompts_load(int dirfd, struct prompts *out);
void prompts_fini(struct prompts *p);

/* Brings all but the built-in prompts up to date. *changed: image and rows are
 * new ones. After an error the old ones stay. Prompts that find no room are
 * left out and logged. Errors as db.h. */
RT_MUST_USE enum err prompts_refresh(struct prompts *p, struct db *db,
    bool *changed);

/* The row of a key: the company's own, else the built-in one; false when there
 * is neither. */
bool prompts_find(const struct prompts *p, struct company_id company,
    struct slice key, uint32_t *row);

#endif
