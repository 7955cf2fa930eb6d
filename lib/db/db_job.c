#include "lib/db/db_job.h"

#include "lib/base/utf8.h"
#include "lib/db/stmt.h"

#define COLUMNS                                                     \
	"id, company_id, kind, job_key, payload, attempts, due_at," \
	" last_error"

/* 255 characters at least. */
#define ERROR_MAX 255

#define BACKOFF_FIRST_US (5 * RT_SEC_US)
#define BACKOFF_MAX_US   RT_HOUR_US

static void out_row(struct stmt *st, struct arena *mem, struct job_row *row)
{
	stmt_out_u64(st, &row->id);
	stmt_out_id(st, row->company.v);
	stmt_out_text(st, row->kind, sizeof(row->kind));
	stmt_out_text(st, row->key, sizeof(row->key));
	stmt_out_slice(st, mem, DB_JOB_PAYLOAD_MAX, &row->payload);
	stmt_out_u32(st, &row->attempts);
	stmt_out_time_us(st, &row->due_us);
	stmt_out_text(st, row->error, sizeof(row->error));
}

enum err db_job_add(struct db *db, struct company_id company, const char *kind,
    struct slice key, struct slice payload, int64_t due_us, int64_t now_us)
{
	static const char sql[] =
	    "INSERT INTO job (company_id, kind, job_key, payload, state,"
	    " due_at, created_at) VALUES (?, ?, ?, ?, 'ready', ?, ?)";
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_text(st, slice_from(kind));
	stmt_in_text(st, key);
	stmt_in_text(st, payload);
	stmt_in_time_us(st, due_us);
	stmt_in_time_us(st, now_us);
	e = stmt_exec_one(st);
	return e == ERR_CONFLICT ? ERR_OK : e;
}

/* Locks due jobs that nobody else is taking; the rows come back as they were
 * before. A running one whose time is over is due again. */
