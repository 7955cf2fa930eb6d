#include "lib/db/db_recording.h"

#include <string.h>

#include "lib/db/db_call_hold.h"
#include "lib/db/db_call_touch.h"
#include "lib/db/db_hook_out.h"
#include "lib/db/db_job.h"
#include "lib/db/db_usage.h"
#include "lib/db/stmt.h"

#define COLUMNS                                                   \
	"id, call_id, state, why, path, started_at, duration_ms," \
	" size_bytes, rate_hz, pcm_sha256, peaks IS NOT NULL"

#define PEAKS_MAX 1048576

static void out_row(struct stmt *st, struct recording_row *row)
{
	stmt_out_id(st, row->id.v);
	stmt_out_id(st, row->call.v);
	stmt_out_text(st, row->state, sizeof(row->state));
	stmt_out_text(st, row->why, sizeof(row->why));
	stmt_out_text(st, row->path, sizeof(row->path));
	stmt_out_time_us(st, &row->started_us);
	stmt_out_u32(st, &row->duration_ms);
	stmt_out_u64(st, &row->size_bytes);
	stmt_out_u32(st, &row->rate_hz);
	stmt_out_fixed(st, row->pcm_sha256, sizeof(row->pcm_sha256));
	stmt_out_bool(st, &row->has_peaks);
}

static enum err insert(struct db *db, struct company_id company,
    const struct recording_row *row, int64_t now_us)
{
	static const char sql[] =
	    "INSERT INTO recording (company_id, id, call_id, state, why, path,"
	    " started_at, duration_ms, size_bytes, rate_hz, pcm_sha256,"
	    " created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	static const uint8_t unknown[32];
	const bool has_sum = memcmp(row->pcm_sha256, unknown, 32) != 0;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id.v);
	stmt_in_id(st, row->call.v);
	/* What is whole becomes ready through db_recording_ready(). */
	stmt_in_text(st, slice_eq_cstr(slice_from(row->state), "ready")
			     ? SLICE("pending")
			     : slice_from(row->state));
	stmt_in_text(st, slice_from(row->why));
	stmt_in_text(st, slice_from(row->path));
	stmt_in_time_us(st, row->started_us);
	stmt_in_u64(st, row->duration_ms);
	stmt_in_u64(st, row->size_bytes);
	stmt_in_u64(st, row->rate_hz);
	stmt_in_bytes_null(st, has_sum ? row->pcm_sha256 : NULL, 32);
	stmt_in_time_us(st, now_us);
	return stmt_exec_one(st);
}

enum err db_recording_add(struct db *db, struct company_id company,
    const struct recording_row *row, int64_t now_us)
{
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	e = db_call_hold(db, company, row->call.v);
	if (e == ERR_OK)
		e = insert(db, company, row, now_us);
	if (e == ERR_OK)
		e = db_call_touch(db, company, row->call.v);
	if (e == ERR_OK && slice_eq_cstr(slice_from(row->state), "ready"))
		e = db_recording_ready(db, company, row, now_us);
	return db_join_end(db, mine, e);
}

enum err db_recording_by_call(struct db *db, struct company_id company,
    struct call_id call, struct recording_row *out)
{
	static const char sql[] =
	    "SELECT " COLUMNS
	    " FROM recording"
	    " WHERE company_id = ? AND call_id = ? ORDER BY id LIMIT 1";
	struct recording_row row;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	out_row(st, &row);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = row;
	return e;
}

enum err db_recording_get(struct db *db, struct company_id company,
    struct recording_id id, struct recording_row *out)
{
	static const char sql[] = "SELECT " COLUMNS
				  " FROM recording"
				  " WHERE company_id = ? AND id = ?";
	struct recording_row row;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	out_row(st, &row);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = row;
	return e;
}

