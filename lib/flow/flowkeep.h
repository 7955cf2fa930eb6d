/*
 * flowkeep.h - published flows, each compiled once.
 *
 * A published version never changes, so its document is compiled when it is
 * first met and kept for all later snapshots. Prompts, destinations, trunks,
 * zones and other flows are rows, and rows move with every change of the
 * configuration: the kept form holds their names, and whoever builds a snapshot
 * writes the rows into a copy (flow_refs()). Not thread-safe.
 */
#ifndef RT_FLOW_FLOWKEEP_H
#define RT_FLOW_FLOWKEEP_H

#include "lib/core/flow.h"
#include "lib/db/db_snap.h"
#include "lib/phone/tz_file.h"

struct flowkeep;

RT_MUST_USE enum err flowkeep_new(struct flowkeep **out);
/* NULL is allowed. */
void flowkeep_free(struct flowkeep *k);

/* Snapshots find their zones among these, which stay the caller's, and not in
 * the system's files: for who has given its files away. */
void flowkeep_set_zones(struct flowkeep *k, const struct tz_file_all *zones);
/* NULL: the files. */
const struct tz_file_all *flowkeep_zones(const struct flowkeep *k);

/* Is f's version kept? Then nobody needs its document. arg: a flowkeep. */
bool flowkeep_has(const void *arg, const struct db_snap_flow *f);

/* Borrowed until flowkeep_sweep(). */
struct flowkeep_flow {
	struct slice compiled; /* rows: FLOW_NO_ROW, prompts 0 */
	const struct flow_ref *refs;
	size_t n_refs;
};

/* What is kept of f, or what f->document is compiled to and kept from now on.
 * ERR_SYNTAX: it is no flow, logged when that was found out; ERR_NOMEM. */
RT_MUST_USE enum err flowkeep_get(struct flowkeep *k,
    const struct db_snap_flow *f, struct flowkeep_flow *out);

/* Forgets what nobody asked for since the last time. */
void flowkeep_sweep(struct flowkeep *k);

#endif
