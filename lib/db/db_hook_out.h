/*
 * db_hook_out.h - what webhooks are to be told: the outbox and its log.
 *
 * db_hook_out_emit() runs in the transaction that changes the call, so an
 * event is there exactly when the change is. jobd then claims, sends and
 * settles. Events of one call reach a hook in their order: a later one cannot
 * be claimed while an earlier one waits. Delivery is at least once; the event's
 * id and its body are the same each time.
 */
#ifndef RT_DB_DB_HOOK_OUT_H
#define RT_DB_DB_HOOK_OUT_H

#include "lib/base/arena.h"
#include "lib/core/hook.h"
#include "lib/db/db.h"

#define DB_HOOK_BODY_MAX   ((size_t)1 << 20)
#define DB_HOOK_ANSWER_MAX 500 /* characters kept of an answer */

/* How long changes of a call are collected before they are told. */
#define DB_HOOK_COLLECT_US (2 * RT_SEC_US)

/* For every hook of the company that wants this kind; costs one look-up when
 * there is none. HOOK_FORM_RECEIVED is told once of each form. Not for
 * HOOK_CALL_CHANGED and HOOK_TEST: ERR_RANGE. */
RT_MUST_USE enum err db_hook_out_emit(struct db *db, struct company_id company,
    enum hook_kind kind, const uint8_t object[ID_BYTES], int64_t now_us);
/* HOOK_CALL_CHANGED: field is the name of what changed. Further changes of the
 * call join it until it is sent. In the transaction of the change. */
RT_MUST_USE enum err db_hook_out_changed(struct db *db,
    struct company_id company, const uint8_t object[ID_BYTES],
    const char *field, int64_t now_us);
/* Of one of many calls that are changed at once. Each has its turn: the nth,
 * from 0, is told when half the hook's rate since from_us has come to it, so
 * that what happens meanwhile is told as soon as ever, and of it a call's own
 * next change, which takes this one along. */
struct hook_turn {
	int64_t from_us;
	int64_t now_us;
	uint64_t n;
};
RT_MUST_USE enum err db_hook_out_changed_in_turn(struct db *db,
    struct company_id company, const uint8_t object[ID_BYTES],
    const char *field, const struct hook_turn *turn);
/* HOOK_TEST for this one. ERR_NOTFOUND: no such hook. */
RT_MUST_USE enum err db_hook_out_test(struct db *db, struct company_id company,
    struct webhook_id hook, int64_t now_us);

/* --- for jobd --------------------------------------------------------------
 */

struct hook_due {
	struct company_id company;
	struct webhook_id hook;
	int64_t due_us; /* the earliest */
};

/* Hooks that something waits for, whenever it is due. */
RT_MUST_USE enum err db_hook_out_due(struct db *db, struct arena *mem,
    struct hook_due **rows, size_t *n);

struct hook_out_row {
	struct event_id event;
	uint64_t seq;
	char kind[25];
	uint8_t object[ID_BYTES];
	char detail[DB_TEXT_BYTES];
	struct slice body; /* "": never sent */
	uint32_t attempts; /* with the present one, after a claim */
	int64_t happened_us;
	/* For the log. */
	char state[9]; /* ready running done parked */
	int64_t due_us;
	int64_t ended_us; /* 0: not ended */
	uint16_t status;
	uint32_t took_ms;
	char error[DB_TEXT_BYTES];
	char answer[4 * DB_HOOK_ANSWER_MAX + 1];
};

/* Takes up to max that are due, until now_us + visible_us; claim: a fresh
 * random value. Its own transaction. */
RT_MUST_USE enum err db_hook_out_claim(struct db *db, struct company_id company,
    struct webhook_id hook, uint32_t max, const uint8_t claim[ID_BYTES],
    int64_t now_us, int64_t visible_us, struct arena *mem,
    struct hook_out_row **rows, size_t *n);
/* Those whose time ran out are ready again. */
RT_MUST_USE enum err db_hook_out_lost(struct db *db, int64_t now_us);
/* In a transaction, and before what the body says is read: nobody takes words
 * about a person out of it until the transaction ends, and whoever does that
 * now is waited for. *body: as it is now; "" has to be made. */
RT_MUST_USE enum err db_hook_out_hold(struct db *db, struct company_id company,
    struct webhook_id hook, struct event_id event, struct arena *mem,
    struct slice *body);
/* The body that all attempts send. */
RT_MUST_USE enum err db_hook_out_body(struct db *db, struct company_id company,
    struct webhook_id hook, struct event_id event, struct slice body);

enum hook_fate {
	HOOK_FATE_DONE,
	HOOK_FATE_AGAIN, /* at due_us; later events of the call wait as long */
	HOOK_FATE_PARKED
};

struct hook_result {
	enum hook_fate fate;
	int64_t due_us; /* of HOOK_FATE_AGAIN */
	unsigned int status;
	int64_t took_us;
	struct slice error;  /* valid UTF-8 */
	struct slice answer; /* valid UTF-8 */
};

/* ERR_CONFLICT: the claim ran out. The answer is not kept when the body has
 * been taken away meanwhile. */
RT_MUST_USE enum err db_hook_out_settle(struct db *db,
    struct company_id company, struct webhook_id hook,
    const struct hook_out_row *row, const uint8_t claim[ID_BYTES],
    const struct hook_result *result, int64_t now_us);

/* --- the log ---------------------------------------------------------------
 */

/* Newest first, below seq before (0: all). state "": any. */
RT_MUST_USE enum err db_hook_out_list(struct db *db, struct company_id company,
    struct webhook_id hook, struct slice state, uint64_t before, uint32_t max,
    struct arena *mem, struct hook_out_row **rows, size_t *n);
/* Sends again what ended; *n says how many. ERR_NOTFOUND: it is not there or
 * has not ended. */
RT_MUST_USE enum err db_hook_out_replay(struct db *db,
    struct company_id company, struct webhook_id hook, struct event_id event,
    int64_t now_us);
/* The same for all that happened in [from_us, to_us); parked: only what was
 * given up. */
RT_MUST_USE enum err db_hook_out_replay_range(struct db *db,
    struct company_id company, struct webhook_id hook, int64_t from_us,
    int64_t to_us, bool parked, int64_t now_us, uint64_t *n);
/* Removes up to max that ended before before_us. */
RT_MUST_USE enum err db_hook_out_sweep(struct db *db, int64_t before_us,
    uint32_t max, uint64_t *removed);

#endif
