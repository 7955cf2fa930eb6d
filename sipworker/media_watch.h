/*
 * media_watch.h - does each media thread of the engine still go round?
 *
 * The parent sees only that the engine's own loop does (beat.h); a media thread
 * that stands still in a living engine leaves its calls without sound for
 * ever. The engine's loop watches its threads by the same rule
 * (lib/base/hang.h), and wakes those that have nothing to do.
 */
#ifndef RT_SIPWORKER_MEDIA_WATCH_H
#define RT_SIPWORKER_MEDIA_WATCH_H

#include "lib/base/hang.h"
#include "sipworker/media/media.h"
#include "sipworker/worker.h"

struct media_watch {
	struct hang_watch thread[WORKER_THREADS_MAX];
	int64_t looked_us; /* 0: not yet */
};

/* After each turn of the engine's loop; looks each BEAT_ROUND_MS. HANG_NOT, or
 * what the first thread that hangs does. */
enum hang_state media_watch(struct media_watch *w, struct media *m,
    unsigned int threads, int64_t now_us);

#endif
