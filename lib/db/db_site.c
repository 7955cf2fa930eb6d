#include "lib/db/db_site.h"

#include "lib/db/db_config.h"
#include "lib/db/stmt.h"

#define COLUMNS                                                            \
	"id, public_key, name, consent = 'require', pool_id, location_id," \
	" seen_at, created_at"

/* The longest of origins and targets. */
#define ITEM_MAX 1020

static void out_row(struct stmt *st, struct site_row *row)
{
	stmt_out_id(st, row->id.v);
	stmt_out_text(st, row->public_key, sizeof(row->public_key));
	stmt_out_text(st, row->name, sizeof(row->name));
	stmt_out_bool(st, &row->consent_required);
	stmt_out_id(st, row->pool.v);
	stmt_out_id(st, row->location.v);
	stmt_out_time_us(st, &row->seen_us);
	stmt_out_time_us(st, &row->created_us);
}

static void in_settings(struct stmt *st, const struct site_row *row)
{
	stmt_in_text(st, slice_from(row->name));
	stmt_in_text(st,
	    row->consent_required ? SLICE("require") : SLICE("assume"));
	stmt_in_id_null(st, row->pool.v);
	stmt_in_id_null(st, row->location.v);
}

enum err db_site_add(struct db *db, struct company_id company,
    const struct site_row *row)
{
	static const char sql[] =
	    "INSERT INTO site (company_id, id, public_key, created_at, name,"
	    " consent, pool_id, location_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id.v);
	stmt_in_text(st, slice_from(row->public_key));
	stmt_in_time_us(st, row->created_us);
	in_settings(st, row);
	return db_config_exec(db, st);
}

enum err db_site_get(struct db *db, struct company_id company,
    struct site_id id, struct site_row *out)
{
	static const char sql[] =
	    "SELECT " COLUMNS
	    " FROM site"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	struct site_row row;
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

enum err db_site_by_key(struct db *db, struct slice public_key,
    struct company_id *company, struct site_row *out)
{
	static const char sql[] =
	    "SELECT company_id, " COLUMNS
	    " FROM site"
	    " WHERE public_key = ? AND archived_at IS NULL";
	struct company_id whose;
	struct site_row row;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_text(st, public_key);
	stmt_out_id(st, whose.v);
	out_row(st, &row);
	e = stmt_one(st);
	if (e == ERR_OK) {
		*company = whose;
		*out = row;
	}
	return e;
}

enum err db_site_update(struct db *db, struct company_id company,
    const struct site_row *row)
{
	static const char sql[] =
	    "UPDATE site SET name = ?, consent = ?, pool_id = ?,"
	    " location_id = ?"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	struct stmt *st = stmt_begin(db, sql);

	in_settings(st, row);
	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id.v);
	return db_config_exec(db, st);
}

enum err db_site_list(struct db *db, struct company_id company,
    struct arena *mem, struct site_row **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT " COLUMNS
	    " FROM site"
	    " WHERE company_id = ? AND archived_at IS NULL ORDER BY name, id";
	struct site_row row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	out_row(st, &row);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

/* Origins and targets are both (company, site, text). */
static enum err change_item(struct db *db, const char *sql,
    struct company_id company, struct site_id site, struct slice item)
{
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, site.v);
	stmt_in_text(st, item);
	return db_config_exec(db, st);
}

static enum err list_items(struct db *db, const char *sql,
    struct company_id company, struct site_id site, struct arena *mem,
    struct slice **rows, size_t *n)
{
	struct slice row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, site.v);
	stmt_out_slice(st, mem, ITEM_MAX, &row);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_site_origin_other(struct db *db, struct company_id company,
    struct site_id site, struct slice origin, char name[DB_NAME_BYTES])
{
	static const char sql[] =
	    "SELECT s.name FROM site_origin o JOIN site s"
	    " ON s.company_id = o.company_id AND s.id = o.site_id"
	    " WHERE o.company_id = ? AND o.site_id <> ?"
	    " AND LOWER(o.origin) = LOWER(?) AND s.archived_at IS NULL"
	    " ORDER BY s.name, s.id LIMIT 1";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, site.v);
	stmt_in_text(st, origin);
	stmt_out_text(st, name, DB_NAME_BYTES);
	return stmt_one(st);
}

