/* Tests of lib/db/db_candidate: numbers that very many have had, and visits
 * that lasted long. Everything is company 0's. */
#include <string.h>

#include "lib/db/db_candidate.h"
#include "lib/db/db_overflow.h"
#include "lib/db/db_visit.h"
#include "lib/db/stmt.h"
#include "tests/support/attrib_rig.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb_attrib.h"
#include "tests/support/testdb_call.h"

#define NOW TESTDB_NOW_US

#define ok(call) FAIL_STMT_OK(call)
/* Once, where failing at each of its statements would take too long. */
#define did(call) assert_int_equal(call, ERR_OK)

static struct candidate_call call_of(int64_t at_us)
{
	return (struct candidate_call){
		.number = rig.t->company[0].pooled[0],
		.at_us = at_us,
		.caller_e164 = SLICE("+14155559999"),
		.caller_country = SLICE("US"),
		.caller_place = SLICE("San Francisco, CA"),
	};
}

static void read(struct company_id company, const struct candidate_call *call,
    struct candidates *out)
{
	ok(db_candidate_read(rig.store, company, call, &rig.mem, out));
}

/* A number that went through many hands: some are listed, all are counted. */
static void test_counted(void **state)
{
	enum {
		MANY = 70
	};
	struct visit_id last = { { 0 } };
	const int64_t at_us = NOW + 5 * RT_DAY_US;
	struct candidate_call call = call_of(at_us + MANY * RT_MIN_US);
	struct candidates c;

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		last = testdb_attrib_visit(rig.t, rig.dni, "many",
		    at_us + (int64_t)i * RT_MIN_US);
	}
	read(attrib_rig_ours(), &call, &c);
	assert_int_equal(c.n, DB_CANDIDATE_LISTED);
	assert_true(id_eq(c.c[0].visit.v, last.v));
	assert_int_equal(c.ask.older.n, MANY - DB_CANDIDATE_LISTED);
	assert_int_equal(c.ask.older.from_us, at_us);
	assert_int_equal(c.ask.older.to_us, at_us + 19 * RT_MIN_US);
}

#define MANY_HANDS (10 * ATTRIB_RIG_PIECE)

/* MANY_HANDS rows of the number, a minute apart. */
static void many_rows(const char *sql, int64_t from_us, struct number_id number)
{
	for (int64_t i = 0; i < MANY_HANDS; i += ATTRIB_RIG_PIECE) {
		struct stmt *st = stmt_begin(rig.t->db, sql);

		stmt_in_i64(st, i);
		stmt_in_time_us(st, from_us + i * RT_MIN_US);
		stmt_in_id(st, attrib_rig_ours().v);
		stmt_in_id(st, number.v);
		ok(stmt_exec(st, NULL));
	}
}

/* Leases of visits that nobody has written down. */
static void many_leases(int64_t from_us)
{
	static const char sql[] =
	    "INSERT INTO lease (company_id, id, pool_id, number_id,"
	    " number_e164, visit_id, epoch, started_at, beat_at, expires_at)"
	    " SELECT z.company_id, z.id, z.id, z.number_id, '', z.id, 1, z.at,"
	    " z.at, z.at + INTERVAL 1 MINUTE FROM (SELECT p.company_id,"
	    " p.number_id, UNHEX(LPAD(HEX(2000000 + ? + x.n), 32, '0')) AS id,"
	    " CAST(? AS DATETIME(6)) + INTERVAL x.n MINUTE AS at"
	    " FROM pool_number p JOIN " ATTRIB_RIG_PIECE_ROWS
	    " WHERE p.company_id = ? AND p.number_id = ?) z";

	many_rows(sql, from_us, rig.t->company[0].pooled[0]);
}

/* Of a number that very many have had, a bounded part is read: the rest is
 * told from that. */
