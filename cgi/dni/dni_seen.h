/*
 * dni_seen.h - when each site's tag last asked, stored for its health page.
 */
#ifndef RT_CGI_DNI_DNI_SEEN_H
#define RT_CGI_DNI_DNI_SEEN_H

#include "cgi/dni/dni_conf.h"

struct db;

/* Stores what is new, at most once a minute a site and some of the sites a
 * call. c may be NULL. The keeper's thread only; not in a transaction. */
RT_MUST_USE enum err dni_seen_write(struct db *db, const struct dni_conf *c,
    int64_t now_us);

#endif
