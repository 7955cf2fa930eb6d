/*
 * fcgi_loop_priv.h - the inside of a request, for fcgi_loop.c and
 * fcgi_events.c.
 */
#ifndef RT_CGI_WEB_FCGI_LOOP_PRIV_H
#define RT_CGI_WEB_FCGI_LOOP_PRIV_H

#include <fcgiapp.h>
#include <signal.h>
#include <stdbool.h>

#include "cgi/web/fcgi_loop.h"

struct fcgi_loop_io {
	FCGX_Request fcgi;
	bool aborted;
};

/* What was written goes out, an end of the request does not. */
void fcgi_loop_cut_off(struct fcgi_loop_io *io);
/* A body that nobody read would be taken for the next request on a kept
 * connection: reads it away, or gives the connection up. */
void fcgi_loop_drain(struct fcgi_loop_io *io);
/* SIGPIPE is nothing, SIGUSR1 only interrupts; *stop: what ends the program,
 * blocked in this thread and those it starts. */
void fcgi_loop_signals(sigset_t *stop);

#endif
