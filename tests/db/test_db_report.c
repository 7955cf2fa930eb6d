/* Tests of lib/db/db_report*: what the pages read. Calls are drained by the
 * store's own verbs; the second company sees nothing of the first. */
#include <string.h>

#include "lib/base/arena.h"
#include "lib/db/db_call.h"
#include "lib/db/db_report_call.h"
#include "lib/db/db_report_calls.h"
#include "lib/db/db_spend.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"

#define CALLER "+12125550199"
#define CALLS  5

static struct testdb *t;
static struct db *db; /* the dashboard's own account */
static struct arena mem;
static struct call_id calls[CALLS + 1]; /* the last one stays open */
static struct visit_id visit;

#define ok(call) FAIL_STMT_OK(call)

static const enum callresult results[CALLS] = {
	CALLRESULT_ANSWERED,
	CALLRESULT_MISSED,
	CALLRESULT_ANSWERED,
	CALLRESULT_VOICEMAIL,
	CALLRESULT_ABANDONED,
};

/* Two of the calls begin in the same microsecond. */
static int64_t started(size_t i)
{
	return TESTDB_NOW_US + (int64_t)(i == 3 ? 2 : i) * RT_HOUR_US;
}

static struct callrec record(size_t i, enum callrec_kind kind, uint32_t seq)
{
	return (struct callrec){ .head = { .kind = kind,
				     .call = calls[i],
				     .company = t->company[0].id,
				     .seq = seq,
				     .at_us = seq * RT_SEC_US } };
}

static void open_call(size_t i)
{
	static const struct call_place place = { SLICE_INIT("US"),
		SLICE_INIT("New York, NY") };
	struct callrec r = record(i, CALLREC_OPENED, 0);

	r.u.opened = (struct callrec_opened){ .wall_us = started(i),
		.number = i == 4 ? t->company[0].tracked : t->company[0].number,
		.trunk = t->company[0].trunk,
		.flow = t->company[0].flow,
		.flow_version = 1,
		.dialled = SLICE("+14155550100"),
		.caller = i == 1 ? SLICE("") : SLICE(CALLER),
		.caller_raw = i == 1 ? SLICE("anonymous") : SLICE(CALLER),
		.display_name = SLICE("Jo 100%"),
		.sip_call_id = SLICE("a@127.0.0.1") };
	ok(db_call_opened(t->db, t->company[0].id, &r, &place));
}

static void leg_and_event(size_t i)
{
	struct callrec r = record(i, CALLREC_LEG, 1);

	r.u.leg = (struct callrec_leg){ .number = 1,
		.destination = t->company[0].destination,
		.trunk = t->company[0].trunk,
		.ringing_us = RT_SEC_US,
		.early_media_us = RT_SEC_US + 400000,
		.answered_us = 2 * RT_SEC_US,
		.ended_us = 60 * RT_SEC_US,
		.sip_code = 200,
		.ended_by = CALLREC_BY_CALLER,
		.media = { .packets_in = 990,
		    .lost = 10,
		    .dropped = 3,
		    .jitter_us = 700,
		    .rtt_us = 41200 },
		.target = SLICE("+12125550100"),
		.sip_call_id = SLICE("b@127.0.0.1") };
	ok(db_call_leg(t->db, t->company[0].id, &r));
	r = record(i, CALLREC_EVENT, 2);
	r.u.event = (struct callrec_event){ .what = CALLREC_EV_DIGIT,
		.leg = 0,
		.value = '5' };
	ok(db_call_event(t->db, t->company[0].id, &r));
}

