/* Tests of jobs/hook_run with a real receiver and a real database: what each
 * answer comes to, and that no failing statement, no lost connection and no
 * missing key loses an event. */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jobs/hook_run.h"
#include "lib/base/clk.h"
#include "lib/db/db_hook.h"
#include "lib/db/stmt.h"
#include "lib/hash/seal.h"
#include "lib/out/out_http.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/http_peer.h"
#include "tests/support/testdb.h"

#define PORT     8090
#define NOBODYS  8091
#define LIMIT_US (60 * RT_SEC_US)
#define NEVER    UINT32_MAX
/* More than what one delivery takes of statements. */
#define STATEMENTS 24

static struct testdb *t;
static struct http_peer *peer;
static struct settings settings;
static struct seal_key key;
static struct arena mem;

/* What the receiver has got: of the last request, and how many. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char last[HTTP_PEER_REQUEST_MAX + 1];
static atomic_uint asked;

/* For the thread of hook_run: how many of its statements pass before one fails;
 * with 0 it gets no connection at first. */
static uint32_t passing;

static const struct {
	const char *path, *answer, *state;
	unsigned int status;
	const char *error; /* begins so */
} answers[] = {
	{ "/ok", "HTTP/1.1 204 No Content\r\n\r\n", "done", 204, "" },
	{ "/text",
	    "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nth\xff"
	    "en",
	    "done", 200, "" },
	{ "/moved",
	    "HTTP/1.1 307 Moved\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n",
	    "ready", 307, "answered 307: redirects are not followed" },
	{ "/gone", "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", "ready",
	    410, "answered 410" },
	{ "/broken", "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", "ready",
	    500, "answered 500" },
	{ "/later",
	    "HTTP/1.1 429 No\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n",
	    "ready", 429, "answered 429" },
	{ "/much-later",
	    "HTTP/1.1 503 No\r\nRetry-After: 99999\r\n"
	    "Content-Length: 0\r\n\r\n",
	    "ready", 503, "answered 503" },
	{ "/hangs-up", "", "ready", 0, "" },
	{ "/odd", "so what\r\n\r\n", "ready", 0, "" },
};

static void answer(void *ctx, struct slice request, struct buf *out)
{
	const struct slice path = http_peer_path(request);

	(void)ctx;
	(void)pthread_mutex_lock(&lock);
	memcpy(last, request.p, request.n);
	last[request.n] = '\0';
	(void)pthread_mutex_unlock(&lock);
	for (size_t i = 0; i < RT_ARRAY_LEN(answers); i++)
		if (slice_eq_cstr(path, answers[i].path))
			buf_cstr(out, answers[i].answer);
	atomic_fetch_add(&asked, 1);
}

static void seal_path(char *out, size_t max)
{
	(void)snprintf(out, max, "%s/seal.key", settings.secret_dir);
}

static int start(void **state)
{
	char path[SETTINGS_PATH_MAX + 16];

	(void)state;
	t = testdb_start();
	(void)snprintf(settings.secret_dir, sizeof(settings.secret_dir), "%s",
	    t->secret_dir);
	seal_path(path, sizeof(path));
	if (seal_key_create(path) != ERR_OK ||
	    seal_key_load(path, &key) != ERR_OK || out_http_start() != ERR_OK)
		return -1;
	arena_init(&mem, (size_t)8 << 20);
	peer = http_peer_start(PORT, answer, NULL);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	http_peer_stop(peer);
	arena_fini(&mem);
	out_http_stop();
	testdb_stop(t);
	return 0;
}

static void run(const char *sql)
{
	assert_int_equal(stmt_exec(stmt_begin(t->db, sql), NULL), ERR_OK);
}

static int empty(void **state)
{
	(void)state;
	run("DELETE FROM webhook_delivery");
	run("DELETE FROM webhook");
	arena_reset(&mem);
	passing = NEVER;
	atomic_store(&asked, 0);
	return 0;
}

/* A hook of one company whose secret is "s3cret", sealed for whom it is. */
static struct webhook_id add(int who, const char *url, const char *signature)
{
	struct hook_row row = { .name = "CRM",
		.events = HOOK_ALL,
		.private_ok = true,
		.per_second = 100,
		.parallel = 4,
		.created_us = TESTDB_NOW_US };
	char about[ID_TEXT_MAX + 16], id[ID_TEXT_MAX];
	struct buf b;

	testdb_id(TESTDB_NOW_US, row.id.v);
	id_text(ID_KIND_webhook, row.id.v, id);
	(void)snprintf(about, sizeof(about), "webhook:%s", id);
	(void)snprintf(row.url, sizeof(row.url), "%s", url);
	(void)snprintf(row.signature, sizeof(row.signature), "%s", signature);
	buf_over(&b, row.secret, sizeof(row.secret));
	assert_int_equal(seal_box(&key, slice_from(about), SLICE("s3cret"), &b),
	    ERR_OK);
	row.secret_n = b.n;
	assert_int_equal(db_hook_add(t->db, t->company[who].id, &row), ERR_OK);
	return row.id;
}

