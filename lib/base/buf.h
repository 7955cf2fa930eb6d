/*
 * buf.h - output that grows up to a stated maximum, with a sticky error.
 *
 * Invariants: n <= cap <= max; p holds n bytes followed by room for more; once
 * a write did not fit or memory ran out the buffer stays failed, further
 * writes do nothing, and buf_err() says why. So a writer writes everything and
 * checks once. A fixed buffer (buf_over) never allocates.
 */
#ifndef RT_BASE_BUF_H
#define RT_BASE_BUF_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

struct buf {
	char *p;
	size_t n;
	size_t cap;
	size_t max;
	enum err e;
	bool fixed;
};

/* A growing buffer of at most max bytes; nothing is allocated yet. Ended with
 * buf_fini(). */
void buf_init(struct buf *b, size_t max);
/* A buffer over the caller's memory; buf_fini() is then optional. */
void buf_over(struct buf *b, void *mem, size_t cap);
void buf_fini(struct buf *b);
/* Empties b, clears its error and keeps its memory. */
void buf_reset(struct buf *b);

void buf_put(struct buf *b, struct slice s);
void buf_bytes(struct buf *b, const void *p, size_t n);
void buf_cstr(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_u64(struct buf *b, uint64_t v);
void buf_i64(struct buf *b, int64_t v);
void buf_hex(struct buf *b, const void *p, size_t n);
void buf_printf(struct buf *b, const char *fmt, ...) RT_PRINTF(2, 3);

/* Big-endian integers, for wire and file formats. */
void buf_be16(struct buf *b, uint16_t v);
void buf_be32(struct buf *b, uint32_t v);
void buf_be64(struct buf *b, uint64_t v);

/* n bytes to be filled by the caller at once, already counted in b->n; NULL
 * when they do not fit. */
char *buf_room(struct buf *b, size_t n);

/* What was written so far; valid until the next write. */
struct slice buf_slice(const struct buf *b);
/* ERR_OK, ERR_TOOBIG (max reached) or ERR_NOMEM. */
RT_MUST_USE enum err buf_err(const struct buf *b);
/* Marks b as failed with e, unless it failed before. */
void buf_fail(struct buf *b, enum err e);

#endif
