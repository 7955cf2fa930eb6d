/*
 * db_call.h - calls, drained from the journal (lib/core/callrec).
 *
 * Each verb is one transaction, or part of the caller's. Records are applied
 * once, in the order of their seq; one that was applied is skipped with
 * ERR_OK, so draining again after ERR_UNCERTAIN or a crash is always right.
 * ERR_NOTFOUND: the call's OPENED never came. r->kind must fit the verb.
 *
 * company is the caller's claim and must equal r->head.company: ERR_INTERNAL.
 */
#ifndef RT_DB_CALL_H
#define RT_DB_CALL_H

#include "lib/core/callrec.h"
#include "lib/db/db_call_later.h"

/* What the phone library says of the caller's number. */
struct call_place {
	struct slice country; /* ISO 3166; "" unknown */
	struct slice place;   /* "New York, NY"; "" unknown */
};

/* The row of the call and of its interaction, the caller's history. */
RT_MUST_USE enum err db_call_opened(struct db *db, struct company_id company,
    const struct callrec *r, const struct call_place *place);
RT_MUST_USE enum err db_call_leg(struct db *db, struct company_id company,
    const struct callrec *r);
RT_MUST_USE enum err db_call_event(struct db *db, struct company_id company,
    const struct callrec *r);
/* Legs and events of one call in their order, as one after the other, but the
 * call is locked and its seq written once. n > 0; ERR_INTERNAL: another kind,
 * or of another call. */
RT_MUST_USE enum err db_call_add(struct db *db, struct company_id company,
    const struct callrec *const *r, size_t n);

/* What is needed to attribute a call, before db_call_closed(). */
struct call_key {
	struct number_id number;
	struct pool_id pool; /* nil: a fixed number */
	int64_t started_us;
	char caller_e164[DB_E164_BYTES]; /* "" anonymous */
	char caller_country[3];
	char caller_place[DB_NAME_BYTES];
	uint16_t credit_min_bp; /* the company's threshold */
	bool closed;            /* already: nothing is left to do */
};

RT_MUST_USE enum err db_call_key(struct db *db, struct company_id company,
    struct call_id call, struct call_key *out);

enum call_credit_by {
	CALL_CREDIT_NONE,
	/* The candidates agree on the source: texts below. */
	CALL_CREDIT_SOURCE,
	/* One visit: its own source, campaign, keyword ... are copied. */
	CALL_CREDIT_VISIT
};

/* The verdict of lib/core/attrib. Whatever it says, a number with a source
 * tracker is credited to the tracker, with certainty. */
struct call_credit {
	enum call_credit_by by;
	struct visit_id visit; /* the best one, also when only SOURCE */
	struct lease_id lease;
	uint16_t probability_bp; /* of what `by` credits */
	struct slice source;     /* SOURCE only */
	struct slice medium;
	struct slice campaign;
	uint32_t rule_version;
	struct slice evidence; /* JSON, or empty */
};

/* One transaction: call, attribution, caller, recording, roll-ups, usage and
 * the jobs that follow. credit NULL: none. now_us: for rows made now.
 * ERR_BUSY, as ever: again, and judged again, as the visit that it is credited
 * to may have been deleted since. */
RT_MUST_USE enum err db_call_closed(struct db *db, struct company_id company,
    const struct callrec *r, const struct call_credit *credit, int64_t now_us);

/* The same as part of the caller's transaction; what it adds to sums that are
 * not its own waits in *later (db_call_later.h). */
RT_MUST_USE enum err db_call_closed_with(struct db *db,
    struct company_id company, const struct callrec *r,
    const struct call_credit *credit, struct call_later *later, int64_t now_us);

/* Attribution again, under another rule; roll-ups move with it. The call must
 * be closed: ERR_CONFLICT. ERR_BUSY: as above. */
RT_MUST_USE enum err db_call_credit(struct db *db, struct company_id company,
    struct call_id call, const struct call_credit *credit);

struct call_state {
	bool closed;
	enum callresult result; /* of a closed one */
	uint32_t last_seq;
};

RT_MUST_USE enum err db_call_state(struct db *db, struct company_id company,
    struct call_id call, struct call_state *out);

#endif
