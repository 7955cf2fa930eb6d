#include "lib/db/db_hook.h"

#include "lib/db/stmt.h"

#define COLUMNS                                                        \
	"id, name, url, secret_sealed, signature, events, private_ok," \
	" per_second, parallel, created_at"

static void out_row(struct stmt *st, struct hook_row *row)
{
	stmt_out_id(st, row->id.v);
	stmt_out_text(st, row->name, sizeof(row->name));
	stmt_out_text(st, row->url, sizeof(row->url));
	stmt_out_bytes(st, row->secret, sizeof(row->secret), &row->secret_n);
	stmt_out_text(st, row->signature, sizeof(row->signature));
	stmt_out_u32(st, &row->events);
	stmt_out_bool(st, &row->private_ok);
	stmt_out_u32(st, &row->per_second);
	stmt_out_u32(st, &row->parallel);
	stmt_out_time_us(st, &row->created_us);
}

static bool sound(const struct hook_row *row)
{
	return row->name[0] != '\0' && row->url[0] != '\0' &&
	       row->events != 0 && (row->events & ~HOOK_ALL) == 0 &&
	       row->per_second >= 1 && row->per_second <= 100 &&
	       row->parallel >= 1 && row->parallel <= 16 &&
	       (slice_eq_cstr(slice_from(row->signature), "v1") ||
		   slice_eq_cstr(slice_from(row->signature), "sha1"));
}

/* Adds nothing when there are enough. */
enum err db_hook_add(struct db *db, struct company_id company,
    const struct hook_row *row)
{
	static const char sql[] =
	    "INSERT INTO webhook (company_id, id, name, url, secret_sealed,"
	    " signature, events, private_ok, per_second, parallel, created_at)"
	    " SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM (SELECT COUNT(*)"
	    " AS n FROM webhook WHERE company_id = ? AND archived_at IS NULL)"
	    " AS have WHERE have.n < ?";
	struct stmt *st;
	uint64_t n = 0;
	enum err e;

	if (!sound(row) || row->secret_n == 0)
		return ERR_RANGE;
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id.v);
	stmt_in_text(st, slice_from(row->name));
	stmt_in_text(st, slice_from(row->url));
	stmt_in_bytes(st, row->secret, row->secret_n);
	stmt_in_text(st, slice_from(row->signature));
	stmt_in_u64(st, row->events);
	stmt_in_bool(st, row->private_ok);
	stmt_in_u64(st, row->per_second);
	stmt_in_u64(st, row->parallel);
	stmt_in_time_us(st, row->created_us);
	stmt_in_id(st, company.v);
	stmt_in_u64(st, DB_HOOKS_MAX);
	e = stmt_exec(st, &n);
	return e == ERR_OK && n == 0 ? ERR_BUSY : e;
}

enum err db_hook_get(struct db *db, struct company_id company,
    struct webhook_id id, struct hook_row *out)
{
	static const char sql[] = "SELECT " COLUMNS
				  " FROM webhook WHERE company_id = ?"
				  " AND id = ? AND archived_at IS NULL";
	struct hook_row row;
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

enum err db_hook_list(struct db *db, struct company_id company,
    struct arena *mem, struct hook_row **rows, size_t *n)
{
	static const char sql[] = "SELECT " COLUMNS
				  " FROM webhook WHERE company_id = ?"
				  " AND archived_at IS NULL ORDER BY name, id";
	struct hook_row row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	out_row(st, &row);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_hook_update(struct db *db, struct company_id company,
    const struct hook_row *row)
{
	static const char sql[] =
	    "UPDATE webhook SET name = ?, url = ?,"
	    " secret_sealed = COALESCE(?, secret_sealed), signature = ?,"
	    " events = ?, private_ok = ?, per_second = ?, parallel = ?"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	struct stmt *st;

	if (!sound(row))
		return ERR_RANGE;
	st = stmt_begin(db, sql);
	stmt_in_text(st, slice_from(row->name));
	stmt_in_text(st, slice_from(row->url));
	stmt_in_bytes_null(st, row->secret_n == 0 ? NULL : row->secret,
	    row->secret_n);
	stmt_in_text(st, slice_from(row->signature));
	stmt_in_u64(st, row->events);
	stmt_in_bool(st, row->private_ok);
	stmt_in_u64(st, row->per_second);
	stmt_in_u64(st, row->parallel);
	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id.v);
	return stmt_exec_one(st);
}

static enum err park_waiting(struct db *db, struct company_id company,
    struct webhook_id id, int64_t now_us)
{
	static const char sql[] =
	    "UPDATE webhook_delivery SET state = 'parked', claim = NULL,"
	    " ended_at = ?, last_error = 'the webhook was removed'"
	    " WHERE company_id = ? AND webhook_id = ?"
	    " AND state IN ('ready', 'running')";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return stmt_exec(st, NULL);
}

static enum err archive(struct db *db, struct company_id company,
    struct webhook_id id, int64_t now_us)
{
	static const char sql[] =
	    "UPDATE webhook SET archived_at = ?"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	e = stmt_exec_one(st);
	return e == ERR_OK ? park_waiting(db, company, id, now_us) : e;
}

enum err db_hook_archive(struct db *db, struct company_id company,
    struct webhook_id id, int64_t now_us)
{
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	return db_join_end(db, mine, archive(db, company, id, now_us));
}
