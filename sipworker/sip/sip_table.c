#include "sipworker/sip/sip_table.h"

#include <stdlib.h>
#include <string.h>

#define ID_BITS 20 /* of a slot's number in its id */

enum err sip_table_init(struct sip_table *t, uint32_t slots, uint32_t chunks)
{
	uint32_t size = 16;

	*t = (struct sip_table){ .free_slot = SIP_TABLE_NONE };
	if (slots == 0 || slots > SIP_TABLE_SLOTS_MAX || chunks == 0 ||
	    chunks > UINT32_MAX / 2)
		return ERR_RANGE;
	while (size < slots)
		size *= 2;
	t->slots = calloc(slots, sizeof(*t->slots));
	t->buckets = calloc(size, sizeof(*t->buckets));
	t->merges = calloc(size, sizeof(*t->merges));
	t->heap = calloc(slots, sizeof(*t->heap));
	t->chunk_next = calloc(chunks, sizeof(*t->chunk_next));
	t->chunks = calloc(chunks, SIP_TABLE_CHUNK);
	if (t->slots == NULL || t->buckets == NULL || t->merges == NULL ||
	    t->heap == NULL || t->chunk_next == NULL || t->chunks == NULL)
		return ERR_NOMEM;
	t->n_slots = slots;
	t->n_chunks = chunks;
	t->mask = size - 1;
	for (uint32_t i = 0; i < size; i++)
		t->buckets[i] = t->merges[i] = SIP_TABLE_NONE;
	for (uint32_t i = slots; i-- > 0;) {
		t->slots[i].gen = 1;
		t->slots[i].chain = t->free_slot;
		t->slots[i].heap_at = SIP_TABLE_NONE;
		t->free_slot = i;
	}
	t->free_chunk = SIP_TABLE_NONE;
	for (uint32_t i = chunks; i-- > 0;) {
		t->chunk_next[i] = t->free_chunk;
		t->free_chunk = i;
	}
	return ERR_OK;
}

void sip_table_fini(struct sip_table *t)
{
	if (t == NULL)
		return;
	free(t->slots);
	free(t->buckets);
	free(t->merges);
	free(t->heap);
	free(t->chunk_next);
	free(t->chunks);
	*t = (struct sip_table){ .n_slots = 0 };
}

static uint32_t number(const struct sip_table *t, const struct sip_slot *s)
{
	return (uint32_t)(s - t->slots);
}

struct sip_slot *sip_table_add(struct sip_table *t, const uint64_t key[2],
    uint64_t merge)
{
	const uint32_t i = t->free_slot;
	struct sip_slot *s;
	uint32_t *head;

	if (i == SIP_TABLE_NONE)
		return NULL;
	s = &t->slots[i];
	t->free_slot = s->chain;
	*s = (struct sip_slot){
		.gen = s->gen,
		.key = { key[0], key[1] },
		.merge = merge,
		.retry_us = INT64_MAX,
		.end_us = INT64_MAX,
		.heap_at = SIP_TABLE_NONE,
		.merge_chain = SIP_TABLE_NONE,
	};
	head = &t->buckets[key[0] & t->mask];
	s->chain = *head;
	*head = i;
	if (merge != 0) {
		head = &t->merges[merge & t->mask];
		s->merge_chain = *head;
		*head = i;
	}
	t->live++;
	return s;
}

static void unlink_merge(struct sip_table *t, const struct sip_slot *s)
{
	const uint32_t i = number(t, s);
	uint32_t *p = &t->merges[s->merge & t->mask];

	while (*p != i && *p != SIP_TABLE_NONE)
		p = &t->slots[*p].merge_chain;
	if (*p == i)
		*p = s->merge_chain;
}

void sip_table_remove(struct sip_table *t, struct sip_slot *s)
{
	const uint32_t i = number(t, s);
	uint32_t *p = &t->buckets[s->key[0] & t->mask];

	while (*p != i && *p != SIP_TABLE_NONE)
		p = &t->slots[*p].chain;
	if (*p == i)
		*p = s->chain;
	if (s->merge != 0)
		unlink_merge(t, s);
	s->retry_us = s->end_us = INT64_MAX;
	sip_table_timed(t, s);
	sip_table_drop(t, &s->echo);
	sip_table_drop(t, &s->sent);
	sip_table_drop(t, &s->extra);
	s->kind = SIP_TABLE_FREE;
	s->gen++;
	s->chain = t->free_slot;
	t->free_slot = i;
	t->live--;
}

struct sip_slot *sip_table_find(const struct sip_table *t,
    const uint64_t key[2])
{
	uint32_t i = t->buckets[key[0] & t->mask];

	for (; i != SIP_TABLE_NONE; i = t->slots[i].chain)
		if (t->slots[i].key[0] == key[0] &&
		    t->slots[i].key[1] == key[1])
			return &t->slots[i];
	return NULL;
}

