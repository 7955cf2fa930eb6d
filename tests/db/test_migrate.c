/* Tests of lib/db/migrate and lib/db/db_grant: from empty, twice, after an
 * interruption, with a changed file; and what each program may not do. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/db/db_grant.h"
#include "lib/db/migrate.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/testdb.h"

static struct testdb *t;
static char dir[256];

#define ok(call) assert_int_equal((call), ERR_OK)

static enum err exec(struct db *db, const char *sql)
{
	struct stmt *st = stmt_begin(db, sql);

	return stmt_exec(st, NULL);
}

static int64_t count(struct db *db, const char *sql)
{
	struct stmt *st = stmt_begin(db, sql);
	int64_t n = -1;

	stmt_out_i64(st, &n);
	ok(stmt_one(st));
	return n;
}

static void put(const char *name, const char *text)
{
	char path[512];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void gone(const char *name)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	(void)unlink(path);
}

struct seen {
	int applied;
	int known;
	int steps;
	size_t last; /* of the file told last */
};

static void note(void *ctx, const char *name, bool applied)
{
	struct seen *s = ctx;

	(void)name;
	if (applied)
		s->applied++;
	else
		s->known++;
}

/* One after the other, to the last of the file. */
static void note_step(void *ctx, const char *name, size_t step, size_t of)
{
	struct seen *s = ctx;

	(void)name;
	assert_true(
	    step <= of && (s->steps == 0 || step == 1 || step == s->last + 1));
	s->last = step;
	s->steps++;
}

/* A connection to an empty database of its own. */
static struct db *empty_db(void)
{
	const struct db_options o = { .socket = t->socket,
		.user = "root",
		.password = "",
		.name = "scratch" };
	struct db *db;

	ok(exec(t->db, "DROP DATABASE IF EXISTS scratch"));
	ok(exec(t->db, "CREATE DATABASE scratch"));
	ok(db_open(&db, &o));
	return db;
}

static enum err apply(struct db *db, const char *from, struct seen *s)
{
	const struct migrate_report report = { s, note, note_step };

	*s = (struct seen){ .applied = 0 };
	return migrate_apply(db, from, TESTDB_NOW_US, &report);
}

static void test_from_empty_and_twice(void **state)
{
	struct db *db = empty_db();
	struct seen s;

	(void)state;
	ok(apply(db, "sql", &s));
	assert_true(s.applied >= 6 && s.known == 0 && s.steps == 0);
	ok(apply(db, "sql", &s));
	assert_true(s.applied == 0 && s.known >= 6 && s.steps == 0);
	assert_int_equal(count(db, "SELECT version FROM config_version"), 1);
	assert_int_equal(
	    count(db,
		"SELECT COUNT(*) FROM schema_migration"
		" WHERE finished_at IS NULL OR LENGTH(checksum) <> 64"),
	    0);
	/* docs/ARCHITECTURE.md: every table has a primary key and is InnoDB. */
	assert_int_equal(
	    count(db,
		"SELECT COUNT(*) FROM information_schema.tables t"
		" WHERE t.table_schema = 'scratch'"
		" AND (t.engine <> 'InnoDB' OR NOT EXISTS (SELECT 1 FROM"
		" information_schema.table_constraints c"
		" WHERE c.table_schema = t.table_schema"
		" AND c.table_name = t.table_name"
		" AND c.constraint_type = 'PRIMARY KEY'))"),
	    0);
	db_close(db);
}

static int is_file(const struct dirent *d)
{
	return d->d_name[0] >= '0' && d->d_name[0] <= '9';
}

/* Every file can be run again on what it left, as after an interruption. */
static void test_each_again(void **state)
{
	struct db *db = empty_db();
	struct dirent **files = NULL;
	const int n = scandir("sql", &files, is_file, alphasort);
	char here[256], from[512], to[600];
	struct seen s;

	(void)state;
	assert_true(n >= 6);
	assert_non_null(getcwd(here, sizeof(here)));
	for (int i = 0; i < n; i++) {
		(void)snprintf(from, sizeof(from), "%s/sql/%.200s", here,
		    files[i]->d_name);
		(void)snprintf(to, sizeof(to), "%s/%s", dir, files[i]->d_name);
		assert_int_equal(symlink(from, to), 0);
		ok(apply(db, dir, &s));
		assert_int_equal(s.applied, 1);
		ok(exec(db,
		    "UPDATE schema_migration SET finished_at = NULL"
		    " ORDER BY number DESC LIMIT 1"));
		ok(apply(db, dir, &s));
		assert_int_equal(s.applied, 1);
	}
	for (int i = 0; i < n; i++) {
		gone(files[i]->d_name);
		free(files[i]);
	}
	free(files);
	db_close(db);
}

