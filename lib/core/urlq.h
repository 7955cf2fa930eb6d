/*
 * urlq.h - takes the address of a page apart and reads its query (RFC 3986,
 * WHATWG URL 5.1 for the parameters).
 *
 * Only http and https addresses with a host; user names in them are refused.
 * Parts are borrowed from the address; the scheme is a constant in lower case.
 * Decoding is lenient, as browsers are: a '%' without two digits stays as it
 * is.
 */
#ifndef RT_CORE_URLQ_H
#define RT_CORE_URLQ_H

#include "lib/base/buf.h"

#define URLQ_MAX 2048 /* bytes of an address that we keep */

struct urlq {
	struct slice scheme;
	struct slice host;     /* as written; compare with slice_eq_case() */
	struct slice port;     /* "" when not given */
	struct slice path;     /* "/" at least */
	struct slice query;    /* without '?' */
	struct slice fragment; /* without '#' */
};

/* ERR_SYNTAX: not such an address, or it holds blanks or control bytes;
 * ERR_TOOBIG: longer than URLQ_MAX. */
RT_MUST_USE enum err urlq_split(struct slice url, struct urlq *out);

/* The next name=value pair of a query, both still encoded; pairs without a
 * name are skipped. False at the end. */
RT_MUST_USE bool urlq_next(struct slice *query, struct slice *name,
    struct slice *value);

/* Appends raw with %XX and '+' decoded; ill-formed UTF-8 and control bytes
 * become U+FFFD. */
void urlq_decode(struct slice raw, struct buf *out);

/* True when host is domain or lies below it, ASCII case ignored. */
bool urlq_host_is(struct slice host, struct slice domain);
/* host without a leading "www.". */
struct slice urlq_host_bare(struct slice host);
/* True when both hosts belong to one site: equal or one below the other, once
 * "www." is gone. */
bool urlq_same_site(struct slice a, struct slice b);

#endif
