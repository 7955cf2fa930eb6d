/* Tests of lib/db/db_candidate, db_judge and db_attrib: who may have made a
 * call, by the store's own account. Everything is company 0's; company 1 must
 * see nothing of it. */
#include <stdio.h>
#include <string.h>

#include "lib/db/db_attrib_again.h"
#include "lib/db/db_attrib_calib.h"
#include "lib/db/db_attrib_fit.h"
#include "lib/db/db_attrib_span.h"
#include "lib/db/db_judge.h"
#include "lib/db/db_lease.h"
#include "lib/db/db_overflow.h"
#include "lib/db/db_stat.h"
#include "lib/db/db_visit.h"
#include "tests/support/attrib_rig.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"
#include "tests/support/testdb_call.h"

#define NOW    TESTDB_NOW_US
#define CALLER "+14155559999"

#define ok(call) FAIL_STMT_OK(call)

/* --- visits and leases --------------------------------------------------- */

static struct visit_row visit(const char *source, int64_t at_us)
{
	struct visit_row v;
	const struct visit_row *rows[] = { &v };

	memset(&v, 0, sizeof(v));
	testdb_id(at_us, v.id.v);
	testdb_id(at_us, v.visitor.v);
	v.site = rig.t->company[0].site;
	v.started_us = at_us;
	v.landing_url = SLICE("https://site0.example/");
	v.source.source = slice_from(source);
	v.source.medium = SLICE("cpc");
	v.source.campaign = SLICE("spr\xc3\xadng '; --");
	v.source.landing_page = SLICE("site0.example/");
	v.browser_zone = SLICE("America/Los_Angeles");
	ok(db_visit_add(rig.dni, attrib_rig_ours(), rows, 1));
	return v;
}

static void lease(const struct visit_row *v, size_t number, int64_t at_us)
{
	struct lease_row l;
	const struct lease_row *rows[] = { &l };

	memset(&l, 0, sizeof(l));
	testdb_id(at_us, l.id.v);
	l.pool = rig.t->company[0].pool;
	l.number = rig.t->company[0].pooled[number];
	memcpy(l.number_e164, "+14155550200", 13);
	l.visit = v->id;
	l.epoch = 1;
	l.started_us = l.beat_us = at_us;
	l.expires_us = at_us + 180 * RT_SEC_US;
	ok(db_lease_add(rig.dni, attrib_rig_ours(), rows, 1));
}

static struct candidate_call call_of(size_t number, int64_t at_us)
{
	return (struct candidate_call){
		.number = rig.t->company[0].pooled[number],
		.at_us = at_us,
		.caller_e164 = SLICE(CALLER),
		.caller_country = SLICE("US"),
		.caller_place = SLICE("San Francisco, CA"),
	};
}

static void read(struct company_id company, const struct candidate_call *call,
    struct candidates *out)
{
	ok(db_candidate_read(rig.store, company, call, &rig.mem, out));
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
	read(attrib_rig_ours(), &call, &c);
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
	read(attrib_rig_ours(), &call, &c);
	assert_int_equal(c.c[1].place, ATTRIB_OTHER);
	read(attrib_rig_theirs(), &call, &c);
	assert_int_equal(c.n, 0);
	call.at_us = NOW + 40 * RT_DAY_US;
	read(attrib_rig_ours(), &call, &c);
	assert_int_equal(c.n, 0); /* beyond the look-back */
}

/* --- calls ---------------------------------------------------------------*/

static struct call_id opened_by(size_t number, int64_t at_us,
    const char *caller)
{
	struct call_id id;
	struct callrec r = { .head = { .kind = CALLREC_OPENED,
				 .company = attrib_rig_ours() } };
	static const struct call_place place = { SLICE_INIT("US"),
		SLICE_INIT("San Francisco, CA") };

	testdb_id(at_us, id.v);
	r.head.call = id;
	r.u.opened = (struct callrec_opened){ .wall_us = at_us,
		.number = rig.t->company[0].pooled[number],
		.trunk = rig.t->company[0].trunk,
		.flow = rig.t->company[0].flow,
		.flow_version = 1,
		.dialled = SLICE("+14155550200"),
		.caller = slice_from(caller),
		.caller_raw = slice_from(caller),
		.sip_call_id = SLICE("a@127.0.0.1") };
	ok(db_call_opened(rig.store, attrib_rig_ours(), &r, &place));
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
				 .company = attrib_rig_ours(),
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
	ok(db_call_closed(rig.store, attrib_rig_ours(), &r, credit, NOW));
}

