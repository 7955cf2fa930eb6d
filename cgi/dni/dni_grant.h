/*
 * dni_grant.h - a lease for a visit: taken in memory, stored, then shown; and
 * taken back when the database does not store it.
 *
 * All with mu held.
 */
#ifndef RT_CGI_DNI_DNI_GRANT_H
#define RT_CGI_DNI_DNI_GRANT_H

#include "cgi/dni/dni_serve_priv.h"

/* What a grant changed, in case the database says no. */
struct dni_grant {
	struct dni_pool *pool;
	struct lease_grant grant;
	struct lease_id lease_before;
	bool given_up_before;
	bool unsure;         /* the pool may be another's by now */
	bool too_many;       /* the address has its share of the pool */
	bool to_write;       /* a lease of its own, not yet stored */
	uint64_t wait_batch; /* kept, but stored only by this batch */
	/* Whose it is. */
	struct visitor_id visitor;
	struct visit_id visit;
};

/* A lease for visit, in memory; its row goes into *w and its number into the
 * answer. False: the pool has none, or g->too_many, or g->unsure. */
RT_MUST_USE bool dni_grant_take(struct dni_serve *v, struct dni_visit *visit,
    struct dni_write *w, struct dni_grant *g);
/* While nothing can be stored, a lease of visit->pool that is looked at goes on
 * in memory, so that the number is nobody else's when the database is back; its
 * row follows then, if the pool is still ours. */
void dni_grant_outlast(const struct dni_serve *v, struct dni_visit *visit);
/* Writes what the visit said. With a new lease in it v->wait is set, and the
 * answer waits. */
void dni_grant_store(struct dni_serve *v, const struct dni_write *w,
    const struct dni_grant *g);
/* Completes an answer that waited. late: without the result; ERR_BUSY: that
 * is on its way. */
RT_MUST_USE enum err dni_grant_resume(struct dni_serve *v, bool late);

#endif
