/* Tests of lib/db/db_hook and db_hook_out: what calls set going, order, claims
 * and results, with a second company that sees nothing. */
#include <stdio.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/db/db_call.h"
#include "lib/db/db_hook.h"
#include "lib/db/db_hook_out.h"
#include "lib/db/db_mark.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"

static struct testdb *t;
static struct db *store, *jobd;
static struct arena mem;

#define ok(call) FAIL_STMT_OK(call)
#define NOW      TESTDB_NOW_US

static const uint8_t claim_1[ID_BYTES] = { 1 }, claim_2[ID_BYTES] = { 2 };

static struct hook_row make_hook(uint32_t events)
{
	struct hook_row row = { .name = "CRM",
		.url = "https://crm.example/hook",
		.secret = { 1, 2, 3 },
		.secret_n = 3,
		.signature = "v1",
		.events = events,
		.per_second = 10,
		.parallel = 4,
		.created_us = NOW };

	testdb_id(NOW, row.id.v);
	return row;
}

static struct hook_row add_hook(int who, uint32_t events)
{
	const struct hook_row row = make_hook(events);

	ok(db_hook_add(t->db, t->company[who].id, &row));
	return row;
}

static int empty(void **state)
{
	static const char *const sqls[] = { "DELETE FROM webhook",
		"DELETE FROM webhook_delivery" };

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(sqls); i++) {
		struct stmt *st;

		st = stmt_begin(t->db, sqls[i]);
		ok(stmt_exec(st, NULL));
	}
	arena_reset(&mem);
	return 0;
}

static size_t listed(int who, struct webhook_id hook,
    struct hook_out_row **rows)
{
	size_t n = 99;

	ok(db_hook_out_list(t->db, t->company[who].id, hook, SLICE(""), 0, 100,
	    &mem, rows, &n));
	return n;
}

static size_t claim(struct webhook_id hook, const uint8_t c[ID_BYTES],
    uint32_t max, int64_t now_us, struct hook_out_row **rows)
{
	size_t n = 99;

	ok(db_hook_out_claim(jobd, t->company[0].id, hook, max, c, now_us,
	    RT_MIN_US, &mem, rows, &n));
	return n;
}

static void settle(struct webhook_id hook, const struct hook_out_row *row,
    const uint8_t c[ID_BYTES], enum hook_fate fate, int64_t due_us,
    enum err want)
{
	const struct hook_result r = { .fate = fate,
		.due_us = due_us,
		.status = 503,
		.took_us = 1500,
		.error = SLICE("answered 503"),
		.answer = SLICE("no") };

	assert_int_equal(db_hook_out_settle(jobd, t->company[0].id, hook, row,
			     c, &r, NOW),
	    want);
}

/* --- hooks -----------------------------------------------------------------
 */

static void test_hooks(void **state)
{
	struct hook_row row = add_hook(0, HOOK_ALL), got, *rows;
	size_t n = 9;

	(void)state;
	ok(db_hook_get(t->db, t->company[0].id, row.id, &got));
	assert_string_equal(got.url, row.url);
	assert_int_equal(got.secret_n, 3);
	assert_int_equal(db_hook_get(t->db, t->company[1].id, row.id, &got),
	    ERR_NOTFOUND);
	row.per_second = 5;
	row.secret_n = 0;
	ok(db_hook_update(t->db, t->company[0].id, &row));
	assert_int_equal(db_hook_update(t->db, t->company[1].id, &row),
	    ERR_NOTFOUND);
	ok(db_hook_get(t->db, t->company[0].id, row.id, &got));
	assert_int_equal(got.per_second, 5);
	assert_int_equal(got.secret_n, 3);
	row.per_second = 0;
	assert_int_equal(db_hook_update(t->db, t->company[0].id, &row),
	    ERR_RANGE);
	ok(db_hook_list(t->db, t->company[1].id, &mem, &rows, &n));
	assert_int_equal(n, 0);
	assert_int_equal(db_hook_archive(t->db, t->company[1].id, row.id, NOW),
	    ERR_NOTFOUND);
	ok(db_hook_archive(t->db, t->company[0].id, row.id, NOW));
	assert_int_equal(db_hook_archive(t->db, t->company[0].id, row.id, NOW),
	    ERR_NOTFOUND);
	ok(db_hook_list(t->db, t->company[0].id, &mem, &rows, &n));
	assert_int_equal(n, 0);
}

