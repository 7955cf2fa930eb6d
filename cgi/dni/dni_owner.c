#include "cgi/dni/dni_owner.h"

#include <stdlib.h>
#include <string.h>

#include "cgi/dni/dni_clock.h"
#include "cgi/dni/dni_pool_change.h"
#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/db/db_pool_owner.h"
#include "lib/db/db_tag.h"

/* Who waits for a pool takes it so long after its owner's last sign of life, at
 * the earliest. The owner is sure of it for less, as no two clocks run alike.
 */
#define STALE_US (20 * RT_SEC_US)
#define SURE_US  (18 * RT_SEC_US)
#define SIGN_US  (5 * RT_SEC_US)
#define SOME     25000 /* numbers that are read between two signs of life */

/* --- signs of life --------------------------------------------------------*/

static int64_t stored_until(struct dni_state *s)
{
	int64_t now_us, until_us;

	(void)pthread_mutex_lock(&s->mu);
	now_us = dni_clock_now(s);
	if (s->stored_us > now_us ||
	    (!dni_visits_any_dirty(s->visits) && !s->behind && !s->alone))
		s->stored_us = now_us;
	until_us = s->stored_us;
	(void)pthread_mutex_unlock(&s->mu);
	return until_us;
}

static enum err sign(const struct dni_owner *o, struct dni_pool *p)
{
	const struct pool_owner_said said = { stored_until(o->s), p->version };
	const int64_t asked_us = clk_mono_us();
	bool rival = false;
	enum err e = db_pool_owner_alive(o->db, p->company, p->id, p->epoch,
	    &said, &rival);

	if (e != ERR_OK && e != ERR_CONFLICT)
		return e;
	if (e == ERR_CONFLICT)
		log_warn("dni_owner: a pool was taken over");
	(void)pthread_mutex_lock(&o->s->mu);
	if (e == ERR_OK) {
		p->rival = rival;
		p->sure_us = asked_us + SURE_US;
	} else {
		p->owned = false;
	}
	(void)pthread_mutex_unlock(&o->s->mu);
	return ERR_OK;
}

static enum err say_alive(const struct dni_owner *o)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < o->s->n_pools; i++) {
		struct dni_pool *p = o->s->pools[i];

		if (!p->owned)
			continue;
		e = sign(o, p);
	}
	return e;
}

/* The same where it is time, in what may take long. */
static enum err say_in_time(const struct dni_owner *o)
{
	const int64_t by_us = clk_mono_us() + SURE_US - SIGN_US;

	for (size_t i = 0; i < o->s->n_pools; i++)
		if (o->s->pools[i]->owned && o->s->pools[i]->sure_us < by_us)
			return say_alive(o);
	return ERR_OK;
}

/* --- taking pools ---------------------------------------------------------*/

/* *shared: pools of the company are others'. *agree: those give out what they
 * are to by our configuration, and no number that left them before. */
static enum err ask_others(const struct dni_owner *o, struct company_id company,
    bool *shared, bool *agree)
{
	uint64_t others = 0, behind = 0;
	const enum err e = db_pool_owner_others(o->db, company,
	    slice_from(o->name), o->s->conf->version, &others, &behind);

	*shared = others > 0;
	*agree = behind == 0;
	return e;
}

static enum err is_changed(const struct dni_owner *o, bool *changed)
{
	uint64_t version = 0;
	const enum err e = db_tag_version(o->db, &version);

	*changed = version != o->s->conf->version;
	return e;
}

/* A number that came lately may be another pool's yet: where that cannot be
 * said it comes later (extend_some()). */
static enum err load_pool(const struct dni_owner *o,
    const struct dni_conf_pool *conf, struct dni_pool_how *how,
    struct dni_pool **out)
{
	bool changed = false;
	enum err e = ask_others(o, conf->company, &how->shared, &how->whole);

	if (e == ERR_OK)
		e = dni_pool_load(o->db, conf, how, out);
	if (e != ERR_OK || !how->whole)
		return e;
	e = is_changed(o, &changed);
	if (e == ERR_OK && !changed)
		return ERR_OK;
	dni_pool_free(*out);
	how->whole = false;
	return e == ERR_OK ? dni_pool_load(o->db, conf, how, out) : e;
}

/* Ownership first, then the state: what another owner wrote before it lost the
 * pool is seen, and after that it writes nothing. */
