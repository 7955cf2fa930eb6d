/*
 * api_who.h - who asks: the key of a request, what it may do, how often.
 *
 * `Authorization: Bearer rtk_…` (or CallRail's `Token token="rtk_…"`). A key
 * is for one company or for all of an account; then `company_id` in the query
 * says which. Requests are counted per key in this process.
 */
#ifndef RT_CGI_API_API_WHO_H
#define RT_CGI_API_API_WHO_H

#include "cgi/web/route.h"
#include "lib/core/id.h"

#define API_WHO_PER_MIN 600 /* requests of a key */

/* What a row of the route table says beside its path. */
struct api_route {
	uint32_t scope;       /* SCOPE(...); 0: no key is needed */
	enum route_role role; /* that the key's maker must have today */
	bool wide; /* by keys of all companies alone; the role in all of them */
	unsigned int query; /* of api_query.h: what the address may ask */
	enum err (*serves)(const struct req *r, struct resp *out);
	const struct api_setup *setup; /* of api_setup.h; NULL: not its */
};

struct api_who {
	struct account_id account;
	/* The key's one company, or the one that company_id names; nil: any. */
	struct company_id company;
	bool wide;           /* the key itself is for all companies */
	struct user_id user; /* who made the key */
	struct api_key_id key;
	uint32_t limit;
	uint32_t left;
	uint32_t reset_s;
	bool over;                     /* too many requests */
	struct slice *kept;            /* api_once_keep(); "" nothing */
	struct api_query_fault *fault; /* of api_query.h */
};

/* For web_conf. Also sets r->account and r->user, so that what a key does is
 * in the audit log as its maker's; and r->role and r->account_role: those that
 * the maker has today, but never an owner's, who decides in person. A key of
 * the operator has an administrator's. A row that needs more is ERR_DENIED. */
RT_MUST_USE enum err api_who_admit(struct req *r, const struct route *row);
/* The handler of all rows with a key: what all have in common is checked here,
 * then the row's serves() answers, a POST through api_once.h. */
RT_MUST_USE enum err api_who_serve(const struct req *r, struct resp *out);
void api_who_finish(const struct req *r, struct resp *out);
/* Tells which parameter was wrong (api_query_wrong()). */
RT_MUST_USE enum err api_who_explain(const struct req *r, struct resp *out,
    enum err e);

const struct api_who *api_who(const struct req *r);
/* False, with the answer made: the key is for several companies and the
 * request does not say which: `if (!api_who_company(r, out, &e)) return e;` */
bool api_who_company(const struct req *r, struct resp *out, enum err *e);

#endif
