/*
 * digest.h - one-shot message digests, as lower-case hexadecimal text.
 *
 * The parts are hashed in order as if they were one text, so callers need not
 * paste. MD5 is here for SIP digest authentication only (RFC 7616).
 */
#ifndef RT_HASH_DIGEST_H
#define RT_HASH_DIGEST_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

#define DIGEST_SHA256_BYTES 32
/* With the NUL. */
#define DIGEST_SHA256_HEX 65
#define DIGEST_MD5_HEX    33

/* ERR_INTERNAL: the library refused, for example MD5 in a FIPS set-up. */
RT_MUST_USE enum err digest_sha256(const struct slice *parts, size_t n,
    uint8_t out[DIGEST_SHA256_BYTES]);
RT_MUST_USE enum err digest_sha256_hex(const struct slice *parts, size_t n,
    char out[DIGEST_SHA256_HEX]);
RT_MUST_USE enum err digest_md5_hex(const struct slice *parts, size_t n,
    char out[DIGEST_MD5_HEX]);

#endif
