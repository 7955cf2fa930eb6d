#include "lib/db/db_api_key.h"

#include "lib/core/scope.h"
#include "lib/db/stmt.h"

#define COLUMNS                                                       \
	"k.id, k.account_id, k.company_id, k.name, k.hint, k.scopes," \
	" k.created_by, k.created_at, k.expires_at, k.used_at,"       \
	" k.used_address, k.revoked_at"

static void out_row(struct stmt *st, struct api_key_row *row,
    char scopes[SCOPE_TEXT_MAX])
{
	stmt_out_id(st, row->id.v);
	stmt_out_id(st, row->account.v);
	stmt_out_id(st, row->company.v);
	stmt_out_text(st, row->name, sizeof(row->name));
	stmt_out_text(st, row->hint, sizeof(row->hint));
	stmt_out_text(st, scopes, SCOPE_TEXT_MAX);
	stmt_out_id(st, row->created_by.v);
	stmt_out_time_us(st, &row->created_us);
	stmt_out_time_us(st, &row->expires_us);
	stmt_out_time_us(st, &row->used_us);
	stmt_out_text(st, row->used_address, sizeof(row->used_address));
	stmt_out_time_us(st, &row->revoked_us);
}

static struct slice scopes_text(uint32_t mask, char mem[SCOPE_TEXT_MAX])
{
	struct buf b;

	buf_over(&b, mem, SCOPE_TEXT_MAX);
	scope_write(mask, &b);
	return buf_slice(&b);
}

enum err db_api_key_add(struct db *db, struct company_id company,
    const struct api_key_row *row,
    const uint8_t key_hash[DB_API_KEY_HASH_BYTES])
{
	static const char sql[] =
	    "INSERT INTO api_key (company_id, id, account_id, name, key_hash,"
	    " hint, scopes, created_by, created_at, expires_at)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	char scopes[SCOPE_TEXT_MAX];
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id.v);
	stmt_in_id(st, row->account.v);
	stmt_in_text(st, slice_from(row->name));
	stmt_in_bytes(st, key_hash, DB_API_KEY_HASH_BYTES);
	stmt_in_text(st, slice_from(row->hint));
	stmt_in_text(st, scopes_text(row->scopes, scopes));
	stmt_in_id_null(st, row->created_by.v);
	stmt_in_time_us(st, row->created_us);
	stmt_in_time_us_null(st, row->expires_us);
	return stmt_exec_one(st);
}

/* Runs st, which has its parameters, for one row; ends st. */
static enum err get_one(struct stmt *st, struct api_key_row *out)
{
	char scopes[SCOPE_TEXT_MAX];
	struct api_key_row row;
	enum err e;

	out_row(st, &row, scopes);
	e = stmt_one(st);
	if (e == ERR_OK)
		e = scope_parse(slice_from(scopes), &row.scopes);
	if (e == ERR_OK)
		*out = row;
	return e;
}

enum err db_api_key_find(struct db *db,
    const uint8_t key_hash[DB_API_KEY_HASH_BYTES], int64_t now_us,
    struct api_key_row *out)
{
	static const char sql[] =
	    "SELECT " COLUMNS
	    " FROM api_key k WHERE k.key_hash = ? AND k.revoked_at IS NULL"
	    " AND (k.expires_at IS NULL OR k.expires_at > ?)"
	    " AND (k.company_id = ? OR EXISTS (SELECT 1 FROM company c"
	    " WHERE c.id = k.company_id AND c.archived_at IS NULL))"
	    " AND NOT EXISTS (SELECT 1 FROM user u WHERE u.id = k.created_by"
	    " AND u.disabled_at IS NOT NULL)";
	static const struct company_id every;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_bytes(st, key_hash, DB_API_KEY_HASH_BYTES);
	stmt_in_time_us(st, now_us);
	stmt_in_id(st, every.v);
	return get_one(st, out);
}

