#include "lib/db/db_job.h"

#include <string.h>

#include "lib/db/stmt.h"

#define BACKOFF_FIRST_US (5 * RT_SEC_US)
#define BACKOFF_LAST_US  RT_HOUR_US

static const char add_sql[] =
    "INSERT IGNORE INTO job"
    " (company_id, kind, job_key, payload, state, due_at, created_at)"
    " VALUES (?, ?, ?, ?, 'ready', ?, ?)";

/* One state at a time, so that the index gives the order and only the rows
 * taken are locked. */
static const char due_sql[] =
    "SELECT id, company_id, kind, job_key, payload, attempts, last_error"
    " FROM job WHERE state = ? AND kind = ? AND due_at <= ?"
    " ORDER BY due_at LIMIT ? FOR UPDATE SKIP LOCKED";

static const char take_sql[] =
    "UPDATE job SET state = 'running', claim = ?, due_at = ?,"
    " attempts = attempts + 1"
    " WHERE id = ?";

static const char done_sql[] =
    "UPDATE job SET state = 'done', claim = NULL, ended_at = ?"
    " WHERE id = ? AND claim = ? AND state = 'running'";

static const char retry_sql[] =
    "UPDATE job SET state = 'ready', claim = NULL, due_at = ?,"
    " last_error = ?"
    " WHERE id = ? AND claim = ? AND state = 'running'";

static const char dead_sql[] =
    "UPDATE job SET state = 'dead', claim = NULL, ended_at = ?,"
    " last_error = ?"
    " WHERE id = ? AND claim = ? AND state = 'running'";

static const char extend_sql[] =
    "UPDATE job SET due_at = ?"
    " WHERE id = ? AND claim = ? AND state = 'running'";

static const char dead_list_sql[] =
    "SELECT id, company_id, kind, job_key, payload, attempts, due_at,"
    " last_error"
    " FROM job WHERE company_id = ? AND state = 'dead' AND id < ?"
    " ORDER BY id DESC LIMIT ?";

static const char replay_sql[] =
    "UPDATE job SET state = 'ready', due_at = ?, attempts = 0,"
    " ended_at = NULL"
    " WHERE company_id = ? AND id = ? AND state = 'dead'";

static const char sweep_sql[] =
    "DELETE FROM job WHERE state = 'done' AND ended_at < ?"
    " ORDER BY id LIMIT ?";

enum err db_job_add(struct db *db, struct company_id company, const char *kind,
    struct slice key, struct slice payload, int64_t due_us, int64_t now_us)
{
	struct stmt *st;
	enum err e;

	/* INSERT IGNORE would cut a long key, and two jobs would be one. */
	if (key.n >= DB_JOB_KEY_BYTES || payload.n > DB_JOB_PAYLOAD_MAX)
		return ERR_TOOBIG;
	if ((e = stmt_begin(db, add_sql, &st)) != ERR_OK)
		return e;
	stmt_in_id(st, company.v);
	stmt_in_text(st, slice_from(kind));
	stmt_in_text(st, key);
	stmt_in_text(st, payload);
	stmt_in_time_us(st, due_us);
	stmt_in_time_us(st, now_us);
	e = stmt_exec(st, NULL);
	stmt_end(st);
	return e;
}

struct claim_args {
	const char *kind;
	uint32_t max;
	const uint8_t *claim;
	int64_t now_us;
	int64_t until_us;
	struct arena *mem;
};

