/*
 * feed_conversion.h - the files that advertising platforms fetch.
 *
 * CSV in the columns that Google Ads and Microsoft Advertising read: what
 * became a conversion in the last ninety days and still is one, or what changed
 * since: other values, and what was taken back. Times are UTC, which the first
 * line says.
 */
#ifndef RT_FEED_FEED_CONVERSION_H
#define RT_FEED_FEED_CONVERSION_H

#include "lib/db/db_conversion.h"

/* A file under way; zero but for what is said. */
struct feed_conversion {
	struct db *db;
	struct conversion_rule_row rule;
	int64_t now_us;
	bool adjustments;
	/* Inside. */
	bool begun;
	uint64_t after;
};

/* For resp_stream(): the next lines. state: a struct feed_conversion. */
RT_MUST_USE enum err feed_conversion_next(void *state, struct buf *block,
    bool *more);

#endif
