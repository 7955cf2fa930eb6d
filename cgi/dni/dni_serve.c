#include "cgi/dni/dni_serve.h"

#include <string.h>

#include "lib/base/rnd.h"
#include "lib/core/botua.h"
#include "lib/core/urlq.h"

/* What a request needs of the configuration, copied while it was locked. */
struct plan {
	struct company_id company;
	struct site_id site;
	struct pool_id pool;
	bool consent_required;
	bool rule_first;          /* a rule for this page beats the pool */
	struct dni_number source; /* e164 "": no rule fits */
	struct dni_number overflow;
};

struct serve {
	struct dni_state *s;
	const struct dni_hit *h;
	const struct dni_who *who;
	struct arena *mem;
	struct plan plan;
	struct source source;
	uint8_t rnd[4][10];
	struct dni_answer *out;
};

/* What a grant changed, in case the database says no. */
struct granted {
	struct dni_pool *pool;
	struct lease_grant grant;
	struct lease_id lease_before;
	struct visit_id visit_before;
	bool to_write;       /* a lease of its own, not yet stored */
	uint64_t wait_batch; /* kept, but stored only by this batch */
};

/* --- the plan -------------------------------------------------------------*/

static bool wants(const struct dni_hit *h, const char *e164)
{
	if (h->n_targets == 0)
		return true;
	for (size_t i = 0; i < h->n_targets; i++)
		if (slice_eq_cstr(h->targets[i], e164))
			return true;
	return false;
}

static enum err copy_targets(const struct dni_site *site,
    const struct dni_hit *h, struct arena *mem, struct dni_answer *out)
{
	out->targets = arena_array(mem, site->n_targets, sizeof(*out->targets));
	if (out->targets == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < site->n_targets; i++)
		if (wants(h, site->targets[i].e164))
			out->targets[out->n_targets++] = site->targets[i];
	return ERR_OK;
}

static enum err find_site(struct dni_state *s, const struct dni_hit *h,
    const struct dni_who *who, const struct dni_site **out)
{
	*out = dni_conf_site(s->conf, h->site);
	if (*out == NULL)
		return ERR_NOTFOUND;
	return dni_conf_origin_ok(*out, who->origin) ? ERR_OK : ERR_DENIED;
}

static void pick_source(struct serve *v, const struct dni_site *site)
{
	const size_t i =
	    tracker_pick(site->rules, site->n_trackers, v->h->url, &v->source);

	if (i == site->n_trackers)
		return;
	v->plan.source = site->trackers[i].number;
	v->plan.rule_first = tracker_beats_pool(site->rules[i].kind);
}

static enum err plan_locked(struct serve *v)
{
	const struct dni_conf_pool *pool;
	const struct dni_site *site;
	enum err e;

	if ((e = find_site(v->s, v->h, v->who, &site)) != ERR_OK)
		return e;
	atomic_store_explicit(&site->seen->at_us, v->who->now_us,
	    memory_order_relaxed);
	v->plan.company = site->company;
	v->plan.site = site->id;
	v->plan.pool = site->pool;
	v->plan.consent_required = site->consent_required;
	pool = dni_conf_pool(v->s->conf, site->pool);
	if (pool != NULL)
		v->plan.overflow = pool->overflow;
	if (v->source.source.n > 0)
		pick_source(v, site);
	return copy_targets(site, v->h, v->mem, v->out);
}

static enum err make_plan(struct serve *v)
{
	enum err e = ERR_OK;

	if (v->h->url.n > 0)
		e = source_detect(v->h->url, v->h->referrer, v->mem,
		    &v->source);
	if (e != ERR_OK)
		return e;
	(void)pthread_rwlock_rdlock(&v->s->conf_lock);
	e = plan_locked(v);
	(void)pthread_rwlock_unlock(&v->s->conf_lock);
	return e;
}

/* --- answers --------------------------------------------------------------*/

/* With mu held. */
static void count(struct serve *v, enum dni_given what)
{
	struct dni_pool *p = dni_state_pool(v->s, v->plan.pool);

	if (p != NULL)
		p->given[what]++;
}

static void answer_nothing(struct serve *v, const char *why)
{
	v->out->tier = "none";
	v->out->why = why;
	v->out->to.e164[0] = '\0';
}

