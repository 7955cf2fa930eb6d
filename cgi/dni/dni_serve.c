#include "cgi/dni/dni_serve.h"

#include <string.h>

#include "cgi/dni/dni_clock.h"
#include "cgi/dni/dni_event.h"
#include "cgi/dni/dni_grant.h"
#include "cgi/dni/dni_overflow.h"
#include "cgi/dni/dni_plan.h"
#include "lib/base/rnd.h"
#include "lib/core/botua.h"

/* A page that is looked at asks again within so long. */
#define NEXT_US (61 * RT_SEC_US)

/* --- answers --------------------------------------------------------------*/

static void count(struct dni_serve *v, enum dni_given what)
{
	struct dni_pool *p = dni_state_any_pool(v->s, v->plan.pool);

	if (p != NULL && !v->counted)
		p->given[what]++;
}

static void answer_nothing(struct dni_serve *v, const char *why)
{
	v->out->tier = "none";
	v->out->why = why;
	v->out->to.e164[0] = '\0';
}

static void answer_number(struct dni_serve *v, const char *tier,
    const char *why, const struct dni_number *n, enum dni_given counted)
{
	v->out->tier = tier;
	v->out->why = why;
	v->out->to = *n;
	count(v, counted);
}

/* What there is without a lease, in the order of the pool's policy. overflow: a
 * pool was meant to serve this visit. */
static void fall_back(struct dni_serve *v, struct dni_visit *visit,
    const char *why, bool overflow)
{
	const bool has_source = v->plan.source.e164[0] != '\0';
	const bool has_overflow = overflow && v->plan.overflow.e164[0] != '\0';
	const bool own = overflow && v->plan.policy == DNI_OVERFLOW_OWN;

	if (visit != NULL)
		visit->overflow.on_page = false;
	if (has_overflow && !own &&
	    (!has_source || v->plan.policy == DNI_OVERFLOW_NUMBER)) {
		answer_number(v, "overflow", why, &v->plan.overflow,
		    DNI_GIVEN_OVERFLOW);
		if (visit != NULL)
			dni_overflow_show(visit, v->plan.overflow_id,
			    v->who.now_us);
	} else if (has_source && !own) {
		answer_number(v, "source", why, &v->plan.source,
		    DNI_GIVEN_SOURCE);
	} else {
		answer_nothing(v, why);
		count(v, DNI_GIVEN_NONE);
	}
}

void dni_serve_away(struct dni_serve *v, struct dni_visit *visit)
{
	count(v, DNI_GIVEN_AWAY);
	fall_back(v, visit, "database", true);
}

