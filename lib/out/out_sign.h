/*
 * out_sign.h - proof for the receiver that a request is ours, and recent.
 *
 * Our form, header Ringtrace-Signature:
 *
 *	t=<unix seconds>,v1=<hex of HMAC-SHA-256(secret, "<t>." body)>
 *
 * The receiver computes the same, compares in constant time, and refuses a t
 * that is more than five minutes away. The other form is for receivers written
 * for CallRail (header Signature): base64 of HMAC-SHA-1(secret, body).
 */
#ifndef RT_OUT_OUT_SIGN_H
#define RT_OUT_OUT_SIGN_H

#include "lib/base/buf.h"

#define OUT_SIGN_SECRET_MAX 64 /* bytes */

/* Appends the header's value. ERR_TOOBIG: the secret is too long. */
RT_MUST_USE enum err out_sign_v1(struct slice secret, int64_t unix_s,
    struct slice body, struct buf *out);
RT_MUST_USE enum err out_sign_sha1(struct slice secret, struct slice body,
    struct buf *out);

#endif
