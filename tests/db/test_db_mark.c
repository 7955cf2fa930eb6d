/* Tests of lib/db/db_mark: marks, those that change nothing, and many who mark
 * the same calls at the same moment, as they end and as rules run again. */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/base/rnd.h"
#include "lib/db/db_call.h"
#include "lib/db/db_company.h"
#include "lib/db/db_mark.h"
#include "lib/db/db_policy.h"
#include "lib/db/db_recording.h"
#include "lib/db/db_stat.h"
#include "lib/db/db_verdict.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"
#include "tests/support/testdb_call.h"

static struct testdb *t;
static struct db *store;

#define ok(call)   FAIL_STMT_OK(call)
#define once(call) assert_int_equal((call), ERR_OK) /* in a transaction */

#define CALLER "+12125550199"

static int64_t count(const char *sql)
{
	return testdb_count(t, sql);
}

static int empty(void **state)
{
	(void)state;
	testdb_call_empty(t);
	return 0;
}

static struct tag_id make_tag(const char *name)
{
	struct tag_row row = { .name = "" };

	(void)snprintf(row.name, sizeof(row.name), "%s", name);
	testdb_id(TESTDB_NOW_US, row.id.v);
	once(db_mark_tag_add(t->db, t->company[0].id, &row, TESTDB_NOW_US));
	return row.id;
}

static void test_marks(void **state)
{
	const struct testdb_company *c = &t->company[0];
	const struct interaction_id id = testdb_call_itn(
	    testdb_call_drain(t, store, 0, c->number, CALLER, NULL, RT_SEC_US));
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
	assert_int_equal(testdb_call_wrong(t, 0), 0);
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
	assert_int_equal(count("SELECT COUNT(*) FROM call_fact_tag"
			       " WHERE outcome = 'sold' AND is_sale = 1"),
	    1);
	ok(db_mark_outcome(t->db, c->id, id, SLICE("lead"), MARK_BY_PERSON,
	    c->user, TESTDB_NOW_US));
	assert_int_equal(count("SELECT COUNT(*) FROM call_fact_tag"
			       " WHERE outcome = 'lead' AND is_sale = 0"),
	    1);
	assert_int_equal(testdb_call_wrong(t, 0), 0);
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
	assert_int_equal(count("SELECT COUNT(*) FROM call_fact_tag"), 1);
	ok(db_mark_untag(t->db, c->id, id, tag.id));
	assert_int_equal(count("SELECT COUNT(*) FROM call_fact_tag"), 0);
	assert_int_equal(testdb_call_wrong(t, 0), 0);
	arena_fini(&mem);
}

/* --- what stands there already ---------------------------------------------*/

/* A change moves what is looked at here, and what is none does not. */
static void moves(bool yes, const char *what)
{
	static int64_t before;
	const int64_t now = count(
	    "SELECT CAST(UNIX_TIMESTAMP(MAX(updated_at)) * 1000000"
	    " AS SIGNED) + (SELECT COUNT(*) * 1000 + SUM(LENGTH(detail))"
	    " FROM webhook_delivery) FROM phone_call");

	if (before != 0 && (now != before) != yes)
		fail_msg("%s: %s", what,
		    yes ? "nobody was told" : "told of no change");
	before = now;
	/* What waits would take the next change up. */
	testdb_exec(t, "UPDATE webhook_delivery SET state = 'done'");
}

