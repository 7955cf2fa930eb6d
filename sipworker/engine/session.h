/*
 * session.h - session timers of a leg (RFC 4028), each leg on its own.
 *
 * Whoever is not the refresher ends the call a little before the interval is
 * over; the refresher sends UPDATE, or re-INVITE to a peer without it, at half
 * of it.
 */
#ifndef RT_ENGINE_SESSION_H
#define RT_ENGINE_SESSION_H

#include "sipworker/engine/slots.h"

#define SESSION_MIN_S 90

/* Their INVITE or UPDATE. 422: they ask for too short an interval, answer with
 * Min-SE; else 0. */
unsigned int session_check(const struct sip_msg *m);
/* It is accepted: what they ask for. One that is refused, for whatever reason,
 * leaves the timer as it was (RFC 3261 12.2.2). */
void session_read_request(struct leg *l, const struct sip_msg *m);
/* Their 2xx to a request of ours. */
void session_read_response(struct leg *l, const struct sip_msg *m);
/* Session-Expires for our 2xx, when there is a timer. */
void session_put_answer(const struct leg *l, struct buf *b);
/* The same for our refresh. */
void session_put_refresh(const struct leg *l, struct buf *b);
/* Begins the interval anew. */
void session_start(struct engine *e, struct leg *l);
void session_on_timer(struct engine *e, struct leg *l);
/* Our refresh was answered with this status (408: not at all, m is NULL). What
 * is only refused (491, 422, UPDATE not understood) is tried again. */
void session_refreshed(struct engine *e, struct leg *l, unsigned int status,
    const struct sip_msg *m);

#endif
