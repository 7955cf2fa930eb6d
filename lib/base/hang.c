#include "lib/base/hang.h"

#include <time.h>

#define IDLE_US (10 * INT64_C(1000)) /* less is none */

int64_t hang_cpu_us(pid_t pid)
{
	struct timespec t;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 ||
	    clock_gettime(clock, &t) == -1)
		return -1;
	return t.tv_sec * RT_SEC_US + t.tv_nsec / 1000;
}

static enum hang_state judge(const struct hang_watch *w, int64_t used_us,
    bool disk)
{
	if (w->silent_us < HANG_US)
		return HANG_NOT;
	if (w->stopped)
		return HANG_STOPPED;
	if (used_us >= HANG_US)
		return HANG_LOOPS;
	if (used_us >= 0 && used_us < IDLE_US && !disk)
		return HANG_WAITS;
	return w->silent_us < (disk ? HANG_DISK_US : HANG_SLOW_US) ? HANG_NOT
								   : HANG_SLOW;
}

enum hang_state hang_judge(struct hang_watch *w, uint64_t rounds,
    int64_t now_us, int64_t cpu_us, bool disk)
{
	const int64_t turn_us = now_us - w->turn_us;
	const bool known = cpu_us >= 0 && w->cpu_us >= 0;

	w->turn_us = now_us;
	if (!w->begun || rounds != w->rounds) {
		w->begun = true;
		w->rounds = rounds;
		w->silent_us = 0;
		w->cpu_us = cpu_us;
		return HANG_NOT;
	}
	w->silent_us += turn_us < HANG_TURN_US ? turn_us : HANG_TURN_US;
	return judge(w, known ? cpu_us - w->cpu_us : -1, disk);
}

const char *hang_name(enum hang_state s)
{
	switch (s) {
	case HANG_STOPPED:
		return "it is stopped by a signal";
	case HANG_LOOPS:
		return "it goes round without end";
	case HANG_WAITS:
		return "it waits for something that does not come";
	case HANG_SLOW:
		return "nothing was heard of it for long";
	case HANG_NOT:
		break;
	}
	return "it goes on";
}
