/*
 * hmac.h - HMAC-SHA-256 (RFC 2104, FIPS 180-4).
 */
#ifndef RT_HASH_HMAC_H
#define RT_HASH_HMAC_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

#define HMAC_SHA256_BYTES 32

/* Of the parts in order, as if they were one text. Separate them yourself
 * where one could run into the next. ERR_NOMEM, ERR_INTERNAL. */
RT_MUST_USE enum err hmac_sha256(struct slice key, const struct slice *parts,
    size_t n, uint8_t out[HMAC_SHA256_BYTES]);

#endif
