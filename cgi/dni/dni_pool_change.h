/*
 * dni_pool_change.h - numbers that came to a pool in use, or left it.
 *
 * What takes long, reading and sorting, needs no lock: only the keeper's
 * thread changes which numbers a pool has. What needs the lock changes only
 * the numbers that came or went, and leases go on meanwhile. When numbers move
 * from one pool to another, the first must give them up before the second
 * reads whose they were.
 */
#ifndef RT_CGI_DNI_DNI_POOL_CHANGE_H
#define RT_CGI_DNI_DNI_POOL_CHANGE_H

#include "cgi/dni/dni_pool.h"
#include "lib/db/db_lease.h"

struct dni_pool_fresh {
	struct lease_last row;
	struct dni_number shown;
	uint32_t was; /* its retired slot here, UINT32_MAX: none */
};

struct dni_pool_change {
	uint32_t *gone; /* slots */
	size_t n_gone;
	bool more; /* there are numbers which the pool has not */
	struct dni_pool_fresh *fresh;
	size_t n_fresh;
	int64_t
	    moved_us; /* of the clock since it was read: dni_clock_since() */
};

/* What left, and whether something came. End it with dni_pool_change_end(),
 * also after an error. */
RT_MUST_USE enum err dni_pool_change_find(struct db *db,
    const struct dni_pool *p, struct dni_pool_change *c);
/* With the lock held: what left is not given out any more. */
void dni_pool_change_retire(struct dni_pool *p, int64_t now_us,
    const struct dni_pool_change *c);
/* Reads of what came at most so many numbers; c->more: there are others. */
RT_MUST_USE enum err dni_pool_change_read(struct db *db,
    const struct dni_pool *p, size_t most, struct dni_pool_change *c);
/* With the lock held: what came is given out. ERR_NOMEM; ERR_RANGE: the pool
 * is too large. */
RT_MUST_USE enum err dni_pool_change_add(struct dni_pool *p, int64_t now_us,
    const struct dni_pool_change *c);
void dni_pool_change_end(struct dni_pool_change *c);

#endif
