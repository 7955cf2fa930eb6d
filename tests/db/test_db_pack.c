/* Tests of lib/db/db_pack and what reads packs: reports and the log tell of
 * packed days what they tell of their rows; a pack is forgotten when its day
 * changes, and proven. */
#include <stdlib.h>
#include <string.h>

#include "lib/db/db_pack.h"
#include "lib/db/db_pack_read.h"
#include "lib/db/db_report_calls.h"
#include "lib/db/db_report_cross.h"
#include "lib/db/db_report_group.h"
#include "lib/db/db_stat.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"
#include "tests/support/testdb_calls.h"

static struct testdb *t;
static struct arena mem;
static int64_t from_us, to_us;

/* All cases of all verbs, each several times over, are minutes. */
static unsigned int turn;
#define ok(call) FAIL_STMT_AT_TIMES(turn, call)

static int begin(void **state)
{
	(void)state;
	t = testdb_start();
	arena_init(&mem, (size_t)1 << 30);
	testdb_calls_made(t);
	from_us = TESTDB_CALLS_FROM_US;
	to_us = from_us + TESTDB_CALLS_DAYS * RT_DAY_US;
	for (int who = 0; who < 2; who++)
		assert_int_equal(db_stat_rebuild(t->db, t->company[who].id,
				     from_us, to_us),
		    ERR_OK);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_fini(&mem);
	testdb_stop(t);
	return 0;
}

/* Groups of a part of the period, quarters of all of it, each as alone. */
struct groups {
	struct db_report_group rows[200];
	size_t n;
};

static enum err take(void *ctx, const struct db_report_group *row)
{
	struct groups *g = ctx;

	assert_true(g->n < RT_ARRAY_LEN(g->rows));
	g->rows[g->n++] = *row;
	return ERR_OK;
}

static uint64_t wrong_of(int who)
{
	uint64_t wrong = 99;

	assert_int_equal(db_stat_verify(t->db, t->company[who].id, from_us,
			     to_us, &wrong),
	    ERR_OK);
	return wrong;
}

static void forget(int who, int from_day, int to_day)
{
	assert_int_equal(db_pack_forget_days(t->db, t->company[who].id,
			     from_us + from_day * RT_DAY_US,
			     from_us + to_day * RT_DAY_US),
	    ERR_OK);
}

/* The second company's days are not all packed. */
static void test_pack(void **state)
{
	size_t n = 99;

	(void)state;
	for (int who = 0; who < 2; who++) {
		const struct company_id company = t->company[who].id;

		assert_int_equal(db_pack_make(t->db, company, from_us,
				     to_us - 1, TESTDB_CALLS_EACH, 1000, &n),
		    ERR_OK);
		assert_int_equal(n, 0); /* no day has so many */
		assert_int_equal(db_pack_make(t->db, company, from_us,
				     to_us - 1, 1, 7, &n),
		    ERR_OK);
		assert_int_equal(n, 7);
		assert_int_equal(db_pack_make(t->db, company, from_us,
				     to_us - 1, 1, 1000, &n),
		    ERR_OK);
		assert_int_equal(n,
		    TESTDB_CALLS_DAYS - 1 - 7); /* the last is not over */
		assert_int_equal(wrong_of(who), 0);
	}
	forget(1, 5, 6);
	forget(1, 11, 18);
}

static uint64_t dice;

static uint64_t below(uint64_t n)
{
	dice = dice * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (dice >> 33) % n;
}

static struct db_filter any_filter(void)
{
	static const char *const texts[FILTER_TEXT_COUNT] = {
		[FILTER_SOURCE] = "news",
		[FILTER_MEDIUM] = "cpc",
		[FILTER_CAMPAIGN] = "c3",
		[FILTER_KEYWORD] = "k5",
		[FILTER_OUTCOME] = "lead",
	};
	static const char *const results[] = { "", "", "answered", "unanswered",
		"blocked", "nonsense" };
	static const int64_t most[FILTER_RANGE_COUNT] = { 240000, 70000, 100,
		97000000000001 };
	struct db_filter f = { .from_us = from_us, .to_us = to_us };

