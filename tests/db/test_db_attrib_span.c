/* Tests of lib/db/db_attrib_span: the time in which calls could have come. The
 * many visits are company 1's, all else company 0's. */
#include <assert.h>
#include <math.h>

#include "lib/db/db_attrib_span.h"
#include "lib/db/db_pool.h"
#include "lib/db/stmt.h"
#include "tests/support/attrib_rig.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb_attrib.h"

#define NOW TESTDB_NOW_US

#define ok(call) FAIL_STMT_OK(call)
/* Once, where failing at each of its statements would take too long. */
#define did(call) assert_int_equal(call, ERR_OK)

/* A visit every six minutes for 81 days, each with a number that was on a
 * page for a minute; every fourth one touched the link. */
#define MANY_VISITS (15 * ATTRIB_RIG_PIECE)
#define EVERY_S     INT64_C(360)
#define FROM_MANY                                                      \
	" FROM (SELECT s.company_id, s.id AS site_id, UNHEX(LPAD(HEX(" \
	"1000000 + ? + x.n), 32, '0')) AS id, x.n,"                    \
	" CAST(? AS DATETIME(6)) + INTERVAL ? * x.n SECOND AS at"      \
	" FROM site s JOIN " ATTRIB_RIG_PIECE_ROWS                     \
	" WHERE s.public_key = 'site-key-1') y"

/* One every 36 seconds for ten days. */
#define EVEN_VISITS (19 * ATTRIB_RIG_PIECE)
#define EVEN_S      INT64_C(36)
static_assert(EVEN_VISITS > 2 * DB_ATTRIB_SPAN_VISITS,
    "more than are read of a period");

static const char many_visits_sql[] =
    "INSERT INTO visit (company_id, id, site_id, visitor_id, started_at,"
    " seen_at, tel_clicked_at, landing_url, landing_page, source, medium)"
    " SELECT y.company_id, y.id, y.site_id, y.id, y.at, y.at,"
    " IF(MOD(y.n, 4) = 0, y.at, NULL), '', '', 'google', 'cpc'" FROM_MANY;

static const char many_shown_sql[] =
    "INSERT INTO lease (company_id, id, pool_id, number_id, number_e164,"
    " visit_id, epoch, started_at, beat_at, expires_at) SELECT y.company_id,"
    " y.id, y.id, y.id, '', y.id, 1, y.at, y.at + INTERVAL 1 MINUTE,"
    " y.at + INTERVAL 2 MINUTE" FROM_MANY;

/* n of them from from_us on. */
static void many(const char *sql, int64_t n, int64_t from_us, int64_t every_s)
{
	for (int64_t i = 0; i < n; i += ATTRIB_RIG_PIECE) {
		struct stmt *st = stmt_begin(rig.t->db, sql);

		stmt_in_i64(st, from_us / RT_DAY_US * 100000 + i);
		stmt_in_time_us(st, from_us + i * every_s * RT_SEC_US);
		stmt_in_i64(st, every_s);
		ok(stmt_exec(st, NULL));
	}
}

/* Of very many visits parts are read: the sums come out the same within a few
 * in a hundred. */
static void test_span_parts(void **state)
{
	struct attrib_fit_span s;
	int64_t before;

	(void)state;
	many(many_visits_sql, MANY_VISITS, NOW, EVERY_S);
	many(many_shown_sql, MANY_VISITS, NOW, EVERY_S);
	before = attrib_rig_reads();
	did(db_attrib_span(rig.t->db, attrib_rig_theirs(), NOW,
	    NOW + 81 * RT_DAY_US, &s));
	assert_in_range(attrib_rig_reads() - before, DB_ATTRIB_SPAN_VISITS,
	    6 * DB_ATTRIB_SPAN_VISITS);
	assert_true(fabs(s.visits / MANY_VISITS - 1.0) < 0.02);
	assert_true(fabs(s.touches / MANY_VISITS - 0.25) < 0.01);
	assert_true(fabs(s.on_page_s / s.visits - 60.0) < 0.01);
	/* Of few all: two days. */
	did(db_attrib_span(rig.t->db, attrib_rig_theirs(), NOW,
	    NOW + 2 * RT_DAY_US, &s));
	assert_true(fabs(s.visits - 480.0) < 0.5);
	assert_true(fabs(s.touches - 120.0) < 0.5);
}

/* Calls of late callers that come at all hours alike. */
#define LATE_CALLS 4800

