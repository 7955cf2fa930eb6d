#include "lib/db/migrate.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/file.h"
#include "lib/base/log.h"
#include "lib/base/scan.h"
#include "lib/db/db_priv.h"
#include "lib/db/migrate_text.h"
#include "lib/db/stmt.h"

#define FILES_MAX      1000
#define FILE_BYTES_MAX 1048576
#define SUM_BYTES      (MIGRATE_SUM_CHARS + 1)
#define DIGITS         4

static const char table_sql[] =
    "CREATE TABLE IF NOT EXISTS schema_migration ("
    "number INT UNSIGNED NOT NULL, name VARCHAR(100) NOT NULL,"
    " checksum CHAR(64) NOT NULL, started_at DATETIME(6) NOT NULL,"
    " finished_at DATETIME(6) NULL, PRIMARY KEY (number)"
    ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin";

/* Which steps of a file that was cut off are done: those before are not run
 * again. That one of the files sums all calls anew is why. */
static const char steps_sql[] =
    "ALTER TABLE schema_migration"
    " ADD COLUMN steps_done INT UNSIGNED NOT NULL DEFAULT 0";

struct file {
	uint32_t number;
	char name[MIGRATE_NAME_MAX + 1];
};

struct list {
	struct file *files;
	size_t n;
};

/* --- files --------------------------------------------------------------- */

/* NNNN_name.sql; other names are no migrations. */
static bool number_of(const char *name, uint32_t *number)
{
	struct slice s = slice_from(name);
	uint64_t v;

	if (s.n > MIGRATE_NAME_MAX || !slice_ends(s, SLICE(".sql")) ||
	    s.n < DIGITS + 6 || s.p[DIGITS] != '_' ||
	    scan_whole_u64(slice_head(s, DIGITS), 9999, &v) != ERR_OK)
		return false;
	*number = (uint32_t)v;
	return true;
}

static int by_number(const void *a, const void *b)
{
	const struct file *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

static enum err read_names(DIR *d, struct list *l)
{
	const struct dirent *entry;

	while ((entry = readdir(d)) != NULL) {
		struct file *f = &l->files[l->n];

		if (!number_of(entry->d_name, &f->number))
			continue;
		if (!slice_to_cstr(slice_from(entry->d_name), f->name,
			sizeof(f->name)) ||
		    ++l->n == FILES_MAX)
			return ERR_TOOBIG;
	}
	qsort(l->files, l->n, sizeof(*l->files), by_number);
	for (size_t i = 1; i < l->n; i++)
		if (l->files[i].number == l->files[i - 1].number) {
			log_error("migrate: one number, two files: %s %s",
			    l->files[i - 1].name, l->files[i].name);
			return ERR_CONFLICT;
		}
	return ERR_OK;
}

static enum err list_files(const char *dir, struct list *l)
{
	DIR *d = opendir(dir);
	enum err e;

	if (d == NULL) {
		log_sys("migrate: open %s", dir);
		return ERR_IO;
	}
	l->n = 0;
	l->files = calloc(FILES_MAX, sizeof(*l->files));
	e = l->files == NULL ? ERR_NOMEM : read_names(d, l);
	(void)closedir(d); /* read only */
	return e;
}

static enum err read_file(const char *dir, const char *name, struct buf *out)
{
	char path[1024];

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >=
	    (int)sizeof(path))
		return ERR_TOOBIG;
	return file_read(AT_FDCWD, path, out);
}

/* --- the record ---------------------------------------------------------- */

static enum err checksum(struct db *db, struct slice text, char out[SUM_BYTES])
{
	static const char sql[] = "SELECT SHA2(?, 256)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_bytes(st, text.p, text.n);
	stmt_out_text(st, out, SUM_BYTES);
	return stmt_one(st);
}

/* *done: finished earlier, with the checksum in was; *steps: not finished, but
 * so many of them are done. */
