/*
 * srv_order.h - in which order the servers of an SRV answer are tried
 * (RFC 2782): lower priority first, among equals at random by weight.
 */
#ifndef RT_NET_SRV_ORDER_H
#define RT_NET_SRV_ORDER_H

#include "lib/base/rnd.h"

#define SRV_ORDER_MAX 8

struct srv_rank {
	uint16_t priority;
	uint16_t weight;
};

/* order: the numbers 0 to n - 1, n at most SRV_ORDER_MAX. */
void srv_order(const struct srv_rank *rank, size_t n, struct rnd_dice *dice,
    uint8_t order[SRV_ORDER_MAX]);

#endif
