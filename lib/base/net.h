/*
 * net.h - IP networks as people write them: 198.51.100.0/24, 2001:db8::/32.
 *
 * An address alone is a network of one. Bits behind the length are 0, so that
 * a mistyped length is seen; IPv4 is not written in IPv6's dress
 * (::ffff:0:0/96), as nobody would compare it with IPv4 then. Pure.
 */
#ifndef RT_BASE_NET_H
#define RT_BASE_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buf.h"

struct net {
	uint8_t ip[16]; /* in network order; IPv4: the first four */
	uint8_t bits;   /* of the network: 0 to 32 or 128 */
	bool v6;
};

/* All of v. ERR_SYNTAX. */
RT_MUST_USE enum err net_parse(struct slice v, struct net *out);
/* Appends it, always with its length, in the form of RFC 5952. */
void net_put(struct buf *b, const struct net *n);
bool net_eq(const struct net *a, const struct net *b);

#endif
