/*
 * Tests of jobs/job_summary and jobs/job_sweep as the program "jobd", each of
 * whose statements fails once: a job that failed is run again, and then has
 * done everything, and everything once.
 */
#include <string.h>

#include "jobs/job_summary.h"
#include "jobs/job_sweep.h"
#include "lib/db/db_mail.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"
#include "tests/support/testdb_call.h"

/* 2026-06-01, a Monday and the first of a month, half past eight in Berlin. */
#define MORNING_US INT64_C(1780295400000000)

#define ok(call) FAIL_STMT_OK(call)

static struct testdb *t;
static struct settings settings;
static struct arena mem;
static struct queue_env env;

static enum err connect_jobd(const struct settings *s, struct db **out)
{
	(void)s;
	return db_open_as(out, t->secret_dir, t->socket, TESTDB_NAME, "jobd");
}

static enum err nothing(const struct queue_env *e, const struct job_row *job)
{
	(void)e;
	(void)job;
	return ERR_OK;
}

/* A queue that finds nothing to do, for jobs that ask whether it stops. */
static const struct queue_kind kinds[] = {
	{ "nothing", 1, RT_MIN_US, 3, 0, nothing, NULL },
};

static int start(void **state)
{
	struct queue *q = NULL;
	struct db *db = NULL;

	(void)state;
	t = testdb_start();
	arena_init(&mem, (size_t)4 << 20);
	assert_true(slice_to_cstr(SLICE("http://127.0.0.1"),
	    settings.public_url, sizeof(settings.public_url)));
	assert_int_equal(connect_jobd(&settings, &db), ERR_OK);
	assert_int_equal(queue_start(&q,
			     &(struct queue_conf){ .settings = &settings,
				 .kinds = kinds,
				 .n_kinds = RT_ARRAY_LEN(kinds),
				 .threads = 1,
				 .connect = connect_jobd }),
	    ERR_OK);
	env = (struct queue_env){ .settings = &settings,
		.db = db,
		.arena = &mem,
		.now_us = MORNING_US,
		.queue = q };
	return 0;
}

static int stop(void **state)
{
	(void)state;
	queue_stop((struct queue *)(uintptr_t)env.queue);
	db_close(env.db);
	arena_fini(&mem);
	testdb_stop(t);
	return 0;
}

static void add_rule(size_t company, enum mail_rule_kind kind)
{
	struct mail_rule_row r = { .user = t->company[company].user,
		.created_us = TESTDB_NOW_US };

	assert_true(slice_to_cstr(slice_from(mail_rule_name(kind)), r.kind,
	    sizeof(r.kind)));
	memset(r.unsubscribe, (int)('a' + 8 * company + kind),
	    sizeof(r.unsubscribe) - 1);
	testdb_id(TESTDB_NOW_US, r.id.v);
	assert_int_equal(db_mail_rule_add(t->db, t->company[company].id, &r),
	    ERR_OK);
}

static int64_t mails(void)
{
	return testdb_count(t, "SELECT COUNT(*) FROM job WHERE kind = 'mail'");
}

static enum err summarise(int64_t now_us)
{
	env.now_us = now_us;
	return job_summary(&env, NULL);
}

