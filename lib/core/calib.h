/*
 * calib.h - of the calls we called 80 % sure, what share was right?
 *
 * Probabilities that were stated and what came out, in ten equal ranges, with
 * the interval in which the true share lies (Wilson 1927, 95 %), so that three
 * calls of four are not read as 75 %. Pure.
 */
#ifndef RT_CORE_CALIB_H
#define RT_CORE_CALIB_H

#include "lib/base/err.h"

#define CALIB_BINS  10
#define CALIB_WHOLE 10000
/* Fewer calls in a range say little; their share is shown with a mark. */
#define CALIB_FEW 20

struct calib_bin {
	uint64_t calls;
	uint64_t right;
	uint64_t stated_bp; /* sum */
};

struct calib {
	struct calib_bin bins[CALIB_BINS];
};

/* stated_bp 0 to CALIB_WHOLE. */
void calib_add(struct calib *c, uint16_t stated_bp, bool right);
uint64_t calib_calls(const struct calib *c);
/* The mean distance between stated and true share, weighted by calls, 0 to 1;
 * 0 without a call. */
double calib_error(const struct calib *c);

struct calib_interval {
	double low; /* 0 to 1 */
	double high;
};
/* n 0: 0 to 1. */
struct calib_interval calib_interval(uint64_t right, uint64_t n);

#endif
