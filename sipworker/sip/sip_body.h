/*
 * sip_body.h - the session description of a message, be it the whole body or a
 * part of it (multipart/mixed, RFC 5621): carriers put ISUP, location or
 * metadata beside it.
 */
#ifndef RT_SIP_BODY_H
#define RT_SIP_BODY_H

#include "sipworker/sip/sip_msg.h"

#define SIP_BODY_PARTS_MAX 16
#define SIP_BODY_MARK_MAX  70 /* RFC 2046 5.1.1 */

/* Borrowed from the message. Empty: there is none, or it is encoded, or what
 * should hold it is broken. */
struct slice sip_body_sdp(const struct sip_msg *m);

#endif
