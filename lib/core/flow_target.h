/*
 * flow_target.h - the members of a forward or group: who they are, whether they
 * may be called now, and who of them rings next.
 *
 * A forward is a group of one. Works on the step that the run is in.
 */
#ifndef RT_CORE_FLOW_TARGET_H
#define RT_CORE_FLOW_TARGET_H

#include "lib/core/flow_act.h"
#include "lib/core/snap.h"

/* One member, as the flow and the snapshot say. */
struct flow_target {
	struct slice text; /* "dst_...", "+number" or "sip:..." */
	uint32_t trunk;
	uint32_t ring_s;
	bool known; /* d is the destination's row */
	struct snap_destination d;
};

size_t flow_target_count(const struct flow_act *a);
/* i below the count. */
void flow_target_of(const struct flow_act *a, size_t i, struct flow_target *t);
/* Must a place be asked for before it rings? */
bool flow_target_limited(const struct flow_target *t);
/* Why the member may not be called now; FLOW_LOST_COUNT: it may. */
enum flow_lost flow_target_obstacle(const struct flow_act *a, size_t i);

/* Sets of members: bit i is member i. */
uint32_t flow_target_untried(const struct flow_act *a);
enum flow_mode flow_target_mode(const struct flow_act *a);
/* Who of the set, which is not empty, rings now. */
uint32_t flow_target_choose(struct flow_act *a, uint32_t set);

#endif
