#include "lib/db/db_user_token.h"

#include "lib/db/stmt.h"

static const char *const names[] = {
	[USER_TOKEN_INVITE] = "invite",
	[USER_TOKEN_RESET] = "reset",
	[USER_TOKEN_SECOND] = "second",
};

static enum err end_old(struct db *db, struct user_id user,
    enum user_token_kind kind)
{
	static const char sql[] =
	    "DELETE FROM user_token WHERE user_id = ? AND kind = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, user.v);
	stmt_in_text(st, slice_from(names[kind]));
	return stmt_exec(st, NULL);
}

enum err db_user_token_add(struct db *db, struct user_id user,
    enum user_token_kind kind, const uint8_t hash[DB_USER_TOKEN_HASH],
    struct user_id by, int64_t now_us, int64_t expires_us)
{
	static const char sql[] =
	    "INSERT INTO user_token (token_hash, user_id, kind, created_by,"
	    " created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)";
	struct stmt *st;
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	if ((e = end_old(db, user, kind)) != ERR_OK)
		return db_join_end(db, mine, e);
	st = stmt_begin(db, sql);
	stmt_in_bytes(st, hash, DB_USER_TOKEN_HASH);
	stmt_in_id(st, user.v);
	stmt_in_text(st, slice_from(names[kind]));
	stmt_in_id_null(st, by.v);
	stmt_in_time_us(st, now_us);
	stmt_in_time_us(st, expires_us);
	e = stmt_exec_one(st);
	return db_join_end(db, mine, e);
}

enum err db_user_token_get(struct db *db, enum user_token_kind kind,
    const uint8_t hash[DB_USER_TOKEN_HASH], int64_t now_us,
    struct user_id *user)
{
	static const char sql[] =
	    "SELECT t.user_id FROM user_token t JOIN user u"
	    " ON u.id = t.user_id WHERE t.token_hash = ? AND t.kind = ?"
	    " AND t.used_at IS NULL AND t.expires_at > ?"
	    " AND u.disabled_at IS NULL";
	struct user_id whose;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_bytes(st, hash, DB_USER_TOKEN_HASH);
	stmt_in_text(st, slice_from(names[kind]));
	stmt_in_time_us(st, now_us);
	stmt_out_id(st, whose.v);
	e = stmt_one(st);
	if (e == ERR_OK)
		*user = whose;
	return e;
}

enum err db_user_token_use(struct db *db, enum user_token_kind kind,
    const uint8_t hash[DB_USER_TOKEN_HASH], int64_t now_us,
    struct user_id *user)
{
	static const char sql[] =
	    "UPDATE user_token SET used_at = ? WHERE token_hash = ?"
	    " AND kind = ? AND used_at IS NULL AND expires_at > ?";
	struct user_id whose;
	struct stmt *st;
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	if ((e = db_user_token_get(db, kind, hash, now_us, &whose)) != ERR_OK)
		return db_join_end(db, mine, e);
	st = stmt_begin(db, sql);
	stmt_in_time_us(st, now_us);
	stmt_in_bytes(st, hash, DB_USER_TOKEN_HASH);
	stmt_in_text(st, slice_from(names[kind]));
	stmt_in_time_us(st, now_us);
	e = stmt_exec_one(st);
	e = db_join_end(db, mine, e);
	if (e == ERR_OK)
		*user = whose;
	return e;
}

enum err db_user_token_end_all(struct db *db, struct user_id user)
{
	static const char sql[] = "DELETE FROM user_token WHERE user_id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, user.v);
	return stmt_exec(st, NULL);
}

enum err db_user_token_sweep(struct db *db, int64_t old_us)
{
	static const char sql[] =
	    "DELETE FROM user_token WHERE expires_at < ? LIMIT 1000";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, old_us);
	return stmt_exec(st, NULL);
}
