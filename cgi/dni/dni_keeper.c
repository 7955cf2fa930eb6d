#include "cgi/dni/dni_keeper.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cgi/dni/dni_batch.h"
#include "cgi/dni/dni_fresh.h"
#include "cgi/dni/dni_pool_change.h"
#include "cgi/dni/dni_seen.h"
#include "lib/base/clk.h"
#include "lib/base/hang_thread.h"
#include "lib/base/log.h"
#include "lib/base/rnd.h"
#include "lib/db/db_pool_count.h"
#include "lib/db/db_pool_owner.h"
#include "lib/db/db_tag.h"

#define TICK_US  (250 * 1000)
#define CONF_US  (2 * RT_SEC_US)
#define ALIVE_US (5 * RT_SEC_US)
#define STALE_US (20 * RT_SEC_US)
#define RETRY_US (500 * 1000)
/* A full disk takes a small write and refuses the next large one: who is away
 * again so soon is asked less and less often, and the log is not filled. */
#define CALM_US      (20 * RT_SEC_US)
#define RETRY_MAX_US (10 * RT_SEC_US)
#define LIVE_MAX     200000
#define BUCKET_US    (15 * RT_MIN_US)

struct keeper_times {
	int64_t conf_us;
	int64_t alive_us;
	int64_t retry_us;
};

struct dni_keeper {
	struct dni_state *s;
	struct db *db;
	struct slice owner;
	pthread_t thread;
	struct keeper_times next; /* monotonic */
	/* How the database was when last looked at, and since when it is back.
	 */
	bool away;
	int64_t back_us;
	int64_t pause_us; /* between two tries */
};

static bool is_away(enum err e)
{
	return e == ERR_UNAVAILABLE || e == ERR_UNCERTAIN || e == ERR_TIMEOUT;
}

/* --- pools ----------------------------------------------------------------*/

static struct dni_pool *find_pool(struct dni_state *s, struct pool_id id)
{
	for (size_t i = 0; i < s->n_pools; i++)
		if (id_eq(s->pools[i]->id.v, id.v))
			return s->pools[i];
	return NULL;
}

/* Ownership first, then the state: what another owner wrote before it lost the
 * pool is seen, and after that it writes nothing. */
static enum err take_pool(struct dni_keeper *k,
    const struct dni_conf_pool *conf, struct dni_pool **out)
{
	struct dni_pool *p;
	uint64_t epoch;
	enum err e;

	e = db_pool_owner_take(k->db, conf->company, conf->id, k->owner,
	    clk_wall_us(), STALE_US, &epoch);
	if (e != ERR_OK)
		return e;
	e = dni_pool_load(k->db, conf->company, conf->id, conf->lease_us,
	    conf->gap_us, clk_wall_us(), &p);
	if (e != ERR_OK)
		return e;
	p->epoch = epoch;
	p->owned = true;
	*out = p;
	return ERR_OK;
}

static enum err append_pool(struct dni_state *s, struct dni_pool *p)
{
	struct dni_pool **all =
	    realloc(s->pools, (s->n_pools + 1) * sizeof(*all));

	if (all == NULL)
		return ERR_NOMEM;
	all[s->n_pools++] = p;
	s->pools = all;
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

static enum err add_pool(struct dni_keeper *k, const struct dni_conf_pool *conf)
{
	struct dni_pool *old, *p;
	enum err e = take_pool(k, conf, &p);

	if (e == ERR_CONFLICT) {
		log_warn("dni_keeper: another server owns a pool");
		return ERR_OK; /* asked again later */
	}
	if (e != ERR_OK)
		return e;
	(void)pthread_mutex_lock(&k->s->mu);
	old = find_pool(k->s, conf->id);
	if (old != NULL)
		replace_pool(old, p);
	else if ((e = append_pool(k->s, p)) != ERR_OK)
		dni_pool_free(p);
	(void)pthread_mutex_unlock(&k->s->mu);
	return e;
}

/* What left the pool, and the rules; *more: numbers came. */
static enum err shrink_pool(struct dni_keeper *k, struct dni_pool *p,
    const struct dni_conf_pool *conf, bool *more)
{
	struct dni_pool_change c;
	enum err e = dni_pool_change_find(k->db, p, &c);

	if (e == ERR_OK) {
		(void)pthread_mutex_lock(&k->s->mu);
		dni_pool_change_retire(p, clk_wall_us(), &c);
		p->lease_us = conf->lease_us;
		p->gap_us = conf->gap_us;
		if (p->leases != NULL)
			lease_rules(p->leases, conf->lease_us, conf->gap_us);
		(void)pthread_mutex_unlock(&k->s->mu);
		*more = c.more;
	}
	dni_pool_change_end(&c);
	return e;
}

static enum err extend_pool(struct dni_keeper *k, struct dni_pool *p)
{
	struct dni_pool_change c = { 0 };
	enum err e = dni_pool_change_read(k->db, p, &c);

