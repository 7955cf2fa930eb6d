/* Tests of lib/db/db_policy and jobs/job_keep: what is over its term goes, with
 * its file and a line in the audit log; what another company keeps stays. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jobs/job_keep.h"
#include "lib/db/db_policy.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"

static struct testdb *t;
static const struct testdb_company *a, *b;
static struct settings settings;
static struct arena mem;

#define ok(call)       FAIL_STMT_OK(call)
#define gives(e, call) assert_int_equal((call), (e))
#define NOW            TESTDB_NOW_US

static void put_file(const char *name)
{
	char path[512];
	int fd;

	(void)snprintf(path, sizeof(path), "%.200s/%s", settings.recordings_dir,
	    name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	(void)close(fd);
}

static bool has_file(const char *name)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%.200s/%s", settings.recordings_dir,
	    name);
	return access(path, F_OK) == 0;
}

/* Runs a statement whose parameters are the company, a new id, and a time. */
static void add(const char *sql, struct company_id company, int64_t at_us,
    uint8_t id[ID_BYTES])
{
	struct stmt *st;

	testdb_id(at_us, id);
	st = stmt_begin(t->db, sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id);
	stmt_in_time_us(st, at_us);
	ok(stmt_exec(st, NULL));
}

static void add_row(struct company_id company, int64_t at_us, const char *path)
{
	static const char sql[] =
	    "INSERT INTO recording (company_id, id, call_id, state, path,"
	    " started_at, peaks, created_at)"
	    " VALUES (?, ?, ?, 'ready', ?, ?, 'x', ?)";
	uint8_t id[ID_BYTES];
	struct stmt *st;

	testdb_id(at_us, id);
	st = stmt_begin(t->db, sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id);
	stmt_in_id(st, id);
	stmt_in_text(st, slice_from(path));
	stmt_in_time_us(st, at_us);
	stmt_in_time_us(st, at_us);
	ok(stmt_exec(st, NULL));
}

static void add_recording(struct company_id company, int64_t at_us,
    const char *path)
{
	add_row(company, at_us, path);
	put_file(path);
}

static void run_job(void)
{
	struct db *db = testdb_connect(t, "jobd");
	const struct queue_env env = { .settings = &settings,
		.db = db,
		.arena = &mem,
		.now_us = NOW };
	const struct job_row job = { .attempts = 1 };

	ok(job_keep(&env, &job));
	db_close(db);
}

static void set_policy(const struct testdb_company *c, uint32_t days)
{
	const struct policy_row row = { .keep_recordings_days = days,
		.keep_visits_days = days,
		.keep_calls_days = days,
		.quarantine_days = 10,
		.record_default = FLOW_RECORD_NOTICE };

	ok(db_policy_update(t->db, c->id, &row));
}

/* Nothing of before; one company keeps for a month, the other for ever. */
static void begin_anew(const char *const *deletes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ok(stmt_exec(stmt_begin(t->db, deletes[i]), NULL));
	set_policy(a, 30);
	set_policy(b, 0);
}

static void test_policy(void **state)
{
	struct policy_row row;
	struct company_id nobody;

	(void)state;
	ok(db_policy_get(t->db, a->id, &row));
	assert_int_equal(row.keep_recordings_days, 0);
	assert_int_equal(row.quarantine_days, 30);
	assert_int_equal(row.record_default, FLOW_RECORD_OFF);
	set_policy(a, 7);
	ok(db_policy_get(t->db, a->id, &row));
	assert_int_equal(row.keep_visits_days, 7);
	assert_int_equal(row.record_default, FLOW_RECORD_NOTICE);
	ok(db_policy_get(t->db, b->id, &row));
	assert_int_equal(row.keep_visits_days, 0);
	row.record_default = FLOW_RECORD_SILENT;
	gives(ERR_DENIED, db_policy_update(t->db, b->id, &row));
	testdb_id(NOW, nobody.v);
	gives(ERR_NOTFOUND, db_policy_get(t->db, nobody, &row));
}

