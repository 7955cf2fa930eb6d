/*
 * Tests of jobs/job_summary and jobs/job_sweep as the program "jobd", each of
 * whose statements fails once: a job that failed is run again, and then has
 * done everything, and everything once.
 */
#include <stdio.h>
#include <string.h>

#include "jobs/job_summary.h"
#include "jobs/job_sweep.h"
#include "lib/db/db_mail.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"
#include "tests/support/testdb_call.h"

/* 2026-06-01, a Monday and the first of a month, half past eight in Berlin. */
#define MORNING_US INT64_C(1780295400000000)
/* When the rules are made: ten past midnight of that Monday. */
#define MADE_US (MORNING_US - 8 * RT_HOUR_US - 20 * RT_MIN_US)

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
		.created_us = MADE_US };

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

static void add_rules(size_t company)
{
	add_rule(company, MAIL_RULE_DAILY);
	add_rule(company, MAIL_RULE_WEEKLY);
	add_rule(company, MAIL_RULE_MONTHLY);
}

/* How many mails tell of those days. */
static int64_t tells(const char *from, const char *to)
{
	char days[64];
	int64_t n = 0;
	struct stmt *st = stmt_begin(t->db,
	    "SELECT COUNT(*) FROM job WHERE kind = 'mail' AND payload LIKE ?");

	(void)snprintf(days, sizeof(days), "%%from=%s%%to=%s%%", from, to);
	stmt_in_text(st, slice_from(days));
	stmt_out_i64(st, &n);
	assert_int_equal(stmt_one(st), ERR_OK);
	return n;
}

static int no_rules(void **state)
{
	(void)state;
	testdb_exec(t, "DELETE FROM mail_rule");
	testdb_exec(t, "DELETE FROM job");
	testdb_exec(t, "UPDATE company SET time_zone = 'Europe/Berlin'");
	return 0;
}

static void test_summary(void **state)
{
	(void)state;
	add_rules(0);
	add_rules(1);
	/* One lives in a place that nobody knows the time of. */
	testdb_exec(t,
	    "UPDATE company SET time_zone = 'Nowhere/Town' WHERE id ="
	    " (SELECT company_id FROM site WHERE public_key = 'site-key-1')");
	/* Before seven nobody is told. */
	ok(summarise(MORNING_US - 2 * RT_HOUR_US));
	assert_int_equal(mails(), 0);
	ok(summarise(MORNING_US));
	assert_int_equal(mails(), 3);
	ok(summarise(MORNING_US + RT_MIN_US));
	ok(summarise(MORNING_US + 9 * RT_HOUR_US));
	assert_int_equal(mails(), 3);
	assert_int_equal(tells("2026-05-31", "2026-05-31"), 1);
	assert_int_equal(tells("2026-05-25", "2026-05-31"), 1);
	assert_int_equal(tells("2026-05-01", "2026-05-31"), 1);
	/* A Tuesday: the day alone; January the first: last year's, and the
	 * week that ended while nobody was there. */
	ok(summarise(MORNING_US + RT_DAY_US));
	assert_int_equal(mails(), 4);
	ok(summarise(INT64_C(1798788600000000)));
	assert_int_equal(mails(), 7);
	assert_int_equal(tells("2026-12-01", "2026-12-31"), 1);
	assert_int_equal(tells("2026-12-21", "2026-12-27"), 1);
}

/* The program was away on the morning: it tells when it is back, once. */
static void test_late(void **state)
{
	const int64_t wednesday_us = MORNING_US + 2 * RT_DAY_US;

	(void)state;
	add_rules(0);
	ok(summarise(wednesday_us + 7 * RT_HOUR_US));
	assert_int_equal(mails(), 3);
	assert_int_equal(tells("2026-06-02", "2026-06-02"), 1);
	assert_int_equal(tells("2026-05-25", "2026-05-31"), 1);
	assert_int_equal(tells("2026-05-01", "2026-05-31"), 1);
	/* Not again when the jobs that told are long forgotten. */
	testdb_exec(t, "DELETE FROM job");
	ok(summarise(wednesday_us + 22 * RT_HOUR_US));
	assert_int_equal(mails(), 0);
	ok(summarise(MORNING_US + 20 * RT_DAY_US));
	assert_int_equal(mails(), 2);
	assert_int_equal(tells("2026-06-08", "2026-06-14"), 1);
	/* After midnight, before the next is due. */
	testdb_exec(t, "DELETE FROM job");
	ok(summarise(MORNING_US + 22 * RT_DAY_US - 5 * RT_HOUR_US));
	assert_int_equal(mails(), 2);
	assert_int_equal(tells("2026-06-21", "2026-06-21"), 1);
	assert_int_equal(
	    testdb_count(t,
		"SELECT COUNT(*) FROM job WHERE payload LIKE '%\"subject\":"
		"\"Calls of the day before yesterday\"%'"),
	    1);
}

/* What was over before a rule was there, or before it was of its kind, is not
 * told; the day on which it began is. */
static void test_new_rule(void **state)
{
	struct mail_rule_row *rows, r;
	size_t n;

	(void)state;
	add_rule(0, MAIL_RULE_WEEKLY);
	ok(summarise(MORNING_US - 8 * RT_HOUR_US));
	assert_int_equal(mails(), 0);
	ok(db_mail_rule_list(t->db, t->company[0].id, &mem, &rows, &n));
	assert_int_equal(n, 1);
	r = rows[0];
	assert_true(slice_to_cstr(SLICE("monthly"), r.kind, sizeof(r.kind)));
	ok(db_mail_rule_update(t->db, t->company[0].id, &r,
	    MORNING_US + RT_DAY_US));
	/* Saved once more without a change of its kind. */
	ok(db_mail_rule_update(t->db, t->company[0].id, &r,
	    MORNING_US + 40 * RT_DAY_US));
	ok(summarise(MORNING_US + 2 * RT_DAY_US));
	assert_int_equal(mails(), 0);
	ok(summarise(MORNING_US + 30 * RT_DAY_US));
	assert_int_equal(mails(), 1);
	assert_int_equal(tells("2026-06-01", "2026-06-30"), 1);
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
		cmocka_unit_test_setup(test_summary, no_rules),
		cmocka_unit_test_setup(test_late, no_rules),
		cmocka_unit_test_setup(test_new_rule, no_rules),
		cmocka_unit_test(test_sweep),
	};

	return cmocka_run_group_tests_name("job_steps", tests, start, stop);
}
