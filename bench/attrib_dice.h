/*
 * attrib_dice.h - numbers by chance for the worlds of bench_attribution.
 */
#ifndef RT_BENCH_ATTRIB_DICE_H
#define RT_BENCH_ATTRIB_DICE_H

#include "lib/base/rnd.h"

double attrib_dice_uniform(struct rnd_dice *d); /* between 0 and 1 */
double attrib_dice_exponential(struct rnd_dice *d, double mean);
double attrib_dice_normal(struct rnd_dice *d); /* of mean 0 and spread 1 */

#endif
