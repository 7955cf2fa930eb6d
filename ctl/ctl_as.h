/*
 * ctl_as.h - what another user of this machine may do with a file.
 */
#ifndef RT_CTL_AS_H
#define RT_CTL_AS_H

#include <sys/types.h>

#include "lib/base/rt.h"

/* Could a program that runs as uid and gid, in no other group, reach path and
 * use it so: R_OK, W_OK, X_OK? As root it becomes that user for the moment of
 * the question, which changes the whole process: for programs of one thread.
 * Anybody else can ask for themselves only, and does. errno says why not. */
bool ctl_as_may(uid_t uid, gid_t gid, const char *path, int how);

#endif
