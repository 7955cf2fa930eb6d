/* Tests of what goes late: what older versions left of callers who were
 * forgotten and of persons who were erased (db_forget_again), and what was said
 * of a call after its caller was forgotten. */
#include <string.h>

#include "jobs/job_keep.h"
#include "lib/db/db_forget_again.h"
#include "lib/db/db_policy.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"

static struct testdb *t;
static const struct testdb_company *a, *b;
static struct settings settings;
static struct arena mem;
static struct queue *queue; /* that finds nothing to do, and does not stop */

#define ok(call)   FAIL_STMT_OK(call)
#define NOW        TESTDB_NOW_US
#define OLD        (NOW - 40 * RT_DAY_US)
#define count(sql) testdb_count(t, sql)

static void run_job(void)
{
	struct db *db = testdb_connect(t, "jobd");
	const struct queue_env env = { .settings = &settings,
		.db = db,
		.arena = &mem,
		.queue = queue,
		.now_us = NOW };
	const struct job_row job = { .attempts = 1 };

	ok(job_keep(&env, &job));
	db_close(db);
}

static void keep_calls(const struct testdb_company *c, uint32_t days)
{
	struct policy_row row;

	ok(db_policy_get(t->db, c->id, &row));
	row.keep_calls_days = days;
	if (row.record_default == FLOW_RECORD_SILENT)
		row.record_default = FLOW_RECORD_OFF;
	ok(db_policy_update(t->db, c->id, &row));
}

/* Runs a statement whose parameters are the company, an id, and a time. */
static void put(const char *sql, struct company_id company, int64_t at_us,
    const uint8_t id[ID_BYTES])
{
	struct stmt *st = stmt_begin(t->db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, id);
	stmt_in_time_us(st, at_us);
	ok(stmt_exec(st, NULL));
}

#define OF_THREE " FROM (SELECT ? AS c, ? AS i, ? AS t) x"

static const char hook_sql[] =
    "INSERT INTO webhook (company_id, id, name, url, secret_sealed, events,"
    " created_at) SELECT x.c, x.i, 'CRM', 'https://crm.example/', '', 1,"
    " x.t" OF_THREE;
static const char call_sql[] =
    "INSERT INTO phone_call (company_id, id, state, result, number_id,"
    " number_e164, started_at) SELECT x.c, x.i, 'closed', 'answered', x.i,"
    " '+14155550100', x.t" OF_THREE;
static const char call_of_sql[] =
    "INSERT INTO interaction (company_id, id, kind, happened_at)"
    " SELECT x.c, x.i, 'call', x.t" OF_THREE;
static const char form_sql[] =
    "INSERT INTO form_entry (company_id, id, site_id, visit_id, submitted_at,"
    " fields) SELECT x.c, x.i, x.i, x.i, x.t, '[]'" OF_THREE;
static const char form_of_sql[] =
    "INSERT INTO interaction (company_id, id, kind, happened_at)"
    " SELECT x.c, x.i, 'form', x.t" OF_THREE;
/* What was said of either. */
static const char *const said_sql[] = {
	"INSERT INTO webhook_delivery (company_id, webhook_id, event_id, kind,"
	" object_id, body, state, due_at, answer, happened_at) SELECT x.c,"
	" w.id, x.i, 'call.ended', x.i, '{\"who\":\"Ann\"}', 'done', x.t,"
	" 'thanks', x.t" OF_THREE " JOIN webhook w ON w.company_id = x.c",
	"INSERT INTO audit (company_id, id, account_id, action, object_kind,"
	" object_id, before_json, after_json, address, happened_at)"
	" SELECT x.c, x.i, x.i, 'call.note', 'call', x.i, NULL,"
	" '{\"note\":\"Ann\"}', '', x.t" OF_THREE,
	"INSERT INTO call_event (company_id, call_id, seq, kind, value, detail,"
	" happened_at) SELECT x.c, x.i, 1, 'digit', 55, '', x.t" OF_THREE,
};

static void add(const char *sql, const char *of_sql, struct company_id company,
    uint8_t id[ID_BYTES])
{
	static int64_t at_us = OLD;

	at_us += RT_SEC_US;
	testdb_id(at_us, id);
	put(sql, company, at_us, id);
	put(of_sql, company, at_us, id);
	for (size_t i = 0; i < RT_ARRAY_LEN(said_sql); i++)
		put(said_sql[i], company, at_us, id);
}

static void change(const char *sql, const uint8_t id[ID_BYTES])
{
	struct stmt *st = stmt_begin(t->db, sql);

	stmt_in_id(st, id);
	ok(stmt_exec(st, NULL));
}

static void left(int64_t want)
{
	assert_int_equal(count("SELECT COUNT(*) FROM webhook_delivery"
			       " WHERE body IS NOT NULL AND answer <> ''"),
	    want);
	assert_int_equal(count("SELECT COUNT(*) FROM audit"
			       " WHERE JSON_VALUE(after_json, '$.note') ="
			       " 'Ann'"),
	    want);
	assert_int_equal(count("SELECT COUNT(*) FROM call_event"
			       " WHERE kind = 'digit' AND value = 55"),
	    want);
}

