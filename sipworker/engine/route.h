/*
 * route.h - where an attempt goes and what it says of the caller: next hop,
 * request URI, From, To and Call-ID.
 */
#ifndef RT_ENGINE_ROUTE_H
#define RT_ENGINE_ROUTE_H

#include "sipworker/engine/slots.h"

/* Fills hop, uri, from, to, call_id, target, destination and trunk of the leg.
 * to: "+15551230000", "sip:user@1.2.3.4" or "dst_...". 0, or 404: there is no
 * way there, or it is another company's; 503: its trunk is at a limit. */
unsigned int route_leg(struct engine *e, const struct call *c, struct leg *l,
    struct slice to, enum flow_show show);
/* In words. */
const char *route_why(unsigned int status);

#endif