static void fit_late(const struct attrib_fit_span *span,
    struct attrib_fit_result *out)
{
	static struct attrib_fit_call calls[LATE_CALLS];
	const struct attrib_fit_seen late = attrib_fit_seen(14400.0, 18000.0,
	    -1.0, ATTRIB_UNKNOWN, ATTRIB_USE_UNKNOWN);

	for (size_t i = 0; i < LATE_CALLS; i++)
		calls[i] = (struct attrib_fit_call){ .seen = &late,
			.n = 1,
			.hour = (uint8_t)(i % ATTRIB_LAW_HOURS) };
	ok(attrib_fit(calls, LATE_CALLS, span, attrib_law_prior(), out));
}

/* Parts do not hit all hours of the day alike; visits that come evenly have no
 * hours for that, and late callers none either. */
static void test_span_hours(void **state)
{
	const int64_t from_us = NOW + 2000 * RT_DAY_US;
	const int64_t to_us = from_us + 10 * RT_DAY_US;
	struct attrib_fit_result learnt;
	struct attrib_fit_span s;
	double mean = 0.0;

	(void)state;
	many(many_visits_sql, EVEN_VISITS, from_us, EVEN_S);
	did(db_attrib_span(rig.t->db, attrib_rig_theirs(), from_us, to_us, &s));
	s.visits = EVEN_VISITS;
	s.number_s = 1e9; /* hardly a call is of nobody */
	fit_late(&s, &learnt);
	for (size_t h = 0; h < ATTRIB_LAW_HOURS; h++)
		mean += s.begun[h] / ATTRIB_LAW_HOURS;
	for (size_t h = 0; h < ATTRIB_LAW_HOURS; h++) {
		if (fabs(learnt.law.late[h] - 1.0) > 0.0)
			fail_msg("hour %zu: late %.3f", h, learnt.law.late[h]);
		if (fabs(s.begun[h] / mean - 1.0) > 0.03)
			fail_msg("hour %zu: %.0f visits", h, s.begun[h]);
	}
}

/* A number counts from when it could be called: since it came into a pool, or
 * since it was shown when it had been there before, until it left. */
static double number_days(int64_t from_us, int64_t to_us)
{
	struct attrib_fit_span s;

	ok(db_attrib_span(rig.t->db, attrib_rig_ours(), from_us, to_us, &s));
	return s.number_s / 86400.0;
}

static void test_span_numbers(void **state)
{
	const int64_t at_us = NOW + 800 * RT_DAY_US;
	const int64_t end_us = at_us + 10 * RT_DAY_US;
	const struct testdb_company *c = &rig.t->company[0];

	(void)state;
	assert_true(fabs(number_days(at_us, end_us) - 30.0) < 0.001);
	for (size_t i = 0; i < RT_ARRAY_LEN(c->pooled); i++)
		ok(db_pool_number_remove(rig.t->db, c->id, c->pool,
		    c->pooled[i], NOW));
	assert_true(fabs(number_days(at_us, end_us)) < 0.001);
	/* New. */
	ok(db_pool_number_add(rig.t->db, c->id, c->pool, c->pooled[0],
	    at_us + 4 * RT_DAY_US));
	assert_true(fabs(number_days(at_us, end_us) - 6.0) < 0.001);
	assert_true(fabs(number_days(at_us, at_us + RT_DAY_US)) < 0.001);
	/* It had been there before and came back. */
	(void)testdb_attrib_visit(rig.t, rig.dni, "shown",
	    at_us + 2 * RT_DAY_US);
	(void)testdb_attrib_visit(rig.t, rig.dni, "shown",
	    at_us + 3 * RT_DAY_US);
	assert_true(fabs(number_days(at_us, end_us) - 8.0) < 0.001);
	/* It goes. */
	ok(db_pool_number_remove(rig.t->db, c->id, c->pool, c->pooled[0],
	    at_us + 7 * RT_DAY_US));
	assert_true(fabs(number_days(at_us, end_us) - 5.0) < 0.001);
	assert_true(fabs(number_days(at_us + 8 * RT_DAY_US, end_us)) < 0.001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_span_parts),
		cmocka_unit_test(test_span_hours),
		cmocka_unit_test(test_span_numbers),
	};

	return cmocka_run_group_tests_name("db_attrib_span", tests,
	    attrib_rig_start, attrib_rig_stop);
}
