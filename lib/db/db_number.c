#include "lib/db/db_number.h"

#include "lib/db/db_config.h"
#include "lib/db/stmt.h"

#define COLUMNS                                                      \
	"id, e164, label, kind, country, place, trunk_id, flow_id,"  \
	" destination_id, location_id, record, record_confirmed_by," \
	" notice_key, added_at, released_at"

#define RECORD_BYTES 9

static const char *const record_names[FLOW_RECORD_COUNT] = { "off", "notice",
	"silent" };

static void out_row(struct stmt *st, struct number_row *row,
    char record[RECORD_BYTES])
{
	stmt_out_id(st, row->id.v);
	stmt_out_text(st, row->e164, sizeof(row->e164));
	stmt_out_text(st, row->label, sizeof(row->label));
	stmt_out_text(st, row->kind, sizeof(row->kind));
	stmt_out_text(st, row->country, sizeof(row->country));
	stmt_out_text(st, row->place, sizeof(row->place));
	stmt_out_id(st, row->trunk.v);
	stmt_out_id(st, row->flow.v);
	stmt_out_id(st, row->destination.v);
	stmt_out_id(st, row->location.v);
	stmt_out_text(st, record, RECORD_BYTES);
	stmt_out_id(st, row->record_confirmed_by.v);
	stmt_out_text(st, row->notice_key, sizeof(row->notice_key));
	stmt_out_time_us(st, &row->added_us);
	stmt_out_time_us(st, &row->released_us);
}

const char *db_number_record_name(enum flow_record record)
{
	return record_names[record];
}

enum err db_number_record_parse(struct slice s, enum flow_record *out)
{
	for (size_t i = 0; i < FLOW_RECORD_COUNT; i++)
		if (slice_eq_cstr(s, record_names[i])) {
			*out = (enum flow_record)i;
			return ERR_OK;
		}
	return ERR_RANGE;
}

/* The parts that a form may change, in the order of both statements. */
static void in_settings(struct stmt *st, const struct number_row *row)
{
	stmt_in_text(st, slice_from(row->label));
	stmt_in_id_null(st, row->trunk.v);
	stmt_in_id_null(st, row->flow.v);
	stmt_in_id_null(st, row->destination.v);
	stmt_in_id_null(st, row->location.v);
	stmt_in_text(st, slice_from(db_number_record_name(row->record)));
	stmt_in_id_null(st, row->record_confirmed_by.v);
	stmt_in_text(st, slice_from(row->notice_key));
}

/* Flow, destination and location are held by foreign keys; a trunk belongs to
 * the account, so it is looked up. */
static enum err check(struct db *db, struct company_id company,
    const struct number_row *row)
{
	static const char sql[] =
	    "SELECT COUNT(*) FROM company c JOIN trunk t"
	    " ON t.account_id = c.account_id WHERE c.id = ? AND t.id = ?";
	struct stmt *st;
	bool found = false;
	enum err e;

	if (row->record == FLOW_RECORD_SILENT &&
	    id_is_nil(row->record_confirmed_by.v))
		return ERR_DENIED;
	if (id_is_nil(row->trunk.v))
		return ERR_OK;
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, row->trunk.v);
	stmt_out_bool(st, &found);
	e = stmt_one(st);
	return e == ERR_OK && !found ? ERR_RANGE : e;
}

enum err db_number_add(struct db *db, struct company_id company,
    const struct number_row *row)
{
	static const char sql[] =
	    "INSERT INTO number (company_id, id, e164, active_e164, kind,"
	    " country, place, added_at, label, trunk_id, flow_id,"
	    " destination_id, location_id, record, record_confirmed_by,"
	    " notice_key)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	struct stmt *st;
	enum err e;

	if ((e = check(db, company, row)) != ERR_OK)
		return e;
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id.v);
	stmt_in_text(st, slice_from(row->e164));
	stmt_in_text(st, slice_from(row->e164));
	stmt_in_text(st, slice_from(row->kind));
	stmt_in_text(st, slice_from(row->country));
	stmt_in_text(st, slice_from(row->place));
	stmt_in_time_us(st, row->added_us);
	in_settings(st, row);
	return db_config_exec(db, st);
}

