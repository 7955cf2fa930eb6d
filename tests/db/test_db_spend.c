/* Tests of lib/db/db_tracker's list and lib/db/db_spend_month: random amounts
 * over random days against a plain calendar; a day never costs two of them, nor
 * another company's; and what an upgrade makes of those that were summed. */
#include <stdio.h>
#include <string.h>

#include "lib/base/rnd.h"
#include "lib/db/db_number.h"
#include "lib/db/db_spend_month.h"
#include "lib/db/db_tracker.h"
#include "lib/db/migrate.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"

#define DAYS 40 /* of October and November 2026, from 2026-10-01 */

static struct testdb *t;
static struct db *db; /* the dashboard's own account */
static struct arena mem;

#define ok(call) FAIL_STMT_OK(call)

static int begin(void **state)
{
	(void)state;
	t = testdb_start();
	db = testdb_connect(t, "dashboard");
	arena_init(&mem, (size_t)1 << 28);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_fini(&mem);
	db_close(db);
	testdb_stop(t);
	return 0;
}

static void day_text(unsigned int day, char out[DB_SPEND_DAY])
{
	const unsigned int month = day < 31 ? 10 : 11;

	(void)snprintf(out, DB_SPEND_DAY, "2026-%02u-%02u", month,
	    (day < 31 ? day : day - 31) % 31 + 1);
}

static int64_t spent(int who, const char *first, const char *last)
{
	const struct db_filter f = { .from_us = TESTDB_NOW_US,
		.to_us = TESTDB_NOW_US + RT_DAY_US };
	struct spend_sum *rows = NULL;
	size_t n = 0;

	ok(db_spend_sums(db, t->company[who].id, &f, GROUP_NONE, first, last,
	    &mem, &rows, &n));
	return n == 0 ? -1 : rows[0].amount_micros;
}

static struct spend_month month(int who, const char *from, const char *until,
    int64_t micros)
{
	struct spend_month m = { .tracker = t->company[who].tracker,
		.monthly_micros = micros };

	(void)snprintf(m.from, sizeof(m.from), "%s", from);
	(void)snprintf(m.until, sizeof(m.until), "%s", until);
	return m;
}

static size_t listed(int who, struct spend_month **rows)
{
	static const struct tracker_id all;
	size_t n = 0;

	ok(db_spend_month_list(db, t->company[who].id, all, &mem, rows, &n));
	return n;
}

static void test_billboard(void **state)
{
	struct spend_month *rows = NULL, m;

	(void)state;
	assert_int_equal(spent(0, "2026-11-01", "2026-11-30"), -1);
	/* Twelve months are a year, whatever a day of it is. */
	m = month(0, "2026-11-21", "", 100000000);
	ok(db_spend_month_put(db, t->company[0].id, &m));
	assert_int_equal(spent(0, "2027-01-01", "2027-12-31"), 1200000000);
	/* 365 a month are 12 a day. */
	m = month(0, "2026-11-21", "", 365000000);
	ok(db_spend_month_put(db, t->company[0].id, &m));
	assert_int_equal(spent(0, "2026-11-20", "2026-11-22"), 2 * 12000000);
	/* It became dearer: not both. */
	m = month(0, "2026-11-23", "", 730000000);
	ok(db_spend_month_put(db, t->company[0].id, &m));
	assert_int_equal(spent(0, "2026-11-22", "2026-11-23"),
	    12000000 + 24000000);
	assert_int_equal(listed(0, &rows), 2);
	assert_string_equal(rows[0].from, "2026-11-23");
	assert_string_equal(rows[0].until, "");
	assert_string_equal(rows[1].from, "2026-11-21");
	assert_string_equal(rows[1].until, "2026-11-22");
	assert_string_equal(rows[1].tracker_name, rows[0].tracker_name);
	/* A week for nothing, in the middle: the rest goes on. */
	m = month(0, "2026-12-01", "2026-12-07", 0);
	ok(db_spend_month_put(db, t->company[0].id, &m));
	assert_int_equal(spent(0, "2026-11-30", "2026-12-08"), 2 * 24000000);
	assert_int_equal(listed(0, &rows), 4);
	/* From the first day on: alone. */
	m = month(0, "2026-11-21", "", 365000000);
	ok(db_spend_month_put(db, t->company[0].id, &m));
	assert_int_equal(listed(0, &rows), 1);
}

