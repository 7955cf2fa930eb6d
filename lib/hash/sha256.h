/*
 * sha256.h - SHA-256 (FIPS 180-4) over bytes that come piece by piece.
 */
#ifndef RT_HASH_SHA256_H
#define RT_HASH_SHA256_H

#include "lib/base/err.h"

#define SHA256_BYTES 32

struct sha256;

/* The caller owns *out. ERR_NOMEM, ERR_INTERNAL: the library refused. */
RT_MUST_USE enum err sha256_new(struct sha256 **out);
RT_MUST_USE enum err sha256_more(struct sha256 *h, const void *p, size_t n);
/* The digest of everything given; nothing can be added after it. */
RT_MUST_USE enum err sha256_end(struct sha256 *h, uint8_t out[SHA256_BYTES]);
/* NULL is allowed. */
void sha256_free(struct sha256 *h);

#endif
