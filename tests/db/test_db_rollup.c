/* Tests of lib/db/db_rollup: whatever is asked of a roll-up equals what the
 * calls say, for any two dimensions under any filter and period; the parts of a
 * period leave no call out; and a text is found wherever it stands. */
#include <string.h>

#include "lib/base/rnd.h"
#include "lib/db/db_report_calls.h"
#include "lib/db/db_report_group.h"
#include "lib/db/db_rollup.h"
#include "lib/db/db_sheet_calls.h"
#include "lib/db/db_stat.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"
#include "tests/support/testdb_dice.h"

#define CALLS 500 /* of each company */
#define DAYS  120

static struct testdb *t;
static struct db *db; /* the dashboard's own account */
static struct arena mem;

/* All cases of all verbs, each several times over, are minutes. */
static unsigned int turn;
#define ok(call) FAIL_STMT_AT_TIMES(turn, call)

#define ID   "UNHEX(CONCAT(LEFT(HEX(k.id), 20), LPAD(HEX(s.seq), 12, '0')))"
#define AT   DICE_AT("2026-07-01 00:07:30", DAYS)
#define EACH DICE_EACH(CALLS)

/* Two companies whose calls differ, with values that are rare and with none. */
static const char *const made_sql[] = {
	"SET FOREIGN_KEY_CHECKS = 0",
	"INSERT INTO phone_call (company_id, id, state, result, number_id,"
	" number_e164, caller_e164, caller_name, caller_place, caller_country,"
	" location_id, started_at, talk_ms, ring_ms, first_time, qualified)"
	" SELECT k.id, " ID
	", IF(" DICE("z") " = 0, 'open', 'closed'), ELT(1 + " DICE("r") " % 5, 'answered', 'missed',"
	" 'voicemail', 'abandoned', 'failed'), RPAD(" DICE("n") " % 4, 16, '0'),"
	" '+1', CONCAT('+4922155', LPAD(" DICE("b") " * 97 + " DICE("u")
	", 4, '0')), ELT(1 + " DICE("u") " % 4, 'Jörg K12', 'Ann 100%', '',"
	" 'rare_one'), ELT(1 + " DICE("p") " % 6, 'Köln', '', 'Bonn',"
	" 'Oakland, CA', 'California', 'Kochi, Kerala'),"
	" ELT(1 + " DICE("p") " % 6, 'DE', '', 'DE', 'US', 'US', 'IN'),"
	" IF(" DICE("l") " % 3 = 0, NULL, RPAD(" DICE("l") " % 3, 16, '1')),"
	" " AT ", " DICE("t") " * 2500, " DICE("w") " * 700, " DICE("f")
	" % 2, " DICE("q") " % 2" EACH,
	"INSERT INTO interaction (company_id, id, kind, happened_at,"
	" attributed_by, visit_id, source, medium, campaign, ad_group, keyword,"
	" channel, landing_page, referrer_host, outcome, value_micros)"
	" SELECT k.id, " ID ", 'call', " AT ", 'visit', " ID
	", ELT(1 + " DICE("s") " % 4, 'google', 'bing', '', 'news'),"
	" ELT(1 + " DICE("m") " % 2, 'cpc', ''),"
	" IF(" DICE("c") " = 0, 'rare', CONCAT('Campaign ', " DICE("c") " % 5)),"
	" CONCAT('g', " DICE("g") " % 7), CONCAT('k', " DICE("k") "),"
	" ELT(1 + " DICE("h") " % 3, 'paid', 'organic', 'direct'),"
	" CONCAT('a/', " DICE("a") " % 9), ELT(1 + " DICE("e") " % 2, '', 'b.c'),"
	" ELT(1 + " DICE("o") " % 4, '', 'lead', 'sold', 'spam'),"
	" IF(" DICE("v") " % 3 = 0, " DICE("v") " * 1000000 + 1, NULL)" EACH,
	"INSERT INTO visit (company_id, id, site_id, visitor_id, started_at,"
	" seen_at, landing_url, landing_page, source, medium, ad_id, match_type,"
	" device)"
	" SELECT k.id, " ID ", k.id, k.id, " AT ", " AT ", '', '', '', '',"
	" ELT(1 + " DICE("i") " % 3, '', '71', '72'),"
	" ELT(1 + " DICE("j") " % 3, '', 'e', 'b'),"
	" ELT(1 + " DICE("d") " % 3, '', 'm', 'c')" EACH,
	"INSERT INTO call_verdict (company_id, call_id, rule_version, qualified,"
	" class, risk, decided_at)"
	" SELECT k.id, " ID ", 1, 0, ELT(1 + " DICE("x") " % 3, '', 'lead',"
	" 'spam'), " DICE("y") ", " AT EACH,
	"SET FOREIGN_KEY_CHECKS = 1",
};

