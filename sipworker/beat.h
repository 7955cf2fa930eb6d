/*
 * beat.h - which of the worker's processes still goes round.
 *
 * Each child counts the rounds of its loop in memory that the parent sees, at
 * least one in a few seconds. The parent adds up its own rounds in which a
 * child's count stood still. That is no wall clock: a machine that is too busy
 * for the child is too busy for the parent as well, and one that slept has
 * passed no round. A child without a beat for BEAT_HANG_US of them hangs when
 * it is stopped, when it has used as much processor time (a loop), or when it
 * has used none at all (it waits for what does not come). One that gets a
 * little of the processor (the engine's media threads alone do) is only slow,
 * until BEAT_SLOW_US.
 *
 * A disk may stand still for long, and its writer with it, which is mended by
 * no new process: who writes files waits up to BEAT_DISK_US.
 */
#ifndef RT_SIPWORKER_BEAT_H
#define RT_SIPWORKER_BEAT_H

#include <stdatomic.h>
#include <sys/types.h>

#include "sipworker/priv/msg.h"

#define BEAT_ROUND_MS 1000
#define BEAT_HANG_US  (10 * RT_SEC_US)
#define BEAT_SLOW_US  (30 * RT_SEC_US)
#define BEAT_DISK_US  (2 * RT_MIN_US)
/* The most that one round of the parent counts for. */
#define BEAT_TURN_US (RT_SEC_US / 2)

/* Shared; zeroed by its mapping. */
struct beat {
	_Atomic uint64_t rounds[MSG_ROLE_COUNT];
};

/* What the parent knows of one child; zeroed at its start. */
struct beat_watch {
	bool begun;
	bool stopped; /* by a signal, as waitpid() tells */
	uint64_t rounds;
	int64_t turn_us; /* the parent's last round */
	int64_t silent_us;
	int64_t cpu_us; /* at the last beat */
};

enum beat_state {
	BEAT_FINE,
	BEAT_STOPPED,
	BEAT_LOOPS,
	BEAT_WAITS,
	BEAT_SLOW /* nothing for so long, whatever it did */
};

/* In the child: another round. NULL is allowed. */
void beat_round(struct beat *b, enum msg_role role);

/* In the parent, once a round, with the child's processor time so far. disk: it
 * writes files. */
enum beat_state beat_judge(struct beat_watch *w, uint64_t rounds,
    int64_t now_us, int64_t cpu_us, bool disk);
/* The same for a process; -1 when its time cannot be read, which only leaves
 * more for slow. */
int64_t beat_cpu_us(pid_t pid);

const char *beat_name(enum beat_state s);

#endif
