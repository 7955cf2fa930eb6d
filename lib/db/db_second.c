#include "lib/db/db_second.h"

#include "lib/db/stmt.h"

enum err db_second_get(struct db *db, struct user_id user,
    struct second_row *out)
{
	static const char sql[] =
	    "SELECT secret_sealed, last_step, confirmed_at IS NOT NULL"
	    " FROM user_second WHERE user_id = ?";
	struct second_row row;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, user.v);
	stmt_out_bytes(st, row.sealed, sizeof(row.sealed), &row.sealed_n);
	stmt_out_u64(st, &row.last_step);
	stmt_out_bool(st, &row.confirmed);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = row;
	return e;
}

/* Runs a statement whose only parameter is the user. */
static enum err of_user(struct db *db, const char *sql, struct user_id user)
{
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, user.v);
	return stmt_exec(st, NULL);
}

enum err db_second_begin(struct db *db, struct user_id user,
    struct slice sealed, int64_t now_us)
{
	static const char old_sql[] =
	    "DELETE FROM user_second WHERE user_id = ?"
	    " AND confirmed_at IS NULL";
	static const char sql[] =
	    "INSERT INTO user_second (user_id, secret_sealed, last_step,"
	    " created_at) VALUES (?, ?, 0, ?)";
	struct stmt *st;
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	if ((e = of_user(db, old_sql, user)) != ERR_OK)
		return db_join_end(db, mine, e);
	st = stmt_begin(db, sql);
	stmt_in_id(st, user.v);
	stmt_in_bytes(st, sealed.p, sealed.n);
	stmt_in_time_us(st, now_us);
	e = stmt_exec_one(st);
	return db_join_end(db, mine, e);
}

enum err db_second_confirm(struct db *db, struct user_id user, uint64_t step,
    int64_t now_us)
{
	static const char sql[] =
	    "UPDATE user_second SET confirmed_at = ?, last_step = ?"
	    " WHERE user_id = ? AND confirmed_at IS NULL";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	stmt_in_u64(st, step);
	stmt_in_id(st, user.v);
	return stmt_exec_one(st);
}

enum err db_second_take(struct db *db, struct user_id user, uint64_t step)
{
	static const char sql[] =
	    "UPDATE user_second SET last_step = ?"
	    " WHERE user_id = ? AND last_step < ?";
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_u64(st, step);
	stmt_in_id(st, user.v);
	stmt_in_u64(st, step);
	e = stmt_exec_one(st);
	return e == ERR_NOTFOUND ? ERR_AUTH : e;
}

enum err db_second_remove(struct db *db, struct user_id user)
{
	static const char codes_sql[] =
	    "DELETE FROM user_recovery WHERE user_id = ?";
	static const char sql[] = "DELETE FROM user_second WHERE user_id = ?";
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	e = of_user(db, codes_sql, user);
	if (e == ERR_OK)
		e = of_user(db, sql, user);
	return db_join_end(db, mine, e);
}

static enum err add_code(struct db *db, struct user_id user,
    const uint8_t hash[DB_SECOND_CODE_HASH])
{
	static const char sql[] =
	    "INSERT INTO user_recovery (user_id, code_hash) VALUES (?, ?)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, user.v);
	stmt_in_bytes(st, hash, DB_SECOND_CODE_HASH);
	return stmt_exec_one(st);
}

enum err db_second_codes(struct db *db, struct user_id user,
    const uint8_t (*hashes)[DB_SECOND_CODE_HASH], size_t n)
{
	static const char old_sql[] =
	    "DELETE FROM user_recovery WHERE user_id = ?";
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	e = of_user(db, old_sql, user);
	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = add_code(db, user, hashes[i]);
	return db_join_end(db, mine, e);
}

enum err db_second_use_code(struct db *db, struct user_id user,
    const uint8_t hash[DB_SECOND_CODE_HASH], int64_t now_us)
{
	static const char sql[] =
	    "UPDATE user_recovery SET used_at = ? WHERE user_id = ?"
	    " AND code_hash = ? AND used_at IS NULL";
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_time_us(st, now_us);
	stmt_in_id(st, user.v);
	stmt_in_bytes(st, hash, DB_SECOND_CODE_HASH);
	e = stmt_exec_one(st);
	return e == ERR_NOTFOUND ? ERR_AUTH : e;
}

enum err db_second_codes_left(struct db *db, struct user_id user, uint64_t *n)
{
	static const char sql[] =
	    "SELECT COUNT(*) FROM user_recovery"
	    " WHERE user_id = ? AND used_at IS NULL";
	struct stmt *st = stmt_begin(db, sql);
	uint64_t left = 0;
	enum err e;

	stmt_in_id(st, user.v);
	stmt_out_u64(st, &left);
	e = stmt_one(st);
	if (e == ERR_OK)
		*n = left;
	return e;
}