static struct webhook_id add_path(int who, const char *path)
{
	char url[128];

	http_peer_url(peer, path, url, sizeof(url));
	return add(who, url, "v1");
}

static void tell(int who, struct webhook_id hook)
{
	assert_int_equal(db_hook_out_test(t->db, t->company[who].id, hook,
			     clk_wall_us()),
	    ERR_OK);
}

/* The only delivery of the hook, as its log shows it. */
static struct hook_out_row only(int who, struct webhook_id hook)
{
	struct hook_out_row *rows;
	size_t n = 0;

	arena_reset(&mem);
	assert_int_equal(db_hook_out_list(t->db, t->company[who].id, hook,
			     SLICE(""), 0, 10, &mem, &rows, &n),
	    ERR_OK);
	assert_int_equal(n, 1);
	return rows[0];
}

/* Waits until an attempt of the only delivery has ended: for a result, or,
 * when it could not be written down, for the request. */
static struct hook_out_row tried(int who, struct webhook_id hook)
{
	const int64_t until_us = clk_mono_us() + LIMIT_US;
	struct hook_out_row row;

	for (;;) {
		row = only(who, hook);
		if (row.attempts > 0 && strcmp(row.state, "running") != 0)
			return row;
		if (clk_mono_us() > until_us)
			fail_msg("not in time: %s after %u attempts", row.state,
			    row.attempts);
		(void)poll(NULL, 0, 2);
	}
}

/* In the thread of hook_run. */
static enum err connect_jobd(const struct settings *s, struct db **out)
{
	const uint32_t n = passing;

	(void)s;
	passing = NEVER;
	if (n == 0)
		return ERR_UNAVAILABLE;
	if (n != NEVER)
		fail_stmt_after(n - 1);
	return db_open_as(out, t->secret_dir, t->socket, TESTDB_NAME, "jobd");
}

static struct hook_run *begin(void)
{
	const struct hook_run_conf conf = { .settings = &settings,
		.connect = connect_jobd };
	struct hook_run *r = NULL;

	assert_int_equal(hook_run_start(&r, &conf), ERR_OK);
	return r;
}

static void test_answers(void **state)
{
	struct webhook_id hooks[RT_ARRAY_LEN(answers)];
	struct hook_run *r;

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(answers); i++) {
		hooks[i] = add_path(0, answers[i].path);
		tell(0, hooks[i]);
	}
	r = begin();
	for (size_t i = 0; i < RT_ARRAY_LEN(answers); i++) {
		const struct hook_out_row row = tried(0, hooks[i]);

		if (strcmp(row.state, answers[i].state) != 0 ||
		    row.status != answers[i].status ||
		    strncmp(row.error, answers[i].error,
			strlen(answers[i].error)) != 0 ||
		    (row.error[0] == '\0') != (row.status / 100 == 2))
			fail_msg("%s: %s %u \"%s\"", answers[i].path, row.state,
			    row.status, row.error);
		if (strcmp(answers[i].path, "/text") == 0)
			assert_string_equal(row.answer,
			    "th\xef\xbf\xbd"
			    "en");
	}
	hook_run_stop(r);
}

/* After a pause that the receiver asked for nothing reaches it, and a hook of
 * the other company at the same place is told meanwhile. */
static void test_rests(void **state)
{
	const struct webhook_id hook = add_path(0, "/much-later"),
				other = add_path(1, "/ok");
	struct hook_run *r = begin();
	struct hook_out_row *rows;
	size_t n = 0;

	(void)state;
	tell(0, hook);
	assert_int_equal(tried(0, hook).status, 503);
	tell(0, hook);
	tell(1, other);
	assert_string_equal(tried(1, other).state, "done");
	arena_reset(&mem);
	assert_int_equal(db_hook_out_list(t->db, t->company[0].id, hook,
			     SLICE(""), 0, 10, &mem, &rows, &n),
	    ERR_OK);
	assert_int_equal(n, 2);
	assert_int_equal(rows[0].attempts, 0);
	hook_run_stop(r);
	assert_int_equal(atomic_load(&asked), 2);
}

