/*
 * dni_api.h - the addresses the tag talks to.
 *
 *   POST /dni/v1/visit   a page is shown: who is this, which number?
 *   POST /dni/v1/beat    a minute of a visible, used page has passed
 *   POST /dni/v1/event   a page view, a click on the phone link, consent gone
 *
 * Bodies are JSON sent as text/plain (dni_hit.h), so that browsers ask no
 * permission first; for those who send another type the question (OPTIONS)
 * is answered. Answers to visit and beat:
 *
 *   {"tier":"lease","why":"","visitor":"vtr_…","visit":"vis_…",
 *    "swap":[{"from":{"e164":"+1…","national":"(…) …","international":"+1 …"},
 *             "to":{…}}],"beat_s":60}
 *
 * tier: lease, source, overflow, none, gone; why, for all but the first: robot
 * hidden consent pool flood database closed. visitor and visit are missing when
 * none is kept. "gpc":true: the request's head had Sec-GPC, so the browser
 * shall keep none, either. Errors are RFC 9457 problems: 400 with what is
 * wrong, 403 for a foreign origin, 404 for an unknown site, 413, 429, and 503
 * while no site is known.
 */
#ifndef RT_CGI_DNI_DNI_API_H
#define RT_CGI_DNI_DNI_API_H

#include "cgi/web/route.h"

#define DNI_API_ROUTES 7

/* r->app is the struct dni_state. */
extern const struct route dni_api_routes[DNI_API_ROUTES];

#endif