static void close_call(size_t i)
{
	const int64_t talk =
	    results[i] == CALLRESULT_ANSWERED ? 90 * RT_SEC_US : 0;
	const struct call_credit credit = { .by = CALL_CREDIT_VISIT,
		.visit = visit,
		.probability_bp = 9400,
		.rule_version = 1,
		.evidence = SLICE("{\"rule\":1,\"none_bp\":600}") };
	struct callrec r = record(i, CALLREC_CLOSED, 3);

	r.u.closed = (struct callrec_closed){ .result = results[i],
		.ended_by = CALLREC_BY_CALLER,
		.sip_code = 200,
		.answered_us = RT_SEC_US,
		.bridged_us = talk > 0 ? 5 * RT_SEC_US : CALLREC_NEVER,
		.ring_us = 3 * RT_SEC_US,
		.talk_us = talk,
		.ended_us = 5 * RT_SEC_US + talk,
		.answered_leg = talk > 0 ? 1 : 0,
		.recording = i == 0 ? CALLREC_REC_DONE : CALLREC_REC_NONE,
		.rec_start_us = i == 0 ? 4 * RT_SEC_US : CALLREC_NEVER,
		.rec_bytes = 16000,
		.rec_samples = 8000,
		.rec_name = i == 0 ? SLICE("x/y.wav") : SLICE(""),
		.notice_ended_us = CALLREC_NEVER,
		.reason = SLICE("why") };
	ok(db_call_closed(t->db, t->company[0].id, &r, i == 0 ? &credit : NULL,
	    started(i)));
}

/* Statements of the test itself take a company and the visit. */
static void plant(const char *sql)
{
	struct stmt *st = stmt_begin(t->db, sql);

	stmt_in_id(st, t->company[0].id.v);
	stmt_in_id(st, visit.v);
	ok(stmt_exec(st, NULL));
}

static const char visit_sql[] =
    "INSERT INTO visit (company_id, id, site_id, visitor_id, started_at,"
    " seen_at, engaged_s, page_views, landing_url, landing_page, source,"
    " medium, campaign, keyword, channel, gclid)"
    " VALUES (?, ?, REPEAT('s', 16), REPEAT('v', 16),"
    " '2026-11-20 11:50:00', '2026-11-20 12:00:00', 61, 2,"
    " 'https://x.example/a?b', 'x.example/a', 'google', 'cpc', 'Spring',"
    " 'emergency plumber', 'paid_search', 'G1')";
static const char view_sql[] =
    "INSERT INTO page_view (company_id, visit_id, id, url, title, viewed_at)"
    " VALUES (?, ?, REPEAT('p', 16), 'https://x.example/a', 'A',"
    " '2026-11-20 11:50:00')";
static const char click_sql[] =
    "INSERT INTO visit_event (company_id, visit_id, id, kind, happened_at)"
    " VALUES (?, ?, REPEAT('e', 16), 'tel_click', '2026-11-20 11:59:50')";
static const char peaks_sql[] =
    "UPDATE recording SET peaks = 'abc' WHERE company_id = ? AND ? <> ''";