static void test_recordings(void **state)
{
	(void)state;
	set_policy(a, 30);
	set_policy(b, 0);
	add_recording(a->id, NOW - 31 * RT_DAY_US, "old.wav");
	add_recording(a->id, NOW - 29 * RT_DAY_US, "new.wav");
	add_recording(b->id, NOW - 999 * RT_DAY_US, "theirs.wav");
	add_recording(a->id, NOW - 31 * RT_DAY_US, "lost.wav");
	{
		char path[512];

		(void)snprintf(path, sizeof(path), "%.200s/lost.wav",
		    settings.recordings_dir);
		assert_int_equal(unlink(path), 0);
	}
	run_job();
	assert_false(has_file("old.wav"));
	assert_true(has_file("new.wav"));
	assert_true(has_file("theirs.wav"));
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM recording WHERE"
			     " state = 'erased' AND peaks IS NULL"),
	    2);
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM audit WHERE"
			     " action = 'recording.erase'"),
	    2);
	run_job();
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM audit WHERE"
			     " action = 'recording.erase'"),
	    2);
}

static const char visit_sql[] =
    "INSERT INTO visit (company_id, id, site_id, visitor_id, started_at,"
    " seen_at, landing_url, landing_page, source, medium)"
    " SELECT x.c, x.i, x.i, x.i, x.t, x.t, '', '', '', ''"
    " FROM (SELECT ? AS c, ? AS i, ? AS t) x";
static const char visitor_sql[] =
    "INSERT INTO visitor (company_id, id, first_visit_id, first_seen_at,"
    " last_seen_at) SELECT x.c, x.i, x.i, x.t, x.t"
    " FROM (SELECT ? AS c, ? AS i, ? AS t) x";
static const char call_sql[] =
    "INSERT INTO phone_call (company_id, id, state, result, number_id,"
    " number_e164, caller_e164, caller_raw, caller_name, caller_place,"
    " started_at) SELECT x.c, x.i, 'closed', 'answered', x.i,"
    " '+14155550100', '+12125550199', '2125550199', 'Ann', 'New York', x.t"
    " FROM (SELECT ? AS c, ? AS i, ? AS t) x";
static const char credit_sql[] =
    "INSERT INTO interaction (company_id, id, kind, happened_at,"
    " attributed_by, visit_id, note) SELECT x.c, x.i, 'call', x.t, 'visit',"
    " x.i, 'a note' FROM (SELECT ? AS c, ? AS i, ? AS t) x";

static const char keyed_sql[] =
    "INSERT INTO call_event (company_id, call_id, seq, kind, value, detail,"
    " happened_at) SELECT x.c, x.i, k.seq, k.kind, k.value, k.detail, x.t"
    " FROM (SELECT ? AS c, ? AS i, ? AS t) x JOIN"
    " (SELECT 1 AS seq, 'digit' AS kind, 55 AS value, '' AS detail UNION ALL"
    " SELECT 2, 'stored', 0, 'pin=7' UNION ALL"
    " SELECT 3, 'message', 55, 'a=7') k";

/* A visit whose id is given to everything that hangs on it. */
static void same(const char *sql, struct company_id company, int64_t at_us,
    const uint8_t id[ID_BYTES])
{
	struct stmt *st = stmt_begin(t->db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, id);
	stmt_in_time_us(st, at_us);
	ok(stmt_exec(st, NULL));
}