	f.from_us += (int64_t)below(96) * 15 * RT_MIN_US;
	f.to_us -= (int64_t)below(5 * 96) * 15 * RT_MIN_US;
	f.result = slice_from(results[below(RT_ARRAY_LEN(results))]);
	for (size_t i = 0; i < FILTER_TEXT_COUNT; i++) {
		f.by_text[i] = texts[i] != NULL && below(6) == 0;
		f.text[i] = slice_from(texts[i] == NULL ? "" : texts[i]);
	}
	f.by_id[FILTER_LOCATION] = below(6) == 0;
	f.by_id[FILTER_NUMBER] = below(6) == 0;
	memset(f.id[FILTER_NUMBER], '0', ID_BYTES);
	f.id[FILTER_NUMBER][0] = '2';
	for (size_t i = 0; i < FILTER_RANGE_COUNT; i++) {
		f.by_range[i] = below(5) == 0;
		f.min[i] = (int64_t)below((uint64_t)most[i]);
		f.max[i] = below(2) == 0 ? INT64_MAX : most[i];
	}
	for (size_t i = 0; i < FILTER_FLAG_COUNT; i++)
		f.want[i] = (enum filter_want)(below(9) / 4);
	return f;
}

static int any_dim(void)
{
	static const int all[] = { GROUP_NONE, GROUP_TEXT + FILTER_SOURCE,
		GROUP_TEXT + FILTER_KEYWORD, GROUP_TEXT + FILTER_REGION,
		GROUP_ID + FILTER_LOCATION, GROUP_RESULT, GROUP_FIRST_TIME,
		GROUP_QUALIFIED, GROUP_TALK, GROUP_RING, GROUP_RISK };

	return all[below(RT_ARRAY_LEN(all))];
}

static struct db_report_ask any_ask(void)
{
	static const uint32_t own[] = { 0, 0, 45, 60, 100, 200 };
	struct db_report_ask ask = { .filter = any_filter(),
		.by = any_dim(),
		.split = any_dim(),
		.own_s = own[below(RT_ARRAY_LEN(own))] };

	if (below(3) == 0)
		ask.only =
		    (uint32_t)below(UINT64_C(1) << 20) | DB_REPORT_SUM(over);
	return ask;
}

/* All that is read of one question. */
struct told {
	struct db_report_group *rows;
	size_t n;
	struct groups *part; /* of a part of the period, beside quarters */
	struct db_report_bucket *quarters;
	size_t n_quarters;
	uint64_t cross;
	struct db_report_calls log;
};

static enum err take_cross(void *ctx, int64_t at_us, size_t which,
    const struct db_report_sums *sums)
{
	struct told *told = ctx;

	told->cross = told->cross * 31 + (uint64_t)at_us + which;
	told->cross = told->cross * 31 + (uint64_t)sums->calls;
	told->cross = told->cross * 31 + (uint64_t)sums->value_micros;
	return ERR_OK;
}

/* What is not asked for may be there or not. */
static void forget_others(struct db_report_group *rows, size_t n, uint32_t only)
{
	for (size_t i = 0; i < n && only != 0; i++) {
		int64_t *const sums = (void *)&rows[i].sums;

		for (size_t k = 0; k < sizeof(rows->sums) / sizeof(*sums); k++)
			if (((only | DB_REPORT_SUM(calls)) >> k & 1) == 0)
				sums[k] = 0;
	}
}

static struct told told_of(int who, const struct db_report_ask *ask,
    enum db_report_calls_way way)
{
	const struct company_id company = t->company[who].id;
	const struct slice values[] = { SLICE("google"), SLICE("news") };
	const struct db_report_both with = {
		from_us + 20 * RT_DAY_US + 45 * RT_MIN_US, 0
	};
	const struct db_report_calls_filter log = { .f = ask->filter,
		.way = way,
		.key = { .started_us = from_us + 25 * RT_DAY_US } };
	struct db_report_ask by = *ask;
	struct told told = { .n = 0 };

	ok(db_report_group_list(t->db, company, ask, 1000, &mem, &told.rows,
	    &told.n));
	forget_others(told.rows, told.n, ask->only);
	told.part = arena_alloc(&mem, sizeof(*told.part));
	assert_non_null(told.part);
	by.split = GROUP_NONE;
	assert_int_equal(db_report_group_both(t->db, company, &by, &with, take,
			     told.part, &mem, &told.quarters, &told.n_quarters),
	    ERR_OK);
	forget_others(told.part->rows, told.part->n, ask->only);
	by.by = GROUP_TEXT + FILTER_SOURCE;
	assert_int_equal(db_report_cross(t->db, company, &by, values, 2,
			     take_cross, &told),
	    ERR_OK);
	ok(db_report_calls(t->db, company, &log, 20, &mem, &told.log));
	return told;
}

