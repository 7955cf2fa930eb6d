#include "sipworker/store_db.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/phone/phone.h"
#include "sipworker/store_ask.h"
#include "sipworker/store_conf.h"
#include "sipworker/store_drain.h"

/* --- waiting ---------------------------------------------------------------*/

void store_db_wait_us(struct store_db *d, pthread_cond_t *cond, int64_t us)
{
	struct timespec at;
	const int64_t until = clk_mono_us() + us;

	at.tv_sec = until / RT_SEC_US;
	at.tv_nsec = until % RT_SEC_US * 1000;
	(void)pthread_cond_timedwait(cond, &d->lock, &at);
}

struct db_options store_db_options(const struct store_db *d,
    unsigned int timeout_ms)
{
	return (struct db_options){ .socket = d->socket,
		.user = "rt_store",
		.password = d->password,
		.name = d->worker->settings.db_name,
		.timeout_ms = timeout_ms };
}

enum err store_db_usable(struct db *db)
{
	return db_broken(db) ? db_reconnect(db) : ERR_OK;
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
	(void)pthread_cond_init(&d->lookups.wake, &attr);
	(void)pthread_cond_init(&d->questions.wake, &attr);
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
	d->zones = NULL;
	init_sync(d);
	place_socket(d);
	/* Libraries load what they need while there are still files. */
	if (phone_parse(SLICE("+12125550100"), "", &phone) != ERR_OK)
		log_warn("store: the phone library does not work");
	if (tz_file_all(&d->zones) != ERR_OK)
		log_warn("store: no time zones: is tzdata installed?");
	(void)snprintf(path, sizeof(path), "%s/seal.key", secrets);
	if ((e = db_password(secrets, "store", d->password)) != ERR_OK ||
	    (e = seal_key_load(path, &d->key)) != ERR_OK)
		return e;
	return load_prompts(d);
}

enum err store_db_start(struct store_db *d, struct worker_peer *engine)
{
	void *(*const run[])(void *) = { store_drain_run, store_ask_run_lookups,
		store_ask_run_questions, store_conf_run };

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
	(void)pthread_cond_broadcast(&d->lookups.wake);
	(void)pthread_cond_broadcast(&d->questions.wake);
	(void)pthread_cond_broadcast(&d->wake_config);
	(void)pthread_mutex_unlock(&d->lock);
	for (unsigned int i = 0; i < d->n_threads; i++)
		(void)pthread_join(d->thread[i], NULL);
	d->n_threads = 0;
	tz_file_forget(d->zones);
	d->zones = NULL;
}

void store_db_durable(struct store_db *d, uint64_t seq)
{
	(void)pthread_mutex_lock(&d->lock);
	d->durable = seq;
	if (d->drain_waits)
		(void)pthread_cond_signal(&d->wake_drain);
	(void)pthread_mutex_unlock(&d->lock);
}

void store_db_new_engine(struct store_db *d)
{
	(void)pthread_mutex_lock(&d->lock);
	d->config_wanted = true;
	(void)pthread_cond_signal(&d->wake_config);
	(void)pthread_mutex_unlock(&d->lock);
}
