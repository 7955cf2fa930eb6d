#include "lib/db/db_recording.h"

#include <string.h>

#include "lib/db/db_job.h"
#include "lib/db/db_usage.h"
#include "lib/db/stmt.h"

#define PEAKS_MAX ((size_t)1 << 20)

static const char add_sql[] =
    "INSERT INTO recording (company_id, id, call_id, state, path,"
    " started_at, duration_ms, size_bytes, rate_hz, pcm_sha256, created_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

#define COLUMNS                                              \
	"id, call_id, state, path, started_at, duration_ms," \
	" size_bytes, rate_hz, pcm_sha256, peaks IS NOT NULL"

static const char by_call_sql[] =
    "SELECT " COLUMNS
    " FROM recording"
    " WHERE company_id = ? AND call_id = ? ORDER BY id LIMIT 1";

static const char get_sql[] =
    "SELECT " COLUMNS " FROM recording WHERE company_id = ? AND id = ?";

static const char pending_sql[] = "SELECT company_id, " COLUMNS
				  " FROM recording"
				  " WHERE state = 'pending' AND created_at < ?"
				  " ORDER BY created_at LIMIT ?";

static const char ready_sql[] =
    "UPDATE recording SET state = 'ready', duration_ms = ?, size_bytes = ?,"
    " pcm_sha256 = ?, ready_at = ?"
    " WHERE company_id = ? AND id = ? AND state IN ('pending', 'failed')";

static const char set_peaks_sql[] =
    "UPDATE recording SET peaks = ? WHERE company_id = ? AND id = ?";

static const char peaks_sql[] =
    "SELECT peaks FROM recording"
    " WHERE company_id = ? AND id = ? AND peaks IS NOT NULL";

static bool is_set(const uint8_t sha256[32])
{
	static const uint8_t none[32];

	return memcmp(sha256, none, sizeof(none)) != 0;
}

enum err db_recording_add(struct db *db, struct company_id company,
    const struct recording_row *row, int64_t now_us)
{
	struct stmt *st;
	enum err e;

	if ((e = stmt_begin(db, add_sql, &st)) != ERR_OK)
		return e;
	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id.v);
	stmt_in_id(st, row->call.v);
	stmt_in_text(st, slice_from(row->state));
	stmt_in_text(st, slice_from(row->path));
	stmt_in_time_us(st, row->started_us);
	stmt_in_u64(st, row->duration_ms);
	stmt_in_u64(st, row->size_bytes);
	stmt_in_u64(st, row->rate_hz);
	if (is_set(row->pcm_sha256))
		stmt_in_bytes(st, row->pcm_sha256, sizeof(row->pcm_sha256));
	else
		stmt_in_null(st);
	stmt_in_time_us(st, now_us);
	e = stmt_exec(st, NULL);
	stmt_end(st);
	return e;
}

static void out_row(struct stmt *st, struct recording_row *row)
{
	stmt_out_id(st, row->id.v);
	stmt_out_id(st, row->call.v);
	stmt_out_text(st, row->state, sizeof(row->state));
	stmt_out_text(st, row->path, sizeof(row->path));
	stmt_out_time_us(st, &row->started_us);
	stmt_out_u32(st, &row->duration_ms);
	stmt_out_u64(st, &row->size_bytes);
	stmt_out_u32(st, &row->rate_hz);
	stmt_out_fixed(st, row->pcm_sha256, sizeof(row->pcm_sha256));
	stmt_out_bool(st, &row->has_peaks);
}

static enum err read_one(struct db *db, const char *sql,
    struct company_id company, const uint8_t key[ID_BYTES],
    struct recording_row *out)
{
	struct recording_row row;
	struct stmt *st;
	enum err e;

	memset(&row, 0, sizeof(row));
	if ((e = stmt_begin(db, sql, &st)) != ERR_OK)
		return e;
	stmt_in_id(st, company.v);
	stmt_in_id(st, key);
	out_row(st, &row);
	e = stmt_one(st);
	stmt_end(st);
	if (e == ERR_OK)
		*out = row;
	return e;
}

enum err db_recording_by_call(struct db *db, struct company_id company,
    struct call_id call, struct recording_row *out)
{
	return read_one(db, by_call_sql, company, call.v, out);
}

enum err db_recording_get(struct db *db, struct company_id company,
    struct recording_id id, struct recording_row *out)
{
	return read_one(db, get_sql, company, id.v, out);
}

/* ERR_NOTFOUND: it is ready already, or not there. */
static enum err make_ready(struct db *db, struct company_id company,
    const struct recording_row *row, int64_t now_us)
{
	struct stmt *st;
	enum err e;

	if ((e = stmt_begin(db, ready_sql, &st)) != ERR_OK)
		return e;
	stmt_in_u64(st, row->duration_ms);
	stmt_in_u64(st, row->size_bytes);
	stmt_in_bytes(st, row->pcm_sha256, sizeof(row->pcm_sha256));
	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id.v);
	e = stmt_exec_one(st);
	stmt_end(st);
	return e;
}

enum err db_recording_ready(struct db *db, struct company_id company,
    const struct recording_row *row, int64_t now_us)
{
	char key[ID_TEXT_MAX];
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	e = make_ready(db, company, row, now_us);
	if (e == ERR_OK)
		e = db_usage_add(db, company, row->started_us, USAGE_RECORDED_S,
		    (row->duration_ms + 999) / 1000);
	if (e == ERR_OK)
		e = db_usage_add(db, company, row->started_us,
		    USAGE_RECORDED_BYTES, row->size_bytes);
	if (e == ERR_OK) {
		id_text(ID_KIND_recording, row->id.v, key);
		e = db_job_add(db, company, "waveform", slice_from(key),
		    slice_from(key), now_us, now_us);
	}
	e = db_join_end(db, mine, e);
	/* Said twice: the first time counted. */
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err db_recording_set_peaks(struct db *db, struct company_id company,
    struct recording_id id, struct slice peaks)
{
	struct stmt *st;
	enum err e;

	if (peaks.n > PEAKS_MAX)
		return ERR_TOOBIG;
	if ((e = stmt_begin(db, set_peaks_sql, &st)) != ERR_OK)
		return e;
	stmt_in_bytes(st, peaks.p, peaks.n);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	e = stmt_exec_one(st);
	stmt_end(st);
	return e;
}

enum err db_recording_peaks(struct db *db, struct company_id company,
    struct recording_id id, struct arena *mem, struct slice *peaks)
{
	struct slice s;
	struct stmt *st;
	enum err e;

	if ((e = stmt_begin(db, peaks_sql, &st)) != ERR_OK)
		return e;
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_out_slice(st, mem, PEAKS_MAX, &s);
	e = stmt_one(st);
	stmt_end(st);
	if (e == ERR_OK)
		*peaks = s;
	return e;
}

enum err db_recording_pending(struct db *db, int64_t before_us, uint32_t max,
    struct arena *mem, struct recording_pending **rows, size_t *n)
{
	struct recording_pending *all = arena_array(mem, max, sizeof(*all));
	struct recording_pending row;
	struct stmt *st;
	size_t got = 0;
	enum err e;

	if (all == NULL)
		return ERR_NOMEM;
	memset(&row, 0, sizeof(row));
	if ((e = stmt_begin(db, pending_sql, &st)) != ERR_OK)
		return e;
	stmt_in_time_us(st, before_us);
	stmt_in_u64(st, max);
	stmt_out_id(st, row.company.v);
	out_row(st, &row.row);
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