static void due(const struct testdb_company *c)
{
	static const char sql[] =
	    "INSERT INTO forget_again (company_id, done_id)"
	    " VALUES (?, UNHEX(REPEAT('00', 16)))";

	change(sql, c->id.v);
}

static void begin_anew(void)
{
	static const char *const all[] = { "DELETE FROM phone_call",
		"DELETE FROM interaction", "DELETE FROM form_entry",
		"DELETE FROM call_event", "DELETE FROM audit",
		"DELETE FROM webhook_delivery", "DELETE FROM webhook",
		"DELETE FROM forget_again" };
	uint8_t id[ID_BYTES];

	for (size_t i = 0; i < RT_ARRAY_LEN(all); i++)
		ok(stmt_exec(stmt_begin(t->db, all[i]), NULL));
	testdb_id(NOW, id);
	put(hook_sql, a->id, NOW, id);
	put(hook_sql, b->id, NOW, id);
	keep_calls(a, 0);
	keep_calls(b, 0);
}

/* Calls that say who it was, or go on, and forms that say something. */
static void add_others(void)
{
	uint8_t id[ID_BYTES];

	add(call_sql, call_of_sql, a->id, id);
	change(
	    "UPDATE phone_call SET caller_raw = 'sip:anonymous@ours.invalid'"
	    " WHERE id = ?",
	    id);
	add(call_sql, call_of_sql, a->id, id);
	change("UPDATE phone_call SET state = 'open' WHERE id = ?", id);
	add(form_sql, form_of_sql, a->id, id);
	change(
	    "UPDATE form_entry SET contact_email = 'a@b.example'"
	    " WHERE id = ?",
	    id);
	add(form_sql, form_of_sql, a->id, id);
	change("UPDATE interaction SET note = 'no contact' WHERE id = ?", id);
}

static void test_left_by_older_versions(void **state)
{
	uint8_t id[ID_BYTES];

	(void)state;
	begin_anew();
	add_others();
	for (int i = 0; i < 3; i++) {
		add(call_sql, call_of_sql, a->id, id);
		add(form_sql, form_of_sql, a->id, id);
	}
	add(call_sql, call_of_sql, b->id, id);
	left(11);
	run_job(); /* of a company that is not due, nothing goes */
	left(11);
	due(a);
	run_job();
	left(5);
	assert_int_equal(count("SELECT COUNT(*) FROM forget_again"), 0);
	due(b);
	run_job();
	left(4);
	run_job();
	left(4);
}

/* Two at a time: it goes on where it was, through all companies. */
static void test_part_by_part(void **state)
{
	uint8_t id[ID_BYTES];
	size_t n = 0, parts = 0;

	(void)state;
	begin_anew();
	for (int i = 0; i < 8; i++)
		add(call_sql, call_of_sql, i < 4 ? a->id : b->id, id);
	due(a);
	due(b);
	do {
		ok(db_forget_again(t->db, 2, &mem, &n));
		parts++;
		if (parts == 1)
			left(6);
	} while (n == 2);
	assert_int_equal(parts, 7); /* 2, 2, none of each; nobody due */
	left(0);
}

static int64_t notes(void)
{
	return count("SELECT COUNT(*) FROM interaction WHERE note IS NOT NULL");
}

/* A note is kept for as long as the caller is, also where somebody wrote it
 * afterwards, or the call says no more of the caller than a name. */
static void test_said_after_the_term(void **state)
{
	static const char note_sql[] =
	    "UPDATE interaction SET note = 'Ann' WHERE id = ?";
	uint8_t old[ID_BYTES], named[ID_BYTES], theirs[ID_BYTES];

	(void)state;
	begin_anew();
	keep_calls(a, 30);
	add(call_sql, call_of_sql, a->id, old);
	add(call_sql, call_of_sql, a->id, named);
	add(call_sql, call_of_sql, b->id, theirs);
	change(note_sql, old);
	change(note_sql, theirs);
	change("UPDATE phone_call SET caller_name = 'Ann' WHERE id = ?", named);
	run_job();
	left(1);
	assert_int_equal(notes(), 1);
	assert_int_equal(count("SELECT COUNT(*) FROM phone_call"
			       " WHERE caller_name <> ''"),
	    0);
}

static enum err no_database(const struct settings *s, struct db **out)
{
	(void)s;
	(void)out;
	return ERR_UNAVAILABLE;
}

static int start(void **state)
{
	static const struct queue_kind kinds[] = { { .name = "keep",
	    .run = job_keep } };
	const struct queue_conf conf = { .settings = &settings,
		.kinds = kinds,
		.n_kinds = 1,
		.threads = 1,
		.connect = no_database };

	(void)state;
	t = testdb_start();
	a = &t->company[0];
	b = &t->company[1];
	arena_init(&mem, (size_t)1 << 20);
	settings_defaults(&settings);
	ok(queue_start(&queue, &conf));
	return 0;
}

static int stop(void **state)
{
	(void)state;
	queue_stop(queue);
	arena_fini(&mem);
	testdb_stop(t);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_left_by_older_versions),
		cmocka_unit_test(test_part_by_part),
		cmocka_unit_test(test_said_after_the_term),
	};

	return cmocka_run_group_tests_name("forget", tests, start, stop);
}
