/*
 * rate.h - how much each source may send: token buckets by address.
 *
 * Only addresses that may talk to us at all get here, so the table is small
 * and fixed: a source that does not fit takes the place of the one that has
 * used least, whose bucket was nearly full anyway. A bucket holds two seconds'
 * worth, so that a burst after a pause passes.
 */
#ifndef RT_ENGINE_RATE_H
#define RT_ENGINE_RATE_H

#include "lib/base/err.h"

#define RATE_SOURCES 1024
#define RATE_WAYS    8 /* places that one address may have */
#define RATE_BURST_S 2

enum rate_kind {
	RATE_MESSAGE, /* any datagram */
	RATE_CALL,    /* an INVITE that would open a call */
	RATE_KINDS
};

/* A bucket is one time: when it would be full again. */
struct rate_source {
	uint32_t ip; /* 0: unused */
	int64_t full_ns[RATE_KINDS];
};

struct rate {
	uint64_t step_ns[RATE_KINDS]; /* what one costs; 0: no limit */
	uint64_t key;                 /* places cannot be guessed */
	struct rate_source source[RATE_SOURCES];
};

/* per_s: of each kind, 0 for no limit, at most 1,000,000. */
void rate_init(struct rate *r, const uint32_t per_s[RATE_KINDS], uint64_t key);
/* Takes one from the bucket of ip; false: it is empty, nothing was taken. */
bool rate_take(struct rate *r, enum rate_kind kind, uint32_t ip,
    int64_t now_us);

#endif
