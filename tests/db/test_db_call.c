/* Tests of lib/db/db_call, db_stat, db_mark, db_recording and db_usage: calls
 * drained from records, by the store's own account, twice and in pieces; and
 * roll-ups that equal the calls whatever was done to them. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/base/rnd.h"
#include "lib/db/db_call.h"
#include "lib/db/db_company.h"
#include "lib/db/db_job.h"
#include "lib/db/db_mark.h"
#include "lib/db/db_recording.h"
#include "lib/db/db_stat.h"
#include "lib/db/db_usage.h"
#include "lib/db/db_verdict.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/testdb.h"

static struct testdb *t;
static struct db *store;

#define ok(call) assert_int_equal((call), ERR_OK)

#define CALLER "+12125550199"

static const struct call_place place = { SLICE_INIT("US"),
	SLICE_INIT("New York, NY") };

static struct call_id new_call(void)
{
	struct call_id id;

	testdb_id(TESTDB_NOW_US, id.v);
	return id;
}

static struct callrec opened(int who, struct call_id id,
    struct number_id number, const char *caller, int64_t wall_us)
{
	return (struct callrec){
		.head = { .kind = CALLREC_OPENED,
		    .call = id,
		    .company = t->company[who].id },
		.u.opened = { .wall_us = wall_us,
		    .number = number,
		    .trunk = t->company[who].trunk,
		    .flow = t->company[who].flow,
		    .flow_version = 1,
		    .record = FLOW_RECORD_NOTICE,
		    .source_ip = 0x7f000001,
		    .source_port = 5070,
		    .dialled = SLICE("+14155550100"),
		    .caller = slice_from(caller),
		    .caller_raw = slice_from(caller),
		    .display_name = SLICE("Jo \xff\x01 <b>"),
		    .attestation = SLICE("A"),
		    .sip_call_id = SLICE("abc@127.0.0.1"),
		    .user_agent = SLICE("carrier") },
	};
}

static struct callrec leg(int who, struct call_id id, uint32_t seq,
    uint8_t number, int64_t answered_us, int64_t ended_us)
{
	struct callrec r = {
		.head = { .kind = CALLREC_LEG,
		    .call = id,
		    .company = t->company[who].id,
		    .seq = seq,
		    .at_us = ended_us },
		.u.leg = { .number = number,
		    .trunk = t->company[who].trunk,
		    .invited_us = 0,
		    .ringing_us = RT_SEC_US,
		    .early_media_us = CALLREC_NEVER,
		    .answered_us = answered_us,
		    .ended_us = ended_us,
		    .sip_code = 200,
		    .ended_by = CALLREC_BY_CALLER,
		    .media = { .packets_in = 100, .pt = 0 },
		    .target = SLICE("+12125550100"),
		    .sip_call_id = SLICE("b@127.0.0.1") },
	};

	if (number > 0)
		r.u.leg.destination = t->company[who].destination;
	return r;
}

static struct callrec event(int who, struct call_id id, uint32_t seq)
{
	return (struct callrec){
		.head = { .kind = CALLREC_EVENT,
		    .call = id,
		    .company = t->company[who].id,
		    .seq = seq,
		    .at_us = RT_SEC_US },
		.u.event = { .what = CALLREC_EV_STEP,
		    .step = 0,
		    .branch = FLOW_TRACE_ENTER,
		    .text = SLICE("ring") },
	};
}

static struct callrec closed(int who, struct call_id id, uint32_t seq,
    enum callresult result, int64_t talk_us)
{
	return (struct callrec){
		.head = { .kind = CALLREC_CLOSED,
		    .call = id,
		    .company = t->company[who].id,
		    .seq = seq,
		    .at_us = talk_us + 5 * RT_SEC_US },
		.u.closed = { .result = result,
		    .ended_by = CALLREC_BY_CALLER,
		    .sip_code = 200,
		    .q850 = 16,
		    .answered_us = 2 * RT_SEC_US,
		    .bridged_us = talk_us > 0 ? 5 * RT_SEC_US : CALLREC_NEVER,
		    .ring_us = 3 * RT_SEC_US,
		    .talk_us = talk_us,
		    .ended_us = talk_us + 5 * RT_SEC_US,
		    .answered_leg = talk_us > 0 ? 1 : 0,
		    .recording = CALLREC_REC_NONE,
		    .rec_start_us = CALLREC_NEVER,
		    .notice_ended_us = CALLREC_NEVER,
		    .reason = SLICE("caller hung up") },
	};
}

static void with_recording(struct callrec *r, enum callrec_recording how,
    const char *name)
{
	r->u.closed.recording = how;
	r->u.closed.rec_start_us = 4 * RT_SEC_US;
	r->u.closed.rec_bytes = 16000;
	r->u.closed.rec_samples = 8000;
	memset(r->u.closed.rec_sha256, 0xab, 32);
	r->u.closed.rec_name = slice_from(name);
}

/* A whole answered call, drained by the store's account. */
static struct call_id drain_call(int who, struct number_id number,
    const char *caller, const struct call_credit *credit, int64_t talk_us)
{
	const struct call_id id = new_call();
	const struct company_id co = t->company[who].id;
	const struct callrec a =
	    opened(who, id, number, caller, TESTDB_NOW_US + RT_SEC_US);
	const struct callrec b =
	    leg(who, id, 1, 1, 5 * RT_SEC_US, 5 * RT_SEC_US + talk_us);
	const struct callrec c =
	    leg(who, id, 2, 0, 2 * RT_SEC_US, 5 * RT_SEC_US + talk_us);
	const struct callrec d =
	    closed(who, id, 3, CALLRESULT_ANSWERED, talk_us);

	ok(db_call_opened(store, co, &a, &place));
	ok(db_call_leg(store, co, &b));
	ok(db_call_leg(store, co, &c));
	ok(db_call_closed(store, co, &d, credit, TESTDB_NOW_US));
	return id;
}