static void judge(const struct candidate_call *call, struct judged *j)
{
	ok(db_judge(rig.store, attrib_rig_ours(), call, ATTRIB_THRESHOLD_BP,
	    NULL, &rig.mem, j));
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

/* --- the law -------------------------------------------------------------*/

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
	ok(db_attrib_law(rig.store, attrib_rig_ours(), &law));
	assert_int_equal(law.version, 0);
	ok(db_attrib_law_add(rig.t->db, attrib_rig_ours(), &row));
	assert_int_equal(row.law.version, 1);
	row.law.stray_hz *= 2.0;
	ok(db_attrib_law_add(rig.t->db, attrib_rig_ours(), &row));
	ok(db_attrib_law_newest(rig.store, attrib_rig_ours(), &got));
	assert_int_equal(got.law.version, 2);
	assert_true(got.law.stray_hz > 1.5 * attrib_law_prior()->stray_hz);
	assert_int_equal(got.visits, 3000);
	assert_int_equal(got.to_us, NOW + RT_DAY_US);
	assert_int_equal(db_attrib_law_newest(rig.store, attrib_rig_theirs(),
			     &got),
	    ERR_NOTFOUND);
	ok(db_attrib_law(rig.store, attrib_rig_theirs(), &law));
	assert_int_equal(law.version, 0);
	assert_int_equal(db_attrib_law_add(rig.store, attrib_rig_ours(), &row),
	    ERR_DENIED);
}

static void test_span(void **state)
{
	struct attrib_fit_span s;

	(void)state;
	for (int64_t i = 0; i < 3; i++) {
		const int64_t at_us = NOW + 5 * RT_DAY_US + i * RT_MIN_US;
		const struct visit_row v = visit("span", at_us);

		lease(&v, 1, at_us);
	}
	ok(db_attrib_span(rig.t->db, attrib_rig_ours(), NOW + 5 * RT_DAY_US,
	    NOW + 6 * RT_DAY_US, &s));
	assert_true(s.visits > 2.5 && s.visits < 3.5);
	assert_true(s.touches < 0.5);
	assert_true(s.begun[attrib_law_hour(NOW)] > 2.5);
	assert_true(
	    s.number_s > 3 * 86400.0 - 1 && s.number_s < 3 * 86400.0 + 1);
	ok(db_attrib_span(rig.t->db, attrib_rig_theirs(), NOW + 5 * RT_DAY_US,
	    NOW + 6 * RT_DAY_US, &s));
	assert_true(s.visits < 0.5);
}

