/*
 * drop.h - a process gives away every right that its row does not name.
 *
 *   process   may still
 *   parent    fork, wait, signal, pass sockets on; no exec, no ptrace, no
 *             listening, no kernel administration
 *   engine    UDP over IPv4, its channels, memory it was handed; no file, no
 *             connect, no AF_UNIX socket
 *   recorder  files below the recordings directory, its channels; no socket
 *   store     files below the journal directory, AF_UNIX connections (the
 *             database); no other network
 *
 * Order: whatever the row allows is opened before; then no_new_privs and, as
 * root, chroot and setresuid; Landlock where the kernel has it; seccomp. Only
 * then is anything from outside read. A forbidden call fails with EPERM
 * (EACCES from Landlock), so that a library that merely tries goes on.
 * Threads are started after, so that all of them are bound.
 */
#ifndef RT_PRIV_DROP_H
#define RT_PRIV_DROP_H

#include "lib/base/err.h"
#include "sipworker/priv/msg.h"

struct drop_plan {
	enum msg_role role;
	const char *user; /* when root: becomes this user; NULL stays */
	const char *root; /* when root: chroot there; NULL: none */
	int dir_fd;       /* the one directory to use files in; -1: none */
};

struct drop_done {
	bool user;    /* another user now, with an empty root */
	int landlock; /* version of the kernel's; 0: it has none */
	bool seccomp;
};

/* ERR_NOTFOUND: no such user; ERR_IO: the kernel refused, logged. After any
 * result but ERR_OK the process must end. */
RT_MUST_USE enum err drop_now(const struct drop_plan *plan,
    struct drop_done *done);

#endif
