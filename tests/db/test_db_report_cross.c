/* Tests of db_report_cross() and db_agency_group(): what stands beside
 * each other is what each has alone, and another company's calls count
 * nowhere. */
#include <string.h>

#include "lib/db/db_agency.h"
#include "lib/db/db_report_cross.h"
#include "lib/db/db_report_group.h"
#include "lib/db/db_stat.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"

#define SPAN (10 * RT_DAY_US)

static struct testdb *t;
static struct db *db; /* the dashboard's own account */
static struct arena mem;

#define ok(call) FAIL_STMT_OK(call)

/* 240 calls of one company and 120 of the other: of four sources, one of which
 * is none, within ten days, at every minute of the quarters. */
static void make_calls(int who, uint64_t count)
{
	static const char *const sql[] = {
		"INSERT INTO phone_call (company_id, id, state, result,"
		" number_id, number_e164, started_at, talk_ms, ring_ms)"
		" SELECT ?, UNHEX(LPAD(HEX(seq), 32, '0')), 'closed',"
		" ELT(1 + seq % 3, 'answered', 'missed', 'abandoned'), ?, '+1',"
		" ? + INTERVAL seq * 57 MINUTE, seq * 1000, 2000"
		" FROM (WITH RECURSIVE n AS (SELECT 1 AS seq UNION ALL"
		" SELECT seq + 1 FROM n WHERE seq < 240) SELECT seq FROM n) s"
		" WHERE seq <= ?",
		"INSERT INTO interaction (company_id, id, kind, happened_at,"
		" source) SELECT company_id, id, 'call', started_at,"
		" ELT(1 + CONV(RIGHT(HEX(id), 1), 16, 10) % 4, 'google',"
		" 'Bing', '', 'news') FROM phone_call WHERE company_id = ?",
	};
	struct stmt *st = stmt_begin(t->db, sql[0]);

	stmt_in_id(st, t->company[who].id.v);
	stmt_in_id(st, t->company[who].number.v);
	stmt_in_time_us(st, TESTDB_NOW_US);
	stmt_in_u64(st, count);
	ok(stmt_exec(st, NULL));
	st = stmt_begin(t->db, sql[1]);
	stmt_in_id(st, t->company[who].id.v);
	ok(stmt_exec(st, NULL));
	ok(db_stat_rebuild(t->db, t->company[who].id, TESTDB_NOW_US,
	    TESTDB_NOW_US + SPAN));
}

