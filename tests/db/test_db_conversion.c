/* Tests of lib/db/db_conversion, db_gauge and the sheets, with a second company
 * that sees nothing. */
#include <stdio.h>
#include <string.h>

#include "lib/db/db_call.h"
#include "lib/db/db_conversion_walk.h"
#include "lib/db/db_gauge.h"
#include "lib/db/db_mark.h"
#include "lib/db/db_sheet_calls.h"
#include "lib/db/db_sheet_setup.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"
#include "tests/support/testdb_call.h"

static struct testdb *t;
static struct db *jobd, *api;
static struct arena mem;

#define ok(call) FAIL_STMT_OK(call)
#define NOW      TESTDB_NOW_US

static struct conversion_rule_row make_rule(char letter)
{
	struct conversion_rule_row r = { .name = "Sale",
		.platform = "google",
		.outcome = "sold",
		.min_talk_s = 30,
		.created_us = NOW };

	memset(r.secret, letter, sizeof(r.secret) - 1);
	testdb_id(NOW, r.id.v);
	return r;
}

static void test_rules(void **state)
{
	const struct company_id a = t->company[0].id, b = t->company[1].id;
	struct conversion_rule_row r = make_rule('a'), got, umlaut, *rows;
	struct conversion_id nil = { { 0 } };
	size_t n = 9;

	(void)state;
	ok(db_conversion_add(t->db, a, &r));
	ok(db_conversion_get(t->db, a, r.id, &got));
	assert_false(got.has_value);
	assert_int_equal(db_conversion_get(t->db, b, r.id, &got), ERR_NOTFOUND);
	r.has_value = true;
	r.value_micros = 40000000;
	ok(db_conversion_update(t->db, a, &r));
	assert_int_equal(db_conversion_update(t->db, b, &r), ERR_NOTFOUND);
	memset(r.outcome, 'x', 3);
	assert_int_equal(db_conversion_update(t->db, a, &r), ERR_RANGE);
	ok(db_conversion_by_secret(t->db, slice_from(r.secret), &got));
	assert_true(got.has_value);
	assert_int_equal(got.value_micros, 40000000);
	assert_true(id_eq(got.company.v, a.v));
	ok(db_conversion_list(t->db, b, &mem, &rows, &n));
	assert_int_equal(n, 0);
	/* By name as people look it up. */
	umlaut = make_rule('u');
	memcpy(umlaut.name, "\xc3\x84pfel", 7);
	ok(db_conversion_add(t->db, a, &umlaut));
	ok(db_conversion_list(t->db, a, &mem, &rows, &n));
	assert_int_equal(n, 2);
	assert_string_equal(rows[0].name, umlaut.name);
	ok(db_conversion_archive(t->db, a, umlaut.id, NOW));
	ok(db_conversion_all(jobd, nil, 10, &mem, &rows, &n));
	assert_int_equal(n, 1);
	/* Nor of a company that was archived. */
	testdb_exec(t, "UPDATE company SET archived_at = created_at");
	ok(db_conversion_all(jobd, nil, 10, &mem, &rows, &n));
	assert_int_equal(n, 0);
	assert_int_equal(db_conversion_by_secret(t->db, slice_from(r.secret),
			     &got),
	    ERR_NOTFOUND);
	testdb_exec(t, "UPDATE company SET archived_at = NULL");
	ok(db_conversion_by_secret(t->db, slice_from(r.secret), &got));
	assert_int_equal(db_conversion_archive(t->db, b, r.id, NOW),
	    ERR_NOTFOUND);
	ok(db_conversion_archive(t->db, a, r.id, NOW));
	assert_int_equal(db_conversion_by_secret(t->db, slice_from(r.secret),
			     &got),
	    ERR_NOTFOUND);
	/* A platform, a tag, an outcome that are not there. */
	r = make_rule('b');
	memcpy(r.platform, "meta", 5);
	assert_int_equal(db_conversion_add(t->db, a, &r), ERR_RANGE);
	r = make_rule('b');
	testdb_id(NOW, r.tag.v);
	assert_int_equal(db_conversion_add(t->db, a, &r), ERR_RANGE);
}

/* A closed call without a visit. */
static struct call_id add_call(int who)
{
	static const struct call_place place = { SLICE_INIT("US"),
		SLICE_INIT("") };
	const struct company_id co = t->company[who].id;
	struct callrec r = { .head = { .kind = CALLREC_OPENED, .company = co },
		.u.opened = { .wall_us = NOW,
		    .number = t->company[who].number,
		    .trunk = t->company[who].trunk,
		    .dialled = SLICE("+14155550100"),
		    .caller = SLICE("+12125550199") } };
	struct callrec c = {
		.head = { .kind = CALLREC_CLOSED, .company = co, .seq = 1 },
		.u.closed = { .result = CALLRESULT_ANSWERED,
		    .bridged_us = RT_SEC_US,
		    .talk_us = 90 * RT_SEC_US,
		    .ended_us = 91 * RT_SEC_US,
		    .notice_ended_us = CALLREC_NEVER }
	};

