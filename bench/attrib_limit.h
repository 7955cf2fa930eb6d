/*
 * attrib_limit.h - the best that can be said of who called: Bayes' rule by one
 * who knows how the world was made (the delays, how often people touch the
 * link, where they live), and of each visit what the product may know of it,
 * when it began exactly. What is between this and lib/core/attrib is ours to
 * win; what is between this and certainty is not there to be known. For
 * bench_attribution.
 */
#ifndef RT_BENCH_ATTRIB_LIMIT_H
#define RT_BENCH_ATTRIB_LIMIT_H

#include "bench/attrib_world.h"

/* Worlds of DELAYS_TEST and DELAYS_LATE without robots, strays and repeat
 * callers. */
bool attrib_limit_knows(const struct setting *s);

/* Such a world alone; others are our own mistake. Visits of more than ten days
 * ago (one call in 6,000) are left out. Writes the likeliest visit and returns
 * its probability; 0 and ATTRIB_WORLD_NOBODY when nobody was shown the number.
 */
double attrib_limit(const struct setting *s, const struct world *w,
    const struct call *c, uint32_t *best);

#endif
