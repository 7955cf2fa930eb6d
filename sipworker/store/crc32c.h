/*
 * crc32c.h - the Castagnoli check sum (RFC 3720 appendix B.4).
 *
 * Finds damage, not attackers.
 */
#ifndef RT_STORE_CRC32C_H
#define RT_STORE_CRC32C_H

#include "lib/base/rt.h"

/* Continues sum over n more bytes; begin with 0. */
uint32_t crc32c_more(uint32_t sum, const void *p, size_t n);

#endif
