#include "ctl/ctl_pulse.h"

#include "lib/base/metric.h"

#define USED_PART 10

static void begin(struct ctl_pulse *p, uint64_t counted, int64_t cpu_us)
{
	p->begun = true;
	p->counted = counted;
	p->silent_us = 0;
	p->cpu_us = cpu_us;
}

bool ctl_pulse_loops(struct ctl_pulse *p, uint64_t counted, int64_t now_us,
    int64_t cpu_us, int64_t limit_us)
{
	const int64_t turn_us = now_us - p->turn_us;
	bool loops;

	p->turn_us = now_us;
	if (!p->begun || counted != p->counted) {
		p->counts = p->begun;
		begin(p, counted, cpu_us);
		return false;
	}
	p->silent_us += turn_us < HANG_TURN_US ? turn_us : HANG_TURN_US;
	if (p->silent_us < limit_us)
		return false;
	loops = p->counts && cpu_us >= 0 && p->cpu_us >= 0 &&
		cpu_us - p->cpu_us >= limit_us / USED_PART;
	begin(p, counted, cpu_us);
	return loops;
}

uint64_t ctl_pulse_counted(const char *run_dir, const char *program)
{
	uint64_t all[METRIC_COUNT];
	uint64_t sum = 0;

	if (metric_read(run_dir, program, all) != ERR_OK)
		return 0;
	for (size_t i = 0; i < METRIC_COUNT; i++)
		sum += all[i]; /* each only rises */
	return sum;
}
