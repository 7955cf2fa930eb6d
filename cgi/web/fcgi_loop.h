/*
 * fcgi_loop.h - threads that accept FastCGI requests on a socket of our own.
 *
 * libfcgi's traps are dealt with here and nowhere else: its own
 * FCGX_OpenSocket() takes a live server's socket away and ends the process on
 * failure; its accept returns for EMFILE and would end the thread; SIGPIPE; a
 * thread blocked on a kept connection. Threads must number at least nginx's
 * workers times its upstream `keepalive`, or kept connections starve others.
 */
#ifndef RT_CGI_WEB_FCGI_LOOP_H
#define RT_CGI_WEB_FCGI_LOOP_H

#include "lib/base/err.h"

/* One request as the serving function sees it. */
struct fcgi_loop_io;

const char *const *fcgi_loop_env(const struct fcgi_loop_io *io);
/* Body bytes; 0 at the end. ctx is the struct fcgi_loop_io: fits req_source. */
size_t fcgi_loop_read(void *ctx, char *out, size_t n);
/* False: the client (nginx) is gone. */
bool fcgi_loop_write(struct fcgi_loop_io *io, const void *p, size_t n);
/* The answer is not complete and must not look so: its connection is closed
 * without an end, and nginx passes that on. */
void fcgi_loop_abort(struct fcgi_loop_io *io);

struct fcgi_loop_conf {
	const char *socket_path; /* at most 107 bytes */
	const char *lock_path;
	unsigned int threads;
	/* Called in the thread: its own state, NULL ends the start. */
	void *(*thread_begin)(void *ctx);
	void (*serve)(void *ctx, void *thread, struct fcgi_loop_io *io);
	void (*thread_end)(void *ctx, void *thread);
	void *ctx;
};

/* Returns after SIGTERM or SIGINT, when all threads have ended. ERR_CONFLICT:
 * another process holds the lock; ERR_IO; ERR_NOMEM. Logged. */
RT_MUST_USE enum err fcgi_loop_run(const struct fcgi_loop_conf *conf);

#endif
