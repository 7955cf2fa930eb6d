/*
 * scope.h - what a key of the JSON endpoints may be used for.
 *
 * A set of scopes is a mask; its stored and shown form is the names in the
 * order of this list with one blank between, "calls:read reports:read". The
 * names are a promise. A scope to write does not bring the one to read.
 */
#ifndef RT_CORE_SCOPE_H
#define RT_CORE_SCOPE_H

#include "lib/base/buf.h"

#define SCOPES(X)                                                             \
	X(CALLS_READ, "calls:read", "See calls, page views and callers")      \
	X(CALLS_WRITE, "calls:write", "Set outcome, value, tags and notes")   \
	X(RECORDINGS_READ, "recordings:read", "Fetch recordings")             \
	X(REPORTS_READ, "reports:read", "See summaries and time series")      \
	X(EXPORT_READ, "export:read", "Bulk export")                          \
	X(FORMS_READ, "forms:read", "See form submissions")                   \
	X(FORMS_WRITE, "forms:write", "Send forms in, and mark them")         \
	X(SPEND_WRITE, "spend:write", "Import what advertising cost")         \
	X(SETUP_READ, "setup:read", "See numbers, trackers, pools and flows") \
	X(SETUP_WRITE, "setup:write", "Change them")                          \
	X(USERS_READ, "users:read", "See who has access")                     \
	X(USERS_WRITE, "users:write", "Change who has access")                \
	X(COMPANIES_WRITE, "companies:write", "Change what companies are")    \
	X(WEBHOOKS_READ, "webhooks:read", "See webhooks and deliveries")      \
	X(WEBHOOKS_WRITE, "webhooks:write", "Change webhooks, send again")

#define SCOPE_BIT_ENUM(id, name, what) SCOPE_BIT_##id,
enum scope_bit {
	SCOPES(SCOPE_BIT_ENUM) SCOPE_COUNT
};
#undef SCOPE_BIT_ENUM

/* One scope as a mask: SCOPE(CALLS_READ). */
#define SCOPE(id) (UINT32_C(1) << SCOPE_BIT_##id)
#define SCOPE_ALL ((UINT32_C(1) << SCOPE_COUNT) - 1)
/* Text of all of them and a NUL. */
#define SCOPE_TEXT_MAX 256

const char *scope_name(enum scope_bit bit);
/* In words, for the form. */
const char *scope_what(enum scope_bit bit);

/* Names with blanks between, in any order. ERR_SYNTAX: an unknown name or one
 * twice. The empty text is no scope. */
RT_MUST_USE enum err scope_parse(struct slice s, uint32_t *mask);
void scope_write(uint32_t mask, struct buf *out);

#endif
