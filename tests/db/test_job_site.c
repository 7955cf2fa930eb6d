/* Tests of db_site_page and of jobs/job_site on the real queue: an address of
 * a private network is not asked, and says so on the page; of a site at home
 * every page is looked at, whichever statement fails. */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "jobs/job_site.h"
#include "lib/base/clk.h"
#include "lib/core/sitecheck.h"
#include "lib/db/db_site.h"
#include "lib/db/db_site_page.h"
#include "lib/out/out_http.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/http_peer.h"
#include "tests/support/testdb.h"
#include "tests/support/testdb_call.h"

#define NOW      TESTDB_NOW_US
#define LIMIT_US (30 * RT_SEC_US)
#define PORT     8090

#define ok(call) FAIL_STMT_OK(call)

static const char private_page[] = "http://127.0.0.1:9/ads?x=1";

static struct testdb *t;
static struct db *admin, *dashboard, *jobd;
static struct settings settings;
static struct arena mem;

static int start(void **state)
{
	(void)state;
	t = testdb_start();
	admin = testdb_connect(t, "admin");
	dashboard = testdb_connect(t, "dashboard");
	jobd = testdb_connect(t, "jobd");
	arena_init(&mem, (size_t)1 << 20);
	return out_http_start() == ERR_OK ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	out_http_stop();
	arena_fini(&mem);
	db_close(jobd);
	db_close(dashboard);
	db_close(admin);
	testdb_stop(t);
	return 0;
}

static struct company_id ours(void)
{
	return t->company[0].id;
}

static struct company_id theirs(void)
{
	return t->company[1].id;
}

static struct site_page_row only_page(struct company_id company, size_t want)
{
	struct site_page_row *rows;
	size_t n;

	ok(db_site_page_list(dashboard, company, t->company[0].site, &mem,
	    &rows, &n));
	assert_int_equal(n, want);
	return want > 0 ? rows[0] : (struct site_page_row){ 0 };
}

static void test_rows(void **state)
{
	const struct site_id site = t->company[0].site;
	struct site_page_row row = { .url = slice_from(private_page),
		.checked_us = NOW,
		.problem = SLICE("because '; --"),
		.status = 200,
		.hops = 2,
		.final_url = SLICE("https://site0.example/\xc3\xa4"),
		.bytes = 1000,
		.took_ms = 30,
		.tags = 1,
		.others = 2,
		.targets = 3,
		.ours = 4,
		.stands = SLICE("+14155550100,+14155550101"),
		.found = 5 };
	struct site_page_due *due;
	struct slice *urls;
	size_t n;

	(void)state;
	for (int twice = 0; twice < 2; twice++)
		ok(db_site_page_add(admin, ours(), site, row.url));
	ok(db_site_page_due(jobd, NOW, 10, &mem, &due, &n));
	assert_int_equal(n, 1);
	assert_true(id_eq(due[0].company.v, ours().v));
	assert_true(id_eq(due[0].site.v, site.v));
	/* Another company changes nothing of it. */
	ok(db_site_page_put(jobd, theirs(), site, &row));
	ok(db_site_page_remove(admin, theirs(), site, row.url));
	assert_int_equal(db_site_page_ask(admin, theirs(), site, NOW, NOW),
	    ERR_BUSY);
	(void)only_page(theirs(), 0);
	assert_int_equal(only_page(ours(), 1).checked_us, 0);

	ok(db_site_page_put(jobd, ours(), site, &row));
	row = only_page(ours(), 1);
	assert_int_equal(row.checked_us, NOW);
	assert_true(slice_eq_cstr(row.problem, "because '; --"));
	assert_true(
	    slice_eq_cstr(row.final_url, "https://site0.example/\xc3\xa4"));
	assert_int_equal(row.status + row.hops + row.bytes + row.took_ms, 1232);
	assert_int_equal(row.tags, 1);
	assert_int_equal(row.others, 2);
	assert_int_equal(row.targets, 3);
	assert_int_equal(row.ours, 4);
	assert_int_equal(row.found, 5);
	assert_true(slice_eq_cstr(row.stands, "+14155550100,+14155550101"));
	/* Not due for a day, unless a person asks, once a minute. */
	ok(db_site_page_due(jobd, NOW - RT_DAY_US, 10, &mem, &due, &n));
	assert_int_equal(n, 0);
	ok(db_site_page_ask(admin, ours(), site, NOW + 1, NOW));
	assert_int_equal(db_site_page_ask(admin, ours(), site, NOW + 2, NOW),
	    ERR_BUSY);
	ok(db_site_page_due(jobd, NOW - RT_DAY_US, 10, &mem, &due, &n));
	assert_int_equal(n, 1);
	ok(db_site_page_urls(admin, ours(), site, &mem, &urls, &n));
	assert_int_equal(n, 1);
	assert_true(slice_eq_cstr(urls[0], private_page));
	/* Who went is looked at no more. */
	testdb_exec(t, "UPDATE company SET archived_at = created_at");
	ok(db_site_page_due(jobd, NOW, 10, &mem, &due, &n));
	assert_int_equal(n, 0);
	testdb_exec(t, "UPDATE company SET archived_at = NULL");
}

