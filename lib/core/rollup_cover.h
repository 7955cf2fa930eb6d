/*
 * rollup_cover.h - a period of time as few pieces of which sums are kept.
 *
 * Sums are kept by UTC day and by 16 UTC days, counted from 1970. A period in
 * days of any zone is some of those, and two ends of less than a day that are
 * counted call by call. So one set of sums is exact for every zone, through
 * every change of its clocks: about forty pieces make a year.
 */
#ifndef RT_CORE_ROLLUP_COVER_H
#define RT_CORE_ROLLUP_COVER_H

#include <stdint.h>

#define ROLLUP_COVER_CHUNK_DAYS 16

/* [from_us, to_us); empty when they are equal. */
struct rollup_cover_span {
	int64_t from_us;
	int64_t to_us;
};

/* Every moment of the period is in exactly one of them. */
struct rollup_cover {
	struct rollup_cover_span end[2];
	struct rollup_cover_span days[2];
	struct rollup_cover_span chunks;
};

/* to_us below from_us is an empty period. */
struct rollup_cover rollup_cover(int64_t from_us, int64_t to_us);

/* The period widened to whole chunks. */
struct rollup_cover_span rollup_cover_chunks(int64_t from_us, int64_t to_us);

#endif
