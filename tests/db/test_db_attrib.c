/* Tests of lib/db/db_candidate, db_judge and db_attrib: who may have made a
 * call, by the store's own account. Everything is company 0's; company 1 must
 * see nothing of it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/db/db_attrib_again.h"
#include "lib/db/db_attrib_calib.h"
#include "lib/db/db_attrib_fit.h"
#include "lib/db/db_attrib_span.h"
#include "lib/db/db_judge.h"
#include "lib/db/db_lease.h"
#include "lib/db/db_stat.h"
#include "lib/db/db_visit.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"

#define NOW    TESTDB_NOW_US
#define CALLER "+14155559999"

#define ok(call) FAIL_STMT_OK(call)
/* Once, where failing at each of its statements would take too long. */
#define did(call) assert_int_equal(call, ERR_OK)

static struct testdb *t;
static struct db *dni, *store;
static struct arena mem;

static int start(void **state)
{
	(void)state;
	t = testdb_start();
	dni = testdb_connect(t, "dni");
	store = testdb_connect(t, "store");
	arena_init(&mem, (size_t)8 << 20);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_fini(&mem);
	db_close(store);
	db_close(dni);
	testdb_stop(t);
	return 0;
}

static struct company_id ours(void)
{
	return t->company[0].id;
}

static struct company_id theirs(void)
{
	return t->company[1].id;
}

/* --- visits and leases --------------------------------------------------- */

static struct visit_row visit(const char *source, int64_t at_us)
{
	struct visit_row v;
	const struct visit_row *rows[] = { &v };

	memset(&v, 0, sizeof(v));
	testdb_id(at_us, v.id.v);
	testdb_id(at_us, v.visitor.v);
	v.site = t->company[0].site;
	v.started_us = at_us;
	v.landing_url = SLICE("https://site0.example/");
	v.source.source = slice_from(source);
	v.source.medium = SLICE("cpc");
	v.source.campaign = SLICE("spr\xc3\xadng '; --");
	v.source.landing_page = SLICE("site0.example/");
	v.browser_zone = SLICE("America/Los_Angeles");
	ok(db_visit_add(dni, ours(), rows, 1));
	return v;
}

static void lease_id(const struct visit_row *v, size_t number, int64_t at_us,
    struct lease_id *id)
{
	struct lease_row l;
	const struct lease_row *rows[] = { &l };

	memset(&l, 0, sizeof(l));
	testdb_id(at_us, l.id.v);
	*id = l.id;
	l.pool = t->company[0].pool;
	l.number = t->company[0].pooled[number];
	memcpy(l.number_e164, "+14155550200", 13);
	l.visit = v->id;
	l.epoch = 1;
	l.started_us = l.beat_us = at_us;
	l.expires_us = at_us + 180 * RT_SEC_US;
	ok(db_lease_add(dni, ours(), rows, 1));
}

static void lease(const struct visit_row *v, size_t number, int64_t at_us)
{
	struct lease_id id;

	lease_id(v, number, at_us, &id);
}

static void lease_new(struct visit_row v, size_t number)
{
	lease(&v, number, v.started_us);
}

static struct candidate_call call_of(size_t number, int64_t at_us)
{
	return (struct candidate_call){
		.number = t->company[0].pooled[number],
		.at_us = at_us,
		.caller_e164 = SLICE(CALLER),
		.caller_country = SLICE("US"),
		.caller_place = SLICE("San Francisco, CA"),
	};
}

static void read(struct company_id company, const struct candidate_call *call,
    struct candidates *out)
{
	ok(db_candidate_read(store, company, call, &mem, out));
}