static void test_too_many(void **state)
{
	struct hook_row row = make_hook(HOOK_ALL);

	(void)state;
	for (int i = 0; i < DB_HOOKS_MAX; i++)
		(void)add_hook(0, HOOK_ALL);
	assert_int_equal(db_hook_add(t->db, t->company[0].id, &row), ERR_BUSY);
	ok(db_hook_add(t->db, t->company[1].id, &row));
}

/* --- what is told ----------------------------------------------------------
 */

/* One recording a path. */
static char rec_path[32];

static struct callrec record(enum callrec_kind kind, struct call_id id,
    uint32_t seq)
{
	struct callrec r = { .head = { .kind = kind,
				 .call = id,
				 .company = t->company[0].id,
				 .seq = seq,
				 .at_us = (int64_t)seq * RT_SEC_US } };

	if (kind == CALLREC_OPENED) {
		r.u.opened = (struct callrec_opened){ .wall_us = NOW,
			.number = t->company[0].number,
			.trunk = t->company[0].trunk,
			.dialled = SLICE("+14155550100"),
			.caller = SLICE("+12125550199") };
	} else if (kind == CALLREC_EVENT) {
		r.u.event = (struct callrec_event){ .what = CALLREC_EV_BRIDGED,
			.step = FLOW_END };
	} else {
		r.u.closed = (struct callrec_closed){
			.result = CALLRESULT_ANSWERED,
			.bridged_us = RT_SEC_US,
			.talk_us = 60 * RT_SEC_US,
			.ended_us = 61 * RT_SEC_US,
			.recording = CALLREC_REC_DONE,
			.rec_start_us = RT_SEC_US,
			.rec_bytes = 100,
			.rec_samples = 8000,
			.rec_name = slice_from(rec_path),
			.notice_ended_us = CALLREC_NEVER,
		};
		memset(r.u.closed.rec_sha256, 7, 32);
	}
	return r;
}

/* A whole call by the store's account; twice, as after a crash. */
static struct call_id drain_twice(void)
{
	static const struct call_place place = { SLICE_INIT("US"),
		SLICE_INIT("") };
	const struct company_id co = t->company[0].id;
	static int calls;
	struct call_id id;

	testdb_id(NOW, id.v);
	(void)snprintf(rec_path, sizeof(rec_path), "x/%d.wav", ++calls);
	for (int i = 0; i < 2; i++) {
		const struct callrec a = record(CALLREC_OPENED, id, 0),
				     b = record(CALLREC_EVENT, id, 1),
				     c = record(CALLREC_CLOSED, id, 2);

		ok(db_call_opened(store, co, &a, &place));
		ok(db_call_event(store, co, &b));
		ok(db_call_closed(store, co, &c, NULL, NOW));
	}
	return id;
}

static void test_call_tells_once(void **state)
{
	static const char *const want[] = { "recording.ready", "call.ended",
		"call.answered", "call.started" };
	const struct hook_row all = add_hook(0, HOOK_ALL),
			      ended = add_hook(0, HOOK_BIT(HOOK_CALL_ENDED)),
			      other = add_hook(1, HOOK_ALL);
	struct hook_out_row *rows, *one;
	struct call_id id;

	(void)state;
	id = drain_twice();
	assert_int_equal(listed(0, all.id, &rows), 4);
	for (size_t i = 0; i < 4; i++) {
		assert_string_equal(rows[i].kind, want[i]);
		assert_true(id_eq(rows[i].object, id.v));
	}
	assert_int_equal(listed(0, ended.id, &one), 1);
	assert_true(id_eq(one[0].event.v, rows[1].event.v));
	assert_int_equal(listed(1, other.id, &rows), 0);
	/* Nobody else reads them. */
	assert_int_equal(listed(1, all.id, &rows), 0);
}

