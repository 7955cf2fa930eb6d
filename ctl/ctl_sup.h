/*
 * ctl_sup.h - the supervisor: starts programs, watches them, starts a dead one
 * again, shows their logs, and stops what it started in reverse order.
 *
 * Programs are started with posix_spawn through ctl_guard, from fixed paths
 * and argument lists, each in a process group of its own, so that Ctrl-C
 * reaches the supervisor alone and it decides the order. One supervisor a
 * process; one thread.
 */
#ifndef RT_CTL_SUP_H
#define RT_CTL_SUP_H

#include <sys/types.h>

#include "ctl/ctl_probe.h"
#include "ctl/ctl_pulse.h"
#include "ctl/ctl_tail.h"

#define CTL_SUP_ARGV_MAX  20
#define CTL_SUP_PARTS_MAX 12 /* eight programs, two of the demonstration */

/* What to run; every string is borrowed and must outlive the supervisor. */
struct ctl_part {
	const char *name;
	const char *argv[CTL_SUP_ARGV_MAX]; /* NULL-ended, argv[0] a path */
	const char *user;                   /* "-": as we are */
	const char *group;                  /* "-": the user's own */
	int stop_signal;
	int64_t stop_us; /* from stop_signal to SIGKILL */
	/* The same while it starts, for one that may lose the signal then and
	 * that may be killed; 0: stop_us. */
	int64_t start_stop_us;
	struct ctl_probe ready;
	bool show_all; /* show every log line, not only warnings */
	/* One that a signal has stopped for so long is replaced, as one that
	 * died; 0: it may stand still. */
	int64_t hang_us;
	/* One that loops for so long (ctl_pulse.h) is replaced, too; 0: not
	 * watched. Its counts lie in this folder. */
	int64_t loop_us;
	const char *run_dir;
};

struct ctl_child {
	struct ctl_part part;
	struct ctl_tail tail;
	pid_t pid;   /* 0: does not run */
	pid_t group; /* of one that ended: what it left running */
	int64_t started_us;
	int64_t restart_us; /* when to start it again; 0: not waiting */
	int64_t backoff_us;
	unsigned int restarts;
	int64_t stopped_us; /* since when; 0: it is not */
	bool was_ready;
	struct ctl_pulse pulse;
};

struct ctl_sup {
	struct ctl_child child[CTL_SUP_PARTS_MAX]; /* in order of start */
	size_t n;
	const char *self; /* path of this program, for ctl_guard */
	int log_dirfd;    /* borrowed */
	int sigfd;
	bool stop_asked;
};

/* Takes over SIGINT, SIGTERM, SIGHUP and SIGCHLD of the process. */
RT_MUST_USE enum err ctl_sup_init(struct ctl_sup *s, const char *self,
    int log_dirfd);
/* Closes what init opened; does not stop anything. */
void ctl_sup_fini(struct ctl_sup *s);

/* Adds and starts part; *index names it for ctl_sup_ready(). ERR_BUSY: no room;
 * ERR_IO: said here. */
RT_MUST_USE enum err ctl_sup_start(struct ctl_sup *s,
    const struct ctl_part *part, size_t *index);
/* Waits until a started part is ready. ERR_CLOSED: it ended, or the supervisor
 * was asked to stop; ERR_TIMEOUT. What is wrong is said here, with the part's
 * last log line. */
RT_MUST_USE enum err ctl_sup_ready(struct ctl_sup *s, size_t index,
    int64_t timeout_us);
/* Runs a program to its end; its output goes to <name>.log. ERR_IO: it failed,
 * said here; ERR_TIMEOUT; ERR_CLOSED: asked to stop. */
RT_MUST_USE enum err ctl_sup_run(struct ctl_sup *s, const struct ctl_part *part,
    int64_t timeout_us);
/* Has a signal asked us to stop by now? sup: a struct ctl_sup. For what takes
 * long and is none of its parts. */
bool ctl_sup_stop_asked(void *sup);
/* Watches until asked to stop. tick is called about five times a second. */
void ctl_sup_loop(struct ctl_sup *s, void (*tick)(void *arg), void *arg);
/* Stops everything, the last started first, and shows their last lines. */
void ctl_sup_stop(struct ctl_sup *s);

#endif
