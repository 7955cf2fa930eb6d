/*
 * zone.h - a time zone as data: when its offset from UTC changes.
 *
 * lib/phone/tz knows the zones of the world but reads files; what the pure
 * rules need reaches them as a list of transitions in the snapshot. Its form:
 * be32 offset before the first transition, then for each be64 instant (seconds
 * since 1970 UTC, two's complement) and be32 offset from then on. Offsets are
 * seconds that local time is ahead of UTC, two's complement.
 */
#ifndef RT_CORE_ZONE_H
#define RT_CORE_ZONE_H

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/slice.h"

#define ZONE_ROWS_MAX 1000

struct zone {
	struct slice rows;
	int32_t first_s;
};

/* UTC. */
void zone_utc(struct zone *out);
/* ERR_SYNTAX: cut off, not rising, or an offset of a day and more. */
RT_MUST_USE enum err zone_open(struct slice bytes, struct zone *out);
/* The same of bytes that zone_open() has passed before. */
void zone_reopen(struct slice bytes, struct zone *out);
int32_t zone_offset_s(const struct zone *z, int64_t utc_s);

/* Writing: the head, then the transitions in order. */
void zone_put_first(struct buf *b, int32_t offset_s);
void zone_put(struct buf *b, int64_t utc_s, int32_t offset_s);

#endif
