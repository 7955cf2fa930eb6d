/*
 * dni_serve_priv.h - the inside of serving a request, for dni_plan.c,
 * dni_serve.c, dni_grant.c and dni_event.c.
 */
#ifndef RT_CGI_DNI_DNI_SERVE_PRIV_H
#define RT_CGI_DNI_DNI_SERVE_PRIV_H

#include "cgi/dni/dni_serve.h"

/* What a request needs of the configuration, copied while it was locked. */
struct dni_plan {
	struct company_id company;
	struct site_id site;
	struct pool_id pool;
	bool consent_required;
	bool rule_first;          /* a rule for this page beats the pool */
	struct number_id rule;    /* that fits; nil: none */
	struct dni_number source; /* its number; e164 "": no rule fits */
	struct number_id overflow_id;
	struct dni_number overflow;
	enum dni_overflow policy;
	int64_t lease_us;
	char country[3];
};

struct dni_serve {
	struct dni_state *s;
	const struct dni_hit *h;
	struct dni_who who; /* now_us: see dni_serve_may_ask() */
	struct arena *mem;
	struct dni_plan plan;
	struct source source;
	bool counted; /* what is shown was shown before, and is counted */
	uint8_t rnd[4][10];
	struct dni_answer *out;
	struct dni_wait *wait; /* NULL: the answer does not wait */
};

/* The i-th id of this request. */
void dni_serve_id(const struct dni_serve *v, size_t i, uint8_t out[ID_BYTES]);

/* With mu held. */

/* First of all in a request; makes its now_us no earlier than that of a request
 * served before. False: too much from this address, or this visitor. */
RT_MUST_USE bool dni_serve_may_ask(struct dni_serve *v);
/* The visit that the request names, if it goes on at this site; NULL: none. The
 * request has to name its visitor, too, as a visit's id alone proves nothing:
 * the page may show it to whom it likes (ringtrace.session()). */
struct dni_visit *dni_serve_theirs(const struct dni_serve *v);
/* What there is without a lease, as nothing can be stored. visit: NULL where
 * none is known. */
void dni_serve_away(struct dni_serve *v, struct dni_visit *visit);
/* The visit sees the page of the request. */
void dni_serve_page(struct dni_serve *v, struct dni_visit *visit,
    struct dni_write *w);

#endif