static uint64_t wrong(int who)
{
	uint64_t n = 99;

	ok(db_stat_verify(t->db, t->company[who].id, TESTDB_NOW_US - RT_DAY_US,
	    TESTDB_NOW_US + 10 * RT_DAY_US, &n));
	return n;
}

static void exec(const char *sql)
{
	struct stmt *st;

	ok(stmt_begin(t->db, sql, &st));
	ok(stmt_exec(st, NULL));
	stmt_end(st);
}

static int64_t count(const char *sql)
{
	return testdb_count(t, sql);
}

static int empty(void **state)
{
	static const char *const sql[] = {
		"DELETE FROM phone_call",
		"DELETE FROM interaction",
		"DELETE FROM call_leg",
		"DELETE FROM call_event",
		"DELETE FROM call_rollup",
		"DELETE FROM call_fact",
		"DELETE FROM call_verdict",
		"DELETE FROM caller",
		"DELETE FROM recording",
		"DELETE FROM usage_day",
		"DELETE FROM job",
		"DELETE FROM visit",
		"UPDATE company SET billable_s = NULL",
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(sql); i++)
		exec(sql[i]);
	return 0;
}

static void test_whole_call(void **state)
{
	const struct testdb_company *c = &t->company[0];
	struct call_state s;
	struct call_key key;

	(void)state;
	const struct call_id id =
	    drain_call(0, c->number, CALLER, NULL, 61 * RT_SEC_US);

	ok(db_call_state(store, c->id, id, &s));
	assert_true(s.closed && s.result == CALLRESULT_ANSWERED);
	assert_int_equal(s.last_seq, 3);
	ok(db_call_key(store, c->id, id, &key));
	assert_true(key.closed && id_is_nil(key.pool.v));
	assert_string_equal(key.caller_e164, CALLER);
	assert_int_equal(key.started_us, TESTDB_NOW_US + RT_SEC_US);
	assert_int_equal(
	    count(
		"SELECT COUNT(*) FROM phone_call WHERE first_time = 1 AND"
		" talk_ms = 61000 AND duration_ms = 66000 AND cause = 16 AND"
		" destination_id IS NOT NULL AND location_id IS NOT NULL AND"
		" hangup_by = 'caller' AND qualified = 0 AND record = 'notice'"
		" AND TIMESTAMPDIFF(SECOND, started_at, bridged_at) = 5"),
	    1);
	/* Hostile bytes in the display name became U+FFFD. */
	assert_int_equal(
	    count("SELECT COUNT(*) FROM phone_call WHERE"
		  " HEX(caller_name) = '4A6F20EFBFBDEFBFBD203C623E'"),
	    1);
	assert_int_equal(
	    count("SELECT amount FROM usage_day WHERE kind = 'outbound_s'"),
	    61);
	assert_int_equal(
	    count("SELECT amount FROM usage_day WHERE kind = 'inbound_s'"), 64);
	assert_int_equal(count("SELECT COUNT(*) FROM call_rollup"), 23);
	assert_int_equal(
	    count("SELECT talk_60 FROM call_rollup WHERE dimension = 'total'"),
	    1);
	assert_int_equal(
	    count("SELECT COUNT(*) FROM call_rollup WHERE dimension = 'place/1'"
		  " AND value = 'New York, NY' AND value2 = 'US'"),
	    1);
	assert_int_equal(wrong(0), 0);
}