/* A value that ends in blanks is the one without. */
static void same_group(const struct db_report_group *a,
    const struct db_report_group *b)
{
	if (strncmp(a->value, "news", 4) != 0)
		assert_string_equal(a->value, b->value);
	if (strncmp(a->value2, "news", 4) != 0)
		assert_string_equal(a->value2, b->value2);
	assert_memory_equal(&a->sums, &b->sums, sizeof(a->sums));
}

static void same_told(const struct told *a, const struct told *b)
{
	assert_int_equal(a->n, b->n);
	for (size_t i = 0; i < a->n; i++)
		same_group(&a->rows[i], &b->rows[i]);
	assert_int_equal(a->part->n, b->part->n);
	for (size_t i = 0; i < a->part->n; i++)
		same_group(&a->part->rows[i], &b->part->rows[i]);
	assert_int_equal(a->n_quarters, b->n_quarters);
	for (size_t i = 0; i < a->n_quarters; i++) {
		assert_int_equal(a->quarters[i].at_us, b->quarters[i].at_us);
		assert_int_equal(a->quarters[i].sums.calls,
		    b->quarters[i].sums.calls);
		assert_int_equal(a->quarters[i].sums.over,
		    b->quarters[i].sums.over);
	}
	assert_int_equal(a->cross, b->cross);
	assert_int_equal(a->log.n, b->log.n);
	assert_int_equal(a->log.newer, b->log.newer);
	assert_int_equal(a->log.older, b->log.older);
	for (size_t i = 0; i < a->log.n; i++)
		assert_memory_equal(a->log.rows[i].id.v, b->log.rows[i].id.v,
		    ID_BYTES);
}

static void test_as_rows(void **state)
{
	size_t groups = 0, calls = 0;

	(void)state;
	dice = 20260701;
	for (int i = 0; i < 60; i++) {
		const struct db_report_ask ask = any_ask();
		const enum db_report_calls_way way =
		    (enum db_report_calls_way)below(3);
		struct told packed, rows;

		packed = told_of(i % 2, &ask, way);
		assert_int_equal(db_begin(t->db), ERR_OK);
		forget(i % 2, 0, TESTDB_CALLS_DAYS);
		rows = told_of(i % 2, &ask, way);
		db_rollback(t->db);
		same_told(&packed, &rows);
		groups += packed.n;
		calls += packed.log.n;
		arena_reset(&mem);
	}
	assert_true(groups > 250 && calls > 150);
}

static uint64_t packs(int who)
{
	struct stmt *st = stmt_begin(t->db,
	    "SELECT COUNT(*) FROM call_pack WHERE company_id = ? AND part = 0");
	uint64_t n = 0;

	stmt_in_id(st, t->company[who].id.v);
	stmt_out_u64(st, &n);
	assert_int_equal(stmt_one(st), ERR_OK);
	return n;
}

/* A period may go on to the end of time: only what is packed is walked. */
static void test_far(void **state)
{
	const int64_t far_us = INT64_C(253370764800000000); /* the year 9999 */
	struct db_pack_days days = db_pack_read_days(0, far_us);

	(void)state;
	assert_int_equal(db_pack_read_span(t->db, t->company[0].id, &days),
	    ERR_OK);
	assert_true(packs(0) > 0);
	assert_true(days.from_us >= from_us && days.to_us <= to_us);
	assert_true(days.to_us - days.from_us >= (int64_t)packs(0) * RT_DAY_US);
	days = db_pack_read_days(days.to_us, far_us);
	assert_int_equal(db_pack_read_span(t->db, t->company[0].id, &days),
	    ERR_OK);
	assert_int_equal(days.from_us, days.to_us);
}

static struct call_id a_call(const char *sql)
{
	struct call_id id;
	struct stmt *st = stmt_begin(t->db, sql);

	stmt_in_id(st, t->company[0].id.v);
	stmt_out_id(st, id.v);
	assert_int_equal(stmt_one(st), ERR_OK);
	return id;
}

