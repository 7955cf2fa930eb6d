#include "lib/db/db_audit.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/rnd.h"
#include "lib/db/db_now.h"
#include "lib/db/stmt.h"

#define JSON_MAX 1048576

static struct slice or_null(struct slice s)
{
	return s.n == 0 ? slice_of(NULL, 0) : s;
}

/* In order within a millisecond too: the microseconds of it are the bits that
 * follow (RFC 9562 section 6.2, method 3). */
static void make_id(int64_t now_us, uint8_t out[ID_BYTES])
{
	const unsigned int us = (unsigned int)(now_us % 1000);
	uint8_t rnd[10];

	rnd_bytes(rnd, sizeof(rnd));
	rnd[0] = (uint8_t)(us >> 8);
	rnd[1] = (uint8_t)us;
	id_make(now_us, rnd, out);
}

static enum err add(struct db *db, struct company_id company,
    const struct audit_row *row, int64_t now_us)
{
	static const char sql[] =
	    "INSERT INTO audit (company_id, id, account_id, user_id, action,"
	    " object_kind, object_id, before_json, after_json, address,"
	    " happened_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	struct stmt *st = stmt_begin(db, sql);
	uint8_t id[ID_BYTES];

	if (id_is_nil(row->id))
		make_id(now_us, id);
	else
		memcpy(id, row->id, sizeof(id));
	stmt_in_id(st, company.v);
	stmt_in_id(st, id);
	stmt_in_id(st, row->account.v);
	stmt_in_id_null(st, row->user.v);
	stmt_in_text(st, slice_from(row->action));
	stmt_in_text(st, slice_from(row->object_kind));
	stmt_in_id_null(st, row->object);
	stmt_in_text_null(st, or_null(row->before));
	stmt_in_text_null(st, or_null(row->after));
	stmt_in_text(st, row->address);
	stmt_in_time_us(st, now_us);
	return stmt_exec_one(st);
}

enum err db_audit_add(struct db *db, struct company_id company,
    const struct audit_row *row)
{
	int64_t now_us = 0;
	const enum err e = db_now(db, &now_us);

	return e == ERR_OK ? add(db, company, row, now_us) : e;
}

/* "number" finds "number.add" and so on; "number.add" itself alone. */
static void action_like(struct slice action, struct buf *b)
{
	for (size_t i = 0; i < action.n; i++) {
		const char c = action.p[i];

		if (c == '%' || c == '_' || c == '\\')
			buf_char(b, '\\');
		buf_char(b, c);
	}
	if (action.n > 0 && slice_find(action, '.', 0) == action.n)
		buf_char(b, '.');
	if (action.n == 0 || slice_find(action, '.', 0) == action.n)
		buf_char(b, '%');
}

static void out_found(struct stmt *st, struct arena *mem,
    struct audit_found *row)
{
	stmt_out_id(st, row->seen.id);
	stmt_out_id(st, row->seen.user.v);
	stmt_out_text(st, row->seen.action, sizeof(row->seen.action));
	stmt_out_text(st, row->seen.object_kind, sizeof(row->seen.object_kind));
	stmt_out_id(st, row->seen.object);
	stmt_out_slice(st, mem, JSON_MAX, &row->seen.before);
	stmt_out_slice(st, mem, JSON_MAX, &row->seen.after);
	stmt_out_time_us(st, &row->seen.happened_us);
	stmt_out_text(st, row->user_name, sizeof(row->user_name));
	stmt_out_text(st, row->address, sizeof(row->address));
}

enum err db_audit_find(struct db *db, struct account_id account,
    struct company_id company, const struct audit_filter *f, struct arena *mem,
    struct audit_found **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT a.id, a.user_id, a.action, a.object_kind, a.object_id,"
	    " a.before_json, a.after_json, a.happened_at, u.name, a.address"
	    " FROM audit a LEFT JOIN user u ON u.id = a.user_id"
	    " AND u.account_id = a.account_id"
	    " WHERE a.company_id = ? AND a.account_id = ? AND a.id < ?"
	    " AND a.action LIKE ? AND (? OR a.user_id = ?)"
	    " AND (? OR a.object_id = ?) ORDER BY a.id DESC LIMIT ?";
	uint8_t last[ID_BYTES];
	char like[600];
	struct audit_found row;
	struct stmt *st;
	struct buf b;

	memset(last, 0xff, sizeof(last));
	buf_over(&b, like, sizeof(like));
	action_like(f->action, &b);
	if (buf_err(&b) != ERR_OK)
		return ERR_RANGE;
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, account.v);
	stmt_in_id(st, id_is_nil(f->before) ? last : f->before);
	stmt_in_text(st, buf_slice(&b));
	stmt_in_bool(st, id_is_nil(f->user.v));
	stmt_in_id(st, f->user.v);
	stmt_in_bool(st, id_is_nil(f->object));
	stmt_in_id(st, f->object);
	stmt_in_u64(st, f->max);
	out_found(st, mem, &row);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}
