/*
 * pack.h - a column of many rows in few bytes: numbers as what they are above
 * the least of them, texts as places in a list of the different ones.
 *
 * The form is for one machine's own store: the same rows always give the same
 * bytes. Numbers are be64 least, u8 width (0, 1, 2, 4 or 8) and for each row
 * that many bytes, big-endian; texts are be32 how many there are, each as be16
 * length and bytes in the order in which they first come, and the rows' places
 * among them as numbers. Reading refuses what is not of this form.
 */
#ifndef RT_CORE_PACK_H
#define RT_CORE_PACK_H

#include "lib/base/arena.h"
#include "lib/base/buf.h"

/* Places are told in 16 bits. */
#define PACK_ROWS_MAX ((size_t)65535)

void pack_numbers(struct buf *out, const int64_t *rows, size_t n);
/* mem is for the time of the call. ERR_NOMEM: it is full; ERR_RANGE: too many
 * rows, or a text beyond 65535 bytes. */
RT_MUST_USE enum err pack_texts(struct buf *out, const struct slice *rows,
    size_t n, struct arena *mem);

/* All n of them and nothing behind: else ERR_SYNTAX. */
RT_MUST_USE enum err pack_read_numbers(struct slice in, size_t n,
    int64_t *rows);

struct pack_texts {
	struct slice *texts; /* borrowed from what was read */
	size_t n_texts;
	uint16_t *at; /* of each row, below n_texts */
};
/* Into mem; ERR_NOMEM: it is full. */
RT_MUST_USE enum err pack_read_texts(struct slice in, size_t n,
    struct arena *mem, struct pack_texts *out);

#endif
