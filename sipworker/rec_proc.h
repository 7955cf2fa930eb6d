/*
 * rec_proc.h - the process that writes recordings.
 *
 * Takes frames from the rings that it shares with the engine's media threads,
 * starts and stops from the engine's channel. When the engine dies, every open
 * file is finished at once and told to the store; what an earlier recorder left
 * behind is salvaged as soon as the engine has named what still runs (all its
 * MSG_REC_START, then MSG_REC_SYNC). Before that no frame is taken from the
 * rings: a dead recorder's frames wait there for their recordings' names.
 * Reading back what was left goes a piece at a time, so that live recordings do
 * not wait for it (rec_sweep.h). What cannot be finished, on a full disk, is
 * tried again once a minute.
 */
#ifndef RT_SIPWORKER_REC_PROC_H
#define RT_SIPWORKER_REC_PROC_H

#include "sipworker/worker.h"

/* fd: the channel to the parent. Returns the exit status. */
int rec_proc_run(struct worker *w, int fd);

#endif
