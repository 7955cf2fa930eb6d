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
	    " status, answer, created_at) VALUES (?, ?, ?, ?, 0, '', ?)";
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, key.v);
	stmt_in_text(st, name);
	stmt_in_bytes(st, hash, DB_ONCE_HASH_BYTES);
	stmt_in_time_us(st, now_us);
	e = stmt_exec_one(st);
	*taken = e == ERR_OK;
	return e == ERR_CONFLICT ? ERR_OK : e;
}

/* What was answered to the request of that name. Who is at work with it is not
 * waited for. */
static enum err had(struct db *db, struct company_id company,
    struct api_key_id key, struct slice name, struct arena *mem,
    uint8_t hash[DB_ONCE_HASH_BYTES], struct once_answer *answer)
{
	static const char sql[] =
	    "SELECT request_hash, status, head, answer FROM api_once"
	    " WHERE company_id = ? AND key_id = ? AND name = ?"
	    " FOR UPDATE NOWAIT";
	struct stmt *st = stmt_begin(db, sql);
	uint32_t status;
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, key.v);
	stmt_in_text(st, name);
	stmt_out_fixed(st, hash, DB_ONCE_HASH_BYTES);
	stmt_out_u32(st, &status);
	stmt_out_slice(st, mem, DB_ONCE_HEAD_MAX, &answer->head);
	stmt_out_slice(st, mem, DB_ONCE_ANSWER_MAX, &answer->body);
	e = stmt_one(st);
	if (e == ERR_OK)
		answer->status = status;
	return e;
}

enum err db_once_begin(struct db *db, struct company_id company,
    struct api_key_id key, struct slice name,
    const uint8_t hash[DB_ONCE_HASH_BYTES], int64_t now_us, struct arena *mem,
    struct once_answer *answer)
{
	struct once_answer got = { .status = 0 };
	uint8_t before[DB_ONCE_HASH_BYTES];
	bool taken = false;
	enum err e;

	e = had(db, company, key, name, mem, before, &got);
	if (e == ERR_NOTFOUND) {
		e = take(db, company, key, name, hash, now_us, &taken);
		/* Two began at once: this one waited in the INSERT. */
		if (e == ERR_OK && !taken)
			e = had(db, company, key, name, mem, before, &got);
		/* Swept between the two. */
		if (e == ERR_NOTFOUND)
			return ERR_BUSY;
	}
	if (e == ERR_OK && !taken && memcmp(before, hash, sizeof(before)) != 0)
		return ERR_CONFLICT;
	if (e == ERR_OK)
		*answer = got;
	return e;
}

enum err db_once_end(struct db *db, struct company_id company,
    struct api_key_id key, struct slice name, const struct once_answer *answer)
{
	static const char sql[] =
	    "UPDATE api_once SET status = ?, head = ?, answer = ?"
	    " WHERE company_id = ? AND key_id = ? AND name = ?";
	struct stmt *st;

	if (answer->head.n > DB_ONCE_HEAD_MAX ||
	    answer->body.n > DB_ONCE_ANSWER_MAX)
		return ERR_TOOBIG;
	st = stmt_begin(db, sql);
	stmt_in_u64(st, answer->status);
	stmt_in_text(st, answer->head);
	stmt_in_text(st, answer->body);
	stmt_in_id(st, company.v);
	stmt_in_id(st, key.v);
	stmt_in_text(st, name);
	return stmt_exec_one(st);
}

enum err db_once_sweep(struct db *db, int64_t before_us, uint32_t max)
{
	static const char sql[] =
	    "DELETE FROM api_once WHERE created_at < ? LIMIT ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, before_us);
	stmt_in_u64(st, max);
	return stmt_exec(st, NULL);
}
