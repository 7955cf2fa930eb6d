#include "lib/db/db_location.h"

#include "lib/db/db_config.h"
#include "lib/db/stmt.h"

static void out_row(struct stmt *st, struct location_row *row)
{
	stmt_out_id(st, row->id.v);
	stmt_out_text(st, row->name, sizeof(row->name));
	stmt_out_text(st, row->time_zone, sizeof(row->time_zone));
	stmt_out_time_us(st, &row->created_us);
}

enum err db_location_add(struct db *db, struct company_id company,
    const struct location_row *row)
{
	static const char sql[] =
	    "INSERT INTO location (company_id, id, name, time_zone, created_at)"
	    " VALUES (?, ?, ?, ?, ?)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id.v);
	stmt_in_text(st, slice_from(row->name));
	stmt_in_text(st, slice_from(row->time_zone));
	stmt_in_time_us(st, row->created_us);
	return stmt_exec_one(st);
}

enum err db_location_get(struct db *db, struct company_id company,
    struct location_id id, struct location_row *out)
{
	static const char sql[] =
	    "SELECT id, name, time_zone, created_at FROM location"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	struct location_row row;
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

enum err db_location_update(struct db *db, struct company_id company,
    const struct location_row *row)
{
	static const char sql[] =
	    "UPDATE location SET name = ?, time_zone = ?"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_text(st, slice_from(row->name));
	stmt_in_text(st, slice_from(row->time_zone));
	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id.v);
	return db_config_exec(db, st);
}

enum err db_location_archive(struct db *db, struct company_id company,
    struct location_id id, int64_t now_us)
{
	static const char sql[] =
	    "UPDATE location SET archived_at = ?"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return db_config_exec(db, st);
}