/* Runs st, which has its parameters, for one row; ends st. */
static enum err get_one(struct stmt *st, struct number_row *out)
{
	struct number_row row;
	char record[RECORD_BYTES];
	enum err e;

	out_row(st, &row, record);
	e = stmt_one(st);
	if (e == ERR_OK)
		e = db_number_record_parse(slice_from(record), &row.record);
	if (e == ERR_OK)
		*out = row;
	return e;
}

enum err db_number_get(struct db *db, struct company_id company,
    struct number_id id, struct number_row *out)
{
	static const char sql[] = "SELECT " COLUMNS
				  " FROM number"
				  " WHERE company_id = ? AND id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return get_one(st, out);
}

enum err db_number_by_e164(struct db *db, struct company_id company,
    struct slice e164, struct number_row *out)
{
	static const char sql[] = "SELECT " COLUMNS
				  " FROM number"
				  " WHERE company_id = ? AND active_e164 = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_text(st, e164);
	return get_one(st, out);
}

enum err db_number_find(struct db *db, struct slice e164,
    struct company_id *company, struct number_id *id)
{
	static const char sql[] =
	    "SELECT company_id, id FROM number WHERE active_e164 = ?";
	struct company_id whose;
	struct number_id which;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_text(st, e164);
	stmt_out_id(st, whose.v);
	stmt_out_id(st, which.v);
	e = stmt_one(st);
	if (e == ERR_OK) {
		*company = whose;
		*id = which;
	}
	return e;
}

enum err db_number_list(struct db *db, struct company_id company,
    struct slice after, uint32_t max, struct arena *mem,
    struct number_row **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT " COLUMNS
	    " FROM number WHERE company_id = ?"
	    " AND e164 > ? AND released_at IS NULL ORDER BY e164 LIMIT ?";
	struct number_row row, *all;
	char record[RECORD_BYTES];
	struct stmt *st = stmt_begin(db, sql);
	size_t k = 0;
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_text(st, after);
	stmt_in_u64(st, max);
	out_row(st, &row, record);
	if ((e = stmt_each(st)) != ERR_OK)
		goto out;
	all = arena_array(mem, stmt_rows(st), sizeof(*all));
	if (all == NULL) {
		e = ERR_NOMEM;
		goto out;
	}
	while ((e = stmt_next(st)) == ERR_OK) {
		e = db_number_record_parse(slice_from(record), &row.record);
		if (e != ERR_OK)
			goto out;
		all[k++] = row;
	}
	if (e != ERR_NOTFOUND)
		goto out;
	*rows = all;
	*n = k;
	e = ERR_OK;
out:
	stmt_end(st);
	return e;
}

