/* Tests of sipworker/store/drain and snapshot: what a journal holds goes into
 * the database, by the store's own account, or is kept; and what the engine is
 * told comes out of it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/core/callrec.h"
#include "lib/core/snap.h"
#include "lib/db/db_call.h"
#include "lib/db/db_prompt.h"
#include "lib/db/db_recording.h"
#include "lib/db/db_report_call.h"
#include "lib/db/db_trunk.h"
#include "sipworker/store/drain.h"
#include "sipworker/store/snapshot.h"
#include "tests/support/cm.h"
#include "tests/support/fail_alloc.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"

static struct testdb *t;
static struct db *store;

#define ok(call) FAIL_STMT_OK(call)
#define NOW      TESTDB_NOW_US

/* --- calls -----------------------------------------------------------------*/

static struct call_id new_call(void)
{
	static int64_t later_us;
	struct call_id id;

	testdb_id(NOW + later_us++, id.v);
	return id;
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

static enum err say(const struct callrec *r)
{
	struct buf b;
	enum err e;

	buf_init(&b, CALLREC_BYTES_MAX);
	callrec_encode(r, &b);
	ok(buf_err(&b));
	e = drain_record(store, buf_slice(&b), NOW);
	buf_fini(&b);
	return e;
}

static enum err open_call(int who, struct call_id call)
{
	struct callrec r = record(who, call, CALLREC_OPENED, 0);

	r.u.opened.wall_us = NOW;
	r.u.opened.number = t->company[who].number;
	r.u.opened.trunk = t->company[who].trunk;
	r.u.opened.dialled = SLICE("+14155550100");
	r.u.opened.caller = SLICE("+12125550199");
	return say(&r);
}

static enum err close_call(int who, struct call_id call)
{
	struct callrec r = record(who, call, CALLREC_CLOSED, 1);

	r.u.closed.result = CALLRESULT_MISSED;
	r.u.closed.answered_us = r.u.closed.bridged_us = CALLREC_NEVER;
	r.u.closed.ended_us = RT_SEC_US;
	r.u.closed.rec_start_us = CALLREC_NEVER;
	r.u.closed.notice_ended_us = CALLREC_NEVER;
	return say(&r);
}

/* --- recordings that were finished without the engine --------------------*/

static void name_of(int who, struct call_id call, char out[128])
{
	char company[ID_TEXT_MAX], id[ID_TEXT_MAX];

	id_text(ID_KIND_company, t->company[who].id.v, company);
	id_text(ID_KIND_call, call.v, id);
	(void)snprintf(out, 128, "%s/2026-11-20/%s.wav", company, id);
}

static enum err recorded_nothing(const char *name)
{
	const struct drain_recording r = { .name = slice_from(name) };

	return drain_recording(store, &r, NOW);
}

static enum err recorded(const char *name, bool failed)
{
	const struct drain_recording r = { .name = slice_from(name),
		.failed = failed,
		.bytes = 32044,
		.samples = 16000 };

