#include "lib/db/db_tracker.h"

#include "lib/db/db_config.h"
#include "lib/db/db_number.h"
#include "lib/db/db_search.h"
#include "lib/db/stmt.h"

#define COLUMNS                                                     \
	"t.id, t.number_id, n.e164, t.name, t.source, t.medium,"    \
	" t.campaign, t.channel, t.site_id, t.match_kind,"          \
	" t.match_value, t.created_at FROM tracker t JOIN number n" \
	" ON n.company_id = t.company_id AND n.id = t.number_id"    \
	" WHERE t.company_id = ? AND t.archived_at IS NULL"

static void out_row(struct stmt *st, struct tracker_row *row)
{
	stmt_out_id(st, row->id.v);
	stmt_out_id(st, row->number.v);
	stmt_out_text(st, row->e164, sizeof(row->e164));
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

enum err db_tracker_get(struct db *db, struct company_id company,
    struct tracker_id id, struct tracker_row *out)
{
	static const char sql[] = "SELECT " COLUMNS " AND t.id = ?";
	struct tracker_row row;
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

#define HAS(column) column " COLLATE utf8mb4_unicode_520_ci LIKE ?"

enum err db_tracker_list(struct db *db, struct company_id company,
    struct tracker_id after, struct slice text, uint32_t max, struct arena *mem,
    struct tracker_row **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT " COLUMNS
	    " AND (? OR (t.name, t.id) > (SELECT a.name, a.id FROM tracker a"
	    " WHERE a.company_id = t.company_id AND a.id = ?))"
	    " AND (t.name LIKE ? OR " HAS("t.source") " OR " HAS(
		"t.medium") " OR " HAS("t.campaign") " OR n.e164 LIKE ? OR " DB_SEARCH_NUMBER("n.e164") ")"
	    " ORDER BY t.name, t.id LIMIT ?";
	struct tracker_row row;
	struct db_search p;
	struct stmt *st;
	enum err e;

	if ((e = db_search_make(text, &p)) != ERR_OK)
		return e;
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_bool(st, id_is_nil(after.v));
	stmt_in_id(st, after.v);
	for (int i = 0; i < 5; i++)
		stmt_in_text(st, p.text);
	db_search_number_in(st, &p);
	stmt_in_u64(st, max);
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
