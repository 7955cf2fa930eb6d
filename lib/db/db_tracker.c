#include "lib/db/db_tracker.h"

#include "lib/db/db_config.h"
#include "lib/db/db_number.h"
#include "lib/db/stmt.h"

#define COLUMNS                                                            \
	"id, number_id, name, source, medium, campaign, channel, site_id," \
	" match_kind, match_value, created_at"

static void out_row(struct stmt *st, struct tracker_row *row)
{
	stmt_out_id(st, row->id.v);
	stmt_out_id(st, row->number.v);
	stmt_out_text(st, row->name, sizeof(row->name));
	stmt_out_text(st, row->source, sizeof(row->source));
	stmt_out_text(st, row->medium, sizeof(row->medium));
	stmt_out_text(st, row->campaign, sizeof(row->campaign));
	stmt_out_text(st, row->channel, sizeof(row->channel));
	stmt_out_id(st, row->site.v);
	stmt_out_text(st, row->match_kind, sizeof(row->match_kind));
	stmt_out_text(st, row->match_value, sizeof(row->match_value));
	stmt_out_time_us(st, &row->created_us);
}

enum err db_tracker_add(struct db *db, struct company_id company,
    const struct tracker_row *row)
{
	static const char sql[] =
	    "INSERT INTO tracker (company_id, id, number_id, name, source,"
	    " medium, campaign, channel, site_id, match_kind, match_value,"
	    " created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	struct stmt *st;
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	if ((e = db_number_hold(db, company, row->number)) != ERR_OK)
		return db_join_end(db, mine, e);
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id.v);
	stmt_in_id(st, row->number.v);
	stmt_in_text(st, slice_from(row->name));
	stmt_in_text(st, slice_from(row->source));
	stmt_in_text(st, slice_from(row->medium));
	stmt_in_text(st, slice_from(row->campaign));
	stmt_in_text(st, slice_from(row->channel));
	stmt_in_id_null(st, row->site.v);
	stmt_in_text(st, slice_from(row->match_kind));
	stmt_in_text(st, slice_from(row->match_value));
	stmt_in_time_us(st, row->created_us);
	return db_join_end(db, mine, db_config_exec(db, st));
}

/* Runs st, which has its parameters, for one row; ends st. */
static enum err get_one(struct stmt *st, struct tracker_row *out)
{
	struct tracker_row row;
	enum err e;

	out_row(st, &row);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = row;
	return e;
}

enum err db_tracker_get(struct db *db, struct company_id company,
    struct tracker_id id, struct tracker_row *out)
{
	static const char sql[] =
	    "SELECT " COLUMNS
	    " FROM tracker"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return get_one(st, out);
}

enum err db_tracker_list(struct db *db, struct company_id company,
    struct arena *mem, struct tracker_row **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT " COLUMNS
	    " FROM tracker"
	    " WHERE company_id = ? AND archived_at IS NULL ORDER BY name, id";
	struct tracker_row row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	out_row(st, &row);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_tracker_archive(struct db *db, struct company_id company,
    struct tracker_id id, int64_t now_us)
{
	static const char sql[] =
	    "UPDATE tracker SET archived_at = ?"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return db_config_exec(db, st);
}

enum err db_tracker_update(struct db *db, struct company_id company,
    const struct tracker_row *row)
{
	static const char sql[] =
	    "UPDATE tracker SET name = ?, source = ?, medium = ?,"
	    " campaign = ?, channel = ?, site_id = ?, match_kind = ?,"
	    " match_value = ?"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_text(st, slice_from(row->name));
	stmt_in_text(st, slice_from(row->source));
	stmt_in_text(st, slice_from(row->medium));
	stmt_in_text(st, slice_from(row->campaign));
	stmt_in_text(st, slice_from(row->channel));
	stmt_in_id_null(st, row->site.v);
	stmt_in_text(st, slice_from(row->match_kind));
	stmt_in_text(st, slice_from(row->match_value));
	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id.v);
	return db_config_exec(db, st);
}
