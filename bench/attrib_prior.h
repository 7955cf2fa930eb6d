/*
 * attrib_prior.h - prints the prior of lib/core/attrib_law.c: the mean of laws
 * fitted on worlds that no setting of bench_attribution has, of so many hours.
 */
#ifndef RT_BENCH_ATTRIB_PRIOR_H
#define RT_BENCH_ATTRIB_PRIOR_H

void attrib_prior_print(double hours);

#endif
