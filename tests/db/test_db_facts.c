/* Tests of lib/db/db_facts, db_caller_list, db_mark_tag_named, and of
 * sipworker/store/lookup and drain, which use them: what a flow may ask about a
 * call that has just come in, and what it puts on one. By the store's account
 * where that does it in production. */
#include <stdio.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/core/callrec.h"
#include "lib/db/db_call.h"
#include "lib/db/db_caller_list.h"
#include "lib/db/db_facts.h"
#include "lib/db/db_lease.h"
#include "lib/db/db_mark.h"
#include "lib/db/db_visit.h"
#include "lib/db/stmt.h"
#include "sipworker/store/drain.h"
#include "sipworker/store/lookup.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb_attrib.h"
#include "tests/support/testdb_call.h"

static struct testdb *t;
static struct db *store;
static struct db *dni;
static struct arena mem;

#define ok(call) FAIL_STMT_OK(call)
#define NOW      TESTDB_NOW_US
#define CALLER   "+12125550199"

static struct company_id ours(void)
{
	return t->company[0].id;
}

static struct company_id theirs(void)
{
	return t->company[1].id;
}

static void execute(const char *sql)
{
	struct stmt *st = stmt_begin(t->db, sql);

	ok(stmt_exec(st, NULL));
}

static int empty(void **state)
{
	static const char *const sql[] = { "DELETE FROM phone_call",
		"DELETE FROM interaction", "DELETE FROM interaction_tag",
		"DELETE FROM tag", "DELETE FROM call_leg",
		"DELETE FROM call_event", "DELETE FROM caller",
		"DELETE FROM call_rollup", "DELETE FROM call_fact",
		"DELETE FROM call_verdict", "DELETE FROM visit",
		"DELETE FROM caller_list", "DELETE FROM caller_list_entry" };

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(sql); i++)
		execute(sql[i]);
	return 0;
}

/* --- calls, as the engine says them ----------------------------------------*/

static struct call_id new_call(int64_t at_us)
{
	struct call_id id;

	testdb_id(at_us, id.v);
	return id;
}

static void say(const struct callrec *r)
{
	struct buf b;

	buf_init(&b, CALLREC_BYTES_MAX);
	callrec_encode(r, &b);
	ok(buf_err(&b));
	ok(drain_record(store, buf_slice(&b), NOW));
	buf_fini(&b);
}

static struct callrec record(int who, struct call_id call,
    enum callrec_kind kind, uint32_t seq)
{
	struct callrec r;

	memset(&r, 0, sizeof(r));
	r.head.kind = kind;
	r.head.call = call;
	r.head.company = t->company[who].id;
	r.head.seq = seq;
	r.head.at_us = seq * RT_SEC_US;
	return r;
}

static void open_call(int who, struct call_id call, int64_t at_us)
{
	struct callrec r = record(who, call, CALLREC_OPENED, 0);

	r.u.opened.wall_us = at_us;
	r.u.opened.number = t->company[who].number;
	r.u.opened.trunk = t->company[who].trunk;
	r.u.opened.dialled = SLICE("+14155550100");
	r.u.opened.caller = SLICE(CALLER);
	r.u.opened.caller_raw = SLICE(CALLER);
	say(&r);
}

static void mark(int who, struct call_id call, uint32_t seq,
    enum callrec_event_what what, const char *text)
{
	struct callrec r = record(who, call, CALLREC_EVENT, seq);

	r.u.event.what = what;
	r.u.event.step = FLOW_END;
	r.u.event.text = slice_from(text);
	say(&r);
}

static void close_call(int who, struct call_id call, uint32_t seq,
    enum callresult result, bool bridged)
{
	struct callrec leg = record(who, call, CALLREC_LEG, seq);
	struct callrec r = record(who, call, CALLREC_CLOSED, seq + 1);

	leg.u.leg.number = 1;
	leg.u.leg.destination = t->company[who].destination;
	leg.u.leg.ringing_us = leg.u.leg.early_media_us =
	    leg.u.leg.answered_us = CALLREC_NEVER;
	leg.u.leg.ended_us = RT_SEC_US;
	say(&leg);
	r.u.closed.result = result;
	r.u.closed.answered_us = RT_SEC_US;
	r.u.closed.bridged_us = bridged ? RT_SEC_US : CALLREC_NEVER;
	r.u.closed.talk_us = bridged ? 30 * RT_SEC_US : 0;
	r.u.closed.ended_us = 31 * RT_SEC_US;
	r.u.closed.answered_leg = bridged ? 1 : 0;
	r.u.closed.rec_start_us = CALLREC_NEVER;
	r.u.closed.notice_ended_us = CALLREC_NEVER;
	say(&r);
}

