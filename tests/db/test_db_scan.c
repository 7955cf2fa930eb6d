/* Tests of lib/db/db_scan, through db_report_group: what is counted here of
 * calls that have a tag or any other filter is what the server counts, by
 * value, by quarter, and by both from one reading; and all of it once more of
 * days that are packed (lib/db/db_pack), which reports and the log tell as
 * their rows tell them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/db/db_pack.h"
#include "lib/db/db_report_group.h"
#include "lib/db/db_stat.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"
#include "tests/support/testdb_calls.h"

static struct testdb *t;
static struct db *db; /* the dashboard's own account */
static struct arena mem;
static int64_t from_us, to_us;

/* All cases of all verbs, each several times over, are minutes. */
static unsigned int turn;
#define ok(call) FAIL_STMT_AT_TIMES(turn, call)

static int begin(void **state)
{
	uint64_t wrong = 1;

	(void)state;
	t = testdb_start();
	db = testdb_connect(t, "dashboard");
	arena_init(&mem, (size_t)1 << 30);
	testdb_calls_made(t);
	from_us = TESTDB_CALLS_FROM_US;
	to_us = from_us + TESTDB_CALLS_DAYS * RT_DAY_US;
	for (int who = 0; who < 2; who++) {
		ok(db_stat_rebuild(t->db, t->company[who].id, from_us, to_us));
		ok(db_stat_verify(t->db, t->company[who].id, from_us, to_us,
		    &wrong));
		assert_int_equal(wrong, 0);
	}
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

/* What is asked: a tag ('a' many have, 'b' few, 'z' none, 0: not asked for),
 * a least talk time in s, and a limit of one's own. */
static const struct {
	char tag;
	int64_t talk_s;
	uint32_t own_s;
} asked[] = {
	{ 'a', 0, 0 },
	{ 'b', 0, 0 },
	{ 'z', 0, 45 },
	{ 'a', 50, 75 },
	{ 'b', 50, 130 },
	{ 0, 0, 45 },
	{ 0, 0, 200 },
	{ 0, 100, 90 },
	{ 0, 10000, 1 },
	{ 0, 0, 0 },
};

static struct db_report_ask ask_of(size_t i, int by)
{
	struct db_report_ask ask = { .by = by, .own_s = asked[i].own_s };

	ask.filter.from_us = from_us + 45 * RT_MIN_US;
	ask.filter.to_us = to_us - 15 * RT_MIN_US;
	ask.filter.by_tag = asked[i].tag != 0;
	memset(ask.filter.tag.v, asked[i].tag, ID_BYTES);
	ask.filter.by_range[FILTER_TALK_MS] = asked[i].talk_s > 0;
	ask.filter.min[FILTER_TALK_MS] = asked[i].talk_s * 1000;
	ask.filter.max[FILTER_TALK_MS] = INT64_MAX;
	return ask;
}

#define COUNTED                                                          \
	" CAST(SUM(1) AS SIGNED), CAST(SUM(f.result = 'answered') AS"    \
	" SIGNED), CAST(SUM(f.value_micros) AS SIGNED), CAST(SUM(? > 0"  \
	" AND f.talk_ms >= ?) AS SIGNED), CAST(SUM("                     \
	"IF(f.result = 'answered', f.ring_ms, 0)) AS SIGNED)"            \
	" FROM call_fact f WHERE f.company_id = ? AND f.started_at >= ?" \
	" AND f.started_at < ? AND f.talk_ms >= ? AND (? = 0 OR EXISTS"  \
	" (SELECT 1 FROM interaction_tag x WHERE x.company_id ="         \
	" f.company_id AND x.interaction_id = f.call_id"                 \
	" AND x.tag_id = ?)) GROUP BY k ORDER BY "

struct counted {
	char value[300];
	int64_t calls;
	int64_t answered;
	int64_t value_micros;
	int64_t over;
	int64_t answer_ms;
};

/* The same counted by the server. */
static size_t by_hand(int who, const char *sql, const struct db_report_ask *a,
    struct counted **rows)
{
	struct stmt *st = stmt_begin(t->db, sql);
	struct counted row;
	size_t n = 0;

	*rows = NULL;
	stmt_in_u64(st, a->own_s);
	stmt_in_u64(st, (uint64_t)a->own_s * 1000);
	stmt_in_id(st, t->company[who].id.v);
	stmt_in_time_us(st, a->filter.from_us);
	stmt_in_time_us(st, a->filter.to_us);
	stmt_in_i64(st, a->filter.min[FILTER_TALK_MS]);
	stmt_in_bool(st, a->filter.by_tag);
	stmt_in_id(st, a->filter.tag.v);
	stmt_out_text(st, row.value, sizeof(row.value));
	stmt_out_i64(st, &row.calls);
	stmt_out_i64(st, &row.answered);
	stmt_out_i64(st, &row.value_micros);
	stmt_out_i64(st, &row.over);
	stmt_out_i64(st, &row.answer_ms);
	ok(stmt_all(st, &mem, &row, sizeof(row), rows, &n));
	return n;
}

static void same(const struct counted *want, const struct db_report_sums *got)
{
	assert_int_equal(got->calls, want->calls);
	assert_int_equal(got->answered, want->answered);
	assert_int_equal(got->value_micros, want->value_micros);
	assert_int_equal(got->over, want->over);
	assert_int_equal(got->answer_ms, want->answer_ms);
}

static const struct {
	int by;
	const char *sql;
} dims[] = {
	{ GROUP_TEXT + FILTER_SOURCE,
	    "SELECT f.source AS k," COUNTED "2 DESC, k" },
	{ GROUP_TEXT + FILTER_KEYWORD,
	    "SELECT f.keyword AS k," COUNTED "2 DESC, k" },
	{ GROUP_ID + FILTER_LOCATION,
	    "SELECT LOWER(HEX(f.location_id)) AS k," COUNTED "2 DESC, k" },
	{ GROUP_QUALIFIED,
	    "SELECT CONCAT(f.qualified) AS k," COUNTED "2 DESC, k" },
	{ GROUP_RESULT, "SELECT f.result AS k," COUNTED "2 DESC, k" },
	{ GROUP_NONE, "SELECT '' AS k," COUNTED "2 DESC, k" },
};

static void test_values(void **state)
{
	size_t some = 0;

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(asked); i++)
		for (size_t d = 0; d < RT_ARRAY_LEN(dims); d++) {
			const struct db_report_ask ask = ask_of(i, dims[d].by);
			const int who = (int)((i + d) % 2);
			struct db_report_group *rows = NULL;
			struct counted *want;
			size_t n = 0;

			ok(db_report_group_list(db, t->company[who].id, &ask,
			    1000, &mem, &rows, &n));
			assert_int_equal(by_hand(who, dims[d].sql, &ask, &want),
			    n);
			for (size_t k = 0; k < n; k++) {
				if (strncmp(rows[k].value, "news", 4) != 0)
					assert_string_equal(rows[k].value,
					    want[k].value);
				same(&want[k], &rows[k].sums);
			}
			some += n;
			arena_reset(&mem);
		}
	assert_true(some > 300);
}

