#include "lib/base/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_FIRST_BYTES ((size_t)4096)
#define ARENA_ALIGN       (alignof(max_align_t))

struct arena_block {
	struct arena_block *next;
	size_t cap;
	size_t n;
	alignas(max_align_t) char data[];
};

void arena_init(struct arena *a, size_t max_bytes)
{
	*a = (struct arena){ .max_bytes = max_bytes };
}

static void free_blocks(struct arena_block *b, const struct arena_block *stop)
{
	while (b != NULL && b != stop) {
		struct arena_block *next = b->next;

		free(b);
		b = next;
	}
}

void arena_reset(struct arena *a)
{
	struct arena_block *first = a->blocks;

	while (first != NULL && first->next != NULL)
		first = first->next;
	free_blocks(a->blocks, first);
	a->blocks = first;
	a->used_bytes = 0;
	if (first != NULL) {
		first->n = 0;
		a->used_bytes = first->cap;
	}
}

void arena_fini(struct arena *a)
{
	if (a == NULL)
		return;
	free_blocks(a->blocks, NULL);
	arena_init(a, a->max_bytes);
}

static bool grow(struct arena *a, size_t n)
{
	const size_t left = a->max_bytes - a->used_bytes;
	size_t cap = a->blocks == NULL ? ARENA_FIRST_BYTES : a->blocks->cap * 2;
	struct arena_block *b;

	if (n > left)
		return false;
	if (cap < n)
		cap = n;
	if (cap > left)
		cap = left;
	b = malloc(sizeof(*b) + cap);
	if (b == NULL)
		return false;
	b->next = a->blocks;
	b->cap = cap;
	b->n = 0;
	a->blocks = b;
	a->used_bytes += cap;
	return true;
}

void *arena_alloc(struct arena *a, size_t n)
{
	struct arena_block *b = a->blocks;
	void *p;

	if (n > SIZE_MAX - ARENA_ALIGN)
		return NULL;
	n = (n + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
	if (b == NULL || n > b->cap - b->n) {
		if (!grow(a, n))
			return NULL;
		b = a->blocks;
	}
	p = b->data + b->n;
	b->n += n;
	memset(p, 0, n);
	return p;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size)
		return NULL;
	return arena_alloc(a, count * size);
}

char *arena_cstr(struct arena *a, struct slice s)
{
	char *p = s.n == SIZE_MAX ? NULL : arena_alloc(a, s.n + 1);

	if (p != NULL && s.n > 0)
		memcpy(p, s.p, s.n);
	return p;
}

bool arena_copy(struct arena *a, struct slice s, struct slice *out)
{
	char *p = arena_cstr(a, s);

	if (p == NULL)
		return false;
	*out = slice_of(p, s.n);
	return true;
}
