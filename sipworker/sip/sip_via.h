/*
 * sip_via.h - one Via value and where the response to it goes.
 */
#ifndef RT_SIP_VIA_H
#define RT_SIP_VIA_H

#include "lib/base/addr4.h"
#include "lib/base/buf.h"

#define SIP_VIA_PORT 5060

struct sip_via {
	struct slice transport; /* "UDP" */
	struct slice host;
	uint16_t port; /* 0: none given, which means 5060 */
	struct slice branch;
	struct slice received;
	bool has_rport; /* RFC 3581 */
	uint16_t rport; /* 0: empty */
	struct slice params;
};

/* RFC 3261's magic cookie: such branches are unique by themselves. */
#define SIP_VIA_COOKIE "z9hG4bK"

RT_MUST_USE enum err sip_via_parse(struct slice s, struct sip_via *out);
/* Does the branch begin with the cookie and go on? */
bool sip_via_is_unique(const struct sip_via *v);
/* Appends the value with received and rport filled in for a request that came
 * from `from` (RFC 3261 18.2.1, RFC 3581 4). */
void sip_via_put_received(struct buf *b, const struct sip_via *v,
    struct addr4 from);
/* Where the response goes: always the source address, never sent-by's host,
 * so that nobody is reflected at; with rport its port, else sent-by's. */
struct addr4 sip_via_reply_to(const struct sip_via *v, struct addr4 from);

#endif
