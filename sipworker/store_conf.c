#include "sipworker/store_conf.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/base/clk.h"
#include "lib/base/file.h"
#include "lib/base/log.h"
#include "lib/db/db_config.h"
#include "sipworker/store/conf_copy.h"
#include "sipworker/store/drain.h"
#include "sipworker/store/snapshot.h"
#include "sipworker/store_db.h"

#define NICE     5 /* of its thread, in Linux */
#define EVERY_US (RT_SEC_US / 4)
#define SNAP_MAX ((size_t)256 << 20)
/* A database that is there says its version in much less, and an engine without
 * a configuration does not listen. */
#define PROBE_TIMEOUT_MS 1000

struct conf {
	struct store_db *d;
	struct db *probe; /* asks for the version */
	struct db *db;    /* reads the rest; NULL: not wanted yet */
	struct flowkeep *keep;
	uint64_t have;  /* the version that the engine has; NONE */
	uint64_t saved; /* the version on the disk; NONE */
	bool refused;   /* the copy on the disk is of no use */
};

#define NONE UINT64_MAX

/* Memory that nobody can change any more. -1: logged. */
static int seal(const char *name, struct slice bytes)
{
	const int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd == -1) {
		log_sys("store: memfd");
		return -1;
	}
	if (file_write_fd(fd, bytes) != ERR_OK ||
	    fcntl(fd, F_ADD_SEALS,
		F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) ==
		-1) {
		log_sys("store: seal %s", name);
		(void)close(fd); /* memory only */
		return -1;
	}
	return fd;
}

/* prompt_fd is borrowed. */
static bool send_config(struct store_db *d, uint64_t version, struct slice snap,
    int prompt_fd, size_t prompt_bytes)
{
	struct msg m = { .kind = MSG_SNAPSHOT };
	int fds[2] = { seal("ringtrace-config", snap), prompt_fd };
	bool sent = false;

	m.u.snapshot.version = version;
	m.u.snapshot.snap_bytes = snap.n;
	m.u.snapshot.prompt_bytes = prompt_bytes;
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

/* Trunk passwords are in it. */
static void forget(struct buf *b)
{
	if (b->p != NULL)
		explicit_bzero(b->p, b->n);
	buf_fini(b);
}

/* --- from the database -----------------------------------------------------*/

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
	if (d->prompt_fd == -1)
		d->prompt_fd =
		    seal("ringtrace-prompts", buf_slice(&d->prompts.image));
	return e;
}

static void save(struct conf *c, uint64_t version, struct slice snap)
{
	const struct conf_copy copy = { version, clk_wall_us() };

	if (c->saved == version)
		return;
	if (conf_copy_save(c->d->journal_fd, &c->d->key, &copy, snap,
		buf_slice(&c->d->prompts.image)) != ERR_OK)
		log_warn("store: no copy of the configuration on the disk");
	else
		c->saved = version;
	c->refused = false; /* look at it again */
}

/* Only when the probe has said that the database is there: one that hangs would
 * be waited for, and the engine does not listen meanwhile. */
static enum err open_reader(struct conf *c)
{
	const struct db_options o = store_db_options(c->d, 0);

	return c->db != NULL ? store_db_usable(c->db) : db_open(&c->db, &o);
}

static enum err build(struct conf *c, struct buf *block, uint64_t *version)
{
	enum err e;

	if ((e = open_reader(c)) != ERR_OK ||
	    (e = refresh_prompts(c->d, c->db)) != ERR_OK)
		return e;
	return snapshot_build(c->db, &c->d->key, &c->d->prompts, c->keep, block,
	    version);
}

/* False: the database did not say. */
static bool refresh(struct conf *c, bool wanted)
{
	uint64_t version = 0;
	struct buf block;
	enum err e;

	if (store_db_usable(c->probe) != ERR_OK ||
	    db_config_version(c->probe, &version) != ERR_OK)
		return false;
	if (version == c->have && !wanted)
		return true;
	buf_init(&block, SNAP_MAX);
	e = build(c, &block, &version);
	if (e == ERR_OK) {
		if (send_config(c->d, version, buf_slice(&block),
			c->d->prompt_fd, c->d->prompts.image.n))
			c->have = version;
		save(c, version, buf_slice(&block));
	} else if (!drain_again(e)) {
		log_error("store: cannot build the configuration: %s",
		    err_name(e));
	}
	forget(&block);
	return e == ERR_OK;
}

/* --- from the disk ---------------------------------------------------------*/

static bool send_copy(struct conf *c, const struct conf_copy *copy,
    struct slice snap, struct slice prompts)
{
	const int fd = seal("ringtrace-prompts", prompts);
	bool sent = false;

	if (fd != -1) {
		sent = send_config(c->d, copy->version, snap, fd, prompts.n);
		(void)close(fd); /* the engine's now */
	}
	return sent;
}

/* An engine waits and the database is away: what was good last time is better
 * than a telephone that nobody answers. */
static void fall_back(struct conf *c)
{
	struct conf_copy copy = { 0 };
	struct buf snap, prompts;
	enum err e;

	if (c->refused)
		return;
	buf_init(&snap, SNAP_MAX);
	buf_init(&prompts, CONF_COPY_BYTES_MAX);
	e = conf_copy_load(c->d->journal_fd, &c->d->key, &copy, &snap,
	    &prompts);
	if (e == ERR_OK &&
	    send_copy(c, &copy, buf_slice(&snap), buf_slice(&prompts))) {
		log_warn(
		    "store: the database is away, configuration from the disk "
		    "version=%llu age_s=%lld",
		    (unsigned long long)copy.version,
		    (long long)((clk_wall_us() - copy.saved_us) / RT_SEC_US));
		c->have = c->saved = copy.version;
	}
	if (e != ERR_OK) {
		log_warn(
		    "store: the database is away and the disk has no "
		    "configuration: %s",
		    err_name(e));
		c->refused = true;
	}
	forget(&snap);
	forget(&prompts);
}

/* --- the loop --------------------------------------------------------------*/

static bool open_probe(struct conf *c)
{
	const struct db_options o = store_db_options(c->d, PROBE_TIMEOUT_MS);

	return db_open_broken(&c->probe, &o) == ERR_OK || c->probe != NULL;
}

static void loop(struct conf *c)
{
	struct store_db *d = c->d;
	bool wanted = false, stop = false;

	while (!stop) {
		const bool known = refresh(c, wanted);

		(void)pthread_mutex_lock(&d->lock);
		wanted = d->config_wanted;
		(void)pthread_mutex_unlock(&d->lock);
		if (!known && wanted)
			fall_back(c);
		(void)pthread_mutex_lock(&d->lock);
		if (!d->stop && !(d->config_wanted && !wanted))
			store_db_wait_us(d, &d->wake_config, EVERY_US);
		stop = d->stop;
		wanted = d->config_wanted;
		(void)pthread_mutex_unlock(&d->lock);
	}
}

void *store_conf_run(void *arg)
{
	struct conf c = { .d = arg, .have = NONE, .saved = NONE };

	/* Building is work; what callers wait for goes first. */
	(void)setpriority(PRIO_PROCESS, 0, NICE);
	if (flowkeep_new(&c.keep) == ERR_OK && open_probe(&c)) {
		flowkeep_set_zones(c.keep, c.d->zones);
		loop(&c);
	}
	flowkeep_free(c.keep);
	db_close(c.probe);
	db_close(c.db);
	return NULL;
}