static enum err connect_jobd(const struct settings *s, struct db **out)
{
	(void)s;
	return db_open_as(out, t->secret_dir, t->socket, TESTDB_NAME, "jobd");
}

static void test_private(void **state)
{
	static const struct queue_kind kind = { "site", 1, RT_MIN_US, 3, 0,
		job_site, NULL };
	const int64_t now_us = clk_wall_us();
	const int64_t until_us = clk_mono_us() + LIMIT_US;
	struct site_page_row row;
	struct queue *q = NULL;

	(void)state;
	ok(queue_start(&q, &(struct queue_conf){ .settings = &settings,
			       .kinds = &kind,
			       .n_kinds = 1,
			       .threads = 1,
			       .connect = connect_jobd }));
	ok(db_job_add(admin, ours(), "site", SLICE("1"), SLICE("{}"), now_us,
	    now_us));
	while (testdb_count(t,
		   "SELECT COUNT(*) FROM job WHERE kind = 'site'"
		   " AND state = 'done'") == 0) {
		if (clk_mono_us() > until_us)
			fail_msg("not in time");
		(void)poll(NULL, 0, 5);
	}
	queue_stop(q);
	row = only_page(ours(), 1);
	assert_true(row.checked_us >= now_us);
	assert_int_equal(row.status, 0);
	assert_int_equal(row.found, 1U << SITECHECK_NO_ANSWER);
	assert_true(slice_eq_cstr(row.problem,
	    "the address is not on the public internet"));
	assert_true(slice_eq_cstr(row.final_url, private_page));
}

/* --- a site at home --------------------------------------------------------
 */

static struct http_peer *peer;

static void serve(void *ctx, struct slice request, struct buf *out)
{
	static const char *const pages[][2] = {
		{ "/robots.txt",
		    "HTTP/1.0 200 OK\r\n\r\nUser-agent: *\nDisallow: /no\n" },
		{ "/tagged",
		    "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<html>"
		    "<script src=\"https://x.example/t.js\""
		    " data-key=\"site-key-0\"></script><p>Call us.</p></html>" },
		{ "/cached",
		    "HTTP/1.0 200 OK\r\n\r\n<p>Call 415-555-0300.</p>" },
		{ "/gone", "HTTP/1.0 410 Gone\r\n\r\n" },
		{ "/away", "HTTP/1.0 301 Moved\r\nLocation: /tagged\r\n\r\n" },
		{ "/round", "HTTP/1.0 302 Found\r\nLocation: /round\r\n\r\n" },
	};
	const struct slice path = http_peer_path(request);

	(void)ctx;
	for (size_t i = 0; i < RT_ARRAY_LEN(pages); i++) {
		const struct slice p = slice_from(pages[i][0]);

		if (slice_starts(path, p) &&
		    (path.n == p.n || path.p[p.n] == '?'))
			buf_cstr(out, pages[i][1]);
	}
}

