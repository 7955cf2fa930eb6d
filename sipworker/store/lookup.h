/*
 * lookup.h - who is calling, for the flow of a call that has just come in.
 *
 * The likeliest visit at this moment, by the same rule that settles the
 * attribution when the call is closed, and whether the caller is known. Runs on
 * a connection of its own whose time-out is shorter than the engine's patience.
 */
#ifndef RT_STORE_LOOKUP_H
#define RT_STORE_LOOKUP_H

#include "lib/core/flow_run.h"
#include "lib/db/db.h"
#include "lib/phone/phone.h"

/* Where a caller's number is from; "": nobody can say. */
struct lookup_where {
	char country[3];
	char place[PHONE_PLACE_MAX];
};
void lookup_where(struct slice caller, struct lookup_where *out);

struct lookup {
	struct call_id call;
	struct company_id company;
	struct number_id number;
	int64_t at_us;       /* wall time */
	struct slice caller; /* E.164 or "" */
};

/* *out is zeroed first; with no candidate it stays empty. Errors as db.h. */
RT_MUST_USE enum err lookup_facts(struct db *db, const struct lookup *in,
    struct flow_facts *out);

#endif
