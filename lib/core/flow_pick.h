/*
 * flow_pick.h - distribution: which members of a group ring next.
 *
 * Pure arithmetic over bit sets: bit i is member i. What is shared by several
 * workers (the round robin's turn) comes in as a number.
 */
#ifndef RT_CORE_FLOW_PICK_H
#define RT_CORE_FLOW_PICK_H

#include "lib/core/flow_type.h"

/* The k-th (from 0) member of a set, counted again from the front when there
 * are not so many. The set must not be empty. */
unsigned int flow_pick_nth(uint32_t set, uint32_t k);
/* The first member of the set at or after `from`, going round. Not empty. */
unsigned int flow_pick_from(uint32_t set, unsigned int from);
/* One of the set with the chances of its weights; those of weight 0 only when
 * there are no others. dice: below the sum flow_pick_sum(). */
unsigned int flow_pick_weighted(uint32_t set,
    const uint32_t weight[FLOW_MEMBERS_MAX], uint32_t dice);
/* The sum of the weights, or the size of the set when that is 0. */
uint32_t flow_pick_sum(uint32_t set, const uint32_t weight[FLOW_MEMBERS_MAX]);
/* Those of the lowest tier in the set. */
uint32_t flow_pick_tier(uint32_t set, const uint32_t tier[FLOW_MEMBERS_MAX]);
/* The first n of the set. */
uint32_t flow_pick_first(uint32_t set, unsigned int n);

#endif