	testdb_id(NOW, r.head.call.v);
	c.head.call = r.head.call;
	ok(db_call_opened(t->db, co, &r, &place));
	ok(db_call_closed(t->db, co, &c, NULL, NOW));
	return r.head.call;
}

/* All calls of the company, from the first. */
static void walk(struct company_id company, const struct conversion_rule_row *r,
    struct conversion_candidate **rows, size_t *n)
{
	const struct conversion_walk from = { .at_us = 1 };

	ok(db_conversion_walk_next(jobd, company, r, &from,
	    INT64_C(4102444800000000), NOW - 1, 10, &mem, rows, n));
}

static void test_ledger(void **state)
{
	const struct company_id a = t->company[0].id, b = t->company[1].id;
	const struct conversion_rule_row r = make_rule('c');
	struct conversion_candidate c = { .started_us = NOW,
		.currency = "USD",
		.click_id = "Cj0" },
				    *rows;
	struct conversion_walk at = { .at_us = 5, .whole_us = 7 }, got;
	struct conversion_row *told;
	size_t n = 9;

	(void)state;
	ok(db_conversion_add(t->db, a, &r));
	ok(db_conversion_walk_hold(jobd, a, r.id, &got));
	assert_int_equal(got.at_us, 0);
	assert_int_equal(got.whole_us, 0);
	assert_int_equal(db_conversion_walk_hold(jobd, b, r.id, &got),
	    ERR_NOTFOUND);
	c.call = add_call(0);
	at.call = c.call;
	ok(db_conversion_walk_keep(jobd, a, r.id, &at));
	assert_int_equal(db_conversion_walk_keep(jobd, b, r.id, &at),
	    ERR_NOTFOUND);
	ok(db_conversion_walk_hold(jobd, a, r.id, &got));
	assert_int_equal(got.at_us, 5);
	assert_int_equal(got.whole_us, 7);
	assert_true(id_eq(got.call.v, c.call.v));
	/* No click: nobody to tell. */
	walk(a, &r, &rows, &n);
	assert_int_equal(n, 1);
	assert_true(rows[0].ripe);
	assert_false(rows[0].clicked);
	assert_string_equal(rows[0].last, "");
	ok(db_conversion_walk_tell(jobd, a, r.id, &c, CONVERSION_NEW, 5, NOW));
	walk(a, &r, &rows, &n);
	assert_int_equal(n, 1);
	assert_string_equal(rows[0].last, "new");
	assert_int_equal(rows[0].turn, 1);
	assert_false(rows[0].clicked);
	assert_string_equal(rows[0].click_id, "Cj0");
	assert_int_equal(rows[0].talk_ms, 90000);
	walk(b, &r, &rows, &n);
	assert_int_equal(n, 0);
	ok(db_conversion_rows(t->db, a, r.id, false, NOW - 1, 0, 10, &mem,
	    &told, &n));
	assert_int_equal(n, 1);
	ok(db_conversion_rows(t->db, b, r.id, false, NOW - 1, 0, 10, &mem,
	    &told, &n));
	assert_int_equal(n, 0);
	c.turn = 1;
	ok(db_conversion_walk_tell(jobd, a, r.id, &c, CONVERSION_RETRACT, 5,
	    NOW));
	ok(db_conversion_rows(t->db, a, r.id, false, NOW - 1, 0, 10, &mem,
	    &told, &n));
	assert_int_equal(n, 0);
	ok(db_conversion_rows(t->db, a, r.id, true, NOW - 1, 0, 10, &mem, &told,
	    &n));
	assert_int_equal(n, 1);
	assert_string_equal(told[0].kind, "retract");
	/* A conversion again: the second one is told, and each of them, and
	 * nothing else, is taken back by its own retraction. */
	ok(db_conversion_walk_tell(jobd, a, r.id, &c, CONVERSION_NEW, 5, NOW));
	testdb_id(NOW, c.call.v);
	c.turn = 0;
	ok(db_conversion_walk_tell(jobd, a, r.id, &c, CONVERSION_NEW, 6, NOW));
	c.turn = 1;
	ok(db_conversion_walk_tell(jobd, a, r.id, &c, CONVERSION_RESTATE, 7,
	    NOW));
	ok(db_conversion_rows(t->db, a, r.id, false, NOW - 1, 0, 10, &mem,
	    &told, &n));
	assert_int_equal(n, 2);
	assert_int_equal(told[0].turn, 2);
	assert_int_equal(told[1].value_micros, 6);
	ok(db_conversion_walk_tell(jobd, a, r.id, &c, CONVERSION_RETRACT, 7,
	    NOW));
	ok(db_conversion_rows(t->db, a, r.id, false, NOW - 1, 0, 10, &mem,
	    &told, &n));
	assert_int_equal(n, 1);
	assert_int_equal(told[0].turn, 2);
	ok(db_conversion_rows(t->db, a, r.id, true, NOW - 1, 0, 10, &mem, &told,
	    &n));
	assert_int_equal(n, 3);
}

