#include "sipworker/net/srv_order.h"

#include <assert.h>

/* One of those that are left and have this priority. Weight 0 gets its small
 * chance: each counts one more than it says, which changes nothing that
 * anybody could measure. */
static size_t draw(const struct srv_rank *rank, size_t n, unsigned int left,
    uint16_t priority, struct rnd_dice *dice)
{
	uint64_t sum = 0, at;
	size_t last = 0;

	for (size_t i = 0; i < n; i++)
		if ((left & 1u << i) != 0 && rank[i].priority == priority)
			sum += rank[i].weight + UINT64_C(1);
	at = rnd_below(dice, sum);
	for (size_t i = 0; i < n; i++) {
		if ((left & 1u << i) == 0 || rank[i].priority != priority)
			continue;
		last = i;
		if (at <= rank[i].weight)
			break;
		at -= rank[i].weight + UINT64_C(1);
	}
	return last;
}

void srv_order(const struct srv_rank *rank, size_t n, struct rnd_dice *dice,
    uint8_t order[SRV_ORDER_MAX])
{
	unsigned int left = (1u << n) - 1;

	assert(n <= SRV_ORDER_MAX);
	for (size_t k = 0; k < n; k++) {
		uint16_t lowest = UINT16_MAX;
		size_t i;

		for (i = 0; i < n; i++)
			if ((left & 1u << i) != 0 && rank[i].priority < lowest)
				lowest = rank[i].priority;
		i = draw(rank, n, left, lowest, dice);
		order[k] = (uint8_t)i;
		left &= ~(1u << i);
	}
}
