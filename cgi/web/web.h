/*
 * web.h - a FastCGI program: listens, runs threads, dispatches to routes.
 *
 *	static const struct route routes[] = { … };
 *	struct web_conf c = { .name = "dashboard", .settings = &s, … };
 *	return web_run(&c) == ERR_OK ? 0 : 1;
 *
 * Listens on <run_dir>/<name>.sock (mode 0660, guarded by <name>.lock). Each
 * thread serves one connection of nginx at a time and holds one connection to
 * the database, opened at the first request that needs it and reopened after
 * it was lost: the request that meets the loss is answered 503.
 * Ends on SIGTERM or SIGINT after the requests in work.
 *
 * With conns_max few threads serve many connections (fcgi_events.h).
 */
#ifndef RT_CGI_WEB_WEB_H
#define RT_CGI_WEB_WEB_H

#include "cgi/web/route.h"

struct web_conf {
	const char *name; /* of the program and its socket */
	const struct settings *settings;
	const struct tmpl_set *templates; /* NULL: no pages, errors as JSON */
	const struct route *routes;
	size_t n_routes;
	const char *db_user;  /* "dashboard": see db.h; NULL: r->db is NULL */
	unsigned int threads; /* 1 to 512; with conns_max 1 to 16 */
	/* Not 0: each thread serves up to so many connections at a time, its
	 * handlers never sleep and may answer later (resp_later()). No
	 * database then. */
	unsigned int conns_max;
	int64_t late_us; /* patience with those answers */
	/* Arena of a request: parameters, rows, views, and the body. 0: 8 MiB.
	 */
	size_t arena_max;
	void *app; /* r->app, shared by all threads */
	/* Instead of cookies and CSRF tokens: who asks, and may they use that
	 * row? Sets r->company and r->who. ERR_AUTH, ERR_DENIED, ERR_NOTFOUND,
	 * ERR_BUSY (429: too many requests) end the request. NULL: sign-in by
	 * cookie. */
	enum err (*admit)(struct req *r, const struct route *row);
	/* An error of admit() or of a handler: makes an answer of its own, or
	 * returns e for the usual one. NULL: always the usual one. */
	enum err (*explain)(const struct req *r, struct resp *out, enum err e);
	/* Adds headers to every answer, errors included; NULL: none. */
	void (*finish)(const struct req *r, struct resp *out);
	/* Sets the keys that the program's layout needs; NULL: none. */
	void (*decorate)(const struct req *r, struct view *v);
	/* Only failures (5xx) are logged, not each request. */
	bool quiet;
};

/* Serves until a signal. ERR_CONFLICT: another process holds the lock;
 * ERR_IO, ERR_NOMEM, ERR_INTERNAL (a bad route table). All logged. */
RT_MUST_USE enum err web_run(const struct web_conf *conf);

/* `program --routes`: the route table on standard output (route_write()). The
 * exit status. */
int web_routes(const struct route *rows, size_t n);

/* Reads and compiles every *.html of <share_dir>/templates. What is wrong is
 * logged with file and line. The caller owns *out (tmpl_set_free()). */
RT_MUST_USE enum err web_templates(const struct settings *s,
    struct tmpl_set **out);

/* Answers one request: what web_run() does between reading and writing. For
 * tests. out was made with resp_init(); r->arena, app, db, settings, now_us
 * are set. */
void web_answer(const struct web_conf *conf, struct req *r,
    const struct req_source *src, struct resp *out);

#endif
