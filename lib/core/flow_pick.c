#include "lib/core/flow_pick.h"

#include <assert.h>

#define BIT(i) (UINT32_C(1) << (i))

static unsigned int count(uint32_t set)
{
	unsigned int n = 0;

	for (; set != 0; set &= set - 1)
		n++;
	return n;
}

static unsigned int lowest(uint32_t set)
{
	unsigned int i = 0;

	while ((set & BIT(i)) == 0)
		i++;
	return i;
}

unsigned int flow_pick_nth(uint32_t set, uint32_t k)
{
	assert(set != 0); /* of nobody there is no k-th */
	for (k %= count(set); k > 0; k--)
		set &= set - 1;
	return lowest(set);
}

unsigned int flow_pick_from(uint32_t set, unsigned int from)
{
	const uint32_t after =
	    from < FLOW_MEMBERS_MAX ? set & (UINT32_MAX << from) : 0;

	return lowest(after != 0 ? after : set);
}

static uint32_t sum_of(uint32_t set, const uint32_t weight[FLOW_MEMBERS_MAX])
{
	uint32_t sum = 0;

	for (; set != 0; set &= set - 1)
		sum += weight[lowest(set)];
	return sum;
}

uint32_t flow_pick_sum(uint32_t set, const uint32_t weight[FLOW_MEMBERS_MAX])
{
	const uint32_t sum = sum_of(set, weight);

	return sum != 0 ? sum : count(set);
}

unsigned int flow_pick_weighted(uint32_t set,
    const uint32_t weight[FLOW_MEMBERS_MAX], uint32_t dice)
{
	if (sum_of(set, weight) == 0)
		return flow_pick_nth(set, dice);
	for (;;) {
		const unsigned int i = lowest(set);

		if (dice < weight[i])
			return i;
		dice -= weight[i];
		set &= set - 1;
	}
}

uint32_t flow_pick_tier(uint32_t set, const uint32_t tier[FLOW_MEMBERS_MAX])
{
	uint32_t best = UINT32_MAX, out = 0;

	for (; set != 0; set &= set - 1) {
		const unsigned int i = lowest(set);

		if (tier[i] < best) {
			best = tier[i];
			out = 0;
		}
		if (tier[i] == best)
			out |= BIT(i);
	}
	return out;
}

uint32_t flow_pick_first(uint32_t set, unsigned int n)
{
	uint32_t out = 0;

	for (; set != 0 && n > 0; set &= set - 1, n--)
		out |= BIT(lowest(set));
	return out;
}