/* Drained again in any order, nothing changes. */
static void test_idempotent(void **state)
{
	const struct testdb_company *c = &t->company[0];
	const struct call_id id =
	    drain_call(0, c->number, CALLER, NULL, 30 * RT_SEC_US);
	struct callrec again[4];
	int64_t before;

	(void)state;
	again[0] = opened(0, id, c->number, CALLER, TESTDB_NOW_US);
	again[1] = leg(0, id, 1, 1, 5, 6);
	again[2] = event(0, id, 2);
	again[3] = closed(0, id, 3, CALLRESULT_FAILED, 0);
	before = count("SELECT SUM(amount) FROM usage_day");
	for (int i = 0; i < 2; i++) {
		ok(db_call_opened(store, c->id, &again[0], &place));
		ok(db_call_leg(store, c->id, &again[1]));
		ok(db_call_event(store, c->id, &again[2]));
		ok(db_call_closed(store, c->id, &again[3], NULL,
		    TESTDB_NOW_US));
	}
	/* After the end nothing is added, whatever its number. */
	again[2].head.seq = 9;
	ok(db_call_event(store, c->id, &again[2]));
	assert_int_equal(count("SELECT SUM(amount) FROM usage_day"), before);
	assert_int_equal(count("SELECT COUNT(*) FROM call_event"), 0);
	assert_int_equal(count("SELECT calls FROM caller"), 1);
	assert_int_equal(count("SELECT SUM(calls) FROM call_rollup"), 23);
	assert_int_equal(wrong(0), 0);
}

static void test_refusals(void **state)
{
	const struct testdb_company *c = &t->company[0];
	const struct call_id id = new_call();
	struct callrec r = event(0, id, 1);

	(void)state;
	assert_int_equal(db_call_event(store, c->id, &r), ERR_NOTFOUND);
	assert_int_equal(db_call_leg(store, c->id, &r), ERR_INTERNAL);
	/* The claim must be the record's own company. */
	assert_int_equal(db_call_event(store, t->company[1].id, &r),
	    ERR_INTERNAL);
	r = closed(0, id, 1, CALLRESULT_MISSED, 0);
	assert_int_equal(db_call_closed(store, c->id, &r, NULL, TESTDB_NOW_US),
	    ERR_NOTFOUND);
	assert_int_equal(db_call_credit(t->db, c->id, id, NULL), ERR_NOTFOUND);
	r = opened(0, id, c->number, "", TESTDB_NOW_US);
	ok(db_call_opened(store, c->id, &r, &place));
	assert_int_equal(db_call_credit(t->db, c->id, id, NULL), ERR_CONFLICT);
}

