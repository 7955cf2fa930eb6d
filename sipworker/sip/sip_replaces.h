/*
 * sip_replaces.h - the Replaces header (RFC 3891 6.1): which dialog a new one
 * is to take the place of; alone, and as it stands in the URI of a Refer-To
 * (RFC 5589 7).
 */
#ifndef RT_SIP_REPLACES_H
#define RT_SIP_REPLACES_H

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/slice.h"

#define SIP_REPLACES_MAX 255

struct sip_replaces {
	struct slice call_id;
	struct slice to_tag; /* of whoever gets the INVITE */
	struct slice from_tag;
	bool early_only;
};

/* Borrows from value. ERR_SYNTAX: also with a tag missing or said twice. */
RT_MUST_USE enum err sip_replaces_parse(struct slice value,
    struct sip_replaces *out);

/* The headers of a URI ("Replaces=a%40h%3Bto-tag%3D1%3Bfrom-tag%3D2"): when
 * they are one Replaces and nothing else, its value is appended to *value,
 * whole and well-formed. ERR_SYNTAX, ERR_TOOBIG. */
RT_MUST_USE enum err sip_replaces_of_uri(struct slice headers,
    struct buf *value);

#endif
