#include "lib/db/db_tally.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/rnd.h"

#define SLOTS_FIRST ((size_t)256)
#define MIX_PRIME   UINT64_C(0x9e3779b97f4a7c15)
#define FIELDS      (sizeof(struct db_report_sums) / sizeof(int64_t))

/* Of all tallies of the process. */
static _Atomic size_t all_bytes;

/* The sums that are kept, the calls first, then the two texts. */
struct tally_group {
	uint64_t hash;
	uint16_t n_value;
	uint16_t n_value2;
	uint16_t n_sums;
	int64_t sums[];
};

void db_tally_init(struct db_tally *t, uint32_t sums)
{
	_Static_assert(FIELDS <= 32, "a bit each");
	*t = (struct db_tally){ .n = 0 };
	arena_init(&t->mem, DB_TALLY_BYTES);
	rnd_bytes(&t->seed, sizeof(t->seed));
	sums |= DB_REPORT_SUM(calls); /* the first of them */
	for (size_t i = 0; i < FIELDS; i++)
		if ((sums >> i & 1) != 0)
			t->kept[t->n_kept++] = (uint8_t)i;
}

void db_tally_fini(struct db_tally *t)
{
	free(t->slots);
	arena_fini(&t->mem);
	atomic_fetch_sub(&all_bytes, t->counted);
	*t = (struct db_tally){ .n = 0 };
}

/* Of them all. */
static bool has_room(struct db_tally *t)
{
	const size_t bytes = t->mem.used_bytes + t->n_slots * sizeof(*t->slots);
	const size_t more = bytes - t->counted;

	if (more == 0)
		return true;
	t->counted = bytes;
	return atomic_fetch_add(&all_bytes, more) + more <= DB_TALLY_ALL_BYTES;
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

static struct slice value_of(const struct tally_group *g)
{
	return slice_of((const char *)&g->sums[g->n_sums], g->n_value);
}

static struct slice value2_of(const struct tally_group *g)
{
	return slice_of((const char *)&g->sums[g->n_sums] + g->n_value,
	    g->n_value2);
}

static uint64_t mix(uint64_t h)
{
	h *= MIX_PRIME;
	return h ^ h >> 32;
}

/* Eight bytes at a time: a report by two texts asks this of nearly every call.
 */
static uint64_t hash_of(uint64_t h, struct slice s)
{
	uint64_t word = 0;

	for (; s.n >= sizeof(word); s = slice_skip(s, sizeof(word))) {
		memcpy(&word, s.p, sizeof(word));
		h = mix(h ^ word);
	}
	word = 0;
	if (s.n > 0)
		memcpy(&word, s.p, s.n);
	/* Where it ends is told, too. */
	return mix(h ^ word) + s.n;
}

/* Where it is, or would be. */
static size_t slot_of(const struct db_tally *t, uint64_t hash, struct slice a,
    struct slice b)
{
	const size_t mask = t->n_slots - 1;
	size_t i = (size_t)(hash ^ hash >> 32) & mask;
	const struct tally_group *g;

	while ((g = t->slots[i]) != NULL &&
	       (g->hash != hash || !slice_eq(without_blanks(value_of(g)), a) ||
		   !slice_eq(without_blanks(value2_of(g)), b)))
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

static struct tally_group *make(struct db_tally *t, uint64_t hash,
    struct slice value, struct slice value2)
{
	struct tally_group *g = arena_alloc(&t->mem,
	    sizeof(*g) + t->n_kept * sizeof(g->sums[0]) + value.n + value2.n);
	char *text;

	if (g == NULL)
		return NULL;
	g->hash = hash;
	g->n_sums = (uint16_t)t->n_kept;
	g->n_value = (uint16_t)value.n;
	g->n_value2 = (uint16_t)value2.n;
	text = (char *)&g->sums[t->n_kept];
	if (value.n > 0)
		memcpy(text, value.p, value.n);
	if (value2.n > 0)
		memcpy(text + value.n, value2.p, value2.n);
	return g;
}

enum err db_tally_add(struct db_tally *t, struct slice value,
    struct slice value2, const struct db_report_sums *sums)
{
	const struct slice a = without_blanks(value);
	const struct slice b = without_blanks(value2);
	const uint64_t hash = hash_of(hash_of(t->seed, a), b);
	const int64_t *const more = (const void *)sums;
	struct tally_group *g;
	size_t at;

	if (value.n >= sizeof(((struct db_report_group *)0)->value) ||
	    value2.n >= sizeof(((struct db_report_group *)0)->value2))
		return ERR_RANGE;
	if (!grow(t))
		return ERR_TIMEOUT;
	at = slot_of(t, hash, a, b);
	if ((g = t->slots[at]) == NULL) {
		if ((g = make(t, hash, value, value2)) == NULL)
			return ERR_TIMEOUT;
		t->slots[at] = g;
		t->n++;
	}
	for (size_t i = 0; i < t->n_kept; i++)
		g->sums[i] += more[t->kept[i]];
	return has_room(t) ? ERR_OK : ERR_BUSY;
}

static int in_order(const void *a, const void *b)
{
	const struct tally_group *const *x = a, *const *y = b;
	int c;

	if ((*x)->sums[0] != (*y)->sums[0])
		return (*x)->sums[0] < (*y)->sums[0] ? 1 : -1;
	c = slice_cmp(without_blanks(value_of(*x)),
	    without_blanks(value_of(*y)));
	return c != 0 ? c
		      : slice_cmp(without_blanks(value2_of(*x)),
			    without_blanks(value2_of(*y)));
}

static enum err give(const struct db_tally *t, const struct tally_group *g,
    db_report_group_fn *fn, void *ctx)
{
	struct db_report_group row = { .value = "" };
	int64_t sums[FIELDS] = { 0 };

	for (size_t i = 0; i < t->n_kept; i++)
		sums[t->kept[i]] = g->sums[i];
	memcpy(&row.sums, sums, sizeof(row.sums));
	if (!slice_to_cstr(value_of(g), row.value, sizeof(row.value)) ||
	    !slice_to_cstr(value2_of(g), row.value2, sizeof(row.value2)))
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
		if (g != NULL && g->sums[0] > 0)
			t->slots[n++] = g;
	}
	t->n = n;
	if (n > 0)
		qsort(t->slots, n, sizeof(*t->slots), in_order);
	for (size_t i = 0; i < n && i < max && e == ERR_OK; i++)
		e = give(t, t->slots[i], fn, ctx);
	return e;
}
