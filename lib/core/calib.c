#include "lib/core/calib.h"

#include <math.h>

#define Z95 1.959963984540054

void calib_add(struct calib *c, uint16_t stated_bp, bool right)
{
	const unsigned int at =
	    (unsigned int)stated_bp * CALIB_BINS / CALIB_WHOLE;
	struct calib_bin *b = &c->bins[at < CALIB_BINS ? at : CALIB_BINS - 1];

	b->calls++;
	b->right += right;
	b->stated_bp += stated_bp;
}

uint64_t calib_calls(const struct calib *c)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < CALIB_BINS; i++)
		n += c->bins[i].calls;
	return n;
}

double calib_error(const struct calib *c)
{
	const uint64_t n = calib_calls(c);
	double sum = 0.0;

	for (unsigned int i = 0; i < CALIB_BINS; i++)
		sum += fabs((double)c->bins[i].stated_bp / CALIB_WHOLE -
			    (double)c->bins[i].right);
	return n == 0 ? 0.0 : sum / (double)n;
}

struct calib_interval calib_interval(uint64_t right, uint64_t n)
{
	const double all = (double)n;
	double p, mid, half;

	if (n == 0)
		return (struct calib_interval){ 0.0, 1.0 };
	p = (double)right / all;
	mid = (p + Z95 * Z95 / (2.0 * all)) / (1.0 + Z95 * Z95 / all);
	half = Z95 / (1.0 + Z95 * Z95 / all) *
	       sqrt(p * (1.0 - p) / all + Z95 * Z95 / (4.0 * all * all));
	return (struct calib_interval){ fmax(0.0, mid - half),
		fmin(1.0, mid + half) };
}