	if (e == ERR_OK) {
		(void)pthread_mutex_lock(&k->s->mu);
		e = dni_pool_change_add(p, clk_wall_us(), &c);
		(void)pthread_mutex_unlock(&k->s->mu);
	}
	dni_pool_change_end(&c);
	return e;
}

/* In two rounds, so that a number that moved has left one pool before the
 * other gives it out; between them what the one gave out last is stored, and
 * so is seen by the other. */
static enum err refresh_pools(struct dni_keeper *k)
{
	const struct dni_conf *conf = k->s->conf;
	enum err e = ERR_OK;
	bool *more = calloc(conf->n_pools + 1, sizeof(*more));

	if (more == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; e == ERR_OK && i < conf->n_pools; i++) {
		struct dni_pool *p = find_pool(k->s, conf->pools[i].id);

		if (p != NULL && p->owned)
			e = shrink_pool(k, p, &conf->pools[i], &more[i]);
	}
	dni_state_settle_all(k->s);
	for (size_t i = 0; e == ERR_OK && i < conf->n_pools; i++) {
		struct dni_pool *p = find_pool(k->s, conf->pools[i].id);

		if (p == NULL || !p->owned)
			e = add_pool(k, &conf->pools[i]);
		else if (more[i])
			e = extend_pool(k, p);
	}
	free(more);
	return e;
}

/* Pools that were another's may be free by now. */
static enum err ask_again(struct dni_keeper *k)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < k->s->conf->n_pools; i++) {
		const struct dni_pool *p =
		    find_pool(k->s, k->s->conf->pools[i].id);

		if (p == NULL || !p->owned)
			e = add_pool(k, &k->s->conf->pools[i]);
	}
	return e;
}

static enum err load_conf(struct dni_keeper *k)
{
	struct dni_conf *c, *old;
	enum err e;

	if ((e = dni_conf_load(k->db, &c)) != ERR_OK)
		return e;
	(void)pthread_rwlock_wrlock(&k->s->conf_lock);
	old = k->s->conf;
	dni_conf_keep_seen(c, old);
	k->s->conf = c;
	(void)pthread_rwlock_unlock(&k->s->conf_lock);
	dni_conf_free(old);
	log_info("dni_keeper: configuration version=%llu sites=%zu pools=%zu",
	    (unsigned long long)c->version, c->n_sites, c->n_pools);
	if ((e = refresh_pools(k)) != ERR_OK)
		c->version = 0; /* to be read again */
	return e;
}

static enum err check_conf(struct dni_keeper *k)
{
	uint64_t version;
	enum err e;

	if ((e = db_tag_version(k->db, &version)) != ERR_OK)
		return e;
	return k->s->conf != NULL && k->s->conf->version == version
		   ? ERR_OK
		   : load_conf(k);
}

static enum err write_counts(struct dni_keeper *k, struct dni_pool *p)
{
	const int64_t now = clk_wall_us();
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < DNI_GIVEN_COUNT; i++) {
		uint64_t n;

		(void)pthread_mutex_lock(&k->s->mu);
		n = p->given[i];
		p->given[i] = 0;
		(void)pthread_mutex_unlock(&k->s->mu);
		if (n > 0)
			e = db_pool_count_add(k->db, p->company, p->id,
			    now - now % BUCKET_US,
			    dni_pool_given_name((enum dni_given)i), n);
	}
	return e;
}

static enum err stay_alive(struct dni_keeper *k)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < k->s->n_pools; i++) {
		struct dni_pool *p = k->s->pools[i];

