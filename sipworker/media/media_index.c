#include "sipworker/media/media_index.h"

#include <stdlib.h>

enum err media_index_init(struct media_thread *t, uint32_t slots)
{
	uint32_t size = 16;

	while (size < 2 * slots)
		size *= 2;
	t->streams = calloc(slots, sizeof(*t->streams));
	t->free_slots = calloc(slots, sizeof(*t->free_slots));
	t->open = calloc(slots, sizeof(*t->open));
	t->index = calloc(size, sizeof(*t->index));
	if (t->streams == NULL || t->free_slots == NULL || t->open == NULL ||
	    t->index == NULL)
		return ERR_NOMEM;
	t->n_slots = slots;
	t->index_mask = size - 1;
	/* Lowest slots first: what is in use lies close together. */
	for (uint32_t i = 0; i < slots; i++)
		t->free_slots[i] = slots - 1 - i;
	t->n_free = slots;
	return ERR_OK;
}

void media_index_fini(struct media_thread *t)
{
	free(t->streams);
	free(t->free_slots);
	free(t->open);
	free(t->index);
}

static uint32_t home(const struct media_thread *t, uint32_t id)
{
	return (id * UINT32_C(2654435761) >> 7) & t->index_mask;
}

/* Where id is or would be. */
static uint32_t probe(const struct media_thread *t, uint32_t id)
{
	uint32_t i = home(t, id);

	while (t->index[i] != 0 && t->streams[t->index[i] - 1].id != id)
		i = (i + 1) & t->index_mask;
	return i;
}

struct media_stream *media_index_find(struct media_thread *t, uint32_t id)
{
	const uint32_t i = probe(t, id);

	return id == 0 || t->index[i] == 0 ? NULL
					   : &t->streams[t->index[i] - 1];
}

struct media_stream *media_index_add(struct media_thread *t, uint32_t id)
{
	const uint32_t i = probe(t, id);
	struct media_stream *s;
	uint32_t slot, generation;

	if (id == 0 || t->index[i] != 0 || t->n_free == 0)
		return NULL;
	slot = t->free_slots[--t->n_free];
	s = &t->streams[slot];
	generation = s->generation + 1;
	*s = (struct media_stream){ .id = id,
		.generation = generation,
		.at_open = t->n_open,
		.fd = -1,
		.rtcp_fd = -1,
		.own_fd = -1 };
	t->index[i] = slot + 1;
	t->open[t->n_open++] = slot;
	return s;
}

void media_index_remove(struct media_thread *t, struct media_stream *s)
{
	uint32_t hole = probe(t, s->id), i = hole, last;

	/* Linear probing without tombstones: pull back whoever was pushed on
	 * because of this one. */
	t->index[hole] = 0;
	for (;;) {
		uint32_t want;

		i = (i + 1) & t->index_mask;
		if (t->index[i] == 0)
			break;
		want = home(t, t->streams[t->index[i] - 1].id);
		if (((i - want) & t->index_mask) < ((i - hole) & t->index_mask))
			continue;
		t->index[hole] = t->index[i];
		t->index[i] = 0;
		hole = i;
	}
	s->id = 0;
	t->free_slots[t->n_free++] = (uint32_t)(s - t->streams);
	/* The last one takes its place. */
	last = t->open[--t->n_open];
	t->open[s->at_open] = last;
	t->streams[last].at_open = s->at_open;
}
