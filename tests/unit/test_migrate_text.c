/* Tests of lib/db/migrate_text: statements of a file, what each does, and as
 * what the file was applied before. */
#include <string.h>

#include "lib/db/migrate_text.h"
#include "tests/support/cm.h"

/* Files of sql/ and the statements they hold. */
static const struct {
	const char *why;
	const char *text;
	const char *want[3]; /* NULL: no more */
	enum err e;
} cuts[] = {
	{ "two", "a; b", { "a", "b", NULL }, ERR_OK },
	{ "nothing", " \n-- x\n/* y */;;", { NULL }, ERR_OK },
	{ "quoted", "a ';' b;c", { "a ';' b", "c", NULL }, ERR_OK },
	{ "doubled quote", "a 'it''s;' b", { "a 'it''s;' b", NULL }, ERR_OK },
	{ "escaped quote", "a '\\';' b", { "a '\\';' b", NULL }, ERR_OK },
	{ "backtick", "a `\\`;b", { "a `\\`", "b", NULL }, ERR_OK },
	{ "comments", "a -- ;\n b /* ; */ c;", { "a -- ;\n b /* ; */ c", NULL },
	    ERR_OK },
	{ "open quote", "a 'b;", { NULL }, ERR_SYNTAX },
	{ "open comment", "a /* b;", { NULL }, ERR_SYNTAX },
	{ "open comment in front", "/* b;", { NULL }, ERR_SYNTAX },
	{ "escape at the end", "a '\\", { NULL }, ERR_SYNTAX },
};

static void test_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cuts); i++) {
		struct slice text = slice_from(cuts[i].text), got;
		enum err e = ERR_OK;
		size_t n = 0;

		while (migrate_text_cut(&text, &got, &e)) {
			if (cuts[i].want[n] == NULL ||
			    !slice_eq_cstr(got, cuts[i].want[n]))
				fail_msg("%s: \"%.*s\"", cuts[i].why,
				    SLICE_FMT(got));
			n++;
		}
		if (e != cuts[i].e || cuts[i].want[n] != NULL)
			fail_msg("%s: %s", cuts[i].why, err_name(e));
	}
}

