/*
 * sip_uri.h - sip:, sips: and tel: URIs (RFC 3261 19.1, RFC 3966).
 *
 * The parts are slices of the input, escapes still in place. Other schemes are
 * kept whole.
 */
#ifndef RT_SIP_URI_H
#define RT_SIP_URI_H

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/slice.h"

enum sip_uri_scheme {
	SIP_URI_SIP,
	SIP_URI_SIPS,
	SIP_URI_TEL,
	SIP_URI_OTHER
};

struct sip_uri {
	enum sip_uri_scheme scheme;
	struct slice user;     /* tel: the subscriber number; may be empty */
	struct slice password; /* never used, never copied on */
	struct slice host;     /* name, dotted quad or [v6]; empty for tel: */
	uint16_t port;         /* 0: none */
	struct slice params;   /* from the first ';', checked */
	struct slice headers;  /* after '?' */
};

/* All of s. ERR_SYNTAX. */
RT_MUST_USE enum err sip_uri_parse(struct slice s, struct sip_uri *out);
/* Is there this parameter, with whatever value? */
bool sip_uri_has(const struct sip_uri *u, struct slice param);

#define SIP_URI_NUMBER_MAX 64

/* Appends s with every byte outside RFC 3261's user set as %xx. */
void sip_uri_put_user(struct buf *b, struct slice s);

#endif