static void test_listed(void **state)
{
	const struct visit_row one = visit("one", NOW), two = visit("two", NOW);
	struct candidate_call call = call_of(2, NOW + RT_SEC_US);
	struct candidates c;

	(void)state;
	lease(&one, 2, NOW - RT_HOUR_US);
	lease(&two, 2, NOW - RT_MIN_US);
	lease(&one, 2, NOW);
	lease(&two, 2, NOW + RT_DAY_US);
	read(ours(), &call, &c);
	assert_int_equal(c.n, 2); /* each visit once, none shown later */
	assert_true(id_eq(c.c[0].visit.v, one.id.v));
	assert_int_equal(c.c[0].seen_us, NOW);
	assert_true(slice_eq_cstr(c.c[1].source, "two"));
	assert_true(slice_eq(c.c[1].campaign, two.source.campaign));
	assert_int_equal(c.c[1].caller, ATTRIB_UNKNOWN);
	assert_int_equal(c.c[1].place, ATTRIB_SAME);
	assert_int_equal(c.ask.older.n, 0);
	assert_int_equal(c.ask.dialled_us, 0);
	call.caller_place = SLICE("New York, NY");
	read(ours(), &call, &c);
	assert_int_equal(c.c[1].place, ATTRIB_OTHER);
	read(theirs(), &call, &c);
	assert_int_equal(c.n, 0);
	call.at_us = NOW + 40 * RT_DAY_US;
	read(ours(), &call, &c);
	assert_int_equal(c.n, 0); /* beyond the look-back */
}

/* A number that went through many hands: some are listed, all are counted. */
static void test_counted(void **state)
{
	enum {
		MANY = 70
	};
	struct visit_row last;
	const int64_t at_us = NOW + 5 * RT_DAY_US;
	struct candidate_call call = call_of(1, at_us + MANY * RT_MIN_US);
	struct candidates c;

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		last = visit("many", at_us + (int64_t)i * RT_MIN_US);
		lease(&last, 1, at_us + (int64_t)i * RT_MIN_US);
	}
	read(ours(), &call, &c);
	assert_int_equal(c.n, DB_CANDIDATE_LISTED);
	assert_true(id_eq(c.c[0].visit.v, last.id.v));
	assert_int_equal(c.ask.older.n, MANY - DB_CANDIDATE_LISTED);
	assert_int_equal(c.ask.older.from_us, at_us);
	assert_int_equal(c.ask.older.to_us, at_us + 19 * RT_MIN_US);
}

/* Entries of indexes that t->db has read so far. */
static int64_t reads(void)
{
	return testdb_count(t,
	    "SELECT CAST(SUM(VARIABLE_VALUE) AS SIGNED) FROM"
	    " information_schema.SESSION_STATUS WHERE VARIABLE_NAME IN"
	    " ('HANDLER_READ_KEY', 'HANDLER_READ_NEXT', 'HANDLER_READ_PREV')");
}

/* PIECE numbers as x.n, for many rows in one statement. */
#define PIECE 1296
#define DIGITS(name)                                           \
	"(SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2" \
	" UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5) AS " name
#define PIECE_ROWS                                                         \
	"(SELECT a.d + 6 * (b.d + 6 * (c.d + 6 * d.d)) AS n FROM " DIGITS( \
	    "a") ", " DIGITS("b") ", " DIGITS("c") ", " DIGITS("d") ") x"

#define MANY_HANDS (10 * PIECE)

/* Leases of visits that nobody has written down, a minute apart. */
static void many_leases(size_t number, int64_t from_us)
{
	static const char sql[] =
	    "INSERT INTO lease (company_id, id, pool_id, number_id,"
	    " number_e164, visit_id, epoch, started_at, beat_at, expires_at)"
	    " SELECT z.company_id, z.id, z.id, z.number_id, '', z.id, 1, z.at,"
	    " z.at, z.at + INTERVAL 1 MINUTE FROM (SELECT p.company_id,"
	    " p.number_id, UNHEX(LPAD(HEX(2000000 + ? + x.n), 32, '0')) AS id,"
	    " CAST(? AS DATETIME(6)) + INTERVAL x.n MINUTE AS at"
	    " FROM pool_number p JOIN " PIECE_ROWS
	    " WHERE p.company_id = ? AND p.number_id = ?) z";

	for (int64_t i = 0; i < MANY_HANDS; i += PIECE) {
		struct stmt *st = stmt_begin(t->db, sql);

		stmt_in_i64(st, i);
		stmt_in_time_us(st, from_us + i * RT_MIN_US);
		stmt_in_id(st, ours().v);
		stmt_in_id(st, t->company[0].pooled[number].v);
		ok(stmt_exec(st, NULL));
	}
}

