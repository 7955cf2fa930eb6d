#include "cgi/dni/dni_keeper.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cgi/dni/dni_batch.h"
#include "cgi/dni/dni_clock.h"
#include "cgi/dni/dni_count.h"
#include "cgi/dni/dni_fresh.h"
#include "cgi/dni/dni_live.h"
#include "cgi/dni/dni_owner.h"
#include "cgi/dni/dni_saved.h"
#include "cgi/dni/dni_seen.h"
#include "lib/base/clk.h"
#include "lib/base/hang_thread.h"
#include "lib/base/log.h"
#include "lib/base/rnd.h"
#include "lib/db/db_tag.h"
#include "lib/db/db_visit_erased.h"

#define TICK_US  (250 * 1000)
#define CONF_US  (2 * RT_SEC_US)
#define ALIVE_US (5 * RT_SEC_US)
#define RETRY_US (500 * 1000)
/* Of erased visits; a piece is looked up while nobody is answered. One that was
 * written down by another clock, or in a transaction that took long, is found
 * that much later. */
#define ERASED_PIECE     500
#define ERASED_MAX_BYTES ((size_t)256 << 10)
#define ERASED_LATE_US   (10 * RT_MIN_US)
/* A full disk takes a small write and refuses the next large one: who is away
 * again so soon is asked less and less often, and the log is not filled. */
#define CALM_US      (20 * RT_SEC_US)
#define RETRY_MAX_US (10 * RT_SEC_US)

struct keeper_times {
	int64_t conf_us;
	int64_t alive_us;
	int64_t retry_us;
};

struct dni_keeper {
	struct dni_state *s;
	struct db *db;
	struct dni_owner owner;
	struct dni_keeper_conf conf;
	pthread_t thread;
	struct keeper_times next; /* monotonic */
	/* How the database was when last looked at, and since when it is back.
	 */
	bool away;
	int64_t back_us;
	int64_t pause_us;  /* between two tries */
	bool untold;       /* that the configuration is in force */
	int64_t erased_us; /* wall: erased visits were looked at; 0 never */
};

/* --- the configuration ----------------------------------------------------*/

/* Without it a start while the database is away has nothing to say. */
static void save(struct dni_keeper *k, struct dni_saved_copy *copy,
    uint64_t version)
{
	struct dni_saved_end end = { .version = version };
	enum err e;

	memcpy(end.visitor_key, k->s->visitor_key, sizeof(end.visitor_key));
	dni_saved_end(copy, &end);
	e = buf_err(copy->out);
	if (e == ERR_OK)
		e = dni_saved_write(k->conf.saved, buf_slice(copy->out));
	if (e != ERR_OK)
		log_warn("dni_keeper: configuration not saved: %s",
		    err_name(e));
}

static void use_conf(struct dni_keeper *k, struct dni_conf *c)
{
	struct dni_conf *old;

	(void)pthread_rwlock_wrlock(&k->s->conf_lock);
	old = k->s->conf;
	dni_conf_keep_seen(c, old);
	k->s->conf = c;
	(void)pthread_rwlock_unlock(&k->s->conf_lock);
	dni_conf_free(old);
}

/* Said when the pools have their new numbers, too. */
static void log_in_force(const struct dni_conf *c)
{
	log_info("dni_keeper: configuration version=%llu sites=%zu pools=%zu",
	    (unsigned long long)c->version, c->n_sites, c->n_pools);
}

static enum err load_conf(struct dni_keeper *k)
{
	struct dni_saved_copy copy = { .lines = 0 };
	struct dni_conf *c;
	struct buf rows;
	enum err e;

	buf_init(&rows, DNI_SAVED_MAX);
	copy.out = &rows;
	if ((e = dni_conf_load(k->db, &copy, &c)) == ERR_OK) {
		use_conf(k, c);
		save(k, &copy, c->version);
		k->untold = true;
		e = dni_count_mention(k->s);
		if (e == ERR_OK)
			e = dni_owner_refresh(&k->owner);
		if (e != ERR_OK)
			c->version = 0; /* to be read again */
	}
	buf_fini(&rows);
	return e;
}

static enum err check_conf(struct dni_keeper *k)
{
	uint64_t version;
	bool all;
	enum err e;

	if ((e = db_tag_version(k->db, &version)) != ERR_OK)
		return e;
	if (k->s->conf == NULL || k->s->conf->version != version)
		e = load_conf(k);
	if (e == ERR_OK &&
	    (e = dni_owner_complete(&k->owner, &all)) == ERR_OK && all &&
	    k->untold) {
		k->untold = false;
		log_in_force(k->s->conf);
	}
	return e;
}

/* --- the start ------------------------------------------------------------*/

/* All that a start needs of the database, also when that was away then. */
static enum err load(struct dni_keeper *k)
{
	uint8_t fresh[DB_VISITOR_KEY_BYTES], key[DB_VISITOR_KEY_BYTES];
	enum err e;

	rnd_bytes(fresh, sizeof(fresh));
	if ((e = db_visitor_key(k->db, fresh, key)) != ERR_OK)
		return e;
	(void)pthread_mutex_lock(&k->s->mu);
	memcpy(k->s->visitor_key, key, sizeof(key));
	(void)pthread_mutex_unlock(&k->s->mu);
	if ((e = load_conf(k)) != ERR_OK)
		return e;
	if ((e = dni_live_read(k->s, k->db)) != ERR_OK)
		return e;
	(void)pthread_mutex_lock(&k->s->mu);
	k->s->unread = false;
	(void)pthread_mutex_unlock(&k->s->mu);
	return ERR_OK;
}

