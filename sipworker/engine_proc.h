/*
 * engine_proc.h - the process that holds all live calls.
 *
 * Its loop gives datagrams, timers and messages to the engine (a state machine
 * without input or output) and carries out what comes back: datagrams to the
 * SIP socket, commands to the media threads, records and questions to the
 * store, starts and stops to the recorder. It listens once it has a
 * configuration, and outlives store and recorder: records that were not
 * acknowledged are sent again to a new store, running recordings are named to
 * a new recorder.
 */
#ifndef RT_SIPWORKER_ENGINE_PROC_H
#define RT_SIPWORKER_ENGINE_PROC_H

#include "sipworker/worker.h"

/* fd: the channel to the parent. Returns the exit status. */
int engine_proc_run(struct worker *w, int fd);

#endif