static void test_visits_and_callers(void **state)
{
	const int64_t old_us = NOW - 40 * RT_DAY_US;
	uint8_t lone[ID_BYTES], called[ID_BYTES], fresh[ID_BYTES];
	uint8_t theirs[ID_BYTES];

	(void)state;
	set_policy(a, 30);
	set_policy(b, 0);
	add(visit_sql, a->id, old_us, lone);
	same(visitor_sql, a->id, old_us, lone);
	add(visit_sql, a->id, old_us, called);
	same(call_sql, a->id, old_us, called);
	same(credit_sql, a->id, old_us, called);
	same(keyed_sql, a->id, old_us, called);
	add(visit_sql, a->id, NOW - RT_DAY_US, fresh);
	same(call_sql, a->id, NOW - RT_DAY_US, fresh);
	same(keyed_sql, a->id, NOW - RT_DAY_US, fresh);
	add(visit_sql, b->id, old_us, theirs);
	same(call_sql, b->id, old_us, theirs);
	same(keyed_sql, b->id, old_us, theirs);
	run_job();
	assert_int_equal(testdb_count(t, "SELECT COUNT(*) FROM visit"), 3);
	assert_int_equal(testdb_count(t, "SELECT COUNT(*) FROM visitor"), 0);
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM phone_call WHERE"
			     " caller_e164 = '' AND caller_raw = ''"
			     " AND caller_name = '' AND"
			     " caller_place = 'New York'"),
	    1);
	assert_int_equal(
	    testdb_count(t,
		"SELECT COUNT(*) FROM phone_call WHERE caller_name = 'Ann'"),
	    2);
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM interaction"
			     " WHERE note IS NULL"),
	    1);
	/* Of keys that one was pressed stays, and what is no key. */
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM call_event WHERE"
			     " (kind = 'digit' AND value = 0)"
			     " OR (kind = 'stored' AND detail = 'pin')"),
	    2);
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM call_event WHERE"
			     " (kind = 'digit' AND value = 55)"
			     " OR (kind = 'stored' AND detail = 'pin=7')"
			     " OR (value = 55 AND detail = 'a=7')"),
	    7);
}

static const char told_sql[] =
    "INSERT INTO webhook_delivery (company_id, webhook_id, event_id, kind,"
    " object_id, body, state, due_at, answer, happened_at)"
    " SELECT x.c, w.id, x.i, 'call.ended', x.i, '{\"caller\":\"+12125550199\"}',"
    " 'done', x.t, 'thanks', x.t FROM (SELECT ? AS c, ? AS i, ? AS t) x"
    " JOIN webhook w ON w.company_id = x.c";
static const char hook_sql[] =
    "INSERT INTO webhook (company_id, id, name, url, secret_sealed, events,"
    " created_at) SELECT x.c, x.i, 'CRM', 'https://crm.example/', '', 1, x.t"
    " FROM (SELECT ? AS c, ? AS i, ? AS t) x";
static const char audit_sql[] =
    "INSERT INTO audit (company_id, id, account_id, action, object_kind,"
    " object_id, before_json, after_json, address, happened_at)"
    " SELECT x.c, x.i, x.i, 'call.note', 'call', x.i,"
    " '{\"note\":\"Ann first\"}', '{\"note\":\"Ann again\"}', '', x.t"
    " FROM (SELECT ? AS c, ? AS i, ? AS t) x";
static const char mail_sql[] =
    "INSERT INTO job (company_id, kind, job_key, payload, state, due_at,"
    " created_at) SELECT x.c, 'mail', HEX(x.i),"
    " '{\"caller_href\":\"tel:+12125550199\","
    "\"link\":\"https://rt.example/calls/call_1\"}', 'dead', x.t, x.t"
    " FROM (SELECT ? AS c, ? AS i, ? AS t) x";
static const char person_sql[] =
    "INSERT INTO person_caller (company_id, e164, person_id, linked_by,"
    " linked_at) SELECT x.c, '+12125550199', x.i, 'hand', x.t"
    " FROM (SELECT ? AS c, ? AS i, ? AS t) x";
static const char form_sql[] =
    "INSERT INTO form_entry (company_id, id, site_id, visit_id, submitted_at,"
    " fields, contact_e164) SELECT x.c, x.i, x.i, x.i, x.t, '[]',"
    " '+12125550199' FROM (SELECT ? AS c, ? AS i, ? AS t) x";