/* A number that a pool holds, an anonymous caller, no destination rang. */
static void test_interrupted_and_anonymous(void **state)
{
	const struct testdb_company *c = &t->company[0];
	const struct call_id id = new_call();
	const struct callrec o = opened(0, id, c->pooled[0], "", TESTDB_NOW_US);
	struct callrec end;
	struct call_state s;
	struct call_key key;

	(void)state;
	ok(db_call_opened(store, c->id, &o, &place));
	ok(db_call_key(store, c->id, id, &key));
	assert_true(id_eq(key.pool.v, c->pool.v) && !key.closed);
	callrec_interrupted(&o, 1, RT_SEC_US, &end);
	ok(db_call_closed(store, c->id, &end, NULL, TESTDB_NOW_US));
	ok(db_call_state(store, c->id, id, &s));
	assert_true(s.closed && s.result == CALLRESULT_INTERRUPTED);
	assert_int_equal(count("SELECT COUNT(*) FROM caller"), 0);
	assert_int_equal(wrong(0), 0);
}

static struct visit_id add_visit(int who)
{
	static const char sql[] =
	    "INSERT INTO visit (company_id, id, site_id, visitor_id,"
	    " started_at, seen_at, landing_url, landing_page, referrer_host,"
	    " ad_group_id, source, medium, campaign, keyword, channel)"
	    " VALUES (?, ?, ?, ?, ?, ?, 'https://a/b?c', 'a/b', 'google.com',"
	    " '77', 'google', 'cpc', 'spring', 'emergency plumber', 'paid')";
	struct visit_id id;
	struct stmt *st;

	testdb_id(TESTDB_NOW_US, id.v);
	ok(stmt_begin(t->db, sql, &st));
	stmt_in_id(st, t->company[who].id.v);
	stmt_in_id(st, id.v);
	stmt_in_id(st, t->company[who].site.v);
	stmt_in_id(st, id.v);
	stmt_in_time_us(st, TESTDB_NOW_US);
	stmt_in_time_us(st, TESTDB_NOW_US);
	ok(stmt_exec_one(st));
	stmt_end(st);
	return id;
}

static void test_credit(void **state)
{
	const struct testdb_company *c = &t->company[0];
	struct call_credit credit = { .by = CALL_CREDIT_VISIT,
		.visit = add_visit(0),
		.probability_bp = 9400,
		.rule_version = 1,
		.evidence = SLICE("{\"rule\":1}") };
	const struct call_id id =
	    drain_call(0, c->pooled[0], CALLER, &credit, 95 * RT_SEC_US);

	(void)state;
	assert_int_equal(
	    count("SELECT COUNT(*) FROM interaction WHERE source = 'google' AND"
		  " medium = 'cpc' AND campaign = 'spring' AND ad_group = '77'"
		  " AND keyword = 'emergency plumber' AND channel = 'paid' AND"
		  " landing_page = 'a/b' AND attributed_by = 'visit' AND"
		  " probability_bp = 9400 AND rule_version = 1"),
	    1);
	assert_int_equal(count("SELECT COUNT(*) FROM caller"
			       " WHERE last_visit_id IS NOT NULL"),
	    1);
	assert_int_equal(wrong(0), 0);
	/* Again under another rule: only the source. */
	credit.by = CALL_CREDIT_SOURCE;
	credit.source = SLICE("bing");
	credit.medium = SLICE("cpc");
	credit.campaign = SLICE("autumn");
	ok(db_call_credit(t->db, c->id, id, &credit));
	assert_int_equal(
	    count("SELECT COUNT(*) FROM interaction WHERE source = 'bing' AND"
		  " keyword = '' AND attributed_by = 'source'"),
	    1);
	assert_int_equal(
	    count("SELECT calls FROM call_rollup WHERE dimension = 'source/1'"
		  " AND value = 'bing'"),
	    1);
	assert_int_equal(
	    count("SELECT calls FROM call_rollup WHERE dimension = 'source/1'"
		  " AND value = 'google'"),
	    0);
	assert_int_equal(wrong(0), 0);
	/* Another company's visit is no visit. */
	credit.by = CALL_CREDIT_VISIT;
	credit.visit = add_visit(1);
	ok(db_call_credit(t->db, c->id, id, &credit));
	assert_int_equal(
	    count("SELECT COUNT(*) FROM interaction WHERE source = ''"), 1);
}