/* "For ever" as a day: nothing goes on behind it. */
static void test_last_day(void **state)
{
	struct spend_month *rows = NULL, m;

	(void)state;
	m = month(0, "2026-11-21", "", 365000000);
	ok(db_spend_month_put(db, t->company[0].id, &m));
	m = month(0, "2026-11-23", "9999-12-31", 730000000);
	ok(db_spend_month_put(db, t->company[0].id, &m));
	assert_int_equal(listed(0, &rows), 2);
	assert_string_equal(rows[0].until, "9999-12-31");
	assert_string_equal(rows[1].from, "2026-11-21");
	assert_string_equal(rows[1].until, "2026-11-22");
	m = month(0, "2026-11-21", "", 365000000);
	ok(db_spend_month_put(db, t->company[0].id, &m));
	assert_int_equal(listed(0, &rows), 1);
}

static void test_whose(void **state)
{
	struct spend_month *rows = NULL, m;
	size_t n = 9;

	(void)state;
	m = month(0, "2026-11-21", "", 1);
	assert_int_equal(db_spend_month_put(db, t->company[1].id, &m),
	    ERR_NOTFOUND);
	assert_int_equal(listed(1, &rows), 0);
	ok(db_spend_month_list(db, t->company[1].id, m.tracker, &mem, &rows,
	    &n));
	assert_int_equal(n, 0);
	m = month(1, "2026-11-01", "2026-11-01", 365000000);
	ok(db_spend_month_put(db, t->company[1].id, &m));
	assert_int_equal(spent(1, "2026-11-01", "2026-11-30"), 12000000);
	assert_int_equal(listed(0, &rows), 1);
	m = month(0, "2026-11-21", "2026-11-20", 1);
	assert_int_equal(db_spend_month_put(db, t->company[0].id, &m),
	    ERR_RANGE);
}

static size_t found(struct tracker_id after, const char *text, uint32_t max,
    struct tracker_row **rows)
{
	size_t n = 0;

	ok(db_tracker_list(db, t->company[0].id, after, slice_from(text), max,
	    &mem, rows, &n));
	return n;
}

/* A list goes on behind its last row, and is searched as it is read. */
static void test_trackers_listed(void **state)
{
	static const struct tracker_id none;
	struct tracker_row tr = { .name = "\xc3\x84pfel, 100 %",
		.source = "radio",
		.medium = "offline",
		.campaign = "Spring Sale",
		.match_kind = "none",
		.created_us = TESTDB_NOW_US };
	struct tracker_row *rows;
	struct number_row number;

	(void)state;
	testdb_id(TESTDB_NOW_US, tr.id.v);
	tr.number = t->company[0].number;
	ok(db_number_get(t->db, t->company[0].id, tr.number, &number));
	assert_int_equal(found(none, "", 9, &rows), 1);
	ok(db_tracker_add(t->db, t->company[0].id, &tr));
	assert_int_equal(found(none, "", 1, &rows), 1);
	assert_true(id_eq(rows[0].id.v, tr.id.v));
	assert_string_equal(rows[0].e164, number.e164);
	assert_int_equal(found(tr.id, "", 9, &rows), 1);
	assert_true(id_eq(rows[0].id.v, t->company[0].tracker.v));
	assert_int_equal(found(rows[0].id, "", 9, &rows), 0);
	/* Another company's, or one that is gone, is behind nothing. */
	assert_int_equal(found(t->company[1].tracker, "", 9, &rows), 0);
	assert_int_equal(found(none, "APFEL", 9, &rows), 1);
	assert_int_equal(found(none, "spring", 9, &rows), 1);
	assert_int_equal(found(none, "100 %", 9, &rows), 1);
	assert_int_equal(found(none, "_", 9, &rows), 0);
	assert_int_equal(found(none, number.e164 + 3, 9, &rows), 1);
	assert_int_equal(found(none, "415 555", 9, &rows), 2);
	ok(db_tracker_archive(t->db, t->company[0].id, tr.id, TESTDB_NOW_US));
	assert_int_equal(found(none, "", 9, &rows), 1);
}