/* A call with all that says who it was from. */
static void add_said(struct company_id company, int64_t at_us)
{
	uint8_t call[ID_BYTES];

	add(call_sql, company, at_us, call);
	same(credit_sql, company, at_us, call);
	same(told_sql, company, at_us, call);
	same(audit_sql, company, at_us, call);
	same(mail_sql, company, at_us, call);
}

#define N_TOLD                                  \
	"SELECT COUNT(*) FROM webhook_delivery" \
	" WHERE body IS NOT NULL AND answer = 'thanks'"
#define N_AUDIT                                                  \
	"SELECT COUNT(*) FROM audit"                             \
	" WHERE JSON_VALUE(before_json, '$.note') = 'Ann first'" \
	" AND JSON_VALUE(after_json, '$.note') = 'Ann again'"
#define N_MAIL   "SELECT COUNT(*) FROM job WHERE payload LIKE '%12125550199%'"
#define N_PERSON "SELECT COUNT(*) FROM person_caller"

static void said(int64_t calls, int64_t people)
{
	assert_int_equal(testdb_count(t, N_TOLD), calls);
	assert_int_equal(testdb_count(t, N_AUDIT), calls);
	assert_int_equal(testdb_count(t, N_MAIL), calls);
	assert_int_equal(testdb_count(t, N_PERSON), people);
}

/* Who called is forgotten wherever it was said; what of the same telephone is
 * not over its term stays, and so does what another company keeps. */
static void test_said_elsewhere(void **state)
{
	static const char *const all[] = { "DELETE FROM phone_call",
		"DELETE FROM visit", "DELETE FROM interaction",
		"DELETE FROM audit" };
	const int64_t old_us = NOW - 40 * RT_DAY_US;
	uint8_t id[ID_BYTES];

	(void)state;
	begin_anew(all, RT_ARRAY_LEN(all));
	add(hook_sql, a->id, old_us, id);
	add(hook_sql, b->id, old_us, id);
	add(person_sql, a->id, old_us, id);
	add(person_sql, b->id, old_us, id);
	add_said(a->id, old_us);
	add_said(a->id, NOW - 20 * RT_DAY_US);
	add_said(b->id, old_us);
	said(3, 2);
	run_job();
	said(2, 2);
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM audit"
			     " WHERE action = 'call.note'"),
	    3);
	/* The telephone's last. */
	set_policy(a, 10);
	run_job();
	said(1, 1);
}

static const char one_sql[] =
    "INSERT INTO person (company_id, id, created_at) SELECT x.c, x.i, x.t"
    " FROM (SELECT ? AS c, ? AS i, ? AS t) x";
static const char browser_sql[] =
    "INSERT INTO person_visitor (company_id, visitor_id, person_id, linked_by,"
    " linked_at) SELECT x.c, x.i, x.i, 'form', x.t"
    " FROM (SELECT ? AS c, ? AS i, ? AS t) x";
static const char other_browser_sql[] =
    "INSERT INTO person_visitor (company_id, visitor_id, person_id, linked_by,"
    " linked_at) SELECT x.c, REPEAT('o', 16), x.i, 'form', x.t"
    " FROM (SELECT ? AS c, ? AS i, ? AS t) x";

/* A browser, and what it is joined with, all of the same id. */
static void add_joined(struct company_id company, int64_t at_us,
    const char *with, uint8_t id[ID_BYTES])
{
	add(visit_sql, company, at_us, id);
	same(one_sql, company, at_us, id);
	same(browser_sql, company, at_us, id);
	same(with, company, at_us, id);
}

/* Whose browser it was is not known for longer than its visits are; another
 * company's, and one that came again, stay. */
