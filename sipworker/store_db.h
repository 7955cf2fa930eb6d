/*
 * store_db.h - the store's threads that talk to the database, each on a
 * connection of its own: drain, look-ups, configuration.
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
#include "sipworker/store/prompts.h"
#include "sipworker/worker.h"

#define STORE_LOOKUPS_MAX 256 /* waiting */
#define STORE_LOOKUP_US   (150 * INT64_C(1000))

struct store_lookup {
	uint64_t ticket;
	int64_t asked_us;
	struct call_id call;
	struct company_id company;
	struct number_id number;
	int64_t at_us;
	char caller[MSG_CALLER_MAX + 1];
};

struct store_db {
	const struct worker *worker;
	char socket[SETTINGS_PATH_MAX + 1];
	char password[DB_PASSWORD_MAX + 1];
	struct seal_key key;
	struct prompts prompts; /* of run_config() alone, like prompt_fd */
	int prompt_fd;          /* sealed image; -1: to be made */
	int journal_fd;

	pthread_mutex_t lock; /* of all below */
	pthread_cond_t wake_drain;
	pthread_cond_t wake_lookup;
	pthread_cond_t wake_config;
	struct worker_peer *engine; /* to answer to */
	uint64_t durable;           /* of the journal */
	bool stop;
	int64_t stop_by_us; /* the drain may go on until then */
	bool config_wanted; /* a new engine has none */
	struct store_lookup lookup[STORE_LOOKUPS_MAX];
	uint32_t lookup_first;
	uint32_t lookup_n;

	_Atomic uint64_t drained;
	pthread_t thread[3];
	unsigned int n_threads;
};

/* Reads passwords, key and prompts: before the drop. ERR_IO: logged. */
RT_MUST_USE enum err store_db_init(struct store_db *d, const struct worker *w,
    int journal_fd);
/* Starts the threads: after the drop. engine is used under the lock only. */
RT_MUST_USE enum err store_db_start(struct store_db *d,
    struct worker_peer *engine);
/* Ends the threads; the drain first tries to catch up, until by_us. */
void store_db_stop(struct store_db *d, int64_t by_us);

/* The journal is durable up to seq. */
void store_db_durable(struct store_db *d, uint64_t seq);
/* False: too many wait. */
bool store_db_ask(struct store_db *d, const struct msg_lookup *m);
/* A new engine needs the configuration. */
void store_db_new_engine(struct store_db *d);

#endif
