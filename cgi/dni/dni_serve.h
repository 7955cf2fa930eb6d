/*
 * dni_serve.h - what a visitor is shown: the decisions behind /dni/v1.
 *
 *   robot, hidden tab           nothing: the number on the page stays
 *   no consent                  source-level number; nothing is kept, and a
 *                               no ends what was begun with a yes
 *   a rule for this very page   its number; the visit is kept
 *   the pool                    a leased number, stored before it is shown
 *   pool empty, flood, no       source-level number, else the pool's overflow
 *   database                    number, else nothing; counted
 */
#ifndef RT_CGI_DNI_DNI_SERVE_H
#define RT_CGI_DNI_DNI_SERVE_H

#include "cgi/dni/dni_hit.h"
#include "cgi/dni/dni_state.h"

/* Who asks, as nginx says. */
struct dni_who {
	struct slice origin;
	struct slice referrer; /* of the request: the page that asks */
	bool goes_on;          /* it tells of a visit that was let in before */
	struct slice address;
	struct slice user_agent;
	/* The secret of the site whose own server asks for its visitor; "" for
	 * browsers. address and user_agent are then the visitor's. */
	struct slice token;
	int64_t now_us;
	struct later *later; /* for an answer that waits */
	bool let_in;         /* dni_serve_let_in() counted the address */
};

struct dni_serve;

struct dni_answer {
	struct slice site; /* its key, of the request */
	const char *tier;  /* "lease" "source" "overflow" "none" "gone" */
	const char *why;   /* of anything but a lease; "" */
	bool gpc;          /* refused for what the request's head said */
	bool has_ids;
	struct visitor_id visitor;
	struct visit_id visit;
	struct dni_number to;       /* e164 "": swap nothing */
	struct dni_number *targets; /* in mem */
	size_t n_targets;
	/* Not complete: its lease is being stored, and later_ready() will be
	 * called. Then dni_serve_resume() completes it. NULL: complete. */
	struct dni_serve *waits;
};

/* Before its body is read, which costs more than to refuse it. False: too many
 * requests of this address. Without it they are counted below. */
RT_MUST_USE bool dni_serve_let_in(struct dni_state *s, struct dni_who *who);

/* h and *out live as long as mem. ERR_UNAVAILABLE: no site is known, as the
 * database has been away since the start; ERR_NOTFOUND: no such site;
 * ERR_DENIED: not from this origin; ERR_BUSY: too many requests of this
 * address; ERR_NOMEM. */
RT_MUST_USE enum err dni_serve_visit(struct dni_state *s,
    const struct dni_hit *h, const struct dni_who *who, struct arena *mem,
    struct dni_answer **out);
/* Tier "gone": the visit has ended, ask for a new one. "none" with why "": as
 * it was, nothing to change. The lease ran out and there is no number: what
 * there is without one, by the rules for h's url; "none" with a why: the page's
 * own. */
RT_MUST_USE enum err dni_serve_beat(struct dni_state *s,
    const struct dni_hit *h, const struct dni_who *who, struct arena *mem,
    struct dni_answer **out);
/* What a page is told whose visit goes on and whose site was closed since, or
 * is not of its origin any more: "none" with a why, as nobody hears its
 * heartbeats and its number is another visitor's soon. False: no such visit, or
 * ERR_NOMEM.
 */
RT_MUST_USE bool dni_serve_closed(struct dni_state *s, const struct dni_hit *h,
    struct arena *mem, struct dni_answer **out);
/* late: the database took too long, and the answer is made without it.
 * ERR_BUSY, only then: later_ready() is being called this moment. */
RT_MUST_USE enum err dni_serve_resume(struct dni_serve *v, bool late);

#endif
