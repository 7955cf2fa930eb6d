#include "cgi/dni/dni_pool.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/clk.h"
#include "lib/base/hang_thread.h"

#define LATEST 20000 /* leases a statement */
/* Numbers that are asked for by themselves, so that there is something to give
 * until the others are read: in ranges of so many, and what is asked for alone
 * costs as much as some of them. */
#define FIRST    2000
#define TOGETHER 1000
#define ALONE    4

struct known {
	struct lease_last last;
	int64_t lasts_us;
	int64_t added_us;
	bool is; /* last is its last one */
};

struct loader {
	const struct dni_pool *p;
	struct known *rows;
	size_t n;
	size_t cap;
	int64_t now_us;
	bool whole;
	size_t n_late; /* numbers that are left out */
	size_t n_told;
	size_t n_live;   /* of them */
	int64_t told_us; /* the last one began */
	enum err e;
};

static void on_number(void *ctx, const struct lease_number *n)
{
	struct loader *r = ctx;
	struct known *k;

	hang_thread_round(); /* a million are a long work, here and below */
	if (r->e != ERR_OK)
		return;
	if (!r->whole && n->added_us + DNI_POOL_SKEW_US > r->now_us) {
		r->n_late++;
		return;
	}
	if (r->n == r->cap) {
		const size_t cap = r->cap == 0 ? 256 : r->cap * 2;
		void *p = cap > LEASE_POOL_MAX * 2
			      ? NULL
			      : realloc(r->rows, cap * sizeof(*r->rows));

		if (p == NULL) {
			r->e = ERR_NOMEM;
			return;
		}
		r->rows = p;
		r->cap = cap;
	}
	k = &r->rows[r->n++];
	memset(k, 0, sizeof(*k));
	k->last.number = n->number;
	memcpy(k->last.number_e164, n->e164, sizeof(n->e164));
	k->added_us = n->added_us;
}

static int by_number(const void *a, const void *b)
{
	const struct known *x = a, *y = b;

	return memcmp(x->last.number.v, y->last.number.v, ID_BYTES);
}

/* Those that are known first, of them those never leased, then by their ends,
 * which dni_pool_lasts() has told. */
static int by_end(const void *a, const void *b)
{
	const struct known *x = a, *y = b;

	if (x->is != y->is)
		return x->is ? -1 : 1;
	if (x->last.leased != y->last.leased)
		return x->last.leased ? 1 : -1;
	if (x->lasts_us != y->lasts_us)
		return x->lasts_us < y->lasts_us ? -1 : 1;
	return by_number(a, b);
}

static struct known *find(const struct loader *r, const struct lease_last *l)
{
	const struct known key = { .last = { .number = l->number } };

	return bsearch(&key, r->rows, r->n, sizeof(key), by_number);
}

int64_t dni_pool_lasts(const struct dni_pool *p, const struct lease_last *l,
    int64_t now_us, int64_t moved_us)
{
	const int64_t rule_us = l->end_us - l->beat_us;
	const int64_t long_us = rule_us > p->lease_us ? rule_us : p->lease_us;
	const int64_t held_us = now_us + (p->held_us - clk_mono_us());
	const int64_t ended_us = l->end_us + moved_us;
	int64_t end_us = ended_us;

	/* Of another pool, by another clock. */
	if (p->shared && !id_eq(l->pool.v, p->id.v) &&
	    end_us + DNI_POOL_SKEW_US > now_us)
		end_us = INT64_MAX;
	/* Later than this no lease ends, unless it was written while the clock
	 * was ahead. */
	if (end_us > now_us + long_us)
		end_us = now_us + long_us;
	if (held_us > now_us && held_us > end_us &&
	    l->end_us + DNI_POOL_SLACK_US > p->lived_us)
		end_us = held_us;
	return end_us + DNI_POOL_SLACK_US > now_us ? end_us + DNI_POOL_SLACK_US
						   : ended_us;
}

void dni_pool_slot(struct dni_slot *s, const struct lease_last *l,
    int64_t now_us)
{
	s->number = l->number;
	if (!l->leased)
		return;
	s->lease = l->lease;
	s->visit = l->visit;
	s->after_us = l->started_us + 1;
	s->given_up = l->end_us > now_us;
}

static bool lives(const struct loader *r, const struct lease_last *l)
{
	const struct dni_pool *p = r->p;

	if (clk_mono_us() < p->held_us && l->end_us > p->lived_us)
		return true;
	return l->end_us > r->now_us && l->beat_us + p->lease_us > r->now_us;
}