static void test_signatures(void **state)
{
	static const char *const want[] = { "\r\nRingtrace-Signature: t=",
		"\r\nSignature: " };
	static const char *const names[] = { "v1", "sha1" };
	char url[128];
	struct hook_run *r = begin();

	(void)state;
	http_peer_url(peer, "/ok", url, sizeof(url));
	for (size_t i = 0; i < RT_ARRAY_LEN(names); i++) {
		const struct webhook_id hook = add(0, url, names[i]);

		tell(0, hook);
		assert_string_equal(tried(0, hook).state, "done");
		(void)pthread_mutex_lock(&lock);
		assert_non_null(strstr(last, want[i]));
		assert_null(strstr(last, want[1 - i]));
		assert_non_null(strstr(last, "\r\nRingtrace-Event: test\r\n"));
		assert_non_null(strstr(last, "\r\nRingtrace-Event-Id: evt_"));
		(void)pthread_mutex_unlock(&lock);
	}
	hook_run_stop(r);
}

/* Nothing is sent unsigned, and nothing with what is not this hook's. */
static void test_no_secret(void **state)
{
	const struct webhook_id hook = add_path(0, "/ok");
	const struct webhook_id other = add_path(0, "/ok");
	struct hook_row row;
	char path[SETTINGS_PATH_MAX + 16], away[sizeof(path) + 8];
	struct hook_run *r;

	(void)state;
	assert_int_equal(db_hook_get(t->db, t->company[0].id, other, &row),
	    ERR_OK);
	row.id = hook;
	assert_int_equal(db_hook_update(t->db, t->company[0].id, &row), ERR_OK);
	tell(0, hook);
	r = begin();
	assert_string_equal(tried(0, hook).error, "could not be put together");
	hook_run_stop(r);

	seal_path(path, sizeof(path));
	(void)snprintf(away, sizeof(away), "%s.away", path);
	assert_int_equal(rename(path, away), 0);
	tell(0, other);
	r = begin();
	assert_string_equal(tried(0, other).error, "could not be put together");
	hook_run_stop(r);
	assert_int_equal(rename(away, path), 0);
	assert_int_equal(atomic_load(&asked), 0);
}

/* Waits until the receiver was asked, or it was written down why not. */
static void until_tried(struct webhook_id hook, uint32_t n)
{
	const int64_t until_us = clk_mono_us() + LIMIT_US;

	while (atomic_load(&asked) == 0 && only(0, hook).error[0] == '\0') {
		if (clk_mono_us() > until_us)
			fail_msg("statement %u fails: never sent", n);
		(void)poll(NULL, 0, 2);
	}
}

/* Whichever statement fails, the event is told, or the log says that it could
 * not be put together and it is tried again. Where the result itself was not
 * written, it is lost until its time is up. */
static void test_failing(void **state)
{
	uint32_t again = 0, lost = 0;

	for (uint32_t n = 0; n < STATEMENTS; n++) {
		struct hook_out_row row;
		struct webhook_id hook;
		struct hook_run *r;

		(void)empty(state);
		hook = add_path(0, "/ok");
		tell(0, hook);
		passing = n;
		r = begin();
		until_tried(hook, n);
		hook_run_stop(r);
		row = only(0, hook);
		if (strcmp(row.state, "ready") == 0) {
			again++;
			assert_string_equal(row.error,
			    "could not be put together");
		} else if (strcmp(row.state, "running") == 0) {
			lost++;
			assert_int_equal(db_hook_out_lost(t->db,
					     clk_wall_us() + RT_HOUR_US),
			    ERR_OK);
			row = only(0, hook);
			assert_string_equal(row.state, "ready");
		} else {
			assert_string_equal(row.state, "done");
		}
	}
	assert_true(again > 0);
	assert_true(lost > 0);
	assert_true(again + lost < STATEMENTS);
}

/* The database goes and comes again: what was told before waits for it. */
static void test_database_away(void **state)
{
	const struct webhook_id first = add_path(0, "/ok");
	const struct webhook_id second = add_path(1, "/ok");
	struct hook_run *r = begin();

	(void)state;
	tell(0, first);
	assert_string_equal(tried(0, first).state, "done");
	tell(1, second);
	assert_string_equal(tried(1, second).state, "done");
	testdb_kill(t);
	testdb_revive(t);
	db_close(t->db);
	t->db = testdb_connect(t, NULL);
	run("DELETE FROM webhook_delivery");
	tell(0, first);
	assert_string_equal(tried(0, first).state, "done");
	hook_run_stop(r);
	assert_int_equal(atomic_load(&asked), 3);
}

/* --- an erasure meanwhile --------------------------------------------------
 */

/* A call and what is to be told of it. */
static struct call_id add_call(struct webhook_id hook)
{
	static const char *const sqls[] = {
		"INSERT INTO phone_call (company_id, id, state, result,"
		" number_id, number_e164, caller_e164, caller_raw,"
		" caller_name, caller_place, started_at) VALUES (?, ?,"
		" 'closed', 'answered', '', '+14155550100', '+12125550199',"
		" '2125550199', 'Ann', '', '2026-11-20')",
		"INSERT INTO webhook_delivery (company_id, webhook_id,"
		" event_id, kind, object_id, state, due_at, happened_at)"
		" SELECT x.c, w.id, x.i, 'call.ended', x.i, 'ready',"
		" '2026-11-20', '2026-11-20' FROM (SELECT ? AS c, ? AS i) x"
		" JOIN webhook w ON w.company_id = x.c AND w.id = ?",
	};
	struct call_id id;

