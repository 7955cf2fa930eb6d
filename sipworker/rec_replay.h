/*
 * rec_replay.h - a dead engine's last frames, from the rings.
 *
 * A recorder that dies leaves what it had not written in the rings (ring.h).
 * When its engine dies with it nobody names the recording again: its marker
 * says whose the frames are. Keys are used again, so only frames count that
 * came after the recording began and before the next engine did.
 */
#ifndef RT_SIPWORKER_REC_REPLAY_H
#define RT_SIPWORKER_REC_REPLAY_H

#include "sipworker/priv/ring.h"
#include "sipworker/rec/rec_file.h"
#include "sipworker/rec/rec_wav.h"

struct rec_replay {
	const struct ring *rings; /* they stay as they are */
	unsigned int n;
	int64_t until_us; /* the next engine began */
};

/* Appends to a recording that was left behind those of its frames that were
 * not given back; finishing it is work for later (rec_sweep.h). ERR_IO: the
 * disk refused some. */
RT_MUST_USE enum err rec_replay_put(int dirfd, const struct rec_file_marker *m,
    const struct rec_replay *from);

#endif