static int begin(void **state)
{
	(void)state;
	t = testdb_start();
	db = testdb_connect(t, "dashboard");
	arena_init(&mem, (size_t)64 << 20);
	make_calls(0, 240);
	make_calls(1, 120);
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

static struct db_report_ask everything(int by)
{
	return (struct db_report_ask){
		.filter = { .from_us = TESTDB_NOW_US,
		    .to_us = TESTDB_NOW_US + SPAN },
		.by = by,
	};
}

struct seen {
	int64_t calls[3];
	int64_t answered[3];
	int64_t last_us;
	size_t n;
};

static enum err see(void *ctx, int64_t at_us, size_t which,
    const struct db_report_sums *sums)
{
	struct seen *s = ctx;

	assert_true(which < 3);
	assert_true(at_us >= s->last_us);
	assert_int_equal(at_us % (15 * RT_MIN_US), 0);
	s->last_us = at_us;
	s->calls[which] += sums->calls;
	s->answered[which] += sums->answered;
	s->n++;
	return ERR_OK;
}

static enum err refuse(void *ctx, int64_t at_us, size_t which,
    const struct db_report_sums *sums)
{
	(void)ctx;
	(void)at_us;
	(void)which;
	(void)sums;
	return ERR_CONFLICT;
}

/* The calls of one value, or of none of them, counted alone. */
static struct db_report_sums alone(int who, struct slice source)
{
	struct db_report_ask ask = everything(GROUP_NONE);
	struct db_report_group *rows = NULL;
	size_t n = 0;

	ask.filter.by_text[FILTER_SOURCE] = true;
	ask.filter.text[FILTER_SOURCE] = source;
	ok(db_report_group_list(db, t->company[who].id, &ask, 1, &mem, &rows,
	    &n));
	assert_int_equal(n, 1);
	return rows[0].sums;
}

static void test_values_by_quarter(void **state)
{
	const struct slice values[] = { SLICE("google"), SLICE("") };

	(void)state;
	for (int who = 0; who < 2; who++) {
		struct db_report_ask ask =
		    everything(GROUP_TEXT + FILTER_SOURCE);
		struct db_report_sums rest = alone(who, SLICE("Bing"));
		const struct db_report_sums news = alone(who, SLICE("news"));
		struct seen s = { .n = 0 };

		db_report_add(&rest, &news);
		ok(db_report_cross(db, t->company[who].id, &ask, values, 2, see,
		    &s));
		for (size_t i = 0; i < 2; i++) {
			const struct db_report_sums one = alone(who, values[i]);

			assert_int_equal(s.calls[i], one.calls);
			assert_int_equal(s.answered[i], one.answered);
		}
		assert_int_equal(s.calls[2], rest.calls);
		assert_int_equal(s.calls[0] + s.calls[1] + s.calls[2],
		    who == 0 ? 240 : 120);
	}
}

static void test_filter_and_end(void **state)
{
	const struct slice value = SLICE("google");
	struct db_report_ask ask = everything(GROUP_TEXT + FILTER_SOURCE);
	struct slice many[DB_REPORT_CROSS_MAX + 1];
	struct seen s = { .n = 0 };

	(void)state;
	assert_int_equal(db_report_cross(db, t->company[0].id, &ask, &value, 1,
			     refuse, NULL),
	    ERR_CONFLICT);
	for (size_t i = 0; i < RT_ARRAY_LEN(many); i++)
		many[i] = value;
	assert_int_equal(db_report_cross(db, t->company[0].id, &ask, many,
			     RT_ARRAY_LEN(many), see, &s),
	    ERR_RANGE);
	ask.filter.result = SLICE("missed");
	ok(db_report_cross(db, t->company[0].id, &ask, &value, 1, see, &s));
	assert_int_equal(s.calls[0] + s.calls[1], 80);
	assert_int_equal(s.answered[0] + s.answered[1], 0);
}

/* A person of one company sees that one, with what it has alone. */
static void test_companies(void **state)
{
	const struct slice results[] = { SLICE(""), SLICE("missed") };

	(void)state;
	for (int who = 0; who < 2; who++)
		for (size_t i = 0; i < RT_ARRAY_LEN(results); i++)
			for (uint32_t own_s = 0; own_s <= 90; own_s += 30) {
				struct db_report_ask ask =
				    everything(GROUP_NONE);
				struct db_report_group *rows = NULL;
				struct db_agency_sums *all = NULL;
				size_t n = 0, n_alone = 0;

				ask.filter.result = results[i];
				ask.own_s = own_s;
				ok(db_agency_group(db, t->company[who].user,
				    &ask, &mem, &all, &n));
				/* Not from the same sums. */
				ask.filter.by_range[FILTER_RISK] = true;
				ask.filter.max[FILTER_RISK] = INT64_MAX;
				ok(db_report_group_list(db, t->company[who].id,
				    &ask, 1, &mem, &rows, &n_alone));
				assert_int_equal(n, 1);
				assert_true(id_eq(all->company.v,
				    t->company[who].id.v));
				assert_memory_equal(&all->sums, &rows->sums,
				    sizeof(all->sums));
			}
}

static void test_nothing(void **state)
{
	struct db_report_ask ask = everything(GROUP_NONE);
	struct db_agency_sums *all = NULL;
	struct seen s = { .n = 0 };
	size_t n = 1;

	(void)state;
	ask.filter.from_us = ask.filter.to_us = TESTDB_NOW_US;
	ok(db_agency_group(db, t->company[0].user, &ask, &mem, &all, &n));
	assert_int_equal(n, 0);
	ask = everything(GROUP_TEXT + FILTER_SOURCE);
	ask.filter.from_us = ask.filter.to_us;
	ok(db_report_cross(db, t->company[0].id, &ask, NULL, 0, see, &s));
	assert_int_equal(s.n, 0);
}

/* What was asked for is as ever, and what was not that or 0. */
static void only_asked(const struct db_report_sums *some,
    const struct db_report_sums *all, uint32_t only)
{
	const int64_t *got = (const int64_t *)some;
	const int64_t *want = (const int64_t *)all;

	only |= DB_REPORT_SUM(calls);
	for (size_t i = 0; i < sizeof(*all) / sizeof(*want); i++)
		if ((only >> i & 1) != 0 || got[i] != 0)
			assert_int_equal(got[i], want[i]);
}

static void same_groups(struct db_report_ask ask, uint32_t only)
{
	struct db_report_group *all = NULL, *some = NULL;
	size_t n = 0, n_some = 0;

	ok(db_report_group_list(db, t->company[0].id, &ask, 10, &mem, &all,
	    &n));
	ask.only = only;
	ok(db_report_group_list(db, t->company[0].id, &ask, 10, &mem, &some,
	    &n_some));
	assert_int_equal(n, 4);
	assert_int_equal(n_some, n);
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(some[i].value, all[i].value);
		only_asked(&some[i].sums, &all[i].sums, only);
	}
}