static void test_browser_of_a_person(void **state)
{
	static const char *const all[] = { "DELETE FROM phone_call",
		"DELETE FROM visit", "DELETE FROM interaction",
		"DELETE FROM form_entry", "DELETE FROM person_caller" };
	const int64_t old_us = NOW - 40 * RT_DAY_US;
	uint8_t id[ID_BYTES];

	(void)state;
	begin_anew(all, RT_ARRAY_LEN(all));
	add_joined(a->id, old_us, person_sql, id);
	add_joined(b->id, old_us, person_sql, id);
	add_joined(a->id, NOW - RT_DAY_US, other_browser_sql, id);
	run_job();
	assert_int_equal(testdb_count(t, "SELECT COUNT(*) FROM person"), 2);
	assert_int_equal(testdb_count(t, "SELECT COUNT(*) FROM person_visitor"),
	    3);
	assert_int_equal(testdb_count(t, N_PERSON), 1);
	/* The last telephone of one with nothing else. */
	ok(stmt_exec(stmt_begin(t->db, "DELETE FROM person_visitor"), NULL));
	set_policy(b, 30);
	add(call_sql, b->id, old_us, id);
	run_job();
	assert_int_equal(testdb_count(t, N_PERSON), 0);
	assert_int_equal(testdb_count(t, "SELECT COUNT(*) FROM person"), 0);
}

static const char phone_apart_sql[] =
    "INSERT INTO person_apart (company_id, one, other, parted_at)"
    " SELECT x.c, '+12125550199', LOWER(HEX(x.i)), x.t"
    " FROM (SELECT ? AS c, ? AS i, ? AS t) x";
static const char browser_apart_sql[] =
    "INSERT INTO person_apart (company_id, other, one, parted_at)"
    " SELECT x.c, '+12125550199', LOWER(HEX(x.i)), x.t"
    " FROM (SELECT ? AS c, ? AS i, ? AS t) x";
#define N_APART "SELECT COUNT(*) FROM person_apart"

/* Who was parted from whom is not known for longer than either is. */
static void test_parted(void **state)
{
	static const char *const all[] = { "DELETE FROM phone_call",
		"DELETE FROM form_entry", "DELETE FROM person_apart" };
	const int64_t old_us = NOW - 40 * RT_DAY_US;
	uint8_t id[ID_BYTES];

	(void)state;
	begin_anew(all, RT_ARRAY_LEN(all));
	/* The telephone's last call goes. */
	add(call_sql, a->id, old_us, id);
	for (int i = 0; i < 2; i++) {
		const struct company_id of = i == 0 ? a->id : b->id;

		add(phone_apart_sql, of, NOW, id);
		same(browser_apart_sql, of, NOW, id);
	}
	run_job();
	assert_int_equal(testdb_count(t, N_APART), 2);
	ok(stmt_exec(stmt_begin(t->db, "DELETE FROM person_apart"), NULL));
	/* The browser's last visit, while the telephone still calls. */
	add(call_sql, a->id, NOW - RT_DAY_US, id);
	add_joined(a->id, old_us, phone_apart_sql, id);
	same(browser_apart_sql, a->id, NOW, id);
	add_joined(a->id, NOW - RT_DAY_US, phone_apart_sql, id);
	same(browser_apart_sql, a->id, NOW, id);
	run_job();
	assert_int_equal(testdb_count(t, N_APART), 2);
	ok(stmt_exec(stmt_begin(t->db, "DELETE FROM person_apart"), NULL));
	ok(stmt_exec(stmt_begin(t->db, "DELETE FROM phone_call"), NULL));
}

/* A telephone that a form names is still somebody's. */
static void test_telephone_of_a_form(void **state)
{
	const int64_t old_us = NOW - 40 * RT_DAY_US;
	uint8_t id[ID_BYTES];

	(void)state;
	set_policy(a, 30);
	add(person_sql, a->id, old_us, id);
	add(form_sql, a->id, old_us, id);
	add(call_sql, a->id, old_us, id);
	run_job();
	said(1, 2);
}

/* A folder in the place of a file: nobody's unlink() removes it, not even
 * root's. What comes after it goes all the same. */