static const struct {
	const char *why;
	const char *text;
	enum err e;
	enum migrate_kind kind;
	bool is_key;
	const char *table;
	const char *name;
} steps[] = {
	{ "a column", "ALTER TABLE t ADD COLUMN c INT", ERR_OK, MIGRATE_ADD,
	    false, "t", "c" },
	{ "a column, with all",
	    "alter table\n\tt_1 add column -- why\n c_2"
	    " VARCHAR(3) DEFAULT 'a,b' COMMENT \"(\" /* , */ AFTER d",
	    ERR_OK, MIGRATE_ADD, false, "t_1", "c_2" },
	{ "a sum with a comma",
	    "ALTER TABLE t ADD COLUMN c INT AS (IF(a, 1, 2))"
	    " VIRTUAL",
	    ERR_OK, MIGRATE_ADD, false, "t", "c" },
	{ "between backticks", "ALTER TABLE `t` ADD COLUMN `if` INT", ERR_OK,
	    MIGRATE_ADD, false, "t", "if" },
	{ "a key", "ALTER TABLE t ADD KEY k (a, b)", ERR_OK, MIGRATE_ADD, true,
	    "t", "k" },
	{ "a unique key", "ALTER TABLE t ADD UNIQUE KEY k (a)", ERR_OK,
	    MIGRATE_ADD, true, "t", "k" },
	{ "a unique index", "ALTER TABLE t ADD UNIQUE INDEX k (a)", ERR_OK,
	    MIGRATE_ADD, true, "t", "k" },
	{ "an index", "CREATE INDEX k ON t (a)", ERR_OK, MIGRATE_ADD, true, "t",
	    "k" },
	{ "an only index", "CREATE UNIQUE INDEX k ON t (a, b)", ERR_OK,
	    MIGRATE_ADD, true, "t", "k" },
	{ "a column less", "ALTER TABLE t DROP COLUMN c", ERR_OK, MIGRATE_DROP,
	    false, "t", "c" },
	{ "a key less", "ALTER TABLE t DROP INDEX k", ERR_OK, MIGRATE_DROP,
	    true, "t", "k" },
	{ "an index less", "DROP INDEX k ON t", ERR_OK, MIGRATE_DROP, true, "t",
	    "k" },
	{ "as it is to be", "ALTER TABLE t MODIFY c INT", ERR_OK, MIGRATE_ANY,
	    false, "t", "c" },
	{ "a table", "CREATE TABLE IF NOT EXISTS t (a INT)", ERR_OK,
	    MIGRATE_ANY, false, NULL, NULL },
	{ "rows", "UPDATE t SET a = 'ALTER TABLE t ADD COLUMN c'", ERR_OK,
	    MIGRATE_ANY, false, NULL, NULL },
	{ "nothing", "", ERR_OK, MIGRATE_ANY, false, NULL, NULL },
	{ "MariaDB's own", "ALTER TABLE t ADD COLUMN IF NOT EXISTS c INT",
	    ERR_SYNTAX, MIGRATE_ANY, false, NULL, NULL },
	{ "MariaDB's own, less", "ALTER TABLE t DROP COLUMN IF EXISTS c",
	    ERR_SYNTAX, MIGRATE_ANY, false, NULL, NULL },
	{ "MariaDB's own index", "CREATE INDEX IF NOT EXISTS k ON t (a)",
	    ERR_SYNTAX, MIGRATE_ANY, false, NULL, NULL },
	{ "MariaDB's own index, less", "DROP INDEX IF EXISTS k ON t",
	    ERR_SYNTAX, MIGRATE_ANY, false, NULL, NULL },
	{ "MariaDB's own table", "ALTER TABLE IF EXISTS t ADD COLUMN c INT",
	    ERR_SYNTAX, MIGRATE_ANY, false, NULL, NULL },
	{ "two steps", "ALTER TABLE t ADD COLUMN c INT, DROP COLUMN d",
	    ERR_SYNTAX, MIGRATE_ANY, false, NULL, NULL },
	{ "two steps, one of MODIFY", "ALTER TABLE t MODIFY c INT, DROP KEY k",
	    ERR_SYNTAX, MIGRATE_ANY, false, NULL, NULL },
	{ "several columns", "ALTER TABLE t ADD COLUMN (c INT, d INT)",
	    ERR_SYNTAX, MIGRATE_ANY, false, NULL, NULL },
	{ "no word for what", "ALTER TABLE t ADD c INT", ERR_SYNTAX,
	    MIGRATE_ANY, false, NULL, NULL },
	{ "another name", "ALTER TABLE t RENAME COLUMN c TO d", ERR_SYNTAX,
	    MIGRATE_ANY, false, NULL, NULL },
	{ "no table", "ALTER TABLE", ERR_SYNTAX, MIGRATE_ANY, false, NULL,
	    NULL },
	{ "no name", "ALTER TABLE t ADD COLUMN", ERR_SYNTAX, MIGRATE_ANY, false,
	    NULL, NULL },
	{ "half a backtick", "ALTER TABLE `t ADD COLUMN c INT", ERR_SYNTAX,
	    MIGRATE_ANY, false, NULL, NULL },
};

static void test_step(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(steps); i++) {
		struct migrate_step got;
		const enum err e =
		    migrate_text_step(slice_from(steps[i].text), &got);

		if (e != steps[i].e)
			fail_msg("%s: %s", steps[i].why, err_name(e));
		if (e != ERR_OK)
			continue;
		if (got.kind != steps[i].kind ||
		    got.is_key != steps[i].is_key ||
		    !slice_eq_cstr(got.table,
			steps[i].table == NULL ? "" : steps[i].table) ||
		    !slice_eq_cstr(got.name,
			steps[i].name == NULL ? "" : steps[i].name))
			fail_msg("%s: kind %d of \"%.*s\".\"%.*s\"",
			    steps[i].why, got.kind, SLICE_FMT(got.table),
			    SLICE_FMT(got.name));
	}
}

#define SUM_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SUM_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void test_was(void **state)
{
	(void)state;
	assert_true(
	    migrate_text_was(SLICE("-- was " SUM_A "\n-- was " SUM_B "\nx"),
		SLICE(SUM_B)));
	assert_false(
	    migrate_text_was(SLICE("-- was " SUM_A "\n"), SLICE(SUM_B)));
	assert_false(
	    migrate_text_was(SLICE(" -- was " SUM_A "\n"), SLICE(SUM_A)));
	assert_false(
	    migrate_text_was(SLICE("-- was " SUM_A "a\n"), SLICE(SUM_A)));
	assert_false(migrate_text_was(SLICE("-- was \n"), SLICE("")));
	assert_false(migrate_text_was(SLICE(""), SLICE(SUM_A)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_step),
		cmocka_unit_test(test_was),
	};

	return cmocka_run_group_tests_name("migrate_text", tests, NULL, NULL);
}
