#include "lib/core/lease_whose.h"

void lease_whose_set(struct lease_pool *p, uint32_t i,
    const struct lease_from *from)
{
	struct number *x = &p->numbers[i];

	if (x->from.client == from->client && x->from.network == from->network)
		return;
	lease_share_drop(&p->shares, x->from.client);
	lease_share_drop(&p->shares, x->from.network);
	x->from = *from;
	lease_share_add(&p->shares, from->client);
	lease_share_add(&p->shares, from->network);
}

void lease_whose_nobody(struct lease_pool *p, uint32_t i)
{
	static const struct lease_from nobody;

	lease_whose_set(p, i, &nobody);
}

bool lease_whose_spent(const struct lease_pool *p, uint32_t i,
    const struct lease_from *from)
{
	if (i != NIL && from->client != 0 &&
	    p->numbers[i].from.client == from->client)
		return false;
	return lease_share_spent(&p->shares, from,
	    p->n - p->retired - p->retiring);
}

enum err lease_whose_grow(const struct lease_pool *p, uint32_t max,
    struct lease_shares *out)
{
	const enum err e = lease_share_new(out, max);

	for (uint32_t i = 0; e == ERR_OK && i < p->n; i++) {
		lease_share_add(out, p->numbers[i].from.client);
		lease_share_add(out, p->numbers[i].from.network);
	}
	return e;
}