static int begin(void **state)
{
	(void)state;
	t = testdb_start();
	db = testdb_connect(t, "dashboard");
	arena_init(&mem, (size_t)512 << 20);
	testdb_id(TESTDB_NOW_US, visit.v);
	plant(visit_sql);
	plant(view_sql);
	plant(click_sql);
	for (size_t i = 0; i <= CALLS; i++) {
		testdb_id(started(i), calls[i].v);
		open_call(i);
		if (i == CALLS)
			break;
		if (i == 0)
			leg_and_event(i);
		close_call(i);
	}
	plant(peaks_sql);
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

static struct company_id company(int who)
{
	return t->company[who].id;
}

static void test_buckets(void **state)
{
	struct db_report_sums s = { .calls = 0 };
	struct db_report_bucket *rows = NULL;
	size_t n = 99;

	(void)state;
	ok(db_report_buckets(db, company(0), TESTDB_NOW_US,
	    TESTDB_NOW_US + RT_DAY_US, 0, &mem, &rows, &n));
	assert_int_equal(n, 4); /* two calls share a quarter */
	for (size_t i = 0; i < n; i++)
		db_report_add(&s, &rows[i].sums);
	assert_int_equal(s.calls, CALLS);
	assert_int_equal(s.answered, 2);
	assert_int_equal(s.voicemail, 1);
	assert_int_equal(db_report_unanswered(&s), 2);
	assert_int_equal(s.talk_ms, 180000);
	ok(db_report_buckets(db, company(0), TESTDB_NOW_US + RT_HOUR_US,
	    TESTDB_NOW_US + 2 * RT_HOUR_US, DB_REPORT_SUM(talk_ms), &mem, &rows,
	    &n));
	assert_int_equal(n, 1);
	ok(db_report_buckets(db, company(1), TESTDB_NOW_US,
	    TESTDB_NOW_US + RT_DAY_US, 0, &mem, &rows, &n));
	assert_int_equal(n, 0);
	assert_int_equal(db_report_buckets(db, company(0), 0, RT_DAY_US * 401,
			     0, &mem, &rows, &n),
	    ERR_TOOBIG);
	assert_int_equal(db_report_buckets(db, company(0), 1, 0, 0, &mem, &rows,
			     &n),
	    ERR_RANGE);
}

static void test_top(void **state)
{
	struct db_report_top *rows = NULL;
	size_t n = 0;

	(void)state;
	ok(db_report_top(db, company(0), DB_REPORT_SOURCE, TESTDB_NOW_US,
	    TESTDB_NOW_US + RT_DAY_US, 10, &mem, &rows, &n));
	assert_int_equal(n, 3); /* unknown, the visit's, the tracker's */
	assert_string_equal(rows[0].value, "");
	assert_int_equal(rows[0].sums.calls, 3);
	ok(db_report_top(db, company(0), DB_REPORT_SOURCE, TESTDB_NOW_US,
	    TESTDB_NOW_US + RT_DAY_US, 1, &mem, &rows, &n));
	assert_int_equal(n, 1);
	ok(db_report_top(db, company(0), DB_REPORT_KEYWORD, TESTDB_NOW_US,
	    TESTDB_NOW_US + RT_DAY_US, 10, &mem, &rows, &n));
	assert_int_equal(n, 1);
	assert_string_equal(rows[0].value, "emergency plumber");
	ok(db_report_top(db, company(1), DB_REPORT_CAMPAIGN, TESTDB_NOW_US,
	    TESTDB_NOW_US + RT_DAY_US, 10, &mem, &rows, &n));
	assert_int_equal(n, 0);
	assert_int_equal(db_report_top(db, company(0), DB_REPORT_SOURCE, 0, 1,
			     0, &mem, &rows, &n),
	    ERR_RANGE);
}

static void test_live_and_called(void **state)
{
	struct db_report_live live;
	bool called = false;
	struct db_report_company c;
	struct db_report_member member, *members = NULL;
	size_t n = 0;

	(void)state;
	ok(db_report_live(db, company(0), TESTDB_NOW_US, &live));
	assert_int_equal(live.live, 1);
	assert_int_equal(live.since, CALLS);
	ok(db_report_live(db, company(1), 0, &live));
	assert_int_equal(live.live, 0);
	assert_int_equal(live.since, 0);
	ok(db_report_called(db, company(0), &called));
	assert_true(called);
	ok(db_report_called(db, company(1), &called));
	assert_false(called);
	ok(db_report_company(db, company(0), &c));
	assert_int_equal(strlen(c.country), 2);
	ok(db_report_members(db, t->company[0].user, &mem, &members, &n));
	assert_int_equal(n, 1);
	assert_true(id_eq(members[0].id.v, company(0).v));
	assert_int_equal(members[0].role, USER_ROLE_OWNER);
	ok(db_report_member(db, t->company[0].user, company(0), &member));
	assert_string_equal(member.name, members[0].name);
	assert_int_equal(member.role, USER_ROLE_OWNER);
	for (int who = 0; who < 2; who++)
		assert_int_equal(db_report_member(db, t->company[who].user,
				     company(1 - who), &member),
		    ERR_NOTFOUND);
}

static struct db_report_calls_filter everything(void)
{
	return (struct db_report_calls_filter){ .f = { .from_us = TESTDB_NOW_US,
						    .to_us = TESTDB_NOW_US +
							     RT_DAY_US } };
}

/* Calls that a filter lets through. */
static size_t count(int who, const struct db_report_calls_filter *f)
{
	struct db_report_calls page;

	ok(db_report_calls(db, company(who), f, 100, &mem, &page));
	return page.n;
}

static void test_filters(void **state)
{
	struct db_report_calls_filter f = everything();

	(void)state;
	assert_int_equal(count(0, &f), CALLS + 1);
	assert_int_equal(count(1, &f), 0);
	f.f.result = SLICE("answered");
	assert_int_equal(count(0, &f), 2);
	f.f.result = SLICE("live");
	assert_int_equal(count(0, &f), 1);
	f.f.result = SLICE("unanswered");
	assert_int_equal(count(0, &f), 2);
	f = everything();
	f.f.by_text[FILTER_SOURCE] = f.f.by_text[FILTER_MEDIUM] = true;
	f.f.text[FILTER_SOURCE] = SLICE("google");
	f.f.text[FILTER_MEDIUM] = SLICE("cpc");
	assert_int_equal(count(0, &f), 1);
	f.f.text[FILTER_SOURCE] = f.f.text[FILTER_MEDIUM] = SLICE("");
	assert_int_equal(count(0, &f), 3); /* ended ones: two, and a hidden */
	f = everything();
	f.f.by_text[FILTER_CAMPAIGN] = f.f.by_text[FILTER_KEYWORD] = true;
	f.f.text[FILTER_CAMPAIGN] = SLICE("Spring");
	f.f.text[FILTER_KEYWORD] = SLICE("emergency plumber");
	assert_int_equal(count(0, &f), 1);
	f = everything();
	f.caller = SLICE(CALLER);
	assert_int_equal(count(0, &f), CALLS);
	f.f.to_us = TESTDB_NOW_US + 1;
	assert_int_equal(count(0, &f), 1);
}

static const struct {
	const char *why;
	const char *search;
	size_t want;
} search_cases[] = {
	{ "part of a campaign, other case", "SPRI", 1 },
	{ "part of a number", "5550199", CALLS },
	{ "a number as people write it", "(212) 555-0199", CALLS },
	{ "a name", "jo 100", CALLS + 1 },
	{ "LIKE's signs are text", "100%", CALLS + 1 },
	{ "LIKE's signs match nothing else", "%", CALLS + 1 },
	{ "underscore", "_", 0 },
	{ "nothing", "no such thing", 0 },
	{ "quote", "' OR 1=1 --", 0 },
};

static void test_search(void **state)
{
	struct db_report_calls page;
	struct db_report_calls_filter f = everything();
	char longer[DB_REPORT_CALLS_SEARCH_MAX + 1];

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(search_cases); i++) {
		f.search = slice_from(search_cases[i].search);
		if (count(0, &f) != search_cases[i].want)
			fail_msg("%s: %zu", search_cases[i].why, count(0, &f));
	}
	memset(longer, 'x', sizeof(longer));
	f.search = slice_of(longer, sizeof(longer));
	assert_int_equal(db_report_calls(db, company(0), &f, 10, &mem, &page),
	    ERR_TOOBIG);
}

