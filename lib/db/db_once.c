#include "lib/db/db_once.h"

#include <string.h>

#include "lib/db/stmt.h"

/* *taken: the row is new, and ours until the transaction's end. */
static enum err take(struct db *db, struct company_id company,
    struct api_key_id key, struct slice name,
    const uint8_t hash[DB_ONCE_HASH_BYTES], int64_t now_us, bool *taken)
{
	static const char sql[] =
	    "INSERT INTO api_once (company_id, key_id, name, request_hash,"
	    " answer, created_at) VALUES (?, ?, ?, ?, '', ?)";
	struct stmt *st;
	enum err e;

	if ((e = stmt_begin(db, sql, &st)) != ERR_OK)
		return e;
	stmt_in_id(st, company.v);
	stmt_in_id(st, key.v);
	stmt_in_text(st, name);
	stmt_in_bytes(st, hash, DB_ONCE_HASH_BYTES);
	stmt_in_time_us(st, now_us);
	e = stmt_exec_one(st);
	stmt_end(st);
	*taken = e == ERR_OK;
	return e == ERR_CONFLICT ? ERR_OK : e;
}

enum err db_once_begin(struct db *db, struct company_id company,
    struct api_key_id key, struct slice name,
    const uint8_t hash[DB_ONCE_HASH_BYTES], int64_t now_us, struct arena *mem,
    struct slice *answer)
{
	static const char sql[] =
	    "SELECT request_hash, answer FROM api_once"
	    " WHERE company_id = ? AND key_id = ? AND name = ?";
	uint8_t had[DB_ONCE_HASH_BYTES];
	struct slice got = SLICE("");
	bool taken = false;
	struct stmt *st;
	enum err e;

	e = take(db, company, key, name, hash, now_us, &taken);
	if (e != ERR_OK || taken) {
		*answer = SLICE("");
		return e;
	}
	if ((e = stmt_begin(db, sql, &st)) != ERR_OK)
		return e;
	stmt_in_id(st, company.v);
	stmt_in_id(st, key.v);
	stmt_in_text(st, name);
	stmt_out_fixed(st, had, sizeof(had));
	stmt_out_slice(st, mem, DB_ONCE_ANSWER_MAX, &got);
	e = stmt_one(st);
	stmt_end(st);
	if (e != ERR_OK)
		return e;
	if (memcmp(had, hash, sizeof(had)) != 0)
		return ERR_CONFLICT;
	*answer = got;
	return got.n == 0 ? ERR_BUSY : ERR_OK;
}

enum err db_once_end(struct db *db, struct company_id company,
    struct api_key_id key, struct slice name, struct slice answer)
{
	static const char sql[] =
	    "UPDATE api_once SET answer = ? WHERE company_id = ?"
	    " AND key_id = ? AND name = ?";
	struct stmt *st;
	enum err e;

	if ((e = stmt_begin(db, sql, &st)) != ERR_OK)
		return e;
	stmt_in_text(st, answer);
	stmt_in_id(st, company.v);
	stmt_in_id(st, key.v);
	stmt_in_text(st, name);
	e = stmt_exec_one(st);
	stmt_end(st);
	return e;
}

enum err db_once_sweep(struct db *db, int64_t before_us, uint32_t max)
{
	static const char sql[] =
	    "DELETE FROM api_once WHERE created_at < ? LIMIT ?";
	struct stmt *st;
	enum err e;

	if ((e = stmt_begin(db, sql, &st)) != ERR_OK)
		return e;
	stmt_in_time_us(st, before_us);
	stmt_in_u64(st, max);
	e = stmt_exec(st, NULL);
	stmt_end(st);
	return e;
}
