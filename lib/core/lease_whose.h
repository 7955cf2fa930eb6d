/*
 * lease_whose.h - for whom a pool's numbers count: for lease.c alone.
 */
#ifndef RT_CORE_LEASE_WHOSE_H
#define RT_CORE_LEASE_WHOSE_H

#include "lib/core/lease_table.h"

/* Number i counts for from, or for nobody, from now on. */
void lease_whose_set(struct lease_pool *p, uint32_t i,
    const struct lease_from *from);
void lease_whose_nobody(struct lease_pool *p, uint32_t i);
/* May from have none more? i: the holder's last number, NIL: none; one that
 * counts for from already is none more. */
bool lease_whose_spent(const struct lease_pool *p, uint32_t i,
    const struct lease_from *from);
/* The same counts in a table for max numbers; p's own stays. ERR_NOMEM. */
RT_MUST_USE enum err lease_whose_grow(const struct lease_pool *p, uint32_t max,
    struct lease_shares *out);

#endif
