/*
 * dni_seen.h - when each site's tag last asked and what it said of its pages,
 * stored for the health page.
 */
#ifndef RT_CGI_DNI_DNI_SEEN_H
#define RT_CGI_DNI_DNI_SEEN_H

#include "cgi/dni/dni_state.h"

struct db;

/* The site's tag got what as an answer, and no number: the last of these is
 * said on its page. Nothing happens where there is no such site. Without mu. */
void dni_seen_error(struct dni_state *s, struct slice key, int64_t now_us,
    const char *what);

/* Stores what is new, at most once a minute a site and some of the sites a
 * call. The keeper's thread only; not in a transaction, without mu. */
RT_MUST_USE enum err dni_seen_write(struct dni_state *s, struct db *db,
    int64_t now_us);

#endif
