/*
 * dni_event.h - what happened on a page: a click on a phone link, a form, an
 * event of the page's own, a report of how the tag got on, consent withdrawn.
 */
#ifndef RT_CGI_DNI_DNI_EVENT_H
#define RT_CGI_DNI_DNI_EVENT_H

#include "cgi/dni/dni_serve.h"

/* An event of a visit that is not there is no error: a beacon sent while a
 * page goes away cannot be repeated. Beyond the limits of a visit
 * (dni_visits.h) it is forgotten. Not so a form, which is somebody's:
 * ERR_CLOSED and ERR_BUSY. ERR_NOTFOUND, ERR_DENIED, ERR_BUSY, ERR_NOMEM as for
 * dni_serve_visit(). */
RT_MUST_USE enum err dni_event_serve(struct dni_state *s,
    const struct dni_hit *h, const struct dni_who *who);

/* With mu held. Its leases end now, its journey says so, and the visit is
 * forgotten. */
void dni_event_withdraw(struct dni_serve *v, struct dni_visit *visit);

#endif
