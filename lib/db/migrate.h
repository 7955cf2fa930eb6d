/*
 * migrate.h - brings the schema up to date with the numbered files of sql/.
 *
 * A file is NNNN_name.sql; it is applied once, in order, under a lock, and
 * recorded in schema_migration as started and finished with its checksum. As
 * DDL commits by itself, every file can be run again; one that was started and
 * not finished is. An applied file is never edited.
 */
#ifndef RT_DB_MIGRATE_H
#define RT_DB_MIGRATE_H

#include "lib/db/db.h"

#define MIGRATE_NAME_MAX 100

/* name: the file; applied: now, rather than earlier. */
struct migrate_report {
	void *ctx;
	void (*file)(void *ctx, const char *name, bool applied);
};

/* db must be connected as the owner of the schema, with a time-out that fits
 * the longest ALTER (minutes). report may be NULL. Errors are logged:
 * ERR_CONFLICT   a finished file has changed, or two files share a number
 * ERR_UNSUPPORTED the database knows a number that sql_dir has not: it belongs
 *                to a newer version
 * ERR_BUSY       another migration runs
 * ERR_SYNTAX     a file's name or quoting is wrong */
RT_MUST_USE enum err migrate_apply(struct db *db, const char *sql_dir,
    int64_t now_us, const struct migrate_report *report);

/* Takes the next statement off the front of *text, without its semicolon and
 * the comments before it. False: nothing is left. An open quote or comment
 * gives ERR_SYNTAX in *e. */
bool migrate_cut(struct slice *text, struct slice *statement, enum err *e);

#endif
