/*
 * attrib_use.h - which pages of a world are used, and what is known of it. For
 * bench_attribution.
 */
#ifndef RT_BENCH_ATTRIB_USE_H
#define RT_BENCH_ATTRIB_USE_H

#include "bench/attrib_world.h"

/* By dice of their own: the world is the same without. */
void attrib_use_make(const struct setting *s, struct world *w);

/* At that moment, as the product would know it. */
enum attrib_use attrib_use_known(const struct visit *v, double at_s);

#endif