/* --- the caller ------------------------------------------------------------*/

static void test_first_call(void **state)
{
	const struct call_id call = new_call(NOW);
	struct flow_facts f = { .known_caller = true };

	(void)state;
	ok(db_facts_caller(store, ours(), SLICE(CALLER), call, &f));
	assert_false(f.known_caller);
	/* The same when its own first record has been drained already. */
	open_call(0, call, NOW);
	f = (struct flow_facts){ .known_caller = true };
	ok(db_facts_caller(store, ours(), SLICE(CALLER), call, &f));
	assert_false(f.known_caller);
	assert_false(f.has_outcome);
	assert_string_equal(f.tags, "");
	assert_string_equal(f.lists, "");
}

static void test_history(void **state)
{
	const struct call_id first = new_call(NOW),
			     second = new_call(NOW + RT_MIN_US),
			     now = new_call(NOW + RT_HOUR_US);
	struct flow_facts f = { .known_caller = false };

	(void)state;
	open_call(0, first, NOW);
	mark(0, first, 1, CALLREC_EV_TAG, "Quote");
	mark(0, first, 2, CALLREC_EV_TAG, "a, b"); /* not in comma lists */
	close_call(0, first, 3, CALLRESULT_ANSWERED, true);
	open_call(0, second, NOW + RT_MIN_US);
	mark(0, second, 1, CALLREC_EV_TAG, "vip");
	mark(0, second, 2, CALLREC_EV_TAG, "QUOTE"); /* the same tag */
	close_call(0, second, 3, CALLRESULT_MISSED, false);
	open_call(0, now, NOW + RT_HOUR_US);

	ok(db_facts_caller(store, ours(), SLICE(CALLER), now, &f));
	assert_true(f.known_caller);
	assert_true(f.has_outcome);
	assert_int_equal(f.last_outcome, CALLRESULT_MISSED);
	assert_true(id_eq(f.answered.v, t->company[0].destination.v));
	assert_string_equal(f.tags, "Quote,vip");
	/* The other company knows nothing of it. */
	f = (struct flow_facts){ .known_caller = true };
	ok(db_facts_caller(store, theirs(), SLICE(CALLER), now, &f));
	assert_false(f.known_caller);
	assert_false(f.has_outcome);
	assert_true(id_is_nil(f.answered.v));
	assert_string_equal(f.tags, "");
}

/* --- what flows put on calls -----------------------------------------------*/

static void test_marks(void **state)
{
	const struct call_id call = new_call(NOW);
	struct interaction_id id;

	(void)state;
	memcpy(id.v, call.v, sizeof(id.v));
	open_call(0, call, NOW);
	mark(0, call, 1, CALLREC_EV_TAG, "hot");
	mark(0, call, 1, CALLREC_EV_TAG, "hot"); /* drained twice */
	mark(0, call, 2, CALLREC_EV_OUTCOME, "lead");
	mark(0, call, 3, CALLREC_EV_OUTCOME, "no such outcome");
	mark(0, call, 4, CALLREC_EV_TAG, ""); /* nothing to say */
	close_call(0, call, 5, CALLRESULT_ANSWERED, true);
	assert_int_equal(testdb_count(t, "SELECT COUNT(*) FROM call_event"), 4);
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM interaction_tag x"
			     " JOIN tag t ON t.id = x.tag_id"
			     " AND t.company_id = x.company_id"
			     " WHERE t.name = 'hot'"),
	    1);
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM interaction"
			     " WHERE outcome = 'lead'"
			     " AND outcome_by = 'rule'"),
	    1);
	/* In the roll-ups as well. */
	assert_int_equal(testdb_count(t,
			     "SELECT CAST(SUM(leads) AS SIGNED)"
			     " FROM call_rollup WHERE dimension = 'total'"),
	    1);
	assert_int_equal(db_mark_tag_named(store, theirs(), id, SLICE("x"),
			     NOW),
	    ERR_NOTFOUND);
	assert_int_equal(db_mark_tag_named(store, ours(), id, SLICE(""), NOW),
	    ERR_RANGE);
}

