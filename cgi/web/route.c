#include "cgi/web/route.h"

#include <string.h>

#include "lib/base/log.h"

static bool is_slot(struct slice part)
{
	return part.n > 2 && part.p[0] == '{' && part.p[part.n - 1] == '}';
}

/* Does the pattern match? What stands in its slots goes to ids. */
static bool matches(struct slice pattern, struct slice path,
    struct slice ids[4], size_t *n_ids)
{
	bool more_a = true, more_b = true;

	*n_ids = 0;
	while (more_a && more_b) {
		struct slice a, b;

		more_a = slice_cut(&pattern, '/', &a);
		more_b = slice_cut(&path, '/', &b);
		if (!is_slot(a)) {
			if (!slice_eq(a, b))
				return false;
			continue;
		}
		if (b.n == 0 || *n_ids == 4)
			return false;
		ids[(*n_ids)++] = b;
	}
	return more_a == more_b;
}

static const char *const method_names[] = {
	[REQ_GET] = "GET, HEAD",
	[REQ_POST] = "POST",
	[REQ_PUT] = "PUT",
	[REQ_PATCH] = "PATCH",
	[REQ_DELETE] = "DELETE",
	[REQ_OPTIONS] = "OPTIONS",
	[REQ_HEAD] = "",
	[REQ_OTHER] = "",
};

static const char *const role_names[] = {
	[ROUTE_ROLE_UNSET] = "?",
	[ROUTE_PUBLIC] = "public",
	[ROUTE_SIGNED_IN] = "signed-in",
	[ROUTE_READ_ONLY] = "read-only",
	[ROUTE_AGENT] = "agent",
	[ROUTE_ANALYST] = "analyst",
	[ROUTE_MANAGER] = "manager",
	[ROUTE_ADMIN] = "admin",
	[ROUTE_OWNER] = "owner",
};

/* A path of its own is also one of an id's: each method once. */
static void allow(struct route_match *m, enum req_method method)
{
	struct buf b;

	if (strstr(m->allow, method_names[method]) != NULL)
		return;
	buf_over(&b, m->allow, sizeof(m->allow) - 1);
	b.n = strlen(m->allow);
	if (b.n > 0)
		buf_cstr(&b, ", ");
	buf_cstr(&b, method_names[method]);
	m->allow[b.n] = '\0';
}

void route_find(const struct route *rows, size_t n, struct req *r,
    struct route_match *out)
{
	*out = (struct route_match){ .kind = ROUTE_PAGE };
	for (size_t i = 0; i < n; i++) {
		struct slice ids[4];
		size_t n_ids;

		if (!matches(slice_from(rows[i].path), r->path, ids, &n_ids))
			continue;
		out->path_known = true;
		out->kind = rows[i].kind;
		if (rows[i].method != r->method) {
			allow(out, rows[i].method);
			continue;
		}
		out->route = &rows[i];
		memcpy(r->ids, ids, sizeof(r->ids));
		r->n_ids = n_ids;
		return;
	}
}

static const char *wrong(const struct route *row)
{
	if (row->handler == NULL)
		return "no handler";
	if (row->path == NULL || row->path[0] != '/')
		return "no path";
	if (row->role == ROUTE_ROLE_UNSET)
		return "no role";
	if (row->method == REQ_HEAD || row->method == REQ_OTHER)
		return "no such method";
	if (row->method == REQ_GET && row->body != REQ_BODY_NONE)
		return "a GET with a body";
	if (row->csrf == ROUTE_CSRF_NONE && row->method != REQ_GET &&
	    row->role != ROUTE_PUBLIC)
		return "signed in, but no CSRF token";
	return NULL;
}

void route_write(const struct route *rows, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s %s %s %s %s%s\n",
		    rows[i].method == REQ_GET ? "GET"
					      : method_names[rows[i].method],
		    rows[i].path, role_names[rows[i].role],
		    rows[i].wide ? "account" : "company",
		    rows[i].kind == ROUTE_PAGE ? "page" : "api",
		    rows[i].csrf == ROUTE_CSRF_NONE ? " no-csrf" : "");
}

enum err route_check(const struct route *rows, size_t n)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i < n; i++) {
		const char *why = wrong(&rows[i]);

		for (size_t j = 0; j < i && why == NULL; j++) {
			if (rows[i].method == rows[j].method &&
			    rows[j].path != NULL &&
			    strcmp(rows[i].path, rows[j].path) == 0)
				why = "there twice";
		}
		if (why == NULL)
			continue;
		log_error("route: row=%zu path=%s: %s", i,
		    rows[i].path == NULL ? "" : rows[i].path, why);
		e = ERR_INTERNAL;
	}
	return e;
}
