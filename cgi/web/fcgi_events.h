/*
 * fcgi_events.h - few threads that serve many connections of nginx, and
 * answers that come later.
 *
 * With fcgi_loop.h each connection has a thread that sleeps on it, so that a
 * request is at least one awakening and one change of threads; one that waits
 * for a commit is two. Here a thread takes all that is readable, and what
 * waits (later.h) holds a connection's memory but no thread. For programs
 * whose requests never sleep.
 *
 * nginx hands over whole requests (fastcgi_request_buffering), so that reading
 * one does not wait; a peer that stops in the middle of one is given up after
 * five seconds. The socket is for nginx alone (mode 0660): libfcgi before 2.4.5
 * believes the lengths of names and values that its peer says, and an
 * impossible one ends the process (CVE-2025-23016); no client of nginx can send
 * one.
 */
#ifndef RT_CGI_WEB_FCGI_EVENTS_H
#define RT_CGI_WEB_FCGI_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "cgi/web/fcgi_loop.h"
#include "cgi/web/later.h"

struct fcgi_events_conf {
	const char *socket_path; /* as in fcgi_loop.h */
	const char *lock_path;
	unsigned int threads;   /* 1 to LATER_BOXES_MAX */
	unsigned int conns_max; /* of a thread; the others wait in the kernel */
	int64_t late_us;        /* patience with an answer that comes later */
	/* What a connection keeps between its requests; NULL: no memory. */
	void *(*conn_begin)(void *ctx);
	/* False: the answer waits, and somebody will give l to later_ready().
	 */
	bool (*serve)(void *ctx, void *conn, struct fcgi_loop_io *io,
	    struct later *l);
	/* Answers what waited. late: it was not ready within late_us; nobody
	 * gives it to later_ready() any more. False, only then: it is on its
	 * way. */
	bool (
	    *resume)(void *ctx, void *conn, struct fcgi_loop_io *io, bool late);
	void (*conn_end)(void *ctx, void *conn);
	void *ctx;
};

/* Returns after SIGTERM or SIGINT, when what waited has been answered. Errors
 * as fcgi_loop_run(), and ERR_RANGE. */
RT_MUST_USE enum err fcgi_events_run(const struct fcgi_events_conf *conf);

#endif