/* Of a number that very many have had, a bounded part is read: the rest is
 * told from that. */
static void test_many_hands(void **state)
{
	const int64_t from_us = NOW + 500 * RT_DAY_US;
	const struct candidate_call call =
	    call_of(0, from_us + MANY_HANDS * RT_MIN_US);
	struct candidates c;
	int64_t before;

	(void)state;
	many_leases(0, from_us);
	before = reads();
	did(db_candidate_read(t->db, ours(), &call, &mem, &c));
	assert_in_range(reads() - before, DB_CANDIDATE_COUNTED,
	    5 * DB_CANDIDATE_COUNTED / 2);
	assert_true(c.ask.older.about);
	assert_in_range(c.ask.older.n, MANY_HANDS - 10, MANY_HANDS + 10);
	assert_int_equal(c.ask.older.from_us, from_us);
	assert_int_equal(c.ask.older.to_us, call.at_us - RT_MIN_US);
}

/* A page that stays open for longer than leases are looked for. */
static void test_long_ago(void **state)
{
	const int64_t at_us = NOW + 600 * RT_DAY_US;
	const struct visit_row v = visit("patient", at_us);
	struct candidate_call call =
	    call_of(2, at_us + 40 * RT_DAY_US + 10 * RT_SEC_US);
	struct lease_row l = { .beat_us = at_us + 40 * RT_DAY_US };
	const struct lease_row *rows[] = { &l };
	struct candidates c;

	(void)state;
	lease_id(&v, 2, at_us, &l.id);
	read(ours(), &call, &c);
	assert_int_equal(c.n, 0);
	l.expires_us = l.beat_us + 180 * RT_SEC_US;
	ok(db_lease_beat(dni, ours(), rows, 1));
	read(ours(), &call, &c);
	assert_int_equal(c.n, 1);
	assert_true(id_eq(c.c[0].visit.v, v.id.v));
	assert_int_equal(c.c[0].seen_us, l.beat_us);
	/* Where it is only counted it was still seen within the look-back. */
	for (int64_t i = 1; i <= DB_CANDIDATE_LISTED; i++)
		lease_new(visit("later", l.beat_us + i * RT_HOUR_US), 2);
	call.at_us = at_us + 60 * RT_DAY_US;
	read(ours(), &call, &c);
	assert_int_equal(c.n, DB_CANDIDATE_LISTED);
	assert_int_equal(c.ask.older.n, 1);
	assert_int_equal(c.ask.older.from_us, call.at_us - ATTRIB_LOOK_BACK_US);
	call.at_us = l.beat_us + ATTRIB_LOOK_BACK_US;
	read(ours(), &call, &c);
	assert_int_equal(c.n, DB_CANDIDATE_LISTED);
	assert_int_equal(c.ask.older.n, 0);
}

/* --- calls
 * ------------------------------------------------------------------*/

static struct call_id opened_by(size_t number, int64_t at_us,
    const char *caller)
{
	struct call_id id;
	struct callrec r = { .head = { .kind = CALLREC_OPENED,
				 .company = ours() } };
	static const struct call_place place = { SLICE_INIT("US"),
		SLICE_INIT("San Francisco, CA") };

	testdb_id(at_us, id.v);
	r.head.call = id;
	r.u.opened = (struct callrec_opened){ .wall_us = at_us,
		.number = t->company[0].pooled[number],
		.trunk = t->company[0].trunk,
		.flow = t->company[0].flow,
		.flow_version = 1,
		.dialled = SLICE("+14155550200"),
		.caller = slice_from(caller),
		.caller_raw = slice_from(caller),
		.sip_call_id = SLICE("a@127.0.0.1") };
	ok(db_call_opened(store, ours(), &r, &place));
	return id;
}

static struct call_id opened(size_t number, int64_t at_us)
{
	return opened_by(number, at_us, CALLER);
}

