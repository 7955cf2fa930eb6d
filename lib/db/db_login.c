#include "lib/db/db_login.h"

#include "lib/db/stmt.h"

#define COLUMNS                                             \
	"l.token_hash, l.user_id, l.created_at, l.seen_at," \
	" l.expires_at, l.address, l.agent"

static const char *subject_name(enum login_subject kind)
{
	static const char *const names[] = {
		[LOGIN_BY_USER] = "user",
		[LOGIN_BY_ADDRESS] = "address",
		[LOGIN_BY_BROWSER] = "browser",
		[LOGIN_SECOND] = "second",
		[LOGIN_PASSWORD] = "password",
		[LOGIN_ASK_USER] = "ask",
		[LOGIN_ASK_ADDRESS] = "ask_from",
	};

	return names[kind];
}

static void out_row(struct stmt *st, struct login_row *row)
{
	stmt_out_fixed(st, row->token_hash, sizeof(row->token_hash));
	stmt_out_id(st, row->user.v);
	stmt_out_time_us(st, &row->created_us);
	stmt_out_time_us(st, &row->seen_us);
	stmt_out_time_us(st, &row->expires_us);
	stmt_out_text(st, row->address, sizeof(row->address));
	stmt_out_text(st, row->agent, sizeof(row->agent));
}

enum err db_login_add(struct db *db, const struct login_row *row)
{
	static const char sql[] =
	    "INSERT INTO login (token_hash, user_id, created_at, seen_at,"
	    " expires_at, address, agent) VALUES (?, ?, ?, ?, ?, ?, ?)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_bytes(st, row->token_hash, sizeof(row->token_hash));
	stmt_in_id(st, row->user.v);
	stmt_in_time_us(st, row->created_us);
	stmt_in_time_us(st, row->seen_us);
	stmt_in_time_us(st, row->expires_us);
	stmt_in_text(st, slice_from(row->address));
	stmt_in_text(st, slice_from(row->agent));
	return stmt_exec_one(st);
}

enum err db_login_get(struct db *db,
    const uint8_t token_hash[DB_TOKEN_HASH_BYTES], int64_t now_us,
    struct login_row *out)
{
	static const char sql[] =
	    "SELECT " COLUMNS
	    " FROM login l JOIN user u ON u.id = l.user_id"
	    " WHERE l.token_hash = ? AND l.expires_at > ?"
	    " AND u.disabled_at IS NULL";
	struct login_row row;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_bytes(st, token_hash, DB_TOKEN_HASH_BYTES);
	stmt_in_time_us(st, now_us);
	out_row(st, &row);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = row;
	return e;
}

enum err db_login_seen(struct db *db,
    const uint8_t token_hash[DB_TOKEN_HASH_BYTES], int64_t now_us,
    int64_t expires_us)
{
	static const char sql[] =
	    "UPDATE login SET seen_at = ?, expires_at = ?"
	    " WHERE token_hash = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	stmt_in_time_us(st, expires_us);
	stmt_in_bytes(st, token_hash, DB_TOKEN_HASH_BYTES);
	return stmt_exec_one(st);
}

enum err db_login_end(struct db *db,
    const uint8_t token_hash[DB_TOKEN_HASH_BYTES])
{
	static const char sql[] = "DELETE FROM login WHERE token_hash = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_bytes(st, token_hash, DB_TOKEN_HASH_BYTES);
	return stmt_exec(st, NULL);
}

enum err db_login_end_all(struct db *db, struct user_id user)
{
	static const char sql[] = "DELETE FROM login WHERE user_id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, user.v);
	return stmt_exec(st, NULL);
}

