/*
 * hook_run.h - the thread that delivers webhooks.
 *
 * One thread with many requests under way (lib/out/out_http.h): a receiver
 * that hangs holds a few of HOOK_RUN_FLIGHTS places and no thread. A hook has
 * its own limits in rate and parallelism, and only one request at a time while
 * its last one failed, so however many of its events wait, the others' go out.
 * However many receivers hang: while half the places are taken, each has one at
 * most, and a quarter is kept for those that answer.
 */
#ifndef RT_JOBS_HOOK_RUN_H
#define RT_JOBS_HOOK_RUN_H

#include "lib/base/settings.h"
#include "lib/db/db_hook_out.h"

#define HOOK_RUN_FLIGHTS    256
#define HOOK_RUN_TIMEOUT_US (10 * RT_SEC_US) /* for an answer */

struct hook_run;

struct hook_run_conf {
	const struct settings *settings;
	/* NULL: as the program "jobd". */
	enum err (*connect)(const struct settings *s, struct db **out);
};

/* Starts the thread; out_http_start() was called. The caller owns *out.
 * ERR_NOMEM. */
RT_MUST_USE enum err hook_run_start(struct hook_run **out,
    const struct hook_run_conf *conf);
/* Takes nothing new, waits a little for what is under way, joins the thread.
 * NULL is allowed. */
void hook_run_stop(struct hook_run *r);

/* What becomes of a delivery after its n-th attempt; pure, for tests. e:
 * whether an answer came at all. */
enum hook_fate hook_run_fate(enum err e, unsigned int status, uint32_t attempts,
    uint32_t retry_after_s, int64_t *pause_us);

/* How many requests a hook may begin, of which own are under way, while running
 * are in all; pure, for tests. failing: its last one was not taken. */
uint32_t hook_run_share(uint32_t running, uint32_t own, uint32_t parallel,
    bool failing);

#endif
