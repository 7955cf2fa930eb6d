/*
 * hang.h - does a process or a thread still go round?
 *
 * Whoever is watched counts the rounds that it makes, at least one in a few
 * seconds. Its watcher adds up its own rounds in which that count stood still.
 * That is no wall clock: a machine that is too busy for the one is too busy for
 * the other as well, and one that slept has passed no round. Who makes none for
 * HANG_US of them hangs when it is stopped, when it has used as much processor
 * time (a loop), or when it has used none at all (it waits for what does not
 * come). One that gets a little of the processor is only slow, until
 * HANG_SLOW_US.
 *
 * A disk may stand still for long, and its writer with it, which is mended by
 * no new process: who writes files waits up to HANG_DISK_US.
 */
#ifndef RT_BASE_HANG_H
#define RT_BASE_HANG_H

#include <sys/types.h>

#include "lib/base/rt.h"

#define HANG_US      (10 * RT_SEC_US)
#define HANG_SLOW_US (30 * RT_SEC_US)
#define HANG_DISK_US (2 * RT_MIN_US)
/* The most that one round of the watcher counts for. */
#define HANG_TURN_US (RT_SEC_US / 2)

/* What is known of one who is watched; zeroed at its start. */
struct hang_watch {
	bool begun;
	bool stopped; /* by a signal, as waitpid() tells */
	uint64_t rounds;
	int64_t turn_us; /* the watcher's last round */
	int64_t silent_us;
	int64_t cpu_us; /* at the last round of the watched */
};

enum hang_state {
	HANG_NOT,
	HANG_STOPPED,
	HANG_LOOPS,
	HANG_WAITS,
	HANG_SLOW /* nothing for so long, whatever it did */
};

/* Once in a round of the watcher, with the processor time of the watched so
 * far; -1 when that cannot be read, which only leaves more for slow. disk: it
 * writes files. */
enum hang_state hang_judge(struct hang_watch *w, uint64_t rounds,
    int64_t now_us, int64_t cpu_us, bool disk);
/* The processor time of a process; -1. */
int64_t hang_cpu_us(pid_t pid);

const char *hang_name(enum hang_state s);

#endif
