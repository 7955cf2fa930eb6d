#include "lib/db/db_config.h"

#include "lib/db/stmt.h"

enum err db_config_version(struct db *db, uint64_t *version)
{
	static const char sql[] =
	    "SELECT version FROM config_version WHERE id = 1";
	struct stmt *st = stmt_begin(db, sql);
	uint64_t v = 0;
	enum err e;

	stmt_out_u64(st, &v);
	e = stmt_one(st);
	if (e == ERR_OK)
		*version = v;
	return e;
}

enum err db_config_bump(struct db *db)
{
	static const char sql[] =
	    "UPDATE config_version SET version = version + 1 WHERE id = 1";
	struct stmt *st = stmt_begin(db, sql);

	return stmt_exec_one(st);
}

enum err db_config_exec(struct db *db, struct stmt *st)
{
	bool mine;
	enum err e;

	e = db_join(db, &mine);
	if (e != ERR_OK) {
		stmt_end(st);
		return e;
	}
	e = stmt_exec_one(st);
	if (e == ERR_OK)
		e = db_config_bump(db);
	return db_join_end(db, mine, e);
}

enum err db_config_lock(struct db *db)
{
	static const char sql[] =
	    "SELECT version FROM config_version WHERE id = 1 FOR UPDATE";
	struct stmt *st = stmt_begin(db, sql);
	uint64_t version;

	stmt_out_u64(st, &version);
	return stmt_one(st);
}
