/*
 * engine_watch.h - what the engine has counted becomes the metrics of the
 * worker, and who sends too fast a line in the log, one in ten seconds.
 */
#ifndef RT_SIPWORKER_ENGINE_WATCH_H
#define RT_SIPWORKER_ENGINE_WATCH_H

#include "sipworker/engine/engine.h"

#define ENGINE_WATCH_LOG_US (10 * RT_SEC_US)

struct engine_watch {
	struct engine_stats told; /* the metrics have these */
	uint64_t logged_dropped;
	uint64_t logged_refused;
	int64_t logged_us; /* 0: never */
};

/* To be called after datagrams were taken. True: a line was logged. */
bool engine_watch(struct engine_watch *w, const struct engine *e,
    int64_t mono_us);

#endif
