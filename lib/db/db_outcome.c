#include "lib/db/db_outcome.h"

#include "lib/db/stmt.h"

enum err db_outcome_add(struct db *db, struct company_id company,
    const struct outcome_row *row)
{
	static const char sql[] =
	    "INSERT INTO outcome (company_id, code, name, is_lead, is_sale,"
	    " is_spam, position) SELECT ?, ?, ?, ?, ?, ?,"
	    " COALESCE(MAX(o.position), 0) + 1 FROM outcome o"
	    " WHERE o.company_id = ?"
	    " HAVING COALESCE(SUM(o.archived_at IS NULL), 0) < ?";
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_text(st, slice_from(row->code));
	stmt_in_text(st, slice_from(row->name));
	stmt_in_bool(st, row->is_lead);
	stmt_in_bool(st, row->is_sale);
	stmt_in_bool(st, row->is_spam);
	stmt_in_id(st, company.v);
	stmt_in_u64(st, DB_OUTCOME_MAX);
	e = stmt_exec_one(st);
	return e == ERR_NOTFOUND ? ERR_TOOBIG : e;
}

enum err db_outcome_rename(struct db *db, struct company_id company,
    struct slice code, struct slice name)
{
	static const char sql[] =
	    "UPDATE outcome SET name = ?"
	    " WHERE company_id = ? AND code = ? AND archived_at IS NULL";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_text(st, name);
	stmt_in_id(st, company.v);
	stmt_in_text(st, code);
	return stmt_exec_one(st);
}

enum err db_outcome_archive(struct db *db, struct company_id company,
    struct slice code, int64_t now_us)
{
	static const char sql[] =
	    "UPDATE outcome SET archived_at = ?"
	    " WHERE company_id = ? AND code = ? AND archived_at IS NULL";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_text(st, code);
	return stmt_exec_one(st);
}
