/*
 * rec_sweep.h - finishing what dead recorders left, a piece at a time.
 *
 * A recording that was left behind is read back as a whole for its check sum,
 * and synced. An hour of it is 58 MB, and there may be as many as there were
 * calls: the recorder has live ones to write meanwhile. So first the last
 * frames of all are taken out of the rings, where they would be overwritten;
 * then each turn reads REC_SWEEP_FRAMES of one of them or finishes it. What
 * cannot be finished, on a full disk, is looked for again after a while.
 */
#ifndef RT_SIPWORKER_REC_SWEEP_H
#define RT_SIPWORKER_REC_SWEEP_H

#include "sipworker/beat.h"
#include "sipworker/rec_replay.h"

/* 64 KiB of the file, some tenths of a millisecond. */
#define REC_SWEEP_FRAMES 32768
/* Recordings of one sweep; the next one finds the others. */
#define REC_SWEEP_MAX 65536
/* What could not be finished is tried again so often. */
#define REC_SWEEP_RETRY_US RT_MIN_US

struct rec_sweep_one {
	char name[REC_FILE_NAME_MAX + 1];
	bool fresh; /* nobody was told of it yet */
};

struct rec_sweep {
	int dirfd;
	struct beat *beat; /* goes on while many are looked at */
	/* Is it being recorded? Then it is no orphan. */
	bool (*is_open)(const void *arg, const char *name);
	/* One is finished, or cannot be (e; said once, it stays as it is). */
	void (*done)(void *arg, const char *name, enum err e,
	    const struct rec_wav_result *res);
	void *arg;
	bool wanted; /* set by the owner: an engine has named its own */
	bool going;
	bool waits; /* for the disk: nothing is won by asking at once */
	/* The rest is the module's. */
	bool first;     /* what goes on was wanted */
	bool left_over; /* something is to be tried again */
	bool more;      /* there was no room for all */
	int64_t swept_us;
	struct rec_wav *wav; /* in hand: one[at] */
	struct rec_sweep_one *one;
	size_t n, at, room;
	const struct rec_replay *rings; /* while they are looked for */
};

/* Begins what is wanted, with the frames that are in the rings, instead of
 * whatever an earlier sweep still had to do; or, if may_retry, what is due
 * again. Does one piece of what goes on. True: all of what was wanted has just
 * been done. */
bool rec_sweep_turn(struct rec_sweep *s, const struct rec_replay *rings,
    bool may_retry);
/* One more that is to be finished, which its recorder has left. ERR_NOMEM,
 * ERR_TOOBIG: the next sweep finds it by its marker. */
RT_MUST_USE enum err rec_sweep_add(struct rec_sweep *s, const char *name);
/* Something was not finished: REC_SWEEP_RETRY_US from now it may be. */
void rec_sweep_later(struct rec_sweep *s);
/* Forgets everything. */
void rec_sweep_end(struct rec_sweep *s);

#endif
