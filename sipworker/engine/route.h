/*
 * route.h - where an attempt goes and what it says of the caller: next hop,
 * request URI, From, To and Call-ID.
 */
#ifndef RT_ENGINE_ROUTE_H
#define RT_ENGINE_ROUTE_H

#include "sipworker/engine/slots.h"

enum route_end {
	ROUTE_FOUND,
	ROUTE_NO_WAY,    /* there is none, or it is another company's */
	ROUTE_TRUNK_OFF, /* it goes by a trunk that is disabled, or gone */
	ROUTE_TRUNK_IN,  /* ... that only brings calls */
	ROUTE_FULL       /* its trunk is at a limit */
};

/* Fills hop, uri, from, to, call_id, target, destination and trunk of the leg.
 * to: "+15551230000", "sip:user@1.2.3.4" or "dst_...". The leg's trunk is what
 * the step names; the destination's own goes before it. Who names a trunk gets
 * that trunk or none: another may cost more, or show the wrong number, so a
 * flow that wants another says so in its failure branch. */
enum route_end route_leg(struct engine *e, const struct call *c, struct leg *l,
    struct slice to, enum flow_show show);
/* What it is as a final answer; in words. Not of ROUTE_FOUND. */
uint16_t route_status(enum route_end end);
const char *route_why(enum route_end end);

#endif
