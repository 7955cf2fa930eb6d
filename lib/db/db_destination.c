#include "lib/db/db_destination.h"

#include "lib/base/buf.h"
#include "lib/db/db_config.h"
#include "lib/db/stmt.h"

#define COLUMNS "id, name, target, trunk_id, location_id, ring_s, created_at"

#define RING_MIN_S 5
#define RING_MAX_S 300

static void out_row(struct stmt *st, struct destination_row *row)
{
	stmt_out_id(st, row->id.v);
	stmt_out_text(st, row->name, sizeof(row->name));
	stmt_out_text(st, row->target, sizeof(row->target));
	stmt_out_id(st, row->trunk.v);
	stmt_out_id(st, row->location.v);
	stmt_out_u32(st, &row->ring_s);
	stmt_out_time_us(st, &row->created_us);
}

static void in_settings(struct stmt *st, const struct destination_row *row)
{
	stmt_in_text(st, slice_from(row->name));
	stmt_in_text(st, slice_from(row->target));
	stmt_in_id_null(st, row->trunk.v);
	stmt_in_id_null(st, row->location.v);
	stmt_in_u64(st, row->ring_s);
}

/* A trunk belongs to the account, so no foreign key can hold it. */
static enum err check(struct db *db, struct company_id company,
    const struct destination_row *row)
{
	static const char sql[] =
	    "SELECT COUNT(*) FROM company c JOIN trunk t"
	    " ON t.account_id = c.account_id WHERE c.id = ? AND t.id = ?";
	struct stmt *st;
	bool found = false;
	enum err e;

	if (row->ring_s < RING_MIN_S || row->ring_s > RING_MAX_S)
		return ERR_RANGE;
	if (id_is_nil(row->trunk.v))
		return ERR_OK;
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, row->trunk.v);
	stmt_out_bool(st, &found);
	e = stmt_one(st);
	return e == ERR_OK && !found ? ERR_RANGE : e;
}

enum err db_destination_add(struct db *db, struct company_id company,
    const struct destination_row *row)
{
	static const char sql[] =
	    "INSERT INTO destination (company_id, id, created_at, name, target,"
	    " trunk_id, location_id, ring_s) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
	struct stmt *st;
	enum err e;

	if ((e = check(db, company, row)) != ERR_OK)
		return e;
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id.v);
	stmt_in_time_us(st, row->created_us);
	in_settings(st, row);
	return db_config_exec(db, st);
}

enum err db_destination_get(struct db *db, struct company_id company,
    struct destination_id id, struct destination_row *out)
{
	static const char sql[] =
	    "SELECT " COLUMNS
	    " FROM destination"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	struct destination_row row;
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

enum err db_destination_update(struct db *db, struct company_id company,
    const struct destination_row *row)
{
	static const char sql[] =
	    "UPDATE destination SET name = ?, target = ?, trunk_id = ?,"
	    " location_id = ?, ring_s = ?"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	struct stmt *st;
	enum err e;

	if ((e = check(db, company, row)) != ERR_OK)
		return e;
	st = stmt_begin(db, sql);
	in_settings(st, row);
	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id.v);
	return db_config_exec(db, st);
}

enum err db_destination_at(struct db *db, struct company_id company,
    struct slice target, struct destination_id *out)
{
	static const char sql[] =
	    "SELECT id FROM destination"
	    " WHERE company_id = ? AND archived_at IS NULL"
	    " AND target = ? COLLATE utf8mb4_bin ORDER BY name, id LIMIT 1";
	struct destination_id id;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_text(st, target);
	stmt_out_id(st, id.v);
	if ((e = stmt_one(st)) == ERR_OK)
		*out = id;
	return e;
}

enum err db_destination_archive(struct db *db, struct company_id company,
    struct destination_id id, int64_t now_us)
{
	static const char sql[] =
	    "UPDATE destination SET archived_at = ?"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return db_config_exec(db, st);
}

enum err db_destination_used(struct db *db, struct company_id company,
    struct destination_id id, bool *out)
{
	static const char sql[] =
	    "SELECT (SELECT COUNT(*) FROM number WHERE company_id = ?"
	    " AND destination_id = ? AND released_at IS NULL)"
	    " + (SELECT COUNT(*) FROM flow f JOIN flow_version v"
	    " ON v.company_id = f.company_id AND v.flow_id = f.id"
	    " AND v.version = f.published_version WHERE f.company_id = ?"
	    " AND f.archived_at IS NULL AND v.document LIKE ?)";
	char like[ID_TEXT_MAX + 3], text[ID_TEXT_MAX];
	struct stmt *st;
	uint64_t n = 0;
	struct buf b;
	enum err e;

	/* '_' stands for any character: of a key's 26 none is near another. */
	id_text(ID_KIND_destination, id.v, text);
	buf_over(&b, like, sizeof(like));
	buf_char(&b, '%');
	buf_cstr(&b, text);
	buf_char(&b, '%');
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_in_id(st, company.v);
	stmt_in_text(st, buf_slice(&b));
	stmt_out_u64(st, &n);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = n > 0;
	return e;
}

enum err db_destination_limits(struct db *db, struct company_id company,
    struct destination_id id, struct arena *mem, struct destination_limits *out)
{
	static const char sql[] =
	    "SELECT capacity, cap_hour, cap_day, cap_month, regions, hours"
	    " FROM destination"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	struct destination_limits row = { .capacity = 0 };
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_out_u32(st, &row.capacity);
	stmt_out_u32(st, &row.cap_hour);
	stmt_out_u32(st, &row.cap_day);
	stmt_out_u32(st, &row.cap_month);
	stmt_out_text(st, row.regions, sizeof(row.regions));
	stmt_out_slice(st, mem, DB_DESTINATION_HOURS_MAX, &row.hours);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = row;
	return e;
}

enum err db_destination_limit(struct db *db, struct company_id company,
    struct destination_id id, const struct destination_limits *limits)
{
	static const char sql[] =
	    "UPDATE destination SET capacity = ?, cap_hour = ?, cap_day = ?,"
	    " cap_month = ?, regions = ?, hours = ?"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	struct stmt *st;

	if (limits->hours.n > DB_DESTINATION_HOURS_MAX)
		return ERR_TOOBIG;
	st = stmt_begin(db, sql);
	stmt_in_u64(st, limits->capacity);
	stmt_in_u64(st, limits->cap_hour);
	stmt_in_u64(st, limits->cap_day);
	stmt_in_u64(st, limits->cap_month);
	stmt_in_text(st, slice_from(limits->regions));
	stmt_in_text_null(st,
	    limits->hours.n > 0 ? limits->hours : (struct slice){ NULL, 0 });
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return db_config_exec(db, st);
}
