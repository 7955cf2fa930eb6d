/* Tests of lib/db/db_stat and db_usage: roll-ups and usage that equal the calls
 * whatever was done to them. */
#include <stdio.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/base/rnd.h"
#include "lib/db/db_call.h"
#include "lib/db/db_job.h"
#include "lib/db/db_mark.h"
#include "lib/db/db_stat.h"
#include "lib/db/db_usage.h"
#include "lib/db/db_verdict.h"
#include "lib/db/migrate.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"
#include "tests/support/testdb_call.h"

static struct testdb *t;
static struct db *store;

#define ok(call)   FAIL_STMT_OK(call)
#define once(call) assert_int_equal((call), ERR_OK) /* in a transaction */

#define CALLER "+12125550199"

static uint64_t all_wrong(void)
{
	return testdb_call_wrong(t, 0) + testdb_call_wrong(t, 1);
}

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

/* A call that goes takes itself out of the sums first. */
static void drop_call(struct company_id company, struct call_id id)
{
	static const char sql[] =
	    "DELETE c, i, x FROM phone_call c JOIN interaction i"
	    " ON i.company_id = c.company_id AND i.id = c.id"
	    " LEFT JOIN interaction_tag x ON x.company_id = i.company_id"
	    " AND x.interaction_id = i.id"
	    " WHERE c.company_id = ? AND c.id = ?";
	struct stmt *st;

	once(db_begin(t->db));
	once(db_stat_take(t->db, company, id));
	st = stmt_begin(t->db, sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	once(stmt_exec(st, NULL));
	once(db_commit(t->db));
}

/* Done, or the call was deleted before. */
static void there(enum err e)
{
	assert_true(e == ERR_OK || e == ERR_NOTFOUND);
}

/* Sums of what nobody sums are seen, and taken away, of each company for
 * itself. Leaves those of the second. */
static void strangers_are_seen(void)
{
	testdb_exec(t,
	    "INSERT INTO call_rollup (company_id, dimension, bucket_at, value,"
	    " calls) SELECT company_id, 'weather/1', MIN(bucket_at), 'rain', 1"
	    " FROM call_rollup GROUP BY company_id");
	assert_int_equal(testdb_call_wrong(t, 0), 1);
	assert_int_equal(testdb_call_wrong(t, 1), 1);
	ok(db_stat_rebuild(t->db, t->company[0].id, TESTDB_NOW_US - RT_DAY_US,
	    TESTDB_NOW_US + 10 * RT_DAY_US));
	assert_int_equal(testdb_call_wrong(t, 0), 0);
	assert_int_equal(testdb_call_wrong(t, 1), 1);
}

/* The same two of either company. */
static void make_tags(struct tag_id tags[2])
{
	for (int i = 0; i < 2; i++) {
		struct tag_row row = { .name = "" };

		memset(row.id.v, 'a' + i, sizeof(row.id.v));
		(void)snprintf(row.name, sizeof(row.name), "tag %d", i);
		tags[i] = row.id;
		for (int who = 0; who < 2; who++)
			once(db_mark_tag_add(t->db, t->company[who].id, &row,
			    TESTDB_NOW_US));
	}
}

/* A tag's row that is missing, different or too many is seen, and mended. */
static void tagged_are_proven(void)
{
	static const char *const sql[] = {
		"DELETE FROM call_fact_tag LIMIT 1",
		"UPDATE call_fact_tag SET talk_ms = talk_ms + 1 LIMIT 1",
		"UPDATE call_fact_tag SET tag_id = REPEAT('z', 16) LIMIT 1",
	};

	for (size_t i = 0; i < RT_ARRAY_LEN(sql); i++) {
		testdb_exec(t, sql[i]);
		assert_true(all_wrong() > 0);
		for (int who = 0; who < 2; who++)
			once(db_stat_rebuild(t->db, t->company[who].id,
			    TESTDB_NOW_US - RT_DAY_US,
			    TESTDB_NOW_US + 10 * RT_DAY_US));
		assert_int_equal(all_wrong(), 0);
	}
}

/* Calls that were tagged before the table was there have their rows by it, also
 * when its file was cut off. */
static void upgrade(void)
{
	static const char *const before[] = { "DROP TABLE call_fact_tag",
		"DELETE FROM call_fact_tag LIMIT 3",
		"UPDATE call_fact_tag SET talk_ms = talk_ms" };
	const int64_t rows = count("SELECT COUNT(*) FROM call_fact_tag");

	for (size_t i = 0; i < RT_ARRAY_LEN(before); i++) {
		testdb_exec(t, before[i]);
		testdb_exec(t,
		    "UPDATE schema_migration SET finished_at = NULL"
		    " WHERE number = 195");
		once(migrate_apply(t->db, "sql", TESTDB_NOW_US, NULL));
		assert_int_equal(count("SELECT COUNT(*) FROM call_fact_tag"),
		    rows);
	}
	assert_int_equal(all_wrong(), 0);
}

/* One of all there are, of a call that may be gone. */
static void change(struct rnd_dice *dice, const struct testdb_company *c,
    struct call_id id, const struct tag_id tags[2])
{
	static const char *const codes[] = { "", "lead", "sold", "spam" };
	const struct call_credit credit = { .by = CALL_CREDIT_SOURCE,
		.source = slice_from(codes[rnd_below(dice, 4)]),
		.medium = SLICE("cpc"),
		.campaign = slice_from(codes[rnd_below(dice, 4)]) };

	const struct verdict_own own = { .set = true,
		.qualified = rnd_below(dice, 2) == 0,
		.class = VERDICT_LEAD,
		.user = c->user };

	switch (rnd_below(dice, 8)) {
	case 5:
		there(db_mark_tag(t->db, c->id, testdb_call_itn(id), tags[0],
		    c->user, TESTDB_NOW_US));
		break;
	case 6:
		there(db_mark_tag(t->db, c->id, testdb_call_itn(id), tags[1],
		    c->user, TESTDB_NOW_US));
		break;
	case 7:
		there(db_mark_untag(t->db, c->id, testdb_call_itn(id),
		    tags[rnd_below(dice, 2)]));
		break;
	case 3:
		there(
		    db_verdict_overrule(t->db, c->id, id, &own, TESTDB_NOW_US));
		break;
	case 4:
		drop_call(c->id, id);
		break;
	case 0:
		there(db_mark_outcome(t->db, c->id, testdb_call_itn(id),
		    slice_from(codes[rnd_below(dice, 4)]), MARK_BY_PERSON,
		    c->user, TESTDB_NOW_US));
		break;
	case 1:
		there(db_mark_value(t->db, c->id, testdb_call_itn(id),
		    rnd_below(dice, 2) == 0, (int64_t)rnd_below(dice, 1000)));
		break;
	default:
		there(db_call_credit(t->db, c->id, id, &credit));
		break;
	}
}

/* The caller's leg and one of ours, each answered or not, that end at any
 * microsecond. */
static void add_legs(struct rnd_dice *dice, int who, struct call_id id)
{
	for (uint32_t i = 0; i < 2; i++) {
		const int64_t begun_us = (int64_t)(2 + 3 * i) * RT_SEC_US;
		const struct callrec leg =
		    testdb_call_leg(t, who, id, i + 1, (uint8_t)(1 - i),
			rnd_below(dice, 3) == 0 ? CALLREC_NEVER : begun_us,
			begun_us + (int64_t)rnd_below(dice, 300 * 1000 * 1000));

		once(db_call_leg(store, t->company[who].id, &leg));
	}
}

/* Days whose usage is not what the calls and their legs say, each begun second
 * of an answered leg whole; and calls that no day has. */
static int64_t usage_wrong(void)
{
	return count(
		   "SELECT COUNT(*) FROM usage_day u WHERE u.amount <>"
		   " (SELECT CASE u.kind WHEN 'calls' THEN COUNT(DISTINCT c.id)"
		   " WHEN 'inbound_s' THEN SUM(CASE WHEN l.seq = 0 THEN CEILING("
		   "TIMESTAMPDIFF(MICROSECOND, l.answered_at, l.ended_at) / 1000000)"
		   " ELSE 0 END) WHEN 'outbound_s' THEN SUM(CASE WHEN l.seq > 0 THEN"
		   " CEILING(TIMESTAMPDIFF(MICROSECOND, l.answered_at, l.ended_at)"
		   " / 1000000) ELSE 0 END) END FROM phone_call c LEFT JOIN call_leg"
		   " l ON l.company_id = c.company_id AND l.call_id = c.id"
		   " AND l.answered_at IS NOT NULL WHERE c.company_id = u.company_id"
		   " AND DATE(c.started_at) = DATE(u.day_at))"
		   " AND u.kind IN ('calls', 'inbound_s', 'outbound_s')") +
	       count(
		   "SELECT (SELECT COUNT(*) FROM phone_call) - SUM(amount)"
		   " FROM usage_day WHERE kind = 'calls'");
}

/* Random calls and changes: the roll-ups always equal the calls. */
static void test_rollups_hold(void **state)
{
	struct call_id ids[2][30];
	struct tag_id tags[2];
	struct rnd_dice dice;
	uint64_t n = 9;

	(void)state;
	make_tags(tags);
	rnd_seed(&dice, 20261120);
	for (size_t i = 0; i < RT_ARRAY_LEN(ids[0]); i++)
		for (int who = 0; who < 2; who++) {
			const struct testdb_company *c = &t->company[who];
			const struct number_id numbers[] = { c->number,
				c->tracked, c->pooled[0], c->pooled[1] };
			const struct call_id id = ids[who][i] =
			    testdb_call_id();
			const int64_t talk_us =
			    (int64_t)rnd_below(&dice, 2000) * RT_SEC_US;
			const struct callrec o = testdb_call_opened(t, who, id,
			    numbers[rnd_below(&dice, 4)], CALLER,
			    TESTDB_NOW_US +
				(int64_t)rnd_below(&dice, 3 * 86400) *
				    RT_SEC_US);
			const struct callrec end = testdb_call_closed(t, who,
			    id, 3,
			    (enum callresult)rnd_below(&dice, CALLRESULT_COUNT),
			    talk_us);

			ok(db_call_opened(store, c->id, &o,
			    &testdb_call_place));
			add_legs(&dice, who, id);
			ok(db_call_closed(store, c->id, &end, NULL,
			    TESTDB_NOW_US));
		}
	assert_int_equal(all_wrong(), 0);
	assert_int_equal(usage_wrong(), 0);
	assert_true(
	    count("SELECT MIN(s) FROM (SELECT COALESCE(SUM(amount), 0) AS s"
		  " FROM usage_day WHERE kind IN ('inbound_s', 'outbound_s')"
		  " GROUP BY company_id, kind) AS x") > 1000);
	for (int i = 0; i < 200; i++) {
		const int who = (int)rnd_below(&dice, 2);

		change(&dice, &t->company[who], ids[who][rnd_below(&dice, 30)],
		    tags);
	}
	assert_int_equal(all_wrong(), 0);
	assert_int_equal(count("SELECT COUNT(*) FROM call_fact_tag"),
	    count("SELECT COUNT(*) FROM interaction_tag"));
	assert_true(count("SELECT COUNT(*) FROM call_fact_tag") > 5);
	tagged_are_proven();
	upgrade();
	/* A change behind our back is seen, and rebuilt away. */
	testdb_exec(t,
	    "UPDATE call_rollup SET calls = calls + 1"
	    " WHERE dimension = 'total' LIMIT 1");
	testdb_exec(t, "UPDATE phone_call SET talk_ms = talk_ms + 1");
	assert_true(testdb_call_wrong(t, 0) > 0 && testdb_call_wrong(t, 1) > 0);
	for (int who = 0; who < 2; who++)
		ok(db_stat_rebuild(t->db, t->company[who].id,
		    TESTDB_NOW_US - RT_DAY_US, TESTDB_NOW_US + 10 * RT_DAY_US));
	assert_int_equal(all_wrong(), 0);
	strangers_are_seen();
	/* A rebuild of one touches nothing of the other. */
	testdb_exec(t, "DELETE FROM call_rollup");
	testdb_exec(t, "DELETE FROM call_fact");
	ok(db_stat_rebuild(t->db, t->company[0].id, TESTDB_NOW_US - RT_DAY_US,
	    TESTDB_NOW_US + 10 * RT_DAY_US));
	assert_int_equal(testdb_call_wrong(t, 0), 0);
	assert_true(testdb_call_wrong(t, 1) > 0);
	ok(db_stat_verify(t->db, t->company[1].id, 0, RT_DAY_US, &n));
	assert_int_equal(n, 0);
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
		cmocka_unit_test_setup(test_rollups_hold, empty),
	};

	return cmocka_run_group_tests_name("db_call_sums", tests, start, stop);
}
