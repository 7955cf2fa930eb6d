/*
 * ua_hist.h - percentiles of times between 0 and 4 s, in steps of 10 us.
 *
 * Fixed memory; longer times count as the longest.
 */
#ifndef RT_CTL_UA_HIST_H
#define RT_CTL_UA_HIST_H

#include "lib/base/rt.h"

#define UA_HIST_STEP_US 10
#define UA_HIST_STEPS   400000

struct ua_hist {
	uint64_t n;
	int64_t max_us;
	uint32_t count[UA_HIST_STEPS];
};

void ua_hist_add(struct ua_hist *h, int64_t us);
/* per_mille: 500 is the median, 990 the 99th percentile. 0 when empty. */
int64_t ua_hist_at_us(const struct ua_hist *h, unsigned int per_mille);

#endif
