/*
 * route.h - the table of a program's addresses, and the way to a handler.
 *
 * A row states method, path, role, CSRF and body; handlers never check them.
 * The dispatcher answers 404 (no such path), 405 with Allow (path, but not
 * method), 401 or, for pages, 303 to /login (not signed in), 403 (role or CSRF
 * token), 413, 415, 400, and turns a handler's enum err into a status.
 */
#ifndef RT_CGI_WEB_ROUTE_H
#define RT_CGI_WEB_ROUTE_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* Least right needed; each includes those before it. Zero is no role: a row
 * that forgets to say is refused at start. */
enum route_role {
	ROUTE_ROLE_UNSET,
	ROUTE_PUBLIC,    /* no sign-in */
	ROUTE_SIGNED_IN, /* anybody who is, whatever their role */
	ROUTE_READ_ONLY, /* sees */
	ROUTE_AGENT,     /* marks outcomes, tags, notes */
	ROUTE_ANALYST,   /* takes data out, brings spend in */
	ROUTE_MANAGER,   /* numbers, trackers, pools, sites, flows */
	ROUTE_ADMIN,     /* people, keys, policies */
	ROUTE_OWNER
};

enum route_kind {
	ROUTE_PAGE, /* errors are HTML, sign-in is offered */
	ROUTE_API   /* errors are application/problem+json */
};

/* Methods other than GET need a CSRF token unless the row says why not. */
enum route_csrf {
	ROUTE_CSRF_NEEDED,
	ROUTE_CSRF_NONE /* no cookie is looked at: nothing to forge */
};

/* A field of a form, as its page shows it. */
struct route_field {
	const char *label;
	bool box; /* to be ticked */
	/* What the page calls the value of a choice; "": nothing else. */
	struct slice said;
};

struct route {
	enum req_method method; /* REQ_GET answers HEAD too */
	const char *path;       /* "/calls/{id}": {…} is one segment */
	enum route_role role;
	enum route_kind kind;
	enum route_csrf csrf;
	enum req_body body;
	size_t body_max; /* 0: REQ_BODY_FORM when a body is allowed */
	enum err (*handler)(const struct req *r, struct resp *out);
	/* What is answered in the handler's place to a form of a page of ours
	 * (csrf_stale()) with the token of another sign-in, or of none: of a
	 * tab that stayed open. NULL: 403. */
	enum err (*stale)(const struct req *r, struct resp *out);
	/* The role is needed in all companies of the account, and no company
	 * need exist: for what belongs to the account. */
	bool wide;
	/* What is done is not the company's that one looks at: a page of
	 * another company may ask for it. */
	bool any_company;
	const void *data; /* r->data of the handler; may be NULL */
	/* Of a form of fields that a person fills in: false when it has none of
	 * this name. NULL: nobody knows but the handler. */
	bool (*field)(const struct req *r, const struct route *row,
	    const struct req_param *sent, struct route_field *out);
};

#define ROUTE_ALLOW_MAX 64

struct route_match {
	const struct route *route; /* NULL: 404 or 405 */
	bool path_known;           /* 405 rather than 404 */
	enum route_kind kind;      /* of the path's rows; page when unknown */
	char allow[ROUTE_ALLOW_MAX];
};

/* Finds the row and fills r->ids. */
void route_find(const struct route *rows, size_t n, struct req *r,
    struct route_match *out);

/* At start: every row has role and handler, no two rows match the same, GET
 * rows take no body. What is wrong is logged. ERR_INTERNAL. */
RT_MUST_USE enum err route_check(const struct route *rows, size_t n);

/* One line for each row, "GET /calls/{id} read-only company page", for people
 * and for tests that try every address. */
void route_write(const struct route *rows, size_t n, struct buf *out);

#endif
