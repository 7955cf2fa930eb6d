/*
 * take.h - reads back what buf_be*() wrote: a cursor over binary input.
 *
 * Sticky like buf: after the first short read every take returns zeros and
 * take_end() reports ERR_SYNTAX. take_end() also refuses left-over bytes, so a
 * decoder that forgets a field cannot pass.
 */
#ifndef RT_BASE_TAKE_H
#define RT_BASE_TAKE_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

struct take {
	struct slice rest;
	bool failed;
};

void take_init(struct take *t, struct slice in);
uint8_t take_u8(struct take *t);
uint16_t take_be16(struct take *t);
uint32_t take_be32(struct take *t);
uint64_t take_be64(struct take *t);
int64_t take_i64(struct take *t);
/* n bytes, borrowed from the input. */
struct slice take_bytes(struct take *t, size_t n);
/* Copies exactly n bytes into out; zeros on failure. */
void take_copy(struct take *t, void *out, size_t n);
/* A be16 length and that many bytes; more than max fails. */
struct slice take_text(struct take *t, size_t max);
/* ERR_OK when everything was there and nothing is left. */
RT_MUST_USE enum err take_end(const struct take *t);

#endif
