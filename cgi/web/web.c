#include "cgi/web/web_priv.h"

#include <stdio.h>
#include <stdlib.h>

#include "cgi/web/fcgi_events.h"
#include "cgi/web/fcgi_loop.h"
#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/base/metric.h"
#include "lib/base/settings.h"
#include "lib/db/db.h"

#define ROUTES_TEXT_MAX ((size_t)1 << 20)
#define ARENA_MAX       ((size_t)8 << 20)
#define RETRY_DB_US     (RT_SEC_US / 4)
#define DB_NAME_MAX     32

/* What one thread keeps between requests. */
struct thread {
	struct arena arena;
	struct resp resp;
	struct db *db;
	int64_t db_tried_us; /* monotonic: of the last attempt to connect */
};

static void *thread_begin(void *ctx)
{
	const struct web_conf *conf = ctx;
	struct thread *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	arena_init(&t->arena,
	    conf->arena_max == 0 ? ARENA_MAX : conf->arena_max);
	resp_init(&t->resp, conf->templates);
	return t;
}

static void thread_end(void *ctx, void *thread)
{
	struct thread *t = thread;

	(void)ctx;
	db_close(t->db);
	resp_fini(&t->resp);
	arena_fini(&t->arena);
	free(t);
}

static enum err connect_first(const struct web_conf *conf, struct db **out)
{
	const struct settings *s = conf->settings;
	char password[DB_PASSWORD_MAX + 1], user[DB_NAME_MAX];
	enum err e;

	e = db_password(s->secret_dir, conf->db_user, password);
	if (e != ERR_OK)
		return e;
	(void)snprintf(user, sizeof(user), "rt_%s", conf->db_user);
	return db_open_broken(out, &(struct db_options){ .socket = s->db_socket,
				       .user = user,
				       .password = password,
				       .name = s->db_name });
}

/* This thread's connection. While the database is away it is a broken one,
 * whose verbs answer ERR_UNAVAILABLE; we ask anew at most every RETRY_DB_US,
 * so that requests then fail at once instead of waiting in turn. */
static struct db *connection(const struct web_conf *conf, struct thread *t)
{
	const int64_t now_us = clk_mono_us();

	if (conf->db_user == NULL)
		return NULL;
	if (t->db != NULL && !db_broken(t->db))
		return t->db;
	if (t->db_tried_us != 0 && now_us - t->db_tried_us < RETRY_DB_US)
		return t->db;
	t->db_tried_us = now_us;
	if (t->db == NULL) {
		if (connect_first(conf, &t->db) != ERR_OK)
			log_warn("web: no connection to the database");
	} else if (db_reconnect(t->db) != ERR_OK) {
		log_warn("web: the database is still away");
	} else {
		log_info("web: connected to the database again");
	}
	return t->db;
}

/* Block by block, each written before the next is asked for. */
static bool send_source(struct fcgi_loop_io *io, struct resp *out)
{
	bool more = true;

	while (more) {
		enum err e;

		buf_reset(&out->body);
		e = out->source.next(out->source.state, &out->body, &more);
		if (e == ERR_OK)
			e = buf_err(&out->body);
		if (e != ERR_OK) {
			log_error("web: a stream was cut off error=%s",
			    err_name(e));
			fcgi_loop_abort(io);
			return true;
		}
		if (!fcgi_loop_write(io, out->body.p, out->body.n))
			return false;
	}
	return true;
}

static void send(struct fcgi_loop_io *io, struct resp *out)
{
	char status[64];
	struct buf b;
	bool ok;

	buf_over(&b, status, sizeof(status));
	buf_cstr(&b, "Status: ");
	buf_u64(&b, out->status);
	buf_char(&b, ' ');
	buf_cstr(&b, resp_reason(out->status));
	buf_cstr(&b, "\r\n");
	ok = fcgi_loop_write(io, b.p, b.n) &&
	     fcgi_loop_write(io, out->head.p, out->head.n) &&
	     fcgi_loop_write(io, "\r\n", 2);
	if (ok && !out->r->head && out->source.next != NULL)
		ok = send_source(io, out);
	else if (ok && !out->r->head && out->body.n > 0)
		ok = fcgi_loop_write(io, out->body.p, out->body.n);
	if (!ok)
		log_debug("web: the client is gone");
}