/* The database is away at the start; no other thread is there yet. */
static enum err remember(struct dni_keeper *k)
{
	struct dni_saved_end end;
	struct dni_conf *c = NULL;
	struct buf text;
	enum err e;

	k->s->unread = true;
	dni_batch_away(k->s, true);
	buf_init(&text, DNI_SAVED_MAX);
	e = dni_saved_read(k->conf.saved, &text);
	if (e == ERR_OK)
		e = dni_conf_remember(buf_slice(&text), &end, &c);
	buf_fini(&text);
	if (e == ERR_NOMEM)
		return e;
	if (e != ERR_OK) {
		log_error("dni_keeper: no configuration was saved: %s",
		    err_name(e));
		return ERR_OK;
	}
	memcpy(k->s->visitor_key, end.visitor_key, sizeof(end.visitor_key));
	use_conf(k, c);
	return dni_count_mention(k->s);
}

static enum err begin(struct dni_keeper *k)
{
	enum err e = ERR_UNAVAILABLE;

	if (k->conf.answers && (e = db_reconnect(k->db)) == ERR_OK)
		e = load(k);
	return dni_write_is_away(e) ? remember(k) : e;
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
	bool away, unread;

	(void)pthread_mutex_lock(&k->s->mu);
	away = k->s->away;
	unread = k->s->unread;
	(void)pthread_mutex_unlock(&k->s->mu);
	if (!away && !db_broken(k->db))
		return true;
	if (!k->away)
		gone_away(k);
	if (!is_due(&k->next.retry_us, k->pause_us))
		return false;
	if (db_broken(k->db) && db_reconnect(k->db) != ERR_OK)
		return false;
	if (dni_owner_takes_writes(&k->owner) != ERR_OK ||
	    (unread && load(k) != ERR_OK))
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

/* Without mu. */
static void drop(struct dni_state *s, const struct visit_erased *rows, size_t n)
{
	int64_t now;

	(void)pthread_mutex_lock(&s->mu);
	now = dni_clock_now(s);
	for (size_t i = 0; i < n; i++) {
		struct dni_visit *v =
		    dni_visits_find(s->visits, now, rows[i].visit);

		if (v != NULL && id_eq(v->company.v, rows[i].company.v))
			dni_visits_drop(s->visits, v);
	}
	(void)pthread_mutex_unlock(&s->mu);
}

/* Without mu. Whose person was erased is a visit no more: its page's next word
 * begins another. Its number stays with it until its lease ends, as the page
 * shows it. Each look is for those since the last, piece by piece. */
static enum err drop_erased(struct dni_keeper *k)
{
	const int64_t now = clk_wall_us();
	struct visit_erased *rows = NULL, after = { 0 };
	size_t n = ERASED_PIECE;
	enum err e = ERR_OK;

	/* The clock may have been set back since. */
	if (k->erased_us != 0)
		after.erased_us =
		    (k->erased_us < now ? k->erased_us : now) - ERASED_LATE_US;
	while (e == ERR_OK && n == ERASED_PIECE) {
		struct arena mem;

		arena_init(&mem, ERASED_MAX_BYTES);
		e = db_visit_erased_list(k->db, &after, ERASED_PIECE, &mem,
		    &rows, &n);
		if (e == ERR_OK && n > 0) {
			drop(k->s, rows, n);
			after = rows[n - 1];
		}
		arena_fini(&mem);
	}
	if (e == ERR_OK)
		k->erased_us = now;
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
	    is_due(&k->next.conf_us, CONF_US) &&
	    (e = check_conf(k)) == ERR_OK && (e = drop_erased(k)) == ERR_OK)
		e = dni_seen_write(k->s, k->db, clk_wall_us());
	if (!dni_write_is_away(e) && is_due(&k->next.alive_us, ALIVE_US) &&
	    (e = dni_owner_alive(&k->owner)) == ERR_OK)
		e = dni_count_write(k->s, k->db);
	if (e != ERR_OK && !dni_write_is_away(e))
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
		(void)dni_clock_now(s); /* set while nobody asks */
		rest(s);
	}
	(void)pthread_mutex_unlock(&s->mu);
	dni_fresh_go_on(s, INT64_MAX - DNI_FRESH_EVERY_US); /* all */
	hang_thread_end();
	return NULL;
}

/* --- start and stop -------------------------------------------------------*/

enum err dni_keeper_start(struct dni_keeper **out, struct dni_state *s,
    struct db *db, const struct dni_keeper_conf *conf)
{
	struct dni_keeper *k = calloc(1, sizeof(*k));
	enum err e = ERR_NOMEM;

	if (k == NULL)
		goto fail;
	k->s = s;
	k->db = db;
	k->conf = *conf;
	k->owner = (struct dni_owner){ s, db, k->conf.owner };
	if ((e = begin(k)) != ERR_OK)
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
	if (!db_broken(k->db) && dni_count_write(k->s, k->db) != ERR_OK)
		log_warn("dni_keeper: what was given is not counted");
	if (!db_broken(k->db))
		dni_owner_give_up(&k->owner);
	if (k->s->lost > 0 || k->s->n_later > 0)
		log_error("dni_keeper: writes lost=%llu",
		    (unsigned long long)k->s->lost + k->s->n_later);
	db_close(k->db);
	free(k);
}