static enum err look_up(struct db *db, uint32_t number, bool *done,
    char was[SUM_BYTES], uint64_t *steps)
{
	static const char sql[] =
	    "SELECT checksum, finished_at IS NOT NULL, steps_done"
	    " FROM schema_migration WHERE number = ?";
	struct stmt *st;
	enum err e;

	*done = false;
	*steps = 0;
	st = stmt_begin(db, sql);
	stmt_in_u64(st, number);
	stmt_out_text(st, was, SUM_BYTES);
	stmt_out_bool(st, done);
	stmt_out_u64(st, steps);
	e = stmt_one(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err note_start(struct db *db, const struct file *f, const char *sum,
    uint64_t steps, int64_t now_us)
{
	static const char sql[] =
	    "INSERT INTO schema_migration (number, name, checksum, started_at,"
	    " steps_done) VALUES (?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE"
	    " name = VALUES(name), checksum = VALUES(checksum),"
	    " started_at = VALUES(started_at),"
	    " steps_done = VALUES(steps_done)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_u64(st, f->number);
	stmt_in_text(st, slice_from(f->name));
	stmt_in_text(st, slice_from(sum));
	stmt_in_time_us(st, now_us);
	stmt_in_u64(st, steps);
	return stmt_exec(st, NULL);
}

/* Behind the step, in a commit of its own: cut off between the two, the step is
 * run twice, as each can be. */
static enum err note_step(struct db *db, uint32_t number, uint64_t steps)
{
	static const char sql[] =
	    "UPDATE schema_migration SET steps_done = ? WHERE number = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_u64(st, steps);
	stmt_in_u64(st, number);
	return stmt_exec(st, NULL);
}

static enum err note_end(struct db *db, const struct file *f, int64_t now_us)
{
	static const char sql[] =
	    "UPDATE schema_migration SET finished_at = ?, steps_done = 0"
	    " WHERE number = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	stmt_in_u64(st, f->number);
	return stmt_exec_one(st);
}

/* --- applying ------------------------------------------------------------ */

/* *there: the table has a column or key of that name. */
static enum err look_for(struct db *db, const struct migrate_step *step,
    bool *there)
{
	static const char column_sql[] =
	    "SELECT COUNT(*) > 0 FROM information_schema.columns"
	    " WHERE table_schema = DATABASE() AND table_name = ?"
	    " AND column_name = ?";
	static const char key_sql[] =
	    "SELECT COUNT(*) > 0 FROM information_schema.statistics"
	    " WHERE table_schema = DATABASE() AND table_name = ?"
	    " AND index_name = ?";
	struct stmt *st = stmt_begin(db, step->is_key ? key_sql : column_sql);

	stmt_in_text(st, step->table);
	stmt_in_text(st, step->name);
	stmt_out_bool(st, there);
	return stmt_one(st);
}

/* *done: what the statement adds is there, or what it drops is not, because
 * the file was cut off behind it. */
static enum err done_before(struct db *db, struct slice statement, bool *done)
{
	struct migrate_step step;
	bool there = false;
	enum err e = migrate_text_step(statement, &step);

	*done = false;
	if (e != ERR_OK || step.kind == MIGRATE_ANY)
		return e;
	if ((e = look_for(db, &step, &there)) == ERR_OK)
		*done = there == (step.kind == MIGRATE_ADD);
	return e;
}

static enum err run_one(struct db *db, struct slice statement)
{
	bool done;
	enum err e = done_before(db, statement, &done);

	if (e != ERR_OK || done)
		return e;
	return db_run(db, statement, DB_WRITING);
}

/* Nothing of a file is run when a part of it could not be run again. */
static enum err check_all(const char *name, struct slice text, size_t *n)
{
	struct migrate_step step;
	struct slice statement;
	enum err e;

	*n = 0;
	while (migrate_text_cut(&text, &statement, &e)) {
		++*n;
		e = migrate_text_step(statement, &step);
		if (e != ERR_OK) {
			log_error("migrate: %s: not one plain step: %.*s", name,
			    SLICE_FMT(slice_head(statement, 80)));
			return e;
		}
	}
	if (e != ERR_OK)
		log_error("migrate: %s: open quote or comment", name);
	return e;
}

/* An upgrade, which may take long: NULL for a database that begins. */
struct upgrade {
	const struct migrate_report *told; /* may be NULL */
};

/* The steps behind the first `done`, which were run before. */
static enum err run_all(struct db *db, const struct file *f, struct slice text,
    uint64_t done, const struct upgrade *up)
{
	struct slice statement;
	uint64_t i = 0;
	size_t n;
	enum err e = check_all(f->name, text, &n);

	if (e != ERR_OK)
		return e;
	while (migrate_text_cut(&text, &statement, &e)) {
		if (++i <= done)
			continue;
		if (up != NULL && up->told != NULL && up->told->step != NULL)
			up->told->step(up->told->ctx, f->name, (size_t)i, n);
		e = run_one(db, statement);
		if (e == ERR_OK && up != NULL)
			e = note_step(db, f->number, i);
		if (e != ERR_OK) {
			log_error("migrate: %s stopped: %.*s", f->name,
			    SLICE_FMT(slice_head(statement, 80)));
			return e;
		}
	}
	return e;
}

static enum err apply_text(struct db *db, const struct file *f,
    struct slice text, int64_t now_us, const struct upgrade *up, bool *applied)
{
	char sum[SUM_BYTES] = "", was[SUM_BYTES] = "";
	uint64_t steps = 0;
	bool done;
	enum err e;

	*applied = false;
	if ((e = checksum(db, text, sum)) != ERR_OK ||
	    (e = look_up(db, f->number, &done, was, &steps)) != ERR_OK)
		return e;
	if (done) {
		if (strcmp(sum, was) == 0 ||
		    migrate_text_was(text, slice_from(was)))
			return ERR_OK;
		log_error("migrate: %s was changed after it was applied",
		    f->name);
		return ERR_CONFLICT;
	}
	/* Mended meanwhile: its steps may be others. */
	if (strcmp(sum, was) != 0)
		steps = 0;
	if ((e = note_start(db, f, sum, steps, now_us)) != ERR_OK ||
	    (e = run_all(db, f, text, steps, up)) != ERR_OK)
		return e;
	*applied = true;
	return note_end(db, f, now_us);
}

static enum err apply_list(struct db *db, const char *dir, const struct list *l,
    int64_t now_us, bool begins, const struct migrate_report *report)
{
	const struct upgrade up = { report };
	struct buf text;
	enum err e = ERR_OK;

	buf_init(&text, FILE_BYTES_MAX);
	for (size_t i = 0; i < l->n && e == ERR_OK; i++) {
		const struct file *f = &l->files[i];
		bool applied = false;

		buf_reset(&text);
		e = read_file(dir, f->name, &text);
		if (e == ERR_OK)
			e = apply_text(db, f, buf_slice(&text), now_us,
			    begins ? NULL : &up, &applied);
		if (e == ERR_OK && report != NULL)
			report->file(report->ctx, f->name, applied);
	}
	buf_fini(&text);
	return e;
}

/* A database that is ahead of this program must not be touched by it.
 * *begins: nothing was ever applied. */
static enum err refuse_newer(struct db *db, const struct list *l, bool *begins)
{
	static const char sql[] =
	    "SELECT COALESCE(MAX(number), 0) FROM schema_migration";
	const uint32_t last = l->n == 0 ? 0 : l->files[l->n - 1].number;
	struct stmt *st = stmt_begin(db, sql);
	uint32_t known = 0;
	enum err e;

	stmt_out_u32(st, &known);
	e = stmt_one(st);
	*begins = known == 0;
	if (e == ERR_OK && known > last) {
		log_error(
		    "migrate: the database is at %u, we know up to %u: a "
		    "newer version has been here; use that one, or the "
		    "backup taken before it",
		    known, last);
		return ERR_UNSUPPORTED;
	}
	return e;
}

/* The lock belongs to the connection and ends with it. */
static enum err lock(struct db *db, bool take)
{
	static const char take_sql[] =
	    "SELECT COALESCE(GET_LOCK('ringtrace-migrate', 0), 0)";
	static const char give_sql[] =
	    "SELECT COALESCE(RELEASE_LOCK('ringtrace-migrate'), 0)";
	struct stmt *st = stmt_begin(db, take ? take_sql : give_sql);
	bool got = false;
	enum err e;

	stmt_out_bool(st, &got);
	e = stmt_one(st);
	if (e == ERR_OK && !got) {
		log_error("migrate: another migration runs");
		return ERR_BUSY;
	}
	return e;
}

enum err migrate_apply(struct db *db, const char *sql_dir, int64_t now_us,
    const struct migrate_report *report)
{
	struct list l = { NULL, 0 };
	bool begins = false;
	enum err e, unlocked;

	if ((e = lock(db, true)) != ERR_OK)
		return e;
	e = db_run(db, slice_from(table_sql), DB_WRITING);
	if (e == ERR_OK)
		e = run_one(db, slice_from(steps_sql));
	if (e == ERR_OK)
		e = list_files(sql_dir, &l);
	if (e == ERR_OK)
		e = refuse_newer(db, &l, &begins);
	if (e == ERR_OK)
		e = apply_list(db, sql_dir, &l, now_us, begins, report);
	free(l.files);
	unlocked = lock(db, false);
	return e != ERR_OK ? e : unlocked;
}
