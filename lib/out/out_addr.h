/*
 * out_addr.h - may a request that a customer typed in go to this address?
 *
 * Pure. Yes only for unicast addresses of the public internet: everything in
 * the registries of special purpose addresses (RFC 6890, IANA) is refused, and
 * an IPv6 address that carries an IPv4 one (mapped, 6to4, NAT64) is judged by
 * that one as well.
 */
#ifndef RT_OUT_OUT_ADDR_H
#define RT_OUT_OUT_ADDR_H

#include "lib/base/err.h"

/* ip in host byte order. */
bool out_addr_public4(uint32_t ip);
/* ip in network order, as in struct in6_addr. */
bool out_addr_public6(const uint8_t ip[16]);

#endif
