#include "cgi/dni/dni_plan.h"

#include <string.h>

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

/* An origin is ASCII (Fetch, "serializing an origin"), and the column takes no
 * other bytes than those of UTF-8. */
static bool is_readable(struct slice origin)
{
	for (size_t i = 0; i < origin.n; i++)
		if (origin.p[i] <= ' ' || origin.p[i] > '~')
			return false;
	return true;
}

/* With conf_lock held: what the health page says of a stranger who asked. */
static void note_refused(struct dni_serve *v, const struct dni_site *site,
    struct slice origin)
{
	struct site_health_row *sums = &site->seen->sums;

	(void)pthread_mutex_lock(&v->s->mu);
	sums->refused++;
	sums->said_us = v->who.now_us;
	if (!is_readable(origin) ||
	    !slice_to_cstr(slice_head(origin, 120), sums->refused_origin,
		sizeof(sums->refused_origin)))
		memcpy(sums->refused_origin, "?", 2);
	(void)pthread_mutex_unlock(&v->s->mu);
}

/* A server that has the site's secret asks for its visitor: no origin then. A
 * browser says "null" in a beacon of a page that wants no referrer told (Fetch,
 * "append a request Origin header"); the visit that it tells of was let in by
 * its page's origin. The page that is named has to be one of the site's, too:
 * in a browser it always is. */
static enum err find_site(struct dni_serve *v, const struct dni_site **out)
{
	if (v->s->conf == NULL)
		return ERR_UNAVAILABLE;
	*out = dni_conf_site(v->s->conf, v->h->site);
	if (*out == NULL)
		return ERR_NOTFOUND;
	if (v->who.token.n > 0)
		return dni_conf_token_ok(*out, v->who.token) ? ERR_OK
							     : ERR_DENIED;
	if (!dni_conf_origin_ok(*out, v->who.origin, v->who.referrer) &&
	    !(v->who.goes_on && slice_eq(v->who.origin, SLICE("null")))) {
		note_refused(v, *out, v->who.origin);
		return ERR_DENIED;
	}
	if (v->h->url.n == 0 || dni_conf_origin_ok(*out, SLICE(""), v->h->url))
		return ERR_OK;
	note_refused(v, *out, dni_conf_origin(v->h->url));
	return ERR_DENIED;
}

/* With conf_lock held. True: the visit goes on, and *rule is what it began
 * with. */
static bool began_with(struct dni_serve *v, struct number_id *rule)
{
	const struct dni_visit *visit;

	(void)pthread_mutex_lock(&v->s->mu);
	visit = dni_serve_theirs(v);
	if (visit != NULL)
		*rule = visit->rule;
	(void)pthread_mutex_unlock(&v->s->mu);
	return visit != NULL;
}

/* A visit that goes on keeps what it began with: a rule for its landing page or
 * link all the way, unless the page has such a rule itself; one for a group of
 * sources on pages that seem to come of nothing, as the second page of who came
 * by an ad is not one of who came by nothing. Where that rule is gone, what is
 * for all is left. i: what fits the page alone. */
static size_t pick_rule(struct dni_serve *v, const struct dni_site *site,
    size_t i)
{
	const size_t n = site->n_trackers;
	struct number_id number;
	size_t first;

	if ((i < n && tracker_beats_pool(site->rules[i].kind)) ||
	    v->source.proof >= SOURCE_BY_CLICK_ID || n == 0 ||
	    id_is_nil(v->h->visit.v) || !began_with(v, &number))
		return i;
	first = dni_conf_rule(site, number);
	if (first < n && tracker_beats_pool(site->rules[first].kind))
		return first;
	if (v->source.proof != SOURCE_BY_NOTHING)
		return i;
	return first < n ? first : dni_conf_always(site);
}

static enum err pick_source(struct dni_serve *v, const struct dni_site *site)
{
	size_t i = site->n_trackers;
	enum err e = ERR_OK;

	if (v->h->url.n > 0)
		e = dni_conf_arrival(site, v->h->url, v->h->referrer, v->mem,
		    &v->source, &i);
	if (e != ERR_OK)
		return e;
	i = pick_rule(v, site, i);
	if (i == site->n_trackers)
		return ERR_OK;
	v->plan.rule_first = tracker_beats_pool(site->rules[i].kind);
	v->plan.source = site->trackers[i].number;
	v->plan.rule = site->trackers[i].id;
	return ERR_OK;
}

static enum err plan_locked(struct dni_serve *v)
{
	const struct dni_conf_pool *pool;
	const struct dni_site *site;
	enum err e;

	if ((e = find_site(v, &site)) != ERR_OK)
		return e;
	v->plan.company = site->company;
	v->plan.site = site->id;
	v->plan.pool = site->pool;
	v->plan.consent_required = site->consent_required;
	memcpy(v->plan.country, site->country, sizeof(v->plan.country));
	pool = dni_conf_pool(v->s->conf, site->pool);
	if (pool != NULL) {
		v->plan.overflow_id = pool->overflow_id;
		v->plan.overflow = pool->overflow;
		v->plan.policy = pool->policy;
		v->plan.lease_us = pool->lease_us;
	}
	if ((e = pick_source(v, site)) != ERR_OK)
		return e;
	atomic_store_explicit(&site->seen->at_us, v->who.now_us,
	    memory_order_relaxed);
	return copy_targets(site, v->h, v->mem, v->out);
}

enum err dni_plan_make(struct dni_serve *v)
{
	enum err e;

	(void)pthread_rwlock_rdlock(&v->s->conf_lock);
	e = plan_locked(v);
	(void)pthread_rwlock_unlock(&v->s->conf_lock);
	return e;
}