static void closed(struct call_id id, const struct call_credit *credit)
{
	struct callrec r = { .head = { .kind = CALLREC_CLOSED,
				 .call = id,
				 .company = ours(),
				 .seq = 1,
				 .at_us = RT_SEC_US } };

	r.u.closed = (struct callrec_closed){ .result = CALLRESULT_MISSED,
		.ended_by = CALLREC_BY_CALLER,
		.sip_code = 487,
		.answered_us = CALLREC_NEVER,
		.bridged_us = CALLREC_NEVER,
		.ended_us = RT_SEC_US,
		.rec_start_us = CALLREC_NEVER,
		.notice_ended_us = CALLREC_NEVER };
	ok(db_call_closed(store, ours(), &r, credit, NOW));
}

static void judge(const struct candidate_call *call, struct judged *j)
{
	ok(db_judge(store, ours(), call, ATTRIB_THRESHOLD_BP, NULL, &mem, j));
}

static void close_judged(struct call_id id, const struct candidate_call *call,
    struct judged *j)
{
	struct call_credit credit;
	struct buf evidence;

	judge(call, j);
	buf_init(&evidence, DB_JUDGE_EVIDENCE_MAX);
	ok(db_judge_credit(j, &evidence, &credit));
	closed(id, &credit);
	buf_fini(&evidence);
}

/* The caller rings again the next day, when many others have seen the number
 * since: still the visit of the first call. */
static void test_again(void **state)
{
	enum {
		MANY = 60
	};
	const int64_t at_us = NOW + 50 * RT_DAY_US;
	const struct visit_row first = visit("first", at_us);
	struct candidate_call call = call_of(0, at_us + 20 * RT_SEC_US);
	struct call_id id;
	struct judged j;

	(void)state;
	lease(&first, 0, at_us);
	call.id = id = opened(0, call.at_us);
	close_judged(id, &call, &j);
	assert_int_equal(j.verdict.level, ATTRIB_VISIT);
	assert_true(id_eq(j.found.c[j.verdict.best].visit.v, first.id.v));
	for (size_t i = 0; i < MANY; i++) {
		const int64_t later =
		    at_us + RT_DAY_US + (int64_t)i * RT_MIN_US;
		const struct visit_row v = visit("later", later);

		lease(&v, 0, later);
	}
	memset(&call.id, 0, sizeof(call.id));
	call.at_us = at_us + RT_DAY_US + MANY * RT_MIN_US;
	judge(&call, &j);
	assert_int_equal(j.found.ask.dialled_us, at_us + 20 * RT_SEC_US);
	assert_int_equal(j.found.n, DB_CANDIDATE_LISTED + 1);
	assert_int_equal(j.found.ask.older.n, MANY - DB_CANDIDATE_LISTED + 1);
	assert_int_equal(j.found.ask.older_first.n, 0);
	assert_true(id_eq(j.found.c[j.verdict.best].visit.v, first.id.v));
	assert_int_equal(j.verdict.level, ATTRIB_VISIT);
	assert_int_equal(j.found.c[j.verdict.best].caller, ATTRIB_SAME);
	assert_int_equal(j.found.c[0].caller, ATTRIB_OTHER);
	/* Whoever hides his number has no history. */
	call.caller_e164 = SLICE("");
	judge(&call, &j);
	assert_int_equal(j.found.ask.dialled_us, 0);
	assert_int_equal(j.found.c[0].caller, ATTRIB_UNKNOWN);
	assert_int_equal(j.found.n, DB_CANDIDATE_LISTED);
}

/* The page of the first call is shown again later: the number was free and came
 * back, as a lease of its own of the same visit. */
static void test_again_same_visit(void **state)
{
	const int64_t at_us = NOW + 60 * RT_DAY_US;
	const struct visit_row v = visit("twice", at_us);
	struct candidate_call call = call_of(2, at_us + 20 * RT_SEC_US);
	struct judged j;

	(void)state;
	call.caller_e164 = SLICE("+14155550377");
	lease(&v, 2, at_us);
	call.id = opened_by(2, call.at_us, "+14155550377");
	close_judged(call.id, &call, &j);
	assert_int_equal(j.verdict.level, ATTRIB_VISIT);
	lease(&v, 2, at_us + 10 * RT_MIN_US);
	memset(&call.id, 0, sizeof(call.id));
	call.at_us = at_us + 11 * RT_MIN_US;
	judge(&call, &j);
	assert_int_equal(j.found.n, 1);
	assert_int_equal(j.found.c[0].shown_us, at_us + 10 * RT_MIN_US);
	assert_int_equal(j.found.c[0].first_shown_us, at_us);
	assert_int_equal(j.verdict.level, ATTRIB_VISIT);
	assert_true(j.verdict.probability_bp > 9000);
}