static void test_many_hands(void **state)
{
	const int64_t from_us = NOW + 500 * RT_DAY_US;
	const struct candidate_call call =
	    call_of(from_us + MANY_HANDS * RT_MIN_US);
	struct candidates c;
	int64_t before;

	(void)state;
	many_leases(from_us);
	before = attrib_rig_reads();
	did(db_candidate_read(rig.t->db, attrib_rig_ours(), &call, &rig.mem,
	    &c));
	assert_in_range(attrib_rig_reads() - before, DB_CANDIDATE_COUNTED,
	    5 * DB_CANDIDATE_COUNTED / 2);
	assert_true(c.ask.older.about);
	assert_in_range(c.ask.older.n, MANY_HANDS - 10, MANY_HANDS + 10);
	assert_int_equal(c.ask.older.from_us, from_us);
	assert_int_equal(c.ask.older.to_us, call.at_us - RT_MIN_US);
}

/* A page that stays open for longer than leases are looked for. */
static void stays_open(struct visit_id visit, int64_t until_us)
{
	static const char sql[] =
	    "UPDATE lease SET beat_at = ?, expires_at = ? WHERE visit_id = ?";
	struct stmt *st = stmt_begin(rig.t->db, sql);

	stmt_in_time_us(st, until_us);
	stmt_in_time_us(st, until_us + RT_MIN_US);
	stmt_in_id(st, visit.v);
	ok(stmt_exec(st, NULL));
}

static void test_long_ago(void **state)
{
	const int64_t at_us = NOW + 600 * RT_DAY_US;
	const int64_t until_us = at_us + 40 * RT_DAY_US;
	const struct visit_id v =
	    testdb_attrib_visit(rig.t, rig.dni, "patient", at_us);
	struct candidate_call call = call_of(until_us + 10 * RT_SEC_US);
	struct candidates c;

	(void)state;
	read(attrib_rig_ours(), &call, &c);
	assert_int_equal(c.n, 0);
	stays_open(v, until_us);
	read(attrib_rig_ours(), &call, &c);
	assert_int_equal(c.n, 1);
	assert_true(id_eq(c.c[0].visit.v, v.v));
	assert_int_equal(c.c[0].seen_us, until_us);
	/* Where it is only counted it was still seen within the look-back. */
	for (int64_t i = 1; i <= DB_CANDIDATE_LISTED; i++)
		(void)testdb_attrib_visit(rig.t, rig.dni, "later",
		    until_us + i * RT_HOUR_US);
	call.at_us = at_us + 60 * RT_DAY_US;
	read(attrib_rig_ours(), &call, &c);
	assert_int_equal(c.n, DB_CANDIDATE_LISTED);
	assert_int_equal(c.ask.older.n, 1);
	assert_int_equal(c.ask.older.from_us, call.at_us - ATTRIB_LOOK_BACK_US);
	call.at_us = until_us + ATTRIB_LOOK_BACK_US;
	read(attrib_rig_ours(), &call, &c);
	assert_int_equal(c.n, DB_CANDIDATE_LISTED);
	assert_int_equal(c.ask.older.n, 0);
}

/* Who touches the link again after the call still touched it before. */
static void test_touched_again(void **state)
{
	const int64_t at_us = NOW + 70 * RT_DAY_US;
	const struct visit_id v =
	    testdb_attrib_visit(rig.t, rig.dni, "touched", at_us);
	const struct candidate_call call = call_of(at_us + RT_MIN_US);
	const int64_t touches[] = { -RT_MIN_US, -8 * RT_SEC_US, RT_HOUR_US };
	struct visit_event_row e = { .visit = v,
		.kind = "tel_click",
		.name = SLICE(""),
		.detail = SLICE("") };
	const struct visit_event_row *events[] = { &e };
	struct visit_progress p = { .id = v };
	const struct visit_progress *progress[] = { &p };
	struct candidates c;

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(touches); i++) {
		p.seen_us = p.tel_clicked_us = e.happened_us =
		    call.at_us + touches[i];
		testdb_id(e.happened_us, e.id);
		ok(db_visit_progress(rig.dni, attrib_rig_ours(), progress, 1));
		ok(db_visit_event_add(rig.dni, attrib_rig_ours(), events, 1));
	}
	read(attrib_rig_ours(), &call, &c);
	assert_int_equal(c.n, 1);
	assert_int_equal(c.c[0].tel_clicked_us, call.at_us - 8 * RT_SEC_US);
}

/* Who was shown another number by then and touched that one did not call this
 * one with it. */
