/*
 * ctl_left.h - the database server that an earlier run has left.
 *
 * It is told to end when its supervisor dies. One that hangs, or was stopped by
 * a signal, does not hear that, and keeps the data from the next server.
 */
#ifndef RT_CTL_LEFT_H
#define RT_CTL_LEFT_H

#include "lib/base/err.h"

/* Ends the process whose program is called mariadbd and whose first argument is
 * this one, which names a file of a folder that we hold the lock of: so it is
 * nobody else's. Told to end first, killed after half a minute: what it
 * has confirmed is on the disk. Whether we are to stop ourselves is asked in
 * between. ERR_OK: there is none any more; ERR_CLOSED: we are; ERR_BUSY: it
 * cannot be ended, which is said with its number; ERR_IO: logged. */
RT_MUST_USE enum err ctl_left_end(const char *cnf_arg,
    bool (*stop_asked)(void *arg), void *arg);

#endif