static void test_nothing_new(void **state)
{
	const struct testdb_company *c = &t->company[0];
	const struct company_id co = c->id;
	const struct call_id call =
	    testdb_call_drain(t, store, 0, c->number, CALLER, NULL, RT_SEC_US);
	const struct interaction_id id = testdb_call_itn(call);
	const struct user_id nobody = { { 0 } };
	const struct tag_id tag = make_tag("new");
	struct verdict_own own = { .set = false, .user = c->user };

	(void)state;
	testdb_exec(t,
	    "INSERT INTO webhook (company_id, id, name, url, secret_sealed,"
	    " events, created_at) SELECT id, id, 'all', '', '', 65535, NOW(6)"
	    " FROM company");
	testdb_exec(t,
	    "INSERT INTO webhook_delivery (company_id, webhook_id, event_id,"
	    " kind, object_id, state, due_at, happened_at) SELECT id, id, id,"
	    " 'test', id, 'done', NOW(6), NOW(6) FROM company");
	moves(true, "begin");
#define MARK(yes, what, call)     \
	do {                      \
		ok(call);         \
		moves(yes, what); \
	} while (0)
#define OUTCOME(code, by, user)                                         \
	db_mark_outcome(t->db, co, id, SLICE(code), MARK_BY_##by, user, \
	    TESTDB_NOW_US)
	MARK(false, "none where none is", OUTCOME("", PERSON, c->user));
	MARK(true, "a rule's", OUTCOME("lead", RULE, nobody));
	MARK(false, "a rule's again", OUTCOME("lead", RULE, nobody));
	MARK(true, "a person's", OUTCOME("lead", PERSON, c->user));
	MARK(false, "another person's",
	    OUTCOME("lead", PERSON, t->company[1].user));
	testdb_exec(t, "UPDATE outcome SET archived_at = NOW(6)");
	MARK(false, "archived meanwhile", OUTCOME("lead", PERSON, c->user));
	testdb_exec(t, "UPDATE outcome SET archived_at = NULL");
	MARK(true, "taken away", OUTCOME("", PERSON, c->user));
	MARK(false, "no value", db_mark_value(t->db, co, id, false, 5));
	MARK(true, "a value", db_mark_value(t->db, co, id, true, 0));
	MARK(false, "that value", db_mark_value(t->db, co, id, true, 0));
	MARK(true, "more", db_mark_value(t->db, co, id, true, 1));
	MARK(true, "value gone", db_mark_value(t->db, co, id, false, 0));
	MARK(false, "no note", db_mark_note(t->db, co, id, SLICE("")));
	MARK(true, "note", db_mark_note(t->db, co, id, SLICE("M\xc3\xbcll")));
	MARK(false, "same", db_mark_note(t->db, co, id, SLICE("M\xc3\xbcll")));
	MARK(true, "case", db_mark_note(t->db, co, id, SLICE("m\xc3\xbcll")));
	MARK(true, "accent", db_mark_note(t->db, co, id, SLICE("mull")));
	MARK(true, "blank", db_mark_note(t->db, co, id, SLICE("mull ")));
	MARK(true, "note gone", db_mark_note(t->db, co, id, SLICE("")));
	MARK(true, "tag",
	    db_mark_tag(t->db, co, id, tag, c->user, TESTDB_NOW_US));
	MARK(false, "tag again",
	    db_mark_tag(t->db, co, id, tag, c->user, TESTDB_NOW_US));
	MARK(false, "by its name",
	    db_mark_tag_named(t->db, co, id, SLICE("NEW"), TESTDB_NOW_US));
	MARK(true, "untag", db_mark_untag(t->db, co, id, tag));
	assert_int_equal(db_mark_untag(t->db, co, id, tag), ERR_NOTFOUND);
	moves(false, "untag again");
	MARK(false, "the rule's word",
	    db_verdict_overrule(t->db, co, call, &own, TESTDB_NOW_US));
	own.set = true;
	own.class = VERDICT_LEAD;
	MARK(true, "own word",
	    db_verdict_overrule(t->db, co, call, &own, TESTDB_NOW_US));
	MARK(false, "that word",
	    db_verdict_overrule(t->db, co, call, &own, TESTDB_NOW_US));
	own.qualified = true;
	MARK(true, "other word",
	    db_verdict_overrule(t->db, co, call, &own, TESTDB_NOW_US));
	own.set = false;
	MARK(true, "word taken back",
	    db_verdict_overrule(t->db, co, call, &own, TESTDB_NOW_US));
	assert_int_equal(testdb_call_wrong(t, 0), 0);
	testdb_exec(t, "DELETE FROM webhook_delivery");
	testdb_exec(t, "DELETE FROM webhook");
	testdb_exec(t, "DELETE FROM tag");
}

/* --- tagged at its end -----------------------------------------------------*/

struct tagging {
	struct db *db;
	struct interaction_id id;
	struct tag_id tag;
	enum err e;
};

static void *tag_it(void *ctx)
{
	struct tagging *g = ctx;

	g->e = db_mark_tag(g->db, t->company[0].id, g->id, g->tag,
	    t->company[0].user, TESTDB_NOW_US);
	return NULL;
}

/* Whichever of the two comes first, the call has its tag's row. */
static void test_tagged_at_its_end(void **state)
{
	const struct testdb_company *c = &t->company[0];
	const struct call_id id = testdb_call_id();
	const struct callrec o =
	    testdb_call_opened(t, 0, id, c->number, CALLER, TESTDB_NOW_US);
	const struct callrec end =
	    testdb_call_closed(t, 0, id, 1, CALLRESULT_ANSWERED, RT_SEC_US);
	struct tagging g = { .db = testdb_connect(t, "dashboard"),
		.id = testdb_call_itn(id),
		.e = ERR_INTERNAL };
	struct tag_row row = { .name = "late" };
	pthread_t thread;

	(void)state;
	testdb_id(TESTDB_NOW_US, row.id.v);
	g.tag = row.id;
	once(db_mark_tag_add(t->db, c->id, &row, TESTDB_NOW_US));
	once(db_call_opened(store, c->id, &o, &testdb_call_place));
	once(db_begin(store));
	once(db_call_closed(store, c->id, &end, NULL, TESTDB_NOW_US));
	assert_int_equal(pthread_create(&thread, NULL, tag_it, &g), 0);
	/* Not innodb_trx: who asks again within 100 ms is told the same. */
	while (
	    count(
		"SELECT variable_value FROM information_schema.global_status"
		" WHERE variable_name = 'INNODB_ROW_LOCK_CURRENT_WAITS'") == 0)
		sched_yield();
	once(db_commit(store));
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(g.e, ERR_OK);
	assert_int_equal(count("SELECT COUNT(*) FROM call_fact_tag"), 1);
	assert_int_equal(testdb_call_wrong(t, 0), 0);
	db_close(g.db);
}