/* --- the visit and the number ----------------------------------------------*/

static struct visit_id a_visit(void)
{
	static char longer[200];
	const struct visit_row *rows[1];
	struct visit_row v;

	memset(longer, 'k', sizeof(longer));
	memset(&v, 0, sizeof(v));
	testdb_id(NOW, v.id.v);
	testdb_id(NOW, v.visitor.v);
	v.site = t->company[0].site;
	v.started_us = NOW;
	v.landing_url = SLICE("https://site0.example/offers/a?gclid=g");
	v.source.source = SLICE("google");
	v.source.medium = SLICE("cpc");
	v.source.campaign = SLICE("spring");
	v.source.channel = SLICE("paid search");
	v.source.keyword = slice_of(longer, sizeof(longer));
	v.source.landing_page = SLICE("site0.example/offers/a");
	v.source.referrer_host = SLICE("www.google.com");
	v.source.gclid = SLICE("g");
	rows[0] = &v;
	ok(db_visit_add(dni, ours(), rows, 1));
	return v.id;
}

static void lease(struct visit_id visit)
{
	const struct lease_row *rows[1];
	struct lease_row l;

	memset(&l, 0, sizeof(l));
	testdb_id(NOW, l.id.v);
	l.pool = t->company[0].pool;
	l.number = t->company[0].pooled[0];
	memcpy(l.number_e164, "+14155550200", 13);
	l.visit = visit;
	l.epoch = 1;
	l.started_us = l.beat_us = NOW;
	l.expires_us = NOW + 180 * RT_SEC_US;
	rows[0] = &l;
	ok(db_lease_add(dni, ours(), rows, 1));
}

static void check_visit(const struct flow_facts *f, struct visit_id visit)
{
	assert_true(id_eq(f->visit.v, visit.v));
	assert_string_equal(f->channel, "paid search");
	assert_string_equal(f->source, "google");
	assert_string_equal(f->medium, "cpc");
	assert_string_equal(f->campaign, "spring");
	assert_int_equal(strlen(f->keyword), sizeof(f->keyword) - 1); /* cut */
	assert_string_equal(f->landing, "/offers/a");
	assert_string_equal(f->referrer, "www.google.com");
	assert_string_equal(f->click, "gclid");
}

static void test_visit(void **state)
{
	const struct visit_id visit = a_visit();
	struct flow_facts f = { .known_caller = true };

	(void)state;
	ok(db_facts_visit(store, ours(), visit, &f));
	check_visit(&f, visit);
	assert_true(f.known_caller); /* not its part */
	assert_int_equal(db_facts_visit(store, theirs(), visit, &f),
	    ERR_NOTFOUND);
}

static void test_tracker(void **state)
{
	struct flow_facts f = { .known_caller = true };

	(void)state;
	ok(db_facts_tracker(store, ours(), t->company[0].tracked, &f));
	assert_string_equal(f.source, "billboard");
	assert_string_equal(f.medium, "offline");
	assert_int_equal(db_facts_tracker(store, theirs(),
			     t->company[0].tracked, &f),
	    ERR_NOTFOUND);
	assert_int_equal(db_facts_tracker(store, ours(), t->company[0].number,
			     &f),
	    ERR_NOTFOUND);
}

/* All of it, as the engine gets it. */
static void test_lookup(void **state)
{
	const struct visit_id visit = a_visit();
	struct lookup in = { .call = new_call(NOW + RT_SEC_US),
		.company = ours(),
		.number = t->company[0].pooled[0],
		.at_us = NOW + 30 * RT_SEC_US,
		.caller = SLICE(CALLER) };
	struct caller_list_entry e = { .e164 = CALLER, .added_us = NOW };
	struct flow_facts f;

	(void)state;
	lease(visit);
	ok(db_caller_list_add(t->db, ours(), SLICE("vip"), SLICE(""), NOW));
	ok(db_caller_list_put(t->db, ours(), SLICE("vip"), &e));
	ok(lookup_facts(store, &in, &f));
	check_visit(&f, visit);
	assert_string_equal(f.lists, "vip");
	/* A number of one source, and nobody's visit. */
	in.number = t->company[0].tracked;
	ok(lookup_facts(store, &in, &f));
	assert_string_equal(f.source, "billboard");
	assert_true(id_is_nil(f.visit.v));
	/* A withheld number has no history. */
	in.caller = SLICE("");
	ok(lookup_facts(store, &in, &f));
	assert_string_equal(f.lists, "");
	/* Another company's call there finds nothing. */
	in.company = theirs();
	in.caller = SLICE(CALLER);
	ok(lookup_facts(store, &in, &f));
	assert_string_equal(f.source, "");
	assert_string_equal(f.lists, "");
}

