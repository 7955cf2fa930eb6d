/* Tests of lib/db/db_usage: what companies used by the day, and what is stored
 * of their recordings. */
#include <stdio.h>
#include <string.h>

#include "lib/base/rnd.h"
#include "lib/db/db_policy.h"
#include "lib/db/db_recording.h"
#include "lib/db/db_usage.h"
#include "lib/db/migrate.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"
#include "tests/support/testdb_call.h"

static struct testdb *t;

#define ok(call)   FAIL_STMT_OK(call)
#define once(call) assert_int_equal((call), ERR_OK) /* in a transaction */

static int start(void **state)
{
	(void)state;
	t = testdb_start();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	testdb_stop(t);
	return 0;
}

static int empty(void **state)
{
	(void)state;
	testdb_call_empty(t);
	return 0;
}

/* So many days from a day on, counted from that of TESTDB_NOW_US. */
static struct usage_sum used(int who, int from_day, int to_day)
{
	struct usage_span span = { .from_us =
				       TESTDB_NOW_US + from_day * RT_DAY_US,
		.to_us = TESTDB_NOW_US + to_day * RT_DAY_US };

	ok(db_usage_read(t->db, t->company[who].id, &span, 1));
	return span.sum;
}

static void test_usage(void **state)
{
	struct usage_sum sum;

	(void)state;
	ok(db_usage_add(t->db, t->company[0].id, TESTDB_NOW_US,
	    USAGE_RECORDED_BYTES, 5));
	ok(db_usage_add(t->db, t->company[0].id, TESTDB_NOW_US + 1,
	    USAGE_RECORDED_BYTES, 6));
	ok(db_usage_numbers(t->db, TESTDB_NOW_US));
	ok(db_usage_numbers(t->db, TESTDB_NOW_US + RT_HOUR_US));
	sum = used(0, 0, 1);
	assert_int_equal(sum.amount[USAGE_RECORDED_BYTES], 11);
	assert_int_equal(sum.amount[USAGE_NUMBER_DAYS], 5);
	assert_int_equal(sum.amount[USAGE_CALLS], 0);
	assert_int_equal(used(1, 0, 1).amount[USAGE_RECORDED_BYTES], 0);
	assert_int_equal(used(0, 1, 2).amount[USAGE_NUMBER_DAYS], 0);
}

/* Bytes of recordings that are there, by their rows. */
static uint64_t there(int who)
{
	struct stmt *st = stmt_begin(t->db,
	    "SELECT CAST(COALESCE(SUM(size_bytes), 0) AS UNSIGNED)"
	    " FROM recording WHERE company_id = ? AND ready_at IS NOT NULL"
	    " AND state <> 'erased'");
	uint64_t n = 0;

	stmt_in_id(st, t->company[who].id.v);
	stmt_out_u64(st, &n);
	once(stmt_one(st));
	return n;
}

#define STORED_DAYS 20
#define STORED_EACH 6

/* As the job that erases writes it down. */
static void note_erased(struct company_id company, struct recording_id id,
    int64_t at_us)
{
	struct stmt *st = stmt_begin(t->db,
	    "INSERT INTO audit (company_id, id, account_id, action,"
	    " object_kind, object_id, address, happened_at)"
	    " SELECT id, ?, account_id, 'recording.erase', 'recording', ?, '',"
	    " ? FROM company WHERE id = ?");

	stmt_in_id(st, id.v);
	stmt_in_id(st, id.v);
	stmt_in_time_us(st, at_us);
	stmt_in_id(st, company.v);
	once(stmt_exec_one(st));
}

/* One comes, whole or not; one of those there fails, or is erased. */
static void store_one(struct rnd_dice *dice, int who, int64_t at_us,
    struct recording_id *ids, size_t n)
{
	const struct company_id company = t->company[who].id;
	struct recording_row row = { .started_us = at_us,
		.size_bytes = 1 + rnd_below(dice, 1000000) };
	const struct recording_id *old;

	testdb_id(at_us, row.id.v);
	memcpy(row.call.v, row.id.v, ID_BYTES);
	(void)snprintf(row.state, sizeof(row.state), "%s",
	    rnd_below(dice, 3) == 0 ? "pending" : "ready");
	(void)snprintf(row.path, sizeof(row.path), "r%d.%zu", who, n);
	once(db_recording_add(t->db, company, &row, at_us));
	ids[n] = row.id;
	old = &ids[rnd_below(dice, n + 1)];
	if (rnd_below(dice, 2) == 0)
		once(db_recording_failed(t->db, company, *old,
		    RECORDING_MISSING));
	if (rnd_below(dice, 2) == 0) {
		const enum err e =
		    db_policy_erased(t->db, company, *old, at_us);

		assert_true(e == ERR_OK || e == ERR_NOTFOUND);
		if (e == ERR_OK)
			note_erased(company, *old, at_us);
		assert_int_equal(db_policy_erased(t->db, company, *old, at_us),
		    ERR_NOTFOUND);
	}
}

static void stored_is(uint64_t want[2][STORED_DAYS])
{
	for (int day = 0; day < STORED_DAYS; day++)
		for (int who = 0; who < 2; who++)
			assert_int_equal(used(who, day, day + 1).stored_bytes,
			    want[who][day]);
	assert_int_equal(used(0, -9, 0).stored_bytes, 0);
	assert_int_equal(used(0, 0, STORED_DAYS).stored_bytes,
	    want[0][STORED_DAYS - 1]);
}

