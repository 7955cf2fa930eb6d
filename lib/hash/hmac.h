/*
 * hmac.h - HMAC-SHA-256 and HMAC-SHA-1 (RFC 2104, FIPS 180-4).
 *
 * SHA-1 is here only for receivers that know nothing newer.
 */
#ifndef RT_HASH_HMAC_H
#define RT_HASH_HMAC_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

#define HMAC_SHA256_BYTES 32
#define HMAC_SHA1_BYTES   20

/* Of the parts in order, as if they were one text. Separate them yourself
 * where one could run into the next. ERR_NOMEM, ERR_INTERNAL. */
RT_MUST_USE enum err hmac_sha256(struct slice key, const struct slice *parts,
    size_t n, uint8_t out[HMAC_SHA256_BYTES]);

/* key: at most 64 bytes, else ERR_TOOBIG. ERR_INTERNAL: the library refused. */
RT_MUST_USE enum err hmac_sha1(struct slice key, struct slice text,
    uint8_t out[HMAC_SHA1_BYTES]);

#endif