static void same_quarters(struct db_report_ask ask, uint32_t only)
{
	struct db_report_bucket *all = NULL, *some = NULL;
	size_t n = 0, n_some = 0;

	ok(db_report_group_series(db, t->company[0].id, &ask, &mem, &all, &n));
	ask.only = only;
	ok(db_report_group_series(db, t->company[0].id, &ask, &mem, &some,
	    &n_some));
	assert_true(n > 1);
	assert_int_equal(n_some, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(some[i].at_us, all[i].at_us);
		only_asked(&some[i].sums, &all[i].sums, only);
	}
}

static void test_asked_sums(void **state)
{
	struct db_report_ask ask = everything(GROUP_TEXT + FILTER_SOURCE);

	(void)state;
	/* From what is kept, and from the calls. */
	for (int slow = 0; slow < 2; slow++)
		for (uint32_t bit = 1; bit <= DB_REPORT_SUM(over); bit <<= 1) {
			ask.own_s = 7;
			ask.filter.by_range[FILTER_RISK] = slow != 0;
			ask.filter.max[FILTER_RISK] = INT64_MAX;
			same_groups(ask, bit);
			same_quarters(ask, bit);
			same_groups(ask, ~bit);
			arena_reset(&mem);
		}
}

static void test_series(void **state)
{
	static const uint32_t own_s[] = { 0, 1, 60, 75, 100, 121 };
	struct db_report_ask ask = everything(GROUP_NONE);
	struct db_report_bucket *a, *b;
	size_t n = 0, m = 0;

	(void)state;
	for (size_t k = 0; k < RT_ARRAY_LEN(own_s); k++) {
		struct db_report_ask slow = ask;

		ask.own_s = slow.own_s = own_s[k];
		/* What no roll-up knows, and all calls are in. */
		slow.filter.by_range[FILTER_RISK] = true;
		slow.filter.max[FILTER_RISK] = INT64_MAX;
		ok(db_report_group_series(db, t->company[0].id, &ask, &mem, &a,
		    &n));
		ok(db_report_group_series(db, t->company[0].id, &slow, &mem, &b,
		    &m));
		assert_int_equal(n, m);
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(a[i].at_us, b[i].at_us);
			assert_int_equal(a[i].at_us % (15 * RT_MIN_US), 0);
			assert_memory_equal(&a[i].sums, &b[i].sums,
			    sizeof(a[i].sums));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_by_quarter),
		cmocka_unit_test(test_filter_and_end),
		cmocka_unit_test(test_companies),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_asked_sums),
		cmocka_unit_test(test_series),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