static void test_changes_join(void **state)
{
	const struct hook_row hook = add_hook(0, HOOK_ALL);
	const struct company_id co = t->company[0].id;
	struct interaction_id itn;
	struct hook_out_row *rows;
	struct call_id id;

	(void)state;
	id = drain_twice();
	memcpy(itn.v, id.v, sizeof(itn.v));
	ok(db_mark_outcome(t->db, co, itn, SLICE("lead"), MARK_BY_PERSON,
	    t->company[0].user, NOW));
	ok(db_mark_value(t->db, co, itn, true, 5));
	ok(db_mark_value(t->db, co, itn, true, 6));
	assert_int_equal(listed(0, hook.id, &rows), 5);
	assert_string_equal(rows[0].kind, "call.changed");
	assert_string_equal(rows[0].detail, "outcome,value");
	/* What is under way is not changed any more. */
	ok(db_hook_out_body(t->db, co, hook.id, rows[0].event, SLICE("{}")));
	ok(db_mark_note(t->db, co, itn, SLICE("call back")));
	assert_int_equal(listed(0, hook.id, &rows), 6);
	assert_string_equal(rows[0].detail, "note");
	/* What failed is not told. */
	assert_int_equal(db_mark_note(t->db, t->company[1].id, itn, SLICE("x")),
	    ERR_NOTFOUND);
	assert_int_equal(listed(0, hook.id, &rows), 6);
}

/* --- delivering ------------------------------------------------------------
 */

static void emit(enum hook_kind kind, const uint8_t object[ID_BYTES])
{
	ok(db_hook_out_emit(store, t->company[0].id, kind, object, NOW));
}

static void test_order(void **state)
{
	const struct hook_row hook = add_hook(0, HOOK_ALL);
	static const uint8_t a[ID_BYTES] = { 7 }, b[ID_BYTES] = { 8 };
	struct hook_out_row *first, *rows;
	struct hook_due *due;
	size_t n = 0;

	(void)state;
	emit(HOOK_CALL_STARTED, a);
	emit(HOOK_CALL_ENDED, a);
	emit(HOOK_CALL_STARTED, b);
	/* One of each call at a time. */
	assert_int_equal(claim(hook.id, claim_1, 10, NOW, &first), 2);
	assert_true(id_eq(first[0].object, a) && id_eq(first[1].object, b));
	assert_int_equal(first[0].attempts, 1);
	assert_int_equal(claim(hook.id, claim_2, 10, NOW, &rows), 0);
	/* It failed: the call's next waits as long. */
	settle(hook.id, &first[0], claim_1, HOOK_FATE_AGAIN, NOW + 10, ERR_OK);
	assert_int_equal(claim(hook.id, claim_2, 10, NOW + 9, &rows), 0);
	/* And what comes meanwhile, which nobody need look at before. */
	emit(HOOK_CALL_ANSWERED, a);
	ok(db_hook_out_changed(t->db, t->company[0].id, a, "note",
	    NOW - DB_HOOK_COLLECT_US));
	ok(db_hook_out_due(jobd, &mem, &due, &n));
	assert_int_equal(n, 1);
	assert_int_equal(due[0].due_us, NOW + 10);
	assert_int_equal(claim(hook.id, claim_2, 10, NOW + 10, &rows), 1);
	assert_string_equal(rows[0].kind, "call.started");
	assert_int_equal(rows[0].attempts, 2);
	/* The first claim is over. */
	settle(hook.id, &rows[0], claim_1, HOOK_FATE_DONE, 0, ERR_CONFLICT);
	settle(hook.id, &rows[0], claim_2, HOOK_FATE_PARKED, 0, ERR_OK);
	assert_int_equal(claim(hook.id, claim_2, 10, NOW + 10, &rows), 1);
	assert_string_equal(rows[0].kind, "call.ended");
}

/* Many calls changed at once: each in its turn, at half the hook's rate; who
 * changes one of them meanwhile has it told at once, with all that changed. */
