#include "lib/core/lease_list.h"

void lease_list_push(struct lease_pool *p, struct list *l, uint32_t i)
{
	p->numbers[i].prev = l->tail;
	p->numbers[i].next = NIL;
	if (l->tail == NIL)
		l->head = i;
	else
		p->numbers[l->tail].next = i;
	l->tail = i;
	l->n++;
}

void lease_list_push_front(struct lease_pool *p, struct list *l, uint32_t i)
{
	p->numbers[i].prev = NIL;
	p->numbers[i].next = l->head;
	if (l->head == NIL)
		l->tail = i;
	else
		p->numbers[l->head].prev = i;
	l->head = i;
	l->n++;
}

void lease_list_drop(struct lease_pool *p, struct list *l, uint32_t i)
{
	const struct number *x = &p->numbers[i];

	if (x->prev == NIL)
		l->head = x->next;
	else
		p->numbers[x->prev].next = x->next;
	if (x->next == NIL)
		l->tail = x->prev;
	else
		p->numbers[x->next].prev = x->prev;
	l->n--;
}

struct list *lease_list_earlier(const struct lease_pool *p, struct list *a,
    struct list *b)
{
	if (a->n == 0 || b->n == 0)
		return a->n == 0 ? b : a;
	return p->numbers[b->head].beat_us < p->numbers[a->head].beat_us ? b
									 : a;
}
