#include "ctl/ua_hist.h"

void ua_hist_add(struct ua_hist *h, int64_t us)
{
	int64_t step = us < 0 ? 0 : us / UA_HIST_STEP_US;

	if (step >= UA_HIST_STEPS)
		step = UA_HIST_STEPS - 1;
	h->count[step]++;
	h->n++;
	if (us > h->max_us)
		h->max_us = us;
}

int64_t ua_hist_at_us(const struct ua_hist *h, unsigned int per_mille)
{
	const uint64_t want = (h->n * per_mille + 999) / 1000;
	uint64_t seen = 0;

	if (h->n == 0)
		return 0;
	for (size_t i = 0; i < UA_HIST_STEPS; i++) {
		seen += h->count[i];
		if (seen >= want && seen > 0)
			return (int64_t)i * UA_HIST_STEP_US;
	}
	return h->max_us;
}
