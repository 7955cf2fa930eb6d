/* Tests of lib/db/db_mail: rules and log, with a second company that sees
 * nothing; what closing a call sets going. */
#include <string.h>

#include "lib/db/db_job.h"
#include "lib/db/db_logo.h"
#include "lib/db/db_mail.h"
#include "lib/db/db_user.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"

static struct testdb *t;
static struct db *jobd, *store;
static struct arena mem;

#define ok(call) FAIL_STMT_OK(call)
#define NOW      TESTDB_NOW_US

static struct mail_rule_row rule(int who, const char *kind, char letter)
{
	struct mail_rule_row r = { .user = t->company[who].user,
		.quiet_from_min = 1320,
		.quiet_to_min = 420,
		.created_us = NOW };

	assert_true(slice_to_cstr(slice_from(kind), r.kind, sizeof(r.kind)));
	memset(r.unsubscribe, letter, sizeof(r.unsubscribe) - 1);
	testdb_id(NOW, r.id.v);
	return r;
}

static int empty(void **state)
{
	static const char *const sqls[] = { "DELETE FROM mail_rule",
		"DELETE FROM mail_log", "DELETE FROM job" };

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(sqls); i++) {
		struct stmt *st;

		st = stmt_begin(t->db, sqls[i]);
		ok(stmt_exec(st, NULL));
	}
	return 0;
}

static void test_rules(void **state)
{
	const struct company_id a = t->company[0].id, b = t->company[1].id;
	struct mail_rule_row r = rule(0, "missed", 'a'), got, *rows;
	size_t n = 9;

	(void)state;
	ok(db_mail_rule_add(t->db, a, &r));
	ok(db_mail_rule_get(t->db, a, r.id, &got));
	assert_string_equal(got.kind, "missed");
	assert_string_equal(got.email, "owner0@example.com");
	assert_int_equal(db_mail_rule_get(t->db, b, r.id, &got), ERR_NOTFOUND);
	r.quiet_to_min = 1440;
	assert_int_equal(db_mail_rule_update(t->db, a, &r, NOW), ERR_RANGE);
	r.quiet_to_min = 60;
	assert_false(got.attach);
	r.attach = true;
	assert_int_equal(db_mail_rule_update(t->db, b, &r, NOW), ERR_NOTFOUND);
	ok(db_mail_rule_update(t->db, a, &r, NOW));
	ok(db_mail_rule_list(t->db, b, &mem, &rows, &n));
	assert_int_equal(n, 0);
	ok(db_mail_rule_list(t->db, a, &mem, &rows, &n));
	assert_int_equal(n, 1);
	assert_int_equal(rows[0].quiet_to_min, 60);
	assert_true(rows[0].attach);
	assert_int_equal(db_mail_rule_archive(t->db, b, r.id, NOW),
	    ERR_NOTFOUND);
	ok(db_mail_rule_archive(t->db, a, r.id, NOW));
	assert_int_equal(db_mail_rule_archive(t->db, a, r.id, NOW),
	    ERR_NOTFOUND);
	/* Somebody of another account, and a kind that is none. */
	r = rule(1, "missed", 'b');
	assert_int_equal(db_mail_rule_add(t->db, a, &r), ERR_RANGE);
	r = rule(0, "hourly", 'b');
	assert_int_equal(db_mail_rule_add(t->db, a, &r), ERR_RANGE);
}

