/*
 * engine_watch.h - what the engine has counted becomes the metrics of the
 * worker, and what an operator has to know (who sends too fast or what is not
 * SIP, who calls numbers that are not theirs) a line of the log, one of each
 * kind in ten seconds.
 */
#ifndef RT_SIPWORKER_ENGINE_WATCH_H
#define RT_SIPWORKER_ENGINE_WATCH_H

#include "sipworker/engine/engine.h"

#define ENGINE_WATCH_LOG_US (10 * RT_SEC_US)

enum engine_watch_line {
	ENGINE_WATCH_DROPPED,
	ENGINE_WATCH_REFUSED,
	ENGINE_WATCH_FOREIGN,
	ENGINE_WATCH_TRUNK,
	ENGINE_WATCH_REGISTER,
	ENGINE_WATCH_UNKNOWN,
	ENGINE_WATCH_MALFORMED,
	ENGINE_WATCH_BAD,
	ENGINE_WATCH_LOOP,
	ENGINE_WATCH_PASSWORD,
	ENGINE_WATCH_LINES
};

struct engine_watch {
	struct engine_stats told; /* the metrics have these */
	struct {
		uint64_t n;
		int64_t at_us; /* 0: never */
	} logged[ENGINE_WATCH_LINES];
	uint64_t frames_told;
	uint64_t frames_logged;
	int64_t frames_at_us; /* 0: never */
};

/* To be called after datagrams were taken and time has passed. Returns the
 * lines logged. */
unsigned int engine_watch(struct engine_watch *w, const struct engine *e,
    int64_t mono_us);
/* Frames that were recorded nowhere because the rings to the recorder were
 * full: `lost` in all. What an earlier engine lost is begun with. */
void engine_watch_begin(struct engine_watch *w, uint64_t lost);
/* True: logged. */
bool engine_watch_frames(struct engine_watch *w, uint64_t lost,
    int64_t mono_us);

#endif
