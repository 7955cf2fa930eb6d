/*
 * scan.h - small scanners that take from the front of a slice.
 *
 * Each advances *s past what it took and writes its output only on ERR_OK; on
 * any other result *s is untouched. Parsers call them on a copy and reject
 * what is left over.
 */
#ifndef RT_BASE_SCAN_H
#define RT_BASE_SCAN_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

/* 1*DIGIT. ERR_SYNTAX: no digit in front; ERR_RANGE: larger than the type. */
RT_MUST_USE enum err scan_u64(struct slice *s, uint64_t *out);
RT_MUST_USE enum err scan_u32(struct slice *s, uint32_t *out);
RT_MUST_USE enum err scan_u16(struct slice *s, uint16_t *out);
/* ["-"] 1*DIGIT */
RT_MUST_USE enum err scan_i64(struct slice *s, int64_t *out);

/* 1*( SP / HTAB ) */
RT_MUST_USE enum err scan_blanks(struct slice *s);
/* *( SP / HTAB ): never fails. */
void scan_skip_blanks(struct slice *s);

/* RFC 3261 25.1 token, which equals RFC 9110's but for "`" and "'". */
RT_MUST_USE enum err scan_token(struct slice *s, struct slice *out);
/* True for the characters of such a token. */
bool scan_is_token_char(char c);
bool scan_is_digit(char c);
bool scan_is_alpha(char c);
bool scan_is_alnum(char c);
bool scan_is_hex(char c);

/* Exactly this byte. */
RT_MUST_USE enum err scan_byte(struct slice *s, char c);
/* Exactly these bytes; the _case form ignores ASCII case. */
RT_MUST_USE enum err scan_lit(struct slice *s, struct slice lit);
RT_MUST_USE enum err scan_lit_case(struct slice *s, struct slice lit);

/* Everything before the first c, which stays. ERR_SYNTAX: no c. */
RT_MUST_USE enum err scan_until(struct slice *s, char c, struct slice *out);

/* The whole of s is one number, nothing around it. */
RT_MUST_USE enum err scan_whole_u64(struct slice s, uint64_t max,
    uint64_t *out);

#endif
