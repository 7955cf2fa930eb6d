/*
 * utf8.h - is this text, and if not, what of it is (RFC 3629).
 */
#ifndef RT_BASE_UTF8_H
#define RT_BASE_UTF8_H

#include "lib/base/buf.h"

/* Length in bytes of the well-formed character at the front of s: 1 to 4; 0
 * when there is none (empty, overlong, surrogate, beyond U+10FFFF, cut). */
size_t utf8_next(struct slice s, uint32_t *code_point);
/* True when all of s is well-formed. NUL bytes count as characters. */
bool utf8_valid(struct slice s);
/* Characters in s; each ill-formed byte counts as one. */
size_t utf8_count(struct slice s);
/* The longest prefix of s that is at most max bytes and cuts no character. */
struct slice utf8_head(struct slice s, size_t max);
/* Whether part is somewhere in s, where a letter of the Latin, Greek or
 * Cyrillic alphabets is the same in either case. The empty slice is in every
 * one. */
bool utf8_has_case(struct slice s, struct slice part);
/* s with small letters, in out, which has room for s.n bytes: as many as it
 * takes. Capitals and small letters as above; what is ill-formed stays. */
struct slice utf8_small(struct slice s, char *out);
/* Order of names as people look them up: letters as above, and those of Latin
 * with an accent beside their plain ones. 0: the same by that. */
int utf8_cmp_name(struct slice a, struct slice b);
/* Appends s to out with each ill-formed byte and each control character but
 * tab and newline as U+FFFD. */
void utf8_clean(struct slice s, struct buf *out);

#endif