/* With mu held: the source-level number, else the overflow number. */
static void answer_fallback(struct serve *v, const char *why, bool overflow)
{
	if (v->plan.source.e164[0] != '\0') {
		v->out->tier = "source";
		v->out->why = why;
		v->out->to = v->plan.source;
		count(v, DNI_GIVEN_SOURCE);
	} else if (overflow && v->plan.overflow.e164[0] != '\0') {
		v->out->tier = "overflow";
		v->out->why = why;
		v->out->to = v->plan.overflow;
		count(v, DNI_GIVEN_OVERFLOW);
	} else {
		answer_nothing(v, why);
		count(v, DNI_GIVEN_NONE);
	}
}

/* --- the lease ------------------------------------------------------------*/

static void make_id(const struct serve *v, size_t i, uint8_t out[ID_BYTES])
{
	id_make(v->who->now_us, v->rnd[i], out);
}

/* With mu held: a lease for visit, in memory. False: the pool has none. */
static bool grant(struct serve *v, struct dni_visit *visit, struct dni_write *w,
    struct granted *g)
{
	const struct lease_holder holder = dni_pool_holder(visit->visitor);
	struct dni_pool *p = dni_state_pool(v->s, v->plan.pool);
	struct dni_slot *slot;

	memset(g, 0, sizeof(*g));
	g->pool = p;
	if (p == NULL || p->leases == NULL)
		return false;
	g->grant = lease_take(p->leases, v->who->now_us, &holder);
	if (g->grant.what == LEASE_NONE)
		return false;
	slot = &p->slots[g->grant.number];
	visit->pool = p;
	v->out->tier = "lease";
	v->out->why = "";
	v->out->to = slot->shown;
	if (g->grant.what == LEASE_KEPT && id_eq(slot->visit.v, visit->id.v)) {
		p->given[DNI_GIVEN_EXTENDED]++;
		if (slot->batch > v->s->done_batch)
			g->wait_batch = slot->batch;
		return true;
	}
	p->given[DNI_GIVEN_LEASED]++;
	g->to_write = true;
	g->lease_before = slot->lease;
	g->visit_before = slot->visit;
	if (g->grant.what == LEASE_KEPT) { /* the visitor's visit before */
		w->parts |= DNI_WRITE_ENDED;
		w->ended = slot->lease;
		w->ended_us = v->who->now_us;
	}
	make_id(v, 3, slot->lease.v);
	slot->visit = visit->id;
	slot->batch = v->s->open_batch;
	w->parts |= DNI_WRITE_LEASE;
	w->lease = (struct lease_row){ .id = slot->lease,
		.pool = p->id,
		.number = slot->number,
		.visit = visit->id,
		.epoch = p->epoch,
		.started_us = v->who->now_us,
		.beat_us = v->who->now_us,
		.expires_us = v->who->now_us + p->lease_us };
	memcpy(w->lease.number_e164, slot->shown.e164,
	    sizeof(w->lease.number_e164));
	return true;
}

/* With mu held: the database did not store the lease. What was surely not
 * written is taken back. What may have been written stays held, so that nobody
 * else gets the number, and its row ends where it began once it can be said. */
static void ungrant(struct serve *v, struct dni_write *w,
    const struct granted *g)
{
	struct dni_slot *slot = NULL;

	/* The pool may have been read anew while we waited. */
	if (g->grant.number < g->pool->n)
		slot = &g->pool->slots[g->grant.number];
	if (w->result == ERR_CONFLICT)
		g->pool->owned = false; /* the epoch moved on */
	if (w->result == ERR_UNCERTAIN) {
		struct dni_write end = { 0 };

		end.parts = DNI_WRITE_ENDED;
		end.company = w->company;
		end.ended = w->lease.id;
		end.ended_us = w->lease.started_us;
		dni_state_later(v->s, &end);
	} else if (slot != NULL && id_eq(slot->lease.v, w->lease.id.v)) {
		lease_undo(g->pool->leases, &g->grant);
		slot->lease = g->lease_before;
		slot->visit = g->visit_before;
	}
	w->parts &= ~(unsigned int)(DNI_WRITE_LEASE | DNI_WRITE_ENDED);
}

/* --- a visit --------------------------------------------------------------*/