		if (!p->owned)
			continue;
		e = db_pool_owner_alive(k->db, p->company, p->id, p->epoch,
		    clk_wall_us());
		if (e == ERR_CONFLICT) {
			log_warn("dni_keeper: a pool was taken over");
			(void)pthread_mutex_lock(&k->s->mu);
			p->owned = false;
			(void)pthread_mutex_unlock(&k->s->mu);
			e = ERR_OK;
		}
		if (e == ERR_OK)
			e = write_counts(k, p);
	}
	return e == ERR_OK ? ask_again(k) : e;
}

/* --- the thread -----------------------------------------------------------*/

/* With mu held. */
static void rest(struct dni_state *s)
{
	const int64_t until = clk_mono_us() + TICK_US;
	const struct timespec t = { until / RT_SEC_US,
		(long)(until % RT_SEC_US) * 1000 };

	while (!s->stop && clk_mono_us() < until &&
	       !dni_fresh_due(s, clk_mono_us()))
		(void)pthread_cond_timedwait(&s->halt, &s->mu, &t);
}

static bool is_due(int64_t *next_us, int64_t every_us)
{
	const int64_t now = clk_mono_us();

	if (now < *next_us)
		return false;
	*next_us = now + every_us;
	return true;
}

/* A database that answers and takes no writes is away, too. Whose the pool is
 * is another question (stay_alive()). */
static enum err takes_writes(struct dni_keeper *k)
{
	enum err e;

	for (size_t i = 0; i < k->s->n_pools; i++) {
		const struct dni_pool *p = k->s->pools[i];

		if (!p->owned)
			continue;
		e = db_pool_owner_alive(k->db, p->company, p->id, p->epoch,
		    clk_wall_us());
		return e == ERR_CONFLICT ? ERR_OK : e;
	}
	return db_ping(k->db);
}

static void gone_away(struct dni_keeper *k)
{
	const int64_t now = clk_mono_us();

	k->away = true;
	if (k->back_us == 0 || now - k->back_us > CALM_US) {
		k->pause_us = RETRY_US;
		k->next.retry_us = now;
		return;
	}
	k->pause_us =
	    2 * k->pause_us < RETRY_MAX_US ? 2 * k->pause_us : RETRY_MAX_US;
	k->next.retry_us = now + k->pause_us;
}

/* Without mu: the database answers, as far as one can know. */
static bool reach(struct dni_keeper *k)
{
	bool away;

	(void)pthread_mutex_lock(&k->s->mu);
	away = k->s->away;
	(void)pthread_mutex_unlock(&k->s->mu);
	if (!away && !db_broken(k->db))
		return true;
	if (!k->away)
		gone_away(k);
	if (!is_due(&k->next.retry_us, k->pause_us))
		return false;
	if (db_broken(k->db) && db_reconnect(k->db) != ERR_OK)
		return false;
	if (takes_writes(k) != ERR_OK)
		return false;
	k->away = false;
	k->back_us = clk_mono_us();
	(void)pthread_mutex_lock(&k->s->mu);
	dni_batch_away(k->s, false);
	(void)pthread_mutex_unlock(&k->s->mu);
	return true;
}

/* Without mu: a tag asked for a site that may be new. */
static enum err look_for_site(struct dni_keeper *k)
{
	const int64_t now = clk_mono_us();
	bool due;
	enum err e;

	(void)pthread_mutex_lock(&k->s->mu);
	due = dni_fresh_due(k->s, now);
	(void)pthread_mutex_unlock(&k->s->mu);
	if (!due)
		return ERR_OK;
	e = check_conf(k);
	dni_fresh_go_on(k->s, now);
	return e;
}

/* Without mu: reads and small writes that nobody waits for but those who ask
 * for a new site. */
