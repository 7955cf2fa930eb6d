/*
 * flow_rule.h - steps that decide at once: hours, geography, nearest, source,
 * caller, split.
 */
#ifndef RT_CORE_FLOW_RULE_H
#define RT_CORE_FLOW_RULE_H

#include "lib/core/flow_act.h"
#include "lib/core/geo.h"
#include "lib/core/hours.h"

void flow_rule_hours(struct flow_act *a);
void flow_rule_geography(struct flow_act *a);
void flow_rule_nearest(struct flow_act *a);
void flow_rule_source(struct flow_act *a);
void flow_rule_caller(struct flow_act *a);
void flow_rule_split(struct flow_act *a);

/* Where the caller's number belongs. False: nowhere known. */
bool flow_rule_place(const struct flow_act *a, struct geo_place *out);
/* Seconds since 1970 on the clocks of a zone (snapshot row; FLOW_NO_ROW: the
 * company's; UTC when there is none). */
int64_t flow_rule_local_s(const struct flow_env *env, uint32_t zone);

#endif