static void test_interrupted(void **state)
{
	struct db *db = empty_db();
	struct seen s;

	(void)state;
	put("0001_a.sql",
	    "-- a; comment\nCREATE TABLE IF NOT EXISTS a"
	    " (id INT PRIMARY KEY, s VARCHAR(9) DEFAULT 'a;b');\n"
	    "CREATE TABLE b (nonsense;\n");
	put("0002_c.sql", "CREATE TABLE IF NOT EXISTS c (id INT PRIMARY KEY)");
	put("notes.txt", "not a migration");
	assert_int_equal(apply(db, dir, &s), ERR_IO);
	assert_int_equal(s.applied, 0);
	assert_int_equal(count(db,
			     "SELECT COUNT(*) FROM schema_migration"
			     " WHERE finished_at IS NULL"),
	    1);
	/* Mended while unfinished is allowed; what stood is run again. */
	put("0001_a.sql",
	    "-- a; comment\nCREATE TABLE IF NOT EXISTS a"
	    " (id INT PRIMARY KEY, s VARCHAR(9) DEFAULT 'a;b');\n"
	    "/* ; */ CREATE TABLE b (id INT PRIMARY KEY);;\n");
	ok(apply(db, dir, &s));
	assert_int_equal(s.applied, 2);
	assert_int_equal(s.steps, 3); /* of an upgrade all are told */
	/* Changed once finished is not. */
	put("0002_c.sql", "CREATE TABLE IF NOT EXISTS c (id INT PRIMARY KEY) ");
	assert_int_equal(apply(db, dir, &s), ERR_CONFLICT);
	put("0002_c.sql", "CREATE TABLE IF NOT EXISTS c (id INT PRIMARY KEY)");
	/* One number, two files. */
	put("0002_d.sql", "SELECT 1");
	assert_int_equal(apply(db, dir, &s), ERR_CONFLICT);
	gone("0002_d.sql");
	/* The database is ahead of us. */
	gone("0002_c.sql");
	assert_int_equal(apply(db, dir, &s), ERR_UNSUPPORTED);
	gone("0001_a.sql");
	db_close(db);
}

/* One step of each kind, on what two files made. */
static const char *const steps[] = {
	"ALTER TABLE a ADD COLUMN b INT NULL;\n",
	"ALTER TABLE a ADD KEY k (b);\n",
	"ALTER TABLE a DROP KEY k;\n",
	"CREATE UNIQUE INDEX u ON a (b);\n",
	"ALTER TABLE a DROP COLUMN gone;\n",
	"DROP INDEX old ON a;\n",
	"ALTER TABLE a MODIFY b BIGINT NULL;\n",
	"CREATE INDEX v ON a (id, b);\n",
};

/* A file is cut off before each of its steps; run again, it brings the same
 * end as in one piece. */
static void test_cut_off_anywhere(void **state)
{
	static const char base[] =
	    "CREATE TABLE a (id INT PRIMARY KEY, gone INT, KEY old (id));";
	static const char end_sql[] =
	    "SELECT (SELECT COUNT(*) FROM information_schema.columns"
	    " WHERE table_schema = 'scratch' AND table_name = 'a'"
	    " AND (column_name = 'id' OR column_name = 'b'"
	    " AND data_type = 'bigint')) * 10 + (SELECT COUNT(DISTINCT"
	    " index_name) FROM information_schema.statistics WHERE"
	    " table_schema = 'scratch' AND table_name = 'a'"
	    " AND index_name IN ('PRIMARY', 'u', 'v'))";
	char text[1024];
	struct seen s;

	(void)state;
	for (size_t cut = 0; cut <= RT_ARRAY_LEN(steps); cut++) {
		struct db *db = empty_db();
		size_t n = 0;

		put("0001_a.sql", base);
		gone("0002_b.sql");
		ok(apply(db, dir, &s));
		for (size_t i = 0; i < RT_ARRAY_LEN(steps); i++) {
			if (i == cut)
				n += (size_t)snprintf(text + n,
				    sizeof(text) - n, "CREATE NONSENSE;\n");
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s",
			    steps[i]);
		}
		put("0002_b.sql", text);
		if (cut < RT_ARRAY_LEN(steps)) {
			assert_int_equal(apply(db, dir, &s), ERR_IO);
			n = 0;
			for (size_t i = 0; i < RT_ARRAY_LEN(steps); i++)
				n += (size_t)snprintf(text + n,
				    sizeof(text) - n, "%s", steps[i]);
			put("0002_b.sql", text);
		}
		ok(apply(db, dir, &s));
		assert_int_equal(s.applied, 1);
		assert_int_equal(count(db, end_sql), 23);
		assert_int_equal(
		    count(db,
			"SELECT COUNT(*) FROM information_schema.columns"
			" WHERE table_schema = 'scratch'"
			" AND table_name = 'a'"),
		    2);
		db_close(db);
	}
	gone("0001_a.sql");
	gone("0002_b.sql");
}