static void serve(void *ctx, void *thread, struct fcgi_loop_io *io)
{
	const struct web_conf *conf = ctx;
	struct thread *t = thread;
	const struct req_source src = { .envp = fcgi_loop_env(io),
		.read = fcgi_loop_read,
		.ctx = io };
	struct req r = { .arena = &t->arena,
		.app = conf->app,
		.settings = conf->settings };

	arena_reset(&t->arena);
	r.now_us = clk_wall_us();
	r.db = connection(conf, t);
	web_answer(conf, &r, &src, &t->resp);
	send(io, &t->resp);
	/* A verb's transaction that a handler left open ends here. */
	if (r.db != NULL)
		db_rollback(r.db);
}

/* --- few threads, many connections -----------------------------------------*/

/* What one connection keeps between requests. */
struct conn {
	struct arena arena;
	struct resp resp;
	struct req r;
	struct web_answering answering;
};

static void *conn_begin(void *ctx)
{
	const struct web_conf *conf = ctx;
	struct conn *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	arena_init(&c->arena,
	    conf->arena_max == 0 ? ARENA_MAX : conf->arena_max);
	resp_init(&c->resp, conf->templates);
	return c;
}

static void conn_end(void *ctx, void *conn)
{
	struct conn *c = conn;

	(void)ctx;
	resp_fini(&c->resp);
	arena_fini(&c->arena);
	free(c);
}

static bool serve_conn(void *ctx, void *conn, struct fcgi_loop_io *io,
    struct later *l)
{
	const struct web_conf *conf = ctx;
	struct conn *c = conn;
	const struct req_source src = { .envp = fcgi_loop_env(io),
		.read = fcgi_loop_read,
		.ctx = io };

	arena_reset(&c->arena);
	c->r = (struct req){ .arena = &c->arena,
		.app = conf->app,
		.settings = conf->settings,
		.later = l,
		.now_us = clk_wall_us() };
	if (!web_answer_begin(conf, &c->r, &src, &c->resp, &c->answering))
		return false;
	send(io, &c->resp);
	return true;
}

static bool resume_conn(void *ctx, void *conn, struct fcgi_loop_io *io,
    bool late)
{
	const struct web_conf *conf = ctx;
	struct conn *c = conn;

	if (!web_answer_resume(conf, &c->resp, &c->answering, late))
		return false;
	send(io, &c->resp);
	return true;
}

static enum err run_events(struct web_conf *own, const char *socket_path,
    const char *lock_path)
{
	return fcgi_events_run(
	    &(struct fcgi_events_conf){ .socket_path = socket_path,
		.lock_path = lock_path,
		.threads = own->threads,
		.conns_max = own->conns_max,
		.late_us = own->late_us,
		.conn_begin = conn_begin,
		.serve = serve_conn,
		.resume = resume_conn,
		.conn_end = conn_end,
		.ctx = own });
}

int web_routes(const struct route *rows, size_t n)
{
	struct buf b;
	int status = 1;

	buf_init(&b, ROUTES_TEXT_MAX);
	route_write(rows, n, &b);
	if (buf_err(&b) == ERR_OK && fwrite(b.p, 1, b.n, stdout) == b.n &&
	    fflush(stdout) == 0)
		status = 0;
	buf_fini(&b);
	return status;
}

enum err web_run(const struct web_conf *conf)
{
	char socket_path[SETTINGS_PATH_MAX + 40];
	char lock_path[SETTINGS_PATH_MAX + 40];
	struct web_conf own = *conf;
	enum err e;

	if ((e = route_check(conf->routes, conf->n_routes)) != ERR_OK)
		return e;
	if (metric_open(conf->settings->run_dir, conf->name) != ERR_OK)
		log_warn("web: nothing is counted");
	(void)snprintf(socket_path, sizeof(socket_path), "%s/%s.sock",
	    conf->settings->run_dir, conf->name);
	(void)snprintf(lock_path, sizeof(lock_path), "%s/%s.lock",
	    conf->settings->run_dir, conf->name);
	if (conf->conns_max != 0)
		return run_events(&own, socket_path, lock_path);
	return fcgi_loop_run(
	    &(struct fcgi_loop_conf){ .socket_path = socket_path,
		.lock_path = lock_path,
		.threads = conf->threads,
		.thread_begin = thread_begin,
		.serve = serve,
		.thread_end = thread_end,
		.ctx = &own });
}
