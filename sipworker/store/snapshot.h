/*
 * snapshot.h - builds the engine's configuration from the database.
 *
 * Reads everything at once (db_snap), unseals the trunks' passwords, compiles
 * the flow documents and gives every number its flow. A number without a flow
 * but with a destination gets a flow of one forward step. What is broken is
 * left out and logged with its id, so that one bad row stops nobody's calls.
 * What keep holds from an earlier snapshot is neither read nor compiled again.
 */
#ifndef RT_STORE_SNAPSHOT_H
#define RT_STORE_SNAPSHOT_H

#include "lib/base/buf.h"
#include "lib/db/db.h"
#include "lib/flow/flowkeep.h"
#include "lib/hash/seal.h"
#include "sipworker/store/prompts.h"

/* Appends the block of lib/core/snap to out, which is secret: it holds
 * passwords. *version is the configuration's. Errors of the database as db.h
 * says; ERR_TOOBIG, ERR_NOMEM. */
RT_MUST_USE enum err snapshot_build(struct db *db, const struct seal_key *key,
    const struct prompts *prompts, struct flowkeep *keep, struct buf *out,
    uint64_t *version);

#endif