/* Down by twos and up again: every call once, in the same order. */
static void test_paging(void **state)
{
	struct db_report_calls_filter f = everything();
	struct db_report_calls page;
	struct call_id down[CALLS + 1];
	size_t n = 0;

	(void)state;
	do {
		ok(db_report_calls(db, company(0), &f, 2, &mem, &page));
		assert_int_equal(page.n, 2);
		assert_int_equal(page.newer, n > 0);
		down[n++] = page.rows[0].id;
		down[n++] = page.rows[1].id;
		f.way = DB_REPORT_CALLS_OLDER;
		f.key.started_us = page.rows[1].started_us;
		f.key.id = page.rows[1].id;
	} while (page.older && n < RT_ARRAY_LEN(down));
	assert_int_equal(n, CALLS + 1);
	assert_false(page.older);
	assert_true(id_eq(down[0].v, calls[CALLS].v));
	for (size_t i = 1; i < n; i++)
		assert_false(id_eq(down[i].v, down[i - 1].v));

	f.way = DB_REPORT_CALLS_NEWER;
	f.key.started_us = page.rows[0].started_us;
	f.key.id = page.rows[0].id;
	ok(db_report_calls(db, company(0), &f, 2, &mem, &page));
	assert_int_equal(page.n, 2);
	assert_true(id_eq(page.rows[0].id.v, down[2].v));
	assert_true(id_eq(page.rows[1].id.v, down[3].v));
	assert_true(page.newer && page.older);
	assert_int_equal(db_report_calls(db, company(0), &f, 0, &mem, &page),
	    ERR_RANGE);
}