	return drain_recording(store, &r, NOW);
}

/* One that is waited for holds nothing: there will be no file. */
static void test_recording_nothing(void **state)
{
	const struct call_id call = new_call();
	struct recording_row row = { .call = call,
		.state = "pending",
		.started_us = NOW,
		.rate_hz = 8000 };

	(void)state;
	memcpy(row.id.v, call.v, sizeof(row.id.v));
	name_of(0, call, row.path);
	ok(open_call(0, call));
	ok(close_call(0, call));
	ok(db_recording_add(store, t->company[0].id, &row, NOW));
	ok(recorded_nothing(row.path));
	ok(db_recording_by_call(store, t->company[0].id, call, &row));
	assert_string_equal(row.state, "failed");
	assert_string_equal(row.why, RECORDING_MISSING);
}

static void test_recording(void **state)
{
	const struct call_id call = new_call();
	struct recording_row row;
	char name[128], foreign[128];

	(void)state;
	name_of(0, call, name);
	name_of(1, call, foreign);
	assert_int_equal(recorded(name, false), ERR_NOTFOUND);
	ok(open_call(0, call));
	assert_int_equal(recorded(name, false), ERR_NOTFOUND); /* later */
	ok(close_call(0, call));
	assert_int_equal(recorded(foreign, false), ERR_NOTFOUND);
	ok(recorded_nothing(name)); /* and no row says that there is one */
	assert_int_equal(db_recording_by_call(store, t->company[0].id, call,
			     &row),
	    ERR_NOTFOUND);
	ok(recorded(name, true));
	ok(db_recording_by_call(store, t->company[0].id, call, &row));
	assert_string_equal(row.state, "failed");
	assert_string_equal(row.why, RECORDING_WRITE);
	ok(recorded(name, false));
	ok(recorded(name, false)); /* twice is once */
	ok(recorded(name, true));  /* and stays */
	ok(db_recording_by_call(store, t->company[0].id, call, &row));
	assert_string_equal(row.state, "ready");
	assert_string_equal(row.path, name);
	assert_int_equal(row.duration_ms, 2000);
	assert_int_equal(row.size_bytes, 32044);
	assert_int_equal(db_recording_by_call(store, t->company[1].id, call,
			     &row),
	    ERR_NOTFOUND);
}

static void test_recording_names(void **state)
{
	char name[128];

	(void)state;
	name_of(0, new_call(), name);
	assert_int_equal(recorded("", false), ERR_SYNTAX);
	assert_int_equal(recorded("com_x/2026-11-20/c.wav", false), ERR_SYNTAX);
	name[strlen(name) - 1] = 'x'; /* ".wax" */
	assert_int_equal(recorded(name, false), ERR_SYNTAX);
	*strrchr(name, '/') = '\0'; /* no call */
	assert_int_equal(recorded(name, false), ERR_SYNTAX);
}

/* --- the proof of a notice -------------------------------------------------*/

static struct prompt_id add_notice(int who, const char *key,
    const char *language, int64_t created_us)
{
	struct prompt_row row = { .created_us = created_us };

	testdb_id(NOW, row.id.v);
	(void)snprintf(row.key, sizeof(row.key), "%s", key);
	(void)snprintf(row.name, sizeof(row.name), "%s, %s", key, language);
	(void)snprintf(row.language, sizeof(row.language), "%s", language);
	ok(db_prompt_add(t->db, t->company[who].id, &row));
	return row.id;
}

static void heard(const char *key, uint32_t version, const char *language)
{
	const struct call_id call = new_call();
	struct callrec r = record(0, call, CALLREC_CLOSED, 1);
	struct db_report_call *c;
	struct arena mem;

	ok(open_call(0, call));
	r.u.closed.result = CALLRESULT_ABANDONED;
	r.u.closed.answered_us = r.u.closed.bridged_us = CALLREC_NEVER;
	r.u.closed.ended_us = 3 * RT_SEC_US;
	r.u.closed.rec_start_us = CALLREC_NEVER;
	r.u.closed.notice_ended_us = 2 * RT_SEC_US;
	r.u.closed.notice_key = slice_from(key);
	r.u.closed.notice_version = version;
	ok(say(&r));
	arena_init(&mem, (size_t)1 << 20);
	ok(db_report_call(t->db, t->company[0].id, call, &mem, &c));
	assert_string_equal(c->notice_key, key);
	assert_int_equal(c->notice_version, version);
	assert_string_equal(c->notice_language, language);
	assert_int_equal(c->notice_ended_us, NOW + 2 * RT_SEC_US);
	arena_fini(&mem);
}

/* Which notice, in which language and version, and when it ended: of a key that
 * was used again, the one that there was when the call came. */
static void test_notice(void **state)
{
	const struct prompt_id old =
	    add_notice(0, "hinweis", "fr", NOW - 9 * RT_SEC_US);

	(void)state;
	heard("notice.en", 0, "en");
	heard("", 0, "");
	heard("nobody", 1, "");
	heard("hinweis", 1, "fr");
	ok(db_prompt_archive(t->db, t->company[0].id, old, NOW));
	(void)add_notice(0, "hinweis", "de-DE", NOW - RT_SEC_US);
	(void)add_notice(1, "nobody", "it", NOW - RT_SEC_US);
	heard("hinweis", 1, "de-DE");
	heard("nobody", 1, "");
	(void)add_notice(0, "later", "es", NOW + RT_SEC_US);
	heard("later", 1, "");
}

/* --- records that will not go in -------------------------------------------*/

static void test_refused(void **state)
{
	const int dir = open(getenv("RT_TEST_DIR"), O_RDONLY | O_DIRECTORY);
	const char want[] = "7 syntax 00ff61\n8 range \n";
	char got[64] = "";
	enum err e;
	int fd;

	(void)state;
	e = drain_record(store, SLICE("no record"), NOW);
	assert_int_not_equal(e, ERR_OK);
	assert_false(drain_again(e));
	ok(drain_refuse(dir, 7, ERR_SYNTAX, SLICE("\0\377a")));
	ok(drain_refuse(dir, 8, ERR_RANGE, SLICE("")));
	fd = openat(dir, "refused", O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(read(fd, got, sizeof(got) - 1), strlen(want));
	assert_string_equal(got, want);
	(void)close(fd);
	(void)close(dir);
	/* No folder: said, and the caller knows. */
	assert_int_equal(drain_refuse(-1, 9, ERR_RANGE, SLICE("x")), ERR_IO);
}

static void test_refused_no_memory(void **state)
{
	const int dir = open(getenv("RT_TEST_DIR"), O_RDONLY | O_DIRECTORY);
	enum err e;

	(void)state;
	fail_alloc_after(0);
	e = drain_refuse(dir, 7, ERR_SYNTAX, SLICE("abc"));
	assert_true(fail_alloc_end());
	assert_int_equal(e, ERR_NOMEM);
	(void)close(dir);
}

/* --- the engine's configuration --------------------------------------------*/

/* A trunk of the first account whose password is sealed with the key. */
static struct trunk_id sealed_trunk(const struct seal_key *key)
{
	char about[64], id[ID_TEXT_MAX];
	struct trunk_row row;
	struct buf box;

	db_trunk_init(&row);
	testdb_id(NOW, row.id.v);
	(void)snprintf(row.name, sizeof(row.name), "sealed");
	(void)snprintf(row.next_hop, sizeof(row.next_hop), "127.0.0.9");
	id_text(ID_KIND_trunk, row.id.v, id);
	(void)snprintf(about, sizeof(about), "trunk:%s", id);
	buf_init(&box, sizeof(row.password_sealed));
	ok(seal_box(key, slice_from(about), SLICE("pass phrase"), &box));
	memcpy(row.password_sealed, box.p, box.n);
	row.password_sealed_n = box.n;
	buf_fini(&box);
	ok(db_trunk_add(t->db, t->company[0].account, &row));
	return row.id;
}

/* The password that the engine would be told; "" for none. */
static void told(const struct seal_key *key, struct trunk_id id, char out[64])
{
	const struct prompts none = { 0 };
	struct flowkeep *keep;
	uint64_t version = 0;
	struct buf block;
	struct snap s;
	bool found = false;

	ok(flowkeep_new(&keep));

	buf_init(&block, SNAP_BYTES_MAX);
	ok(snapshot_build(store, key, &none, keep, &block, &version));
	assert_true(version > 0);
	ok(snap_open(buf_slice(&block), &s));
	for (uint32_t i = 0; i < s.section[SNAP_TRUNKS].count; i++) {
		struct snap_trunk row;

		snap_trunk_at(&s, i, &row);
		if (memcmp(row.id.v, id.v, sizeof(id.v)) != 0)
			continue;
		found = true;
		assert_true(slice_to_cstr(row.auth_password, out, 64));
	}
	assert_true(found);
	buf_fini(&block);
	flowkeep_free(keep);
}

static void test_snapshot_passwords(void **state)
{
	char path[200], password[64];
	struct seal_key key, other;
	struct trunk_id id;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/a.key", getenv("RT_TEST_DIR"));
	ok(seal_key_create(path));
	ok(seal_key_load(path, &key));
	(void)snprintf(path, sizeof(path), "%s/b.key", getenv("RT_TEST_DIR"));
	ok(seal_key_create(path));
	ok(seal_key_load(path, &other));
	id = sealed_trunk(&key);
	told(&key, id, password);
	assert_string_equal(password, "pass phrase");
	told(&other, id, password); /* logged; nobody's calls stop */
	assert_string_equal(password, "");
}

static enum err build(struct buf *block)
{
	const struct prompts none = { 0 };
	const struct seal_key key = { 0 };
	uint64_t version = 0;
	struct flowkeep *keep;
	enum err e;

	if ((e = flowkeep_new(&keep)) != ERR_OK)
		return e;
	e = snapshot_build(store, &key, &none, keep, block, &version);
	flowkeep_free(keep);
	return e;
}

/* Either it says so, or the block is whole: no call finds half of one. */
static void test_snapshot_no_memory(void **state)
{
	struct buf whole, block;
	bool hit = true;

	(void)state;
	buf_init(&whole, SNAP_BYTES_MAX);
	ok(build(&whole));
	for (unsigned int n = 0; hit && n < 2000; n++) {
		enum err e;

		buf_init(&block, SNAP_BYTES_MAX);
		fail_alloc_after(n);
		e = build(&block);
		hit = fail_alloc_end();
		if (e == ERR_OK
			? !slice_eq(buf_slice(&block), buf_slice(&whole))
			: !hit)
			fail_msg("allocation %u: %s", n, err_name(e));
		buf_fini(&block);
	}
	assert_false(hit);
	buf_fini(&whole);
}

/* Last: the database goes away, and what it did not take goes in later. */
static void test_away(void **state)
{
	const struct call_id call = new_call();
	const struct prompts none = { 0 };
	struct seal_key key = { 0 };
	struct flowkeep *keep;
	struct call_state was;
	uint64_t version = 0;
	char name[128];
	struct buf block;

	(void)state;
	ok(flowkeep_new(&keep));
	name_of(0, call, name);
	testdb_kill(t);
	assert_true(drain_again(open_call(0, call)));
	assert_true(drain_again(close_call(0, call)));
	assert_true(drain_again(recorded(name, false)));
	buf_init(&block, SNAP_BYTES_MAX);
	assert_true(drain_again(
	    snapshot_build(store, &key, &none, keep, &block, &version)));
	buf_fini(&block);
	flowkeep_free(keep);
	testdb_revive(t);
	db_close(store);
	store = testdb_connect(t, "store");
	ok(open_call(0, call));
	ok(open_call(0, call));
	ok(close_call(0, call));
	ok(recorded(name, false));
	ok(db_call_state(store, t->company[0].id, call, &was));
	assert_true(was.closed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recording),
		cmocka_unit_test(test_recording_nothing),
		cmocka_unit_test(test_recording_names),
		cmocka_unit_test(test_notice),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_refused_no_memory),
		cmocka_unit_test(test_snapshot_passwords),
		cmocka_unit_test(test_snapshot_no_memory),
		cmocka_unit_test(test_away),
	};
	int rc;

	t = testdb_start();
	store = testdb_connect(t, "store");
	rc = cmocka_run_group_tests_name("drain", tests, NULL, NULL);
	db_close(store);
	testdb_stop(t);
	return rc;
}
