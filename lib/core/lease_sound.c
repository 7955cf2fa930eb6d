#include "lib/core/lease_sound.h"

bool lease_sound_list(const struct lease_pool *p, const struct list *l,
    bool held)
{
	int64_t last = NEVER;
	uint32_t prev = NIL, n = 0;

	for (uint32_t i = l->head; i != NIL; i = p->numbers[i].next) {
		const struct number *x = &p->numbers[i];
		const int64_t at = held ? x->beat_us : x->released_us;

		if (x->prev != prev || at < last || n++ > p->n)
			return false;
		if (held != (x->state == HELD || x->state == HELD_RETIRING))
			return false;
		if (held && (at > p->now_us) != (l == &p->ahead))
			return false;
		last = at;
		prev = i;
	}
	return l->tail == prev && l->n == n;
}

bool lease_sound_shares(const struct lease_pool *p)
{
	size_t told = 0, counted = 0;

	for (uint32_t i = 0; i < p->n; i++) {
		const struct number *x = &p->numbers[i];

		told += x->from.client != 0 ? 1 : 0;
		told += x->from.network != 0 ? 1 : 0;
		if ((x->from.client != 0 &&
			lease_share_of(&p->shares, x->from.client) == 0) ||
		    (x->from.client != 0 &&
			(x->state == RETIRED || x->state == HELD_RETIRING)))
			return false;
	}
	for (uint32_t s = 0; s <= p->shares.mask; s++)
		counted += p->shares.rows[s].n;
	for (uint32_t i = p->free.head; i != p->resting; i = p->numbers[i].next)
		if (i == NIL || p->numbers[i].from.client != 0)
			return false;
	return told == counted;
}
