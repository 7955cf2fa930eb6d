/*
 * flow_leads.h - which other flows a flow leads to by itself.
 *
 * A call that goes on in another flow begins at its first step. Two flows that
 * lead to each other are an endless round unless the caller has a say on the
 * way; whoever looks for such rounds (lib/flow/flowround) needs of each flow
 * the goto steps that its first step leads to with nobody doing anything.
 */
#ifndef RT_CORE_FLOW_LEADS_H
#define RT_CORE_FLOW_LEADS_H

#include "lib/core/flow.h"

/* Says each such step once, with the flow it names. */
void flow_leads(const struct flow *f,
    void (*each)(void *arg, uint16_t step, struct slice flow), void *arg);

#endif