/* What was done before the end is not done again: a long step is not begun from
 * the front because a later one was cut off. A mended file is. */
static void test_goes_on(void **state)
{
	static const char text[] =
	    "INSERT INTO a (n) VALUES (1);\nINSERT INTO a (n) VALUES (2);\n"
	    "INSERT INTO late (n) VALUES (3);\nINSERT INTO a (n) VALUES (4)";
	struct db *db = empty_db();
	struct seen s;

	(void)state;
	put("0001_a.sql",
	    "CREATE TABLE a (id INT PRIMARY KEY AUTO_INCREMENT, n INT)");
	ok(apply(db, dir, &s));
	put("0002_b.sql", text);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(apply(db, dir, &s), ERR_IO);
		assert_int_equal(s.steps, i == 0 ? 3 : 1);
		assert_int_equal(count(db, "SELECT SUM(n) FROM a"), 3);
	}
	ok(exec(db,
	    "CREATE TABLE late (id INT PRIMARY KEY AUTO_INCREMENT,"
	    " n INT)"));
	ok(apply(db, dir, &s));
	assert_true(s.applied == 1 && s.steps == 2 && s.last == 4);
	assert_int_equal(count(db, "SELECT SUM(n) FROM a"), 7);
	/* Finished and asked for again, it is whole. */
	ok(exec(db,
	    "UPDATE schema_migration SET finished_at = NULL"
	    " WHERE number = 2"));
	ok(apply(db, dir, &s));
	assert_int_equal(s.steps, 4);
	assert_int_equal(count(db, "SELECT SUM(n) FROM a"), 14);
	/* The third step of another text is another step. */
	ok(exec(db,
	    "UPDATE schema_migration SET finished_at = NULL,"
	    " steps_done = 2 WHERE number = 2"));
	put("0002_b.sql", "INSERT INTO a (n) VALUES (100)");
	ok(apply(db, dir, &s));
	assert_int_equal(count(db, "SELECT SUM(n) FROM a"), 114);
	gone("0001_a.sql");
	gone("0002_b.sql");
	db_close(db);
}

/* The record as the version before left it. */
static void test_old_record(void **state)
{
	struct db *db = empty_db();
	struct seen s;

	(void)state;
	put("0001_a.sql", "CREATE TABLE IF NOT EXISTS a (id INT PRIMARY KEY)");
	ok(apply(db, dir, &s));
	ok(exec(db, "ALTER TABLE schema_migration DROP COLUMN steps_done"));
	ok(exec(db, "UPDATE schema_migration SET finished_at = NULL"));
	ok(apply(db, dir, &s));
	assert_int_equal(s.applied, 1);
	gone("0001_a.sql");
	db_close(db);
}

static const char *const refused[] = {
	"CREATE TABLE a (id INT PRIMARY KEY);"
	"ALTER TABLE a ADD COLUMN b INT, ADD COLUMN c INT;",
	"CREATE TABLE a (id INT PRIMARY KEY);"
	"ALTER TABLE a ADD COLUMN IF NOT EXISTS b INT;",
	"CREATE TABLE a (id INT PRIMARY KEY); /* open",
};

/* Of a file with a part that could not be run again, nothing is run. */
static void test_refused_step(void **state)
{
	struct db *db = empty_db();
	struct seen s;

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(refused); i++) {
		put("0001_a.sql", refused[i]);
		assert_int_equal(apply(db, dir, &s), ERR_SYNTAX);
		assert_int_equal(count(db,
				     "SELECT COUNT(*) FROM"
				     " information_schema.tables WHERE"
				     " table_schema = 'scratch'"
				     " AND table_name = 'a'"),
		    0);
	}
	gone("0001_a.sql");
	db_close(db);
}

