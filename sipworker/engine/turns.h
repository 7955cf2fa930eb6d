/*
 * turns.h - whose turn it is in round robins, beside the count that all workers
 * share (lib/db/db_reserve.h).
 *
 * A question that is not answered in time is decided by this worker's own
 * count. The answer that comes late all the same is a turn that was counted and
 * that nobody took: it is owed to the next call, which needs not ask then. So
 * the members are called evenly even while the database is often late, but for
 * one call by each worker's own count and the turns whose answers are lost.
 */
#ifndef RT_ENGINE_TURNS_H
#define RT_ENGINE_TURNS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/slice.h"

#define TURNS_MAX  1024 /* counters, by hash: one may push out another */
#define TURNS_OWED 8    /* of each; of more the others are lost */

struct turns {
	struct turns_row {
		uint64_t of; /* 0: unused */
		uint32_t own;
		uint32_t n_owed;
		uint32_t owed[TURNS_OWED];
	} row[TURNS_MAX];
};

/* What a counter is known by here, of its name. Never 0. */
uint64_t turns_of(struct slice name);

/* Our own next turn; a counter that is new begins at `begin`, so that not all
 * workers begin with the same member. */
uint32_t turns_own(struct turns *t, uint64_t of, uint32_t begin);
/* turn was counted, and nobody has taken it. */
void turns_owe(struct turns *t, uint64_t of, uint32_t turn);
/* False: none is owed. */
bool turns_take(struct turns *t, uint64_t of, uint32_t *turn);

#endif