/* --- again ---------------------------------------------------------------*/

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
	ok(db_attrib_calls(rig.store, attrib_rig_ours(), from_us,
	    from_us + RT_DAY_US, 0, none, &rig.mem, &rows, &n));
	assert_int_equal(n, 2); /* open ones wait for their end */
	assert_true(id_eq(rows[0].id.v, id[0].v));
	assert_string_equal(rows[0].attributed_by, "none");
	assert_string_equal(rows[0].caller_country, "US");
	assert_true(rows[0].pooled);
	ok(db_attrib_calls(rig.store, attrib_rig_ours(), from_us,
	    from_us + RT_DAY_US, rows[0].started_us, rows[0].id, &rig.mem,
	    &rows, &n));
	assert_int_equal(n, 1);
	ok(db_attrib_calls(rig.store, attrib_rig_ours(), from_us,
	    from_us + RT_DAY_US, rows[0].started_us, rows[0].id, &rig.mem,
	    &rows, &n));
	assert_int_equal(n, 0);
	ok(db_attrib_calls(rig.store, attrib_rig_theirs(), from_us,
	    from_us + RT_DAY_US, 0, none, &rig.mem, &rows, &n));
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
		ok(db_attrib_calls(rig.store, attrib_rig_ours(), at_us,
		    at_us + RT_DAY_US, 0, none, &rig.mem, &rows, &n));
		assert_int_equal(n, 1);
		assert_string_equal(rows[0].attributed_by, "none");
		rules.apply = apply == 1;
		ok(db_attrib_again(rig.t->db, attrib_rig_ours(), &rows[0],
		    &rules, &rig.mem, &a));
		assert_int_equal(a.before, ATTRIB_AGAIN_NONE);
		assert_int_equal(a.now, ATTRIB_AGAIN_VISIT);
		assert_true(a.changed && a.source_moved);
		assert_string_equal(a.source, "late");
	}
	ok(db_attrib_calls(rig.store, attrib_rig_ours(), at_us,
	    at_us + RT_DAY_US, 0, none, &rig.mem, &rows, &n));
	assert_string_equal(rows[0].attributed_by, "visit");
	assert_true(id_eq(rows[0].visit.v, v.id.v));
	assert_string_equal(rows[0].source, "late");
	ok(db_stat_verify(rig.t->db, attrib_rig_ours(), at_us,
	    at_us + RT_DAY_US, &wrong));
	assert_int_equal(wrong, 0);
	/* A second time there is nothing to do. */
	ok(db_attrib_again(rig.t->db, attrib_rig_ours(), &rows[0], &rules,
	    &rig.mem, &a));
	assert_false(a.changed);
	/* Another company knows none of its visits and writes nothing. */
	rows[0].rule_version = 0;
	ok(db_attrib_again(rig.t->db, attrib_rig_theirs(), &rows[0], &rules,
	    &rig.mem, &a));
	assert_true(a.gone);
	assert_false(a.changed);
	ok(db_attrib_calls(rig.store, attrib_rig_ours(), at_us,
	    at_us + RT_DAY_US, 0, none, &rig.mem, &rows, &n));
	assert_string_equal(rows[0].source, "late");
}

/* Who saw the number as a pool's overflow, as it was before it was in a pool,
 * is not what a law is learnt from. */
static void fit_is_the_same(int64_t from_us, const struct attrib_law *law)
{
	struct attrib_law_row row;

	for (int i = 0; i < DB_ATTRIB_FIT_CALLS_MIN; i++) {
		const int64_t at_us = from_us + i * RT_DAY_US + RT_SEC_US;
		const struct overflow_row o = { rig.t->company[0].pooled[1],
			visit("shared", at_us).id, at_us, at_us, 0 };
		const struct overflow_row *rows[] = { &o };

		assert_int_equal(db_overflow_put(rig.dni, attrib_rig_ours(),
				     rows, 1),
		    ERR_OK);
	}
	assert_int_equal(db_attrib_fit(rig.jobd, attrib_rig_ours(), from_us,
			     from_us + 60 * RT_DAY_US, NOW, &row),
	    ERR_OK);
	row.law.version = law->version;
	assert_memory_equal(&row.law, law, sizeof(*law));
}