/* The checksum of what stands applied, as a file would name it. */
static void sum_of(struct db *db, char *out, size_t cap)
{
	static const char sql[] =
	    "SELECT checksum FROM schema_migration WHERE number = 1";
	struct stmt *st = stmt_begin(db, sql);

	stmt_out_text(st, out, cap);
	ok(stmt_one(st));
}

/* A text that says the same otherwise is taken where it names what it was, and
 * the record stays, so that the version before finds its own. */
static void test_said_otherwise(void **state)
{
	struct db *db = empty_db();
	char was[128], now[128], text[512];
	struct seen s;

	(void)state;
	put("0001_a.sql", "CREATE TABLE IF NOT EXISTS a (id INT PRIMARY KEY)");
	ok(apply(db, dir, &s));
	sum_of(db, was, sizeof(was));
	(void)snprintf(text, sizeof(text),
	    "-- was %064d\n-- was %s\nCREATE TABLE a (id INT PRIMARY KEY)", 0,
	    was);
	put("0001_a.sql", text);
	ok(apply(db, dir, &s));
	assert_true(s.applied == 0 && s.known == 1);
	sum_of(db, now, sizeof(now));
	assert_string_equal(was, now);
	was[0] = was[0] == '0' ? '1' : '0';
	(void)snprintf(text, sizeof(text),
	    "-- was %s\nCREATE TABLE a (id INT PRIMARY KEY)", was);
	put("0001_a.sql", text);
	assert_int_equal(apply(db, dir, &s), ERR_CONFLICT);
	gone("0001_a.sql");
	db_close(db);
}

static void test_locked(void **state)
{
	struct db *db = empty_db();
	struct seen s;

	(void)state;
	assert_int_equal(count(t->db,
			     "SELECT GET_LOCK('ringtrace-migrate', 0)"),
	    1);
	assert_int_equal(apply(db, "sql", &s), ERR_BUSY);
	assert_int_equal(count(t->db,
			     "SELECT RELEASE_LOCK('ringtrace-migrate')"),
	    1);
	ok(apply(db, "sql", &s));
	db_close(db);
}

/* What each program must never do (docs/ARCHITECTURE.md). */
static const struct {
	const char *who;
	const char *sql;
	enum err want;
} rights[] = {
	{ "dni", "SELECT COUNT(*) FROM user", ERR_DENIED },
	{ "dni", "SELECT COUNT(*) FROM login", ERR_DENIED },
	{ "dni", "SELECT COUNT(*) FROM phone_call", ERR_DENIED },
	{ "dni", "SELECT COUNT(*) FROM trunk", ERR_DENIED },
	{ "dni", "SELECT COUNT(*) FROM recording", ERR_DENIED },
	{ "dni", "UPDATE site SET name = ''", ERR_DENIED },
	{ "dni", "UPDATE site SET seen_at = NULL", ERR_OK },
	{ "dni", "DELETE FROM lease", ERR_DENIED },
	{ "dni", "SELECT COUNT(*) FROM lease", ERR_OK },
	{ "store", "SELECT COUNT(*) FROM login", ERR_DENIED },
	{ "store", "SELECT COUNT(*) FROM user", ERR_DENIED },
	{ "store", "DELETE FROM phone_call", ERR_DENIED },
	{ "store", "UPDATE number SET label = ''", ERR_DENIED },
	{ "store", "SELECT COUNT(*) FROM trunk", ERR_OK },
	{ "dashboard", "SELECT password_sealed FROM trunk", ERR_DENIED },
	{ "dashboard", "UPDATE audit SET action = ''", ERR_DENIED },
	{ "dashboard", "DELETE FROM audit", ERR_DENIED },
	{ "dashboard", "DELETE FROM phone_call", ERR_DENIED },
	{ "dashboard", "UPDATE membership SET role = 'owner'", ERR_DENIED },
	{ "dashboard", "SELECT COUNT(*) FROM phone_call", ERR_OK },
	{ "dashboard", "SELECT COUNT(*) FROM company FOR UPDATE", ERR_OK },
	{ "dashboard", "UPDATE company SET archived_at = NULL", ERR_DENIED },
	{ "dashboard", "UPDATE company SET name = ''", ERR_DENIED },
	{ "jobd", "SELECT password_hash FROM user", ERR_DENIED },
	{ "jobd", "UPDATE audit SET action = ''", ERR_DENIED },
	{ "jobd", "SELECT COUNT(*) FROM job", ERR_OK },
	{ "ctl", "SELECT COUNT(*) FROM user", ERR_OK },
	{ "dni", "CREATE TABLE x (id INT)", ERR_DENIED },
	{ "ctl", "SELECT COUNT(*) FROM mysql.user", ERR_DENIED },
};