/* Who takes a call out or puts one in forgets its day, and no other. */
static void test_forgotten(void **state)
{
	const struct company_id company = t->company[0].id;
	const struct call_id calls[] = {
		a_call("SELECT id FROM phone_call WHERE company_id = ?"
		       " ORDER BY started_at LIMIT 1"),
		a_call("SELECT id FROM phone_call WHERE company_id = ?"
		       " AND started_at > '2026-07-20' ORDER BY started_at"
		       " LIMIT 1"),
	};
	const uint64_t all = packs(0);
	size_t n = 0;

	(void)state;
	assert_int_equal(db_begin(t->db), ERR_OK);
	assert_int_equal(db_stat_take(t->db, company, calls[0]), ERR_OK);
	assert_int_equal(packs(0), all - 1);
	db_rollback(t->db);
	assert_int_equal(packs(0), all);
	assert_int_equal(db_begin(t->db), ERR_OK);
	assert_int_equal(db_stat_take(t->db, company, calls[0]), ERR_OK);
	assert_int_equal(db_stat_take(t->db, company, calls[1]), ERR_OK);
	assert_int_equal(db_commit(t->db), ERR_OK);
	assert_int_equal(packs(0), all - 2);
	assert_int_equal(db_pack_make(t->db, company, from_us, to_us - 1, 1, 9,
			     &n),
	    ERR_OK);
	assert_int_equal(n, 2);
	assert_int_equal(db_begin(t->db), ERR_OK);
	assert_int_equal(db_stat_put_all(t->db, company, calls, 2), ERR_OK);
	assert_int_equal(db_commit(t->db), ERR_OK);
	assert_int_equal(packs(0), all - 2);
	assert_int_equal(wrong_of(0), 0);
}

/* As the job has it, by the account that it has. What is gone from the calls
 * goes from the packs, packed again or not. */
static void test_made_by_job(void)
{
	static const char left[] =
	    "SELECT COUNT(*) FROM call_pack p WHERE NOT EXISTS (SELECT 1"
	    " FROM call_pack d WHERE d.company_id = p.company_id"
	    " AND d.part = 0 AND d.day_at = p.day_at)";
	struct db *jobd = testdb_connect(t, "jobd");
	size_t n = 0;

	assert_true(testdb_count(t, left) > 0);
	assert_int_equal(db_pack_make_all(jobd, to_us - 1, 1000000, 1000, &n),
	    ERR_OK);
	assert_int_equal(testdb_count(t, left), 0);

	assert_int_equal(db_pack_make_all(jobd, to_us - 1, 1, 1000, &n),
	    ERR_OK);
	assert_true(n >= TESTDB_CALLS_DAYS - 1);
	assert_int_equal(db_pack_make_all(jobd, to_us - 1, 1, 1000, &n),
	    ERR_OK);
	assert_int_equal(n, 0);
	db_close(jobd);
	forget(0, 0, TESTDB_CALLS_DAYS);
}

/* A pack that is not what its day's rows are is told, and made anew; one that
 * cannot be read is not read. */
static void test_proven(void **state)
{
	const struct db_report_ask ask = { .filter = { .from_us = from_us,
					       .to_us = to_us,
					       .want = { FILTER_YES } },
		.by = GROUP_TEXT + FILTER_KEYWORD };
	struct told packed, rows;

	(void)state;
	/* Packs are what is read of days that have one. */
	assert_int_equal(db_begin(t->db), ERR_OK);
	assert_int_equal(stmt_exec(stmt_begin(t->db, "DELETE FROM call_fact"),
			     NULL),
	    ERR_OK);
	packed = told_of(0, &ask, DB_REPORT_CALLS_NEWEST);
	db_rollback(t->db);
	assert_true(packed.n > 10 && packed.n_quarters > 100);
	ok(stmt_exec(stmt_begin(t->db,
			 "UPDATE call_pack SET data = CONCAT(data, 'x')"
			 " WHERE part > 0 AND day_at = '2026-07-04'"),
	    NULL));
	assert_int_equal(wrong_of(0), 1);
	packed = told_of(0, &ask, DB_REPORT_CALLS_NEWEST);
	assert_int_equal(db_stat_rebuild(t->db, t->company[0].id, from_us,
			     to_us),
	    ERR_OK);
	assert_int_equal(packs(0), 0);
	test_made_by_job();
	rows = told_of(0, &ask, DB_REPORT_CALLS_NEWEST);
	same_told(&packed, &rows);
	assert_int_equal(wrong_of(0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pack),
		cmocka_unit_test(test_as_rows),
		cmocka_unit_test(test_far),
		cmocka_unit_test(test_forgotten),
		cmocka_unit_test(test_proven),
	};

	return cmocka_run_group_tests_name("db_pack", tests, begin, end);
}