static void test_summary(void **state)
{
	(void)state;
	for (size_t c = 0; c < 2; c++) {
		add_rule(c, MAIL_RULE_DAILY);
		add_rule(c, MAIL_RULE_WEEKLY);
		add_rule(c, MAIL_RULE_MONTHLY);
	}
	/* One lives in a place that nobody knows the time of. */
	testdb_exec(t, "UPDATE company SET time_zone = 'Europe/Berlin'");
	testdb_exec(t,
	    "UPDATE company SET time_zone = 'Nowhere/Town' WHERE id ="
	    " (SELECT company_id FROM site WHERE public_key = 'site-key-1')");
	/* Before seven, and from noon on: nobody is told. */
	ok(summarise(MORNING_US - 2 * RT_HOUR_US));
	ok(summarise(MORNING_US + 4 * RT_HOUR_US));
	assert_int_equal(mails(), 0);
	ok(summarise(MORNING_US));
	assert_int_equal(mails(), 3);
	ok(summarise(MORNING_US + RT_MIN_US));
	assert_int_equal(mails(), 3);
	assert_int_equal(
	    testdb_count(t,
		"SELECT COUNT(*) FROM job WHERE kind = 'mail' AND"
		" (payload LIKE '%from=2026-05-31%to=2026-05-31%'"
		" OR payload LIKE '%from=2026-05-25%to=2026-05-31%'"
		" OR payload LIKE"
		" '%from=2026-05-01%to=2026-05-31%')"),
	    3);
	/* A Tuesday: the day alone; January the first: last year's. */
	ok(summarise(MORNING_US + RT_DAY_US));
	assert_int_equal(mails(), 4);
	ok(summarise(INT64_C(1798788600000000)));
	assert_int_equal(mails(), 6);
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM job WHERE payload LIKE"
			     " '%from=2026-12-01%to=2026-12-31%'"),
	    1);
}

/* A visit 31 days ago and one 29 days ago, each with a page, in each company.
 */
static void add_pages(void)
{
	testdb_exec(t,
	    "INSERT INTO visit (company_id, id, site_id, visitor_id,"
	    " started_at, seen_at, landing_url, landing_page, source, medium,"
	    " campaign, keyword, channel)"
	    " SELECT s.company_id, UNHEX(CONCAT(LPAD(HEX(1000 *"
	    " (UNIX_TIMESTAMP('2026-06-01 06:30:00') - n.seq * 86400)), 12,"
	    " '0'), '70008000', SUBSTR(MD5(HEX(s.id)), 1, 12))), s.id,"
	    " s.id, '2026-06-01 06:30:00' - INTERVAL n.seq DAY,"
	    " '2026-06-01 06:30:00' - INTERVAL n.seq DAY, '', '', '', '', '',"
	    " '', '' FROM site s JOIN (SELECT 29 AS seq UNION SELECT 31) n");
	testdb_exec(t,
	    "INSERT INTO page_view (company_id, visit_id, id, url, viewed_at)"
	    " SELECT company_id, id, id, 'https://x.example/', started_at"
	    " FROM visit");
}

static int64_t pages(void)
{
	return testdb_count(t, "SELECT COUNT(*) FROM page_view");
}

static void test_sweep(void **state)
{
	(void)state;
	env.now_us = MORNING_US;
	testdb_exec(t,
	    "INSERT INTO job (company_id, kind, job_key, payload, state,"
	    " due_at, created_at, ended_at) VALUES"
	    " (REPEAT('x', 16), 'k', 'old', '', 'done', '2026-05-01',"
	    " '2026-05-01', '2026-05-01'),"
	    " (REPEAT('x', 16), 'k', 'dead', '', 'dead', '2026-05-01',"
	    " '2026-05-01', '2026-05-01'),"
	    " (REPEAT('x', 16), 'k', 'forgotten', 'a name', 'dead',"
	    " '2026-03-01', '2026-03-01', '2026-03-01'),"
	    " (REPEAT('x', 16), 'k', 'new', '', 'done', '2026-05-30',"
	    " '2026-05-30', '2026-05-30')");
	add_pages();
	/* Pages are kept for ever, unless the owner says otherwise. */
	settings.pages_keep_days = 0;
	ok(job_sweep(&env, NULL));
	assert_int_equal(pages(), 4);
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM job WHERE kind = 'k' AND"
			     " job_key IN ('dead', 'new')"),
	    2);
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM job WHERE kind = 'k'"),
	    2);
	settings.pages_keep_days = 30;
	ok(job_sweep(&env, NULL));
	assert_int_equal(pages(), 2);
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM page_view WHERE"
			     " viewed_at > '2026-05-02'"),
	    2);
	/* The visits stay. */
	assert_int_equal(testdb_count(t, "SELECT COUNT(*) FROM visit"), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_summary),
		cmocka_unit_test(test_sweep),
	};

	return cmocka_run_group_tests_name("job_steps", tests, start, stop);
}
