#include "bench/attrib_prior.h"

#include <stdio.h>
#include <stdlib.h>

#include "bench/attrib_world.h"

static void print_rates(const char *name, const double *hz, size_t n)
{
	printf("	.%s = { ", name);
	for (size_t i = 0; i < n; i++)
		printf("%s%.2e", i > 0 ? ", " : "", hz[i]);
	printf(" },\n");
}

void attrib_prior_print(double hours)
{
	static const enum delays laws[] = { DELAYS_QUICK, DELAYS_SLOW };
	struct attrib_law sum = { .version = 0 };
	const double n = (double)RT_ARRAY_LEN(laws);

	for (size_t k = 0; k < RT_ARRAY_LEN(laws); k++) {
		const struct setting s = { .visits_h = 120,
			.numbers = 100,
			.touch = 0.5,
			.idle = 0.01,
			.dial_s = 6.0,
			.stray_h = 0.0005,
			.law = laws[k],
			.seed = 1001 + k,
			.hours = hours };
		struct attrib_fit_result r;
		struct world w;

		attrib_world_build(&s, &w);
		if (attrib_world_fit(&w, 0.0, w.end_s, attrib_law_prior(),
			&r) != ERR_OK)
			abort();
		for (size_t i = 0; i < ATTRIB_LAW_LAGS; i++) {
			sum.seen_hz[i] += r.law.seen_hz[i] / n;
			sum.shown_hz[i] += r.law.shown_hz[i] / n;
		}
		for (size_t i = 0; i < ATTRIB_LAW_TOUCH; i++)
			sum.touch_hz[i] += r.law.touch_hz[i] / n;
		sum.stray_hz += r.law.stray_hz / n;
		attrib_world_forget(&w);
	}
	print_rates("seen_hz", sum.seen_hz, ATTRIB_LAW_LAGS);
	print_rates("shown_hz", sum.shown_hz, ATTRIB_LAW_LAGS);
	print_rates("touch_hz", sum.touch_hz, ATTRIB_LAW_TOUCH);
	printf("	.stray_hz = %.2e,\n", sum.stray_hz);
}
