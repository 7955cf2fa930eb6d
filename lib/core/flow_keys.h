/*
 * flow_keys.h - steps that ask the caller for keys: menu, gather, challenge.
 *
 * A key during a prompt stops it (barge-in). A wrong key or silence plays its
 * own prompt, then the question again, until its count is used up.
 */
#ifndef RT_CORE_FLOW_KEYS_H
#define RT_CORE_FLOW_KEYS_H

#include "lib/core/flow_act.h"

void flow_keys_menu(struct flow_act *a);
void flow_keys_menu_event(struct flow_act *a, const struct flow_event *ev);
void flow_keys_gather(struct flow_act *a);
void flow_keys_gather_event(struct flow_act *a, const struct flow_event *ev);
void flow_keys_challenge(struct flow_act *a);
void flow_keys_challenge_event(struct flow_act *a, const struct flow_event *ev);

#endif
