#include "sipworker/beat.h"

#include <time.h>

#define IDLE_US (10 * INT64_C(1000)) /* less is none */

void beat_round(struct beat *b, enum msg_role role)
{
	if (b != NULL)
		atomic_fetch_add_explicit(&b->rounds[role], 1,
		    memory_order_relaxed);
}

int64_t beat_cpu_us(pid_t pid)
{
	struct timespec t;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 ||
	    clock_gettime(clock, &t) == -1)
		return -1;
	return t.tv_sec * RT_SEC_US + t.tv_nsec / 1000;
}

static enum beat_state judge(const struct beat_watch *w, int64_t used_us,
    bool disk)
{
	if (w->silent_us < BEAT_HANG_US)
		return BEAT_FINE;
	if (w->stopped)
		return BEAT_STOPPED;
	if (used_us >= BEAT_HANG_US)
		return BEAT_LOOPS;
	if (used_us >= 0 && used_us < IDLE_US && !disk)
		return BEAT_WAITS;
	return w->silent_us < (disk ? BEAT_DISK_US : BEAT_SLOW_US) ? BEAT_FINE
								   : BEAT_SLOW;
}

enum beat_state beat_judge(struct beat_watch *w, uint64_t rounds,
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
		return BEAT_FINE;
	}
	w->silent_us += turn_us < BEAT_TURN_US ? turn_us : BEAT_TURN_US;
	return judge(w, known ? cpu_us - w->cpu_us : -1, disk);
}

const char *beat_name(enum beat_state s)
{
	switch (s) {
	case BEAT_STOPPED:
		return "it is stopped by a signal";
	case BEAT_LOOPS:
		return "it goes round without end";
	case BEAT_WAITS:
		return "it waits for something that does not come";
	case BEAT_SLOW:
		return "nothing was heard of it for long";
	case BEAT_FINE:
		break;
	}
	return "it goes on";
}