/* A telephone that three visitors called from. */
static void test_shared(void **state)
{
	const int64_t at_us = NOW + 700 * RT_DAY_US;
	struct candidate_call call = call_of(2, at_us);
	struct judged j;

	(void)state;
	call.caller_e164 = SLICE("+14155550388");
	for (int64_t i = 0; i < 3; i++) {
		const struct visit_row v =
		    visit("office", at_us + i * 40 * RT_DAY_US);

		lease(&v, 2, v.started_us);
		call.at_us = v.started_us + 20 * RT_SEC_US;
		call.id = opened_by(2, call.at_us, "+14155550388");
		close_judged(call.id, &call, &j);
		assert_int_equal(j.verdict.level, ATTRIB_VISIT);
		assert_int_equal(j.found.ask.shared_bp, i == 2 ? 5000 : 0);
	}
}

/* Who touches the link again after the call still touched it before. */
static void test_touched_again(void **state)
{
	const int64_t at_us = NOW + 70 * RT_DAY_US;
	const struct visit_row v = visit("touched", at_us);
	const struct candidate_call call = call_of(1, at_us + RT_MIN_US);
	const int64_t touches[] = { -RT_MIN_US, -8 * RT_SEC_US, RT_HOUR_US };
	struct visit_event_row e = { .visit = v.id,
		.kind = "tel_click",
		.name = SLICE(""),
		.detail = SLICE("") };
	const struct visit_event_row *events[] = { &e };
	struct visit_progress p = { .id = v.id };
	const struct visit_progress *progress[] = { &p };
	struct candidates c;

	(void)state;
	lease(&v, 1, at_us);
	for (size_t i = 0; i < RT_ARRAY_LEN(touches); i++) {
		p.seen_us = p.tel_clicked_us = e.happened_us =
		    call.at_us + touches[i];
		testdb_id(e.happened_us, e.id);
		ok(db_visit_progress(dni, ours(), progress, 1));
		ok(db_visit_event_add(dni, ours(), events, 1));
	}
	read(ours(), &call, &c);
	assert_int_equal(c.n, 1);
	assert_int_equal(c.c[0].tel_clicked_us, call.at_us - 8 * RT_SEC_US);
}

/* --- the law
 * ----------------------------------------------------------------*/

static void test_law(void **state)
{
	struct attrib_law_row row = { .law = *attrib_law_prior(),
		.calls = 100,
		.visits = 3000,
		.stray_bp = 50,
		.from_us = NOW,
		.to_us = NOW + RT_DAY_US,
		.fitted_us = NOW + RT_DAY_US };
	struct attrib_law_row got;
	struct attrib_law law;

	(void)state;
	ok(db_attrib_law(store, ours(), &law));
	assert_int_equal(law.version, 0);
	ok(db_attrib_law_add(t->db, ours(), &row));
	assert_int_equal(row.law.version, 1);
	row.law.stray_hz *= 2.0;
	ok(db_attrib_law_add(t->db, ours(), &row));
	ok(db_attrib_law_newest(store, ours(), &got));
	assert_int_equal(got.law.version, 2);
	assert_true(got.law.stray_hz > 1.5 * attrib_law_prior()->stray_hz);
	assert_int_equal(got.visits, 3000);
	assert_int_equal(got.to_us, NOW + RT_DAY_US);
	assert_int_equal(db_attrib_law_newest(store, theirs(), &got),
	    ERR_NOTFOUND);
	ok(db_attrib_law(store, theirs(), &law));
	assert_int_equal(law.version, 0);
	assert_int_equal(db_attrib_law_add(store, ours(), &row), ERR_DENIED);
}

