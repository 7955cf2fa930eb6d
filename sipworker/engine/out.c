#include "sipworker/engine/out.h"

#include <stdlib.h>
#include <string.h>

enum err out_init(struct out *o, uint32_t actions, size_t bytes)
{
	*o = (struct out){ .cap = actions, .mem_cap = bytes };
	/* One more for out_add() without room. */
	o->q = calloc((size_t)actions + 1, sizeof(o->q[0]));
	o->mem = malloc(bytes);
	if (o->q == NULL || o->mem == NULL) {
		out_fini(o);
		return ERR_NOMEM;
	}
	return ERR_OK;
}

void out_fini(struct out *o)
{
	free(o->q);
	free(o->mem);
	*o = (struct out){ 0 };
}

void out_begin(struct out *o)
{
	if (o->head != o->n)
		return;
	o->head = 0;
	o->n = 0;
	o->mem_n = 0;
}

struct engine_action *out_add(struct out *o, enum engine_do what)
{
	struct engine_action *a = &o->q[o->n];

	if (o->n < o->cap)
		o->n++;
	else
		o->lost++;
	memset(a, 0, sizeof(*a));
	a->what = what;
	return a;
}

struct slice out_copy(struct out *o, struct slice s)
{
	char *at = o->mem + o->mem_n;

	if (s.n > o->mem_cap - o->mem_n) {
		o->lost++;
		return SLICE("");
	}
	if (s.n > 0)
		memcpy(at, s.p, s.n);
	o->mem_n += s.n;
	return slice_of(at, s.n);
}

bool out_pop(struct out *o, struct engine_action *a)
{
	if (o->head == o->n)
		return false;
	*a = o->q[o->head++];
	return true;
}

bool out_is_full(const struct out *o)
{
	return o->n > o->cap - o->cap / 4 ||
	       o->mem_n > o->mem_cap - o->mem_cap / 4;
}
