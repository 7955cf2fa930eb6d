/*
 * act.h - carries out one action of the interpreter on a live call.
 */
#ifndef RT_ENGINE_ACT_H
#define RT_ENGINE_ACT_H

#include "sipworker/engine/slots.h"

void act(struct engine *e, struct call *c, const struct flow_do *d);

#endif