static void test_tracker_wins(void **state)
{
	const struct testdb_company *c = &t->company[0];

	(void)state;
	(void)drain_call(0, c->tracked, CALLER, NULL, RT_SEC_US);
	assert_int_equal(
	    count("SELECT COUNT(*) FROM interaction WHERE source = 'billboard'"
		  " AND attributed_by = 'tracker' AND probability_bp = 10000"
		  " AND tracker_id IS NOT NULL"),
	    1);
	assert_int_equal(wrong(0), 0);
}

static void test_qualified(void **state)
{
	const struct testdb_company *c = &t->company[0];
	struct company_row row;

	(void)state;
	ok(db_company_get(t->db, c->id, &row));
	row.billable_s = 60;
	ok(db_company_update(t->db, &row));
	(void)drain_call(0, c->number, CALLER, NULL, 59 * RT_SEC_US);
	assert_int_equal(count("SELECT SUM(qualified) FROM phone_call"), 0);
	(void)drain_call(0, c->number, CALLER, NULL, 60 * RT_SEC_US);
	assert_int_equal(count("SELECT SUM(qualified) FROM phone_call"), 1);
	assert_int_equal(count("SELECT SUM(first_time) FROM phone_call"), 1);
	assert_int_equal(wrong(0), 0);
}

static void test_recording(void **state)
{
	const struct testdb_company *c = &t->company[0];
	const struct call_id id = new_call(), late = new_call();
	struct callrec r = opened(0, id, c->number, CALLER, TESTDB_NOW_US);
	struct recording_pending *pending;
	struct recording_row row;
	struct arena mem;
	struct slice peaks;
	size_t n = 9;

	(void)state;
	arena_init(&mem, 65536);
	ok(db_call_opened(store, c->id, &r, &place));
	r = closed(0, id, 1, CALLRESULT_ANSWERED, RT_SEC_US);
	with_recording(&r, CALLREC_REC_DONE, "com/2026-11-20/one.wav");
	ok(db_call_closed(store, c->id, &r, NULL, TESTDB_NOW_US));
	ok(db_recording_by_call(t->db, c->id, id, &row));
	assert_string_equal(row.state, "ready");
	assert_string_equal(row.path, "com/2026-11-20/one.wav");
	assert_int_equal(row.duration_ms, 1000);
	assert_int_equal(row.pcm_sha256[31], 0xab);
	assert_int_equal(count("SELECT COUNT(*) FROM job"), 1);
	/* One that the recorder finishes later. */
	r = opened(0, late, c->number, CALLER, TESTDB_NOW_US);
	ok(db_call_opened(store, c->id, &r, &place));
	r = closed(0, late, 1, CALLRESULT_ANSWERED, RT_SEC_US);
	with_recording(&r, CALLREC_REC_PENDING, "com/2026-11-20/two.wav");
	ok(db_call_closed(store, c->id, &r, NULL, TESTDB_NOW_US));
	ok(db_recording_pending(t->db, TESTDB_NOW_US + 1, 10, &mem, &pending,
	    &n));
	assert_int_equal(n, 1);
	assert_true(id_eq(pending[0].company.v, c->id.v));
	for (int i = 0; i < 2; i++) /* twice counts once */
		ok(db_recording_ready(store, c->id, &pending[0].row,
		    TESTDB_NOW_US));
	assert_int_equal(count("SELECT COUNT(*) FROM job"), 2);
	assert_int_equal(
	    count("SELECT amount FROM usage_day WHERE kind = 'recorded_s'"), 2);
	assert_int_equal(db_recording_peaks(t->db, c->id, row.id, &mem, &peaks),
	    ERR_NOTFOUND);
	ok(db_recording_set_peaks(t->db, c->id, row.id, SLICE("\1\2\3")));
	ok(db_recording_peaks(t->db, c->id, row.id, &mem, &peaks));
	assert_int_equal(peaks.n, 3);
	/* Not for others. */
	assert_int_equal(db_recording_by_call(t->db, t->company[1].id, id,
			     &row),
	    ERR_NOTFOUND);
	assert_int_equal(db_recording_get(t->db, t->company[1].id, row.id,
			     &row),
	    ERR_NOTFOUND);
	assert_int_equal(db_recording_set_peaks(t->db, t->company[1].id, row.id,
			     SLICE("x")),
	    ERR_NOTFOUND);
	assert_int_equal(db_recording_peaks(t->db, t->company[1].id, row.id,
			     &mem, &peaks),
	    ERR_NOTFOUND);
	arena_fini(&mem);
}

