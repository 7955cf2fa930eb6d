#include "lib/db/db_server.h"

#include "lib/db/db_priv.h"
#include "lib/db/stmt.h"

enum err db_server_create(struct db *db, struct slice name)
{
	/* A database's name cannot be bound, so the server builds the text
	 * with its own quoting. */
	static const char set[] =
	    "SET @rt_sql = CONCAT('CREATE DATABASE IF NOT EXISTS `',"
	    " REPLACE(?, '`', '``'),"
	    " '` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin')";
	static const char *const steps[] = {
		"PREPARE rt_create FROM @rt_sql",
		"EXECUTE rt_create",
		"DEALLOCATE PREPARE rt_create",
	};
	struct stmt *st = stmt_begin(db, set);
	enum err e;

	stmt_in_text(st, name);
	e = stmt_exec(st, NULL);
	for (size_t i = 0; i < RT_ARRAY_LEN(steps) && e == ERR_OK; i++)
		e = db_run(db, slice_from(steps[i]), DB_WRITING);
	return e;
}

enum err db_server_version(struct db *db, char out[DB_SERVER_VERSION_BYTES])
{
	static const char sql[] = "SELECT VERSION()";
	struct stmt *st = stmt_begin(db, sql);

	stmt_out_text(st, out, DB_SERVER_VERSION_BYTES);
	return stmt_one(st);
}

enum err db_server_migrations(struct db *db, uint64_t *n)
{
	static const char sql[] =
	    "SELECT COUNT(*) FROM schema_migration"
	    " WHERE finished_at IS NOT NULL";
	struct stmt *st = stmt_begin(db, sql);
	uint64_t count;
	enum err e;

	stmt_out_u64(st, &count);
	e = stmt_one(st);
	if (e == ERR_OK)
		*n = count;
	return e;
}
