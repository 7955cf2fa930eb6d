#include "sipworker/store_db.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/db/db_config.h"
#include "lib/phone/phone.h"
#include "sipworker/store/drain.h"
#include "sipworker/store/journal_reader.h"
#include "sipworker/store/ledger.h"
#include "sipworker/store/lookup.h"
#include "sipworker/store/snapshot.h"

#define CONFIG_EVERY_US (RT_SEC_US / 4)
#define PAUSE_MIN_US    (RT_SEC_US / 10)
#define PAUSE_MAX_US    (5 * RT_SEC_US)
#define SAVE_EVERY_US   (RT_SEC_US / 5)
/* A record that the database keeps refusing as busy goes to the refused ones
 * only after a long time: a lock is no reason. */
#define BUSY_MAX 1000
/* Recordings that came before their calls' closed records. */
#define LATE_MAX   1024
#define LATE_TRIES 300
#define SNAP_MAX   ((size_t)256 << 20)

/* --- waiting ---------------------------------------------------------------*/

/* With the lock held; until woken, or us have passed. */
static void wait_us(struct store_db *d, pthread_cond_t *cond, int64_t us)
{
	struct timespec at;
	const int64_t until = clk_mono_us() + us;

	at.tv_sec = until / RT_SEC_US;
	at.tv_nsec = until % RT_SEC_US * 1000;
	(void)pthread_cond_timedwait(cond, &d->lock, &at);
}

static struct db_options options(const struct store_db *d,
    unsigned int timeout_ms)
{
	return (struct db_options){ .socket = d->socket,
		.user = "rt_store",
		.password = d->password,
		.name = d->worker->settings.db_name,
		.timeout_ms = timeout_ms };
}

/* ERR_OK when the connection works, made anew if it must be. */
static enum err usable(struct db *db)
{
	return db_broken(db) ? db_reconnect(db) : ERR_OK;
}

/* --- drain -----------------------------------------------------------------*/

struct late {
	bool used;
	unsigned int tries;
	struct ledger_recording r;
	char name[LEDGER_NAME_MAX + 1];
};

struct drain {
	struct store_db *d;
	struct db *db;
	struct journal_reader *reader;
	uint64_t seq; /* done up to here */
	uint64_t saved;
	int64_t saved_us;
	int64_t pause_us;
	unsigned int busy; /* times in a row for one record */
	bool away;
	struct late late[LATE_MAX];
	uint32_t n_late;
};

static void save(struct drain *t, bool now)
{
	const int64_t at = clk_mono_us();

	if (t->saved == t->seq || (!now && at - t->saved_us < SAVE_EVERY_US))
		return;
	if (journal_reader_save_pos(t->d->journal_fd, t->seq) == ERR_OK)
		t->saved = t->seq;
	t->saved_us = at;
}

static void put_late(struct drain *t, const struct ledger_recording *r)
{
	for (uint32_t i = 0; i < LATE_MAX; i++) {
		struct late *l = &t->late[i];

		if (l->used)
			continue;
		*l = (struct late){ .used = true, .r = *r };
		if (!slice_to_cstr(r->name, l->name, sizeof(l->name)))
			l->used = false;
		l->r.name = slice_from(l->name);
		t->n_late += l->used ? 1 : 0;
		return;
	}
	log_warn("drain: recording left to the sweeper");
}

static enum err recording(struct drain *t, const struct ledger_recording *r)
{
	struct drain_recording dr = { .name = r->name,
		.failed = r->failed,
		.bytes = r->bytes,
		.samples = r->samples };

	memcpy(dr.sha256, r->sha256, sizeof(dr.sha256));
	return drain_recording(t->db, &dr, clk_wall_us());
}

