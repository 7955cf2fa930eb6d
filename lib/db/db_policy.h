/*
 * db_policy.h - what a company decided about keeping things, and doing so.
 *
 * A term of 0 days is for ever. The verbs that find and remove are for the
 * job that runs through all companies; they do a bounded part each time.
 */
#ifndef RT_DB_POLICY_H
#define RT_DB_POLICY_H

#include "lib/base/arena.h"
#include "lib/core/flow_run.h"
#include "lib/db/db.h"

struct policy_row {
	uint32_t keep_recordings_days;
	uint32_t keep_visits_days;       /* without a call or form */
	uint32_t keep_calls_days;        /* who called, and notes */
	uint32_t quarantine_days;        /* the rest of a number */
	enum flow_record record_default; /* of new numbers: off or notice */
};

RT_MUST_USE enum err db_policy_get(struct db *db, struct company_id company,
    struct policy_row *out);
RT_MUST_USE enum err db_policy_update(struct db *db, struct company_id company,
    const struct policy_row *row);

struct policy_recording {
	struct company_id company;
	struct account_id account;
	struct recording_id id;
	char path[DB_TEXT_BYTES];
	bool asked; /* by db_person_erase(), not by the term */
};

/* Recordings whose term is over, or whose person was erased, oldest first; at
 * most max, behind the first `skip` of them. */
RT_MUST_USE enum err db_policy_recordings(struct db *db, int64_t now_us,
    size_t skip, uint32_t max, struct arena *mem,
    struct policy_recording **rows, size_t *n);
/* Its file is gone: state erased, no waveform, and its bytes are stored no
 * more. ERR_NOTFOUND: erased before. */
RT_MUST_USE enum err db_policy_erased(struct db *db, struct company_id company,
    struct recording_id id, int64_t now_us);

/* Removes visits whose term is over and that no call or form is credited to,
 * with their pages, events and leases; a browser goes with its last one, also
 * from its person. At most max. *n: how many. */
RT_MUST_USE enum err db_policy_visits(struct db *db, int64_t now_us,
    uint32_t max, struct arena *mem, size_t *n);
/* Takes the caller's number and name, the note and which keys were pressed off
 * calls whose term is over, and out of what was told and written of them:
 * webhooks, mails that were not sent, the audit log, telephones of people.
 * Figures and places stay. At most max; *n: how many. */
RT_MUST_USE enum err db_policy_callers(struct db *db, int64_t now_us,
    uint32_t max, struct arena *mem, size_t *n);

#endif
