/*
 * ctl_room.h - is there room for us here: ports and disk. Each says what is in
 * the way and what to do about it.
 */
#ifndef RT_CTL_ROOM_H
#define RT_CTL_ROOM_H

#include "lib/base/err.h"

/* "address:port" can be bound; what a killed supervisor left behind gets a
 * few seconds to end. option: the one that chooses another port. */
RT_MUST_USE enum err ctl_room_port(const char *where, bool tcp,
    const char *option);
/* The database's log of changes, the largest of what it makes to begin with. */
#define CTL_ROOM_LOG_MIB 512
/* Enough for the database to begin with in this folder: that log counts as long
 * as there is none of this size, as after an upgrade, when it is made anew
 * beside the one before. */
RT_MUST_USE enum err ctl_room_disk(const char *dir);
/* While we run: warns when little is left, once each time. */
void ctl_room_watch(const char *dir, bool *was_low);

#endif
