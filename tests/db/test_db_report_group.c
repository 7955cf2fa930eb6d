/* Tests of lib/db/db_report_group, db_filter, db_spend, db_view and db_export:
 * random calls of two companies; what roll-ups say equals what the narrow rows
 * say, every filter lets through what a plain loop would, and the other
 * company's calls count nowhere. */
#include <stdio.h>
#include <string.h>

#include "lib/base/rnd.h"
#include "lib/db/db_agency.h"
#include "lib/db/db_export.h"
#include "lib/db/db_report_group.h"
#include "lib/db/db_spend.h"
#include "lib/db/db_stat.h"
#include "lib/db/db_view.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"
#include "tests/support/testdb_call.h"

#define CALLS 400
#define SPAN  (45 * RT_DAY_US) /* over pieces of all sizes */

static struct testdb *t;
static struct db *db; /* the dashboard's own account */
static struct arena mem;

#define ok(call) FAIL_STMT_OK(call)
/* Rows are seen as they come. */
#define once(call) assert_int_equal((call), ERR_OK)

static const char *const sources[] = { "google", "bing", "", "news" };
static const char *const results[] = { "answered", "missed", "voicemail",
	"abandoned" };

static const char *const places[] = { "Oakland, CA", "California",
	"Kochi, Kerala", "" };
static const char *const countries[] = { "US", "US", "IN", "" };

/* One made call, as the test remembers it. */
static struct made {
	size_t source;
	size_t result;
	uint32_t talk_ms;
	bool first;
	int64_t at_us;
} made[2][CALLS];

static void insert_call(int who, size_t i)
{
	static const char call_sql[] =
	    "INSERT INTO phone_call (company_id, id, state, result, number_id,"
	    " number_e164, caller_place, caller_country, started_at, talk_ms,"
	    " ring_ms, first_time)"
	    " VALUES (?, ?, 'closed', ?, ?, '+1', ?, ?, ?, ?, 2000, ?)";
	static const char itn_sql[] =
	    "INSERT INTO interaction (company_id, id, kind, happened_at,"
	    " source, medium, campaign, value_micros)"
	    " VALUES (?, ?, 'call', ?, ?, 'cpc', ?, NULLIF(?, 0))";
	const struct made *m = &made[who][i];
	uint8_t id[ID_BYTES];
	struct stmt *st;

	testdb_id(m->at_us, id);
	st = stmt_begin(t->db, call_sql);
	stmt_in_id(st, t->company[who].id.v);
	stmt_in_id(st, id);
	stmt_in_text(st, slice_from(results[m->result]));
	stmt_in_id(st, t->company[who].number.v);
	stmt_in_text(st, slice_from(places[i % 4]));
	stmt_in_text(st, slice_from(countries[i % 4]));
	stmt_in_time_us(st, m->at_us);
	stmt_in_u64(st, m->talk_ms);
	stmt_in_bool(st, m->first);
	ok(stmt_exec_one(st));
	st = stmt_begin(t->db, itn_sql);
	stmt_in_id(st, t->company[who].id.v);
	stmt_in_id(st, id);
	stmt_in_time_us(st, m->at_us);
	stmt_in_text(st, slice_from(sources[m->source]));
	stmt_in_text(st, slice_from(m->first ? "Spring" : "Fall"));
	stmt_in_u64(st, m->talk_ms); /* micro-units: any number does */
	ok(stmt_exec_one(st));
}