static void try_late(struct drain *t)
{
	for (uint32_t i = 0; t->n_late > 0 && i < LATE_MAX; i++) {
		struct late *l = &t->late[i];
		enum err e;

		if (!l->used)
			continue;
		e = recording(t, &l->r);
		if (drain_again(e))
			return;
		if (e == ERR_NOTFOUND && ++l->tries < LATE_TRIES)
			continue;
		if (e != ERR_OK)
			log_warn("drain: recording not joined file=%s: %s",
			    l->name, err_name(e));
		l->used = false;
		t->n_late--;
	}
}

static enum err drain_entry(struct drain *t, const struct ledger_entry *e)
{
	enum err result = ERR_OK;

	switch (e->kind) {
	case LEDGER_EPOCH:
		break;
	case LEDGER_CALL:
		result = drain_record(t->db, e->callrec, clk_wall_us());
		break;
	case LEDGER_RECORDING:
		result = recording(t, &e->recording);
		if (result == ERR_NOTFOUND) {
			put_late(t, &e->recording);
			result = ERR_OK;
		}
		break;
	}
	return result;
}

static void say_away(struct drain *t, bool away, enum err e)
{
	if (away && !t->away)
		log_warn("drain: the database is away, calls go on: %s",
		    err_name(e));
	if (!away && t->away)
		log_info("drain: the database is back");
	t->away = away;
}

/* One record, as often as it takes. False: stop. */
static bool drain_one(struct drain *t, const struct journal_record *rec)
{
	struct store_db *d = t->d;
	struct ledger_entry entry;
	enum err e;
	bool stop;

	if (ledger_entry_parse(rec->payload, &entry) != ERR_OK)
		return drain_refuse(d->journal_fd, rec->seq, ERR_SYNTAX,
			   rec->payload) == ERR_OK;
	for (;;) {
		if ((e = usable(t->db)) == ERR_OK)
			e = drain_entry(t, &entry);
		if (e == ERR_BUSY && ++t->busy > BUSY_MAX)
			break;
		if (!drain_again(e))
			break;
		if (e != ERR_BUSY)
			say_away(t, true, e);
		(void)pthread_mutex_lock(&d->lock);
		if (!d->stop)
			wait_us(d, &d->wake_drain, t->pause_us);
		stop = d->stop && clk_mono_us() >= d->stop_by_us;
		(void)pthread_mutex_unlock(&d->lock);
		if (stop)
			return false;
		t->pause_us = 2 * t->pause_us < PAUSE_MAX_US ? 2 * t->pause_us
							     : PAUSE_MAX_US;
	}
	say_away(t, false, ERR_OK);
	t->pause_us = PAUSE_MIN_US;
	t->busy = 0;
	if (e == ERR_OK)
		return true;
	return drain_refuse(d->journal_fd, rec->seq, e, rec->payload) == ERR_OK;
}

/* Waits for more than has been drained. False: stop. */
static bool wait_more(struct drain *t, uint64_t *upto)
{
	struct store_db *d = t->d;
	bool go;

	(void)pthread_mutex_lock(&d->lock);
	if (d->durable <= t->seq && !d->stop)
		wait_us(d, &d->wake_drain, RT_SEC_US);
	*upto = d->durable;
	go = !d->stop || (*upto > t->seq && clk_mono_us() < d->stop_by_us);
	(void)pthread_mutex_unlock(&d->lock);
	return go;
}

static void drain_loop(struct drain *t)
{
	struct journal_record rec;
	uint64_t upto = 0;
	enum err e;

	while (wait_more(t, &upto)) {
		while ((e = journal_reader_next(t->reader, upto, &rec)) ==
		       ERR_OK) {
			if (!drain_one(t, &rec))
				return;
			t->seq = rec.seq;
			atomic_store(&t->d->drained, t->seq);
			save(t, false);
		}
		if (e != ERR_NOTFOUND) {
			log_error("drain: cannot read the journal: %s",
			    err_name(e));
			return;
		}
		/* Damaged records are passed over, or it would wait for ever.
		 */
		if (upto > t->seq)
			t->seq = upto;
		atomic_store(&t->d->drained, t->seq);
		save(t, true);
		try_late(t);
	}
}