static void test_turns(void **state)
{
	enum {
		MANY = 50
	};
	const int64_t half_us = 2 * RT_SEC_US / 10;
	const int64_t first_us = NOW + DB_HOOK_COLLECT_US;
	const struct hook_row hook = add_hook(0, HOOK_ALL);
	const struct hook_row other = add_hook(1, HOOK_ALL);
	const struct company_id co = t->company[0].id;
	struct hook_turn turn = { .from_us = NOW, .now_us = NOW };
	uint8_t call[ID_BYTES] = { 9 };
	struct hook_out_row *rows;

	(void)state;
	for (; turn.n < MANY; turn.n++, turn.now_us += 1000) {
		call[1] = (uint8_t)turn.n;
		ok(db_hook_out_changed_in_turn(t->db, co, call, "attribution",
		    &turn));
	}
	assert_int_equal(listed(0, hook.id, &rows), MANY);
	assert_int_equal(listed(1, other.id, &rows), 0);
	assert_int_equal(claim(hook.id, claim_1, MANY, first_us, &rows), 1);
	assert_int_equal(rows[0].happened_us, NOW);
	assert_string_equal(rows[0].detail, "attribution");
	assert_int_equal(claim(hook.id, claim_1, MANY, first_us + 4 * half_us,
			     &rows),
	    4);
	/* The last but one is marked, a recording of the last is ready. */
	call[1] = MANY - 2;
	ok(db_hook_out_changed(t->db, co, call, "note", NOW));
	assert_int_equal(claim(hook.id, claim_1, MANY, first_us + 4 * half_us,
			     &rows),
	    1);
	assert_memory_equal(rows[0].object, call, ID_BYTES);
	assert_string_equal(rows[0].detail, "attribution,note");
	call[1] = MANY - 1;
	emit(HOOK_RECORDING_READY, call);
	assert_int_equal(claim(hook.id, claim_1, MANY, first_us + 4 * half_us,
			     &rows),
	    1);
	assert_string_equal(rows[0].kind, "call.changed");
	settle(hook.id, &rows[0], claim_1, HOOK_FATE_DONE, 0, ERR_OK);
	assert_int_equal(claim(hook.id, claim_1, MANY, first_us + 4 * half_us,
			     &rows),
	    1);
	assert_string_equal(rows[0].kind, "recording.ready");
	/* What is told at once is not held up by those whose turn comes. */
	call[0] = 10;
	emit(HOOK_CALL_ENDED, call);
	assert_int_equal(claim(hook.id, claim_1, MANY, first_us, &rows), 1);
	assert_string_equal(rows[0].kind, "call.ended");
	assert_int_equal(claim(hook.id, claim_1, 200, first_us + MANY * half_us,
			     &rows),
	    MANY - 7);
}

static void test_lost(void **state)
{
	const struct hook_row hook = add_hook(0, HOOK_ALL);
	static const uint8_t a[ID_BYTES] = { 7 };
	struct hook_out_row *rows;
	struct hook_due *due;
	size_t n = 9;

	(void)state;
	emit(HOOK_CALL_ENDED, a);
	ok(db_hook_out_due(jobd, &mem, &due, &n));
	assert_int_equal(n, 1);
	assert_int_equal(due[0].due_us, NOW);
	assert_true(id_eq(due[0].hook.v, hook.id.v));
	assert_int_equal(claim(hook.id, claim_1, 1, NOW, &rows), 1);
	ok(db_hook_out_lost(jobd, NOW + RT_MIN_US - 1));
	assert_int_equal(claim(hook.id, claim_2, 1, NOW + RT_HOUR_US, &rows),
	    0);
	ok(db_hook_out_lost(jobd, NOW + RT_MIN_US));
	assert_int_equal(claim(hook.id, claim_2, 1, NOW + RT_HOUR_US, &rows),
	    1);
}

static void test_replay(void **state)
{
	const struct company_id co = t->company[0].id;
	const struct hook_row hook = add_hook(0, HOOK_ALL);
	static const uint8_t a[ID_BYTES] = { 7 }, b[ID_BYTES] = { 8 };
	struct hook_out_row *rows, *one;
	uint64_t n = 9;

	(void)state;
	emit(HOOK_CALL_ENDED, a);
	emit(HOOK_CALL_ENDED, b);
	assert_int_equal(claim(hook.id, claim_1, 10, NOW, &rows), 2);
	settle(hook.id, &rows[0], claim_1, HOOK_FATE_DONE, 0, ERR_OK);
	settle(hook.id, &rows[1], claim_1, HOOK_FATE_PARKED, 0, ERR_OK);
	assert_int_equal(db_hook_out_replay(t->db, t->company[1].id, hook.id,
			     rows[0].event, NOW),
	    ERR_NOTFOUND);
	ok(db_hook_out_replay_range(t->db, t->company[1].id, hook.id, 0,
	    NOW + 1, false, NOW, &n));
	assert_int_equal(n, 0);
	ok(db_hook_out_replay_range(t->db, co, hook.id, 0, NOW, false, NOW,
	    &n));
	assert_int_equal(n, 0);
	ok(db_hook_out_replay_range(t->db, co, hook.id, 0, NOW + 1, true, NOW,
	    &n));
	assert_int_equal(n, 1);
	ok(db_hook_out_replay(t->db, co, hook.id, rows[0].event, NOW));
	assert_int_equal(db_hook_out_replay(t->db, co, hook.id, rows[0].event,
			     NOW),
	    ERR_NOTFOUND);
	assert_int_equal(claim(hook.id, claim_2, 10, NOW, &one), 2);
	assert_int_equal(one[0].attempts, 1);
	settle(hook.id, &one[0], claim_2, HOOK_FATE_DONE, 0, ERR_OK);
	ok(db_hook_out_sweep(jobd, NOW + 1, 10, &n));
	assert_int_equal(n, 1);
	/* A hook that is off is not told what waits, nor again. */
	ok(db_hook_archive(t->db, co, hook.id, NOW));
	assert_int_equal(claim(hook.id, claim_2, 10, NOW + RT_HOUR_US, &rows),
	    0);
	ok(db_hook_out_replay_range(t->db, co, hook.id, 0, NOW + 1, false, NOW,
	    &n));
	assert_int_equal(n, 0);
}

