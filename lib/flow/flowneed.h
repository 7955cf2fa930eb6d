/*
 * flowneed.h - of a company what one of its flows needs: the destinations that
 * are named in it and in the flows it may come to, those flows, and the trunks.
 *
 * Whoever tries a flow needs no more, and a company may have thousands of each.
 */
#ifndef RT_FLOW_FLOWNEED_H
#define RT_FLOW_FLOWNEED_H

#include "lib/db/db_snap.h"

/* One consistent reading, without numbers and networks. draft: has its company
 * and document; it stands in the place of what is published of its flow. id
 * nil: it is none yet. Texts are in mem. ERR_BUSY: the configuration changed
 * meanwhile, read again. */
RT_MUST_USE enum err flowneed_read(struct db *db,
    const struct db_snap_flow *draft, struct arena *mem, struct db_snap *out);

#endif