static void set_last(struct known *k, const struct lease_last *l)
{
	char e164[sizeof(l->number_e164)];

	memcpy(e164, k->last.number_e164, sizeof(e164));
	k->last = *l;
	memcpy(k->last.number_e164, e164, sizeof(e164));
	k->is = true;
}

/* Where the clock was set back, the lease that began last by its words may have
 * been before one that lives. Of two that seem to live nobody can say which
 * does: until both would be over the number is nobody's. */
static void on_older(const struct loader *r, struct known *k,
    const struct lease_last *l)
{
	struct lease_last *last = &k->last;

	if (!lives(r, l) || id_eq(l->lease.v, last->lease.v))
		return;
	if (!lives(r, last)) {
		set_last(k, l);
		return;
	}
	if (id_is_nil(l->visitor.v) || !id_eq(l->visitor.v, last->visitor.v)) {
		memset(&last->visitor, 0, sizeof(last->visitor));
		memset(&last->visit, 0, sizeof(last->visit));
	}
	if (last->end_us < l->end_us) {
		last->end_us = l->end_us;
		last->beat_us = l->beat_us;
	}
}

/* The newest first; with an older one nothing is said of a number whose newest
 * says nothing: it came to the pool so shortly before its last lease here that
 * it may have had a later one elsewhere, by a clock that is not ours. */
static void on_latest(void *ctx, const struct lease_last *l)
{
	struct loader *r = ctx;
	struct known *k = find(r, l);

	hang_thread_round();
	r->n_told++;
	r->n_live += dni_pool_lasts(r->p, l, r->now_us, 0) > r->now_us;
	r->told_us = l->started_us;
	if (k == NULL || l->started_us < k->added_us + DNI_POOL_SKEW_US)
		return;
	if (k->is)
		on_older(r, k, l);
	else
		set_last(k, l);
}

static void on_alone(void *ctx, const struct lease_last *l)
{
	struct known *k = find(ctx, l);

	if (k == NULL || k->is)
		return;
	k->last = *l;
	k->is = true;
}

static const char *const given_names[DNI_GIVEN_COUNT] = {
	[DNI_GIVEN_LEASED] = "leased",
	[DNI_GIVEN_EXTENDED] = "extended",
	[DNI_GIVEN_SOURCE] = "source",
	[DNI_GIVEN_OVERFLOW] = "overflow",
	[DNI_GIVEN_NONE] = "none",
	[DNI_GIVEN_ROBOT] = "robot",
	[DNI_GIVEN_NOCONSENT] = "noconsent",
	[DNI_GIVEN_HIDDEN] = "hidden",
	[DNI_GIVEN_FLOOD] = "flood",
	[DNI_GIVEN_FULL] = "full",
	[DNI_GIVEN_AWAY] = "away",
};

const char *dni_pool_given_name(enum dni_given g)
{
	return given_names[g];
}

bool dni_pool_is_sure(const struct dni_pool *p)
{
	return !p->rival || clk_mono_us() < p->sure_us;
}

struct lease_holder dni_pool_holder(struct visitor_id visitor)
{
	struct lease_holder h;

	memcpy(h.v, visitor.v, sizeof(h.v));
	return h;
}

const struct dni_slot *dni_pool_leased(const struct dni_pool *p,
    struct visitor_id visitor, int64_t now_us)
{
	const struct lease_holder holder = dni_pool_holder(visitor);
	uint32_t number;

	if (p == NULL || p->leases == NULL ||
	    !lease_find(p->leases, now_us, &holder, &number))
		return NULL;
	return &p->slots[number];
}

/* The rows are in the order of their ends, as lease_add() wants them. */
static enum err add_row(struct dni_pool *p, const struct known *k,
    int64_t now_us)
{
	const struct lease_last *l = &k->last;
	struct lease_holder holder = dni_pool_holder(l->visitor);
	int64_t beat = INT64_MIN, released = 0;
	uint32_t i;
	enum err e;

	hang_thread_round();
	if (l->leased) {
		beat = k->lasts_us - p->lease_us;
		if (k->lasts_us <= now_us)
			released = k->lasts_us;
		if (id_is_nil(holder.v))
			memcpy(holder.v, l->visit.v, sizeof(holder.v));
	}
	e = lease_add(p->leases, now_us, &holder, beat, released, &i);
	if (e != ERR_OK)
		return e;
	dni_pool_slot(&p->slots[i], l, now_us);
	dni_conf_number(slice_from(l->number_e164), &p->slots[i].shown);
	p->n++;
	return ERR_OK;
}

