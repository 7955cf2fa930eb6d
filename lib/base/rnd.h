/*
 * rnd.h - random bytes from the system, and seeded dice for pure code.
 *
 * Tokens, ids and keys come from rnd_bytes(). The dice are for distribution
 * and simulation only: fast, repeatable from a seed, never for secrets.
 */
#ifndef RT_BASE_RND_H
#define RT_BASE_RND_H

#include "lib/base/rt.h"

/* Cryptographic. Aborts when the system has no randomness: nothing sensible
 * can be done without. */
void rnd_bytes(void *out, size_t n);

struct rnd_dice {
	uint64_t s[4];
};

void rnd_seed(struct rnd_dice *d, uint64_t seed);
uint64_t rnd_u64(struct rnd_dice *d);
/* 0 to n - 1, each equally likely; n must not be 0. */
uint64_t rnd_below(struct rnd_dice *d, uint64_t n);

#endif
