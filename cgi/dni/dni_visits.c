#include "cgi/dni/dni_visits.h"

#include <stdlib.h>
#include <string.h>

#define NIL UINT32_MAX

struct dni_visits {
	struct dni_visit *at;
	uint32_t *heads; /* hash chains */
	uint32_t mask;
	uint32_t max;
	uint32_t n;      /* in use */
	uint32_t fresh;  /* places never used begin here */
	uint32_t spare;  /* list of places used before, through next */
	uint32_t oldest; /* by seen_us */
	uint32_t newest;
	uint32_t dirty_head;
	uint32_t dirty_tail;
};

static uint32_t head_of(const struct dni_visits *t, const uint8_t id[ID_BYTES])
{
	uint64_t a;

	memcpy(&a, id + 8, sizeof(a)); /* the random end of a UUIDv7 */
	return (uint32_t)((a * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & t->mask;
}

static uint32_t index_of(const struct dni_visits *t, const struct dni_visit *v)
{
	return (uint32_t)(v - t->at);
}

enum err dni_visits_new(struct dni_visits **out, uint32_t max)
{
	struct dni_visits *t = calloc(1, sizeof(*t));
	uint32_t heads = 16;

	if (t == NULL)
		return ERR_NOMEM;
	while (heads < max)
		heads *= 2;
	t->at = calloc(max, sizeof(*t->at)); /* touched as it fills */
	t->heads = malloc(heads * sizeof(*t->heads));
	if (t->at == NULL || t->heads == NULL) {
		dni_visits_free(t);
		return ERR_NOMEM;
	}
	memset(t->heads, 0xff, heads * sizeof(*t->heads)); /* NIL */
	t->mask = heads - 1;
	t->max = max;
	t->spare = t->oldest = t->newest = NIL;
	t->dirty_head = t->dirty_tail = NIL;
	*out = t;
	return ERR_OK;
}

void dni_visits_free(struct dni_visits *t)
{
	if (t == NULL)
		return;
	free(t->at);
	free(t->heads);
	free(t);
}

static void unlink_age(struct dni_visits *t, struct dni_visit *v)
{
	if (v->prev == NIL)
		t->oldest = v->next;
	else
		t->at[v->prev].next = v->next;
	if (v->next == NIL)
		t->newest = v->prev;
	else
		t->at[v->next].prev = v->prev;
}

static void push_age(struct dni_visits *t, struct dni_visit *v)
{
	v->prev = t->newest;
	v->next = NIL;
	if (t->newest == NIL)
		t->oldest = index_of(t, v);
	else
		t->at[t->newest].next = index_of(t, v);
	t->newest = index_of(t, v);
}

/* Old marks go away with the visit: its place may hold another one soon, and
 * what it had to say is lost only when the table is full. */
static void unlink_dirty(struct dni_visits *t, struct dni_visit *v)
{
	if (!v->dirty)
		return;
	if (v->prev_dirty == NIL)
		t->dirty_head = v->next_dirty;
	else
		t->at[v->prev_dirty].next_dirty = v->next_dirty;
	if (v->next_dirty == NIL)
		t->dirty_tail = v->prev_dirty;
	else
		t->at[v->next_dirty].prev_dirty = v->prev_dirty;
	v->dirty = false;
}

void dni_visits_drop(struct dni_visits *t, struct dni_visit *v)
{
	uint32_t *link = &t->heads[head_of(t, v->id.v)];

	while (*link != index_of(t, v))
		link = &t->at[*link].chain;
	*link = v->chain;
	unlink_age(t, v);
	unlink_dirty(t, v);
	v->used = false;
	v->next = t->spare;
	t->spare = index_of(t, v);
	t->n--;
}

/* Ended visits with nothing left to write. */
static void expire(struct dni_visits *t, int64_t now_us)
{
	while (t->oldest != NIL) {
		struct dni_visit *v = &t->at[t->oldest];

		if (v->dirty || v->seen_us + DNI_VISITS_END_US > now_us)
			return;
		dni_visits_drop(t, v);
	}
}

struct dni_visit *dni_visits_find(struct dni_visits *t, int64_t now_us,
    struct visit_id id)
{
	uint32_t i = t->heads[head_of(t, id.v)];

	while (i != NIL && !id_eq(t->at[i].id.v, id.v))
		i = t->at[i].chain;
	if (i == NIL || t->at[i].seen_us + DNI_VISITS_END_US <= now_us)
		return NULL;
	return &t->at[i];
}

struct dni_visit *dni_visits_add(struct dni_visits *t, int64_t now_us,
    struct visit_id id)
{
	struct dni_visit *v;
	uint32_t *head;

	expire(t, now_us);
	if (dni_visits_find(t, INT64_MIN, id) != NULL)
		return NULL;
	if (t->n == t->max)
		dni_visits_drop(t, &t->at[t->oldest]);
	if (t->spare != NIL) {
		v = &t->at[t->spare];
		t->spare = v->next;
	} else {
		v = &t->at[t->fresh++];
	}
	memset(v, 0, sizeof(*v));
	v->used = true;
	v->id = id;
	v->seen_us = now_us;
	head = &t->heads[head_of(t, id.v)];
	v->chain = *head;
	*head = index_of(t, v);
	push_age(t, v);
	t->n++;
	return v;
}

void dni_visits_mark(struct dni_visits *t, struct dni_visit *v)
{
	if (v->dirty)
		return;
	v->dirty = true;
	v->prev_dirty = t->dirty_tail;
	v->next_dirty = NIL;
	if (t->dirty_tail == NIL)
		t->dirty_head = index_of(t, v);
	else
		t->at[t->dirty_tail].next_dirty = index_of(t, v);
	t->dirty_tail = index_of(t, v);
}

void dni_visits_touch(struct dni_visits *t, int64_t now_us, struct dni_visit *v)
{
	if (now_us > v->seen_us)
		v->seen_us = now_us;
	unlink_age(t, v);
	push_age(t, v);
	dni_visits_mark(t, v);
}

struct dni_visit *dni_visits_take_dirty(struct dni_visits *t)
{
	struct dni_visit *v;

	if (t->dirty_head == NIL)
		return NULL;
	v = &t->at[t->dirty_head];
	unlink_dirty(t, v);
	return v;
}

/* What was shown begins a row of its own by the new clock. */
static void shift_overflow(struct dni_visits_overflow *o, int64_t by_us)
{
	if (o->shown_us == 0)
		return;
	o->shown_us += by_us;
	o->seen_us += by_us;
	if (o->touched_us != 0)
		o->touched_us += by_us;
	o->due = true;
}

void dni_visits_shift(struct dni_visits *t, int64_t by_us)
{
	for (uint32_t i = 0; i < t->fresh; i++) {
		struct dni_visit *v = &t->at[i];

		v->started_us += by_us;
		v->seen_us += by_us;
		if (v->beat_us != 0)
			v->beat_us += by_us;
		if (v->tel_clicked_us != 0)
			v->tel_clicked_us += by_us;
		shift_overflow(&v->overflow, by_us);
		if (v->used_us != 0)
			v->used_us += by_us;
		if (by_us > 0 && v->used)
			dni_visits_mark(t, v);
	}
}

bool dni_visits_any_dirty(const struct dni_visits *t)
{
	return t->dirty_head != NIL;
}

uint32_t dni_visits_count(const struct dni_visits *t)
{
	return t->n;
}

static uint64_t mix(uint64_t h, struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (uint8_t)s.p[i]) * UINT64_C(0x100000001b3);
	return (h ^ 0xff) * UINT64_C(0x100000001b3); /* FNV-1a, and an end */
}

uint64_t dni_visits_arrival(struct slice source, struct slice medium,
    struct slice campaign, struct slice click_id)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	h = mix(h, source);
	h = mix(h, medium);
	h = mix(h, campaign);
	return mix(h, click_id);
}
