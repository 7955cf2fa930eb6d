/*
 * rnd.h - random bytes from the system, and seeded dice for pure code.
 *
 * Tokens and keys come from rnd_bytes(), ids from it or rnd_id_bytes(). The
 * dice are for distribution and simulation only: fast, repeatable from a seed,
 * never for secrets.
 */
#ifndef RT_BASE_RND_H
#define RT_BASE_RND_H

#include "lib/base/rt.h"

/* Cryptographic. Aborts when the system has no randomness: nothing sensible
 * can be done without. */
void rnd_bytes(void *out, size_t n);
/* The same for ids, of which some programs make many: this thread draws a
 * kilobyte at a time, as asking the system costs more than its bytes. Nothing
 * is given out twice, not by a forked child either. Keys and tokens, which lie
 * in no memory before they are needed, come from rnd_bytes(). */
void rnd_id_bytes(void *out, size_t n);

struct rnd_dice {
	uint64_t s[4];
};

void rnd_seed(struct rnd_dice *d, uint64_t seed);
uint64_t rnd_u64(struct rnd_dice *d);
/* 0 to n - 1, each equally likely; n must not be 0. */
uint64_t rnd_below(struct rnd_dice *d, uint64_t n);

#endif