static void test_touched_other(void **state)
{
	const int64_t at_us = NOW + 75 * RT_DAY_US;
	const struct visit_id v =
	    testdb_attrib_visit(rig.t, rig.dni, "two", at_us);
	const struct candidate_call call = call_of(at_us + RT_MIN_US);
	const struct number_id *p = rig.t->company[0].pooled;
	const struct {
		struct number_id number; /* nil: none was known to be his */
		int64_t ago_s;
		int64_t want_ago_s;
	} touches[] = { { p[1], 5, 0 }, { p[0], 20, 20 }, { p[1], 3, 20 },
		{ { { 0 } }, 2, 2 } };
	struct visit_event_row e = { .visit = v,
		.kind = "tel_click",
		.name = SLICE(""),
		.detail = SLICE("") };
	const struct visit_event_row *events[] = { &e };
	struct visit_progress moved = { .id = v };
	const struct visit_progress *progress[] = { &moved };
	struct candidates c;

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(touches); i++) {
		moved.seen_us = moved.tel_clicked_us = e.happened_us =
		    call.at_us - touches[i].ago_s * RT_SEC_US;
		e.number = touches[i].number;
		testdb_id(e.happened_us, e.id);
		did(db_visit_progress(rig.dni, attrib_rig_ours(), progress, 1));
		did(db_visit_event_add(rig.dni, attrib_rig_ours(), events, 1));
		read(attrib_rig_ours(), &call, &c);
		assert_true(id_eq(c.c[0].visit.v, v.v));
		assert_int_equal(c.c[0].tel_clicked_us,
		    touches[i].want_ago_s == 0
			? 0
			: call.at_us - touches[i].want_ago_s * RT_SEC_US);
	}
}

/* --- a pool's overflow number ---------------------------------------------*/

#define MANY 70 /* more than are listed */
/* The company's number without a lease: for these tests it is one. */
static struct number_id overflow(void)
{
	return rig.t->company[0].tracked;
}

static struct candidate_call overflow_call(int64_t at_us)
{
	struct candidate_call call = call_of(at_us);

	call.number = overflow();
	return call;
}

static void see(struct visit_id visit, int64_t shown_us, int64_t seen_us,
    int64_t touched_us)
{
	const struct overflow_row row = { overflow(), visit, shown_us, seen_us,
		touched_us };
	const struct overflow_row *rows[] = { &row };

	did(db_overflow_put(rig.dni, attrib_rig_ours(), rows, 1));
}

/* A visit that has the pool's number, too, like any. */
static struct visit_id shown(const char *source, int64_t shown_us,
    int64_t seen_us)
{
	const struct visit_id v =
	    testdb_attrib_visit(rig.t, rig.dni, source, shown_us);

	see(v, shown_us, seen_us, 0);
	return v;
}

/* Many see it at once: who was seen last comes first, whenever it was shown. */
static void test_overflow(void **state)
{
	const int64_t at_us = NOW + 900 * RT_DAY_US;
	const struct visit_id stays =
	    shown("stays", at_us, at_us + 9 * RT_MIN_US);
	const struct visit_id gone =
	    shown("gone", at_us + RT_MIN_US, at_us + 2 * RT_MIN_US);
	struct candidate_call call = overflow_call(at_us + 10 * RT_MIN_US);
	struct candidates c;

	(void)state;
	(void)shown("after", call.at_us + 1, call.at_us + RT_MIN_US);
	read(attrib_rig_ours(), &call, &c);
	assert_int_equal(c.n, 2);
	assert_true(id_eq(c.c[0].visit.v, stays.v));
	assert_true(id_eq(c.c[1].visit.v, gone.v));
	for (size_t i = 0; i < c.n; i++)
		assert_true(id_is_nil(c.c[i].lease.v));
	assert_int_equal(c.c[0].shown_us, at_us);
	assert_int_equal(c.c[0].seen_us, at_us + 9 * RT_MIN_US);
	assert_true(slice_eq(c.c[0].source, SLICE("stays")));
	assert_int_equal(c.ask.older.n, 0);
	/* The row moves on and never back; after a restart it is another one
	 * of the same visit. */
	see(gone, at_us + RT_MIN_US, at_us + RT_HOUR_US, 0);
	see(gone, at_us + RT_MIN_US, at_us + RT_MIN_US, 0);
	see(gone, at_us + 5 * RT_MIN_US, at_us + 6 * RT_MIN_US, 0);
	read(attrib_rig_ours(), &call, &c);
	assert_int_equal(c.n, 2);
	assert_true(id_eq(c.c[0].visit.v, gone.v));
	assert_int_equal(c.c[0].shown_us, at_us + RT_MIN_US);
	assert_int_equal(c.c[0].seen_us, at_us + RT_HOUR_US);
	/* Nobody of another company, of another number, or of long ago. */
	read(attrib_rig_theirs(), &call, &c);
	assert_int_equal(c.n, 0);
	call.at_us = at_us + ATTRIB_LOOK_BACK_US + 2 * RT_HOUR_US;
	read(attrib_rig_ours(), &call, &c);
	assert_int_equal(c.n, 0);
	call = call_of(at_us + 10 * RT_MIN_US);
	call.number = rig.t->company[0].pooled[1];
	read(attrib_rig_ours(), &call, &c);
	assert_int_equal(c.n, 0);
}