/* The sign of a company: bytes as they came, and nobody else's. */
static void test_logo(void **state)
{
	static const char bytes[] = "\x89PNG\0'; --\xff";
	const struct company_id a = t->company[0].id, b = t->company[1].id;
	struct db *admin = testdb_connect(t, "admin");
	struct logo_row row = { .head = { IMAGE_JPEG, 30, 20 },
		.image = SLICE("old"),
		.changed_us = NOW };
	struct logo_row got;
	bool has = true;

	(void)state;
	ok(db_logo_has(admin, a, &has));
	assert_false(has);
	assert_int_equal(db_logo_get(jobd, a, &mem, &got), ERR_NOTFOUND);
	ok(db_logo_put(admin, a, &row));
	row.head = (struct image_head){ IMAGE_PNG, 1200, 3 };
	row.image = slice_of(bytes, sizeof(bytes) - 1);
	ok(db_logo_put(admin, a, &row));
	ok(db_logo_get(jobd, a, &mem, &got));
	assert_int_equal(got.head.kind, IMAGE_PNG);
	assert_int_equal(got.head.width, 1200);
	assert_true(slice_eq(got.image, row.image));
	ok(db_logo_has(admin, b, &has));
	assert_false(has);
	assert_int_equal(db_logo_get(jobd, b, &mem, &got), ERR_NOTFOUND);
	ok(db_logo_remove(admin, b));
	ok(db_logo_has(admin, a, &has));
	assert_true(has);
	row.image.n = DB_LOGO_MAX + 1;
	assert_int_equal(db_logo_put(admin, a, &row), ERR_TOOBIG);
	ok(db_logo_remove(admin, a));
	assert_int_equal(db_logo_get(jobd, a, &mem, &got), ERR_NOTFOUND);
	db_close(admin);
}

static void test_who_is_told(void **state)
{
	const struct company_id a = t->company[0].id, b = t->company[1].id;
	const struct mail_rule_row r = rule(0, "missed", 'a'),
				   daily = rule(0, "daily", 'd'),
				   other = rule(1, "missed", 'o');
	struct mail_rule_id nil = { { 0 } };
	struct mail_rule_row *rows, one;
	size_t n = 9;

	(void)state;
	ok(db_mail_rule_add(t->db, a, &r));
	ok(db_mail_rule_add(t->db, a, &daily));
	ok(db_mail_rule_add(t->db, b, &other));
	ok(db_mail_rules_for(jobd, a, MAIL_RULE_MISSED, &mem, &rows, &n));
	assert_int_equal(n, 1);
	assert_true(id_eq(rows[0].id.v, r.id.v));
	ok(db_mail_rules_all(jobd, MAIL_RULE_MISSED, nil, 10, &mem, &rows, &n));
	assert_int_equal(n, 2);
	ok(db_mail_rules_all(jobd, MAIL_RULE_MISSED, rows[0].id, 10, &mem,
	    &rows, &n));
	assert_int_equal(n, 1);
	assert_int_equal(db_mail_unsubscribe(t->db, SLICE("nothing"), NOW),
	    ERR_NOTFOUND);
	ok(db_mail_unsubscribe(t->db, slice_from(r.unsubscribe), NOW));
	assert_int_equal(db_mail_unsubscribe(t->db, slice_from(r.unsubscribe),
			     NOW),
	    ERR_NOTFOUND);
	ok(db_mail_rules_for(jobd, a, MAIL_RULE_MISSED, &mem, &rows, &n));
	assert_int_equal(n, 0);
	/* A mail that waited: is it still wanted, and where? */
	assert_int_equal(db_mail_rule_lives(jobd, a, r.id, &one), ERR_NOTFOUND);
	assert_int_equal(db_mail_rule_lives(jobd, b, daily.id, &one),
	    ERR_NOTFOUND);
	ok(db_mail_rule_lives(jobd, a, daily.id, &one));
	assert_string_equal(one.email, "owner0@example.com");
	/* Who lost the right to a company is told nothing of it. */
	ok(db_mail_rules_for(jobd, a, MAIL_RULE_DAILY, &mem, &rows, &n));
	assert_int_equal(n, 1);
	ok(db_user_disable(t->db, t->company[0].user, NOW));
	ok(db_mail_rules_for(jobd, a, MAIL_RULE_DAILY, &mem, &rows, &n));
	assert_int_equal(n, 0);
	assert_int_equal(db_mail_rule_lives(jobd, a, daily.id, &one),
	    ERR_NOTFOUND);
}