void dni_serve_id(const struct dni_serve *v, size_t i, uint8_t out[ID_BYTES])
{
	id_make(v->who.now_us, v->rnd[i], out);
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

struct dni_visit *dni_serve_theirs(const struct dni_serve *v)
{
	struct dni_visit *visit =
	    dni_visits_find(v->s->visits, v->who.now_us, v->h->visit);

	return visit != NULL && id_eq(visit->site.v, v->plan.site.v) &&
		       id_eq(visit->visitor.v, v->h->visitor.v)
		   ? visit
		   : NULL;
}

/* With mu held: theirs; NULL: none, or one that there was no room to write down
 * in an outage, which is over. It is begun anew, and on record from then on. */
static struct dni_visit *on_record(struct dni_serve *v)
{
	struct dni_visit *visit = dni_serve_theirs(v);

	if (visit == NULL || !visit->unstored || dni_state_away(v->s))
		return visit;
	dni_visits_drop(v->s->visits, visit);
	return NULL;
}

/* With mu held: the visit that goes on, or NULL. */
static struct dni_visit *going_on(struct dni_serve *v)
{
	struct dni_visit *visit = on_record(v);

	if (visit == NULL)
		return NULL;
	if (v->source.proof >= SOURCE_BY_CLICK_ID &&
	    arrival_of(&v->source) != visit->arrival)
		return NULL;
	return visit;
}

void dni_serve_page(struct dni_serve *v, struct dni_visit *visit,
    struct dni_write *w)
{
	w->company = v->plan.company;
	/* Beyond that they are counted and not kept. The first is the visit's.
	 */
	if (++visit->page_views > DNI_VISITS_PAGES_MAX ||
	    (w->parts & DNI_WRITE_VISIT) != 0)
		return;
	w->parts |= DNI_WRITE_PAGE;
	dni_serve_id(v, 2, w->page.id.v);
	w->page.visit = visit->id;
	w->page.viewed_us = v->who.now_us;
	w->page.url = v->h->url;
	w->page.title = v->h->title;
}

/* With mu held. NULL: this very id is in use, which only a bad clock and bad
 * dice together could bring about. */
static struct dni_visit *begin_visit(struct dni_serve *v, struct dni_write *w)
{
	struct dni_visit *visit;
	struct visit_id id;

	dni_serve_id(v, 0, id.v);
	visit = dni_visits_add(v->s->visits, v->who.now_us, id);
	if (visit == NULL)
		return NULL;
	visit->company = v->plan.company;
	visit->site = v->plan.site;
	visit->started_us = v->who.now_us;
	if (dni_visitor_ours(v->s->visitor_key, v->plan.company,
		&v->h->visitor))
		visit->visitor = v->h->visitor;
	else
		dni_visitor_make(v->s->visitor_key, v->plan.company,
		    v->who.now_us, v->rnd[1], &visit->visitor);
	visit->arrival = arrival_of(&v->source);
	visit->rule = v->plan.rule;
	w->parts |= DNI_WRITE_VISITOR | DNI_WRITE_VISIT;
	w->visitor = (struct visitor_seen){ visit->visitor, id, v->source.paid,
		v->who.now_us };
	w->visit = (struct visit_row){ .id = id,
		.site = v->plan.site,
		.visitor = visit->visitor,
		.started_us = v->who.now_us,
		.landing_url = v->h->url,
		.landing_title = v->h->title,
		.referrer = v->h->referrer,
		.source = v->source,
		.ga_client_id = v->h->ga,
		.ga_session_id = v->h->ga_session,
		.fbc = v->h->fbc,
		.fbp = v->h->fbp,
		.browser_zone = v->h->zone };
	return visit;
}

/* With mu held. A visit of many pages found no number once, as one with a
 * number was given it once; who has had their address's share, or asks while
 * another server has the pool, says nothing of how full it is. */
static void turn_away(struct dni_serve *v, struct dni_visit *visit,
    const struct dni_grant *g)
{
	visit->falls_back = true;
	if (g->unsure) {
		dni_serve_away(v, visit);
		return;
	}
	if (g->too_many) {
		count(v, DNI_GIVEN_FLOOD);
		fall_back(v, visit, "flood", true);
		return;
	}
	if (g->pool == NULL)
		count(v, DNI_GIVEN_AWAY);
	else if (!visit->turned_away)
		count(v, DNI_GIVEN_FULL);
	visit->turned_away = visit->turned_away || g->pool != NULL;
	fall_back(v, visit, "pool", true);
}

/* With mu held: the number, by rule, pool or what is left. */
static void choose(struct dni_serve *v, struct dni_visit *visit,
    struct dni_write *w, struct dni_grant *g)
{
	memset(g, 0, sizeof(*g));
	visit->by_rule = v->plan.rule_first;
	if (v->plan.rule_first || id_is_nil(v->plan.pool.v))
		fall_back(v, visit, "", false);
	else if (dni_state_away(v->s))
		dni_serve_away(v, visit);
	else if (!dni_grant_take(v, visit, w, g))
		turn_away(v, visit, g);
}

/* With mu held. */
static void serve_visit(struct dni_serve *v)
{
	char mem[DNI_FLOOD_CLIENT_MAX];
	struct dni_write w;
	struct dni_grant g;
	struct dni_visit *visit = going_on(v);

	memset(&w, 0, sizeof(w));
	if (visit != NULL) {
		dni_visits_touch(v->s->visits, v->who.now_us, visit);
	} else if (!dni_flood_pass(v->s->visits_flood, v->who.now_us,
		       dni_flood_client(v->who.address, mem)) ||
		   (visit = begin_visit(v, &w)) == NULL) {
		count(v, DNI_GIVEN_FLOOD);
		fall_back(v, NULL, "flood", true);
		return;
	}
	dni_serve_page(v, visit, &w);
	v->out->has_ids = true;
	v->out->visitor = visit->visitor;
	v->out->visit = visit->id;
	choose(v, visit, &w, &g);
	dni_overflow_begin(visit, v->who.now_us, &w);
	dni_grant_store(v, &w, &g);
}

static bool no_consent(const struct dni_serve *v)
{
	return v->h->consent == DNI_CONSENT_NO ||
	       (v->h->consent == DNI_CONSENT_UNSAID &&
		   v->plan.consent_required);
}

/* With mu held. A no ends what was begun with a yes. */
static void serve_refused(struct dni_serve *v)
{
	struct dni_visit *visit = dni_serve_theirs(v);

	if (v->h->consent == DNI_CONSENT_NO && visit != NULL)
		dni_event_withdraw(v, visit);
	v->out->gpc = v->h->gpc;
	fall_back(v, NULL, "consent", false);
}

/* With mu held. */
static bool address_may_ask(struct dni_state *s, struct slice address,
    int64_t now_us)
{
	char mem[DNI_FLOOD_CLIENT_MAX];

	return dni_flood_pass(s->hits_flood, now_us,
	    dni_flood_client(address, mem));
}

bool dni_serve_let_in(struct dni_state *s, struct dni_who *who)
{
	(void)pthread_mutex_lock(&s->mu);
	who->let_in = address_may_ask(s, who->address, dni_clock_now(s));
	(void)pthread_mutex_unlock(&s->mu);
	return who->let_in;
}

/* With mu held. A visitor's id is known to more than the visitor, such as who
 * reads exports: who sends that alone uses up nothing of a visit that lives. */
static bool visitor_may_ask(struct dni_serve *v)
{
	const uint8_t *id =
	    dni_serve_theirs(v) != NULL ? v->h->visit.v : v->h->visitor.v;

	return id_is_nil(id) || dni_flood_pass(v->s->hits_flood, v->who.now_us,
				    slice_of(id, ID_BYTES));
}

bool dni_serve_may_ask(struct dni_serve *v)
{
	/* A request may have waited for mu behind later ones: what happens to
	 * leases happens in one order, and the rows say the same. */
	v->who.now_us = dni_clock_now(v->s);
	if (!v->who.let_in &&
	    !address_may_ask(v->s, v->who.address, v->who.now_us))
		return false;
	return visitor_may_ask(v);
}

/* In the request's arena, as the answer may have to wait. */
static enum err begin(struct dni_state *s, const struct dni_hit *h,
    const struct dni_who *who, struct arena *mem, struct dni_serve **out)
{
	struct dni_serve *v = arena_alloc(mem, sizeof(*v));
	enum err e;

	if (v == NULL)
		return ERR_NOMEM;
	v->s = s;
	v->h = h;
	v->who = *who;
	v->mem = mem;
	v->out = arena_alloc(mem, sizeof(*v->out));
	if (v->out == NULL)
		return ERR_NOMEM;
	v->out->site = h->site;
	if ((e = dni_plan_make(v)) != ERR_OK)
		return e;
	rnd_id_bytes(v->rnd, sizeof(v->rnd));
	*out = v;
	return ERR_OK;
}

static void end(struct dni_serve *v, struct dni_answer **out)
{
	v->out->waits = v->wait == NULL ? NULL : v;
	*out = v->out;
}

enum err dni_serve_resume(struct dni_serve *v, bool late)
{
	enum err e;

	(void)pthread_mutex_lock(&v->s->mu);
	e = dni_grant_resume(v, late);
	(void)pthread_mutex_unlock(&v->s->mu);
	return e;
}

/* Came from another page of the site, and no page has kept the visitor: not
 * because somebody had to agree first. */
static bool is_forgotten(const struct dni_serve *v)
{
	return id_is_nil(v->h->visitor.v) && v->who.token.n == 0 &&
	       v->h->consent == DNI_CONSENT_UNSAID &&
	       !v->plan.consent_required && v->h->url.n > 0 &&
	       v->h->referrer.n > 0 &&
	       slice_eq_case(dni_conf_origin(v->h->url),
		   dni_conf_origin(v->h->referrer));
}

/* With mu held: of the visit that was just answered. */
static bool mark_forgotten(struct dni_serve *v)
{
	struct dni_visit *visit;

	if (!is_forgotten(v))
		return false;
	visit = dni_visits_find(v->s->visits, v->who.now_us, v->out->visit);
	if (visit != NULL)
		visit->forgotten = true;
	return true;
}

static void note_forgotten(struct dni_serve *v)
{
	const struct dni_site *site;

	(void)pthread_rwlock_rdlock(&v->s->conf_lock);
	site = dni_conf_site(v->s->conf, v->h->site);
	if (site != NULL) {
		(void)pthread_mutex_lock(&v->s->mu);
		site->seen->sums.causes[TAGHEALTH_FORGOTTEN]++;
		site->seen->sums.said_us = v->who.now_us;
		(void)pthread_mutex_unlock(&v->s->mu);
	}
	(void)pthread_rwlock_unlock(&v->s->conf_lock);
}

enum err dni_serve_visit(struct dni_state *s, const struct dni_hit *h,
    const struct dni_who *who, struct arena *mem, struct dni_answer **out)
{
	const bool robot = botua_is_robot(who->user_agent);
	struct dni_serve *v;
	bool forgotten = false;
	enum err e;

	if ((e = begin(s, h, who, mem, &v)) != ERR_OK)
		return e;
	(void)pthread_mutex_lock(&s->mu);
	if (!dni_serve_may_ask(v)) {
		e = ERR_BUSY;
	} else if (robot) {
		answer_nothing(v, "robot");
		count(v, DNI_GIVEN_ROBOT);
	} else if (h->hidden) {
		answer_nothing(v, "hidden");
		count(v, DNI_GIVEN_HIDDEN);
	} else if (no_consent(v)) {
		serve_refused(v);
		count(v, DNI_GIVEN_NOCONSENT);
	} else {
		serve_visit(v);
		forgotten = mark_forgotten(v);
	}
	(void)pthread_mutex_unlock(&s->mu);
	if (forgotten)
		note_forgotten(v);
	end(v, out);
	return e;
}

/* --- a heartbeat ----------------------------------------------------------*/

/* With mu held. Nobody was on a page for longer than the visit lasts; a minute
 * is for what browsers round. */
static void engage(const struct dni_serve *v, struct dni_visit *visit)
{
	const int64_t passed_us = v->who.now_us - visit->started_us;
	const uint32_t most_s =
	    passed_us > 0 ? (uint32_t)(passed_us / RT_SEC_US) + 60 : 60;

	if (v->h->used && visit->used_us == 0)
		visit->used_us = v->who.now_us;
	visit->engaged_s += v->h->engaged_s;
	if (visit->engaged_s > most_s)
		visit->engaged_s = most_s;
}

/* With mu held. Nobody here may extend the lease, and its number may be given
 * to another when it ends: the page goes on as it was while it can be told in
 * time, and if it reads no answer. Of a visit that was only read of, its lease
 * lived when it was seen. */
static void cannot_extend(struct dni_serve *v, struct dni_visit *visit,
    int64_t seen_us)
{
	const int64_t lease_us =
	    visit->pool != NULL ? visit->pool->lease_us : v->plan.lease_us;

	if (visit->beat_us == 0)
		visit->beat_us = seen_us;
	if (v->s->unread || v->h->hidden ||
	    v->who.now_us + NEXT_US < visit->beat_us + lease_us)
		return;
	v->counted = visit->falls_back;
	visit->falls_back = true;
	count(v, DNI_GIVEN_AWAY);
	fall_back(v, visit, dni_state_away(v->s) ? "database" : "pool", true);
}

/* With mu held: with the pool that the visit leases from. True: *g is to be
 * stored. */
static bool beat_pool(struct dni_serve *v, struct dni_visit *visit,
    int64_t seen_us, struct dni_write *w, struct dni_grant *g)
{
	const struct dni_pool *p = visit->pool;

	if (p == NULL || !p->owned || !dni_pool_is_sure(p)) {
		cannot_extend(v, visit, seen_us);
		return false;
	}
	if (dni_state_away(v->s)) {
		dni_grant_outlast(v, visit);
		return false;
	}
	if (v->h->hidden && dni_pool_leased(dni_state_pool(v->s, v->plan.pool),
				visit->visitor, v->who.now_us) == NULL)
		return false;
	if (dni_grant_take(v, visit, w, g))
		return true;
	v->counted = visit->falls_back;
	turn_away(v, visit, g);
	return false;
}

/* With mu held. Who leaves a page reads no answer: what it shows goes on, and
 * it is given nothing that it does not show. */
static bool stays(const struct dni_serve *v, const struct dni_visit *visit)
{
	return v->h->hidden && (visit->overflow.on_page || visit->falls_back ||
				   (visit->pool == NULL && !visit->of_before));
}

/* With mu held. A page shown again after its lease ended gets its number back
 * if that is still free, else another one, else what there is without: the
 * number is another visitor's, or may be any moment. A page with a rule's own
 * number keeps that. True: *g is to be stored. */
static bool beat(struct dni_serve *v, struct dni_visit *visit,
    struct dni_write *w, struct dni_grant *g)
{
	int64_t seen_us;

	answer_nothing(v, "");
	if (visit == NULL) {
		if (!v->s->unread) /* else it may go on yet */
			v->out->tier = "gone";
		return false;
	}
	engage(v, visit);
	seen_us = visit->seen_us;
	dni_visits_touch(v->s->visits, v->who.now_us, visit);
	dni_overflow_again(visit, v->who.now_us);
	if (v->h->url.n > 0 ? v->plan.rule_first : visit->by_rule)
		return false;
	w->company = v->plan.company;
	if (stays(v, visit) ||
	    (visit->pool == NULL && id_is_nil(v->plan.pool.v)))
		return false;
	if (visit->pool == NULL) {
		/* After a restart, or never leased. */
		visit->pool = dni_state_pool(v->s, v->plan.pool);
	}
	return beat_pool(v, visit, seen_us, w, g);
}

/* With mu held. */
static void serve_beat(struct dni_serve *v)
{
	struct dni_write w;
	struct dni_grant g;

	if (v->h->consent == DNI_CONSENT_NO) {
		v->counted = true; /* as the visit that it was */
		serve_refused(v);
		return;
	}
	memset(&w, 0, sizeof(w));
	if (beat(v, on_record(v), &w, &g))
		dni_grant_store(v, &w, &g);
}

enum err dni_serve_beat(struct dni_state *s, const struct dni_hit *h,
    const struct dni_who *who, struct arena *mem, struct dni_answer **out)
{
	struct dni_serve *v;
	enum err e;

	if ((e = begin(s, h, who, mem, &v)) != ERR_OK)
		return e;
	(void)pthread_mutex_lock(&s->mu);
	if (dni_serve_may_ask(v))
		serve_beat(v);
	else
		e = ERR_BUSY;
	(void)pthread_mutex_unlock(&s->mu);
	end(v, out);
	return e;
}

bool dni_serve_closed(struct dni_state *s, const struct dni_hit *h,
    struct arena *mem, struct dni_answer **out)
{
	struct dni_answer *a = arena_alloc(mem, sizeof(*a));
	const struct dni_visit *visit;
	bool theirs;

	(void)pthread_mutex_lock(&s->mu);
	visit = dni_visits_find(s->visits, dni_clock_now(s), h->visit);
	theirs = visit != NULL && id_eq(visit->visitor.v, h->visitor.v);
	(void)pthread_mutex_unlock(&s->mu);
	if (!theirs || a == NULL)
		return false;
	*a = (struct dni_answer){ .site = h->site,
		.tier = "none",
		.why = "closed" };
	*out = a;
	return true;
}