/* *became: it was not ready before. */
static enum err mark_ready(struct db *db, struct company_id company,
    const struct recording_row *row, int64_t now_us, bool *became)
{
	static const char sql[] =
	    "UPDATE recording SET state = 'ready', why = '', duration_ms = ?,"
	    " size_bytes = ?, rate_hz = ?, pcm_sha256 = ?, ready_at = ?"
	    " WHERE company_id = ? AND id = ?"
	    " AND state IN ('pending', 'failed')";
	struct stmt *st = stmt_begin(db, sql);
	uint64_t n = 0;
	enum err e;

	stmt_in_u64(st, row->duration_ms);
	stmt_in_u64(st, row->size_bytes);
	stmt_in_u64(st, row->rate_hz);
	stmt_in_bytes(st, row->pcm_sha256, sizeof(row->pcm_sha256));
	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id.v);
	e = stmt_exec(st, &n);
	*became = n == 1;
	return e;
}

static enum err follow_up(struct db *db, struct company_id company,
    const struct recording_row *row, int64_t now_us)
{
	char id[ID_TEXT_MAX];
	enum err e;

	id_text(ID_KIND_recording, row->id.v, id);
	e = db_usage_add(db, company, row->started_us, USAGE_RECORDED_S,
	    ((uint64_t)row->duration_ms + 999) / 1000);
	if (e == ERR_OK)
		e = db_usage_add(db, company, row->started_us,
		    USAGE_RECORDED_BYTES, row->size_bytes);
	if (e == ERR_OK)
		e = db_job_add(db, company, "waveform", slice_from(id),
		    slice_from(id), now_us, now_us);
	if (e == ERR_OK)
		e = db_hook_out_emit(db, company, HOOK_RECORDING_READY,
		    row->call.v, now_us);
	return e;
}

enum err db_recording_ready(struct db *db, struct company_id company,
    const struct recording_row *row, int64_t now_us)
{
	bool mine, became = false;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	e = db_call_hold(db, company, row->call.v);
	if (e == ERR_OK)
		e = mark_ready(db, company, row, now_us, &became);
	if (e == ERR_OK && became)
		e = db_call_touch(db, company, row->call.v);
	if (e == ERR_OK && became)
		e = follow_up(db, company, row, now_us);
	return db_join_end(db, mine, e);
}

enum err db_recording_failed(struct db *db, struct company_id company,
    struct recording_id id, const char *why)
{
	static const char sql[] =
	    "UPDATE recording SET state = 'failed', why = ?"
	    " WHERE company_id = ? AND id = ? AND state = 'pending'";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_text(st, slice_from(why));
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return stmt_exec(st, NULL);
}

enum err db_recording_set_peaks(struct db *db, struct company_id company,
    struct recording_id id, struct slice peaks)
{
	static const char sql[] =
	    "UPDATE recording SET peaks = ?"
	    " WHERE company_id = ? AND id = ?";
	struct stmt *st;

	if (peaks.n > PEAKS_MAX)
		return ERR_TOOBIG;
	st = stmt_begin(db, sql);
	stmt_in_bytes(st, peaks.p, peaks.n);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return stmt_exec_one(st);
}

enum err db_recording_pending(struct db *db, int64_t before_us,
    const struct recording_pending *after, uint32_t max, struct arena *mem,
    struct recording_pending **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT company_id, created_at, " COLUMNS
	    " FROM recording"
	    " WHERE state = 'pending' AND created_at < ?"
	    " AND created_at >= ? AND (created_at > ? OR company_id > ?"
	    " OR (company_id = ? AND id > ?))"
	    " ORDER BY created_at, company_id, id LIMIT ?";
	static const struct recording_pending oldest;
	struct recording_pending row;
	struct stmt *st = stmt_begin(db, sql);

	if (after == NULL)
		after = &oldest;
	stmt_in_time_us(st, before_us);
	stmt_in_time_us(st, after->created_us);
	stmt_in_time_us(st, after->created_us);
	stmt_in_id(st, after->company.v);
	stmt_in_id(st, after->company.v);
	stmt_in_id(st, after->row.id.v);
	stmt_in_u64(st, max);
	stmt_out_id(st, row.company.v);
	stmt_out_time_us(st, &row.created_us);
	out_row(st, &row.row);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}