static int begin(void **state)
{
	struct rnd_dice dice;

	(void)state;
	t = testdb_start();
	db = testdb_connect(t, "dashboard");
	arena_init(&mem, (size_t)1 << 30);
	rnd_seed(&dice, 20261128);
	for (int who = 0; who < 2; who++)
		for (size_t i = 0; i < CALLS; i++) {
			made[who][i] = (struct made){
				.source = rnd_below(&dice, 4),
				.result = rnd_below(&dice, 4),
				.talk_ms =
				    (uint32_t)rnd_below(&dice, 150) * 1000,
				.first = rnd_below(&dice, 2) == 0,
				.at_us = TESTDB_NOW_US +
					 (int64_t)rnd_below(&dice, 45 * 86400) *
					     RT_SEC_US,
			};
			insert_call(who, i);
		}
	for (int who = 0; who < 2; who++)
		ok(db_stat_rebuild(t->db, t->company[who].id, TESTDB_NOW_US,
		    TESTDB_NOW_US + SPAN));
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

static struct db_report_ask everything(int by)
{
	return (struct db_report_ask){
		.filter = { .from_us = TESTDB_NOW_US,
		    .to_us = TESTDB_NOW_US + SPAN },
		.by = by,
	};
}

static size_t groups(int who, const struct db_report_ask *ask,
    struct db_report_group **rows)
{
	size_t n = 0;

	ok(db_report_group_list(db, t->company[who].id, ask,
	    DB_REPORT_GROUPS_MAX, &mem, rows, &n));
	return n;
}

/* The dimensions that both know. */
static const struct {
	int by;
	int split;
} both[] = {
	{ GROUP_NONE, GROUP_NONE },
	{ GROUP_TEXT + FILTER_SOURCE, GROUP_NONE },
	{ GROUP_TEXT + FILTER_SOURCE, GROUP_TEXT + FILTER_MEDIUM },
	{ GROUP_TEXT + FILTER_MEDIUM, GROUP_NONE },
	{ GROUP_TEXT + FILTER_CAMPAIGN, GROUP_NONE },
	{ GROUP_TEXT + FILTER_AD_GROUP, GROUP_NONE },
	{ GROUP_TEXT + FILTER_KEYWORD, GROUP_NONE },
	{ GROUP_TEXT + FILTER_LANDING, GROUP_NONE },
	{ GROUP_TEXT + FILTER_REFERRER, GROUP_NONE },
	{ GROUP_TEXT + FILTER_PLACE, GROUP_NONE },
	{ GROUP_TEXT + FILTER_COUNTRY, GROUP_NONE },
	{ GROUP_TEXT + FILTER_PLACE, GROUP_TEXT + FILTER_COUNTRY },
	{ GROUP_TEXT + FILTER_REGION, GROUP_NONE },
	{ GROUP_TEXT + FILTER_REGION, GROUP_TEXT + FILTER_COUNTRY },
	{ GROUP_ID + FILTER_NUMBER, GROUP_NONE },
	{ GROUP_ID + FILTER_POOL, GROUP_NONE },
	{ GROUP_ID + FILTER_DESTINATION, GROUP_NONE },
	{ GROUP_ID + FILTER_LOCATION, GROUP_NONE },
};

/* A range of what no roll-up knows, and all calls are in: they are read. */
static void read_calls(struct db_report_ask *ask)
{
	ask->filter.by_range[FILTER_RISK] = true;
	ask->filter.max[FILTER_RISK] = INT64_MAX;
}

/* The same rows from both, to the last unit. */
static void same_both_ways(int who, struct db_report_ask ask)
{
	struct db_report_group *a, *b;
	const size_t n = groups(who, &ask, &a);

	read_calls(&ask);
	assert_int_equal(groups(who, &ask, &b), n);
	for (size_t k = 0; k < n; k++) {
		assert_string_equal(a[k].value, b[k].value);
		assert_string_equal(a[k].value2, b[k].value2);
		assert_memory_equal(&a[k].sums, &b[k].sums, sizeof(a[k].sums));
	}
}

static void test_two_ways(void **state)
{
	(void)state;
	for (int who = 0; who < 2; who++)
		for (size_t i = 0; i < RT_ARRAY_LEN(both); i++) {
			struct db_report_ask ask = everything(both[i].by);

			ask.split = both[i].split;
			same_both_ways(who, ask);
		}
}

/* Days of any zone, of 23 and of 25 hours, begin at any quarter. */
static void test_any_period(void **state)
{
	const int64_t quarter_us = 15 * RT_MIN_US;
	const int64_t base_us = TESTDB_NOW_US / quarter_us * quarter_us;
	struct rnd_dice dice;

	(void)state;
	rnd_seed(&dice, 2345);
	for (int i = 0; i < 60; i++) {
		const int64_t from_us =
		    base_us + (int64_t)rnd_below(&dice, 96 * 40) * quarter_us;
		const size_t at = rnd_below(&dice, RT_ARRAY_LEN(both));
		struct db_report_ask ask = everything(both[at].by);

		ask.split = both[at].split;
		ask.filter.from_us = from_us;
		ask.filter.to_us =
		    from_us + (int64_t)rnd_below(&dice, 96 * 45) * quarter_us;
		same_both_ways(i % 2, ask);
		arena_reset(&mem);
	}
}

static int64_t counted(int who, const struct db_filter *f)
{
	struct db_report_ask ask = everything(GROUP_NONE);
	struct db_report_group *rows;

	ask.filter = *f;
	return groups(who, &ask, &rows) == 0 ? 0 : rows[0].sums.calls;
}

static int64_t looped(int who, bool (*fits)(const struct made *m))
{
	int64_t n = 0;

	for (size_t i = 0; i < CALLS; i++)
		n += fits(&made[who][i]) ? 1 : 0;
	return n;
}

static bool from_google(const struct made *m)
{
	return m->source == 0;
}

static bool from_nowhere(const struct made *m)
{
	return m->source == 2;
}

static bool unanswered(const struct made *m)
{
	return m->result == 1 || m->result == 3;
}

static bool long_talk(const struct made *m)
{
	return m->talk_ms >= 60000 && m->talk_ms <= 90000;
}

static bool valued(const struct made *m)
{
	return m->talk_ms > 0 && m->talk_ms <= 50000;
}

static bool repeat(const struct made *m)
{
	return !m->first;
}

static bool all_of_it(const struct made *m)
{
	return from_google(m) && unanswered(m) && long_talk(m) && repeat(m);
}

/* Beside each other, companies have the sums that each has alone; nobody sees
 * one that is not theirs. */
static void test_companies(void **state)
{
	const int64_t hour_us = 60 * RT_MIN_US;
	const int64_t base_us = TESTDB_NOW_US / hour_us * hour_us;
	const struct company_id of_both[] = { t->company[0].id,
		t->company[1].id };
	struct rnd_dice dice;

	(void)state;
	rnd_seed(&dice, 717);
	for (int i = 0; i < 40; i++) {
		struct db_report_ask ask = everything(GROUP_NONE);
		const int who = i % 2;
		struct db_agency_sums *all;
		struct db_report_group *alone;
		size_t n, n_alone;

		ask.filter.from_us =
		    base_us + (int64_t)rnd_below(&dice, 24 * 40) * hour_us;
		ask.filter.to_us = ask.filter.from_us +
				   (int64_t)rnd_below(&dice, 24 * 40) * hour_us;
		n_alone = groups(who, &ask, &alone);
		ok(db_agency_sums(db, t->company[who].user, of_both, 2,
		    ask.filter.from_us, ask.filter.to_us, &mem, &all, &n));
		assert_int_equal(n, n_alone);
		if (n == 0)
			continue;
		assert_true(id_eq(all->company.v, t->company[who].id.v));
		assert_int_equal(all->sums.calls, alone->sums.calls);
		assert_int_equal(all->sums.answered, alone->sums.answered);
		assert_int_equal(all->sums.missed, alone->sums.missed);
		assert_int_equal(all->sums.first_time, alone->sums.first_time);
		assert_int_equal(all->sums.talk_ms, alone->sums.talk_ms);
		assert_int_equal(all->sums.value_micros,
		    alone->sums.value_micros);
		/* One that was not asked for is left out. */
		ok(db_agency_sums(db, t->company[who].user, &of_both[1 - who],
		    1, ask.filter.from_us, ask.filter.to_us, &mem, &all, &n));
		assert_int_equal(n, 0);
	}
}

static void test_filters(void **state)
{
	const struct db_filter none = everything(GROUP_NONE).filter;

	(void)state;
	for (int who = 0; who < 2; who++) {
		struct db_filter f = none;

		f.by_text[FILTER_SOURCE] = true;
		f.text[FILTER_SOURCE] = SLICE("google");
		assert_int_equal(counted(who, &f), looped(who, from_google));
		f.text[FILTER_SOURCE] = SLICE("");
		assert_int_equal(counted(who, &f), looped(who, from_nowhere));
		f = none;
		f.result = SLICE("unanswered");
		assert_int_equal(counted(who, &f), looped(who, unanswered));
		f = none;
		f.by_range[FILTER_TALK_MS] = true;
		f.min[FILTER_TALK_MS] = 60000;
		f.max[FILTER_TALK_MS] = 90000;
		assert_int_equal(counted(who, &f), looped(who, long_talk));
		f = none;
		f.by_range[FILTER_VALUE] = true;
		f.min[FILTER_VALUE] = INT64_MIN;
		f.max[FILTER_VALUE] = 50000;
		assert_int_equal(counted(who, &f), looped(who, valued));
		f = none;
		f.want[FILTER_FIRST_TIME] = FILTER_NO;
		assert_int_equal(counted(who, &f), looped(who, repeat));
		f.result = SLICE("unanswered");
		f.by_text[FILTER_SOURCE] = true;
		f.text[FILTER_SOURCE] = SLICE("google");
		f.by_range[FILTER_TALK_MS] = true;
		f.min[FILTER_TALK_MS] = 60000;
		f.max[FILTER_TALK_MS] = 90000;
		assert_int_equal(counted(who, &f), looped(who, all_of_it));
		f = none;
		f.by_id[FILTER_NUMBER] = true;
		memcpy(f.id[FILTER_NUMBER], t->company[who].number.v, ID_BYTES);
		assert_int_equal(counted(who, &f), CALLS);
		assert_int_equal(counted(1 - who, &f), 0);
		f = none;
		f.by_tag = true;
		assert_int_equal(counted(who, &f), 0);
	}
}

/* Every pair of dimensions adds up to all calls. */
static void test_pairs(void **state)
{
	(void)state;
	for (int by = GROUP_TEXT; by < GROUP_COUNT; by++)
		for (int split = GROUP_NONE; split < GROUP_COUNT; split += 3) {
			struct db_report_ask ask = everything(by);
			struct db_report_group *rows;
			int64_t sum = 0;
			size_t n;

			ask.split = split;
			n = groups(0, &ask, &rows);
			for (size_t i = 0; i < n; i++)
				sum += rows[i].sums.calls;
			if (sum != CALLS)
				fail_msg("by %d split %d: %lld", by, split,
				    (long long)sum);
			arena_reset(&mem);
		}
}

/* --- export ----------------------------------------------------------------*/

struct seen {
	int64_t last_us;
	size_t n;
	struct db_report_company company;
};

/* Both tags on all calls that talked long, of either company its own. */
static void tag_long_calls(void)
{
	static const char *const sql[] = {
		"INSERT INTO tag (company_id, id, name, created_at)"
		" SELECT id, REPEAT('a', 16), 'long', created_at FROM company",
		"INSERT INTO tag (company_id, id, name, created_at)"
		" SELECT id, REPEAT('b', 16), '=very', created_at FROM company",
		"INSERT INTO interaction_tag (company_id, interaction_id,"
		" tag_id, added_at) SELECT c.company_id, c.id, t.id, t.created_at"
		" FROM phone_call c JOIN tag t ON t.company_id = c.company_id"
		" WHERE c.talk_ms > 100000",
	};

	for (size_t i = 0; i < RT_ARRAY_LEN(sql); i++) {
		struct stmt *st;

		st = stmt_begin(t->db, sql[i]);
		ok(stmt_exec(st, NULL));
	}
}

static void see(void *ctx, const struct db_export_row *row)
{
	struct seen *s = ctx;

	assert_true(row->started_us <= s->last_us);
	s->last_us = row->started_us;
	assert_true(slice_eq_cstr(row->source, "google"));
	assert_true(slice_eq_cstr(row->medium, "cpc"));
	assert_true(slice_eq_cstr(row->tags,
	    row->talk_ms > 100000 ? "=very, long" : ""));
	/* The connection is busy with the rows. */
	assert_int_equal(db_report_company(db, t->company[0].id, &s->company),
	    ERR_INTERNAL);
	s->n++;
}

static void test_export(void **state)
{
	tag_long_calls();
	for (int who = 0; who < 2; who++) {
		struct db_report_calls_filter f = {
			.f = everything(GROUP_NONE).filter,
		};
		struct seen s = { .last_us = INT64_MAX };
		size_t n = 1;

		(void)state;
		f.f.by_text[FILTER_SOURCE] = true;
		f.f.text[FILTER_SOURCE] = SLICE("google");
		while (n > 0) {
			once(db_export_block(db, t->company[who].id, &f, 7, see,
			    &s, &f.key, &n));
			f.way = DB_REPORT_CALLS_OLDER;
		}
		assert_int_equal(s.n, looped(who, from_google));
	}
}

/* --- spend -----------------------------------------------------------------*/

static struct spend_row spend_of(const char *day, const char *source)
{
	struct spend_row row = { .source = slice_from(source),
		.medium = SLICE("cpc"),
		.campaign = SLICE("Spring") };

	(void)snprintf(row.day, sizeof(row.day), "%s", day);
	return row;
}

static void clear_spend(int who, const char *day, const char *source)
{
	const struct spend_row row = spend_of(day, source);

	ok(db_spend_clear(db, t->company[who].id, &row));
}

static void add_spend(int who, const char *day, const char *source,
    int64_t micros)
{
	struct spend_row row = spend_of(day, source);

	row.amount_micros = micros;
	ok(db_spend_add(db, t->company[who].id, &row));
}

static void put_spend(const char *day, const char *source, int64_t micros)
{
	clear_spend(0, day, source);
	add_spend(0, day, source, micros);
}

static int64_t spent(int who, int by, const char *first, const char *last)
{
	const struct db_filter f = everything(GROUP_NONE).filter;
	struct spend_sum *rows = NULL;
	int64_t sum = 0;
	size_t n = 0;

	ok(db_spend_sums(db, t->company[who].id, &f, by, first, last, &mem,
	    &rows, &n));
	for (size_t i = 0; i < n; i++)
		sum += rows[i].amount_micros;
	return n == 0 ? -1 : sum;
}

static void test_spend(void **state)
{
	struct db_filter f = everything(GROUP_NONE).filter;

	(void)state;
	assert_int_equal(spent(0, GROUP_NONE, "2026-11-01", "2026-11-30"), -1);
	put_spend("2026-11-20", "google", 5000000);
	put_spend("2026-11-20", "google", 6500000);    /* again: replaced */
	add_spend(0, "2026-11-20", "google", 500000);  /* the same import */
	add_spend(1, "2026-11-20", "google", 9000000); /* is not ours */
	clear_spend(1, "2026-11-20", "google");
	assert_int_equal(spent(1, GROUP_NONE, "2026-11-01", "2026-11-30"), -1);
	put_spend("2026-11-21", "bing", 1000000);
	assert_int_equal(spent(0, GROUP_NONE, "2026-11-20", "2026-11-20"),
	    7000000);
	assert_int_equal(spent(0, GROUP_TEXT + FILTER_SOURCE, "2026-11-01",
			     "2026-11-30"),
	    8000000);
	assert_int_equal(spent(1, GROUP_NONE, "2026-11-01", "2026-11-30"), -1);
	/* What spend does not know, it does not tell. */
	assert_true(db_spend_fits(&f, GROUP_TEXT + FILTER_KEYWORD));
	assert_false(db_spend_fits(&f, GROUP_TEXT + FILTER_DEVICE));
	assert_false(db_spend_fits(&f, GROUP_RESULT));
	f.result = SLICE("missed");
	assert_false(db_spend_fits(&f, GROUP_NONE));
	/* Of 1,600 keywords, each has its cost. */
	testdb_exec(t,
	    "INSERT INTO ad_spend (company_id, spent_on, line, source, medium,"
	    " campaign, ad_group, keyword, amount_micros)"
	    " WITH RECURSIVE n AS (SELECT 1 AS seq UNION ALL SELECT seq + 1"
	    " FROM n WHERE seq < 40) SELECT k.id, '2026-11-23',"
	    " UNHEX(MD5(CONCAT(a.seq, '.', b.seq))), '', '', '', '',"
	    " CONCAT(a.seq, '.', b.seq), 1 FROM company k CROSS JOIN n a"
	    " CROSS JOIN n b");
	assert_int_equal(spent(0, GROUP_TEXT + FILTER_KEYWORD, "2026-11-23",
			     "2026-11-23"),
	    1600);
}

/* --- views -----------------------------------------------------------------*/

static void test_views(void **state)
{
	struct view_row row = { .page = "calls",
		.name = "Mine",
		.query = SLICE("range=7d"),
		.user = t->company[0].user };
	struct view_row *rows = NULL;
	size_t n = 9;

	(void)state;
	testdb_id(TESTDB_NOW_US, row.id.v);
	ok(db_view_add(db, t->company[0].id, &row, TESTDB_NOW_US));
	ok(db_view_list(db, t->company[0].id, "calls", &mem, &rows, &n));
	assert_int_equal(n, 1);
	assert_true(slice_eq_cstr(rows[0].query, "range=7d"));
	ok(db_view_list(db, t->company[0].id, "reports", &mem, &rows, &n));
	assert_int_equal(n, 0);
	ok(db_view_list(db, t->company[1].id, "calls", &mem, &rows, &n));
	assert_int_equal(n, 0);
	assert_int_equal(db_view_drop(db, t->company[1].id, row.id),
	    ERR_NOTFOUND);
	for (unsigned int i = 1; i < DB_VIEWS_MAX; i++) {
		testdb_id(TESTDB_NOW_US, row.id.v);
		(void)snprintf(row.name, sizeof(row.name), "view %u", i);
		ok(db_view_add(db, t->company[0].id, &row, TESTDB_NOW_US));
	}
	testdb_id(TESTDB_NOW_US, row.id.v);
	(void)snprintf(row.name, sizeof(row.name), "one too many");
	assert_int_equal(db_view_add(db, t->company[0].id, &row, TESTDB_NOW_US),
	    ERR_TOOBIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_ways),
		cmocka_unit_test(test_any_period),
		cmocka_unit_test(test_companies),
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_export),
		cmocka_unit_test(test_spend),
		cmocka_unit_test(test_views),
	};

	return cmocka_run_group_tests_name("db_report_group", tests, begin,
	    end);
}
