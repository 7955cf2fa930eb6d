/*
 * proc.h - a child process on one end of a channel.
 */
#ifndef RT_PRIV_PROC_H
#define RT_PRIV_PROC_H

#include <sys/types.h>

#include "lib/base/err.h"
#include "sipworker/priv/msg.h"

/* Starts run(arg, fd) in a process of its own, which ends with its result as
 * exit status. The child has standard input, output and error, its end of the
 * channel, and no other descriptor; memory is a copy, and what was mapped
 * shared is shared. *fd: the parent's end. ERR_IO: logged. */
RT_MUST_USE enum err proc_start(int (*run)(void *arg, int fd), void *arg,
    pid_t *pid, int *fd);

#endif
