/*
 * slice.h - a borrowed run of bytes: pointer and length, no NUL.
 *
 * The bytes belong to somebody else and must outlive the slice. An empty slice
 * may have a NULL pointer. Comparison "case" means ASCII letters only.
 */
#ifndef RT_BASE_SLICE_H
#define RT_BASE_SLICE_H

#include "lib/base/rt.h"

struct slice {
	const char *p;
	size_t n;
};

/* A slice of a string literal; SLICE_INIT is for static initialisers. */
#define SLICE(lit) ((struct slice){ (lit), sizeof(lit) - 1 })
#define SLICE_INIT(lit)                \
	{                              \
		(lit), sizeof(lit) - 1 \
	}

/* What printf's "%.*s" takes. Truncates beyond INT_MAX. */
#define SLICE_FMT(s) slice_fmt_len(s), ((s).p == NULL ? "" : (s).p)

/* cstr may be NULL, which gives the empty slice. */
struct slice slice_from(const char *cstr);
struct slice slice_of(const void *p, size_t n);
int slice_fmt_len(struct slice s);

bool slice_eq(struct slice a, struct slice b);
bool slice_eq_case(struct slice a, struct slice b);
bool slice_eq_cstr(struct slice a, const char *b);
bool slice_starts(struct slice s, struct slice prefix);
bool slice_starts_case(struct slice s, struct slice prefix);
bool slice_ends(struct slice s, struct slice suffix);

/* memcmp order, the shorter of two equal prefixes first. */
int slice_cmp(struct slice a, struct slice b);
/* The same order after ASCII lower-casing: for sorted keyword tables. */
int slice_cmp_case(struct slice a, struct slice b);

/* Index of the first c at or after from; s.n when there is none. */
size_t slice_find(struct slice s, char c, size_t from);
/* Index of the first occurrence of needle; s.n when there is none. An empty
 * needle is found at 0. */
size_t slice_find_slice(struct slice s, struct slice needle);

/* s without its first n bytes (empty when n > s.n). */
struct slice slice_skip(struct slice s, size_t n);
/* The first n bytes of s (all of s when n > s.n). */
struct slice slice_head(struct slice s, size_t n);
/* s without blanks and tabs, CR and LF at both ends. */
struct slice slice_trim(struct slice s);

/* Cuts the part before the first c off the front of *rest, and c with it.
 * Returns false, with the whole rest in *part, when there is no c. */
bool slice_cut(struct slice *rest, char c, struct slice *part);

/* Copies into out as a C string. False, leaving out empty, when s does not fit
 * with its NUL or holds one itself. cap must be at least 1. */
RT_MUST_USE bool slice_to_cstr(struct slice s, char *out, size_t cap);

#endif