static void test_rights(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(rights); i++) {
		struct db *db = testdb_connect(t, rights[i].who);
		struct stmt *st = stmt_begin(db, rights[i].sql);
		int64_t n;
		enum err e;

		if (slice_starts(slice_from(rights[i].sql), SLICE("SELECT")))
			stmt_out_i64(st, &n);
		e = stmt_each(st);
		stmt_end(st);
		if (e != rights[i].want)
			fail_msg("%s, %s: %s", rights[i].who, rights[i].sql,
			    err_name(e));
		db_close(db);
	}
}

/* Grants are made exact: what was given by hand is taken away, and a password
 * may hold anything. */
static void test_grant_again(void **state)
{
	static const char odd[] = "it's \"odd\"\\; DROP USER root";
	struct db_options o = { .socket = t->socket,
		.user = "rt_dni",
		.password = odd,
		.name = TESTDB_NAME };
	struct db *db;

	(void)state;
	ok(exec(t->db, "GRANT SELECT ON user TO 'rt_dni'@'localhost'"));
	ok(db_grant_apply(t->db, SLICE(TESTDB_NAME), "dni", slice_from(odd)));
	ok(db_open(&db, &o));
	assert_int_equal(exec(db, "SELECT id FROM user"), ERR_DENIED);
	db_close(db);
	assert_int_equal(db_grant_apply(t->db, SLICE(TESTDB_NAME), "nobody",
			     SLICE("x")),
	    ERR_NOTFOUND);
}

/* Any kind of right too many is taken away, and nothing is taken when there is
 * none: a program that is at work would be refused in between. */
static void test_grant_at_work(void **state)
{
	static const char *const many[] = {
		"GRANT DELETE ON account TO 'rt_admin'@'localhost'",
		"GRANT UPDATE (value_micros) ON interaction TO"
		" 'rt_admin'@'localhost'",
		"GRANT SELECT ON " TESTDB_NAME ".* TO 'rt_admin'@'localhost'",
		"GRANT SELECT ON mysql.user TO 'rt_admin'@'localhost'",
		"GRANT PROCESS ON *.* TO 'rt_admin'@'localhost'",
		"GRANT SELECT ON account TO 'rt_admin'@'localhost'"
		" WITH GRANT OPTION",
	};
	static const char taken[] =
	    "SELECT CAST(variable_value AS SIGNED) FROM"
	    " information_schema.session_status"
	    " WHERE variable_name = 'Com_revoke_all'";
	const char *const *who = db_grant_who();
	int64_t before;

	(void)state;
	for (size_t i = 0; who[i] != NULL; i++)
		ok(db_grant_apply(t->db, SLICE(TESTDB_NAME), who[i],
		    SLICE("x")));
	before = count(t->db, taken);
	for (size_t i = 0; who[i] != NULL; i++)
		ok(db_grant_apply(t->db, SLICE(TESTDB_NAME), who[i],
		    SLICE("x")));
	assert_int_equal(count(t->db, taken), before);
	for (size_t i = 0; i < RT_ARRAY_LEN(many); i++) {
		ok(exec(t->db, many[i]));
		for (int twice = 0; twice < 2; twice++)
			ok(db_grant_apply(t->db, SLICE(TESTDB_NAME), "admin",
			    SLICE("x")));
		if (count(t->db, taken) != ++before)
			fail_msg("kept or taken twice: %s", many[i]);
	}
}

static int start(void **state)
{
	(void)state;
	t = testdb_start();
	(void)snprintf(dir, sizeof(dir), "%s/sql", getenv("RT_TEST_DIR"));
	return mkdir(dir, 0700);
}

static int stop(void **state)
{
	(void)state;
	testdb_stop(t);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_from_empty_and_twice),
		cmocka_unit_test(test_each_again),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_locked),
		cmocka_unit_test(test_cut_off_anywhere),
		cmocka_unit_test(test_goes_on),
		cmocka_unit_test(test_old_record),
		cmocka_unit_test(test_refused_step),
		cmocka_unit_test(test_said_otherwise),
		cmocka_unit_test(test_rights),
		cmocka_unit_test(test_grant_again),
		cmocka_unit_test(test_grant_at_work),
	};

	return cmocka_run_group_tests_name("migrate", tests, start, stop);
}