static void test_span(void **state)
{
	struct attrib_fit_span s;

	(void)state;
	ok(db_attrib_span(store, ours(), NOW + 5 * RT_DAY_US,
	    NOW + 6 * RT_DAY_US, &s));
	assert_true(s.visits > 69.5 && s.visits < 70.5);
	assert_true(s.touches < 0.5);
	assert_true(
	    s.number_s > 3 * 86400.0 - 1 && s.number_s < 3 * 86400.0 + 1);
	ok(db_attrib_span(store, theirs(), NOW + 5 * RT_DAY_US,
	    NOW + 6 * RT_DAY_US, &s));
	assert_true(s.visits < 0.5);
}

/* A visit every six minutes for 81 days, each with a number that was on a
 * page for a minute; every fourth one touched the link. */
#define MANY_VISITS (15 * PIECE)
#define FROM_MANY                                                      \
	" FROM (SELECT s.company_id, s.id AS site_id, UNHEX(LPAD(HEX(" \
	"1000000 + ? + x.n), 32, '0')) AS id, x.n,"                    \
	" CAST(? AS DATETIME(6)) + INTERVAL 6 * x.n MINUTE AS at"      \
	" FROM site s JOIN " PIECE_ROWS                                \
	" WHERE s.public_key = 'site-key-1') y"

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

static void many(const char *sql)
{
	for (int64_t i = 0; i < MANY_VISITS; i += PIECE) {
		struct stmt *st = stmt_begin(t->db, sql);

		stmt_in_i64(st, i);
		stmt_in_time_us(st, NOW + 6 * i * RT_MIN_US);
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
	many(many_visits_sql);
	many(many_shown_sql);
	before = reads();
	did(db_attrib_span(t->db, theirs(), NOW, NOW + 81 * RT_DAY_US, &s));
	assert_in_range(reads() - before, DB_ATTRIB_SPAN_VISITS,
	    6 * DB_ATTRIB_SPAN_VISITS);
	assert_true(fabs(s.visits / MANY_VISITS - 1.0) < 0.02);
	assert_true(fabs(s.touches / MANY_VISITS - 0.25) < 0.01);
	assert_true(fabs(s.on_page_s / s.visits - 60.0) < 0.01);
	/* Of few all: two days. */
	did(db_attrib_span(t->db, theirs(), NOW, NOW + 2 * RT_DAY_US, &s));
	assert_true(fabs(s.visits - 480.0) < 0.5);
	assert_true(fabs(s.touches - 120.0) < 0.5);
}

/* --- again
 * ------------------------------------------------------------------*/

static void test_calls(void **state)
{
	const int64_t from_us = NOW + 100 * RT_DAY_US;
	const struct call_id none = { { 0 } };
	struct attrib_call *rows = NULL;
	struct call_id id[3];
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < 3; i++) /* the last two at the same moment */
		id[i] = opened(0, from_us + (int64_t)(i > 0) * RT_SEC_US);
	closed(id[0], NULL);
	closed(id[1], NULL);
	ok(db_attrib_calls(store, ours(), from_us, from_us + RT_DAY_US, 0, none,
	    &mem, &rows, &n));
	assert_int_equal(n, 2); /* open ones wait for their end */
	assert_true(id_eq(rows[0].id.v, id[0].v));
	assert_string_equal(rows[0].attributed_by, "none");
	assert_string_equal(rows[0].caller_country, "US");
	assert_true(rows[0].pooled);
	ok(db_attrib_calls(store, ours(), from_us, from_us + RT_DAY_US,
	    rows[0].started_us, rows[0].id, &mem, &rows, &n));
	assert_int_equal(n, 1);
	ok(db_attrib_calls(store, ours(), from_us, from_us + RT_DAY_US,
	    rows[0].started_us, rows[0].id, &mem, &rows, &n));
	assert_int_equal(n, 0);
	ok(db_attrib_calls(store, theirs(), from_us, from_us + RT_DAY_US, 0,
	    none, &mem, &rows, &n));
	assert_int_equal(n, 0);
}

