/*
 * open_calls.h - which calls of the journal are open: those whose closed record
 * has not been seen.
 *
 * Fed with every record in order, while running and when the journal is read
 * again at start. When the engine is gone, its open calls get the records that
 * it could not write: one for each leg that was still there, then the closed
 * one (callrec_interrupted). The oldest open call says how
 * much of the journal must be kept.
 */
#ifndef RT_STORE_OPEN_CALLS_H
#define RT_STORE_OPEN_CALLS_H

#include "lib/base/buf.h"
#include "lib/core/id.h"

struct open_calls;

/* max: calls at a time; the engine's limit twice over is enough. */
RT_MUST_USE enum err open_calls_new(uint32_t max, struct open_calls **out);
void open_calls_free(struct open_calls *o);

/* One record with its journal number. ERR_BUSY: more than max are open;
 * ERR_SYNTAX: no record; ERR_NOTFOUND: of a call that was never opened, which
 * is left alone; ERR_NOMEM. */
RT_MUST_USE enum err open_calls_add(struct open_calls *o, uint64_t seq,
    struct slice payload);

/* All of from's calls become to's. ERR_BUSY: not all fitted; those stay. */
RT_MUST_USE enum err open_calls_move(struct open_calls *from,
    struct open_calls *to);

uint32_t open_calls_count(const struct open_calls *o);
/* Journal number of the oldest open call's first record; UINT64_MAX: none. */
uint64_t open_calls_oldest(const struct open_calls *o);

/* One of them. False: there is none. */
bool open_calls_any(const struct open_calls *o, struct call_id *out);

/* What the recorder said of a call. */
struct open_calls_rec {
	struct slice name;
	bool failed;
	uint64_t bytes;
	uint64_t samples; /* per channel, 8000 a second */
	uint8_t sha256[32];
};

/* Appends the record of one leg of an open call that has none yet, as far as
 * the call's events tell of it; gone_wall_us and rec as below. ERR_NOTFOUND: no
 * such leg, or the call is not open. It is said again until that record is fed
 * to open_calls_add(). */
RT_MUST_USE enum err open_calls_interrupt_leg(const struct open_calls *o,
    struct call_id call, int64_t gone_wall_us, const struct open_calls_rec *rec,
    struct buf *out);
/* Appends the closed record of an open call to out, with the talk time that is
 * known: up to its last record, up to gone_wall_us when the engine was seen to
 * go (0: nobody saw it), up to the end of its recording, whichever is last.
 * rec NULL: what was begun is pending, by its name (lib/core/recname.h).
 * ERR_NOTFOUND: not open. The call stays open until that
 * record is fed to open_calls_add(). */
RT_MUST_USE enum err open_calls_interrupt(const struct open_calls *o,
    struct call_id call, int64_t gone_wall_us, const struct open_calls_rec *rec,
    struct buf *out);

#endif