/* Words go out of what is under way: its receiver's answer, which may say them
 * again, is not kept. */
static void test_answer_after_erasure(void **state)
{
	static const uint8_t a[ID_BYTES] = { 7 }, b[ID_BYTES] = { 8 };
	const struct company_id co = t->company[0].id;
	const struct hook_row hook = add_hook(0, HOOK_ALL);
	struct hook_out_row *rows, *after;
	struct stmt *st;

	(void)state;
	emit(HOOK_CALL_ENDED, a);
	emit(HOOK_CALL_ENDED, b);
	assert_int_equal(claim(hook.id, claim_1, 10, NOW, &rows), 2);
	for (size_t i = 0; i < 2; i++)
		ok(db_hook_out_body(jobd, co, hook.id, rows[i].event,
		    SLICE("{}")));
	st = stmt_begin(t->db,
	    "UPDATE webhook_delivery SET body = NULL, answer = ''"
	    " WHERE company_id = ? AND event_id = ?");
	stmt_in_id(st, co.v);
	stmt_in_id(st, rows[0].event.v);
	ok(stmt_exec_one(st));
	for (size_t i = 0; i < 2; i++)
		settle(hook.id, &rows[i], claim_1, HOOK_FATE_DONE, 0, ERR_OK);
	assert_int_equal(listed(0, hook.id, &after), 2);
	assert_string_equal(after[1].answer, "");
	assert_int_equal(after[1].status, 503);
	assert_string_equal(after[0].answer, "no");
}

/* A batch of forms may be written again. */
static void test_form_once(void **state)
{
	const struct hook_row hook = add_hook(0, HOOK_ALL);
	static const uint8_t form[ID_BYTES] = { 9 };
	struct hook_out_row *rows;

	(void)state;
	emit(HOOK_FORM_RECEIVED, form);
	emit(HOOK_FORM_RECEIVED, form);
	assert_int_equal(listed(0, hook.id, &rows), 1);
}

static void test_test(void **state)
{
	const struct hook_row hook = add_hook(0, HOOK_BIT(HOOK_CALL_ENDED));
	struct hook_out_row *rows;

	(void)state;
	assert_int_equal(db_hook_out_test(t->db, t->company[1].id, hook.id,
			     NOW),
	    ERR_NOTFOUND);
	ok(db_hook_out_test(t->db, t->company[0].id, hook.id, NOW));
	assert_int_equal(listed(0, hook.id, &rows), 1);
	assert_string_equal(rows[0].kind, "test");
	assert_int_equal(db_hook_out_emit(store, t->company[0].id, HOOK_TEST,
			     rows[0].object, NOW),
	    ERR_RANGE);
}

static int start(void **state)
{
	(void)state;
	t = testdb_start();
	store = testdb_connect(t, "store");
	jobd = testdb_connect(t, "jobd");
	arena_init(&mem, 1 << 24);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_fini(&mem);
	db_close(store);
	db_close(jobd);
	testdb_stop(t);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_hooks, empty),
		cmocka_unit_test_setup(test_too_many, empty),
		cmocka_unit_test_setup(test_call_tells_once, empty),
		cmocka_unit_test_setup(test_changes_join, empty),
		cmocka_unit_test_setup(test_order, empty),
		cmocka_unit_test_setup(test_turns, empty),
		cmocka_unit_test_setup(test_lost, empty),
		cmocka_unit_test_setup(test_replay, empty),
		cmocka_unit_test_setup(test_answer_after_erasure, empty),
		cmocka_unit_test_setup(test_form_once, empty),
		cmocka_unit_test_setup(test_test, empty),
	};

	return cmocka_run_group_tests_name("db_hook", tests, start, stop);
}
