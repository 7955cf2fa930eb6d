/*
 * ledger.h - the store's journal as a history of engines and their calls.
 *
 * The journal's payloads (journal.h) are one of:
 *
 *   'E' epoch(be64) number(be64)        an engine lives, and said so much
 *   'C' number(be64) callrec            what that engine said of a call
 *   'X' callrec                         what the store said in its place
 *   'R' ledger_recording                a recording that ended without it
 *
 * A record that an engine sends twice (because the store died before it could
 * acknowledge) is kept once. Calls that an engine left open when it died get a
 * closed record "interrupted" from the store, with their recording when the
 * recorder has finished it by then. One thread.
 *
 * A segment says who called. It is ended an hour after it began to, so that it
 * can go once the database has all of it: who is erased there is nowhere else.
 */
#ifndef RT_STORE_LEDGER_H
#define RT_STORE_LEDGER_H

#include "lib/base/err.h"
#include "lib/base/slice.h"
#include "sipworker/store/journal.h"

#define LEDGER_NAME_MAX 127
/* What was said of a call stays so long at most, once it is in the database and
 * the calls have ended that began before it. */
#define LEDGER_KEEP_US (3600 * RT_SEC_US)
/* For ledger_trim(): however young it is, there comes no more. */
#define LEDGER_LAST INT64_MAX

struct ledger;

struct ledger_recording {
	struct slice name; /* "<company>/<yyyy-mm-dd>/<call>.wav" */
	bool failed;
	uint64_t bytes;
	uint64_t samples;
	uint8_t sha256[32];
};

/* Opens the journal in dirfd and reads what is left of it, which may take long:
 * goes_on is called now and then, unless it is NULL. max_calls: of one engine
 * at a time. Errors as journal_open(). */
RT_MUST_USE enum err ledger_open(struct ledger **out, int dirfd,
    uint32_t max_calls, void (*goes_on)(void *arg), void *arg);
/* NULL is allowed. */
void ledger_close(struct ledger *l);

/* An engine says who it is. Unless it is the one we know, all open calls are
 * another's: see ledger_abandoned(). ERR_BUSY: the journal takes nothing now;
 * it is said before what the engine says next. */
RT_MUST_USE enum err ledger_hello(struct ledger *l, uint64_t epoch);
/* The engine is gone: so are its calls. */
void ledger_engine_died(struct ledger *l);
/* One record of the engine's, number counting from 1. Said twice is ERR_OK.
 * ERR_SYNTAX: no call record; ERR_TOOBIG, ERR_NOMEM, ERR_BUSY:
 * journal_append(); ERR_BUSY: the one before is missing. */
RT_MUST_USE enum err ledger_append(struct ledger *l, uint64_t number,
    struct slice callrec);
/* What is missing could be taken now: all that is not durable is to be said
 * again. True once, until more is refused. */
bool ledger_wants_again(struct ledger *l);
RT_MUST_USE enum err ledger_recorded(struct ledger *l,
    const struct ledger_recording *r);

/* Calls that nobody will close. */
uint32_t ledger_abandoned(const struct ledger *l);
/* Closes all of them as interrupted. gone_wall_us: when their engine was seen
 * to go; 0: nobody saw it, and they end with the last that is known. */
RT_MUST_USE enum err ledger_interrupt(struct ledger *l, int64_t gone_wall_us);

/* Everything above is durable on ERR_OK; *number is the engine's last. ERR_IO:
 * try again. */
RT_MUST_USE enum err ledger_commit(struct ledger *l, uint64_t *number);
/* Since the last commit something came that somebody waits for: a call is not
 * routed before its opened record is durable. All else may come together. */
bool ledger_urgent(const struct ledger *l);
/* Drops segments that are drained and name no open call; ends the one being
 * written when what it says is old. Now and then. True: something is to be
 * committed. */
bool ledger_trim(struct ledger *l, uint64_t drained, int64_t now_wall_us);
/* For the reader in another thread. */
uint64_t ledger_durable(const struct ledger *l);

/* --- what a payload is, for the reader -------------------------------------*/

enum ledger_kind {
	LEDGER_EPOCH,
	LEDGER_CALL,     /* callrec */
	LEDGER_RECORDING /* recording */
};

struct ledger_entry {
	enum ledger_kind kind;
	uint64_t epoch;
	uint64_t
	    number; /* 0: the store's own; LEDGER_EPOCH: the engine's last */
	struct slice callrec;
	struct ledger_recording recording;
};

/* Borrows from payload. ERR_SYNTAX. */
RT_MUST_USE enum err ledger_entry_parse(struct slice payload,
    struct ledger_entry *out);

#endif