struct ids {
	uint8_t of[10][ID_BYTES];
	size_t n;
};

static void take_id(void *ctx, const struct db_sheet_cell *cells)
{
	struct ids *ids = ctx;

	assert_true(ids->n < RT_ARRAY_LEN(ids->of));
	memcpy(ids->of[ids->n++], cells[0].id, ID_BYTES);
}

/* Row by row comes what a page has, in the same order. */
static void same_each(const struct db_sheet *s,
    const struct db_sheet_scope *scope, struct db_sheet_order order)
{
	struct ids ids = { .n = 0 };
	struct db_sheet_cell *cells;
	size_t n = 9;

	ok(db_sheet_page(api, s, scope, NULL, order, NULL, 10, &mem, &cells,
	    &n));
	/* Once: what came before a failure came. */
	assert_int_equal(db_sheet_page_each(api, s, scope, NULL, order, NULL,
			     10, take_id, &ids),
	    ERR_OK);
	assert_int_equal(ids.n, n);
	for (size_t i = 0; i < n; i++)
		assert_true(id_eq(ids.of[i], cells[i * s->n_columns].id));
	assert_int_equal(db_sheet_page_each(api, s, scope, NULL, order, NULL, 0,
			     take_id, &ids),
	    ERR_RANGE);
}

/* Each order, row by row and both ways: all rows, none twice. */
static void walk_orders(const struct db_sheet *s,
    const struct db_sheet_scope scope[2], size_t rows)
{
	for (int by = 0; by < 2 * DB_SHEET_BY_COUNT; by++) {
		const struct db_sheet_order order = { .by = (enum db_sheet_by)(
							  by / 2),
			.down = by % 2 == 1 };
		struct db_sheet_place place, before = { .at_us = 0 };
		struct db_sheet_cell *cells;
		size_t n = 1, seen = 0;

		while (n == 1) {
			ok(db_sheet_page(api, s, &scope[0], NULL, order,
			    seen == 0 ? NULL : &place, 1, &mem, &cells, &n));
			if (n == 0)
				break;
			db_sheet_place(s, order.by, cells, &place);
			assert_true(seen == 0 || !id_eq(place.id, before.id));
			before = place;
			assert_true(++seen <= rows);
		}
		assert_int_equal(seen, rows);
		same_each(s, &scope[0], order);
		same_each(s, &scope[1], order);
		ok(db_sheet_page(api, s, &scope[1], NULL, order, NULL, 10, &mem,
		    &cells, &n));
		for (size_t i = 0; i < n; i++)
			assert_false(
			    id_eq(cells[i * s->n_columns].id, place.id));
	}
}

static void test_sheets(void **state)
{
	static const char *const names[] = { "numbers", "trackers", "pools",
		"flows", "companies", "users" };
	const struct db_sheet_order rising = { .by = DB_SHEET_BY_ID };

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(names); i++) {
		const struct db_sheet *s =
		    db_sheet_setup_find(slice_from(names[i]));
		struct db_sheet_scope scope[2];
		struct db_sheet_cell *cells, *one;
		size_t n = 0;

		for (int w = 0; w < 2; w++)
			scope[w] =
			    (struct db_sheet_scope){ t->company[w].account,
				    t->company[w].id };
		ok(db_sheet_page(api, s, &scope[0], NULL, rising, NULL, 10,
		    &mem, &cells, &n));
		assert_true(n > 0);
		ok(db_sheet_one(api, s, &scope[0], cells[0].id, &mem, &one));
		assert_int_equal(db_sheet_one(api, s, &scope[1], cells[0].id,
				     &mem, &one),
		    ERR_NOTFOUND);
		assert_null(db_sheet_cell(s, cells, "nothing"));
		walk_orders(s, scope, n);
		/* Nothing was made after the last day, nor is called so. */
		ok(db_sheet_page(api, s, &scope[0],
		    &(struct db_sheet_filter){ .search = SLICE("no such"),
			.to_us = DB_SHEET_TO_MAX_US },
		    rising, NULL, 10, &mem, &cells, &n));
		assert_int_equal(n, 0);
		ok(db_sheet_page(api, s, &scope[0],
		    &(struct db_sheet_filter){ .search = SLICE(""),
			.from_us = DB_SHEET_TO_MAX_US - 1,
			.to_us = DB_SHEET_TO_MAX_US },
		    rising, NULL, 10, &mem, &cells, &n));
		assert_int_equal(n, 0);
		assert_int_equal(db_sheet_page(api, s, &scope[0], NULL, rising,
				     NULL, 0, &mem, &cells, &n),
		    ERR_RANGE);
	}
	assert_null(db_sheet_setup_find(SLICE("secrets")));
}

