/*
 * b64.h - base64 (RFC 4648 4) of bytes that leave the house: mail, signatures.
 */
#ifndef RT_BASE_B64_H
#define RT_BASE_B64_H

#include "lib/base/buf.h"

/* Appends in, padded. line: a CR LF follows every so many characters and the
 * last ones (RFC 2045 6.8: 76), a multiple of 4; 0: one run. */
void b64_put(struct buf *out, const void *in, size_t n, size_t line);

#endif