static uint64_t arrival_of(const struct source *s)
{
	const struct slice clicks[] = { s->gclid, s->gbraid, s->wbraid,
		s->dclid, s->fbclid, s->msclkid, s->ttclid, s->li_fat_id };
	struct slice click = SLICE("");

	for (size_t i = 0; click.n == 0 && i < RT_ARRAY_LEN(clicks); i++)
		click = clicks[i];
	return dni_visits_arrival(s->source, s->medium, s->campaign, click);
}

/* With mu held: the visit that goes on, or NULL. */
static struct dni_visit *going_on(struct serve *v)
{
	struct dni_visit *visit =
	    dni_visits_find(v->s->visits, v->who->now_us, v->h->visit);

	if (visit == NULL || !id_eq(visit->site.v, v->plan.site.v) ||
	    !id_eq(visit->visitor.v, v->h->visitor.v))
		return NULL;
	if (v->source.proof >= SOURCE_BY_CLICK_ID &&
	    arrival_of(&v->source) != visit->arrival)
		return NULL;
	return visit;
}

static void fill_page(struct serve *v, struct visit_id visit,
    struct dni_write *w)
{
	w->parts |= DNI_WRITE_PAGE;
	w->company = v->plan.company;
	make_id(v, 2, w->page.id.v);
	w->page.visit = visit;
	w->page.viewed_us = v->who->now_us;
	w->page.url = v->h->url;
	w->page.title = v->h->title;
}

/* With mu held. NULL: this very id is in use, which only a bad clock and bad
 * dice together could bring about. */
static struct dni_visit *begin_visit(struct serve *v, struct dni_write *w)
{
	struct dni_visit *visit;
	struct visit_id id;

	make_id(v, 0, id.v);
	visit = dni_visits_add(v->s->visits, v->who->now_us, id);
	if (visit == NULL)
		return NULL;
	visit->company = v->plan.company;
	visit->site = v->plan.site;
	visit->started_us = v->who->now_us;
	visit->visitor = v->h->visitor;
	if (id_is_nil(visit->visitor.v))
		make_id(v, 1, visit->visitor.v);
	visit->arrival = arrival_of(&v->source);
	w->parts |= DNI_WRITE_VISITOR | DNI_WRITE_VISIT;
	w->visitor = (struct visitor_seen){ visit->visitor, id, v->source.paid,
		v->who->now_us };
	w->visit = (struct visit_row){ .id = id,
		.site = v->plan.site,
		.visitor = visit->visitor,
		.started_us = v->who->now_us,
		.landing_url = v->h->url,
		.referrer = v->h->referrer,
		.source = v->source,
		.ga_client_id = v->h->ga,
		.browser_zone = v->h->zone };
	return visit;
}

/* With mu held: the same visit asked twice at once, and the first answer's
 * lease is still being written. */
static void wait_for_first(struct serve *v, const struct granted *g,
    struct visitor_id visitor, struct visit_id visit)
{
	const struct lease_holder holder = dni_pool_holder(visitor);
	struct dni_pool *p = g->pool;
	uint32_t number;

	dni_state_wait(v->s, g->wait_batch);
	if (p->leases == NULL ||
	    !lease_find(p->leases, v->who->now_us, &holder, &number) ||
	    !id_eq(p->slots[number].visit.v, visit.v))
		answer_fallback(v, "database", true);
	else
		v->out->to = p->slots[number].shown;
}

/* With mu held, and not at its end: writes what the visit said, waiting only
 * for a new lease. */
static void store(struct serve *v, struct dni_write *w, struct granted *g,
    const struct dni_visit *visit)
{
	const struct visitor_id visitor = visit->visitor;
	const struct visit_id id = visit->id;

	if (!g->to_write) {
		if (w->parts != 0)
			dni_state_later(v->s, w);
		if (g->wait_batch != 0)
			wait_for_first(v, g, visitor, id);
		(void)pthread_mutex_unlock(&v->s->mu);
		return;
	}
	if (dni_state_write(v->s, w) == ERR_OK)
		return;
	(void)pthread_mutex_lock(&v->s->mu);
	ungrant(v, w, g);
	answer_fallback(v, "database", true);
	if (w->parts != 0)
		dni_state_later(v->s, w);
	(void)pthread_mutex_unlock(&v->s->mu);
}