static void test_call_closed(void **state)
{
	const struct mail_rule_row r = rule(1, "voicemail", 'v');
	static const uint8_t claim[ID_BYTES] = { 1 };
	struct job_row *jobs;
	struct call_id call;
	size_t n = 9;

	(void)state;
	testdb_id(NOW, call.v);
	ok(db_mail_call_closed(store, t->company[1].id, call, NOW));
	assert_int_equal(testdb_count(t, "SELECT COUNT(*) FROM job"), 0);
	ok(db_mail_rule_add(t->db, t->company[1].id, &r));
	ok(db_mail_call_closed(store, t->company[0].id, call, NOW));
	assert_int_equal(testdb_count(t, "SELECT COUNT(*) FROM job"), 0);
	ok(db_mail_call_closed(store, t->company[1].id, call, NOW));
	ok(db_mail_call_closed(store, t->company[1].id, call, NOW));
	ok(db_job_claim(jobd, "notify", 10, claim, NOW, RT_MIN_US, &mem, &jobs,
	    &n));
	assert_int_equal(n, 1);
	assert_true(id_eq(jobs[0].company.v, t->company[1].id.v));
	assert_true(slice_eq_cstr(jobs[0].payload, jobs[0].key));
}

static void test_log(void **state)
{
	struct mail_log_row row = { .job = 7,
		.template = "missed",
		.to = "a@b.example",
		.subject = "Missed call",
		.state = "failed",
		.attempts = 1,
		.error = "no route",
		.tried_us = NOW };
	struct mail_log_row *rows;
	uint64_t removed = 9;
	size_t n = 9;

	(void)state;
	ok(db_mail_log(jobd, t->company[0].id, &row));
	row.attempts = 2;
	row.error[0] = '\0';
	memcpy(row.state, "sent", 5);
	ok(db_mail_log(jobd, t->company[0].id, &row));
	ok(db_mail_log_list(t->db, t->company[1].id, 0, 10, &mem, &rows, &n));
	assert_int_equal(n, 0);
	ok(db_mail_log_list(t->db, t->company[0].id, 7, 10, &mem, &rows, &n));
	assert_int_equal(n, 0);
	ok(db_mail_log_list(t->db, t->company[0].id, 0, 10, &mem, &rows, &n));
	assert_int_equal(n, 1);
	assert_string_equal(rows[0].state, "sent");
	assert_int_equal(rows[0].attempts, 2);
	ok(db_mail_log_sweep(jobd, NOW, 10, &removed));
	assert_int_equal(removed, 0);
	ok(db_mail_log_sweep(jobd, NOW + 1, 10, &removed));
	assert_int_equal(removed, 1);
}

static void test_watch(void **state)
{
	struct mail_site_row *sites;
	struct mail_trunk_row *trunks;
	size_t n = 9;

	(void)state;
	/* Never seen is not silent. */
	ok(db_mail_silent_sites(jobd, NOW - RT_DAY_US, NOW + RT_DAY_US, &mem,
	    &sites, &n));
	assert_int_equal(n, 0);
	ok(db_mail_dead_trunks(jobd, NOW, 1, &mem, &trunks, &n));
	assert_int_equal(n, 0);
}

static int start(void **state)
{
	(void)state;
	t = testdb_start();
	jobd = testdb_connect(t, "jobd");
	store = testdb_connect(t, "store");
	arena_init(&mem, 1 << 22);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_fini(&mem);
	db_close(jobd);
	db_close(store);
	testdb_stop(t);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_rules, empty),
		cmocka_unit_test_setup(test_call_closed, empty),
		cmocka_unit_test_setup(test_log, empty),
		cmocka_unit_test_setup(test_logo, empty),
		cmocka_unit_test_setup(test_watch, empty),
		cmocka_unit_test_setup(test_who_is_told, empty),
	};

	return cmocka_run_group_tests_name("db_mail", tests, start, stop);
}