static void mark_campaign(struct call_id call)
{
	static const char *const sql[] = {
		"UPDATE interaction SET campaign = 'Im Herbst' WHERE id = ?",
		"UPDATE call_fact SET campaign = 'Im Herbst' WHERE call_id = ?",
	};

	for (size_t i = 0; i < RT_ARRAY_LEN(sql); i++) {
		struct stmt *st = stmt_begin(t->db, sql[i]);

		stmt_in_id(st, call.v);
		assert_int_equal(stmt_exec_one(st), ERR_OK);
	}
}

static void test_calls_sheet(void **state)
{
	const struct db_sheet *s = db_sheet_calls();
	struct db_sheet_calls_filter f = {
		.log = { .f = { .from_us = NOW - 1, .to_us = NOW + RT_SEC_US },
		    .search = SLICE("2125550199") },
		/* For the order by changes: at any time. */
		.updated_to_us = INT64_C(4102444800000000)
	};
	struct db_sheet_calls_order order = { .up = false };
	const struct call_id call = add_call(1);
	struct interaction_id marked;
	struct db_sheet_cell *cells;
	size_t n = 9;

	(void)state;
	ok(db_sheet_calls_page(api, t->company[1].id, &f, order, NULL, 10, &mem,
	    &cells, &n));
	assert_int_equal(n, 1);
	assert_true(id_eq(cells[0].id, call.v));
	assert_true(
	    slice_eq_cstr(db_sheet_cell(s, cells, "result")->text, "answered"));
	assert_int_equal(db_sheet_calls_one(api, t->company[0].id, call, &mem,
			     &cells),
	    ERR_NOTFOUND);
	memcpy(marked.v, call.v, sizeof(marked.v));
	assert_int_equal(db_mark_hold(api, t->company[0].id, marked,
			     SLICE("call")),
	    ERR_NOTFOUND);
	assert_int_equal(db_mark_hold(api, t->company[1].id, marked,
			     SLICE("form")),
	    ERR_NOTFOUND);
	ok(db_mark_hold(api, t->company[1].id, marked, SLICE("call")));
	/* In every order, both ways, of one company alone: by the caller's
	 * number; and by a word, which the order by time asks of the sums. */
	mark_campaign(call);
	for (int by = 0; by < 4 * DB_SHEET_CALLS_BY_COUNT; by++) {
		const bool word =
		    by % 4 >= 2 && by / 4 != DB_SHEET_CALLS_STARTED;

		order.by = (enum db_sheet_calls_by)(by / 4);
		order.up = by % 2 == 0;
		f.log.search = word ? SLICE("HERBST") : SLICE("2125550199");
		for (int who = 0; who < 2; who++) {
			ok(db_sheet_calls_page(api, t->company[who].id, &f,
			    order, NULL, 10, &mem, &cells, &n));
			assert_int_equal(n, word ? who : 1);
			if (n == 1)
				assert_int_equal(id_eq(cells[0].id, call.v),
				    who);
		}
	}
	f.log.search = SLICE("%");
	ok(db_sheet_calls_page(api, t->company[1].id, &f, order, NULL, 10, &mem,
	    &cells, &n));
	assert_int_equal(n, 0);
}

static void test_gauges(void **state)
{
	struct db_gauges g = { .calls_open = 99 };

	(void)state;
	ok(db_gauge_read(api, NOW, &g));
	assert_int_equal(g.calls_open, 0);
	assert_int_equal(g.hooks_waiting, 0);
}

static int start(void **state)
{
	(void)state;
	t = testdb_start();
	jobd = testdb_connect(t, "jobd");
	api = testdb_connect(t, "api");
	arena_init(&mem, 1 << 24);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_fini(&mem);
	db_close(jobd);
	db_close(api);
	testdb_stop(t);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_ledger),
		cmocka_unit_test(test_sheets),
		cmocka_unit_test(test_calls_sheet),
		cmocka_unit_test(test_gauges),
	};

	return cmocka_run_group_tests_name("db_conversion", tests, start, stop);
}