static struct interaction_id itn(struct call_id id)
{
	struct interaction_id i;

	memcpy(i.v, id.v, sizeof(i.v));
	return i;
}

static void test_marks(void **state)
{
	const struct testdb_company *c = &t->company[0];
	const struct interaction_id id =
	    itn(drain_call(0, c->number, CALLER, NULL, RT_SEC_US));
	struct tag_row tag = { .name = "VIP" }, *tags;
	struct outcome_row *outcomes;
	struct company_row row;
	struct arena mem;
	size_t n = 0;

	(void)state;
	arena_init(&mem, 65536);
	ok(db_mark_outcomes(t->db, c->id, &mem, &outcomes, &n));
	assert_int_equal(n, 6);
	assert_string_equal(outcomes[0].code, "lead");
	ok(db_mark_outcome(t->db, c->id, id, SLICE("lead"), MARK_BY_RULE,
	    c->user, TESTDB_NOW_US));
	ok(db_mark_value(t->db, c->id, id, true, 250000000));
	assert_int_equal(
	    count("SELECT leads FROM call_rollup WHERE dimension = 'total'"),
	    1);
	assert_int_equal(count("SELECT value_micros FROM call_rollup"
			       " WHERE dimension = 'total'"),
	    250000000);
	ok(db_mark_outcome(t->db, c->id, id, SLICE("sold"), MARK_BY_PERSON,
	    c->user, TESTDB_NOW_US));
	assert_int_equal(db_mark_outcome(t->db, c->id, id, SLICE("spam"),
			     MARK_BY_RULE, c->user, TESTDB_NOW_US),
	    ERR_CONFLICT);
	assert_int_equal(db_mark_outcome(t->db, c->id, id, SLICE("nothing"),
			     MARK_BY_PERSON, c->user, TESTDB_NOW_US),
	    ERR_RANGE);
	ok(db_mark_note(t->db, c->id, id, SLICE("call back on Monday")));
	assert_int_equal(wrong(0), 0);
	/* A currency cannot change under recorded values. */
	ok(db_company_get(t->db, c->id, &row));
	memcpy(row.currency, "EUR", 4);
	assert_int_equal(db_company_update(t->db, &row), ERR_CONFLICT);
	testdb_id(TESTDB_NOW_US, tag.id.v);
	ok(db_mark_tag_add(t->db, c->id, &tag, TESTDB_NOW_US));
	ok(db_mark_tag(t->db, c->id, id, tag.id, c->user, TESTDB_NOW_US));
	ok(db_mark_tag(t->db, c->id, id, tag.id, c->user, TESTDB_NOW_US));
	ok(db_mark_tags_of(t->db, c->id, id, &mem, &tags, &n));
	assert_int_equal(n, 1);
	/* Others can do none of it. */
	const struct company_id other = t->company[1].id;

	assert_int_equal(db_mark_outcome(t->db, other, id, SLICE("lead"),
			     MARK_BY_PERSON, c->user, TESTDB_NOW_US),
	    ERR_NOTFOUND);
	assert_int_equal(db_mark_value(t->db, other, id, true, 1),
	    ERR_NOTFOUND);
	assert_int_equal(db_mark_note(t->db, other, id, SLICE("x")),
	    ERR_NOTFOUND);
	assert_int_equal(db_mark_tag(t->db, other, id, tag.id, c->user,
			     TESTDB_NOW_US),
	    ERR_NOTFOUND);
	assert_int_equal(db_mark_untag(t->db, other, id, tag.id), ERR_NOTFOUND);
	ok(db_mark_tags_of(t->db, other, id, &mem, &tags, &n));
	assert_int_equal(n, 0);
	ok(db_mark_tags(t->db, other, &mem, &tags, &n));
	assert_int_equal(n, 0);
	ok(db_mark_untag(t->db, c->id, id, tag.id));
	assert_int_equal(wrong(0), 0);
	arena_fini(&mem);
}

