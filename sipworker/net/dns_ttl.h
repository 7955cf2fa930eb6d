/*
 * dns_ttl.h - how long a DNS answer may be kept: the lowest TTL of its answer
 * section (RFC 1035 4.1). c-ares tells it for addresses, but not for SRV.
 */
#ifndef RT_NET_DNS_TTL_H
#define RT_NET_DNS_TTL_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

/* ERR_SYNTAX: the message is broken; ERR_NOTFOUND: it answers nothing. A TTL
 * with its highest bit set is 0 (RFC 2181 8). */
RT_MUST_USE enum err dns_ttl(struct slice message, uint32_t *seconds);

#endif
