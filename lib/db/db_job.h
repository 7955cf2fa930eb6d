/*
 * db_job.h - work to be done after something was written: the outbox.
 *
 * Enqueued in the transaction that causes it. Delivered at least once: a
 * claimed job whose time runs out may be claimed again, so a kind's function
 * must be harmless when run twice. (kind, key) is accepted once.
 */
#ifndef RT_DB_JOB_H
#define RT_DB_JOB_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

#define DB_JOB_KIND_BYTES  33
#define DB_JOB_KEY_BYTES   513
#define DB_JOB_PAYLOAD_MAX 65535

struct job_row {
	uint64_t id;
	struct company_id company; /* nil: of the installation */
	char kind[DB_JOB_KIND_BYTES];
	char key[DB_JOB_KEY_BYTES];
	struct slice payload;
	uint32_t attempts; /* with the present one */
	int64_t due_us;
	char error[DB_TEXT_BYTES]; /* of the last attempt */
};

/* Nothing happens, with ERR_OK, when (kind, key) was there before. */
RT_MUST_USE enum err db_job_add(struct db *db, struct company_id company,
    const char *kind, struct slice key, struct slice payload, int64_t due_us,
    int64_t now_us);

/* Takes up to max due jobs of a kind for visible_us; claim is a fresh random
 * value that names this taking. Its own transaction. */
RT_MUST_USE enum err db_job_claim(struct db *db, const char *kind, uint32_t max,
    const uint8_t claim[ID_BYTES], int64_t now_us, int64_t visible_us,
    struct arena *mem, struct job_row **rows, size_t *n);
/* ERR_CONFLICT in these: the claim ran out and somebody else has the job. */
/* The payload goes: it may hold what nobody needs to see any more. */
RT_MUST_USE enum err db_job_done(struct db *db, uint64_t id,
    const uint8_t claim[ID_BYTES], int64_t now_us);
/* Again at due_us. */
RT_MUST_USE enum err db_job_retry(struct db *db, uint64_t id,
    const uint8_t claim[ID_BYTES], int64_t due_us, struct slice error);
/* The same, and as if it had not been tried. */
RT_MUST_USE enum err db_job_put_off(struct db *db, uint64_t id,
    const uint8_t claim[ID_BYTES], int64_t due_us);
/* Given up; stays for a person to see. */
RT_MUST_USE enum err db_job_dead(struct db *db, uint64_t id,
    const uint8_t claim[ID_BYTES], int64_t now_us, struct slice error);

/* The delay before attempt n + 1, n from 1: 5 s doubling to at most an hour,
 * and up to a quarter more by dice (any random bits). */
int64_t db_job_backoff_us(uint32_t attempts, uint64_t dice);

/* Dead ones of a company, newest first, with ids below before (0: all). */
RT_MUST_USE enum err db_job_dead_list(struct db *db, struct company_id company,
    uint64_t before, uint32_t max, struct arena *mem, struct job_row **rows,
    size_t *n);
/* A dead one runs again from now_us on, attempts counted anew. */
RT_MUST_USE enum err db_job_replay(struct db *db, struct company_id company,
    uint64_t id, int64_t now_us);
/* Removes up to max done jobs that ended before before_us. */
RT_MUST_USE enum err db_job_sweep(struct db *db, int64_t before_us,
    uint32_t max, uint64_t *removed);
/* The same of dead ones: nobody came for them, and they name people. */
RT_MUST_USE enum err db_job_sweep_dead(struct db *db, int64_t before_us,
    uint32_t max, uint64_t *removed);

#endif