/* A call that goes takes itself out of the sums first. */
static void drop_call(struct company_id company, struct call_id id)
{
	static const char sql[] =
	    "DELETE c, i FROM phone_call c JOIN interaction i"
	    " ON i.company_id = c.company_id AND i.id = c.id"
	    " WHERE c.company_id = ? AND c.id = ?";
	struct stmt *st;

	ok(db_begin(t->db));
	ok(db_stat_take(t->db, company, id));
	ok(stmt_begin(t->db, sql, &st));
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	ok(stmt_exec(st, NULL));
	stmt_end(st);
	ok(db_commit(t->db));
}

/* Done, or the call was deleted before. */
static void there(enum err e)
{
	assert_true(e == ERR_OK || e == ERR_NOTFOUND);
}

/* Random calls and changes: the roll-ups always equal the calls. */
static void test_rollups_hold(void **state)
{
	static const char *const codes[] = { "", "lead", "sold", "spam" };
	struct call_id ids[2][30];
	struct rnd_dice dice;
	uint64_t n = 9;

	(void)state;
	rnd_seed(&dice, 20261120);
	for (size_t i = 0; i < RT_ARRAY_LEN(ids[0]); i++)
		for (int who = 0; who < 2; who++) {
			const struct testdb_company *c = &t->company[who];
			const struct number_id numbers[] = { c->number,
				c->tracked, c->pooled[0], c->pooled[1] };
			const struct call_id id = ids[who][i] = new_call();
			const int64_t talk_us =
			    (int64_t)rnd_below(&dice, 2000) * RT_SEC_US;
			const struct callrec o = opened(who, id,
			    numbers[rnd_below(&dice, 4)], CALLER,
			    TESTDB_NOW_US +
				(int64_t)rnd_below(&dice, 3 * 86400) *
				    RT_SEC_US);
			const struct callrec end = closed(who, id, 1,
			    (enum callresult)rnd_below(&dice, CALLRESULT_COUNT),
			    talk_us);

			ok(db_call_opened(store, c->id, &o, &place));
			ok(db_call_closed(store, c->id, &end, NULL,
			    TESTDB_NOW_US));
		}
	assert_int_equal(wrong(0) + wrong(1), 0);
	for (int i = 0; i < 150; i++) {
		const int who = (int)rnd_below(&dice, 2);
		const struct testdb_company *c = &t->company[who];
		const struct call_id id = ids[who][rnd_below(&dice, 30)];
		const struct call_credit credit = { .by = CALL_CREDIT_SOURCE,
			.source = slice_from(codes[rnd_below(&dice, 4)]),
			.medium = SLICE("cpc"),
			.campaign = slice_from(codes[rnd_below(&dice, 4)]) };

		const struct verdict_own own = { .set = true,
			.qualified = rnd_below(&dice, 2) == 0,
			.class = VERDICT_LEAD,
			.user = c->user };

		switch (rnd_below(&dice, 5)) {
		case 3:
			there(db_verdict_overrule(t->db, c->id, id, &own,
			    TESTDB_NOW_US));
			break;
		case 4:
			drop_call(c->id, id);
			break;
		case 0:
			there(db_mark_outcome(t->db, c->id, itn(id),
			    slice_from(codes[rnd_below(&dice, 4)]),
			    MARK_BY_PERSON, c->user, TESTDB_NOW_US));
			break;
		case 1:
			there(db_mark_value(t->db, c->id, itn(id),
			    rnd_below(&dice, 2) == 0,
			    (int64_t)rnd_below(&dice, 1000)));
			break;
		default:
			there(db_call_credit(t->db, c->id, id, &credit));
			break;
		}
	}
	assert_int_equal(wrong(0) + wrong(1), 0);
	/* A change behind our back is seen, and rebuilt away. */
	exec(
	    "UPDATE call_rollup SET calls = calls + 1"
	    " WHERE dimension = 'total' LIMIT 1");
	exec("UPDATE phone_call SET talk_ms = talk_ms + 1");
	assert_true(wrong(0) > 0 && wrong(1) > 0);
	for (int who = 0; who < 2; who++)
		ok(db_stat_rebuild(t->db, t->company[who].id,
		    TESTDB_NOW_US - RT_DAY_US, TESTDB_NOW_US + 10 * RT_DAY_US));
	assert_int_equal(wrong(0) + wrong(1), 0);
	/* A rebuild of one touches nothing of the other. */
	exec("DELETE FROM call_rollup");
	exec("DELETE FROM call_fact");
	ok(db_stat_rebuild(t->db, t->company[0].id, TESTDB_NOW_US - RT_DAY_US,
	    TESTDB_NOW_US + 10 * RT_DAY_US));
	assert_int_equal(wrong(0), 0);
	assert_true(wrong(1) > 0);
	ok(db_stat_verify(t->db, t->company[1].id, 0, RT_DAY_US, &n));
	assert_int_equal(n, 0);
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
	ok(db_usage_read(t->db, t->company[0].id, TESTDB_NOW_US,
	    TESTDB_NOW_US + RT_DAY_US, &sum));
	assert_int_equal(sum.amount[USAGE_RECORDED_BYTES], 11);
	assert_int_equal(sum.amount[USAGE_NUMBER_DAYS], 5);
	assert_int_equal(sum.amount[USAGE_CALLS], 0);
	ok(db_usage_read(t->db, t->company[1].id, TESTDB_NOW_US,
	    TESTDB_NOW_US + RT_DAY_US, &sum));
	assert_int_equal(sum.amount[USAGE_RECORDED_BYTES], 0);
	ok(db_usage_read(t->db, t->company[0].id, TESTDB_NOW_US + RT_DAY_US,
	    TESTDB_NOW_US + 2 * RT_DAY_US, &sum));
	assert_int_equal(sum.amount[USAGE_NUMBER_DAYS], 0);
}

static int start(void **state)
{
	(void)state;
	t = testdb_start();
	store = testdb_connect(t, "store");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	db_close(store);
	testdb_stop(t);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_whole_call, empty),
		cmocka_unit_test_setup(test_idempotent, empty),
		cmocka_unit_test_setup(test_refusals, empty),
		cmocka_unit_test_setup(test_interrupted_and_anonymous, empty),
		cmocka_unit_test_setup(test_credit, empty),
		cmocka_unit_test_setup(test_tracker_wins, empty),
		cmocka_unit_test_setup(test_qualified, empty),
		cmocka_unit_test_setup(test_recording, empty),
		cmocka_unit_test_setup(test_marks, empty),
		cmocka_unit_test_setup(test_rollups_hold, empty),
		cmocka_unit_test_setup(test_usage, empty),
	};

	return cmocka_run_group_tests_name("db_call", tests, start, stop);
}
