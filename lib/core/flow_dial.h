/*
 * flow_dial.h - forward and group: who rings, who wins, what they hear.
 *
 * A forward is a group of one. Members that cannot be called now (closed, not
 * for this region, gone) are sorted out first; the rest are rung in rounds, by
 * the group's mode, until one takes the call or none is left. A destination
 * with limits is asked for before it rings and given back when it does not
 * take the call.
 */
#ifndef RT_CORE_FLOW_DIAL_H
#define RT_CORE_FLOW_DIAL_H

#include "lib/core/flow_act.h"

void flow_dial_enter(struct flow_act *a);
void flow_dial_event(struct flow_act *a, const struct flow_event *ev);

#endif
