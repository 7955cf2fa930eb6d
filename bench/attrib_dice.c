#include "bench/attrib_dice.h"

#include <math.h>

double attrib_dice_uniform(struct rnd_dice *d)
{
	return ((double)(rnd_u64(d) >> 11) + 0.5) / 9007199254740992.0;
}

double attrib_dice_exponential(struct rnd_dice *d, double mean)
{
	return -mean * log(attrib_dice_uniform(d));
}

double attrib_dice_normal(struct rnd_dice *d)
{
	return sqrt(-2.0 * log(attrib_dice_uniform(d))) *
	       cos(6.283185307179586 * attrib_dice_uniform(d));
}
