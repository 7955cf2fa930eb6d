#include "cgi/dni/dni_clock.h"

#include "lib/base/clk.h"
#include "lib/base/log.h"

static void shift(struct dni_state *s, int64_t by_us)
{
	for (size_t i = 0; i < s->n_pools; i++)
		if (s->pools[i]->leases != NULL)
			lease_shift(s->pools[i]->leases, by_us);
	dni_visits_shift(s->visits, by_us);
	s->now_us += by_us;
	log_warn("dni: the clock was set by_ms=%lld: leases go on",
	    (long long)(by_us / 1000));
}

int64_t dni_clock_at(struct dni_state *s, int64_t wall_us, int64_t mono_us)
{
	const int64_t ahead_us = wall_us - mono_us;
	const int64_t step_us = ahead_us - s->ahead_us;

	if (s->now_us != 0 &&
	    (step_us >= DNI_CLOCK_STEP_US || step_us <= -DNI_CLOCK_STEP_US))
		shift(s, step_us);
	s->ahead_us = ahead_us;
	if (wall_us > s->now_us)
		s->now_us = wall_us;
	return s->now_us;
}

int64_t dni_clock_now(struct dni_state *s)
{
	return dni_clock_at(s, clk_wall_us(), clk_mono_us());
}
