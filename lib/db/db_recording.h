/*
 * db_recording.h - recordings of calls: where they lie and what they hold.
 *
 * The first recording of a call has the call's own id as its key.
 */
#ifndef RT_DB_RECORDING_H
#define RT_DB_RECORDING_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

struct recording_row {
	struct recording_id id;
	struct call_id call;
	char state[9];            /* pending ready failed erased */
	char why[13];             /* of one that failed; see below */
	char path[DB_TEXT_BYTES]; /* below recordings_dir */
	int64_t started_us;
	uint32_t duration_ms;
	uint64_t size_bytes;
	uint32_t rate_hz;
	uint8_t pcm_sha256[32];
	bool has_peaks;
};

/* Why one failed; "" where nobody knows. */
#define RECORDING_WRITE      "write"      /* its file could not be written */
#define RECORDING_MISSING    "missing"    /* there is no file */
#define RECORDING_UNFINISHED "unfinished" /* its ".part" is all there is */
#define RECORDING_DAMAGED    "damaged"    /* the file is no recording */

/* ERR_CONFLICT: id or path is there already. */
RT_MUST_USE enum err db_recording_add(struct db *db, struct company_id company,
    const struct recording_row *row, int64_t now_us);
/* The first one, erased or not. */
RT_MUST_USE enum err db_recording_by_call(struct db *db,
    struct company_id company, struct call_id call, struct recording_row *out);
RT_MUST_USE enum err db_recording_get(struct db *db, struct company_id company,
    struct recording_id id, struct recording_row *out);

/* A pending (or failed) recording is whole: sets size, length and checksum
 * from row, counts its usage and enqueues its waveform, once. */
RT_MUST_USE enum err db_recording_ready(struct db *db,
    struct company_id company, const struct recording_row *row, int64_t now_us);

/* A pending one that will not come, as far as is known: should it come yet, it
 * becomes ready. One that is not pending stays as it is. */
RT_MUST_USE enum err db_recording_failed(struct db *db,
    struct company_id company, struct recording_id id, const char *why);

/* Waveform, as the waveform job made it; up to 1 MiB. */
RT_MUST_USE enum err db_recording_set_peaks(struct db *db,
    struct company_id company, struct recording_id id, struct slice peaks);

struct recording_pending {
	struct company_id company;
	int64_t created_us; /* of the row: its call was closed */
	struct recording_row row;
};

/* Recordings that wait since before before_us, of all companies, oldest
 * first, behind *after (NULL: from the oldest on): for jobd, which looks for
 * their files (jobs/job_recording.h). */
RT_MUST_USE enum err db_recording_pending(struct db *db, int64_t before_us,
    const struct recording_pending *after, uint32_t max, struct arena *mem,
    struct recording_pending **rows, size_t *n);

#endif