static uint64_t mark(int who)
{
	struct spend_mark row;
	const enum err e = db_spend_month_mark(db, t->company[who].id,
	    t->company[who].tracker, &row);

	return e == ERR_OK ? row.mark : 0;
}

/* Any change of a tracker's amounts, and nobody else's, makes another mark. */
static void test_marks(void **state)
{
	const struct spend_month changes[] = {
		month(0, "2026-01-01", "", 100),
		month(0, "2026-01-01", "", 101),
		month(0, "2026-01-02", "", 101),
		month(0, "2026-01-02", "2026-01-31", 101),
		month(0, "2026-01-02", "2026-01-30", 101),
	};
	struct spend_mark *rows = NULL, other_row;
	struct spend_month *amounts = NULL;
	uint64_t before = mark(0);
	const uint64_t other = mark(1);
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(changes); i++) {
		ok(db_spend_month_put(db, t->company[0].id, &changes[i]));
		assert_int_not_equal(mark(0), before);
		before = mark(0);
		assert_int_equal(mark(0), before);
		assert_int_equal(mark(1), other);
	}
	ok(db_spend_month_marks(db, t->company[0].id, SLICE(""), 9, &mem, &rows,
	    &n));
	assert_int_equal(n, 1);
	assert_int_equal(rows[0].mark, before);
	ok(db_spend_month_marks(db, t->company[0].id, SLICE("no such"), 9, &mem,
	    &rows, &n));
	assert_int_equal(n, 0);
	assert_int_equal(db_spend_month_mark(db, t->company[1].id,
			     t->company[0].tracker, &other_row),
	    ERR_NOTFOUND);
	/* Two that cost the same, each alone since its first day: who knows the
	 * one does not know the other. */
	for (int who = 0; who < 2; who++) {
		const struct spend_month same = month(who, "2020-01-01", "", 7);

		ok(db_spend_month_put(db, t->company[who].id, &same));
		assert_int_equal(listed(who, &amounts), 1);
	}
	assert_int_not_equal(mark(0), mark(1));
}

/* The amount of one day: exactly one row tells it. */
static int64_t amount_on(const struct spend_month *rows, size_t n,
    const char *day)
{
	int64_t amount = -1;

	for (size_t i = 0; i < n; i++) {
		if (strcmp(day, rows[i].from) < 0 ||
		    (rows[i].until[0] != '\0' &&
			strcmp(day, rows[i].until) > 0))
			continue;
		if (amount != -1)
			fail_msg("%s costs twice", day);
		amount = rows[i].monthly_micros;
	}
	return amount;
}

static void test_calendar(void **state)
{
	int64_t want[DAYS];
	char from[DB_SPEND_DAY], until[DB_SPEND_DAY];
	struct rnd_dice dice;

	(void)state;
	rnd_seed(&dice, 20261129);
	for (size_t d = 0; d < DAYS; d++)
		want[d] = -1;
	assert_int_equal(stmt_exec(stmt_begin(t->db,
				       "DELETE FROM tracker_cost"),
			     NULL),
	    ERR_OK);
	for (int round = 1; round <= 150; round++) {
		const unsigned int a = (unsigned int)rnd_below(&dice, DAYS),
				   b = a +
				       (unsigned int)rnd_below(&dice, DAYS - a);
		const bool still = rnd_below(&dice, 8) == 0;
		struct spend_month *rows = NULL, m;
		size_t n;

		day_text(a, from);
		day_text(b, until);
		m = month(0, from, still ? "" : until, round);
		assert_int_equal(db_spend_month_put(db, t->company[0].id, &m),
		    ERR_OK);
		for (unsigned int d = a; d <= (still ? DAYS - 1 : b); d++)
			want[d] = round;
		n = listed(0, &rows);
		for (unsigned int d = 0; d < DAYS; d++) {
			day_text(d, from);
			if (amount_on(rows, n, from) != want[d])
				fail_msg("round %d: %s", round, from);
		}
		arena_fini(&mem);
		arena_init(&mem, (size_t)1 << 28);
	}
}