/* --- many at once ----------------------------------------------------------*/

enum {
	HANDS = 8,
	CALLS = 6,
	ROUNDS = 6,
	CHANGES = 5 /* of each hand in a round */
};

struct crowd {
	struct call_id calls[CALLS];
	size_t n_calls;
	struct tag_id tags[2];
	struct recording_id recording; /* of calls[0] */
	pthread_barrier_t begin;
	bool again; /* with db_tries() */
};

struct hand {
	struct crowd *crowd;
	struct db *db;
	int what;
	struct rnd_dice dice;
	struct call_id id; /* the one it has in hand */
	enum err e;        /* what went wrong */
	int failed;
};

static enum err close_it(struct hand *h)
{
	const struct callrec end = testdb_call_closed(t, 0, h->id, 1,
	    CALLRESULT_ANSWERED, 70 * RT_SEC_US);

	return db_call_closed(h->db, t->company[0].id, &end, NULL,
	    TESTDB_NOW_US);
}

static enum err recording(struct hand *h)
{
	struct recording_row row = { .call = h->crowd->calls[0],
		.id = h->crowd->recording,
		.duration_ms = 1000,
		.rate_hz = 8000,
		.started_us = TESTDB_NOW_US };
	enum err e;

	if (rnd_below(&h->dice, 2) == 0)
		return db_policy_erased(h->db, t->company[0].id, row.id,
		    TESTDB_NOW_US);
	e = db_recording_ready(h->db, t->company[0].id, &row, TESTDB_NOW_US);
	return e;
}

static enum err again(struct hand *h)
{
	const struct call_credit credit = { .by = CALL_CREDIT_SOURCE,
		.source = rnd_below(&h->dice, 2) == 0 ? SLICE("a") : SLICE("b"),
		.medium = SLICE("cpc") };
	struct hook_turn turn = { .from_us = TESTDB_NOW_US,
		.now_us = TESTDB_NOW_US };
	struct call_id after = { { 0 } };
	size_t n;

	return rnd_below(&h->dice, 2) == 0
		   ? db_call_credit(h->db, t->company[0].id, h->id, &credit)
		   : db_verdict_rerun(h->db, t->company[0].id, TESTDB_NOW_US,
			 TESTDB_NOW_US + RT_DAY_US, &after, 1, &turn, &n);
}

/* One of what this hand does. */
static enum err act(void *ctx)
{
	static const char *const codes[] = { "", "lead", "sold", "spam" };
	struct hand *h = ctx;
	const struct testdb_company *c = &t->company[0];
	const struct interaction_id id = testdb_call_itn(h->id);
	const struct tag_id tag = h->crowd->tags[rnd_below(&h->dice, 2)];
	const struct verdict_own own = { .set = rnd_below(&h->dice, 3) > 0,
		.qualified = rnd_below(&h->dice, 2) == 0,
		.class = VERDICT_LEAD,
		.user = c->user };

	switch (h->what) {
	case 0:
		return db_mark_tag(h->db, c->id, id, tag, c->user,
		    TESTDB_NOW_US);
	case 1:
		return db_mark_untag(h->db, c->id, id, tag);
	case 2:
	case 3:
		return db_mark_outcome(h->db, c->id, id,
		    slice_from(codes[rnd_below(&h->dice, 4)]), MARK_BY_PERSON,
		    c->user, TESTDB_NOW_US);
	case 4:
		return rnd_below(&h->dice, 2) == 0
			   ? db_mark_value(h->db, c->id, id, true,
				 (int64_t)rnd_below(&h->dice, 9))
			   : db_mark_note(h->db, c->id, id,
				 slice_from(codes[rnd_below(&h->dice, 4)]));
	case 5:
		return db_verdict_overrule(h->db, c->id, h->id, &own,
		    TESTDB_NOW_US);
	case 6:
		return close_it(h);
	default:
		return rnd_below(&h->dice, 3) == 0 ? recording(h) : again(h);
	}
}