enum err db_api_key_used(struct db *db, struct company_id company,
    struct api_key_id id, int64_t now_us, struct slice address)
{
	static const char sql[] =
	    "UPDATE api_key SET used_at = ?, used_address = ?"
	    " WHERE company_id = ? AND id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	stmt_in_text(st, address);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return stmt_exec_one(st);
}

enum err db_api_key_get(struct db *db, struct company_id company,
    struct api_key_id id, struct api_key_row *out)
{
	static const char sql[] =
	    "SELECT " COLUMNS
	    " FROM api_key k WHERE k.company_id = ? AND k.id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return get_one(st, out);
}

/* All rows of st, which has its parameters; ends st. */
static enum err get_all(struct stmt *st, struct arena *mem,
    struct api_key_row **rows, size_t *n)
{
	char scopes[SCOPE_TEXT_MAX];
	struct api_key_row row, *all;
	size_t k = 0;
	enum err e;

	out_row(st, &row, scopes);
	if ((e = stmt_each(st)) != ERR_OK)
		goto out;
	all = arena_array(mem, stmt_rows(st), sizeof(*all));
	if (all == NULL) {
		e = ERR_NOMEM;
		goto out;
	}
	while ((e = stmt_next(st)) == ERR_OK) {
		e = scope_parse(slice_from(scopes), &row.scopes);
		if (e != ERR_OK)
			goto out;
		all[k++] = row;
	}
	if (e != ERR_NOTFOUND)
		goto out;
	*rows = all;
	*n = k;
	e = ERR_OK;
out:
	stmt_end(st);
	return e;
}

static enum err list(struct db *db, const struct company_id *company,
    const struct account_id *account, struct arena *mem,
    struct api_key_row **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT " COLUMNS
	    " FROM api_key k WHERE k.company_id = ?"
	    " AND (? OR k.account_id = ?) ORDER BY k.id DESC LIMIT 200";
	static const struct account_id any;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company->v);
	stmt_in_bool(st, account == NULL);
	stmt_in_id(st, account == NULL ? any.v : account->v);
	return get_all(st, mem, rows, n);
}

enum err db_api_key_list(struct db *db, struct company_id company,
    struct arena *mem, struct api_key_row **rows, size_t *n)
{
	return list(db, &company, NULL, mem, rows, n);
}

enum err db_api_key_list_wide(struct db *db, struct account_id account,
    struct arena *mem, struct api_key_row **rows, size_t *n)
{
	static const struct company_id every;

	return list(db, &every, &account, mem, rows, n);
}

enum err db_api_key_update(struct db *db, struct company_id company,
    const struct api_key_row *row)
{
	static const char sql[] =
	    "UPDATE api_key SET name = ?, scopes = ?"
	    " WHERE company_id = ? AND id = ? AND revoked_at IS NULL";
	char scopes[SCOPE_TEXT_MAX];
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_text(st, slice_from(row->name));
	stmt_in_text(st, scopes_text(row->scopes, scopes));
	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id.v);
	return stmt_exec_one(st);
}

enum err db_api_key_renew(struct db *db, struct company_id company,
    const struct api_key_row *row,
    const uint8_t key_hash[DB_API_KEY_HASH_BYTES], int64_t since_us)
{
	static const char sql[] =
	    "UPDATE api_key SET key_hash = ?, hint = ?"
	    " WHERE company_id = ? AND id = ? AND revoked_at IS NULL"
	    " AND used_at IS NULL AND created_at >= ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_bytes(st, key_hash, DB_API_KEY_HASH_BYTES);
	stmt_in_text(st, slice_from(row->hint));
	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id.v);
	stmt_in_time_us(st, since_us);
	return stmt_exec_one(st);
}

enum err db_api_key_revoke(struct db *db, struct company_id company,
    struct api_key_id id, int64_t now_us)
{
	static const char sql[] =
	    "UPDATE api_key SET revoked_at = ?"
	    " WHERE company_id = ? AND id = ? AND revoked_at IS NULL";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return stmt_exec_one(st);
}
