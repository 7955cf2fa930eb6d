#include "lib/db/db_audit.h"

#include <string.h>

#include "lib/db/stmt.h"

#define JSON_MAX ((size_t)1 << 20)

static const char add_sql[] =
    "INSERT INTO audit (company_id, id, account_id, user_id, action,"
    " object_kind, object_id, before_json, after_json, address, happened_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

static const char list_sql[] =
    "SELECT id, user_id, action, object_kind, object_id, before_json,"
    " after_json, happened_at"
    " FROM audit WHERE company_id = ? AND id < ?"
    " ORDER BY id DESC LIMIT ?";

static struct slice or_null(struct slice s)
{
	return s.n == 0 ? (struct slice){ NULL, 0 } : s;
}

enum err db_audit_add(struct db *db, struct company_id company,
    const struct audit_row *row)
{
	struct stmt *st;
	enum err e;

	if ((e = stmt_begin(db, add_sql, &st)) != ERR_OK)
		return e;
	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id);
	stmt_in_id(st, row->account.v);
	stmt_in_id_null(st, row->user.v);
	stmt_in_text(st, slice_from(row->action));
	stmt_in_text(st, slice_from(row->object_kind));
	stmt_in_id_null(st, row->object);
	stmt_in_text_null(st, or_null(row->before));
	stmt_in_text_null(st, or_null(row->after));
	stmt_in_text(st, row->address);
	stmt_in_time_us(st, row->happened_us);
	e = stmt_exec(st, NULL);
	stmt_end(st);
	return e;
}

enum err db_audit_list(struct db *db, struct company_id company,
    const uint8_t before[ID_BYTES], uint32_t max, struct arena *mem,
    struct audit_seen **rows, size_t *n)
{
	struct audit_seen *all = arena_array(mem, max, sizeof(*all));
	struct audit_seen row;
	uint8_t below[ID_BYTES];
	struct stmt *st;
	size_t got = 0;
	enum err e;

	if (all == NULL)
		return ERR_NOMEM;
	memcpy(below, before, ID_BYTES);
	if (id_is_nil(before))
		memset(below, 0xff, ID_BYTES);
	if ((e = stmt_begin(db, list_sql, &st)) != ERR_OK)
		return e;
	stmt_in_id(st, company.v);
	stmt_in_id(st, below);
	stmt_in_u64(st, max);
	stmt_out_id(st, row.id);
	stmt_out_id(st, row.user.v);
	stmt_out_text(st, row.action, sizeof(row.action));
	stmt_out_text(st, row.object_kind, sizeof(row.object_kind));
	stmt_out_id(st, row.object);
	stmt_out_slice(st, mem, JSON_MAX, &row.before);
	stmt_out_slice(st, mem, JSON_MAX, &row.after);
	stmt_out_time_us(st, &row.happened_us);
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
