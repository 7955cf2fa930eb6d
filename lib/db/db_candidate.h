/*
 * db_candidate.h - who may have made a call: the evidence for lib/core/attrib.
 *
 * Everybody who saw the dialled number within ATTRIB_LOOK_BACK_US before the
 * call, live or long ago, and whenever the lease began. The DB_CANDIDATE_LISTED
 * latest are read with their source, and for a caller who has dialled the
 * number before also the DB_CANDIDATE_FIRST who had just seen it then. The
 * others are counted, up to DB_CANDIDATE_COUNTED; of a number that has been
 * through more hands the rest is estimated from those. So the work is bounded
 * whatever a pool has been through: ten short index ranges.
 *
 * A pool's overflow number many are shown at once: of them those who were seen
 * last are listed, before them who touched its link within the hour; their
 * lease is nil.
 */
#ifndef RT_DB_DB_CANDIDATE_H
#define RT_DB_DB_CANDIDATE_H

#include "lib/base/arena.h"
#include "lib/core/attrib.h"
#include "lib/db/db.h"

#define DB_CANDIDATE_LISTED 50
#define DB_CANDIDATE_FIRST  (ATTRIB_CANDIDATES_MAX - DB_CANDIDATE_LISTED)
/* Of a number that goes to another visitor every minute: three days. */
#define DB_CANDIDATE_COUNTED 4000

/* A call, as far as it bears on who made it. */
struct candidate_call {
	struct call_id id; /* not an earlier call of itself; nil: none */
	struct number_id number;
	int64_t at_us;
	struct slice caller_e164; /* "": anonymous, nothing is known */
	struct slice caller_country;
	struct slice caller_place;
	/* What this preview says of the caller's earlier calls is taken for
	 * what they are credited to (db_attrib_again.h). nil: none. */
	struct attrib_run_id preview;
	/* Not who saw it as a pool's overflow number: a fit is held against the
	 * time of leases (db_attrib_span.h). */
	bool leases_only;
};

struct candidates {
	struct attrib_candidate c[ATTRIB_CANDIDATES_MAX]; /* each visit once */
	size_t n;
	struct attrib_ask ask; /* threshold and law are left to the caller */
};

/* Texts are in mem. ERR_NOMEM: the arena is full. */
RT_MUST_USE enum err db_candidate_read(struct db *db, struct company_id company,
    const struct candidate_call *call, struct arena *mem,
    struct candidates *out);

#endif
