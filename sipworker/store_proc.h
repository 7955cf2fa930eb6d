/*
 * store_proc.h - the process that keeps the journal and speaks to the
 * database.
 *
 * Its first thread does nothing but the journal: takes records, makes all that
 * came durable at once, acknowledges. When the engine dies its calls are
 * closed as interrupted, after the recorder has told of their recordings or
 * STORE_PROC_WAIT_US have passed. The other threads are store_db.h's.
 */
#ifndef RT_SIPWORKER_STORE_PROC_H
#define RT_SIPWORKER_STORE_PROC_H

#include "sipworker/worker.h"

#define STORE_PROC_WAIT_US (5 * RT_SEC_US)

/* fd: the channel to the parent. Returns the exit status. */
int store_proc_run(struct worker *w, int fd);

#endif
