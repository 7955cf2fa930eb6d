/*
 * lease_list.h - the lists that run through a pool's numbers: for lease.c
 * alone.
 */
#ifndef RT_CORE_LEASE_LIST_H
#define RT_CORE_LEASE_LIST_H

#include "lib/core/lease_table.h"

#define LEASE_LIST_EMPTY ((struct list){ NIL, NIL, 0 })

/* A number that is in no list, to the end or to the front. */
void lease_list_push(struct lease_pool *p, struct list *l, uint32_t i);
void lease_list_push_front(struct lease_pool *p, struct list *l, uint32_t i);
void lease_list_drop(struct lease_pool *p, struct list *l, uint32_t i);
/* Of two, not both empty, the one whose first number was extended earlier. */
struct list *lease_list_earlier(const struct lease_pool *p, struct list *a,
    struct list *b);

#endif