static void test_file_that_stays(void **state)
{
	const struct queue_env env = { .db = t->db,
		.settings = &settings,
		.arena = &mem,
		.now_us = NOW };
	const struct job_row job = { .kind = "keep" };
	const int64_t old_us = NOW - 35 * RT_DAY_US;
	uint8_t visit[ID_BYTES];
	char path[512];

	(void)state;
	set_policy(a, 30);
	add_recording(a->id, old_us - 1, "stays.wav");
	add_recording(a->id, old_us, "goes.wav");
	add(visit_sql, a->id, old_us, visit);
	(void)snprintf(path, sizeof(path), "%.200s/stays.wav",
	    settings.recordings_dir);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(job_keep(&env, &job), ERR_IO);
	assert_true(has_file("stays.wav"));
	assert_false(has_file("goes.wav"));
	assert_int_equal(testdb_count(t, "SELECT COUNT(*) FROM visit"), 0);
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM recording WHERE"
			     " path = 'stays.wav' AND state = 'ready'"),
	    1);
	assert_int_equal(rmdir(path), 0);
	run_job();
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM recording WHERE"
			     " path = 'stays.wav' AND state = 'erased'"),
	    1);
}

/* A queue, to be asked whether it stops: its threads never get a database. */
static enum err no_database(const struct settings *s, struct db **out)
{
	(void)s;
	(void)out;
	return ERR_UNAVAILABLE;
}

/* More files that stay than are read at once, all of them older than one that
 * goes: another company's. */
static void test_more_that_stay_than_a_batch(void **state)
{
	static const struct queue_kind kinds[] = { { .name = "keep",
	    .run = job_keep } };
	const struct queue_conf conf = { .settings = &settings,
		.kinds = kinds,
		.n_kinds = 1,
		.threads = 1,
		.connect = no_database };
	struct queue_env env = { .db = t->db,
		.settings = &settings,
		.arena = &mem,
		.now_us = NOW };
	const struct job_row job = { .kind = "keep" };
	const int64_t old_us = NOW - 35 * RT_DAY_US;
	char name[64];
	struct queue *q = NULL;

	(void)state;
	set_policy(a, 30);
	set_policy(b, 30);
	for (int i = 0; i < JOB_KEEP_BATCH + 1; i++) {
		/* What is below a file is not there to be removed. */
		(void)snprintf(name, sizeof(name), "stays.wav/%d.wav", i);
		add_row(a->id, old_us - 1000 + i, name);
	}
	put_file("stays.wav");
	add_recording(b->id, old_us, "theirs_goes.wav");
	ok(queue_start(&q, &conf));
	env.queue = q;
	assert_int_equal(job_keep(&env, &job), ERR_IO);
	queue_stop(q);
	assert_false(has_file("theirs_goes.wav"));
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM recording"
			     " WHERE state = 'ready' AND path LIKE 'stays%'"),
	    JOB_KEEP_BATCH + 1);
}

static int start(void **state)
{
	(void)state;
	t = testdb_start();
	a = &t->company[0];
	b = &t->company[1];
	settings_defaults(&settings);
	(void)snprintf(settings.recordings_dir, sizeof(settings.recordings_dir),
	    "%.150s/recordings", getenv("RT_TEST_DIR"));
	assert_int_equal(mkdir(settings.recordings_dir, 0700), 0);
	arena_init(&mem, (size_t)4 << 20);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_fini(&mem);
	testdb_stop(t);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_policy),
		cmocka_unit_test(test_recordings),
		cmocka_unit_test(test_file_that_stays),
		cmocka_unit_test(test_visits_and_callers),
		cmocka_unit_test(test_said_elsewhere),
		cmocka_unit_test(test_telephone_of_a_form),
		cmocka_unit_test(test_browser_of_a_person),
		cmocka_unit_test(test_parted),
		cmocka_unit_test(test_more_that_stay_than_a_batch),
	};

	return cmocka_run_group_tests_name("keep", tests, start, stop);
}
