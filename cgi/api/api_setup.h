/*
 * api_setup.h - writing what a company is set up with.
 *
 * One kind of thing is a sheet to read it by (db_sheet_setup.h) and the form
 * that people fill in (thing.h): a body is laid over the form's fields as a
 * JSON Merge Patch, checked and written by what the form uses, with its audit
 * row. So there is one set of rules, and no endpoint can do what a form could
 * not. A new kind is a row of api_things.c and three of the route table.
 *
 *	POST   /api/v1/<sheet>        201 with the row, Location and ETag; with
 *	                              an Idempotency-Key done once
 *	PATCH  /api/v1/<sheet>/{id}   200 with the row; If-Match: 412
 *	DELETE /api/v1/<sheet>/{id}   204; If-Match: 412; 409 while it is in use
 */
#ifndef RT_CGI_API_API_SETUP_H
#define RT_CGI_API_API_SETUP_H

#include "cgi/api/api_merge.h"
#include "cgi/form/thing.h"
#include "cgi/web/resp.h"
#include "lib/db/db_sheet.h"

struct api_setup {
	const char *sheet;
	const struct thing *thing;
	const struct api_member *members;
	size_t n_members;
	/* Members beyond the form's, NULL at the end, and what they do, after
	 * the rest and in its transaction; may be NULL. */
	const char *const *also;
	enum err (*put_also)(const struct req *r, const uint8_t id[ID_BYTES],
	    const struct json_node *body, struct api_faults *faults);
	/* A secret of save() goes into the answer to POST under this name. */
	const char *secret;
	/* It is a company: see api_things.c. */
	bool is_company;
	bool of_account; /* by keys of all companies alone (api_who.h) */
};

RT_MUST_USE enum err api_setup_add(const struct req *r, struct resp *out);
RT_MUST_USE enum err api_setup_change(const struct req *r, struct resp *out);
RT_MUST_USE enum err api_setup_retire(const struct req *r, struct resp *out);

/* The body as JSON, at most max bytes: false, with the answer made, when it is
 * none. Ended with json_in_free(). */
#define API_SETUP_DEPTH 4
bool api_setup_body(const struct req *r, size_t max, unsigned int depth,
    struct resp *out, struct json_in **in, enum err *e);

/* Faults for members that are none of names, NULL at the end, and for a body
 * that is no object. */
void api_setup_only(const struct json_node *body, const char *const *names,
    struct api_faults *faults);

/* 201 with a row of a list as text, and its Location. */
RT_MUST_USE enum err api_setup_added(struct resp *out, const char *list,
    struct slice text);

/* What a sheet's text columns hold for programs, where that is not what is
 * stored. ERR_NOMEM. */
RT_MUST_USE enum err api_setup_show(const struct req *r,
    const struct db_sheet *sheet, struct db_sheet_cell *cells, size_t n);

#endif
