#include "lib/core/lease_table.h"

#include <assert.h>
#include <string.h>

bool lease_table_is_nobody(const struct lease_holder *h)
{
	return id_is_nil(h->v);
}

/* Ids are random in their last bytes, but a visitor's id comes from outside:
 * mix, so that nobody can aim at one slot cheaply. */
static uint32_t slot_of(const struct lease_pool *p,
    const struct lease_holder *h)
{
	uint64_t a, b;

	memcpy(&a, h->v, sizeof(a));
	memcpy(&b, h->v + sizeof(a), sizeof(b));
	a = (a ^ (b >> 29)) * UINT64_C(0x9e3779b97f4a7c15);
	b = (b ^ (a >> 32)) * UINT64_C(0xbf58476d1ce4e5b9);
	return (uint32_t)((b ^ (b >> 31)) & p->mask);
}

uint32_t lease_table_find(const struct lease_pool *p,
    const struct lease_holder *h)
{
	uint32_t s;

	if (lease_table_is_nobody(h))
		return NIL;
	for (s = slot_of(p, h); p->slots[s] != NIL; s = (s + 1) & p->mask)
		if (id_eq(p->numbers[p->slots[s]].holder.v, h->v))
			return p->slots[s];
	return NIL;
}

void lease_table_put(struct lease_pool *p, uint32_t i)
{
	uint32_t s = slot_of(p, &p->numbers[i].holder);

	while (p->slots[s] != NIL)
		s = (s + 1) & p->mask;
	p->slots[s] = i;
}

/* Linear probing without tombstones: what follows moves up. */
static void table_drop(struct lease_pool *p, uint32_t i)
{
	uint32_t s = slot_of(p, &p->numbers[i].holder);
	uint32_t gap, k;

	while (p->slots[s] != i) {
		assert(p->slots[s] != NIL);
		s = (s + 1) & p->mask;
	}
	p->slots[s] = NIL;
	gap = s;
	for (s = (s + 1) & p->mask; p->slots[s] != NIL; s = (s + 1) & p->mask) {
		k = slot_of(p, &p->numbers[p->slots[s]].holder);
		/* Its home lies between the gap and itself: it may stay. */
		if (((s - k) & p->mask) < ((s - gap) & p->mask))
			continue;
		p->slots[gap] = p->slots[s];
		p->slots[s] = NIL;
		gap = s;
	}
}

void lease_table_set(struct lease_pool *p, uint32_t i,
    const struct lease_holder *h)
{
	const struct lease_holder copy = *h;

	if (!lease_table_is_nobody(&p->numbers[i].holder))
		table_drop(p, i);
	p->numbers[i].holder = copy;
	if (!lease_table_is_nobody(&copy))
		lease_table_put(p, i);
}
