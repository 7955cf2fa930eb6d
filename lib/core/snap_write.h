/*
 * snap_write.h - builds a configuration snapshot (snap.h) from rows.
 */
#ifndef RT_CORE_SNAP_WRITE_H
#define RT_CORE_SNAP_WRITE_H

#include "lib/base/buf.h"
#include "lib/core/snap.h"

/* What snap_write() takes. numbers by e164 and destinations by id must be in
 * strictly rising byte order. flows[i].flow.bytes: the output of flow_write(),
 * the rest of flow is not read. */
struct snap_source {
	uint64_t config_version;
	const struct snap_trunk *trunks;
	size_t n_trunks;
	const struct snap_acl *acls;
	size_t n_acls;
	const struct snap_number *numbers;
	size_t n_numbers;
	const struct snap_flow *flows;
	size_t n_flows;
	const struct snap_destination *destinations;
	size_t n_destinations;
	const struct snap_prompt *prompts;
	size_t n_prompts;
	const struct snap_zone *zones;
	size_t n_zones;
};

/* Appends the block. ERR_CONFLICT: keys are not rising; ERR_RANGE: a row
 * refers to none, or a value is outside its range; ERR_TOOBIG. out is to be
 * thrown away unless ERR_OK. */
RT_MUST_USE enum err snap_write(const struct snap_source *src, struct buf *out);

#endif
