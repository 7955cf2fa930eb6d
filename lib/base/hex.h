/*
 * hex.h - bytes as lower-case hexadecimal text and back.
 */
#ifndef RT_BASE_HEX_H
#define RT_BASE_HEX_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

/* Writes 2 * n digits and a NUL. */
void hex_encode(const void *in, size_t n, char *out);
/* ERR_SYNTAX: s is not exactly 2 * n hexadecimal digits of either case. */
RT_MUST_USE enum err hex_decode(struct slice s, void *out, size_t n);
/* 0 to 15, or -1. */
int hex_value(char c);

#endif
