#include "lib/db/db_logo.h"

#include "lib/db/stmt.h"

#define KIND_BYTES 9

enum err db_logo_put(struct db *db, struct company_id company,
    const struct logo_row *row)
{
	static const char sql[] =
	    "INSERT INTO company_logo"
	    " (company_id, kind, width, height, image, changed_at)"
	    " VALUES (?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE"
	    " kind = VALUES(kind), width = VALUES(width),"
	    " height = VALUES(height), image = VALUES(image),"
	    " changed_at = VALUES(changed_at)";
	struct stmt *st;

	if (row->image.n > DB_LOGO_MAX)
		return ERR_TOOBIG;
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_text(st, slice_from(image_head_name(row->head.kind)));
	stmt_in_u64(st, row->head.width);
	stmt_in_u64(st, row->head.height);
	stmt_in_bytes(st, row->image.p, row->image.n);
	stmt_in_time_us(st, row->changed_us);
	return stmt_exec(st, NULL);
}

enum err db_logo_get(struct db *db, struct company_id company,
    struct arena *mem, struct logo_row *out)
{
	static const char sql[] =
	    "SELECT kind, width, height, image, changed_at FROM company_logo"
	    " WHERE company_id = ?";
	char kind[KIND_BYTES];
	struct logo_row row;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_out_text(st, kind, sizeof(kind));
	stmt_out_u32(st, &row.head.width);
	stmt_out_u32(st, &row.head.height);
	stmt_out_slice(st, mem, DB_LOGO_MAX, &row.image);
	stmt_out_time_us(st, &row.changed_us);
	e = stmt_one(st);
	if (e == ERR_OK &&
	    (e = image_head_parse(slice_from(kind), &row.head.kind)) == ERR_OK)
		*out = row;
	return e;
}

enum err db_logo_has(struct db *db, struct company_id company, bool *has)
{
	static const char sql[] =
	    "SELECT COUNT(*) > 0 FROM company_logo WHERE company_id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_out_bool(st, has);
	return stmt_one(st);
}

enum err db_logo_remove(struct db *db, struct company_id company)
{
	static const char sql[] =
	    "DELETE FROM company_logo WHERE company_id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	return stmt_exec(st, NULL);
}
