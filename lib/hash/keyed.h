/*
 * keyed.h - SipHash-2-4: a short keyed hash that an outsider cannot steer.
 *
 * For hash tables over bytes from the network, and for unguessable tokens from
 * a counter and a secret. Not for passwords or signatures.
 */
#ifndef RT_HASH_KEYED_H
#define RT_HASH_KEYED_H

#include "lib/base/slice.h"

#define KEYED_KEY_BYTES 16

/* The parts are hashed with their lengths, so ("ab", "c") and ("a", "bc")
 * differ. */
uint64_t keyed_u64(const uint8_t key[KEYED_KEY_BYTES],
    const struct slice *parts, size_t n);
/* SipHash-2-4 of exactly these bytes: the published function. */
uint64_t keyed_bytes(const uint8_t key[KEYED_KEY_BYTES], const void *p,
    size_t n);

#endif