/* No such tag on it; not closed yet. */
static bool is_fine(enum err e)
{
	return e == ERR_OK || e == ERR_NOTFOUND || e == ERR_CONFLICT;
}

static void *work(void *ctx)
{
	struct hand *h = ctx;

	(void)pthread_barrier_wait(&h->crowd->begin);
	for (int i = 0; i < CHANGES; i++) {
		enum err e;

		h->id = h->crowd->calls[rnd_below(&h->dice, h->crowd->n_calls)];
		e = h->crowd->again ? db_tries(h->db, act, h) : act(h);
		if (!is_fine(e)) {
			h->e = e;
			h->failed++;
		}
	}
	return NULL;
}

static void open_calls(struct crowd *c, int round)
{
	const struct testdb_company *co = &t->company[0];
	struct callrec end;

	for (size_t i = 0; i < c->n_calls; i++) {
		const struct number_id numbers[] = { co->number, co->tracked,
			co->pooled[0], co->pooled[1] };
		const struct call_id id = c->calls[i] = testdb_call_id();
		const struct callrec o =
		    testdb_call_opened(t, 0, id, numbers[i % 4], CALLER,
			TESTDB_NOW_US + (int64_t)i * 5 * RT_HOUR_US);

		once(db_call_opened(store, co->id, &o, &testdb_call_place));
		/* The first is still going on in every other round. */
		if (i == 0 && round % 2 == 0)
			continue;
		end = testdb_call_closed(t, 0, id, 1, CALLRESULT_ANSWERED,
		    70 * RT_SEC_US);
		once(db_call_closed(store, co->id, &end, NULL, TESTDB_NOW_US));
	}
}

static void add_recording(struct crowd *c)
{
	struct recording_row row = { .call = c->calls[0],
		.state = "pending",
		.started_us = TESTDB_NOW_US };

	testdb_id(TESTDB_NOW_US, row.id.v);
	c->recording = row.id;
	(void)snprintf(row.path, sizeof(row.path), "%02x%02x", row.id.v[14],
	    row.id.v[15]);
	once(db_recording_add(store, t->company[0].id, &row, TESTDB_NOW_US));
}

static void let_go(struct hand hands[HANDS])
{
	pthread_t threads[HANDS];

	for (int i = 0; i < HANDS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, work,
				     &hands[i]),
		    0);
	for (int i = 0; i < HANDS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	for (int i = 0; i < HANDS; i++)
		if (hands[i].failed > 0)
			fail_msg("hand %d: %d times, last %s", i,
			    hands[i].failed, err_name(hands[i].e));
	assert_int_equal(testdb_call_wrong(t, 0), 0);
}

/* All that is done to calls, by as many hands: nobody is sent away, and the
 * sums are those of the calls. Of one call nobody is even sent back. */
static void at_once(size_t n_calls)
{
	static const char *const who[HANDS] = { "dashboard", "api", "api",
		"dashboard", "dashboard", "api", "store", NULL };
	struct crowd c = { .n_calls = n_calls, .again = n_calls > 1 };
	struct hand hands[HANDS];

	c.tags[0] = make_tag("one");
	c.tags[1] = make_tag("two");
	assert_int_equal(pthread_barrier_init(&c.begin, NULL, HANDS), 0);
	for (int i = 0; i < HANDS; i++) {
		hands[i] = (struct hand){ .crowd = &c,
			.what = i,
			.db = testdb_connect(t, who[i]) };
		rnd_seed(&hands[i].dice, 20261130 + (uint64_t)i);
	}
	for (int round = 0; round < ROUNDS; round++) {
		open_calls(&c, round);
		add_recording(&c);
		let_go(hands);
	}
	if (n_calls == 1)
		assert_int_equal(count("SELECT COUNT(*) FROM phone_call"
				       " WHERE state <> 'closed'"),
		    0);
	for (int i = 0; i < HANDS; i++)
		db_close(hands[i].db);
	(void)pthread_barrier_destroy(&c.begin);
	testdb_exec(t, "DELETE FROM tag");
}

static void test_at_once(void **state)
{
	(void)state;
	at_once(1);
}

static void test_at_once_many(void **state)
{
	(void)state;
	at_once(CALLS);
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
		cmocka_unit_test_setup(test_marks, empty),
		cmocka_unit_test_setup(test_nothing_new, empty),
		cmocka_unit_test_setup(test_tagged_at_its_end, empty),
		cmocka_unit_test_setup(test_at_once, empty),
		cmocka_unit_test_setup(test_at_once_many, empty),
	};

	return cmocka_run_group_tests_name("db_mark", tests, start, stop);
}
