#include "lib/db/db_account.h"

#include "lib/db/stmt.h"

enum err db_account_add(struct db *db, const struct account_row *row)
{
	static const char sql[] =
	    "INSERT INTO account (id, name, created_at) VALUES (?, ?, ?)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, row->id.v);
	stmt_in_text(st, slice_from(row->name));
	stmt_in_time_us(st, row->created_us);
	return stmt_exec_one(st);
}

enum err db_account_list(struct db *db, struct arena *mem,
    struct account_row **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT id, name, created_at FROM account ORDER BY name, id";
	struct account_row row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_out_id(st, row.id.v);
	stmt_out_text(st, row.name, sizeof(row.name));
	stmt_out_time_us(st, &row.created_us);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}