static enum err read_due(struct db *db, const struct claim_args *a,
    const char *state, struct job_row *rows, size_t *n)
{
	struct job_row row;
	struct stmt *st;
	enum err e;

	if ((e = stmt_begin(db, due_sql, &st)) != ERR_OK)
		return e;
	stmt_in_text(st, slice_from(state));
	stmt_in_text(st, slice_from(a->kind));
	stmt_in_time_us(st, a->now_us);
	stmt_in_u64(st, a->max - *n);
	stmt_out_u64(st, &row.id);
	stmt_out_id(st, row.company.v);
	stmt_out_text(st, row.kind, sizeof(row.kind));
	stmt_out_text(st, row.key, sizeof(row.key));
	stmt_out_slice(st, a->mem, DB_JOB_PAYLOAD_MAX, &row.payload);
	stmt_out_u32(st, &row.attempts);
	stmt_out_text(st, row.error, sizeof(row.error));
	e = stmt_each(st);
	while (e == ERR_OK && *n < a->max && (e = stmt_next(st)) == ERR_OK) {
		row.attempts++;
		row.due_us = a->until_us;
		rows[(*n)++] = row;
	}
	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err take_due(struct db *db, const struct claim_args *a,
    const struct job_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct stmt *st;
		enum err e;

		if ((e = stmt_begin(db, take_sql, &st)) != ERR_OK)
			return e;
		stmt_in_id(st, a->claim);
		stmt_in_time_us(st, a->until_us);
		stmt_in_u64(st, rows[i].id);
		e = stmt_exec_one(st);
		stmt_end(st);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

enum err db_job_claim(struct db *db, const char *kind, uint32_t max,
    const uint8_t claim[ID_BYTES], int64_t now_us, int64_t visible_us,
    struct arena *mem, struct job_row **rows, size_t *n)
{
	const struct claim_args a = { .kind = kind,
		.max = max,
		.claim = claim,
		.now_us = now_us,
		.until_us = now_us + visible_us,
		.mem = mem };
	struct job_row *all = arena_array(mem, max, sizeof(*all));
	size_t got = 0;
	enum err e;

	if (all == NULL)
		return ERR_NOMEM;
	if ((e = db_begin(db)) != ERR_OK)
		return e;
	e = read_due(db, &a, "ready", all, &got);
	/* Those whose runner was not heard of in time. */
	if (e == ERR_OK && got < max)
		e = read_due(db, &a, "running", all, &got);
	if (e == ERR_OK)
		e = take_due(db, &a, all, got);
	e = db_end(db, e);
	if (e == ERR_OK) {
		*rows = all;
		*n = got;
	}
	return e;
}

/* The claim stands in the WHERE: no row means it ran out. */
static enum err end_claim(struct stmt *st)
{
	const enum err e = stmt_exec_one(st);

	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_CONFLICT : e;
}

enum err db_job_done(struct db *db, uint64_t id, const uint8_t claim[ID_BYTES],
    int64_t now_us)
{
	struct stmt *st;
	enum err e;

	if ((e = stmt_begin(db, done_sql, &st)) != ERR_OK)
		return e;
	stmt_in_time_us(st, now_us);
	stmt_in_u64(st, id);
	stmt_in_id(st, claim);
	return end_claim(st);
}

static enum err give_back(struct db *db, const char *sql, uint64_t id,
    const uint8_t claim[ID_BYTES], int64_t at_us, struct slice error)
{
	struct stmt *st;
	enum err e;

	if ((e = stmt_begin(db, sql, &st)) != ERR_OK)
		return e;
	stmt_in_time_us(st, at_us);
	/* 255 characters are at least 255 bytes. */
	stmt_in_text(st, slice_head(error, 255));
	stmt_in_u64(st, id);
	stmt_in_id(st, claim);
	return end_claim(st);
}

enum err db_job_retry(struct db *db, uint64_t id, const uint8_t claim[ID_BYTES],
    int64_t due_us, struct slice error)
{
	return give_back(db, retry_sql, id, claim, due_us, error);
}

enum err db_job_dead(struct db *db, uint64_t id, const uint8_t claim[ID_BYTES],
    int64_t now_us, struct slice error)
{
	return give_back(db, dead_sql, id, claim, now_us, error);
}

enum err db_job_extend(struct db *db, uint64_t id,
    const uint8_t claim[ID_BYTES], int64_t due_us)
{
	struct stmt *st;
	enum err e;

	if ((e = stmt_begin(db, extend_sql, &st)) != ERR_OK)
		return e;
	stmt_in_time_us(st, due_us);
	stmt_in_u64(st, id);
	stmt_in_id(st, claim);
	return end_claim(st);
}

int64_t db_job_backoff_us(uint32_t attempts, uint64_t dice)
{
	int64_t us = BACKOFF_FIRST_US;

	for (uint32_t i = 1; i < attempts && us < BACKOFF_LAST_US; i++)
		us *= 2;
	if (us > BACKOFF_LAST_US)
		us = BACKOFF_LAST_US;
	return us + (int64_t)(dice % (uint64_t)(us / 4));
}

enum err db_job_dead_list(struct db *db, struct company_id company,
    uint64_t before, uint32_t max, struct arena *mem, struct job_row **rows,
    size_t *n)
{
	struct job_row *all = arena_array(mem, max, sizeof(*all));
	struct job_row row;
	struct stmt *st;
	size_t got = 0;
	enum err e;

	if (all == NULL)
		return ERR_NOMEM;
	if ((e = stmt_begin(db, dead_list_sql, &st)) != ERR_OK)
		return e;
	stmt_in_id(st, company.v);
	stmt_in_u64(st, before == 0 ? UINT64_MAX : before);
	stmt_in_u64(st, max);
	stmt_out_u64(st, &row.id);
	stmt_out_id(st, row.company.v);
	stmt_out_text(st, row.kind, sizeof(row.kind));
	stmt_out_text(st, row.key, sizeof(row.key));
	stmt_out_slice(st, mem, DB_JOB_PAYLOAD_MAX, &row.payload);
	stmt_out_u32(st, &row.attempts);
	stmt_out_time_us(st, &row.due_us);
	stmt_out_text(st, row.error, sizeof(row.error));
	e = stmt_each(st);
	while (e == ERR_OK && got < max && (e = stmt_next(st)) == ERR_OK)
		all[got++] = row;
	stmt_end(st);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	*rows = all;
	*n = got;
	return ERR_OK;
}

enum err db_job_replay(struct db *db, struct company_id company, uint64_t id,
    int64_t now_us)
{
	struct stmt *st;
	enum err e;

	if ((e = stmt_begin(db, replay_sql, &st)) != ERR_OK)
		return e;
	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_u64(st, id);
	e = stmt_exec_one(st);
	stmt_end(st);
	return e;
}

enum err db_job_sweep(struct db *db, int64_t before_us, uint32_t max,
    uint64_t *removed)
{
	struct stmt *st;
	enum err e;

	if ((e = stmt_begin(db, sweep_sql, &st)) != ERR_OK)
		return e;
	stmt_in_time_us(st, before_us);
	stmt_in_u64(st, max);
	e = stmt_exec(st, removed);
	stmt_end(st);
	return e;
}