static void *run_drain(void *arg)
{
	static struct drain t; /* one thread, once; too large for a stack */
	const struct db_options o = options(arg, 0);

	t.d = arg;
	t.pause_us = PAUSE_MIN_US;
	if (db_open_broken(&t.db, &o) != ERR_OK && t.db == NULL) {
		log_error("drain: cannot connect");
		return NULL;
	}
	if (journal_reader_load_pos(t.d->journal_fd, &t.seq) == ERR_OK &&
	    journal_reader_open(&t.reader, t.d->journal_fd, t.seq + 1) ==
		ERR_OK) {
		t.saved = t.seq;
		atomic_store(&t.d->drained, t.seq);
		drain_loop(&t);
		save(&t, true);
	}
	journal_reader_close(t.reader);
	db_close(t.db);
	return NULL;
}

/* --- look-ups --------------------------------------------------------------*/

static void answer(struct store_db *d, const struct store_lookup *l, bool found,
    const struct flow_facts *f)
{
	struct msg m = { .kind = MSG_FACTS };

	m.u.facts = (struct msg_facts){ .ticket = l->ticket, .found = found };
	if (found) {
		m.u.facts.known_caller = f->known_caller;
		m.u.facts.visit = f->visit;
		m.u.facts.source = slice_from(f->source);
		m.u.facts.medium = slice_from(f->medium);
		m.u.facts.campaign = slice_from(f->campaign);
		m.u.facts.keyword = slice_from(f->keyword);
	}
	(void)pthread_mutex_lock(&d->lock);
	(void)worker_peer_send(d->engine, &m, NULL); /* it waits 150 ms only */
	(void)pthread_mutex_unlock(&d->lock);
}

static bool next_lookup(struct store_db *d, struct store_lookup *out)
{
	bool go;

	(void)pthread_mutex_lock(&d->lock);
	while (d->lookup_n == 0 && !d->stop)
		(void)pthread_cond_wait(&d->wake_lookup, &d->lock);
	go = !d->stop;
	if (go) {
		*out = d->lookup[d->lookup_first];
		d->lookup_first = (d->lookup_first + 1) % STORE_LOOKUPS_MAX;
		d->lookup_n--;
	}
	(void)pthread_mutex_unlock(&d->lock);
	return go;
}

static void *run_lookups(void *arg)
{
	struct store_db *d = arg;
	const struct db_options o =
	    options(d, (unsigned int)(STORE_LOOKUP_US / 1000));
	struct store_lookup l;
	struct db *db = NULL;
	int64_t retry_us = 0;

	if (db_open_broken(&db, &o) != ERR_OK && db == NULL)
		return NULL;
	while (next_lookup(d, &l)) {
		struct flow_facts facts = { 0 };
		struct lookup in = { l.call, l.company, l.number, l.at_us,
			slice_from(l.caller) };
		bool found = false;

		if (clk_mono_us() - l.asked_us > STORE_LOOKUP_US)
			continue; /* nobody waits for it any more */
		if (db_broken(db) && clk_mono_us() >= retry_us &&
		    db_reconnect(db) != ERR_OK)
			retry_us = clk_mono_us() + RT_SEC_US / 2;
		if (!db_broken(db))
			found = lookup_facts(db, &in, &facts) == ERR_OK;
		answer(d, &l, found, &facts);
	}
	db_close(db);
	return NULL;
}

bool store_db_ask(struct store_db *d, const struct msg_lookup *m)
{
	struct store_lookup l = { .ticket = m->ticket,
		.asked_us = clk_mono_us(),
		.call = m->call,
		.company = m->company,
		.number = m->number,
		.at_us = m->at_us };
	bool room;

	if (!slice_to_cstr(m->caller, l.caller, sizeof(l.caller)))
		l.caller[0] = '\0';
	(void)pthread_mutex_lock(&d->lock);
	room = d->lookup_n < STORE_LOOKUPS_MAX;
	if (room) {
		d->lookup[(d->lookup_first + d->lookup_n) % STORE_LOOKUPS_MAX] =
		    l;
		d->lookup_n++;
		(void)pthread_cond_signal(&d->wake_lookup);
	}
	(void)pthread_mutex_unlock(&d->lock);
	return room;
}