#define QUARTERS \
	"SELECT CONCAT(TO_SECONDS(f.started_at) DIV 900) AS k," COUNTED "k"
#define QUARTERS_TO_1970 INT64_C(69074688)

static void same_quarters(int who, const struct db_report_ask *ask,
    const struct db_report_bucket *rows, size_t n)
{
	struct counted *want;

	assert_int_equal(by_hand(who, QUARTERS, ask, &want), n);
	for (size_t k = 0; k < n; k++) {
		char text[40];

		(void)snprintf(text, sizeof(text), "%lld",
		    (long long)(rows[k].at_us / (15 * RT_MIN_US) +
				QUARTERS_TO_1970));
		assert_string_equal(text, want[k].value);
		same(&want[k], &rows[k].sums);
	}
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

static void test_both(void **state)
{
	struct groups *g = calloc(1, sizeof(*g));

	(void)state;
	assert_non_null(g);
	for (size_t i = 0; i < RT_ARRAY_LEN(asked); i++)
		for (size_t d = 0; d < RT_ARRAY_LEN(dims); d++) {
			struct db_report_ask ask = ask_of(i, dims[d].by);
			const struct db_report_both with = {
				from_us + (int64_t)(i % 3 + 1) * 11 * RT_DAY_US,
				0
			};
			const int who = (int)((i + d) % 2);
			struct db_report_bucket *quarters = NULL;
			struct db_report_group *alone = NULL;
			size_t n = 0, n_alone = 0;

			/* One that fails may have given groups before. */
			g->n = 0;
			assert_int_equal(db_report_group_both(db,
					     t->company[who].id, &ask, &with,
					     take, g, &mem, &quarters, &n),
			    ERR_OK);
			same_quarters(who, &ask, quarters, n);
			ask.filter.to_us = with.values_to_us;
			ok(db_report_group_list(db, t->company[who].id, &ask,
			    1000, &mem, &alone, &n_alone));
			assert_int_equal(g->n, n_alone);
			for (size_t k = 0; k < n_alone; k++) {
				assert_string_equal(g->rows[k].value,
				    alone[k].value);
				assert_memory_equal(&g->rows[k].sums,
				    &alone[k].sums, sizeof(alone[k].sums));
			}
			arena_reset(&mem);
		}
	free(g);
}

static void test_too_long(void **state)
{
	struct db_report_ask ask = ask_of(0, GROUP_NONE);
	const struct db_report_both with = { to_us, 0 };
	struct db_report_bucket *rows = NULL;
	size_t n = 7;

	(void)state;
	ask.filter.to_us = ask.filter.from_us + 401 * RT_DAY_US;
	assert_int_equal(db_report_group_both(db, t->company[0].id, &ask, &with,
			     take, NULL, &mem, &rows, &n),
	    ERR_TOOBIG);
	ask.filter.to_us = ask.filter.from_us - 1;
	assert_int_equal(db_report_group_both(db, t->company[0].id, &ask, &with,
			     take, NULL, &mem, &rows, &n),
	    ERR_RANGE);
	assert_int_equal(n, 7);
}

/* All of it once more, of days most of which are packed. */
static void test_packed(void **state)
{
	for (int who = 0; who < 2; who++) {
		const int64_t skip_us = from_us + 9 * RT_DAY_US;
		size_t n = 0;

		assert_int_equal(db_pack_make(t->db, t->company[who].id,
				     from_us, to_us, 1, 1000, &n),
		    ERR_OK);
		assert_int_equal(n, TESTDB_CALLS_DAYS);
		assert_int_equal(db_pack_forget_days(t->db, t->company[who].id,
				     skip_us, skip_us + 4 * RT_DAY_US),
		    ERR_OK);
	}
	test_values(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_both),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_packed),
	};

	return cmocka_run_group_tests_name("db_scan", tests, begin, end);
}