enum err db_site_origin_add(struct db *db, struct company_id company,
    struct site_id site, struct slice origin)
{
	static const char sql[] =
	    "INSERT INTO site_origin (company_id, site_id, origin)"
	    " VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE"
	    " origin = VALUES(origin)";

	return change_item(db, sql, company, site, origin);
}

enum err db_site_origin_remove(struct db *db, struct company_id company,
    struct site_id site, struct slice origin)
{
	static const char sql[] =
	    "DELETE FROM site_origin"
	    " WHERE company_id = ? AND site_id = ? AND origin = ?";

	return change_item(db, sql, company, site, origin);
}

enum err db_site_origins(struct db *db, struct company_id company,
    struct site_id site, struct arena *mem, struct slice **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT origin FROM site_origin"
	    " WHERE company_id = ? AND site_id = ? ORDER BY origin";

	return list_items(db, sql, company, site, mem, rows, n);
}

enum err db_site_target_add(struct db *db, struct company_id company,
    struct site_id site, struct slice e164)
{
	static const char sql[] =
	    "INSERT INTO site_target (company_id, site_id, e164)"
	    " VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE e164 = VALUES(e164)";

	return change_item(db, sql, company, site, e164);
}

enum err db_site_target_remove(struct db *db, struct company_id company,
    struct site_id site, struct slice e164)
{
	static const char sql[] =
	    "DELETE FROM site_target"
	    " WHERE company_id = ? AND site_id = ? AND e164 = ?";

	return change_item(db, sql, company, site, e164);
}

enum err db_site_targets(struct db *db, struct company_id company,
    struct site_id site, struct arena *mem, struct slice **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT e164 FROM site_target"
	    " WHERE company_id = ? AND site_id = ? ORDER BY e164";

	return list_items(db, sql, company, site, mem, rows, n);
}

enum err db_site_archive(struct db *db, struct company_id company,
    struct site_id id, int64_t now_us)
{
	static const char sql[] =
	    "UPDATE site SET archived_at = ?"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return db_config_exec(db, st);
}

enum err db_site_token_set(struct db *db, struct company_id company,
    struct site_id site, const uint8_t hash[DB_SITE_TOKEN_BYTES])
{
	static const char sql[] =
	    "UPDATE site SET server_token_hash = ?"
	    " WHERE company_id = ? AND id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_bytes_null(st, hash, hash == NULL ? 0 : DB_SITE_TOKEN_BYTES);
	stmt_in_id(st, company.v);
	stmt_in_id(st, site.v);
	return db_config_exec(db, st);
}

enum err db_site_token_has(struct db *db, struct company_id company,
    struct site_id site, bool *has)
{
	static const char sql[] =
	    "SELECT server_token_hash IS NOT NULL FROM site"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	bool there = false;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, site.v);
	stmt_out_bool(st, &there);
	e = stmt_one(st);
	if (e == ERR_OK)
		*has = there;
	return e;
}

static enum err run_param(struct db *db, const char *sql,
    struct company_id company, struct site_id site, struct slice param,
    struct slice field)
{
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, site.v);
	stmt_in_text(st, param);
	if (field.n > 0)
		stmt_in_text(st, field);
	return stmt_exec(st, NULL);
}

enum err db_site_param_set(struct db *db, struct company_id company,
    struct site_id site, struct slice param, struct slice field)
{
	static const char set_sql[] =
	    "INSERT INTO site_param (company_id, site_id, param, field)"
	    " VALUES (?, ?, ?, ?)"
	    " ON DUPLICATE KEY UPDATE field = VALUES(field)";
	static const char drop_sql[] =
	    "DELETE FROM site_param"
	    " WHERE company_id = ? AND site_id = ? AND param = ?";
	bool mine = false;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	e = run_param(db, field.n > 0 ? set_sql : drop_sql, company, site,
	    param, field);
	if (e == ERR_OK)
		e = db_config_bump(db);
	return db_join_end(db, mine, e);
}

enum err db_site_params(struct db *db, struct company_id company,
    struct site_id site, struct arena *mem, struct site_param **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT param, field FROM site_param"
	    " WHERE company_id = ? AND site_id = ? ORDER BY param";
	struct site_param row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, site.v);
	stmt_out_slice(st, mem, ITEM_MAX, &row.param);
	stmt_out_slice(st, mem, ITEM_MAX, &row.field);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}