/* Of more than are listed the others are counted, and who touched the link is
 * not among those. */
static void test_overflow_many(void **state)
{
	const int64_t at_us = NOW + 1000 * RT_DAY_US;
	struct candidate_call call = overflow_call(at_us + 2 * RT_HOUR_US);
	struct visit_id first = { { 0 } };
	struct candidates c;

	(void)state;
	for (int64_t i = 0; i < MANY; i++) {
		const int64_t shown_us =
		    at_us + (i == 0 ? -20 * RT_DAY_US : i * RT_MIN_US);
		const struct visit_id v = shown("many", shown_us, shown_us);

		first = i == 0 ? v : first;
	}
	read(attrib_rig_ours(), &call, &c);
	assert_int_equal(c.n, DB_CANDIDATE_LISTED);
	assert_int_equal(c.c[0].seen_us, at_us + (MANY - 1) * RT_MIN_US);
	assert_int_equal(c.ask.older.n, MANY - DB_CANDIDATE_LISTED);
	assert_int_equal(c.ask.older.from_us, at_us - 20 * RT_DAY_US);
	assert_int_equal(c.ask.older.to_us, at_us + 20 * RT_MIN_US);
	assert_false(c.ask.older.about);
	see(first, at_us - 20 * RT_DAY_US, at_us, call.at_us - RT_MIN_US);
	read(attrib_rig_ours(), &call, &c);
	assert_int_equal(c.n, DB_CANDIDATE_LISTED);
	assert_true(id_eq(c.c[0].visit.v, first.v));
	assert_int_equal(c.ask.older.n, MANY - DB_CANDIDATE_LISTED);
	/* Nine of the last hour are not listed: those before came as fast. */
	call.at_us = at_us + MANY * RT_MIN_US;
	read(attrib_rig_ours(), &call, &c);
	assert_int_equal(c.ask.older.n, MANY - DB_CANDIDATE_LISTED);
	assert_in_range(c.ask.older.from_us, at_us - 5 * RT_MIN_US, at_us);
}

/* A number that has been both: who had it alone and who shared it, by when they
 * saw it last. */
static void test_overflow_and_lease(void **state)
{
	const int64_t at_us = NOW + 1100 * RT_DAY_US;
	const struct visit_id had =
	    testdb_attrib_visit(rig.t, rig.dni, "had", at_us);
	const struct visit_id shared = shown("shared", at_us - 1, at_us - 1);
	const struct overflow_row row = { rig.t->company[0].pooled[0], shared,
		at_us + RT_MIN_US, at_us + RT_MIN_US, 0 };
	const struct overflow_row *rows[] = { &row };
	const struct candidate_call call = call_of(at_us + RT_HOUR_US);
	struct candidates c;

	(void)state;
	did(db_overflow_put(rig.dni, attrib_rig_ours(), rows, 1));
	read(attrib_rig_ours(), &call, &c);
	assert_int_equal(c.n, 2);
	assert_true(id_eq(c.c[0].visit.v, shared.v));
	assert_int_equal(c.c[0].shown_us, row.shown_us);
	assert_true(id_is_nil(c.c[0].lease.v));
	assert_true(id_eq(c.c[1].visit.v, had.v));
	assert_false(id_is_nil(c.c[1].lease.v));
}