/* --- configuration ---------------------------------------------------------*/

/* Memory that nobody can change any more. -1: logged. */
static int seal(const char *name, struct slice bytes)
{
	const int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	size_t done = 0;

	if (fd == -1) {
		log_sys("store: memfd");
		return -1;
	}
	while (done < bytes.n) {
		const ssize_t n = write(fd, bytes.p + done, bytes.n - done);

		if (n <= 0 && errno != EINTR)
			break;
		if (n > 0)
			done += (size_t)n;
	}
	if (done < bytes.n || fcntl(fd, F_ADD_SEALS,
				  F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW |
				      F_SEAL_WRITE) == -1) {
		log_sys("store: seal %s", name);
		(void)close(fd); /* memory only */
		return -1;
	}
	return fd;
}

static bool send_config(struct store_db *d, struct slice block,
    uint64_t version)
{
	const struct slice prompts = buf_slice(&d->prompts.image);
	struct msg m = { .kind = MSG_SNAPSHOT };
	int fds[2];
	bool sent = false;

	m.u.snapshot.version = version;
	m.u.snapshot.snap_bytes = block.n;
	m.u.snapshot.prompt_bytes = prompts.n;
	fds[0] = seal("ringtrace-config", block);
	if (d->prompt_fd == -1)
		d->prompt_fd = seal("ringtrace-prompts", prompts);
	fds[1] = d->prompt_fd;
	if (fds[0] != -1 && fds[1] != -1) {
		(void)pthread_mutex_lock(&d->lock);
		sent = worker_peer_send(d->engine, &m, fds);
		if (sent)
			d->config_wanted = false;
		(void)pthread_mutex_unlock(&d->lock);
	}
	if (fds[0] != -1)
		(void)close(fds[0]); /* the engine's now */
	return sent;
}

/* New prompts make a new image; the old one lives in the engine until no call
 * plays it any more. */
static enum err refresh_prompts(struct store_db *d, struct db *db)
{
	bool changed = false;
	const enum err e = prompts_refresh(&d->prompts, db, &changed);

	if (changed && d->prompt_fd != -1) {
		(void)close(d->prompt_fd); /* memory only */
		d->prompt_fd = -1;
	}
	return e;
}

/* *have: the version that the engine has. */
static void refresh(struct store_db *d, struct db *db, bool wanted,
    uint64_t *have)
{
	uint64_t version = 0;
	struct buf block;
	enum err e;

	if (usable(db) != ERR_OK || db_config_version(db, &version) != ERR_OK)
		return;
	if (version == *have && !wanted)
		return;
	buf_init(&block, SNAP_MAX);
	if ((e = refresh_prompts(d, db)) == ERR_OK)
		e = snapshot_build(db, &d->key, &d->prompts, &block, &version);
	if (e == ERR_OK && send_config(d, buf_slice(&block), version))
		*have = version;
	if (e != ERR_OK && !drain_again(e))
		log_error("store: cannot build the configuration: %s",
		    err_name(e));
	if (block.p != NULL)
		explicit_bzero(block.p, block.n); /* trunk passwords */
	buf_fini(&block);
}

static void *run_config(void *arg)
{
	struct store_db *d = arg;
	const struct db_options o = options(d, 0);
	uint64_t have = UINT64_MAX;
	struct db *db = NULL;
	bool wanted = false, stop = false;

	if (db_open_broken(&db, &o) != ERR_OK && db == NULL)
		return NULL;
	while (!stop) {
		refresh(d, db, wanted, &have);
		(void)pthread_mutex_lock(&d->lock);
		if (!d->stop && !(d->config_wanted && !wanted))
			wait_us(d, &d->wake_config, CONFIG_EVERY_US);
		stop = d->stop;
		wanted = d->config_wanted;
		(void)pthread_mutex_unlock(&d->lock);
	}
	db_close(db);
	return NULL;
}

