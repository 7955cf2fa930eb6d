#include "lib/db/db_speech.h"

#include "lib/db/db_prompt.h"
#include "lib/db/stmt.h"

enum err db_speech_get(struct db *db,
    const uint8_t digest[DB_SPEECH_DIGEST_BYTES], int64_t now_us,
    struct arena *mem, struct slice *ulaw)
{
	static const char use_sql[] =
	    "UPDATE speech SET used_at = ? WHERE digest = ?";
	static const char get_sql[] =
	    "SELECT ulaw FROM speech WHERE digest = ?";
	struct slice bytes;
	struct stmt *st = stmt_begin(db, use_sql);
	enum err e;

	stmt_in_time_us(st, now_us);
	stmt_in_bytes(st, digest, DB_SPEECH_DIGEST_BYTES);
	e = stmt_exec_one(st);
	if (e != ERR_OK)
		return e;
	st = stmt_begin(db, get_sql);
	stmt_in_bytes(st, digest, DB_SPEECH_DIGEST_BYTES);
	stmt_out_slice(st, mem, DB_PROMPT_ULAW_MAX, &bytes);
	e = stmt_one(st);
	if (e == ERR_OK)
		*ulaw = bytes;
	return e;
}

enum err db_speech_put(struct db *db,
    const uint8_t digest[DB_SPEECH_DIGEST_BYTES], struct slice ulaw,
    int64_t now_us)
{
	static const char sql[] =
	    "INSERT INTO speech (digest, ulaw, used_at) VALUES (?, ?, ?)"
	    " ON DUPLICATE KEY UPDATE used_at = VALUES(used_at)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_bytes(st, digest, DB_SPEECH_DIGEST_BYTES);
	stmt_in_bytes(st, ulaw.p, ulaw.n);
	stmt_in_time_us(st, now_us);
	return stmt_exec(st, NULL);
}

enum err db_speech_sweep(struct db *db, int64_t before_us, uint32_t max)
{
	static const char sql[] =
	    "DELETE FROM speech WHERE used_at < ? ORDER BY used_at LIMIT ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, before_us);
	stmt_in_u64(st, max);
	return stmt_exec(st, NULL);
}
