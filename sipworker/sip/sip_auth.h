/*
 * sip_auth.h - digest authentication, the client's side (RFC 7616, 8760).
 *
 * sip_auth_choose() reads the challenges of a 401 or 407: of each realm it
 * keeps the strongest that we can answer (SHA-256 before MD5, each also -sess;
 * qop=auth or none). A proxy on the way and who is behind it may both ask, one
 * after the other or in one response (RFC 3261 16.7, 22.3). sip_auth_put()
 * writes the header lines for a request. The struct lives with the trunk or
 * leg: later requests use the nonces again with a rising nc, and a second
 * challenge of one realm is answered only when it says stale (never loop).
 */
#ifndef RT_SIP_AUTH_H
#define RT_SIP_AUTH_H

#include "sipworker/sip/sip_msg.h"

#define SIP_AUTH_TEXT_MAX   512
#define SIP_AUTH_REALMS_MAX 3
#define SIP_AUTH_CNONCE_MAX 64

/* Who asked, and how. */
struct sip_auth_realm {
	bool proxy; /* Proxy-Authorization */
	bool sha256;
	bool sess;
	bool qop_auth;
	bool named;         /* it named its algorithm; the answer repeats it */
	unsigned int tries; /* challenges since the last success */
	uint32_t nc;
	/* realm, nonce and opaque as sent (escapes in place), one after another
	 */
	uint16_t realm_n;
	uint16_t nonce_n;
	uint16_t opaque_n;
	char text[SIP_AUTH_TEXT_MAX];
	char cnonce[SIP_AUTH_CNONCE_MAX]; /* -sess: that of the first answer */
};

struct sip_auth {
	uint8_t n; /* 0: no challenge was taken */
	struct sip_auth_realm realm[SIP_AUTH_REALMS_MAX];
};

struct sip_auth_user {
	struct slice name;
	struct slice password;
};

/* Takes the challenges of a 401/407, all or none. ERR_NOTFOUND: none that we
 * support; ERR_DENIED: one of them was answered already and is not stale, or it
 * is the third in a row, or more realms ask than we keep: give up; ERR_TOOBIG:
 * longer than SIP_AUTH_TEXT_MAX. */
RT_MUST_USE enum err sip_auth_choose(struct sip_auth *a,
    const struct sip_msg *response);
/* A request was accepted: the next challenge may be answered again. */
void sip_auth_accepted(struct sip_auth *a);
/* Who asks next asks for the first time. */
void sip_auth_forget(struct sip_auth *a);
/* Appends the (Proxy-)Authorization lines and counts nc up. uri is the
 * Request-URI as sent; cnonce at least 8 characters of [0-9a-z], fresh, shorter
 * than SIP_AUTH_CNONCE_MAX. Writes nothing when there was no challenge. */
void sip_auth_put(struct buf *b, struct sip_auth *a,
    const struct sip_auth_user *user, struct slice method, struct slice uri,
    struct slice cnonce);

#endif
