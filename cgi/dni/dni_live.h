/*
 * dni_live.h - the visits that go on, read from the database after a start.
 */
#ifndef RT_CGI_DNI_DNI_LIVE_H
#define RT_CGI_DNI_DNI_LIVE_H

#include "cgi/dni/dni_state.h"

struct db;

/* For the keeper's thread, without mu. Those that are in memory stay as they
 * are. Which rule a visit began with is found by where it came from, as the
 * rules are now. ERR_NOMEM, and what the database says. */
RT_MUST_USE enum err dni_live_read(struct dni_state *s, struct db *db);

#endif
