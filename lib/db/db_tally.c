#include "lib/db/db_tally.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/rnd.h"

#define MEM_BYTES   ((size_t)128 << 20)
#define SLOTS_FIRST ((size_t)256)
#define FNV_PRIME   UINT64_C(1099511628211)

struct tally_group {
	uint64_t hash;
	struct slice value;
	struct slice value2;
	struct db_report_sums sums;
};

void db_tally_init(struct db_tally *t)
{
	*t = (struct db_tally){ .n = 0 };
	arena_init(&t->mem, MEM_BYTES);
	rnd_bytes(&t->seed, sizeof(t->seed));
}

void db_tally_fini(struct db_tally *t)
{
	free(t->slots);
	arena_fini(&t->mem);
	*t = (struct db_tally){ .n = 0 };
}

static struct slice without_blanks(struct slice s)
{
	while (s.n > 0 && s.p[s.n - 1] == ' ')
		s.n--;
	return s;
}

bool db_tally_same(struct slice a, struct slice b)
{
	return slice_eq(without_blanks(a), without_blanks(b));
}

static uint64_t hash_of(uint64_t h, struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (uint8_t)s.p[i]) * FNV_PRIME;
	return (h ^ 0x100) * FNV_PRIME; /* an end that no byte is */
}

/* Where it is, or would be. */
static size_t slot_of(const struct db_tally *t, uint64_t hash, struct slice a,
    struct slice b)
{
	const size_t mask = t->n_slots - 1;
	size_t i = (size_t)(hash ^ hash >> 32) & mask;
	const struct tally_group *g;

	while ((g = t->slots[i]) != NULL &&
	       (g->hash != hash || !slice_eq(without_blanks(g->value), a) ||
		   !slice_eq(without_blanks(g->value2), b)))
		i = (i + 1) & mask;
	return i;
}

/* Room for one more, so that a quarter of the slots stays empty. */
static bool grow(struct db_tally *t)
{
	const size_t n = t->n_slots == 0 ? SLOTS_FIRST : 2 * t->n_slots;
	struct tally_group **slots, **old = t->slots;

	if (t->n_slots > 0 && t->n < t->n_slots / 4 * 3)
		return true;
	if ((slots = calloc(n, sizeof(*slots))) == NULL)
		return false;
	for (size_t i = 0; i < t->n_slots; i++) {
		size_t at;

		if (old[i] == NULL)
			continue;
		at = (size_t)(old[i]->hash ^ old[i]->hash >> 32) & (n - 1);
		while (slots[at] != NULL)
			at = (at + 1) & (n - 1);
		slots[at] = old[i];
	}
	free(old);
	t->slots = slots;
	t->n_slots = n;
	return true;
}

struct db_report_sums *db_tally_at(struct db_tally *t, struct slice value,
    struct slice value2)
{
	const struct slice a = without_blanks(value);
	const struct slice b = without_blanks(value2);
	const uint64_t hash = hash_of(hash_of(t->seed, a), b);
	struct tally_group *g;
	size_t at;

	if (!grow(t))
		return NULL;
	at = slot_of(t, hash, a, b);
	if (t->slots[at] != NULL)
		return &t->slots[at]->sums;
	g = arena_alloc(&t->mem, sizeof(*g));
	if (g == NULL || !arena_copy(&t->mem, value, &g->value) ||
	    !arena_copy(&t->mem, value2, &g->value2))
		return NULL;
	g->hash = hash;
	t->slots[at] = g;
	t->n++;
	return &g->sums;
}

static int in_order(const void *a, const void *b)
{
	const struct tally_group *const *x = a, *const *y = b;
	int c;

	if ((*x)->sums.calls != (*y)->sums.calls)
		return (*x)->sums.calls < (*y)->sums.calls ? 1 : -1;
	c = slice_cmp(without_blanks((*x)->value), without_blanks((*y)->value));
	return c != 0 ? c
		      : slice_cmp(without_blanks((*x)->value2),
			    without_blanks((*y)->value2));
}

static enum err give(const struct tally_group *g, db_report_group_fn *fn,
    void *ctx)
{
	struct db_report_group row = { .sums = g->sums };

	if (!slice_to_cstr(g->value, row.value, sizeof(row.value)) ||
	    !slice_to_cstr(g->value2, row.value2, sizeof(row.value2)))
		return ERR_RANGE;
	return fn(ctx, &row);
}

enum err db_tally_each(struct db_tally *t, size_t max, db_report_group_fn *fn,
    void *ctx)
{
	size_t n = 0;
	enum err e = ERR_OK;

	/* The slots are the list: nothing is looked for any more. */
	for (size_t i = 0; i < t->n_slots; i++) {
		struct tally_group *const g = t->slots[i];

		t->slots[i] = NULL;
		if (g != NULL && g->sums.calls > 0)
			t->slots[n++] = g;
	}
	t->n = n;
	if (n > 0)
		qsort(t->slots, n, sizeof(*t->slots), in_order);
	for (size_t i = 0; i < n && i < max && e == ERR_OK; i++)
		e = give(t->slots[i], fn, ctx);
	return e;
}
