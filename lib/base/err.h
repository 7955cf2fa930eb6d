/*
 * err.h - the one set of results that fallible functions return.
 *
 * Small on purpose: a caller decides by these, a person reads the log line
 * that was written where the cause was known.
 */
#ifndef RT_BASE_ERR_H
#define RT_BASE_ERR_H

#include "lib/base/rt.h"

enum err {
	ERR_OK = 0,
	ERR_NOMEM,       /* allocation failed or an arena is at its limit */
	ERR_IO,          /* the system refused; logged where errno was known */
	ERR_SYNTAX,      /* the input does not follow its grammar */
	ERR_RANGE,       /* well formed, but outside what is allowed */
	ERR_TOOBIG,      /* longer than its limit */
	ERR_NOTFOUND,    /* no such thing, or not this company's */
	ERR_CONFLICT,    /* exists already, or changed meanwhile */
	ERR_DENIED,      /* known, but not allowed */
	ERR_AUTH,        /* not signed in, or the wrong secret */
	ERR_TIMEOUT,     /* a deadline passed */
	ERR_BUSY,        /* a fixed limit is reached: try again later */
	ERR_UNAVAILABLE, /* a part we depend on is away: nothing was done */
	ERR_UNCERTAIN,   /* connection lost in a write: done or not, unknown */
	ERR_UNSUPPORTED, /* understood, but not something we do */
	ERR_CLOSED,      /* the other end is gone */
	ERR_INTERNAL     /* our own mistake, reported instead of hidden */
};

/* A short constant name such as "not-found", for logs and tests. Never NULL. */
const char *err_name(enum err e);

#endif
