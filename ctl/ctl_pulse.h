/*
 * ctl_pulse.h - does a program loop?
 *
 * What works counts something (lib/base/metric.h): requests answered, bytes
 * sent, jobs done. One that counts nothing for a while and yet uses the
 * processor goes round in circles. Idle ones use none; one that waits for the
 * database does not, either. The time is the supervisor's own rounds, as in
 * lib/base/hang.h, so that a machine that is too busy for both is no reason.
 */
#ifndef RT_CTL_PULSE_H
#define RT_CTL_PULSE_H

#include "lib/base/hang.h"

/* Longer than nginx waits for an answer: nobody does any more. */
#define CTL_PULSE_US (90 * RT_SEC_US)

/* Zeroed at the program's start. One that could not open its counters counts
 * nothing at all: it is watched from its first count on. */
struct ctl_pulse {
	bool begun;
	bool counts;
	uint64_t counted;
	int64_t turn_us;   /* the last look */
	int64_t silent_us; /* since something was counted, or a new beginning */
	int64_t cpu_us;    /* of the program, then */
};

/* Once a round. counted: a number that changes whenever something is; cpu_us:
 * the program's so far. True: for limit_us nothing was counted, and a tenth of
 * that time was used. With less it begins anew. */
bool ctl_pulse_loops(struct ctl_pulse *p, uint64_t counted, int64_t now_us,
    int64_t cpu_us, int64_t limit_us);

/* What a program has counted in run_dir, as such a number; 0: nothing yet. */
uint64_t ctl_pulse_counted(const char *run_dir, const char *program);

#endif
