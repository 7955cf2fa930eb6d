/*
 * nexthop.h - where a trunk or destination is: "192.0.2.1", "192.0.2.1:5060",
 * "sip.carrier.example" or "sip.carrier.example:5070".
 *
 * Whether a port is named matters: a name without one is looked up by its SRV
 * records first (RFC 3263 4).
 */
#ifndef RT_CORE_NEXTHOP_H
#define RT_CORE_NEXTHOP_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

#define NEXTHOP_NAME_MAX 253 /* RFC 1035 2.3.4 */

struct nexthop {
	uint32_t ip;       /* host order; 0: it is a name */
	uint16_t port;     /* 0: none was named */
	struct slice name; /* "" when it is an address */
};

/* A host name as RFC 1123 2.1 has it, "_" allowed: labels of letters, digits
 * and inner hyphens; the last one is no number. */
bool nexthop_is_name(struct slice s);
/* ERR_SYNTAX. The name borrows from text. */
RT_MUST_USE enum err nexthop_parse(struct slice text, struct nexthop *out);

/* Is it "sip:user@host:port;parameters", user and port and parameters or not,
 * with a host to call? Visible ASCII without < > and quotes: it is written into
 * requests. Not one that wants a transport other than UDP, another place than
 * its host (maddr), or header fields ("?"): it would not be called as it says.
 */
bool nexthop_is_sip(struct slice uri);

#endif
