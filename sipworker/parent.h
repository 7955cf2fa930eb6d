/*
 * parent.h - keeps engine, recorder and store alive and connected.
 *
 * A child that dies is replaced, with a pause when it dies often; its two
 * peers get fresh channels to the new one. SIGTERM and SIGINT drain: the
 * engine takes no new calls, running ones may end for PARENT_DRAIN_US, then
 * they are ended; after the engine the recorder finishes its files, after it
 * the store brings its journal into the database, as far as it is there. A
 * second signal skips the waiting.
 */
#ifndef RT_SIPWORKER_PARENT_H
#define RT_SIPWORKER_PARENT_H

#include "sipworker/worker.h"

#define PARENT_DRAIN_US (5 * RT_SEC_US)
/* Each child's time to leave once it is told to. */
#define PARENT_LEAVE_US (4 * RT_SEC_US)

/* Returns the exit status of the program. */
int parent_run(struct worker *w);

#endif