/* Which number had which lease last, as the pool's latest leases tell: as far
 * back as there are some that may live. */
static enum err read_latest(struct db *db, const struct dni_pool *p,
    struct loader *r)
{
	int64_t until_us;
	enum err e;

	e = db_lease_pool_numbers(db, p->company, p->id, on_number, r);
	if (e == ERR_OK)
		e = r->e;
	if (e != ERR_OK || r->n == 0)
		return e;
	qsort(r->rows, r->n, sizeof(*r->rows), by_number);
	do {
		until_us = r->told_us;
		r->n_told = r->n_live = 0;
		e = db_lease_pool_latest(db, p->company, p->id, until_us,
		    LATEST, on_latest, r);
	} while (e == ERR_OK && r->n_told == LATEST && r->n_live > 0 &&
		 r->told_us != until_us);
	/* What was told before the row that cannot be read stands. */
	return e == ERR_RANGE ? ERR_OK : e;
}

/* The last of those from `from` on, which is not known, that are worth being
 * asked for in one go, and *n for what it costs. */
static size_t range_end(const struct loader *r, size_t from, size_t *n)
{
	const size_t end = r->n - from < TOGETHER ? r->n : from + TOGETHER;
	size_t last = from, missing = 0;

	for (size_t i = from; i < end; i++) {
		if (r->rows[i].is)
			continue;
		missing++;
		last = i;
	}
	if (missing > (last - from + 1) / ALONE) {
		*n += missing;
		return last;
	}
	*n += ALONE;
	return from;
}

static enum err read_first(struct db *db, const struct dni_pool *p,
    struct loader *r)
{
	enum err e = ERR_OK;
	size_t n = 0, last;

	for (size_t i = 0; e == ERR_OK && i < r->n && n < FIRST; i++) {
		if (r->rows[i].is)
			continue;
		last = range_end(r, i, &n);
		e = db_lease_pool_state(db, p->company, p->id,
		    r->rows[i].last.number, r->rows[last].last.number, on_alone,
		    r);
		i = last;
	}
	return e;
}

static enum err fill(struct dni_pool *p, struct loader *r)
{
	enum err e;

	p->max = (uint32_t)r->n;
	p->partial = r->n_late > 0;
	if (p->max == 0)
		return ERR_OK;
	for (size_t i = 0; i < r->n; i++)
		r->rows[i].lasts_us =
		    dni_pool_lasts(p, &r->rows[i].last, r->now_us, 0);
	qsort(r->rows, r->n, sizeof(*r->rows), by_end);
	p->slots = calloc(p->max, sizeof(*p->slots));
	if (p->slots == NULL)
		return ERR_NOMEM;
	e = lease_new(&p->leases, p->max, p->lease_us, p->gap_us);
	for (size_t i = 0; e == ERR_OK && i < r->n && r->rows[i].is; i++)
		e = add_row(p, &r->rows[i], r->now_us);
	p->partial = p->partial || p->n < p->max;
	return e;
}

enum err dni_pool_load(struct db *db, const struct dni_conf_pool *conf,
    const struct dni_pool_how *how, struct dni_pool **out)
{
	struct dni_pool *p = calloc(1, sizeof(*p));
	struct loader r = { .p = p,
		.now_us = how->now_us,
		.whole = how->whole,
		.told_us = DB_LEASE_EVER_US,
		.e = ERR_OK };
	enum err e;

	if (p == NULL)
		return ERR_NOMEM;
	p->company = conf->company;
	p->id = conf->id;
	p->lease_us = conf->lease_us;
	p->gap_us = conf->gap_us;
	p->lived_us = how->lived_us;
	p->held_us = how->held_us;
	p->shared = how->shared;
	e = read_latest(db, p, &r);
	if (e == ERR_OK)
		e = read_first(db, p, &r);
	if (e == ERR_OK)
		e = fill(p, &r);
	free(r.rows);
	if (e != ERR_OK) {
		dni_pool_free(p);
		return e;
	}
	*out = p;
	return ERR_OK;
}

void dni_pool_free(struct dni_pool *p)
{
	if (p == NULL)
		return;
	lease_free(p->leases);
	free(p->slots);
	free(p);
}
