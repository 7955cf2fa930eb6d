/*
 * sip_addr.h - From, To, Contact, Route and their like: name-addr or
 * addr-spec with parameters (RFC 3261 20.10).
 */
#ifndef RT_SIP_ADDR_H
#define RT_SIP_ADDR_H

#include "sipworker/sip/sip_uri.h"

struct sip_addr {
	struct slice display; /* as sent, quotes and escapes in place */
	struct slice uri_text;
	struct sip_uri uri;
	struct slice params; /* of the header, not of the URI */
	struct slice tag;    /* the tag parameter; empty when there is none */
	bool star;           /* Contact: * */
};

/* All of one value (an element of a comma list). Without <> all parameters
 * belong to the header (RFC 3261 20.10). */
RT_MUST_USE enum err sip_addr_parse(struct slice s, struct sip_addr *out);
/* Appends the display name for people: unquoted, control bytes left out. */
void sip_addr_put_display(struct buf *b, const struct sip_addr *a);
/* Appends s as a quoted-string; control bytes are left out. */
void sip_addr_put_quoted(struct buf *b, struct slice s);

#endif
