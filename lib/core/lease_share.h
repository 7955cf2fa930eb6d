/*
 * lease_share.h - how many of a pool's numbers each address and each network
 * has: for lease.c alone.
 *
 * A number counts for who asked for it last, from its lease on and as long as
 * nobody else may have it: while it is held, and while it rests after that. One
 * that left the pool counts for nobody; nor does one whose lease was read after
 * a start, until its holder asks.
 */
#ifndef RT_CORE_LEASE_SHARE_H
#define RT_CORE_LEASE_SHARE_H

#include "lib/base/err.h"
#include "lib/core/lease.h"

struct lease_share_row {
	uint64_t who; /* 0: empty */
	uint32_t n;
};

struct lease_shares {
	struct lease_share_row *rows; /* hash table */
	uint32_t mask;
};

/* An empty table for max numbers: two rows of each. ERR_NOMEM. */
RT_MUST_USE enum err lease_share_new(struct lease_shares *s, uint32_t max);
void lease_share_free(struct lease_shares *s);

/* How many numbers who has; of 0: none. */
uint32_t lease_share_of(const struct lease_shares *s, uint64_t who);
/* One more, one less. Nothing for 0. */
void lease_share_add(struct lease_shares *s, uint64_t who);
void lease_share_drop(struct lease_shares *s, uint64_t who);

/* An address may have half of a pool's numbers (two of a small one), so that
 * the rest of the world finds some, and the addresses of one network, who has
 * thousands of IPv6's /64, three quarters. */
bool lease_share_spent(const struct lease_shares *s,
    const struct lease_from *from, uint32_t numbers);

#endif
