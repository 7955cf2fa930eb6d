#include "cgi/dni/dni_live.h"

#include <stdlib.h>
#include <string.h>

#include "cgi/dni/dni_clock.h"
#include "lib/base/hang_thread.h"

#define LIVE_MAX 200000
#define MEM_MAX  ((size_t)64 << 10) /* of one address, taken apart */

struct reader {
	struct dni_state *s;
	struct dni_clock_read clock;
	const struct dni_site **sites; /* that have rules, by id */
	size_t n;
	struct arena mem;
};

static int by_id(const void *a, const void *b)
{
	const struct dni_site *const *x = a, *const *y = b;

	return memcmp((*x)->id.v, (*y)->id.v, ID_BYTES);
}

static enum err sort_sites(struct reader *r)
{
	const struct dni_conf *c = r->s->conf;

	r->sites = calloc(c->n_sites + 1, sizeof(struct dni_site *));
	if (r->sites == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < c->n_sites; i++)
		if (c->sites[i].n_trackers > 0)
			r->sites[r->n++] = &c->sites[i];
	if (r->n > 1)
		qsort(r->sites, r->n, sizeof(struct dni_site *), by_id);
	return ERR_OK;
}

static const struct dni_site *find_site(const struct reader *r,
    struct site_id id)
{
	size_t lo = 0, hi = r->n;

	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;
		const int order = memcmp(id.v, r->sites[mid]->id.v, ID_BYTES);

		if (order == 0)
			return r->sites[mid];
		if (order < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

/* Nil: none, or it cannot be said. */
static struct number_id rule_of(struct reader *r, const struct visit_live *l)
{
	const struct dni_site *site = find_site(r, l->site);
	struct number_id none = { 0 };
	struct source source;
	size_t i;

	if (site == NULL)
		return none;
	arena_reset(&r->mem);
	memset(&source, 0, sizeof(source));
	if (dni_conf_arrival(site, slice_from(l->landing_url),
		slice_from(l->referrer), &r->mem, &source, &i) != ERR_OK ||
	    i == site->n_trackers)
		return none;
	return site->trackers[i].id;
}

/* With mu held: from the clock of what was read to that of now, by which nobody
 * is seen in a time to come. */
static int64_t moves_by(struct reader *r, const struct visit_live *l)
{
	const int64_t by_us = dni_clock_since(r->s, &r->clock);
	const int64_t most_us = r->s->now_us - l->seen_us;

	return by_us < most_us ? by_us : most_us;
}

static void fill(const struct visit_live *l, struct number_id rule,
    int64_t by_us, struct dni_visit *v)
{
	v->company = l->company;
	v->site = l->site;
	v->visitor = l->visitor;
	v->started_us = l->started_us + by_us;
	v->engaged_s = l->engaged_s;
	v->page_views = l->page_views;
	if (l->tel_clicked_us != 0)
		v->tel_clicked_us = l->tel_clicked_us + by_us;
	v->rule = rule;
	v->arrival =
	    dni_visits_arrival(slice_from(l->source), slice_from(l->medium),
		slice_from(l->campaign), slice_from(l->click_id));
	v->of_before = true; /* the pool is found at its next sign of life */
}

static void on_live(void *ctx, const struct visit_live *l)
{
	struct reader *r = ctx;
	const struct number_id rule = rule_of(r, l);
	struct dni_visit *v;
	int64_t by_us;

	hang_thread_round();
	(void)pthread_mutex_lock(&r->s->mu);
	by_us = moves_by(r, l);
	v = dni_visits_add(r->s->visits, l->seen_us + by_us, l->id);
	if (v != NULL)
		fill(l, rule, by_us, v);
	(void)pthread_mutex_unlock(&r->s->mu);
}

enum err dni_live_read(struct dni_state *s, struct db *db)
{
	struct reader r = { .s = s, .clock = dni_clock_read(s) };
	enum err e = sort_sites(&r);

	arena_init(&r.mem, MEM_MAX);
	if (e == ERR_OK)
		e = db_visit_each_live(db, r.clock.now_us - DNI_VISITS_END_US,
		    LIVE_MAX, on_live, &r);
	arena_fini(&r.mem);
	free(r.sites);
	return e;
}
