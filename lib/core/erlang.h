/*
 * erlang.h - how many visits find every number taken (A. K. Erlang, 1917).
 *
 * Visits that arrive at random and hold a number for some time offer a load of
 * arrivals a second times seconds held; the share of them that a pool turns
 * away depends on that load alone, whatever the holding times look like. Pure.
 */
#ifndef RT_CORE_ERLANG_H
#define RT_CORE_ERLANG_H

#include <stdint.h>

#define ERLANG_NUMBERS_MAX 1000000

/* Share from 0 to 1 of visits turned away: load offered to n numbers. A load
 * that is not above 0 is 0; no number turns everybody away. */
double erlang_b(double load, uint32_t n);

/* The fewest numbers that turn away at most `share` of the visits, share above
 * 0; ERLANG_NUMBERS_MAX when no fewer do. */
uint32_t erlang_numbers(double load, double share);

#endif
