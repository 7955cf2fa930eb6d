#include "cgi/dni/dni_pool_change.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/hang_thread.h"

#define NONE UINT32_MAX
/* One number alone costs as much as some of those that are read together. */
#define ALONE    4
#define TOGETHER 1000

/* A number and its slot. */
struct place {
	struct number_id number;
	uint32_t slot;
};

struct places {
	struct place *at;
	size_t n;
	size_t cap;
	enum err e;
};

static void put(struct places *l, const struct number_id *number, uint32_t slot)
{
	if (l->e != ERR_OK)
		return;
	if (l->n == l->cap) {
		const size_t cap = l->cap == 0 ? 256 : l->cap * 2;
		void *p = cap > (size_t)LEASE_POOL_MAX * 2
			      ? NULL
			      : realloc(l->at, cap * sizeof(*l->at));

		if (p == NULL) {
			l->e = ERR_NOMEM;
			return;
		}
		l->at = p;
		l->cap = cap;
	}
	l->at[l->n++] = (struct place){ *number, slot };
}

/* By number, then by slot. */
static int by_number(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	const int order = memcmp(x->number.v, y->number.v, ID_BYTES);

	return order != 0 ? order : (x->slot > y->slot) - (x->slot < y->slot);
}

static void sort(struct places *l)
{
	if (l->n > 1)
		qsort(l->at, l->n, sizeof(*l->at), by_number);
}

/* Those of the pool's slots that are, or are not, retired. */
static enum err list_slots(const struct dni_pool *p, bool retired,
    struct places *out)
{
	*out = (struct places){ .e = ERR_OK };
	for (uint32_t i = 0; i < p->n; i++)
		if (p->slots[i].retired == retired)
			put(out, &p->slots[i].number, i);
	sort(out);
	return out->e;
}