static void test_fit(void **state)
{
	const int64_t from_us = NOW + 200 * RT_DAY_US;
	struct company_id *rows = NULL;
	static const unsigned int places[] = { 0, 1, 2, 3, 9, 90, 180, 300 };
	int64_t begin_us = from_us;
	struct attrib_law_row row;
	bool found = false;
	size_t n = 0;

	(void)state;
	assert_int_equal(db_attrib_fit(rig.jobd, attrib_rig_ours(), from_us,
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
		assert_int_equal(db_attrib_fit(rig.jobd, attrib_rig_ours(),
				     from_us, from_us + 60 * RT_DAY_US, NOW,
				     &row),
		    ERR_UNAVAILABLE);
		assert_true(fail_stmt_end());
	}
	assert_int_equal(db_attrib_fit(rig.jobd, attrib_rig_ours(), from_us,
			     from_us + 60 * RT_DAY_US, NOW, &row),
	    ERR_OK);
	assert_int_equal(row.calls, DB_ATTRIB_FIT_CALLS_MIN + 5);
	assert_int_equal(row.visits, DB_ATTRIB_FIT_CALLS_MIN + 5);
	assert_true(row.law.version >= 1);
	fit_is_the_same(from_us, &row.law);
	/* Everybody called after 400 s. */
	assert_true(
	    attrib_law_mean(&row.law, 360.0, 420.0, 1.0) >
	    50.0 * attrib_law_mean(attrib_law_prior(), 360.0, 420.0, 1.0));
	assert_int_equal(db_attrib_fit(rig.jobd, attrib_rig_theirs(), from_us,
			     from_us + 60 * RT_DAY_US, NOW, &row),
	    ERR_NOTFOUND);
	/* Of a larger company only the latest are read. */
	ok(db_attrib_fit_begin(rig.jobd, attrib_rig_ours(),
	    from_us + 60 * RT_DAY_US, 100, &begin_us));
	assert_int_equal(begin_us, from_us);
	ok(db_attrib_fit_begin(rig.jobd, attrib_rig_ours(),
	    from_us + 60 * RT_DAY_US, 5, &begin_us));
	assert_int_equal(begin_us,
	    from_us + DB_ATTRIB_FIT_CALLS_MIN * RT_DAY_US + 400 * RT_SEC_US);
	/* Of calls whose other visits may be gone nothing is learnt: 30 days
	 * before today are kept, and 25 of them all had their visits. */
	testdb_exec(rig.t, "UPDATE company SET keep_visits_days = 30");
	assert_int_equal(db_attrib_fit(rig.jobd, attrib_rig_ours(), from_us,
			     from_us + 60 * RT_DAY_US, from_us + 45 * RT_DAY_US,
			     &row),
	    ERR_NOTFOUND);
	testdb_exec(rig.t, "UPDATE company SET keep_visits_days = 0");
	ok(db_attrib_fit_companies(rig.jobd, &rig.mem, &rows, &n));
	for (size_t i = 0; i < n; i++)
		found |= id_eq(rows[i].v, attrib_rig_ours().v);
	assert_true(found);
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
	ok(db_visit_progress(rig.dni, attrib_rig_ours(), progress, 1));
	(void)snprintf(caller, sizeof(caller), "+1415558%04d", n);
	closed(opened_by(2, call_us, caller), NULL);
}

/* All calls are announced by a touch, so the law leaves little for those
 * without one. What is confirmed is judged by one that knows of none. */
static void test_fit_touched(void **state)
{
	const int64_t from_us = NOW + 300 * RT_DAY_US;
	struct attrib_law_row row;
	struct calib c;

	(void)state;
	for (int i = 0; i < DB_ATTRIB_FIT_CALLS_MIN; i++)
		touch_and_call(from_us + (i + 1) * RT_DAY_US, i);
	for (int night = 0; night < 2; night++)
		assert_int_equal(db_attrib_fit(rig.jobd, attrib_rig_ours(),
				     from_us, from_us + 60 * RT_DAY_US, NOW,
				     &row),
		    ERR_OK);
	ok(db_attrib_calib_get(rig.jobd, attrib_rig_ours(), row.law.version,
	    &c));
	assert_int_equal(calib_calls(&c), DB_ATTRIB_FIT_CALLS_MIN);
	assert_int_equal(c.bins[9].right, DB_ATTRIB_FIT_CALLS_MIN);
	assert_true(calib_error(&c) < 0.01);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listed),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_again_same_visit),
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_law),
		cmocka_unit_test(test_span),
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_rerun),
		cmocka_unit_test(test_fit),
		cmocka_unit_test(test_fit_touched),
	};

	return cmocka_run_group_tests_name("db_attrib", tests, attrib_rig_start,
	    attrib_rig_stop);
}
