/*
 * prompts.h - the built-in prompts, as one run of mu-law for all calls.
 *
 * The store reads them once at start; the engine and its media threads map the
 * image read-only. Row 0 is the notice that a number without one of its own
 * plays.
 */
#ifndef RT_STORE_PROMPTS_H
#define RT_STORE_PROMPTS_H

#include "lib/base/buf.h"
#include "lib/core/snap.h"

#define PROMPTS_ROWS_MAX  16
#define PROMPTS_BYTES_MAX ((size_t)8 << 20)

struct prompts {
	struct buf image;
	struct snap_prompt row[PROMPTS_ROWS_MAX]; /* keys are constants */
	size_t n;
};

/* dirfd: the folder of the .ul files. ERR_IO: one is missing or cannot be read
 * (logged); ERR_TOOBIG; ERR_NOMEM. *out needs prompts_fini() after ERR_OK
 * only. */
RT_MUST_USE enum err prompts_load(int dirfd, struct prompts *out);
void prompts_fini(struct prompts *p);
/* The row of a key; false when there is none. */
bool prompts_find(const struct prompts *p, struct slice key, uint32_t *row);

#endif
