/*
 * db_usage.h - what each company used, per UTC day, for re-billing.
 */
#ifndef RT_DB_USAGE_H
#define RT_DB_USAGE_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

enum usage_kind {
	USAGE_NUMBER_DAYS,
	USAGE_CALLS,
	USAGE_INBOUND_S,  /* callers' legs, answered, each call rounded up */
	USAGE_OUTBOUND_S, /* destinations' legs, answered, each rounded up */
	USAGE_RECORDED_S,
	USAGE_RECORDED_BYTES,
	USAGE_ERASED_BYTES, /* of recordings that were there until then */
	USAGE_KIND_COUNT
};

/* at_us: any time of the day. */
RT_MUST_USE enum err db_usage_add(struct db *db, struct company_id company,
    int64_t at_us, enum usage_kind kind, uint64_t amount);

/* Days that a late count reaches back. */
#define DB_USAGE_BACK_US (400 * RT_DAY_US)

/* Counts the numbers that every company had on each day from the one counted
 * last (the first time: the first number's) to the one of now_us, in which a
 * number counts even if it was there for an hour. The last one is counted
 * again, as it was not over then; twice is as good as once. */
RT_MUST_USE enum err db_usage_numbers(struct db *db, int64_t now_us);

struct usage_sum {
	uint64_t amount[USAGE_KIND_COUNT];
	int64_t stored_bytes; /* of recordings, when its days were over */
};

/* The days from the one of from_us to before the one of to_us. */
struct usage_span {
	int64_t from_us;
	int64_t to_us;
	struct usage_sum sum;
};
/* The sums of n spans, in one reading. */
RT_MUST_USE enum err db_usage_read(struct db *db, struct company_id company,
    struct usage_span *spans, size_t n);

#endif