static enum err take_pool(const struct dni_owner *o,
    const struct dni_conf_pool *conf, int64_t now_us, struct dni_pool **out)
{
	const int64_t asked_us = clk_mono_us();
	const struct pool_owner_ask ask = { .owner = slice_from(o->name),
		.stale_us = STALE_US,
		.rest_us = DNI_POOL_SLACK_US,
		.hold_us = conf->lease_us,
		.said = { stored_until(o->s), o->s->conf->version } };
	struct pool_owner_taken t;
	struct dni_pool_how how = { .now_us = now_us };
	struct dni_pool *p;
	enum err e;

	e = db_pool_owner_take(o->db, conf->company, conf->id, &ask, &t);
	if (e != ERR_OK)
		return e;
	if (t.since_us >= 0) {
		how.lived_us = t.lived_us;
		how.held_us = clk_mono_us() + conf->lease_us - t.since_us;
	}
	if ((e = load_pool(o, conf, &how, &p)) != ERR_OK)
		return e;
	p->epoch = t.epoch;
	p->owned = true;
	p->rival = true; /* until the first sign of life says otherwise */
	p->sure_us = asked_us + SURE_US;
	p->version = ask.said.version;
	*out = p;
	return ERR_OK;
}

/* The old one's memory becomes the new one's, so that visits, which point at
 * the pool, need not be found. */
static void replace_pool(struct dni_pool *old, struct dni_pool *p)
{
	struct dni_pool tmp = *old;

	memcpy(p->given, old->given, sizeof(p->given));
	*old = *p;
	*p = tmp;
	dni_pool_free(p);
}

static enum err add_pool(const struct dni_owner *o,
    const struct dni_conf_pool *conf)
{
	const struct dni_clock_read read = dni_clock_read(o->s);
	struct dni_pool *old, *p;
	enum err e = take_pool(o, conf, read.now_us, &p);

	if (e == ERR_CONFLICT) {
		log_warn("dni_owner: another server owns a pool");
		return ERR_OK; /* asked again later */
	}
	if (e != ERR_OK)
		return e;
	(void)pthread_mutex_lock(&o->s->mu);
	if (p->leases != NULL)
		lease_shift(p->leases, dni_clock_since(o->s, &read));
	old = dni_state_any_pool(o->s, conf->id);
	if (old != NULL)
		replace_pool(old, p);
	else
		e = dni_state_add_pool(o->s, p);
	(void)pthread_mutex_unlock(&o->s->mu);
	return e;
}

/* What left the pool, and the rules; *more: numbers came. */
static enum err shrink_pool(const struct dni_owner *o, struct dni_pool *p,
    const struct dni_conf_pool *conf, bool *more)
{
	struct dni_pool_change c;
	int64_t now_us;
	enum err e = dni_pool_change_find(o->db, p, &c);

	if (e == ERR_OK) {
		(void)pthread_mutex_lock(&o->s->mu);
		now_us = dni_clock_now(o->s);
		dni_pool_change_retire(p, now_us, &c);
		p->lease_us = conf->lease_us;
		p->gap_us = conf->gap_us;
		if (p->leases != NULL)
			lease_rules(p->leases, now_us, conf->lease_us,
			    conf->gap_us);
		(void)pthread_mutex_unlock(&o->s->mu);
		*more = c.more;
	}
	dni_pool_change_end(&c);
	return e;
}

/* What was read in a configuration that is newer may be a number that moved
 * here and that another pool, which was not read since, gives out still; so may
 * any while another server goes by an older one: *as_known false, nothing is
 * added. */
static enum err extend_some(const struct dni_owner *o, struct dni_pool *p,
    bool *more, bool *as_known)
{
	const struct dni_clock_read read = dni_clock_read(o->s);
	struct dni_pool_change c = { 0 };
	bool agree = false, changed = true;
	enum err e = ask_others(o, p->company, &p->shared, &agree);

	if (e == ERR_OK && agree)
		e = dni_pool_change_read(o->db, p, SOME, &c);
	if (e == ERR_OK && agree)
		e = is_changed(o, &changed);
	*as_known = e == ERR_OK && !changed;
	if (*as_known) {
		(void)pthread_mutex_lock(&o->s->mu);
		c.moved_us = dni_clock_since(o->s, &read);
		e = dni_pool_change_add(p, o->s->now_us, &c);
		(void)pthread_mutex_unlock(&o->s->mu);
	}
	/* What cannot be read is not asked for over and over. */
	*more = c.more && c.n_fresh > 0 && *as_known;
	dni_pool_change_end(&c);
	return e;
}

