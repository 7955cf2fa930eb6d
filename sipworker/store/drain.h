/*
 * drain.h - one journal record into the database.
 *
 * drain_record() is idempotent by call and record number (db_call.h), so a
 * record whose outcome is unknown is simply drained again. A closed record
 * takes the attribution with it: candidates from the lease history, the rule of
 * lib/core/attrib, and its evidence, in the transaction that closes the call.
 */
#ifndef RT_STORE_DRAIN_H
#define RT_STORE_DRAIN_H

#include "lib/base/slice.h"
#include "lib/core/callrec.h"
#include "lib/db/db_call_later.h"

/* payload: one encoded lib/core/callrec. ERR_UNAVAILABLE, ERR_UNCERTAIN and
 * ERR_BUSY: try again (drain_again()). Anything else: this record will never
 * go in; see drain_refuse(). */
RT_MUST_USE enum err drain_record(struct db *db, struct slice payload,
    int64_t now_us);
/* The same as part of the caller's transaction: before its end, what waits in
 * *later is to be written (db_call_later.h). */
RT_MUST_USE enum err drain_record_with(struct db *db, struct slice payload,
    struct call_later *later, int64_t now_us);
bool drain_again(enum err e);

/* A leg, or an event that puts no mark on its call: what is only added to it.
 */
bool drain_adds(const struct callrec *r);
/* n of these, of one call and in their order: cheaper than one by one. */
RT_MUST_USE enum err drain_additions(struct db *db,
    const struct callrec *const *r, size_t n);

/* Keeps a record that the database will not take, as a line of seq, error and
 * hexadecimal bytes in the file "refused" of the journal's folder, so that it
 * is not lost with its segment; logged. */
RT_MUST_USE enum err drain_refuse(int journal_dirfd, uint64_t seq, enum err why,
    struct slice payload);

/* A recording that was finished without the engine (it died, or waited no
 * longer). name: "<company>/<yyyy-mm-dd>/<call>.wav". ERR_NOTFOUND: the call's
 * closed record is not drained yet: try later. ERR_SYNTAX: no such name. */
struct drain_recording {
	struct slice name;
	bool failed;
	uint64_t bytes;
	uint64_t samples;
	uint8_t sha256[32];
};
RT_MUST_USE enum err drain_recording(struct db *db,
    const struct drain_recording *r, int64_t now_us);

#endif