/* Of two visits that saw the number alike the one that is where the caller's
 * number is from, as when the call ends, and from where the company credits. */
static void test_lookup_rule(void **state)
{
	const int64_t at_us = NOW + 40 * RT_DAY_US;
	struct lookup in = { .call = new_call(at_us + RT_MIN_US),
		.company = ours(),
		.number = t->company[0].pooled[0],
		.at_us = at_us + RT_MIN_US,
		.caller = SLICE("+14155550142") };
	struct flow_facts f;

	(void)state;
	(void)testdb_attrib_visit(t, dni, "west", at_us);
	(void)testdb_attrib_visit(t, dni, "east", at_us);
	testdb_exec(t,
	    "UPDATE visit SET browser_zone = IF(source = 'west',"
	    " 'America/Los_Angeles', 'America/New_York')");
	ok(lookup_facts(store, &in, &f));
	assert_string_equal(f.source, "west");
	testdb_exec(t, "UPDATE company SET credit_min_bp = 9900");
	ok(lookup_facts(store, &in, &f));
	assert_string_equal(f.source, "");
	testdb_exec(t, "UPDATE company SET credit_min_bp = 6000");
}

/* --- lists -----------------------------------------------------------------*/

static void test_list_names(void **state)
{
	static const struct {
		const char *name;
		bool good;
	} names[] = {
		{ "vip", true },
		{ "do-not_call2", true },
		{ "", false },
		{ "VIP", false },
		{ "a,b", false },
		{ "a b", false },
		{ "gr\xc3\xbcn", false },
		{ "12345678901234567890123456789012", true },
		{ "123456789012345678901234567890123", false },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(names); i++) {
		const enum err e = db_caller_list_add(t->db, ours(),
		    slice_from(names[i].name), SLICE("n"), NOW);

		if ((e == ERR_OK) != names[i].good)
			fail_msg("%s: %s", names[i].name, err_name(e));
	}
	assert_int_equal(db_caller_list_add(t->db, ours(), SLICE("vip"),
			     SLICE(""), NOW),
	    ERR_CONFLICT);
	ok(db_caller_list_add(t->db, theirs(), SLICE("vip"), SLICE(""), NOW));
}

static void put(const char *list, const char *e164, const char *note)
{
	struct caller_list_entry e = { .added_us = NOW,
		.by = t->company[0].user };

	(void)snprintf(e.e164, sizeof(e.e164), "%s", e164);
	(void)snprintf(e.note, sizeof(e.note), "%s", note);
	ok(db_caller_list_put(t->db, ours(), slice_from(list), &e));
}

static void test_lists(void **state)
{
	struct caller_list_entry *entries;
	struct caller_list_row *lists;
	char text[12];
	struct buf b;
	size_t n = 0;

	(void)state;
	ok(db_caller_list_add(t->db, ours(), SLICE("vip"), SLICE("ours"), NOW));
	ok(db_caller_list_add(t->db, ours(), SLICE("blocked"), SLICE(""), NOW));
	ok(db_caller_list_add(t->db, theirs(), SLICE("vip"), SLICE(""), NOW));
	put("vip", CALLER, "<b>'; --");
	put("vip", "+442071234567", "");
	put("vip", CALLER, "again");
	put("blocked", CALLER, "");
	ok(db_caller_list_all(t->db, ours(), &mem, &lists, &n));
	assert_int_equal(n, 2);
	assert_string_equal(lists[0].name, "blocked");
	assert_string_equal(lists[1].name, "vip");
	assert_string_equal(lists[1].note, "ours");
	assert_int_equal(lists[1].entries, 2);
	ok(db_caller_list_entries(t->db, ours(), SLICE("vip"), SLICE(""), 1,
	    &mem, &entries, &n));
	assert_int_equal(n, 1);
	assert_string_equal(entries[0].e164, CALLER);
	assert_string_equal(entries[0].note, "again");
	assert_true(id_eq(entries[0].by.v, t->company[0].user.v));
	ok(db_caller_list_entries(t->db, ours(), SLICE("vip"), SLICE(CALLER),
	    9999, &mem, &entries, &n));
	assert_int_equal(n, 1);
	assert_string_equal(entries[0].e164, "+442071234567");
	ok(db_caller_list_entries(t->db, theirs(), SLICE("vip"), SLICE(""), 10,
	    &mem, &entries, &n));
	assert_int_equal(n, 0);

	buf_over(&b, text, 11);
	ok(db_caller_list_of(store, ours(), SLICE(CALLER), &b));
	assert_true(slice_eq(buf_slice(&b), SLICE("blocked,vip")));
	buf_over(&b, text, 10); /* "vip" does not fit any more */
	ok(db_caller_list_of(store, ours(), SLICE(CALLER), &b));
	assert_true(slice_eq(buf_slice(&b), SLICE("blocked")));
	buf_over(&b, text, 11);
	ok(db_caller_list_of(store, theirs(), SLICE(CALLER), &b));
	assert_int_equal(b.n, 0);
}

