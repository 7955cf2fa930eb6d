/*
 * lease_table.h - what a pool of lib/core/lease is made of, and who holds
 * which of its numbers: for lease.c alone.
 */
#ifndef RT_CORE_LEASE_TABLE_H
#define RT_CORE_LEASE_TABLE_H

#include "lib/core/lease.h"
#include "lib/core/lease_share.h"

#define NIL   UINT32_MAX
#define NEVER INT64_MIN

enum lease_state {
	FREE,
	HELD,
	RETIRED,      /* not in any list */
	HELD_RETIRING /* held as long as it is now, then retired */
};

struct number {
	struct lease_holder holder; /* of now, or the last one; zero: none */
	int64_t beat_us;            /* of the live lease */
	int64_t released_us;        /* of the last lease; NEVER */
	struct lease_from from;     /* it counts for */
	uint32_t prev;
	uint32_t next;
	enum lease_state state;
};

struct list {
	uint32_t head;
	uint32_t tail;
	uint32_t n;
};

struct lease_pool {
	struct number *numbers;
	uint32_t n;
	uint32_t max;
	uint32_t *slots; /* hash table of indexes, NIL: empty */
	uint32_t mask;
	struct list free;
	struct list held;
	struct list ahead; /* held, too; beat_us is later than now_us */
	uint32_t joined;   /* last, and was free then; NIL */
	uint32_t resting;  /* first of the free that may count; NIL */
	uint32_t retired;
	uint32_t retiring; /* held, and retired after that */
	struct lease_shares shares;
	int64_t now_us; /* latest seen */
	int64_t lease_us;
	int64_t gap_us;
	int64_t shortest_gap_us;
};

bool lease_table_is_nobody(const struct lease_holder *h);
/* The number that the holder has or had last; NIL: none. */
uint32_t lease_table_find(const struct lease_pool *p,
    const struct lease_holder *h);
/* The number's holder, whom no other number has, into the table. */
void lease_table_put(struct lease_pool *p, uint32_t i);
/* Another holder, or nobody, in place of the number's. */
void lease_table_set(struct lease_pool *p, uint32_t i,
    const struct lease_holder *h);

#endif