void store_db_new_engine(struct store_db *d)
{
	(void)pthread_mutex_lock(&d->lock);
	d->config_wanted = true;
	(void)pthread_cond_signal(&d->wake_config);
	(void)pthread_mutex_unlock(&d->lock);
}

/* --- start and end ---------------------------------------------------------*/

static enum err load_prompts(struct store_db *d)
{
	char path[SETTINGS_PATH_MAX + 32];
	enum err e;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/prompts",
	    d->worker->settings.share_dir);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1) {
		log_sys("store: open %s", path);
		return ERR_IO;
	}
	e = prompts_load(fd, &d->prompts);
	(void)close(fd); /* read only */
	return e;
}

/* The database's socket as it is called after the drop. */
static void place_socket(struct store_db *d)
{
	const char *path = d->worker->settings.db_socket;
	const char *file = strrchr(path, '/');
	const bool jailed = geteuid() == 0 && !d->worker->stay;

	(void)snprintf(d->socket, sizeof(d->socket), "%s",
	    jailed && file != NULL ? file : path);
}

static void init_sync(struct store_db *d)
{
	pthread_condattr_t attr;

	(void)pthread_mutex_init(&d->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&d->wake_drain, &attr);
	(void)pthread_cond_init(&d->wake_lookup, &attr);
	(void)pthread_cond_init(&d->wake_config, &attr);
	(void)pthread_condattr_destroy(&attr);
}

enum err store_db_init(struct store_db *d, const struct worker *w,
    int journal_fd)
{
	const char *secrets = w->settings.secret_dir;
	char path[SETTINGS_PATH_MAX + 16];
	struct phone phone;
	enum err e;

	d->worker = w;
	d->journal_fd = journal_fd;
	d->prompt_fd = -1;
	init_sync(d);
	place_socket(d);
	/* Libraries load what they need while there are still files. */
	if (phone_parse(SLICE("+12125550100"), "", &phone) != ERR_OK)
		log_warn("store: the phone library does not work");
	(void)snprintf(path, sizeof(path), "%s/seal.key", secrets);
	if ((e = db_password(secrets, "store", d->password)) != ERR_OK ||
	    (e = seal_key_load(path, &d->key)) != ERR_OK)
		return e;
	return load_prompts(d);
}

enum err store_db_start(struct store_db *d, struct worker_peer *engine)
{
	void *(*const run[])(void *) = { run_drain, run_lookups, run_config };

	d->engine = engine;
	for (size_t i = 0; i < RT_ARRAY_LEN(run); i++) {
		if (pthread_create(&d->thread[i], NULL, run[i], d) != 0) {
			log_error("store: cannot start a thread");
			return ERR_IO;
		}
		d->n_threads++;
	}
	return ERR_OK;
}

void store_db_stop(struct store_db *d, int64_t by_us)
{
	(void)pthread_mutex_lock(&d->lock);
	d->stop = true;
	d->stop_by_us = by_us;
	(void)pthread_cond_broadcast(&d->wake_drain);
	(void)pthread_cond_broadcast(&d->wake_lookup);
	(void)pthread_cond_broadcast(&d->wake_config);
	(void)pthread_mutex_unlock(&d->lock);
	for (unsigned int i = 0; i < d->n_threads; i++)
		(void)pthread_join(d->thread[i], NULL);
	d->n_threads = 0;
}

void store_db_durable(struct store_db *d, uint64_t seq)
{
	(void)pthread_mutex_lock(&d->lock);
	d->durable = seq;
	(void)pthread_cond_signal(&d->wake_drain);
	(void)pthread_mutex_unlock(&d->lock);
}