static const struct {
	const char *path;
	uint32_t status;
	unsigned int has, lacks; /* bits of findings */
} looks[] = {
	{ "/away", 200, 1U << SITECHECK_LOSES_CLICK, 1U << SITECHECK_LOOPS },
	{ "/cached", 200, 1U << SITECHECK_KEPT_SWAPPED,
	    1U << SITECHECK_NO_TARGETS },
	{ "/gone", 410, 1U << SITECHECK_BAD_STATUS, 1U << SITECHECK_NO_ANSWER },
	{ "/no", 0, 1U << SITECHECK_ROBOTS, 1U << SITECHECK_NO_ANSWER },
	{ "/round", 302, 1U << SITECHECK_LOOPS, 1U << SITECHECK_BAD_STATUS },
	{ "/silent", 0, 1U << SITECHECK_NO_ANSWER, 1U << SITECHECK_ROBOTS },
	{ "/tagged", 200, 1U << SITECHECK_LEAVES, 1U << SITECHECK_LOSES_CLICK },
};

static enum err look(struct queue *q, struct company_id company,
    struct slice payload)
{
	const struct queue_env env = { .settings = &settings,
		.db = jobd,
		.arena = &mem,
		.now_us = clk_wall_us(),
		.queue = q };
	const struct job_row job = { .company = company, .payload = payload };

	return job_site(&env, &job);
}

static void forget_looks(void)
{
	testdb_exec(t, "UPDATE site_page SET checked_at = NULL, found = 0");
}

static int64_t looked(void)
{
	return testdb_count(t,
	    "SELECT COUNT(*) FROM site_page WHERE checked_at IS NOT NULL");
}

static enum err nothing(const struct queue_env *env, const struct job_row *job)
{
	(void)env;
	(void)job;
	return ERR_OK;
}

static void look_at_all(struct queue *q)
{
	bool hit = true;
	char id[ID_TEXT_MAX];

	for (unsigned int n = 0; hit; n++) {
		enum err e;

		forget_looks();
		arena_reset(&mem);
		fail_stmt_after(n);
		e = look(q, ours(), SLICE("{}"));
		hit = fail_stmt_end();
		if (!hit)
			assert_int_equal(e, ERR_OK);
		/* The next run finds what this one has left. */
		assert_int_equal(look(q, ours(), SLICE("{}")), ERR_OK);
		assert_int_equal(looked(), RT_ARRAY_LEN(looks));
	}
	/* One site alone, when a person asks; another company's never. */
	forget_looks();
	id_text(ID_KIND_site, t->company[0].site.v, id);
	assert_int_equal(look(q, theirs(), slice_from(id)), ERR_OK);
	assert_int_equal(looked(), 0);
	assert_int_equal(look(q, ours(), slice_from(id)), ERR_OK);
	assert_int_equal(looked(), RT_ARRAY_LEN(looks));
}

static void add_pages(void)
{
	testdb_exec(t, "DELETE FROM site_page");
	for (size_t i = 0; i < RT_ARRAY_LEN(looks); i++) {
		char url[128];

		http_peer_url(peer, looks[i].path, url, sizeof(url));
		ok(db_site_page_add(admin, ours(), t->company[0].site,
		    slice_from(url)));
	}
}

static void test_at_home(void **state)
{
	static const struct queue_kind kind = { "nothing", 1, RT_MIN_US, 3, 0,
		nothing, NULL };
	struct site_page_row *rows;
	struct queue *q = NULL;
	size_t n;

	(void)state;
	peer = http_peer_start(PORT, serve, NULL);
	settings.check_private = 1;
	add_pages();
	testdb_exec(t,
	    "UPDATE tracker SET match_kind = 'always', site_id = (SELECT id"
	    " FROM site WHERE site.company_id = tracker.company_id)");
	ok(queue_start(&q, &(struct queue_conf){ .settings = &settings,
			       .kinds = &kind,
			       .n_kinds = 1,
			       .threads = 1,
			       .connect = connect_jobd }));
	look_at_all(q);
	ok(db_site_page_list(dashboard, ours(), t->company[0].site, &mem, &rows,
	    &n));
	assert_int_equal(n, RT_ARRAY_LEN(looks));
	for (size_t i = 0; i < n; i++)
		if (rows[i].status != looks[i].status ||
		    (rows[i].found & looks[i].has) == 0 ||
		    (rows[i].found & looks[i].lacks) != 0)
			fail_msg("%s: status %u, found %x", looks[i].path,
			    rows[i].status, rows[i].found);
	queue_stop(q);
	http_peer_stop(peer);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows),
		cmocka_unit_test(test_private),
		cmocka_unit_test(test_at_home) };

	return cmocka_run_group_tests(tests, start, stop);
}
