/*
 * pool_size.h - what a pool of a given size would do for a site's traffic.
 *
 * A queue is simulated: visits arrive at random at the site's rate, hold a
 * number for as long as its visits do, and give it back to the end of the
 * line, from whose front the next visit takes one. Each visit also calls in
 * thought, after a delay of the site's own law; its call is "shared" when the
 * number had gone to another visit by then, so that attribution has to weigh.
 *
 * Arrivals and holding times are all that goes in: how often numbers of a pool
 * were in fact used again is never asked. Pure; dice from a seed.
 */
#ifndef RT_CORE_POOL_SIZE_H
#define RT_CORE_POOL_SIZE_H

#include "lib/core/attrib_law.h"

#define POOL_SIZE_HOLDS        20
#define POOL_SIZE_NUMBERS_MAX  1000000
#define POOL_SIZE_VISITS_H_MAX 1.0e6
/* A larger pool is simulated as so many of its numbers with their part of the
 * visits, which alters the rests and who shares a number by less than the dice
 * do; what it turns away is Erlang's then, as it is where numbers rest for
 * days: a simulation would not see them come back. */
#define POOL_SIZE_SIMULATED_MAX 5000

struct pool_size_load {
	double visits_h;
	/* Holding times, from short to long, each as likely as the others. */
	double hold_s[POOL_SIZE_HOLDS];
	double min_gap_s; /* before a number goes to another visit; 0: none */
	const struct attrib_law *law;
};

struct pool_size {
	uint32_t numbers;
	double overflow; /* share of visits that find no number, 0 to 1 */
	double erlang;   /* the same by Erlang B, with the gap held too */
	double shared;   /* of calls that come after the number's next visit */
	double gap_s;    /* half of the numbers rested longer; -1: no reuse */
	double short_gap_s; /* one in twenty rested less */
	double busy;        /* mean share of the numbers that are held */
};

/* n samples, in any order, to POOL_SIZE_HOLDS equally likely ones: the means of
 * equal parts. Sorts v. None: all are 180 s. */
void pool_size_holds(double *v, size_t n, double out[POOL_SIZE_HOLDS]);
double pool_size_mean_s(const struct pool_size_load *l);

/* numbers: 1 to POOL_SIZE_NUMBERS_MAX; more is ERR_RANGE, as is a rate that is
 * not above 0 or beyond POOL_SIZE_VISITS_H_MAX. About 2 ms. */
RT_MUST_USE enum err pool_size(const struct pool_size_load *l, uint32_t numbers,
    uint64_t seed, struct pool_size *out);

/* The fewest numbers that turn away at most this share, by Erlang B. */
uint32_t pool_size_enough(const struct pool_size_load *l, double overflow);

#endif