static int64_t from_us, to_us;

static int begin(void **state)
{
	uint64_t wrong = 1;

	(void)state;
	t = testdb_start();
	db = testdb_connect(t, "dashboard");
	arena_init(&mem, (size_t)1 << 30);
	for (size_t i = 0; i < RT_ARRAY_LEN(made_sql); i++)
		ok(stmt_exec(stmt_begin(t->db, made_sql[i]), NULL));
	from_us = INT64_C(1782864000) * RT_SEC_US; /* 2026-07-01 */
	to_us = from_us + DAYS * RT_DAY_US;
	for (int who = 0; who < 2; who++) {
		/* That each of its statements may fail test_db_call_sums tries.
		 */
		assert_int_equal(db_stat_rebuild(t->db, t->company[who].id,
				     from_us, to_us),
		    ERR_OK);
		assert_int_equal(db_stat_verify(t->db, t->company[who].id,
				     from_us, to_us, &wrong),
		    ERR_OK);
		assert_int_equal(wrong, 0);
	}
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

/* A period of quarters of an hour, mostly a long one. */
static void some_period(struct rnd_dice *dice, struct db_filter *f)
{
	const int64_t quarter_us = 15 * RT_MIN_US;
	const uint64_t n = (uint64_t)((to_us - from_us) / quarter_us);

	f->from_us = from_us + (int64_t)rnd_below(dice, n / 3) * quarter_us;
	f->to_us = to_us - (int64_t)rnd_below(dice, n / 3) * quarter_us;
	if (rnd_below(dice, 8) == 0)
		f->to_us =
		    f->from_us + (int64_t)rnd_below(dice, 200) * quarter_us;
}

/* Values of texts that calls have, and one that none has. */
static const struct {
	enum filter_text by;
	const char *is[3];
} texts[] = {
	{ FILTER_SOURCE, { "google", "", "nobody" } },
	{ FILTER_MEDIUM, { "cpc", "", "none" } },
	{ FILTER_CAMPAIGN, { "rare", "Campaign 3", "campaign 3" } },
	{ FILTER_CHANNEL, { "paid", "organic", "" } },
	{ FILTER_AD, { "71", "", "73" } },
	{ FILTER_DEVICE, { "m", "", "t" } },
	{ FILTER_KEYWORD, { "k1", "k50", "k98" } },
	{ FILTER_AD_GROUP, { "g1", "g2", "g9" } },
	{ FILTER_PLACE, { "Köln", "", "Kiel" } },
	{ FILTER_COUNTRY, { "DE", "", "US" } },
	{ FILTER_REGION, { "US-CA", "", "IN-Kerala" } },
	{ FILTER_LANDING, { "a/1", "a/2", "" } },
	{ FILTER_OUTCOME, { "lead", "", "booked" } },
	{ FILTER_CLASS, { "spam", "", "customer" } },
};

/* At the borders of steps, between them, and where no call is. */
static void some_range(struct rnd_dice *dice, struct db_filter *f)
{
	static const struct {
		enum filter_range of;
		int64_t min, max;
	} all[] = { { FILTER_TALK_MS, 60000, INT64_MAX },
		{ FILTER_TALK_MS, 10000, 59999 }, { FILTER_TALK_MS, 0, 0 },
		{ FILTER_TALK_MS, 247500, 299999 },
		{ FILTER_TALK_MS, 300000, INT64_MAX },
		{ FILTER_TALK_MS, INT64_MIN, 9999 }, { FILTER_RISK, 80, 100 },
		{ FILTER_RISK, 20, 39 }, { FILTER_RISK, 99, INT64_MAX },
		{ FILTER_RISK, 0, 59 }, { FILTER_RISK, 60, 59 },
		{ FILTER_TALK_MS, 1000, 240000 },
		{ FILTER_TALK_MS, 83000, 240000 } };
	const size_t i = rnd_below(dice, RT_ARRAY_LEN(all));

	f->by_range[all[i].of] = true;
	f->min[all[i].of] = all[i].min;
	f->max[all[i].of] = all[i].max;
}

/* Up to three of all there is. */
static void some_filter(struct rnd_dice *dice, struct db_filter *f)
{
	static const char *const results[] = { "answered", "unanswered",
		"failed", "blocked" };

	for (uint64_t n = rnd_below(dice, 4); n > 0; n--) {
		const size_t i = rnd_below(dice, RT_ARRAY_LEN(texts) + 7);

		if (i < RT_ARRAY_LEN(texts)) {
			f->by_text[texts[i].by] = true;
			f->text[texts[i].by] =
			    slice_from(texts[i].is[rnd_below(dice, 3)]);
			continue;
		}
		switch (i - RT_ARRAY_LEN(texts)) {
		case 0:
			f->result = slice_from(results[rnd_below(dice, 4)]);
			break;
		case 1:
			f->want[FILTER_FIRST_TIME] = FILTER_NO;
			break;
		case 2:
			f->want[FILTER_QUALIFIED] = FILTER_YES;
			break;
		case 3:
			f->by_id[FILTER_LOCATION] = true;
			memset(f->id[FILTER_LOCATION],
			    rnd_below(dice, 2) == 0 ? 0 : '1', ID_BYTES);
			f->id[FILTER_LOCATION][0] =
			    f->id[FILTER_LOCATION][1] == 0 ? 0 : '2';
			break;
		default:
			some_range(dice, f);
			break;
		}
	}
}

static size_t groups(int who, const struct db_report_ask *ask,
    struct db_report_group **rows)
{
	size_t n = 0;

	ok(db_report_group_list(db, t->company[who].id, ask,
	    DB_REPORT_GROUPS_MAX, &mem, rows, &n));
	return n;
}

/* A range that all calls are in is no question for sums: they are read. */
static void read_calls(struct db_filter *f)
{
	f->by_range[FILTER_RING_MS] = true;
	f->max[FILTER_RING_MS] = INT64_MAX;
}

static bool same_both_ways(int who, struct db_report_ask ask)
{
	struct db_report_group *a, *b;
	const bool summed = db_rollup_for(&ask) != NULL;
	const size_t n = groups(who, &ask, &a);

	read_calls(&ask.filter);
	assert_null(db_rollup_for(&ask));
	assert_int_equal(groups(who, &ask, &b), n);
	for (size_t k = 0; k < n; k++) {
		assert_string_equal(a[k].value, b[k].value);
		assert_string_equal(a[k].value2, b[k].value2);
		assert_memory_equal(&a[k].sums, &b[k].sums, sizeof(a[k].sums));
	}
	arena_reset(&mem);
	return summed;
}

/* Two dimensions that one roll-up knows are read from it. */
static void test_every_pair(void **state)
{
	struct rnd_dice dice;
	size_t summed = 0;

	(void)state;
	rnd_seed(&dice, 155);
	for (int by = GROUP_NONE; by < GROUP_COUNT; by++)
		for (int split = GROUP_NONE; split < GROUP_COUNT; split++) {
			struct db_report_ask ask = { .by = by, .split = split };
			const int who = (by + split) % 2;

			some_period(&dice, &ask.filter);
			if (same_both_ways(who, ask))
				summed++;
			else
				assert_int_not_equal(split, GROUP_NONE);
		}
	/* Every dimension alone, and pairs of one family. */
	assert_true(summed > 2 * (size_t)(GROUP_COUNT - 1) + 40);
}

static void test_any_filter(void **state)
{
	struct rnd_dice dice;
	size_t summed = 0;

	(void)state;
	rnd_seed(&dice, 156);
	for (int i = 0; i < 250; i++) {
		struct db_report_ask ask = { .by = (int)rnd_below(&dice,
						 GROUP_COUNT),
			.split = rnd_below(&dice, 2) == 0
				     ? GROUP_NONE
				     : (int)rnd_below(&dice, GROUP_COUNT) };

		some_period(&dice, &ask.filter);
		some_filter(&dice, &ask.filter);
		summed += same_both_ways(i % 2, ask) ? 1 : 0;
	}
	assert_true(summed > 30 && summed < 250);
}

/* Calls of 60 s and more are a sum like any other, those of other limits are
 * such and the calls in between; a company that has the ids of another's places
 * sees none of its calls. */
static void test_own_limits(void **state)
{
	static const uint32_t limits_s[] = { 1, 45, 60, 61, 75, 90, 100, 119,
		120, 121, 200, 86400 };
	static const int dims[] = { GROUP_RESULT, GROUP_NONE,
		GROUP_TEXT + FILTER_SOURCE };
	struct rnd_dice dice;
	size_t over = 0;

	(void)state;
	rnd_seed(&dice, 225);
	for (size_t i = 0; i < 3 * RT_ARRAY_LEN(limits_s); i++) {
		struct db_report_ask ask = { .by = dims[i % 3],
			.own_s = limits_s[i / 3] };
		struct db_report_group *rows;
		size_t n;

		some_period(&dice, &ask.filter);
		if (i % 2 == 0)
			ask.filter.want[FILTER_FIRST_TIME] = FILTER_YES;
		n = groups(i % 4 < 2 ? 0 : 1, &ask, &rows);
		for (size_t k = 0; k < n; k++)
			over += rows[k].sums.over > 0 ? 1 : 0;
		if (same_both_ways(i % 4 < 2 ? 0 : 1, ask) !=
		    (dims[i % 3] != GROUP_TEXT + FILTER_SOURCE || i % 2 != 0))
			fail_msg("%zu is read the other way", i);
	}
	assert_true(over > 20);
}

/* --- parts of a period -----------------------------------------------------*/

static int64_t count_in(int who, struct db_filter f, int64_t first_us,
    int64_t last_us)
{
	struct db_report_ask ask = { .by = GROUP_NONE };
	struct db_report_group *rows;

	f.from_us = first_us;
	f.to_us = last_us;
	ask.filter = f;
	read_calls(&ask.filter);
	return groups(who, &ask, &rows) == 0 ? 0 : rows[0].sums.calls;
}

/* Periods so short are read as they are. */
static int64_t count_all(int who, struct db_filter f)
{
	const int64_t step_us = 20 * RT_DAY_US;
	int64_t n = 0;

	for (int64_t at = f.from_us; at < f.to_us; at += step_us)
		n += count_in(who, f, at,
		    at + step_us < f.to_us ? at + step_us : f.to_us);
	return n;
}

static void test_parts(void **state)
{
	struct rnd_dice dice;
	size_t narrowed = 0;

	(void)state;
	rnd_seed(&dice, 157);
	for (int i = 0; i < 150; i++) {
		struct db_rollup_part p[DB_ROLLUP_PARTS_MAX];
		struct db_filter f = { .result = SLICE("") };
		int64_t in = 0, last_us;
		size_t n = 0;

		some_period(&dice, &f);
		some_filter(&dice, &f);
		last_us = f.to_us;
		ok(db_rollup_parts(db, t->company[i % 2].id, &f, p, &n));
		for (size_t k = 0; k < n; k++) {
			assert_true(p[k].from_us < p[k].to_us);
			assert_true(p[k].to_us <= last_us);
			assert_true(p[k].from_us >= f.from_us);
			last_us = p[k].from_us - 1;
			in += count_in(i % 2, f, p[k].from_us, p[k].to_us);
		}
		assert_int_equal(in, count_all(i % 2, f));
		assert_int_equal(in, count_in(i % 2, f, f.from_us, f.to_us));
		narrowed += n != 1 ? 1 : 0;
		arena_reset(&mem);
	}
	assert_true(narrowed > 10);
}

/* From the newest to the oldest and back; every call once. How many. */
static size_t pages(int who, const struct db_report_calls_filter *f,
    size_t step)
{
	struct db_report_calls_filter c = *f;
	struct db_report_calls page = { .n = 0 };
	size_t down = 0, up = 0;

	do {
		ok(db_report_calls(db, t->company[who].id, &c, step, &mem,
		    &page));
		for (size_t k = 1; k < page.n; k++)
			assert_true(page.rows[k].started_us <=
				    page.rows[k - 1].started_us);
		down += page.n;
		if (page.n > 0)
			c.key = (struct db_report_calls_key){
				page.rows[page.n - 1].started_us,
				page.rows[page.n - 1].id
			};
		c.way = DB_REPORT_CALLS_OLDER;
	} while (page.n > 0 && page.older);
	c.way = DB_REPORT_CALLS_NEWER;
	c.key.started_us = f->f.from_us;
	memset(c.key.id.v, 0, sizeof(c.key.id.v));
	do {
		ok(db_report_calls(db, t->company[who].id, &c, step, &mem,
		    &page));
		up += page.n;
		if (page.n > 0)
			c.key = (struct db_report_calls_key){
				page.rows[0].started_us, page.rows[0].id
			};
	} while (page.n > 0 && page.newer);
	assert_int_equal(up, down);
	return down;
}

/* Rows to a page: any number, where that does not make hundreds of pages. */
static size_t some_step(struct rnd_dice *dice, uint64_t n)
{
	const size_t step = 1 + (size_t)rnd_below(dice, 60);

	return n / step > 5 ? 1 + (size_t)n / 6 + step % 3 : step;
}

static void test_log_pages(void **state)
{
	struct rnd_dice dice;

	(void)state;
	rnd_seed(&dice, 158);
	for (int i = 0; i < 60; i++) {
		struct db_report_calls_filter c = { .caller = SLICE(""),
			.search = SLICE("") };
		int64_t n;

		c.f.result = SLICE("");
		some_period(&dice, &c.f);
		some_filter(&dice, &c.f);
		/* Of nothing but a period the log has open calls, too. */
		read_calls(&c.f);
		n = count_in(i % 2, c.f, c.f.from_us, c.f.to_us);
		assert_int_equal(pages(i % 2, &c,
				     some_step(&dice, (uint64_t)n)),
		    n);
		arena_reset(&mem);
	}
}

/* --- a text ----------------------------------------------------------------*/

/* Of names, numbers, campaigns and keywords; of most calls, few and none. */
static const char *const sought[] = { "jorg", "K12", "rare", "RARE_", "n 100%",
	"49221", "0221 55 7", "0049 221 55 1", "0055", "k7", "campaign 3", "9",
	"95", "zz", "%", "" };

#define PATTERN                                                        \
	"CONCAT('%', REPLACE(REPLACE(?, '%', '\\\\%'), '_', '\\\\_')," \
	" '%')"

/* The calls that a person would find, each with its row. */
static uint64_t found_by_hand(int who, const struct db_report_calls_filter *f)
{
	static const char sql[] =
	    "SELECT COUNT(*) FROM phone_call c LEFT JOIN interaction i"
	    " ON i.company_id = c.company_id AND i.id = c.id"
	    " WHERE c.company_id = ? AND c.started_at >= ?"
	    " AND c.started_at < ? AND (? = 0 OR c.state = 'closed')"
	    " AND (? = '' OR c.result = ?) AND (? = 0 OR i.source = ?)"
	    " AND (? = 0 OR c.talk_ms BETWEEN ? AND ?)"
	    " AND (? = '' OR c.caller_e164 = ?)"
	    " AND (c.caller_name LIKE " PATTERN
	    "  OR i.campaign COLLATE utf8mb4_unicode_520_ci LIKE " PATTERN
	    "  OR i.keyword COLLATE utf8mb4_unicode_520_ci LIKE " PATTERN
	    "  OR (? RLIKE '^[0-9 ]{3,}$'"
	    "  AND (LOCATE(REPLACE(?, ' ', ''), c.caller_e164) > 0"
	    /* As a German and as a foreigner would dial it. */
	    "   OR LOCATE(REPLACE(?, ' ', ''),"
	    "    CONCAT('0', SUBSTRING(c.caller_e164, 4))) = 1"
	    "   OR LOCATE(REPLACE(?, ' ', ''),"
	    "    CONCAT('00', SUBSTRING(c.caller_e164, 2))) = 1)))";
	struct stmt *st = stmt_begin(t->db, sql);
	uint64_t n = 0;

	stmt_in_id(st, t->company[who].id.v);
	stmt_in_time_us(st, f->f.from_us);
	stmt_in_time_us(st, f->f.to_us);
	stmt_in_bool(st, !db_filter_plain(&f->f) || f->f.result.n > 0);
	stmt_in_text(st, f->f.result);
	stmt_in_text(st, f->f.result);
	stmt_in_bool(st, f->f.by_text[FILTER_SOURCE]);
	stmt_in_text(st, f->f.text[FILTER_SOURCE]);
	stmt_in_bool(st, f->f.by_range[FILTER_TALK_MS]);
	stmt_in_i64(st, f->f.min[FILTER_TALK_MS]);
	stmt_in_i64(st, f->f.max[FILTER_TALK_MS]);
	stmt_in_text(st, f->caller);
	stmt_in_text(st, f->caller);
	for (int i = 0; i < 7; i++)
		stmt_in_text(st, f->search);
	stmt_out_u64(st, &n);
	ok(stmt_one(st));
	return n;
}

static void some_search(struct rnd_dice *dice, struct db_report_calls_filter *f)
{
	*f = (struct db_report_calls_filter){ .f = { .result = SLICE("") },
		.caller = SLICE(""),
		.search =
		    slice_from(sought[rnd_below(dice, RT_ARRAY_LEN(sought))]) };
	some_period(dice, &f->f);
	if (rnd_below(dice, 2) == 0) {
		f->f.by_text[FILTER_SOURCE] = true;
		f->f.text[FILTER_SOURCE] =
		    rnd_below(dice, 3) == 0 ? SLICE("") : SLICE("bing");
	}
	if (rnd_below(dice, 4) == 0)
		f->f.result = SLICE("missed");
	if (rnd_below(dice, 4) == 0) {
		f->f.by_range[FILTER_TALK_MS] = true;
		f->f.min[FILTER_TALK_MS] = (int64_t)rnd_below(dice, 240000);
		f->f.max[FILTER_TALK_MS] = INT64_MAX;
	}
	if (rnd_below(dice, 8) == 0)
		f->caller = SLICE("+49221551234");
}

/* As the log for programs: each page lies behind the one before it. */
static size_t sheet_pages(int who, const struct db_report_calls_filter *f,
    bool up, size_t step)
{
	const size_t width = db_sheet_calls()->n_columns;
	const struct db_sheet_calls_filter sf = { .log = *f };
	struct db_sheet_calls_place place = { .key = 0 }, before = { .key = 0 };
	struct db_sheet_cell *cells = NULL;
	size_t n = step, all = 0;

	while (n == step) {
		ok(db_sheet_calls_page(db, t->company[who].id, &sf,
		    (struct db_sheet_calls_order){ .up = up },
		    all == 0 ? NULL : &place, step, &mem, &cells, &n));
		for (size_t k = 0; k < n; k++, before = place) {
			db_sheet_calls_place(DB_SHEET_CALLS_STARTED,
			    &cells[k * width], &place);
			if (all + k > 0)
				assert_true(up ? place.key >= before.key
					       : place.key <= before.key);
			assert_true(
			    all + k == 0 || memcmp(place.id.v, before.id.v,
						sizeof(place.id.v)) != 0);
		}
		all += n;
	}
	return all;
}

/* In pages down and up again, every call that fits and no other. */
static void test_search(void **state)
{
	struct rnd_dice dice;
	size_t some = 0;

	(void)state;
	rnd_seed(&dice, 159);
	for (int i = 0; i < 250; i++) {
		struct db_report_calls_filter f;
		uint64_t want;
		size_t n;

		some_search(&dice, &f);
		want = found_by_hand(i % 2, &f);
		n = pages(i % 2, &f, some_step(&dice, want));
		if (n != want)
			fail_msg("%d, \"%s\": %zu calls, by hand %llu", i,
			    f.search.p, n, (unsigned long long)want);
		/* Open calls have no result but in the rows made here. */
		if (i % 9 == 0 && f.f.result.n == 0)
			assert_int_equal(sheet_pages(i % 2, &f, i % 4 < 2,
					     1 + n / 3 + (size_t)i % 7),
			    n);
		some += n > 0 ? 1 : 0;
		arena_reset(&mem);
	}
	assert_true(some > 100 && some < 240);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_pair),
		cmocka_unit_test(test_any_filter),
		cmocka_unit_test(test_own_limits),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_log_pages),
		cmocka_unit_test(test_search),
	};

	return cmocka_run_group_tests_name("db_rollup", tests, begin, end);
}