/* Of two companies, at random: what is stored when a day is over is what was
 * there then; also what an upgrade finds, which counted no erased bytes. */
static void test_stored(void **state)
{
	static struct recording_id ids[2][STORED_DAYS * STORED_EACH];
	uint64_t want[2][STORED_DAYS];
	struct rnd_dice dice;

	(void)state;
	rnd_seed(&dice, 20261207);
	for (int i = 0; i < 2 * STORED_DAYS * STORED_EACH; i++) {
		const int who = i % 2, day = i / (2 * STORED_EACH);

		store_one(&dice, who, TESTDB_NOW_US + day * RT_DAY_US, ids[who],
		    (size_t)i / 2);
		want[who][day] = there(who);
	}
	stored_is(want);
	testdb_exec(t, "DELETE FROM usage_day WHERE kind = 'erased_bytes'");
	assert_int_not_equal(used(0, 0, STORED_DAYS).stored_bytes,
	    want[0][STORED_DAYS - 1]);
	testdb_exec(t,
	    "UPDATE schema_migration SET finished_at = NULL WHERE number = 207");
	ok(migrate_apply(t->db, "sql", TESTDB_NOW_US, NULL));
	stored_is(want);
}

static uint64_t number_days(int who, int from_day, int to_day)
{
	return used(who, from_day, to_day).amount[USAGE_NUMBER_DAYS];
}

/* Nobody looked for three days: each of them is counted as it was, and the day
 * that was counted last once more, as it had gone on. */
static void test_number_days(void **state)
{
	(void)state;
	ok(db_usage_numbers(t->db, TESTDB_NOW_US));
	assert_int_equal(number_days(0, 0, 1), 5);
	testdb_exec(t,
	    "UPDATE number SET added_at = '2026-11-21 23:59:59',"
	    " released_at = '2026-11-22 00:00:01'"
	    " WHERE e164 = '+14155550201'");
	ok(db_usage_numbers(t->db, TESTDB_NOW_US + 3 * RT_DAY_US));
	assert_int_equal(number_days(0, 0, 1), 4);
	assert_int_equal(number_days(0, 1, 2), 5);
	assert_int_equal(number_days(0, 2, 3), 5);
	assert_int_equal(number_days(0, 3, 4), 4);
	assert_int_equal(number_days(0, 4, 9), 0);
	assert_int_equal(number_days(1, 0, 4), 20);
	/* Away for years: it begins anew, a bit more than a year back. */
	ok(db_usage_numbers(t->db, TESTDB_NOW_US + 2000 * RT_DAY_US));
	assert_int_equal(number_days(1, 4, 1600), 0);
	assert_int_equal(number_days(1, 1600, 2001), 401 * 5);
	testdb_exec(t, "DELETE FROM usage_day");
	testdb_exec(t,
	    "UPDATE number SET added_at = '2026-11-20 12:00:00',"
	    " released_at = NULL");
}

/* Numbers that come and go over two months, counted whenever somebody looked:
 * as many days as each was there for, begun ones whole. */
static void test_number_days_random(void **state)
{
	enum {
		DAYS = 62,
		NUMBERS = 5
	};
	int64_t from_us[NUMBERS], to_us[NUMBERS], at_us = TESTDB_NOW_US;
	const int64_t day0_us = TESTDB_NOW_US / RT_DAY_US * RT_DAY_US;
	struct rnd_dice dice;

	(void)state;
	rnd_seed(&dice, 20261130);
	for (int i = 0; i < NUMBERS; i++) {
		struct stmt *st = stmt_begin(t->db,
		    "UPDATE number SET added_at = ?, released_at = ?"
		    " WHERE company_id = ? AND added_at < '2026-12-01'"
		    " AND released_at IS NULL LIMIT 1");

		from_us[i] = day0_us + RT_DAY_US * 13 +
			     (int64_t)rnd_below(&dice, 20 * 86400) * RT_SEC_US;
		to_us[i] = from_us[i] +
			   (int64_t)rnd_below(&dice, 25 * 86400) * RT_SEC_US;
		stmt_in_time_us(st, from_us[i]);
		stmt_in_time_us(st, to_us[i]);
		stmt_in_id(st, t->company[0].id.v);
		once(stmt_exec_one(st));
	}
	while (at_us < day0_us + DAYS * RT_DAY_US) {
		once(db_usage_numbers(t->db, at_us));
		at_us += (int64_t)rnd_below(&dice, 3 * 86400) * RT_SEC_US;
	}
	once(db_usage_numbers(t->db, day0_us + DAYS * RT_DAY_US));
	for (int day = 0; day < DAYS; day++) {
		uint64_t want = 0;

		for (int i = 0; i < NUMBERS; i++)
			want += (from_us[i] - day0_us) / RT_DAY_US <= day &&
				(to_us[i] - day0_us) / RT_DAY_US >= day;
		assert_int_equal(number_days(0, day, day + 1), want);
		assert_int_equal(number_days(1, day, day + 1), NUMBERS);
	}
	testdb_exec(t, "DELETE FROM usage_day");
	testdb_exec(t,
	    "UPDATE number SET added_at = '2026-11-20 12:00:00',"
	    " released_at = NULL");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_usage, empty),
		cmocka_unit_test_setup(test_stored, empty),
		cmocka_unit_test_setup(test_number_days, empty),
		cmocka_unit_test_setup(test_number_days_random, empty),
	};

	return cmocka_run_group_tests_name("db_usage", tests, start, stop);
}