static void do_chores(struct dni_keeper *k)
{
	enum err e = ERR_OK;

	if (!reach(k)) {
		/* Who asks for a site is told at once; nor is rest() cut short
		 * for them over and over. */
		dni_fresh_go_on(k->s, clk_mono_us());
		return;
	}
	if ((e = look_for_site(k)) == ERR_OK &&
	    is_due(&k->next.conf_us, CONF_US) && (e = check_conf(k)) == ERR_OK)
		e = dni_seen_write(k->s, k->db, clk_wall_us());
	if (!is_away(e) && is_due(&k->next.alive_us, ALIVE_US))
		e = stay_alive(k);
	if (e != ERR_OK && !is_away(e))
		log_warn("dni_keeper: chores: %s", err_name(e));
}

static void *keep(void *ctx)
{
	struct dni_keeper *k = ctx;
	struct dni_state *s = k->s;

	hang_thread_begin("keeper");
	(void)pthread_mutex_lock(&s->mu);
	while (!s->stop) {
		hang_thread_round();
		(void)pthread_mutex_unlock(&s->mu);
		do_chores(k);
		(void)pthread_mutex_lock(&s->mu);
		rest(s);
	}
	(void)pthread_mutex_unlock(&s->mu);
	dni_fresh_go_on(s, INT64_MAX - DNI_FRESH_EVERY_US); /* all */
	hang_thread_end();
	return NULL;
}

/* --- start and stop -------------------------------------------------------*/

static void on_live(void *ctx, const struct visit_live *l)
{
	struct dni_keeper *k = ctx;
	struct dni_visit *v = dni_visits_add(k->s->visits, l->seen_us, l->id);

	if (v == NULL)
		return;
	v->company = l->company;
	v->site = l->site;
	v->visitor = l->visitor;
	v->started_us = l->started_us;
	v->engaged_s = l->engaged_s;
	v->page_views = l->page_views;
	v->tel_clicked_us = l->tel_clicked_us;
	v->arrival =
	    dni_visits_arrival(slice_from(l->source), slice_from(l->medium),
		slice_from(l->campaign), slice_from(l->click_id));
	/* The pool is found again at the visit's next sign of life. */
}

static enum err load(struct dni_keeper *k)
{
	uint8_t fresh[DB_VISITOR_KEY_BYTES];
	enum err e = load_conf(k);

	if (e != ERR_OK)
		return e;
	rnd_bytes(fresh, sizeof(fresh));
	e = db_visitor_key(k->db, fresh, k->s->visitor_key);
	if (e != ERR_OK)
		return e;
	return db_visit_each_live(k->db, clk_wall_us() - DNI_VISITS_END_US,
	    LIVE_MAX, on_live, k);
}

enum err dni_keeper_start(struct dni_keeper **out, struct dni_state *s,
    struct db *db, struct slice owner)
{
	struct dni_keeper *k = calloc(1, sizeof(*k));
	enum err e = ERR_NOMEM;

	if (k == NULL)
		goto fail;
	k->s = s;
	k->db = db;
	k->owner = owner;
	if ((e = load(k)) != ERR_OK)
		goto fail;
	if (pthread_create(&k->thread, NULL, keep, k) != 0) {
		log_sys("dni_keeper: thread");
		e = ERR_IO;
		goto fail;
	}
	*out = k;
	return ERR_OK;

fail:
	free(k);
	db_close(db);
	return e;
}

static void give_up_pools(struct dni_keeper *k)
{
	for (size_t i = 0; i < k->s->n_pools; i++) {
		const struct dni_pool *p = k->s->pools[i];

		if (p->owned && write_counts(k, k->s->pools[i]) == ERR_OK &&
		    db_pool_owner_drop(k->db, p->company, p->id, p->epoch) !=
			ERR_OK)
			log_warn("dni_keeper: a pool could not be given up");
	}
}

void dni_keeper_stop(struct dni_keeper *k)
{
	if (k == NULL)
		return;
	(void)pthread_mutex_lock(&k->s->mu);
	k->s->stop = true;
	(void)pthread_cond_broadcast(&k->s->halt);
	(void)pthread_cond_broadcast(&k->s->turn);
	(void)pthread_mutex_unlock(&k->s->mu);
	(void)pthread_join(k->thread, NULL);
	if (!db_broken(k->db))
		give_up_pools(k);
	if (k->s->lost > 0 || k->s->n_later > 0)
		log_error("dni_keeper: writes lost=%llu",
		    (unsigned long long)k->s->lost + k->s->n_later);
	db_close(k->db);
	free(k);
}