enum err db_number_update(struct db *db, struct company_id company,
    const struct number_row *row)
{
	static const char sql[] =
	    "UPDATE number SET label = ?, trunk_id = ?, flow_id = ?,"
	    " destination_id = ?, location_id = ?, record = ?,"
	    " record_confirmed_by = ?, notice_key = ?"
	    " WHERE company_id = ? AND id = ? AND released_at IS NULL";
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

enum err db_number_hold(struct db *db, struct company_id company,
    struct number_id id)
{
	static const char lock_sql[] =
	    "SELECT id FROM number WHERE company_id = ? AND id = ?"
	    " AND released_at IS NULL FOR UPDATE";
	static const char used_sql[] =
	    "SELECT (SELECT COUNT(*) FROM pool_number"
	    " WHERE company_id = ? AND number_id = ?)"
	    " + (SELECT COUNT(*) FROM pool"
	    " WHERE company_id = ? AND overflow_number_id = ?)"
	    " + (SELECT COUNT(*) FROM tracker WHERE company_id = ?"
	    " AND number_id = ? AND archived_at IS NULL)"
	    " + (SELECT COUNT(*) FROM number WHERE company_id = ?"
	    " AND id = ? AND quarantined_at IS NOT NULL)";
	struct number_id found;
	struct stmt *st = stmt_begin(db, lock_sql);
	uint64_t uses = 0;
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_out_id(st, found.v);
	e = stmt_one(st);
	if (e != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_RANGE : e;
	st = stmt_begin(db, used_sql);
	for (int i = 0; i < 4; i++) {
		stmt_in_id(st, company.v);
		stmt_in_id(st, id.v);
	}
	stmt_out_u64(st, &uses);
	e = stmt_one(st);
	return e == ERR_OK && uses != 0 ? ERR_CONFLICT : e;
}

/* Whatever its state is now; no bump, as nothing routes by it. */
static enum err set_quarantine(struct db *db, struct company_id company,
    struct number_id id, int64_t since_us)
{
	static const char sql[] =
	    "UPDATE number SET quarantined_at = ?"
	    " WHERE company_id = ? AND id = ? AND released_at IS NULL";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us_null(st, since_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return stmt_exec_one(st);
}

enum err db_number_quarantine(struct db *db, struct company_id company,
    struct number_id id, int64_t now_us)
{
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	e = db_number_hold(db, company, id);
	if (e == ERR_OK)
		e = set_quarantine(db, company, id, now_us);
	return db_join_end(db, mine, e == ERR_RANGE ? ERR_NOTFOUND : e);
}

enum err db_number_lift(struct db *db, struct company_id company,
    struct number_id id)
{
	static const char sql[] =
	    "UPDATE number SET quarantined_at = NULL WHERE company_id = ?"
	    " AND id = ? AND quarantined_at IS NOT NULL";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return stmt_exec_one(st);
}

enum err db_number_release(struct db *db, struct company_id company,
    struct number_id id, int64_t now_us)
{
	static const char sql[] =
	    "UPDATE number SET released_at = ?, active_e164 = NULL"
	    " WHERE company_id = ? AND id = ? AND released_at IS NULL";
	struct stmt *st;
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	e = set_quarantine(db, company, id, 0);
	if (e == ERR_OK)
		e = db_number_hold(db, company, id);
	if (e == ERR_RANGE)
		e = ERR_NOTFOUND;
	if (e != ERR_OK)
		return db_join_end(db, mine, e);
	st = stmt_begin(db, sql);
	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return db_join_end(db, mine, db_config_exec(db, st));
}

enum err db_number_rests(struct db *db, struct company_id company,
    struct number_id id, bool *out)
{
	static const char sql[] =
	    "SELECT quarantined_at IS NOT NULL FROM number"
	    " WHERE company_id = ? AND id = ?";
	struct stmt *st = stmt_begin(db, sql);
	bool rests = false;
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_out_bool(st, &rests);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = rests;
	return e;
}

enum err db_number_shown(struct db *db, struct company_id company,
    struct site_id site, struct arena *mem, struct slice **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT n.e164 FROM pool_number p JOIN number n"
	    " ON n.company_id = p.company_id AND n.id = p.number_id"
	    " WHERE p.company_id = ?"
	    " UNION SELECT n.e164 FROM tracker t JOIN number n"
	    " ON n.company_id = t.company_id AND n.id = t.number_id"
	    " WHERE t.company_id = ? AND t.site_id = ?"
	    " AND t.match_kind <> 'none' AND t.archived_at IS NULL"
	    " UNION SELECT n.e164 FROM pool p JOIN number n"
	    " ON n.company_id = p.company_id AND n.id = p.overflow_number_id"
	    " WHERE p.company_id = ? AND p.archived_at IS NULL"
	    " ORDER BY e164 LIMIT 100000";
	struct slice row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, company.v);
	stmt_in_id(st, site.v);
	stmt_in_id(st, company.v);
	stmt_out_slice(st, mem, 16, &row);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}
