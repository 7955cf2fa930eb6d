/*
 * drop_landlock.h - files: none, or those below one directory.
 */
#ifndef RT_PRIV_DROP_LANDLOCK_H
#define RT_PRIV_DROP_LANDLOCK_H

#include "lib/base/err.h"

/* dir_fd -1: no file at all. *version: the kernel's, 0 when it has none, which
 * is no error. Needs no_new_privs. ERR_IO: logged. */
RT_MUST_USE enum err drop_landlock(int dir_fd, int *version);

#endif