/* --- amounts of a version that summed them ---------------------------------*/

#define TRACKERS 40

/* A bit each; want: of each day the one that began last. */
static void put_old(struct rnd_dice *dice, int tracker, int64_t want[DAYS])
{
	static const char sql[] =
	    "INSERT INTO tracker_cost VALUES (?, ?, ?, NULLIF(?, ''), ?)";
	char from[DB_SPEND_DAY], until[DB_SPEND_DAY];

	for (unsigned int a = 0; a < DAYS; a++) {
		const unsigned int b =
		    a + (unsigned int)rnd_below(dice, DAYS - a);
		const bool still = rnd_below(dice, 4) == 0;
		struct stmt *st;

		if (rnd_below(dice, 6) != 0)
			continue;
		day_text(a, from);
		day_text(b, until);
		st = stmt_begin(t->db, sql);
		stmt_in_id(st, t->company[tracker % 2].id.v);
		stmt_in_i64(st, tracker / 2);
		stmt_in_text(st, slice_from(from));
		stmt_in_text(st, slice_from(still ? "" : until));
		stmt_in_i64(st, (int64_t)1 << a);
		assert_int_equal(stmt_exec_one(st), ERR_OK);
		for (unsigned int d = a; d <= (still ? DAYS - 1 : b); d++)
			want[d] = (int64_t)1 << a;
	}
}

static void see_old(int tracker, const int64_t want[DAYS])
{
	static const char sql[] =
	    "SELECT CAST(COALESCE(SUM(monthly_micros), 0) AS SIGNED)"
	    " FROM tracker_cost WHERE company_id = ?"
	    " AND tracker_id = CAST(? AS BINARY(16)) AND ? BETWEEN from_on"
	    " AND COALESCE(until_on, '9999-12-31')";
	char day[DB_SPEND_DAY];

	for (unsigned int d = 0; d < DAYS; d++) {
		struct stmt *st = stmt_begin(t->db, sql);
		int64_t all = -1;

		day_text(d, day);
		stmt_in_id(st, t->company[tracker % 2].id.v);
		stmt_in_i64(st, tracker / 2);
		stmt_in_text(st, slice_from(day));
		stmt_out_i64(st, &all);
		assert_int_equal(stmt_one(st), ERR_OK);
		if (all != want[d])
			fail_msg("tracker %d, %s", tracker, day);
	}
}

static void exec(const char *sql)
{
	assert_int_equal(stmt_exec(stmt_begin(t->db, sql), NULL), ERR_OK);
}

/* 0193 and 0194: each day costs the amount that began last, and what it lay
 * within goes on behind it; run again, it stays. */
static void test_upgrade(void **state)
{
	static int64_t want[TRACKERS][DAYS];
	struct rnd_dice dice;

	(void)state;
	rnd_seed(&dice, 194);
	exec("DELETE FROM tracker_cost");
	for (int i = 0; i < TRACKERS; i++)
		put_old(&dice, i, want[i]);
	/* Behind the last day there is comes none. */
	exec(
	    "INSERT INTO tracker_cost VALUES (7, 7, '2026-01-01', NULL, 1),"
	    " (7, 7, '2026-02-01', '9999-12-31', 2)");
	for (int again = 0; again < 2; again++) {
		exec(
		    "UPDATE schema_migration SET finished_at = NULL"
		    " WHERE number IN (193, 194)");
		assert_int_equal(migrate_apply(t->db, "sql", TESTDB_NOW_US,
				     NULL),
		    ERR_OK);
		for (int i = 0; i < TRACKERS; i++)
			see_old(i, want[i]);
	}
	exec("DELETE FROM tracker_cost");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_billboard),
		cmocka_unit_test(test_last_day),
		cmocka_unit_test(test_whose),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_trackers_listed),
		cmocka_unit_test(test_calendar),
		cmocka_unit_test(test_upgrade),
	};

	return cmocka_run_group_tests_name("db_spend", tests, begin, end);
}
