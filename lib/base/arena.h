/*
 * arena.h - memory that is given back all at once, up to a stated maximum.
 *
 * For one request or one parse: allocate freely, end with arena_reset() or
 * arena_fini(). Blocks grow by doubling. Not thread-safe; one owner.
 */
#ifndef RT_BASE_ARENA_H
#define RT_BASE_ARENA_H

#include "lib/base/slice.h"

struct arena_block;

struct arena {
	struct arena_block *blocks; /* newest first */
	size_t used_bytes;          /* of all blocks, counted against max */
	size_t max_bytes;
};

/* Allocates nothing yet. */
void arena_init(struct arena *a, size_t max_bytes);
/* Frees every block but the first, which is kept for the next request. */
void arena_reset(struct arena *a);
void arena_fini(struct arena *a);

/* Zeroed, aligned for any type. NULL when the maximum or memory is reached.
 * n == 0 gives a valid pointer of no length. */
void *arena_alloc(struct arena *a, size_t n);
/* The same for an array; the product is checked. */
void *arena_array(struct arena *a, size_t count, size_t size);
/* A copy of s followed by a NUL; NULL as above. */
char *arena_cstr(struct arena *a, struct slice s);
/* A copy of s; *out is written only on success. */
RT_MUST_USE bool arena_copy(struct arena *a, struct slice s, struct slice *out);

#endif