/* The last of its slots, NONE: it has none. */
static uint32_t find(const struct places *l, const struct number_id *number)
{
	size_t lo = 0, hi = l->n;

	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;

		if (memcmp(l->at[mid].number.v, number->v, ID_BYTES) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo > 0 && id_eq(l->at[lo - 1].number.v, number->v)
		   ? l->at[lo - 1].slot
		   : NONE;
}

static void on_number(void *ctx, const struct lease_number *n)
{
	put(ctx, &n->number, 0);
}

static enum err compare(const struct places *have, const struct places *want,
    struct dni_pool_change *c)
{
	c->gone = calloc(have->n + 1, sizeof(*c->gone));
	if (c->gone == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < have->n; i++)
		if (find(want, &have->at[i].number) == NONE)
			c->gone[c->n_gone++] = have->at[i].slot;
	/* No number is twice in either list. */
	c->more = want->n > have->n - c->n_gone;
	return ERR_OK;
}

enum err dni_pool_change_find(struct db *db, const struct dni_pool *p,
    struct dni_pool_change *c)
{
	struct places have, want = { .e = ERR_OK };
	enum err e;

	memset(c, 0, sizeof(*c));
	e = list_slots(p, false, &have);
	if (e == ERR_OK)
		e = db_lease_pool_numbers(db, p->company, p->id, on_number,
		    &want);
	if (e == ERR_OK)
		e = want.e;
	if (e == ERR_OK) {
		sort(&want);
		e = compare(&have, &want, c);
	}
	free(have.at);
	free(want.at);
	return e;
}

void dni_pool_change_retire(struct dni_pool *p, int64_t now_us,
    const struct dni_pool_change *c)
{
	for (size_t i = 0; i < c->n_gone; i++) {
		p->slots[c->gone[i]].retired = true;
		p->n_retired++;
		lease_retire(p->leases, now_us, c->gone[i]);
	}
}

struct reader {
	struct places have;
	struct places had;
	struct dni_pool_change *c;
	size_t cap;
	enum err e;
};

static void on_row(void *ctx, const struct lease_last *l)
{
	struct reader *r = ctx;
	struct dni_pool_change *c = r->c;

	hang_thread_round();
	if (r->e != ERR_OK || find(&r->have, &l->number) != NONE)
		return;
	if (c->n_fresh == r->cap) {
		const size_t cap = r->cap == 0 ? 64 : r->cap * 2;
		void *p = cap > (size_t)LEASE_POOL_MAX * 2
			      ? NULL
			      : realloc(c->fresh, cap * sizeof(*c->fresh));

		if (p == NULL) {
			r->e = ERR_NOMEM;
			return;
		}
		c->fresh = p;
		r->cap = cap;
	}
	c->fresh[c->n_fresh].row = *l;
	c->fresh[c->n_fresh].was = find(&r->had, &l->number);
	dni_conf_number(slice_from(l->number_e164),
	    &c->fresh[c->n_fresh++].shown);
}

/* Those that the pool has not. */
static enum err list_missing(struct db *db, const struct dni_pool *p,
    const struct places *have, struct places *want, size_t *all)
{
	size_t n = 0;
	enum err e =
	    db_lease_pool_numbers(db, p->company, p->id, on_number, want);

	if (e == ERR_OK)
		e = want->e;
	for (size_t i = 0; e == ERR_OK && i < want->n; i++)
		if (find(have, &want->at[i].number) == NONE)
			want->at[n++] = want->at[i];
	*all = want->n;
	want->n = n;
	sort(want);
	return e;
}

/* Of a few that came to a large pool the others are not read. */
static enum err read_came(struct db *db, const struct dni_pool *p, size_t most,
    struct reader *r)
{
	struct places want = { .e = ERR_OK };
	size_t all, together;
	enum err e = list_missing(db, p, &r->have, &want, &all);

	together = want.n > all / ALONE ? TOGETHER : 1;
	r->c->more = want.n > most;
	if (r->c->more)
		want.n = most;
	for (size_t i = 0; e == ERR_OK && i < want.n; i += together) {
		const size_t left = want.n - i;
		const size_t n = left < together ? left : together;

		e = db_lease_pool_state(db, p->company, p->id,
		    want.at[i].number, want.at[i + n - 1].number, on_row, r);
	}
	free(want.at);
	return e;
}

/* As lease_join() likes them. */
static int by_end(const void *a, const void *b)
{
	const struct lease_last *x = &((const struct dni_pool_fresh *)a)->row;
	const struct lease_last *y = &((const struct dni_pool_fresh *)b)->row;

	if (!x->leased || !y->leased)
		return (int)x->leased - (int)y->leased;
	return (x->end_us > y->end_us) - (x->end_us < y->end_us);
}

enum err dni_pool_change_read(struct db *db, const struct dni_pool *p,
    size_t most, struct dni_pool_change *c)
{
	struct reader r = { .c = c, .e = ERR_OK };
	enum err e;

	e = list_slots(p, false, &r.have);
	if (e == ERR_OK)
		e = list_slots(p, true, &r.had);
	if (e == ERR_OK)
		e = read_came(db, p, most, &r);
	if (e == ERR_OK)
		e = r.e;
	if (c->n_fresh > 1)
		qsort(c->fresh, c->n_fresh, sizeof(*c->fresh), by_end);
	free(r.have.at);
	free(r.had.at);
	return e;
}

static enum err make_room(struct dni_pool *p, size_t n)
{
	struct dni_slot *slots;
	enum err e;

	if (n > LEASE_POOL_MAX - p->n)
		return ERR_RANGE;
	n += p->n;
	if (n <= p->max)
		return ERR_OK;
	slots = realloc(p->slots, n * sizeof(*slots));
	if (slots == NULL)
		return ERR_NOMEM;
	p->slots = slots;
	e = p->leases == NULL
		? lease_new(&p->leases, (uint32_t)n, p->lease_us, p->gap_us)
		: lease_grow(p->leases, (uint32_t)n);
	if (e == ERR_OK)
		p->max = (uint32_t)n;
	return e;
}

static enum err join(struct dni_pool *p, int64_t now_us,
    const struct dni_pool_fresh *f, int64_t moved_us)
{
	const struct lease_last *l = &f->row;
	struct lease_holder holder = dni_pool_holder(l->visitor);
	uint32_t i;
	enum err e;

	if (l->leased && id_is_nil(holder.v))
		memcpy(holder.v, l->visit.v, sizeof(holder.v));
	e = lease_join(p->leases, now_us, l->leased ? &holder : NULL,
	    l->leased ? dni_pool_lasts(p, l, now_us, moved_us) : 0, &i);
	if (e != ERR_OK)
		return e;
	p->slots[i] = (struct dni_slot){ .shown = f->shown };
	dni_pool_slot(&p->slots[i], l, now_us);
	p->n = i + 1;
	return ERR_OK;
}

/* True when the number was here before and is still held, or nobody else had it
 * since. Of a slot that is held the row may know less: it was read before the
 * holder's other visit had one of its own, or what may be stored is not. And
 * nobody but its holder can have had it elsewhere. */
static bool came_back(struct dni_pool *p, int64_t now_us,
    const struct dni_pool_fresh *f, int64_t moved_us)
{
	const struct lease_id never = { { 0 } };
	const struct lease_last *l = &f->row;
	int64_t end_us;
	bool last;

	if (f->was == NONE)
		return false;
	last =
	    id_eq(p->slots[f->was].lease.v, l->leased ? l->lease.v : never.v);
	if (!last && !lease_is_held(p->leases, now_us, f->was, &end_us))
		return false;
	p->slots[f->was].retired = false;
	p->n_retired--;
	lease_return(p->leases, now_us, f->was,
	    last || !l->leased ? 0 : dni_pool_lasts(p, l, now_us, moved_us));
	return true;
}

enum err dni_pool_change_add(struct dni_pool *p, int64_t now_us,
    const struct dni_pool_change *c)
{
	enum err e = c->n_fresh == 0 ? ERR_OK : make_room(p, c->n_fresh);

	for (size_t i = 0; e == ERR_OK && i < c->n_fresh; i++)
		if (!came_back(p, now_us, &c->fresh[i], c->moved_us))
			e = join(p, now_us, &c->fresh[i], c->moved_us);
	return e;
}

void dni_pool_change_end(struct dni_pool_change *c)
{
	free(c->gone);
	free(c->fresh);
	memset(c, 0, sizeof(*c));
}
