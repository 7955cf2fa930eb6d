/*
 * fcgi_sock.h - the socket of a FastCGI program, and whose it is.
 *
 * libfcgi's FCGX_OpenSocket() takes a live server's socket away and ends the
 * process on failure; here a lock beside the socket says who owns its name.
 */
#ifndef RT_CGI_WEB_FCGI_SOCK_H
#define RT_CGI_WEB_FCGI_SOCK_H

#include "lib/base/err.h"

/* The lock goes with the process, or with close(*out). ERR_CONFLICT: another
 * process holds it; ERR_IO. Logged. */
RT_MUST_USE enum err fcgi_sock_lock(const char *path, int *out);
/* Listens, mode 0660; what is left of a dead server is taken away: hold the
 * lock. path: at most 107 bytes; flags: SOCK_NONBLOCK or 0. ERR_IO, logged. */
RT_MUST_USE enum err fcgi_sock_open(const char *path, int flags, int *out);

#endif