	testdb_id(TESTDB_NOW_US, id.v);
	for (size_t i = 0; i < RT_ARRAY_LEN(sqls); i++) {
		struct stmt *st;

		st = stmt_begin(t->db, sqls[i]);
		stmt_in_id(st, t->company[0].id.v);
		stmt_in_id(st, id.v);
		if (i > 0)
			stmt_in_id(st, hook.v);
		assert_int_equal(stmt_exec(st, NULL), ERR_OK);
	}
	return id;
}

/* INNODB_TRX is made anew for who has not read it for a tenth of a second. */
#define LOOK_MS 150

/* Waits until the thread of hook_run waits for somebody as the query says. */
static void until_waits(const char *count_sql)
{
	const int64_t until_us = clk_mono_us() + LIMIT_US;

	while (testdb_count(t, count_sql) == 0) {
		if (clk_mono_us() > until_us)
			fail_msg("nobody waits: %s", count_sql);
		(void)poll(NULL, 0, LOOK_MS);
	}
}

static void forget(struct db *db, const char *sql, struct call_id id)
{
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, id.v);
	assert_int_equal(stmt_exec(st, NULL), ERR_OK);
}

static bool says_caller(struct slice body)
{
	return slice_find_slice(body, SLICE("12125550199")) < body.n;
}

/* Two events are claimed together. While the body of the first waits for a
 * table, somebody begins to erase the caller of the second, and ends when its
 * body waits for that: it does not say what was read before. */
static void test_erased_meanwhile(void **state)
{
	const struct webhook_id hook = add_path(0, "/ok");
	struct db *table = testdb_connect(t, NULL);
	struct db *eraser = testdb_connect(t, NULL);
	struct hook_out_row *rows;
	struct call_id second;
	struct hook_run *r;
	size_t n = 0;

	(void)state;
	(void)add_call(hook);
	second = add_call(hook);
	assert_int_equal(stmt_exec(stmt_begin(table,
				       "LOCK TABLES call_verdict WRITE"),
			     NULL),
	    ERR_OK);
	r = begin();
	until_waits(
	    "SELECT COUNT(*) FROM information_schema.PROCESSLIST"
	    " WHERE user = 'rt_jobd' AND state LIKE '%metadata lock%'");
	assert_int_equal(db_begin(eraser), ERR_OK);
	forget(eraser,
	    "UPDATE phone_call SET caller_e164 = '', caller_raw = '',"
	    " caller_name = '' WHERE id = ?",
	    second);
	forget(eraser,
	    "UPDATE webhook_delivery SET body = NULL, answer = ''"
	    " WHERE object_id = ?",
	    second);
	db_close(table);
	until_waits(
	    "SELECT COUNT(*) FROM information_schema.INNODB_TRX"
	    " WHERE trx_state = 'LOCK WAIT'");
	assert_int_equal(db_commit(eraser), ERR_OK);
	db_close(eraser);
	until_waits(
	    "SELECT COUNT(*) = 2 FROM webhook_delivery"
	    " WHERE state = 'done'");
	hook_run_stop(r);
	assert_int_equal(db_hook_out_list(t->db, t->company[0].id, hook,
			     SLICE(""), 0, 10, &mem, &rows, &n),
	    ERR_OK);
	assert_int_equal(n, 2);
	assert_true(says_caller(rows[1].body));
	assert_false(says_caller(rows[0].body));
	run("DELETE FROM phone_call");
}

static void test_nobody(void **state)
{
	struct webhook_id hook;
	char url[128];
	struct hook_run *r;

	(void)state;
	(void)snprintf(url, sizeof(url), "http://%s:%d/",
	    getenv("RT_TEST_ADDR"), NOBODYS);
	hook = add(0, url, "v1");
	tell(0, hook);
	r = begin();
	assert_int_equal(tried(0, hook).status, 0);
	assert_true(only(0, hook).error[0] != '\0');
	assert_string_equal(only(0, hook).state, "ready");
	hook_run_stop(r);
	hook_run_stop(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_answers, empty),
		cmocka_unit_test_setup(test_rests, empty),
		cmocka_unit_test_setup(test_signatures, empty),
		cmocka_unit_test_setup(test_no_secret, empty),
		cmocka_unit_test_setup(test_failing, empty),
		cmocka_unit_test_setup(test_database_away, empty),
		cmocka_unit_test_setup(test_erased_meanwhile, empty),
		cmocka_unit_test_setup(test_nobody, empty),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
