/*
 * tzif.h - a time zone as the system keeps it: a file of RFC 9636 (TZif).
 *
 * The changes so far are a table, those to come a rule (tzrule.h). Leap seconds
 * are left out: our time has none.
 */
#ifndef RT_PHONE_TZIF_H
#define RT_PHONE_TZIF_H

#include "lib/phone/tzrule.h"

#define TZIF_BYTES_MAX ((size_t)64 << 10)

struct tzif {
	struct slice times; /* be64 each, rising */
	struct slice which; /* a byte each: the type from then on */
	struct slice types; /* be32 offset, 2 bytes */
	bool ruled;         /* after the last of the times */
	struct tzrule rule;
};

/* Without a change ever: UTC. */
void tzif_utc(struct tzif *out);
/* Borrows the bytes. ERR_SYNTAX, ERR_RANGE: not such a file of version 2 or
 * later, cut off, its times do not rise, or an offset of a day and more. */
RT_MUST_USE enum err tzif_open(struct slice bytes, struct tzif *out);

/* Local minus UTC at an instant; *until_s: the next instant at which it may be
 * another one, INT64_MAX when it stays. */
int32_t tzif_at(const struct tzif *z, int64_t utc_s, int64_t *until_s);

#endif
