/*
 * Tests of jobs/job_convert, jobs/job_summary and jobs/job_sweep as the program
 * "jobd", each of whose statements fails once: a job that failed is run again,
 * and then has done everything, and everything once.
 */
#include <stdio.h>
#include <string.h>

#include "jobs/job_convert.h"
#include "jobs/job_summary.h"
#include "jobs/job_sweep.h"
#include "lib/db/db_conversion.h"
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

/* 2,500 calls of each company, each with a click, that changed in one and the
 * same microsecond an hour ago: some pages of them. */
#define EACH_CALL                                                           \
	" FROM site s JOIN (SELECT seq,"                                    \
	" UNHEX(CONCAT('0197', LPAD(HEX(seq), 28, '0'))) AS id,"            \
	" TIMESTAMP'2026-05-31 12:00:00' AS began"                          \
	" FROM (SELECT ROW_NUMBER() OVER () AS seq"                         \
	" FROM information_schema.columns a JOIN information_schema.tables" \
	" b ON b.table_schema = 'ringtrace' LIMIT 2500) r) n"

static void add_clicks(void)
{
	testdb_exec(t,
	    "INSERT INTO visit (company_id, id, site_id, visitor_id,"
	    " started_at, seen_at, landing_url, landing_page, source, medium,"
	    " gclid) SELECT s.company_id, n.id, s.id, s.id, n.began, n.began,"
	    " '', '', '', '', CONCAT('click', n.seq)" EACH_CALL);
	testdb_exec(t,
	    "INSERT INTO interaction (company_id, id, kind, happened_at,"
	    " attributed_by, visit_id, outcome) SELECT s.company_id, n.id,"
	    " 'call', n.began, 'visit', n.id, CASE WHEN n.seq IN"
	    " (1, 1001, 2500) THEN 'sold' ELSE '' END" EACH_CALL);
	testdb_exec(t,
	    "INSERT INTO phone_call (company_id, id, state, number_id,"
	    " number_e164, started_at, talk_ms, updated_at)"
	    " SELECT s.company_id, n.id, 'closed', s.id, '', n.began, 60000,"
	    " UTC_TIMESTAMP() - INTERVAL 1 HOUR" EACH_CALL);
}

static int64_t told(const char *kind)
{
	int64_t n = 0;
	struct stmt *st =
	    stmt_begin(t->db, "SELECT COUNT(*) FROM conversion WHERE kind = ?");

	stmt_in_text(st, slice_from(kind));
	stmt_out_i64(st, &n);
	assert_int_equal(stmt_one(st), ERR_OK);
	return n;
}

/* What became of a call, and how long ago it changed. */
static void mark(unsigned int call, const char *outcome, unsigned int seconds)
{
	struct stmt *st = stmt_begin(t->db,
	    "UPDATE interaction SET outcome = ? WHERE visit_id ="
	    " UNHEX(CONCAT('0197', LPAD(HEX(?), 28, '0')))");

	stmt_in_text(st, slice_from(outcome));
	stmt_in_u64(st, call);
	assert_int_equal(stmt_exec(st, NULL), ERR_OK);
	st = stmt_begin(t->db,
	    "UPDATE phone_call SET updated_at = UTC_TIMESTAMP() - INTERVAL ?"
	    " SECOND WHERE id = UNHEX(CONCAT('0197', LPAD(HEX(?), 28, '0')))");
	stmt_in_u64(st, seconds);
	stmt_in_u64(st, call);
	assert_int_equal(stmt_exec(st, NULL), ERR_OK);
}

/* The first call is credited to the click of the second one. */
static void move_call(void)
{
	static const char *const sql[] = {
		"UPDATE interaction SET visit_id ="
		" UNHEX(CONCAT('0197', LPAD('2', 28, '0'))) WHERE id ="
		" UNHEX(CONCAT('0197', LPAD('1', 28, '0')))",
		"UPDATE phone_call SET updated_at = UTC_TIMESTAMP() WHERE id ="
		" UNHEX(CONCAT('0197', LPAD('1', 28, '0')))",
	};

	for (size_t i = 0; i < RT_ARRAY_LEN(sql); i++)
		testdb_exec(t, sql[i]);
}

static void test_convert(void **state)
{
	const struct company_id company = t->company[0].id;
	struct conversion_rule_row r = { .name = "Sale",
		.platform = "google",
		.outcome = "sold",
		.min_talk_s = 30,
		.created_us = MADE_US };

	(void)state;
	env.now_us = MORNING_US;
	memset(r.secret, 's', sizeof(r.secret) - 1);
	testdb_id(MADE_US, r.id.v);
	add_clicks();
	ok(db_conversion_add(t->db, company, &r));
	ok(job_convert(&env, NULL));
	assert_int_equal(told("new"), 3);
	ok(job_convert(&env, NULL));
	mark(1, "", 1);
	ok(job_convert(&env, NULL));
	ok(job_convert(&env, NULL));
	assert_int_equal(told("new"), 3);
	assert_int_equal(told("retract"), 1);
	/* One that was committed late, and one that no time tells of: calls
	 * that did not change are not read again, but once a day. */
	mark(1, "sold", 600);
	mark(1001, "", 3600);
	ok(job_convert(&env, NULL));
	assert_int_equal(told("new"), 4);
	assert_int_equal(told("retract"), 1);
	env.now_us += RT_DAY_US;
	ok(job_convert(&env, NULL));
	ok(job_convert(&env, NULL));
	assert_int_equal(told("new"), 4);
	assert_int_equal(told("retract"), 2);
	/* Another rule: all calls are compared with it, those of a clock that
	 * went wrong, too. */
	r.min_talk_s = 100;
	ok(db_conversion_update(t->db, company, &r));
	ok(job_convert(&env, NULL));
	assert_int_equal(told("retract"), 4);
	r.min_talk_s = 0;
	ok(db_conversion_update(t->db, company, &r));
	ok(job_convert(&env, NULL));
	assert_int_equal(told("new"), 6);
	mark(2500, "", 3600);
	env.now_us -= 3 * RT_DAY_US;
	ok(job_convert(&env, NULL));
	assert_int_equal(told("retract"), 5);
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM conversion c JOIN"
			     " conversion_rule r ON r.company_id ="
			     " c.company_id AND r.id = c.rule_id"),
	    11);
	move_call();
	for (int twice = 0; twice < 2; twice++)
		ok(job_convert(&env, NULL));
	assert_int_equal(told("retract"), 6);
	assert_int_equal(told("new"), 7);
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM conversion"
			     " WHERE (kind = 'retract' AND click_id = 'click1'"
			     " AND turn = 3) OR (kind = 'new' AND turn = 4"
			     " AND click_id = 'click2')"),
	    2);
	ok(db_conversion_archive(t->db, company, r.id, MORNING_US));
	ok(job_convert(&env, NULL));
	assert_int_equal(told("new"), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_summary, no_rules),
		cmocka_unit_test_setup(test_late, no_rules),
		cmocka_unit_test_setup(test_new_rule, no_rules),
		cmocka_unit_test(test_sweep),
		cmocka_unit_test(test_convert),
	};

	return cmocka_run_group_tests_name("job_steps", tests, start, stop);
}