/* A call that was credited to nobody, looked at again: first only looked at,
 * then written down, with the sums following exactly. */
static void test_rerun(void **state)
{
	const int64_t at_us = NOW + 120 * RT_DAY_US;
	const struct visit_row v = visit("late", at_us);
	const struct call_id none = { { 0 } };
	struct attrib_again_rules rules = { .law = attrib_law_prior(),
		.threshold_bp = ATTRIB_THRESHOLD_BP };
	struct attrib_call *rows = NULL;
	struct attrib_again a;
	uint64_t wrong = 99;
	struct call_id id;
	size_t n = 0;

	(void)state;
	lease(&v, 2, at_us);
	id = opened(2, at_us + 10 * RT_SEC_US);
	closed(id, NULL);
	for (int apply = 0; apply <= 1; apply++) {
		ok(db_attrib_calls(store, ours(), at_us, at_us + RT_DAY_US, 0,
		    none, &mem, &rows, &n));
		assert_int_equal(n, 1);
		assert_string_equal(rows[0].attributed_by, "none");
		rules.apply = apply == 1;
		ok(db_attrib_again(t->db, ours(), &rows[0], &rules, &mem, &a));
		assert_int_equal(a.before, ATTRIB_AGAIN_NONE);
		assert_int_equal(a.now, ATTRIB_AGAIN_VISIT);
		assert_true(a.changed && a.source_moved);
		assert_string_equal(a.source, "late");
	}
	ok(db_attrib_calls(store, ours(), at_us, at_us + RT_DAY_US, 0, none,
	    &mem, &rows, &n));
	assert_string_equal(rows[0].attributed_by, "visit");
	assert_true(id_eq(rows[0].visit.v, v.id.v));
	assert_string_equal(rows[0].source, "late");
	ok(db_stat_verify(t->db, ours(), at_us, at_us + RT_DAY_US, &wrong));
	assert_int_equal(wrong, 0);
	/* A second time there is nothing to do. */
	ok(db_attrib_again(t->db, ours(), &rows[0], &rules, &mem, &a));
	assert_false(a.changed);
	/* Another company knows none of its visits and writes nothing. */
	rows[0].rule_version = 0;
	ok(db_attrib_again(t->db, theirs(), &rows[0], &rules, &mem, &a));
	assert_true(a.gone);
	assert_false(a.changed);
	ok(db_attrib_calls(store, ours(), at_us, at_us + RT_DAY_US, 0, none,
	    &mem, &rows, &n));
	assert_string_equal(rows[0].source, "late");
}

static void test_fit(void **state)
{
	const int64_t from_us = NOW + 200 * RT_DAY_US;
	struct db *jobd = testdb_connect(t, "jobd");
	struct company_id *rows = NULL;
	static const unsigned int places[] = { 0, 1, 2, 3, 9, 90, 180, 300 };
	int64_t begin_us = from_us;
	struct attrib_law_row row;
	bool found = false;
	size_t n = 0;

	(void)state;
	assert_int_equal(db_attrib_fit(jobd, ours(), from_us,
			     from_us + 60 * RT_DAY_US, NOW, &row),
	    ERR_NOTFOUND);
	for (int i = 0; i < DB_ATTRIB_FIT_CALLS_MIN + 5; i++) {
		const int64_t at_us = from_us + i * RT_DAY_US;
		const struct visit_row v = visit("fit", at_us);
		char caller[24];
		struct call_id id;

		lease(&v, 1, at_us);
		(void)snprintf(caller, sizeof(caller), "+1415556%04d", i);
		id = opened_by(1, at_us + 400 * RT_SEC_US, caller);
		closed(id, NULL);
	}
	/* It asks hundreds of times: some of the places, not all. */
	for (size_t i = 0; i < RT_ARRAY_LEN(places); i++) {
		fail_stmt_after(places[i]);
		assert_int_equal(db_attrib_fit(jobd, ours(), from_us,
				     from_us + 60 * RT_DAY_US, NOW, &row),
		    ERR_UNAVAILABLE);
		assert_true(fail_stmt_end());
	}
	assert_int_equal(db_attrib_fit(jobd, ours(), from_us,
			     from_us + 60 * RT_DAY_US, NOW, &row),
	    ERR_OK);
	assert_int_equal(row.calls, DB_ATTRIB_FIT_CALLS_MIN + 5);
	assert_int_equal(row.visits, DB_ATTRIB_FIT_CALLS_MIN + 5);
	assert_true(row.law.version >= 1);
	/* Everybody called after 400 s. */
	assert_true(attrib_law_mean(&row.law, 360.0, 420.0) >
		    50.0 * attrib_law_mean(attrib_law_prior(), 360.0, 420.0));
	assert_int_equal(db_attrib_fit(jobd, theirs(), from_us,
			     from_us + 60 * RT_DAY_US, NOW, &row),
	    ERR_NOTFOUND);
	/* Of a larger company only the latest are read. */
	ok(db_attrib_fit_begin(jobd, ours(), from_us + 60 * RT_DAY_US, 100,
	    &begin_us));
	assert_int_equal(begin_us, from_us);
	ok(db_attrib_fit_begin(jobd, ours(), from_us + 60 * RT_DAY_US, 5,
	    &begin_us));
	assert_int_equal(begin_us,
	    from_us + DB_ATTRIB_FIT_CALLS_MIN * RT_DAY_US + 400 * RT_SEC_US);
	ok(db_attrib_fit_companies(jobd, &mem, &rows, &n));
	for (size_t i = 0; i < n; i++)
		found |= id_eq(rows[i].v, ours().v);
	assert_true(found);
	db_close(jobd);
}

