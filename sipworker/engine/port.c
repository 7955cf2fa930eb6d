#include "sipworker/engine/port.h"

#include <stdlib.h>

/* 15 bits suffice for every even port; the rest counts uses. */
#define INDEX_BITS 15
#define INDEX_MASK ((UINT32_C(1) << INDEX_BITS) - 1)

enum err port_init(struct port_table *t, uint16_t min, uint16_t max)
{
	*t = (struct port_table){ 0 };
	if (min % 2 != 0 || min == 0 || max <= min)
		return ERR_RANGE;
	t->n = (uint32_t)(max - min + 1) / 2;
	t->v = calloc(t->n, sizeof(t->v[0]));
	if (t->v == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < t->n; i++) {
		t->v[i].number = (uint16_t)(min + 2 * i);
		t->v[i].next = i + 1;
		t->v[i].free_at_us = INT64_MIN;
	}
	t->tail = t->n - 1;
	return ERR_OK;
}

void port_fini(struct port_table *t)
{
	free(t->v);
	*t = (struct port_table){ 0 };
}

struct port *port_take(struct port_table *t, uint64_t leg, uint32_t call_key,
    int64_t now_us)
{
	struct port *p;

	if (t->head == t->n || t->v[t->head].free_at_us > now_us)
		return NULL;
	p = &t->v[t->head];
	t->head = p->next;
	t->used++;
	p->uses = (p->uses + 1) & (UINT32_MAX >> INDEX_BITS);
	if (p->uses == 0)
		p->uses = 1; /* an id is never 0 */
	p->id = p->uses << INDEX_BITS | (uint32_t)(p - t->v);
	p->state = PORT_OPENING;
	p->rests = false;
	p->leg = leg;
	p->call_key = call_key;
	return p;
}

void port_give(struct port_table *t, struct port *p, int64_t now_us)
{
	const uint32_t i = (uint32_t)(p - t->v);

	p->state = PORT_FREE;
	p->leg = 0;
	t->used--;
	if (!p->rests) {
		p->free_at_us = INT64_MIN;
		p->next = t->head;
		if (t->head == t->n)
			t->tail = i;
		t->head = i;
		return;
	}
	p->free_at_us = now_us + PORT_REST_US;
	p->next = t->n;
	if (t->head == t->n)
		t->head = i;
	else
		t->v[t->tail].next = i;
	t->tail = i;
}

struct port *port_find(struct port_table *t, uint32_t stream)
{
	const uint32_t i = stream & INDEX_MASK;

	if (i >= t->n || t->v[i].id != stream || t->v[i].state == PORT_FREE)
		return NULL;
	return &t->v[i];
}

uint32_t port_busy(const struct port_table *t, int64_t now_us)
{
	uint32_t n = t->used;

	for (uint32_t i = 0; i < t->n; i++)
		if (t->v[i].state == PORT_FREE && t->v[i].free_at_us > now_us)
			n++;
	return n;
}