/* Who dials it again is shared out among those of the first time. */
static void test_overflow_again(void **state)
{
	const int64_t at_us = NOW + 1200 * RT_DAY_US;
	const struct visit_id v = shown("first", at_us, at_us + RT_MIN_US);
	struct candidate_call call = overflow_call(at_us + RT_DAY_US);
	struct callrec r;
	struct call_id first;
	struct candidates c;

	(void)state;
	call.caller_e164 = SLICE("+14155579998");
	testdb_id(at_us + 2 * RT_MIN_US, first.v);
	r = testdb_call_opened(rig.t, 0, first, overflow(), "+14155579998",
	    at_us + 2 * RT_MIN_US);
	did(db_call_opened(rig.t->db, attrib_rig_ours(), &r,
	    &testdb_call_place));
	for (int64_t i = 0; i < MANY; i++) {
		const int64_t shown_us = at_us + RT_HOUR_US + i * RT_MIN_US;

		(void)shown("later", shown_us, shown_us);
	}
	read(attrib_rig_ours(), &call, &c);
	assert_int_equal(c.ask.dialled_us, at_us + 2 * RT_MIN_US);
	assert_int_equal(c.n, DB_CANDIDATE_LISTED + 1);
	assert_true(id_eq(c.c[c.n - 1].visit.v, v.v));
	assert_int_equal(c.ask.older.n, MANY + 1 - DB_CANDIDATE_LISTED);
	assert_int_equal(c.ask.older_first.n, 0);
}

/* What is read is bounded however many were turned away. */
static void test_overflow_bounded(void **state)
{
	static const char sql[] =
	    "INSERT INTO overflow_shown (company_id, number_id, shown_at,"
	    " visit_id, seen_at) SELECT z.company_id, z.number_id, z.at, z.id,"
	    " z.at FROM (SELECT p.company_id, p.id AS number_id,"
	    " UNHEX(LPAD(HEX(3000000 + ? + x.n), 32, '0')) AS id,"
	    " CAST(? AS DATETIME(6)) + INTERVAL x.n MINUTE AS at"
	    " FROM number p JOIN " ATTRIB_RIG_PIECE_ROWS
	    " WHERE p.company_id = ? AND p.id = ?) z";
	const int64_t from_us = NOW + 1300 * RT_DAY_US;
	const int64_t end_us = from_us + MANY_HANDS * RT_MIN_US;
	const struct candidate_call call =
	    overflow_call(end_us + DB_CANDIDATE_LISTED * RT_MIN_US);
	struct candidates c;
	int64_t before;

	(void)state;
	many_rows(sql, from_us, overflow());
	for (int64_t i = 0; i < DB_CANDIDATE_LISTED; i++)
		(void)shown("known", end_us + i * RT_MIN_US,
		    end_us + i * RT_MIN_US);
	before = attrib_rig_reads();
	did(db_candidate_read(rig.t->db, attrib_rig_ours(), &call, &rig.mem,
	    &c));
	assert_in_range(attrib_rig_reads() - before, 2 * DB_CANDIDATE_COUNTED,
	    4 * DB_CANDIDATE_COUNTED);
	assert_int_equal(c.n, DB_CANDIDATE_LISTED);
	assert_true(c.ask.older.about);
	assert_in_range(c.ask.older.n, MANY_HANDS - 100, MANY_HANDS + 100);
	assert_int_equal(c.ask.older.from_us, from_us);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counted),
		cmocka_unit_test(test_many_hands),
		cmocka_unit_test(test_long_ago),
		cmocka_unit_test(test_touched_again),
		cmocka_unit_test(test_touched_other),
		cmocka_unit_test(test_overflow),
		cmocka_unit_test(test_overflow_many),
		cmocka_unit_test(test_overflow_and_lease),
		cmocka_unit_test(test_overflow_again),
		cmocka_unit_test(test_overflow_bounded),
	};

	return cmocka_run_group_tests_name("db_candidate", tests,
	    attrib_rig_start, attrib_rig_stop);
}
