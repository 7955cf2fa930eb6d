/*
 * migrate.h - brings the schema up to date with the numbered files of sql/.
 *
 * A file is NNNN_name.sql; it is applied once, in order, under a lock, and
 * recorded in schema_migration as started and finished with its checksum. As
 * DDL commits by itself, every statement can be run again. A file that was
 * started and not finished goes on with the statement that it was at; one that
 * was mended since, or cut off in a database that began, is run from its front:
 * columns and keys that are there are not added a second time (migrate_text.h).
 * An applied file is never edited to do anything else; a text that does the
 * same names the checksums it was applied with before.
 */
#ifndef RT_DB_MIGRATE_H
#define RT_DB_MIGRATE_H

#include "lib/db/db.h"

#define MIGRATE_NAME_MAX 100

/* name: the file; applied: now, rather than earlier. */
struct migrate_report {
	void *ctx;
	void (*file)(void *ctx, const char *name, bool applied);
	/* Before each statement, step from 1, where there may be rows that take
	 * it long: not in a database that begins. May be NULL. */
	void (*step)(void *ctx, const char *name, size_t step, size_t of);
};

/* db must be connected as the owner of the schema, with a time-out that fits
 * the longest ALTER (minutes). report may be NULL. Errors are logged:
 * ERR_CONFLICT   a finished file has changed, or two files share a number
 * ERR_UNSUPPORTED the database knows a number that sql_dir has not: it belongs
 *                to a newer version
 * ERR_BUSY       another migration runs
 * ERR_SYNTAX     a file's quoting is wrong, or it has a step that could not be
 *                run again */
RT_MUST_USE enum err migrate_apply(struct db *db, const char *sql_dir,
    int64_t now_us, const struct migrate_report *report);

#endif
