#include "lib/core/erlang.h"

/* B(n) = load B(n - 1) / (n + load B(n - 1)), B(0) = 1: no factorials, no
 * overflow. */
static double step(double load, uint32_t n, double b)
{
	return load * b / ((double)n + load * b);
}

double erlang_b(double load, uint32_t n)
{
	double b = 1.0;

	if (!(load > 0.0))
		return n > 0 ? 0.0 : 1.0;
	for (uint32_t i = 1; i <= n; i++)
		b = step(load, i, b);
	return b;
}

uint32_t erlang_numbers(double load, double share)
{
	double b = 1.0;
	uint32_t n = 0;

	if (!(load > 0.0))
		return 1;
	do
		b = step(load, ++n, b);
	while (b > share && n < ERLANG_NUMBERS_MAX);
	return n;
}
