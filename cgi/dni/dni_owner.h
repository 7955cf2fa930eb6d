/*
 * dni_owner.h - which pools are this server's: taken, kept, filled and given
 * up.
 *
 * For the keeper's thread (dni_keeper.h): s->conf does not change meanwhile,
 * and mu is not held. What the verbs of lib/db answer is passed on.
 */
#ifndef RT_CGI_DNI_DNI_OWNER_H
#define RT_CGI_DNI_DNI_OWNER_H

#include "cgi/dni/dni_state.h"

struct db;

struct dni_owner {
	struct dni_state *s;
	struct db *db;
	const char *name; /* that pools are owned under */
};

/* The configuration is new: numbers go and come, and pools nobody owns are
 * taken, which may be partial. */
RT_MUST_USE enum err dni_owner_refresh(const struct dni_owner *o);
/* Reads what is missing of pools that are partial. *all: nothing is any more,
 * as it would be in a configuration that is followed by another. */
RT_MUST_USE enum err dni_owner_complete(const struct dni_owner *o, bool *all);
/* A sign of life for each pool; pools that were another's are asked for. */
RT_MUST_USE enum err dni_owner_alive(const struct dni_owner *o);
/* Does the database take writes? One that only answers is away, too. After an
 * outage a pool that another took meanwhile is not ours any more. */
RT_MUST_USE enum err dni_owner_takes_writes(const struct dni_owner *o);
/* The end: others need not wait until they are stale. */
void dni_owner_give_up(const struct dni_owner *o);

#endif
