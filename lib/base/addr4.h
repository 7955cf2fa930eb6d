/*
 * addr4.h - an IPv4 address and UDP port, as SIP and RTP carry them.
 *
 * Both in host byte order, so the pure rooms need no socket header. IPv6 is not
 * supported by the worker.
 */
#ifndef RT_BASE_ADDR4_H
#define RT_BASE_ADDR4_H

#include "lib/base/buf.h"

struct addr4 {
	uint32_t ip;   /* 0x7f000001 is 127.0.0.1 */
	uint16_t port; /* 0: none */
};

/* "255.255.255.255:65535" and its NUL. */
#define ADDR4_TEXT_MAX 22

/* Dotted quad, four decimal numbers of 1 to 3 digits and nothing else. */
RT_MUST_USE enum err addr4_ip(struct slice s, uint32_t *out);
/* "a.b.c.d:port" or "a.b.c.d", which gives default_port. */
RT_MUST_USE enum err addr4_parse(struct slice s, uint16_t default_port,
    struct addr4 *out);
void addr4_put_ip(struct buf *b, uint32_t ip);
void addr4_text(struct addr4 a, char out[ADDR4_TEXT_MAX]);
bool addr4_eq(struct addr4 a, struct addr4 b);
/* RFC 1918, 6598, link-local: addresses that mean nothing to a peer outside.
 * Loopback is not among them. */
bool addr4_is_private(uint32_t ip);

#endif