static void test_list_ends(void **state)
{
	struct caller_list_entry e = { .e164 = CALLER, .added_us = NOW };
	struct buf b;
	char text[40];

	(void)state;
	ok(db_caller_list_add(t->db, ours(), SLICE("vip"), SLICE(""), NOW));
	ok(db_caller_list_add(t->db, ours(), SLICE("staff"), SLICE(""), NOW));
	put("vip", CALLER, "");
	put("staff", CALLER, "");
	assert_int_equal(db_caller_list_put(t->db, theirs(), SLICE("vip"), &e),
	    ERR_NOTFOUND);
	assert_int_equal(db_caller_list_put(t->db, ours(), SLICE("none"), &e),
	    ERR_NOTFOUND);
	assert_int_equal(db_caller_list_take(t->db, theirs(), SLICE("vip"),
			     SLICE(CALLER)),
	    ERR_NOTFOUND);
	assert_int_equal(db_caller_list_remove(t->db, theirs(), SLICE("vip")),
	    ERR_NOTFOUND);
	ok(db_caller_list_take(t->db, ours(), SLICE("staff"), SLICE(CALLER)));
	assert_int_equal(db_caller_list_take(t->db, ours(), SLICE("staff"),
			     SLICE(CALLER)),
	    ERR_NOTFOUND);
	ok(db_caller_list_remove(t->db, ours(), SLICE("vip")));
	buf_over(&b, text, sizeof(text));
	ok(db_caller_list_of(store, ours(), SLICE(CALLER), &b));
	assert_int_equal(b.n, 0);
	/* Made anew, it is empty. */
	ok(db_caller_list_add(t->db, ours(), SLICE("vip"), SLICE(""), NOW));
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM caller_list_entry"),
	    0);
}

static void test_too_many_lists(void **state)
{
	(void)state;
	for (int i = 0; i < DB_CALLER_LISTS_MAX; i++) {
		char name[24];

		(void)snprintf(name, sizeof(name), "list-%d", i);
		ok(db_caller_list_add(t->db, ours(), slice_from(name),
		    SLICE(""), NOW));
	}
	assert_int_equal(db_caller_list_add(t->db, ours(), SLICE("more"),
			     SLICE(""), NOW),
	    ERR_TOOBIG);
	ok(db_caller_list_add(t->db, theirs(), SLICE("more"), SLICE(""), NOW));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_first_call, empty),
		cmocka_unit_test_setup(test_history, empty),
		cmocka_unit_test_setup(test_marks, empty),
		cmocka_unit_test_setup(test_visit, empty),
		cmocka_unit_test_setup(test_tracker, empty),
		cmocka_unit_test_setup(test_lookup, empty),
		cmocka_unit_test_setup(test_lookup_rule, empty),
		cmocka_unit_test_setup(test_list_names, empty),
		cmocka_unit_test_setup(test_lists, empty),
		cmocka_unit_test_setup(test_list_ends, empty),
		cmocka_unit_test_setup(test_too_many_lists, empty),
	};
	int rc;

	t = testdb_start();
	store = testdb_connect(t, "store");
	dni = testdb_connect(t, "dni");
	arena_init(&mem, (size_t)1 << 20);
	rc = cmocka_run_group_tests_name("db_facts", tests, NULL, NULL);
	arena_fini(&mem);
	db_close(dni);
	db_close(store);
	testdb_stop(t);
	return rc;
}