static void test_call(void **state)
{
	struct db_report_call *c = NULL;
	struct db_report_call_leg *legs = NULL;
	struct db_report_call_event *events = NULL;
	size_t n = 0;

	(void)state;
	ok(db_report_call(db, company(0), calls[0], &mem, &c));
	assert_string_equal(c->result, "answered");
	assert_string_equal(c->attributed_by, "visit");
	assert_true(id_eq(c->visit.v, visit.v));
	assert_int_equal(c->probability_bp, 9400);
	assert_string_equal(c->campaign, "Spring");
	assert_non_null(strstr(c->evidence, "none_bp"));
	assert_int_equal(c->bridged_us, started(0) + 5 * RT_SEC_US);
	ok(db_report_call_legs(db, company(0), calls[0], &mem, &legs, &n));
	assert_int_equal(n, 1);
	assert_int_equal(legs[0].packets_lost, 10);
	assert_int_equal(legs[0].packets_dropped, 3);
	assert_int_equal(legs[0].jitter_us, 700);
	assert_int_equal(legs[0].rtt_us, 41200);
	assert_int_equal(legs[0].early_us - legs[0].ringing_us, 400000);
	ok(db_report_call_events(db, company(0), calls[0], &mem, &events, &n));
	assert_int_equal(n, 1);
	assert_string_equal(events[0].kind, "digit");
	assert_int_equal(events[0].value, '5');
	ok(db_report_call(db, company(0), calls[CALLS], &mem, &c));
	assert_true(c->open);
	assert_string_equal(c->evidence, "");

	assert_int_equal(db_report_call(db, company(1), calls[0], &mem, &c),
	    ERR_NOTFOUND);
	ok(db_report_call_legs(db, company(1), calls[0], &mem, &legs, &n));
	assert_int_equal(n, 0);
	ok(db_report_call_events(db, company(1), calls[0], &mem, &events, &n));
	assert_int_equal(n, 0);
}

static void test_visit(void **state)
{
	struct db_report_call_visit *v = NULL;
	struct db_report_call_page *pages = NULL;
	struct db_report_call_click *clicks = NULL;
	size_t n = 0;

	(void)state;
	ok(db_report_call_visit(db, company(0), visit, &mem, &v));
	assert_string_equal(v->click_kind, "gclid");
	assert_string_equal(v->click_id, "G1");
	assert_int_equal(v->visits, 1);
	ok(db_report_call_pages(db, company(0), visit, &mem, &pages, &n));
	assert_int_equal(n, 1);
	assert_string_equal(pages[0].title, "A");
	plant(
	    "UPDATE page_view SET viewed_at = '2026-11-20 11:51:00'"
	    " WHERE company_id = ? AND visit_id = ?");
	plant(
	    "UPDATE visit SET landing_title = 'First'"
	    " WHERE company_id = ? AND id = ?");
	ok(db_report_call_pages(db, company(0), visit, &mem, &pages, &n));
	assert_int_equal(n, 2);
	assert_string_equal(pages[0].url, "https://x.example/a?b");
	assert_string_equal(pages[0].title, "First");
	assert_int_equal(pages[1].at_us - pages[0].at_us, RT_MIN_US);
	assert_string_equal(pages[1].title, "A");
	ok(db_report_call_clicks(db, company(0), visit, &mem, &clicks, &n));
	assert_int_equal(n, 1);
	assert_string_equal(clicks[0].kind, "tel_click");

	assert_int_equal(db_report_call_visit(db, company(1), visit, &mem, &v),
	    ERR_NOTFOUND);
	ok(db_report_call_pages(db, company(1), visit, &mem, &pages, &n));
	assert_int_equal(n, 0);
	ok(db_report_call_clicks(db, company(1), visit, &mem, &clicks, &n));
	assert_int_equal(n, 0);
}