/* With mu held: the number, by rule, pool or what is left. */
static void choose(struct serve *v, struct dni_visit *visit,
    struct dni_write *w, struct granted *g)
{
	memset(g, 0, sizeof(*g));
	if (v->plan.rule_first || id_is_nil(v->plan.pool.v))
		answer_fallback(v, "", false);
	else if (v->s->away)
		answer_fallback(v, "database", true);
	else if (!grant(v, visit, w, g))
		answer_fallback(v, "pool", true);
}

/* With mu held, and not at its end. */
static void serve_visit(struct serve *v)
{
	struct dni_write w;
	struct granted g;
	struct dni_visit *visit = going_on(v);

	memset(&w, 0, sizeof(w));
	if (visit != NULL) {
		dni_visits_touch(v->s->visits, v->who->now_us, visit);
	} else if (!dni_flood_pass(v->s->visits_flood, v->who->now_us,
		       dni_flood_client(v->who->address)) ||
		   (visit = begin_visit(v, &w)) == NULL) {
		answer_fallback(v, "flood", true);
		(void)pthread_mutex_unlock(&v->s->mu);
		return;
	}
	visit->page_views++;
	fill_page(v, visit->id, &w);
	v->out->has_ids = true;
	v->out->visitor = visit->visitor;
	v->out->visit = visit->id;
	choose(v, visit, &w, &g);
	store(v, &w, &g, visit); /* visit may be gone after this */
}

static bool no_consent(const struct serve *v)
{
	return v->h->consent == DNI_CONSENT_NO ||
	       (v->h->consent == DNI_CONSENT_UNSAID &&
		   v->plan.consent_required);
}

/* With mu held: who may ask at all. */
static bool may_ask(struct serve *v)
{
	if (!dni_flood_pass(v->s->hits_flood, v->who->now_us,
		dni_flood_client(v->who->address)))
		return false;
	return id_is_nil(v->h->visitor.v) ||
	       dni_flood_pass(v->s->hits_flood, v->who->now_us,
		   slice_of(v->h->visitor.v, ID_BYTES));
}

enum err dni_serve_visit(struct dni_state *s, const struct dni_hit *h,
    const struct dni_who *who, struct arena *mem, struct dni_answer *out)
{
	struct serve v = { .s = s, .h = h, .who = who, .mem = mem, .out = out };
	const bool robot = botua_is_robot(who->user_agent);
	enum err e;

	memset(out, 0, sizeof(*out));
	if ((e = make_plan(&v)) != ERR_OK)
		return e;
	rnd_bytes(v.rnd, sizeof(v.rnd));
	(void)pthread_mutex_lock(&s->mu);
	if (!may_ask(&v)) {
		e = ERR_BUSY;
	} else if (robot) {
		answer_nothing(&v, "robot");
		count(&v, DNI_GIVEN_ROBOT);
	} else if (h->hidden) {
		answer_nothing(&v, "hidden");
	} else if (no_consent(&v)) {
		answer_fallback(&v, "consent", false);
		count(&v, DNI_GIVEN_NOCONSENT);
	} else {
		serve_visit(&v);
		return ERR_OK;
	}
	(void)pthread_mutex_unlock(&s->mu);
	return e;
}

/* --- a heartbeat ----------------------------------------------------------*/

/* With mu held. A page shown again after its lease ended gets its number back
 * if that is still free, else another one. True: *g is to be stored. */
static bool beat(struct serve *v, struct dni_visit *visit, struct dni_write *w,
    struct granted *g)
{
	answer_nothing(v, "");
	if (visit == NULL || !id_eq(visit->site.v, v->plan.site.v)) {
		v->out->tier = "gone";
		return false;
	}
	visit->engaged_s += v->h->engaged_s;
	dni_visits_touch(v->s->visits, v->who->now_us, visit);
	w->company = v->plan.company;
	if (visit->pool == NULL && !v->h->hidden) {
		/* After a restart, or never leased: "as it was". */
		visit->pool = dni_state_pool(v->s, v->plan.pool);
	}
	if (visit->pool == NULL || !visit->pool->owned || v->s->away)
		return false;
	if (grant(v, visit, w, g))
		return true;
	answer_nothing(v, "");
	return false;
}