struct sip_slot *sip_table_find_merge(const struct sip_table *t, uint64_t merge)
{
	uint32_t i = t->merges[merge & t->mask];

	for (; i != SIP_TABLE_NONE; i = t->slots[i].merge_chain)
		if (t->slots[i].merge == merge)
			return &t->slots[i];
	return NULL;
}

uint64_t sip_table_id(const struct sip_table *t, const struct sip_slot *s)
{
	return s->gen << ID_BITS | number(t, s);
}

struct sip_slot *sip_table_get(const struct sip_table *t, uint64_t id)
{
	const uint64_t i = id & ((UINT64_C(1) << ID_BITS) - 1);

	if (i >= t->n_slots || t->slots[i].kind == SIP_TABLE_FREE ||
	    t->slots[i].gen != id >> ID_BITS)
		return NULL;
	return &t->slots[i];
}

/* --- deadlines: a binary heap of slot numbers ------------------------------
 */

int64_t sip_table_due_us(const struct sip_slot *s)
{
	return s->retry_us < s->end_us ? s->retry_us : s->end_us;
}

static int64_t due_at(const struct sip_table *t, uint32_t at)
{
	return sip_table_due_us(&t->slots[t->heap[at]]);
}

static void place(struct sip_table *t, uint32_t at, uint32_t i)
{
	t->heap[at] = i;
	t->slots[i].heap_at = at;
}

static void swap(struct sip_table *t, uint32_t a, uint32_t b)
{
	const uint32_t i = t->heap[a], k = t->heap[b];

	place(t, a, k);
	place(t, b, i);
}

static void sift(struct sip_table *t, uint32_t at)
{
	while (at > 0 && due_at(t, at) < due_at(t, (at - 1) / 2)) {
		swap(t, at, (at - 1) / 2);
		at = (at - 1) / 2;
	}
	for (;;) {
		uint32_t least = at;

		for (uint32_t c = 2 * at + 1; c <= 2 * at + 2; c++)
			if (c < t->n_heap && due_at(t, c) < due_at(t, least))
				least = c;
		if (least == at)
			return;
		swap(t, at, least);
		at = least;
	}
}

void sip_table_timed(struct sip_table *t, struct sip_slot *s)
{
	const bool wanted = sip_table_due_us(s) != INT64_MAX;
	const uint32_t at = s->heap_at;

	if (at == SIP_TABLE_NONE) {
		if (!wanted)
			return;
		place(t, t->n_heap++, number(t, s));
		sift(t, t->n_heap - 1);
		return;
	}
	if (wanted) {
		sift(t, at);
		return;
	}
	s->heap_at = SIP_TABLE_NONE;
	t->n_heap--;
	if (at != t->n_heap) {
		place(t, at, t->heap[t->n_heap]);
		sift(t, at);
	}
}

struct sip_slot *sip_table_first(const struct sip_table *t)
{
	return t->n_heap == 0 ? NULL : &t->slots[t->heap[0]];
}

/* --- stored messages -------------------------------------------------------
 */

void sip_table_drop(struct sip_table *t, struct sip_table_text *text)
{
	uint32_t left = (text->n + SIP_TABLE_CHUNK - 1) / SIP_TABLE_CHUNK;
	uint32_t i = text->first;

	while (left-- > 0) {
		const uint32_t next = t->chunk_next[i];

		t->chunk_next[i] = t->free_chunk;
		t->free_chunk = i;
		t->chunks_used--;
		i = next;
	}
	*text = (struct sip_table_text){ 0, 0 };
}

enum err sip_table_store(struct sip_table *t, struct sip_table_text *text,
    struct slice bytes)
{
	const uint32_t need =
	    (uint32_t)((bytes.n + SIP_TABLE_CHUNK - 1) / SIP_TABLE_CHUNK);
	uint32_t *link = &text->first;

	sip_table_drop(t, text);
	if (need > t->n_chunks - t->chunks_used)
		return ERR_BUSY;
	text->n = (uint32_t)bytes.n;
	t->chunks_used += need;
	for (uint32_t k = 0; k < need; k++) {
		const struct slice part = slice_head(bytes, SIP_TABLE_CHUNK);
		const uint32_t i = t->free_chunk;

		t->free_chunk = t->chunk_next[i];
		*link = i;
		link = &t->chunk_next[i];
		memcpy(t->chunks + (size_t)i * SIP_TABLE_CHUNK, part.p, part.n);
		bytes = slice_skip(bytes, part.n);
	}
	return ERR_OK;
}

void sip_table_put(const struct sip_table *t, struct sip_table_text text,
    struct buf *out)
{
	uint32_t i = text.first;
	size_t left = text.n;

	while (left > 0) {
		const size_t n =
		    left < SIP_TABLE_CHUNK ? left : SIP_TABLE_CHUNK;

		buf_bytes(out, t->chunks + (size_t)i * SIP_TABLE_CHUNK, n);
		left -= n;
		i = t->chunk_next[i];
	}
}