enum err db_login_list(struct db *db, struct user_id user, int64_t now_us,
    struct arena *mem, struct login_row **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT " COLUMNS
	    " FROM login l WHERE l.user_id = ?"
	    " AND l.expires_at > ? ORDER BY l.created_at DESC LIMIT 100";
	struct login_row row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, user.v);
	stmt_in_time_us(st, now_us);
	out_row(st, &row);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_login_sweep(struct db *db, int64_t now_us, int64_t old_us)
{
	static const char logins_sql[] =
	    "DELETE FROM login WHERE expires_at <= ? LIMIT 1000";
	static const char attempts_sql[] =
	    "DELETE FROM login_attempt WHERE last_at < ? LIMIT 1000";
	struct stmt *st = stmt_begin(db, logins_sql);
	enum err e;

	stmt_in_time_us(st, now_us);
	e = stmt_exec(st, NULL);
	if (e != ERR_OK)
		return e;
	st = stmt_begin(db, attempts_sql);
	stmt_in_time_us(st, old_us);
	return stmt_exec(st, NULL);
}

enum err db_login_failed(struct db *db, enum login_subject kind,
    struct slice subject, int64_t now_us, int64_t window_us, uint32_t *failures)
{
	/* failures before since_at: assignments run from left to right. */
	static const char sql[] =
	    "INSERT INTO login_attempt"
	    " (kind, subject, failures, since_at, last_at)"
	    " VALUES (?, ?, 1, ?, ?) ON DUPLICATE KEY UPDATE"
	    " failures = CASE WHEN since_at < ? THEN 1 ELSE failures + 1 END,"
	    " since_at = CASE WHEN since_at < ? THEN VALUES(since_at)"
	    " ELSE since_at END, last_at = VALUES(last_at)";
	struct stmt *st = stmt_begin(db, sql);
	int64_t last_us;
	enum err e;

	stmt_in_text(st, slice_from(subject_name(kind)));
	stmt_in_text(st, subject);
	stmt_in_time_us(st, now_us);
	stmt_in_time_us(st, now_us);
	stmt_in_time_us(st, now_us - window_us);
	stmt_in_time_us(st, now_us - window_us);
	e = stmt_exec(st, NULL);
	if (e != ERR_OK)
		return e;
	return db_login_failures(db, kind, subject, now_us, window_us, failures,
	    &last_us);
}

enum err db_login_failures(struct db *db, enum login_subject kind,
    struct slice subject, int64_t now_us, int64_t window_us, uint32_t *failures,
    int64_t *last_us)
{
	static const char sql[] =
	    "SELECT failures, last_at FROM login_attempt"
	    " WHERE kind = ? AND subject = ? AND since_at >= ?";
	uint32_t count = 0;
	int64_t last = 0;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_text(st, slice_from(subject_name(kind)));
	stmt_in_text(st, subject);
	stmt_in_time_us(st, now_us - window_us);
	stmt_out_u32(st, &count);
	stmt_out_time_us(st, &last);
	e = stmt_one(st);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	*failures = e == ERR_OK ? count : 0;
	*last_us = e == ERR_OK ? last : 0;
	return ERR_OK;
}

enum err db_login_forgive(struct db *db, enum login_subject kind,
    struct slice subject)
{
	static const char sql[] =
	    "DELETE FROM login_attempt WHERE kind = ? AND subject = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_text(st, slice_from(subject_name(kind)));
	stmt_in_text(st, subject);
	return stmt_exec(st, NULL);
}

enum err db_login_end_others(struct db *db, struct user_id user,
    const uint8_t token_hash[DB_TOKEN_HASH_BYTES])
{
	static const char sql[] =
	    "DELETE FROM login WHERE user_id = ? AND token_hash <> ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, user.v);
	stmt_in_bytes(st, token_hash, DB_TOKEN_HASH_BYTES);
	return stmt_exec(st, NULL);
}

enum err db_login_end_one(struct db *db, struct user_id user,
    const uint8_t token_hash[DB_TOKEN_HASH_BYTES])
{
	static const char sql[] =
	    "DELETE FROM login WHERE user_id = ? AND token_hash = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, user.v);
	stmt_in_bytes(st, token_hash, DB_TOKEN_HASH_BYTES);
	return stmt_exec_one(st);
}