/* A visit of three hours ago, and one of six minutes ago that touches the link
 * and calls. */
static void touch_and_call(int64_t at_us, int n)
{
	const struct visit_row old = visit("old", at_us - 3 * RT_HOUR_US);
	const struct visit_row v = visit("touches", at_us);
	const int64_t call_us = at_us + 400 * RT_SEC_US;
	const struct visit_progress p = { .id = v.id,
		.seen_us = call_us,
		.tel_clicked_us = call_us - 8 * RT_SEC_US };
	const struct visit_progress *progress[] = { &p };
	char caller[24];

	lease(&old, 2, at_us - 3 * RT_HOUR_US);
	lease(&v, 2, at_us);
	ok(db_visit_progress(dni, ours(), progress, 1));
	(void)snprintf(caller, sizeof(caller), "+1415558%04d", n);
	closed(opened_by(2, call_us, caller), NULL);
}

/* All calls are announced by a touch, so the law leaves little for those
 * without one. What is confirmed is judged by one that knows of none. */
static void test_fit_touched(void **state)
{
	const int64_t from_us = NOW + 300 * RT_DAY_US;
	struct db *jobd = testdb_connect(t, "jobd");
	struct attrib_law_row row;
	struct calib c;

	(void)state;
	for (int i = 0; i < DB_ATTRIB_FIT_CALLS_MIN; i++)
		touch_and_call(from_us + (i + 1) * RT_DAY_US, i);
	for (int night = 0; night < 2; night++)
		assert_int_equal(db_attrib_fit(jobd, ours(), from_us,
				     from_us + 60 * RT_DAY_US, NOW, &row),
		    ERR_OK);
	ok(db_attrib_calib_get(jobd, ours(), row.law.version, &c));
	assert_int_equal(calib_calls(&c), DB_ATTRIB_FIT_CALLS_MIN);
	assert_int_equal(c.bins[9].right, DB_ATTRIB_FIT_CALLS_MIN);
	assert_true(calib_error(&c) < 0.01);
	db_close(jobd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listed),
		cmocka_unit_test(test_counted),
		cmocka_unit_test(test_many_hands),
		cmocka_unit_test(test_long_ago),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_again_same_visit),
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_touched_again),
		cmocka_unit_test(test_law),
		cmocka_unit_test(test_span),
		cmocka_unit_test(test_span_parts),
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_rerun),
		cmocka_unit_test(test_fit),
		cmocka_unit_test(test_fit_touched),
	};

	return cmocka_run_group_tests_name("db_attrib", tests, start, stop);
}