static enum err pick(struct db *db, const char *kind, uint32_t max,
    int64_t now_us, struct arena *mem, struct job_row **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT " COLUMNS
	    " FROM job WHERE state IN ('ready', 'running')"
	    " AND kind = ? AND due_at <= ? ORDER BY due_at, id LIMIT ?"
	    " FOR UPDATE SKIP LOCKED";
	struct job_row row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_text(st, slice_from(kind));
	stmt_in_time_us(st, now_us);
	stmt_in_u64(st, max);
	out_row(st, mem, &row);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

static enum err take(struct db *db, uint64_t id, const uint8_t claim[ID_BYTES],
    int64_t until_us)
{
	static const char sql[] =
	    "UPDATE job SET state = 'running', claim = ?, due_at = ?,"
	    " attempts = attempts + 1 WHERE id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, claim);
	stmt_in_time_us(st, until_us);
	stmt_in_u64(st, id);
	return stmt_exec_one(st);
}

enum err db_job_claim(struct db *db, const char *kind, uint32_t max,
    const uint8_t claim[ID_BYTES], int64_t now_us, int64_t visible_us,
    struct arena *mem, struct job_row **rows, size_t *n)
{
	struct job_row *got = NULL;
	size_t count = 0;
	enum err e;

	if ((e = db_begin(db)) != ERR_OK)
		return e;
	e = pick(db, kind, max, now_us, mem, &got, &count);
	for (size_t i = 0; i < count && e == ERR_OK; i++) {
		e = take(db, got[i].id, claim, now_us + visible_us);
		got[i].attempts++;
		got[i].due_us = now_us + visible_us;
	}
	if ((e = db_end(db, e)) != ERR_OK)
		return e;
	*rows = got;
	*n = count;
	return ERR_OK;
}

/* Runs a change of a job that must still be ours; ends st. */
static enum err ours(struct stmt *st)
{
	const enum err e = stmt_exec_one(st);

	return e == ERR_NOTFOUND ? ERR_CONFLICT : e;
}

enum err db_job_done(struct db *db, uint64_t id, const uint8_t claim[ID_BYTES],
    int64_t now_us)
{
	static const char sql[] =
	    "UPDATE job SET state = 'done', claim = NULL, ended_at = ?,"
	    " last_error = '', payload = '' WHERE id = ? AND claim = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	stmt_in_u64(st, id);
	stmt_in_id(st, claim);
	return ours(st);
}

enum err db_job_retry(struct db *db, uint64_t id, const uint8_t claim[ID_BYTES],
    int64_t due_us, struct slice error)
{
	static const char sql[] =
	    "UPDATE job SET state = 'ready', claim = NULL, due_at = ?,"
	    " last_error = ? WHERE id = ? AND claim = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, due_us);
	stmt_in_text(st, utf8_head(error, ERROR_MAX));
	stmt_in_u64(st, id);
	stmt_in_id(st, claim);
	return ours(st);
}

enum err db_job_put_off(struct db *db, uint64_t id,
    const uint8_t claim[ID_BYTES], int64_t due_us)
{
	static const char sql[] =
	    "UPDATE job SET state = 'ready', claim = NULL, due_at = ?,"
	    " attempts = attempts - 1 WHERE id = ? AND claim = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, due_us);
	stmt_in_u64(st, id);
	stmt_in_id(st, claim);
	return ours(st);
}

enum err db_job_dead(struct db *db, uint64_t id, const uint8_t claim[ID_BYTES],
    int64_t now_us, struct slice error)
{
	static const char sql[] =
	    "UPDATE job SET state = 'dead', claim = NULL, ended_at = ?,"
	    " last_error = ? WHERE id = ? AND claim = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	stmt_in_text(st, utf8_head(error, ERROR_MAX));
	stmt_in_u64(st, id);
	stmt_in_id(st, claim);
	return ours(st);
}

int64_t db_job_backoff_us(uint32_t attempts, uint64_t dice)
{
	int64_t us = BACKOFF_FIRST_US;

	for (uint32_t i = 1; i < attempts && us < BACKOFF_MAX_US; i++)
		us *= 2;
	if (us > BACKOFF_MAX_US)
		us = BACKOFF_MAX_US;
	return us + (int64_t)(dice % (uint64_t)(us / 4));
}

enum err db_job_dead_list(struct db *db, struct company_id company,
    uint64_t before, uint32_t max, struct arena *mem, struct job_row **rows,
    size_t *n)
{
	static const char sql[] =
	    "SELECT " COLUMNS
	    " FROM job WHERE company_id = ?"
	    " AND state = 'dead' AND id < ? ORDER BY id DESC LIMIT ?";
	struct job_row row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_u64(st, before == 0 ? UINT64_MAX : before);
	stmt_in_u64(st, max);
	out_row(st, mem, &row);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_job_replay(struct db *db, struct company_id company, uint64_t id,
    int64_t now_us)
{
	static const char sql[] =
	    "UPDATE job SET state = 'ready', due_at = ?, attempts = 0,"
	    " ended_at = NULL"
	    " WHERE company_id = ? AND id = ? AND state = 'dead'";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_u64(st, id);
	return stmt_exec_one(st);
}

static enum err sweep(struct db *db, const char *sql, int64_t before_us,
    uint32_t max, uint64_t *removed)
{
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, before_us);
	stmt_in_u64(st, max);
	return stmt_exec(st, removed);
}

enum err db_job_sweep(struct db *db, int64_t before_us, uint32_t max,
    uint64_t *removed)
{
	static const char sql[] =
	    "DELETE FROM job WHERE state = 'done' AND ended_at < ? LIMIT ?";

	return sweep(db, sql, before_us, max, removed);
}

enum err db_job_sweep_dead(struct db *db, int64_t before_us, uint32_t max,
    uint64_t *removed)
{
	static const char sql[] =
	    "DELETE FROM job WHERE state = 'dead' AND ended_at < ? LIMIT ?";

	return sweep(db, sql, before_us, max, removed);
}
