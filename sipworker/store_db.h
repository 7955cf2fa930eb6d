/*
 * store_db.h - the store's threads that talk to the database, each on a
 * connection of its own: drain, look-ups, questions, configuration.
 *
 * None of them holds up the journal: the drain follows it at its own pace, for
 * as long as the database is away; a look-up that comes too late is not
 * answered; the configuration stays as it was.
 */
#ifndef RT_SIPWORKER_STORE_DB_H
#define RT_SIPWORKER_STORE_DB_H

#include <pthread.h>
#include <stdatomic.h>

#include "lib/db/db.h"
#include "lib/hash/seal.h"
#include "lib/phone/tz_file.h"
#include "sipworker/store/prompts.h"
#include "sipworker/worker.h"

#define STORE_QUEUE_MAX 256 /* waiting */
#define STORE_ANSWER_US (150 * INT64_C(1000))

/* A look-up or a question. */
struct store_ask {
	int64_t asked_us;
	uint64_t ticket;
	struct call_id call;
	struct company_id company;
	struct number_id number;
	int64_t at_us;
	size_t n;
	char text[ASK_BYTES_MAX]; /* the caller; the question's bytes */
};

struct store_queue {
	pthread_cond_t wake;
	struct store_ask item[STORE_QUEUE_MAX];
	uint32_t first;
	uint32_t n;
};

struct store_db {
	const struct worker *worker;
	char socket[SETTINGS_PATH_MAX + 1];
	char password[DB_PASSWORD_MAX + 1];
	struct seal_key key;
	struct prompts prompts; /* of store_conf alone, like prompt_fd */
	int prompt_fd;          /* sealed image; -1: to be made */
	int journal_fd;
	struct tz_file_all *zones; /* NULL: none could be read */

	pthread_mutex_t lock; /* of all below */
	pthread_cond_t wake_drain;
	pthread_cond_t wake_config;
	struct worker_peer *engine; /* to answer to */
	uint64_t durable;           /* of the journal */
	bool drain_waits;           /* for more of it */
	bool stop;
	int64_t stop_by_us; /* the drain may go on until then */
	bool config_wanted; /* a new engine has none */
	struct store_queue lookups;
	struct store_queue questions;

	_Atomic uint64_t drained;
	pthread_t thread[4];
	unsigned int n_threads;
};

/* Reads passwords, key, prompts and time zones: before the drop. ERR_IO:
 * logged. */
RT_MUST_USE enum err store_db_init(struct store_db *d, const struct worker *w,
    int journal_fd);
/* Starts the threads: after the drop. engine is used under the lock only. */
RT_MUST_USE enum err store_db_start(struct store_db *d,
    struct worker_peer *engine);
/* Ends the threads; the drain first tries to catch up, until by_us. */
void store_db_stop(struct store_db *d, int64_t by_us);

/* The journal is durable up to seq. */
void store_db_durable(struct store_db *d, uint64_t seq);
/* A new engine needs the configuration. */
void store_db_new_engine(struct store_db *d);

/* --- for the threads -------------------------------------------------------*/

/* With the lock held; until woken, or us have passed. */
void store_db_wait_us(struct store_db *d, pthread_cond_t *cond, int64_t us);
struct db_options store_db_options(const struct store_db *d,
    unsigned int timeout_ms);
/* ERR_OK when the connection works, made anew if it must be. */
RT_MUST_USE enum err store_db_usable(struct db *db);

#endif