static void test_recording(void **state)
{
	struct db_report_call_recording rec;
	struct slice peaks;

	(void)state;
	ok(db_report_call_recording(db, company(0), calls[0], &rec));
	assert_string_equal(rec.state, "ready");
	assert_string_equal(rec.path, "x/y.wav");
	assert_true(rec.has_peaks);
	ok(db_report_call_peaks(db, company(0), calls[0], &mem, &peaks));
	assert_true(slice_eq(peaks, SLICE("abc")));
	assert_int_equal(db_report_call_recording(db, company(0), calls[1],
			     &rec),
	    ERR_NOTFOUND);
	assert_int_equal(db_report_call_recording(db, company(1), calls[0],
			     &rec),
	    ERR_NOTFOUND);
	assert_int_equal(db_report_call_peaks(db, company(1), calls[0], &mem,
			     &peaks),
	    ERR_NOTFOUND);
}

static void test_history(void **state)
{
	struct db_report_calls_row *rows = NULL;
	size_t n = 0;

	(void)state;
	ok(db_report_calls_history(db, company(0), SLICE(CALLER), calls[0], 10,
	    &mem, &rows, &n));
	assert_int_equal(n, CALLS - 1);
	assert_true(id_eq(rows[0].id.v, calls[CALLS].v));
	ok(db_report_calls_history(db, company(1), SLICE(CALLER), calls[0], 10,
	    &mem, &rows, &n));
	assert_int_equal(n, 0);
}

static void test_arena_full(void **state)
{
	struct db_report_calls_filter f = everything();
	struct db_report_calls page;
	struct db_report_call *c = NULL;
	struct arena small;

	(void)state;
	arena_init(&small, 4096);
	assert_int_equal(db_report_calls(db, company(0), &f, 50, &small, &page),
	    ERR_NOMEM);
	assert_int_equal(db_report_call(db, company(0), calls[0], &small, &c),
	    ERR_NOMEM);
	arena_fini(&small);
}

/* A file that comes again counts once, its rows of one day are summed, and of a
 * file with a wrong row nothing is kept. */
static void test_spend_import(void **state)
{
	static const struct slice good = SLICE_INIT(
	    "Day,Source,Cost\n2026-10-01,google,1.50\n2026-10-01,google,2\n");
	static const struct slice bad = SLICE_INIT(
	    "Day,Source,Cost\n2026-10-01,google,9\n2026-13-01,google,2\n");
	static struct spend_in in;
	unsigned int rows = 0;

	(void)state;
	for (int twice = 0; twice < 2; twice++)
		ok(db_spend_import(t->db, t->company[1].id, &in, good,
		    TESTDB_NOW_US, &rows));
	assert_int_equal(rows, 2);
	assert_true(db_spend_import(t->db, t->company[1].id, &in, bad,
			TESTDB_NOW_US, &rows) != ERR_OK);
	assert_int_equal(in.csv.row, 3);
	assert_int_equal(testdb_count(t,
			     "SELECT CAST(SUM(amount_micros) AS SIGNED)"
			     " FROM ad_spend"),
	    3500000);
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(DISTINCT company_id) FROM ad_spend"),
	    1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buckets),
		cmocka_unit_test(test_top),
		cmocka_unit_test(test_live_and_called),
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_search),
		cmocka_unit_test(test_paging),
		cmocka_unit_test(test_call),
		cmocka_unit_test(test_visit),
		cmocka_unit_test(test_recording),
		cmocka_unit_test(test_history),
		cmocka_unit_test(test_arena_full),
		cmocka_unit_test(test_spend_import),
	};

	return cmocka_run_group_tests_name("db_report", tests, begin, end);
}