/* With mu held, and not at its end. */
static void serve_beat(struct serve *v)
{
	struct dni_write w;
	struct granted g;
	struct dni_visit *visit =
	    dni_visits_find(v->s->visits, v->who->now_us, v->h->visit);

	memset(&w, 0, sizeof(w));
	if (beat(v, visit, &w, &g))
		store(v, &w, &g, visit);
	else
		(void)pthread_mutex_unlock(&v->s->mu);
}

enum err dni_serve_beat(struct dni_state *s, const struct dni_hit *h,
    const struct dni_who *who, struct arena *mem, struct dni_answer *out)
{
	struct serve v = { .s = s, .h = h, .who = who, .mem = mem, .out = out };
	enum err e;

	memset(out, 0, sizeof(*out));
	if ((e = make_plan(&v)) != ERR_OK)
		return e;
	rnd_bytes(v.rnd, sizeof(v.rnd));
	(void)pthread_mutex_lock(&s->mu);
	if (may_ask(&v)) {
		serve_beat(&v);
		return ERR_OK;
	}
	(void)pthread_mutex_unlock(&s->mu);
	return ERR_BUSY;
}

/* --- an event -------------------------------------------------------------*/

static void fill_event(struct serve *v, const struct dni_visit *visit,
    const char *kind, struct dni_write *w)
{
	const struct lease_holder holder = dni_pool_holder(visit->visitor);
	uint32_t number;

	w->parts |= DNI_WRITE_EVENT;
	w->event = (struct visit_event_row){ .visit = visit->id,
		.kind = kind,
		.happened_us = v->who->now_us };
	make_id(v, 3, w->event.id);
	if (visit->pool != NULL && visit->pool->leases != NULL &&
	    lease_find(visit->pool->leases, v->who->now_us, &holder, &number))
		w->event.number = visit->pool->slots[number].number;
}

/* With mu held: the lease ends now and the visit is forgotten. */
static void withdraw(struct serve *v, struct dni_visit *visit,
    struct dni_write *w)
{
	const struct lease_holder holder = dni_pool_holder(visit->visitor);
	uint32_t number;

	fill_event(v, visit, "consent_withdrawn", w);
	if (visit->pool != NULL && visit->pool->leases != NULL &&
	    lease_release(visit->pool->leases, v->who->now_us, &holder,
		&number)) {
		w->parts |= DNI_WRITE_ENDED;
		w->ended = visit->pool->slots[number].lease;
		w->ended_us = v->who->now_us;
	}
	dni_visits_drop(v->s->visits, visit);
}

/* With mu held. An event of a visit that is not there is no error: a beacon
 * sent while a page goes away cannot be repeated. */
static void serve_event(struct serve *v)
{
	struct dni_visit *visit =
	    dni_visits_find(v->s->visits, v->who->now_us, v->h->visit);
	struct dni_write w;

	memset(&w, 0, sizeof(w));
	if (visit == NULL || !id_eq(visit->site.v, v->plan.site.v))
		return;
	w.company = v->plan.company;
	dni_visits_touch(v->s->visits, v->who->now_us, visit);
	switch (v->h->event) {
	case DNI_EVENT_VIEW:
		visit->page_views++;
		fill_page(v, visit->id, &w);
		break;
	case DNI_EVENT_TEL_CLICK:
		visit->tel_clicked_us = v->who->now_us;
		fill_event(v, visit, "tel_click", &w);
		break;
	case DNI_EVENT_CONSENT_WITHDRAWN:
		withdraw(v, visit, &w);
		break;
	case DNI_EVENT_COUNT:
		return;
	}
	dni_state_later(v->s, &w);
}

enum err dni_serve_event(struct dni_state *s, const struct dni_hit *h,
    const struct dni_who *who)
{
	struct dni_answer unused;
	struct arena mem;
	struct serve v = { .s = s,
		.h = h,
		.who = who,
		.mem = &mem,
		.out = &unused };
	enum err e;

	memset(&unused, 0, sizeof(unused));
	arena_init(&mem, 65536);
	if ((e = make_plan(&v)) == ERR_OK) {
		rnd_bytes(v.rnd, sizeof(v.rnd));
		(void)pthread_mutex_lock(&s->mu);
		if (may_ask(&v))
			serve_event(&v);
		else
			e = ERR_BUSY;
		(void)pthread_mutex_unlock(&s->mu);
	}
	arena_fini(&mem);
	return e;
}
