/*
 * flowsnap.h - the engine's snapshot from what the database holds: flows are
 * compiled, names become rows, zones become transitions.
 *
 * The store builds it for all companies; whoever tries a flow builds a small
 * one of one company, with the same code, so that a trial finds the same
 * destinations, prompts and hours as a call.
 */
#ifndef RT_FLOW_FLOWSNAP_H
#define RT_FLOW_FLOWSNAP_H

#include "lib/core/snap_write.h"
#include "lib/db/db_snap.h"
#include "lib/flow/flowkeep.h"
#include "lib/json/flow_json.h"

struct flowsnap_prompts {
	const struct snap_prompt *row;
	size_t n;
	bool (*find)(const void *arg, struct company_id company,
	    struct slice key, uint32_t *row);
	const void *arg;
};

/* Appends the block to out. Trunks' passwords are the caller's to set before.
 * Versions that keep has need no document; what it has and in has not, it
 * forgets. A flow that does not compile is left out and logged: its numbers
 * have none, and flows that go to it hang up. Errors as snap_write();
 * ERR_NOMEM. */
RT_MUST_USE enum err flowsnap_build(const struct db_snap *in,
    const struct flowsnap_prompts *prompts, struct flowkeep *keep,
    struct arena *mem, struct buf *out);

/* The same, strict about one flow: ERR_SYNTAX when it does not compile, and
 * *errors says why, warnings too. The prompts may grow while it is compiled:
 * those beyond prompts->n are not in the block. */
RT_MUST_USE enum err flowsnap_try(const struct db_snap *in,
    const struct flowsnap_prompts *prompts, struct flow_id strict,
    struct arena *mem, struct buf *out, struct flow_json_errors *errors);

/* The zone's changes in the form of lib/core/zone, from 2000 to 2050. False:
 * no such zone. */
bool flowsnap_zone(struct slice name, struct buf *out);

#endif