/* With signs of life in between, as many take longer than others wait. After a
 * change the rest comes when the new configuration is read, and when all others
 * have read ours, which is soon. */
static enum err extend_pool(const struct dni_owner *o, struct dni_pool *p)
{
	bool more = true, as_known = true;
	enum err e = ERR_OK;

	while (e == ERR_OK && more && p->owned) {
		e = extend_some(o, p, &more, &as_known);
		if (e == ERR_OK && more)
			e = say_alive(o);
	}
	if (e == ERR_OK && p->owned)
		p->partial = !as_known;
	return e;
}

/* What left the pools left them by this configuration, and what they gave out
 * last is stored: others may give it out, and wait for our word. */
static enum err say_changed(const struct dni_owner *o)
{
	bool rival = false;

	for (size_t i = 0; i < o->s->n_pools; i++) {
		o->s->pools[i]->version = o->s->conf->version;
		rival |= o->s->pools[i]->owned && o->s->pools[i]->rival;
	}
	return rival ? say_alive(o) : ERR_OK;
}

/* In two rounds, so that a number that moved has left one pool before the
 * other gives it out; between them what the one gave out last is stored, and
 * so is seen by the other, here or at another server. */
enum err dni_owner_refresh(const struct dni_owner *o)
{
	const struct dni_conf *conf = o->s->conf;
	enum err e = ERR_OK;
	bool *more = calloc(conf->n_pools + 1, sizeof(*more));

	if (more == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; e == ERR_OK && i < conf->n_pools; i++) {
		struct dni_pool *p =
		    dni_state_any_pool(o->s, conf->pools[i].id);

		if (p != NULL && p->owned)
			e = shrink_pool(o, p, &conf->pools[i], &more[i]);
		if (e == ERR_OK)
			e = say_in_time(o);
	}
	dni_state_settle_all(o->s);
	if (e == ERR_OK)
		e = say_changed(o);
	for (size_t i = 0; e == ERR_OK && i < conf->n_pools; i++) {
		struct dni_pool *p =
		    dni_state_any_pool(o->s, conf->pools[i].id);

		if (p == NULL || !p->owned)
			e = add_pool(o, &conf->pools[i]);
		else if (more[i])
			e = extend_pool(o, p);
		if (e == ERR_OK)
			e = say_in_time(o);
	}
	free(more);
	return e;
}

enum err dni_owner_complete(const struct dni_owner *o, bool *all)
{
	enum err e = ERR_OK;

	*all = true;
	for (size_t i = 0; e == ERR_OK && i < o->s->n_pools; i++) {
		struct dni_pool *p = o->s->pools[i];

		if (!p->owned || !p->partial)
			continue;
		e = extend_pool(o, p);
		*all = *all && !p->partial;
		if (e == ERR_OK)
			e = say_in_time(o);
	}
	return e;
}

/* Pools that were another's may be free by now. */
static enum err ask_again(const struct dni_owner *o)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < o->s->conf->n_pools; i++) {
		const struct dni_pool *p =
		    dni_state_any_pool(o->s, o->s->conf->pools[i].id);

		if (p == NULL || !p->owned)
			e = add_pool(o, &o->s->conf->pools[i]);
		if (e == ERR_OK)
			e = say_in_time(o);
	}
	return e;
}

/* --- keeping them ---------------------------------------------------------*/

enum err dni_owner_alive(const struct dni_owner *o)
{
	const enum err e = say_alive(o);

	return e == ERR_OK ? ask_again(o) : e;
}

/* A database that answers and takes no writes is away, too. Whose the pools are
 * now is known before a visitor is told so. */
enum err dni_owner_takes_writes(const struct dni_owner *o)
{
	bool any = false;

	for (size_t i = 0; !any && i < o->s->n_pools; i++)
		any = o->s->pools[i]->owned;
	return any ? say_alive(o) : db_ping(o->db);
}

void dni_owner_give_up(const struct dni_owner *o)
{
	for (size_t i = 0; i < o->s->n_pools; i++) {
		struct dni_pool *p = o->s->pools[i];
		const struct pool_owner_said said = { stored_until(o->s),
			p->version };

		if (p->owned && db_pool_owner_drop(o->db, p->company, p->id,
				    p->epoch, &said) != ERR_OK)
			log_warn("dni_owner: a pool could not be given up");
	}
}
