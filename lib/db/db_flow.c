#include "lib/db/db_flow.h"

#include "lib/db/db_config.h"
#include "lib/db/stmt.h"

#define COLUMNS                                                                \
	"id, name, last_version, COALESCE(published_version, 0), created_at,"  \
	" (SELECT COUNT(*) FROM number n WHERE n.company_id = flow.company_id" \
	" AND n.flow_id = flow.id AND n.released_at IS NULL)"

static void out_row(struct stmt *st, struct flow_row *row)
{
	stmt_out_id(st, row->id.v);
	stmt_out_text(st, row->name, sizeof(row->name));
	stmt_out_u32(st, &row->last_version);
	stmt_out_u32(st, &row->published_version);
	stmt_out_time_us(st, &row->created_us);
	stmt_out_u32(st, &row->numbers);
}

enum err db_flow_add(struct db *db, struct company_id company,
    const struct flow_row *row)
{
	static const char sql[] =
	    "INSERT INTO flow (company_id, id, name, active_name, created_at)"
	    " VALUES (?, ?, ?, ?, ?)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id.v);
	stmt_in_text(st, slice_from(row->name));
	stmt_in_text(st, slice_from(row->name));
	stmt_in_time_us(st, row->created_us);
	return stmt_exec_one(st);
}

enum err db_flow_get(struct db *db, struct company_id company,
    struct flow_id id, struct flow_row *out)
{
	static const char sql[] =
	    "SELECT " COLUMNS
	    " FROM flow"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	struct flow_row row;
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

enum err db_flow_each(struct db *db, struct company_id company,
    void (*each)(void *arg, const struct flow_row *row), void *arg)
{
	/* Counted in one pass: by flow, the numbers that all run one of them
	 * would be read for each. */
	static const char sql[] =
	    "SELECT f.id, f.name, f.last_version,"
	    " COALESCE(f.published_version, 0), f.created_at,"
	    " COALESCE(n.numbers, 0) FROM flow f LEFT JOIN (SELECT flow_id,"
	    " COUNT(*) AS numbers FROM number WHERE company_id = ?"
	    " AND flow_id IS NOT NULL AND released_at IS NULL"
	    " GROUP BY flow_id) n ON n.flow_id = f.id"
	    " WHERE f.company_id = ? AND f.archived_at IS NULL"
	    " ORDER BY f.name, f.id";
	struct flow_row row;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, company.v);
	out_row(st, &row);
	e = stmt_each(st);
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK)
		each(arg, &row);
	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* Takes the next version number; the row stays locked until the commit. */
static enum err next_version(struct db *db, struct company_id company,
    struct flow_id id, uint32_t *version)
{
	static const char take_sql[] =
	    "UPDATE flow SET last_version = last_version + 1"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	struct flow_row row = { .last_version = 0 };
	struct stmt *st = stmt_begin(db, take_sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	e = stmt_exec_one(st);
	if (e == ERR_OK)
		e = db_flow_get(db, company, id, &row);
	if (e == ERR_OK)
		*version = row.last_version;
	return e;
}

static enum err insert_version(struct db *db, struct company_id company,
    struct flow_id id, uint32_t version, struct slice document,
    struct user_id by, int64_t now_us)
{
	static const char sql[] =
	    "INSERT INTO flow_version (company_id, flow_id, version, document,"
	    " created_by, created_at) VALUES (?, ?, ?, ?, ?, ?)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_in_u64(st, version);
	stmt_in_text(st, document);
	stmt_in_id_null(st, by.v);
	stmt_in_time_us(st, now_us);
	return stmt_exec_one(st);
}

enum err db_flow_write(struct db *db, struct company_id company,
    struct flow_id id, struct slice document, struct user_id by, int64_t now_us,
    uint32_t *version)
{
	uint32_t next = 0;
	bool mine;
	enum err e;

	if (document.n > DB_FLOW_DOCUMENT_MAX)
		return ERR_TOOBIG;
	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	e = next_version(db, company, id, &next);
	if (e == ERR_OK)
		e = insert_version(db, company, id, next, document, by, now_us);
	e = db_join_end(db, mine, e);
	if (e == ERR_OK)
		*version = next;
	return e;
}

enum err db_flow_document(struct db *db, struct company_id company,
    struct flow_id id, uint32_t version, struct arena *mem,
    struct slice *document)
{
	static const char sql[] =
	    "SELECT document FROM flow_version"
	    " WHERE company_id = ? AND flow_id = ? AND version = ?";
	struct slice got;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_in_u64(st, version);
	stmt_out_slice(st, mem, DB_FLOW_DOCUMENT_MAX, &got);
	e = stmt_one(st);
	if (e == ERR_OK)
		*document = got;
	return e;
}

static enum err mark_published(struct db *db, struct company_id company,
    struct flow_id id, uint32_t version, int64_t now_us)
{
	static const char sql[] =
	    "UPDATE flow_version SET published_at = ?"
	    " WHERE company_id = ? AND flow_id = ? AND version = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_in_u64(st, version);
	return stmt_exec_one(st);
}

enum err db_flow_publish(struct db *db, struct company_id company,
    struct flow_id id, uint32_t version, int64_t now_us)
{
	static const char sql[] =
	    "UPDATE flow SET published_version = ?"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	struct stmt *st;
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	if ((e = mark_published(db, company, id, version, now_us)) != ERR_OK)
		return db_join_end(db, mine, e);
	st = stmt_begin(db, sql);
	stmt_in_u64(st, version);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return db_join_end(db, mine, db_config_exec(db, st));
}

enum err db_flow_rename(struct db *db, struct company_id company,
    struct flow_id id, struct slice name)
{
	static const char sql[] =
	    "UPDATE flow SET name = ?, active_name = ?"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_text(st, name);
	stmt_in_text(st, name);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return stmt_exec_one(st);
}

/* Published flows of the company whose document names this one. */
static enum err named(struct db *db, struct company_id company,
    struct flow_id id, uint32_t *n)
{
	static const char sql[] =
	    "SELECT COUNT(*) FROM flow f JOIN flow_version v"
	    " ON v.company_id = f.company_id AND v.flow_id = f.id"
	    " AND v.version = f.published_version"
	    " WHERE f.company_id = ? AND f.id <> ? AND f.archived_at IS NULL"
	    " AND INSTR(v.document, ?) > 0";
	char text[ID_TEXT_MAX];
	struct stmt *st;
	uint32_t count = 0;
	enum err e;

	id_text(ID_KIND_flow, id.v, text);
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_in_text(st, slice_from(text));
	stmt_out_u32(st, &count);
	e = stmt_one(st);
	if (e == ERR_OK)
		*n = count;
	return e;
}

enum err db_flow_archive(struct db *db, struct company_id company,
    struct flow_id id, int64_t now_us)
{
	static const char sql[] =
	    "UPDATE flow SET archived_at = ?, published_version = NULL,"
	    " active_name = NULL"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	struct flow_row row = { .numbers = 0 };
	uint32_t flows = 0;
	struct stmt *st;
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	/* Nobody may point a number at it meanwhile. */
	if ((e = db_config_lock(db)) == ERR_OK &&
	    (e = db_flow_get(db, company, id, &row)) == ERR_OK)
		e = named(db, company, id, &flows);
	if (e == ERR_OK && row.numbers + flows > 0)
		e = ERR_CONFLICT;
	if (e != ERR_OK)
		return db_join_end(db, mine, e);
	st = stmt_begin(db, sql);
	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return db_join_end(db, mine, db_config_exec(db, st));
}

enum err db_flow_versions(struct db *db, struct company_id company,
    struct flow_id id, uint32_t before, uint32_t max, struct arena *mem,
    struct flow_version **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT v.version, COALESCE(u.name, ''), v.created_at,"
	    " v.published_at FROM flow_version v"
	    " LEFT JOIN user u ON u.id = v.created_by"
	    " WHERE v.company_id = ? AND v.flow_id = ? AND v.version < ?"
	    " ORDER BY v.version DESC LIMIT ?";
	struct flow_version row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_in_u64(st, before == 0 ? UINT64_MAX : before);
	stmt_in_u64(st, max);
	stmt_out_u32(st, &row.version);
	stmt_out_text(st, row.by_name, sizeof(row.by_name));
	stmt_out_time_us(st, &row.created_us);
	stmt_out_time_us(st, &row.published_us);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_flow_cases(struct db *db, struct company_id company,
    struct flow_id id, struct arena *mem, struct slice *document, bool *block)
{
	static const char sql[] =
	    "SELECT cases, cases_block FROM flow"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	struct slice got = { NULL, 0 };
	struct stmt *st = stmt_begin(db, sql);
	bool blocks = false;
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_out_slice(st, mem, DB_FLOW_DOCUMENT_MAX, &got);
	stmt_out_bool(st, &blocks);
	e = stmt_one(st);
	if (e == ERR_OK) {
		*document = got;
		*block = blocks;
	}
	return e;
}

enum err db_flow_cases_set(struct db *db, struct company_id company,
    struct flow_id id, struct slice document, bool block)
{
	static const char sql[] =
	    "UPDATE flow SET cases = ?, cases_block = ?"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	struct stmt *st;

	if (document.n > DB_FLOW_DOCUMENT_MAX)
		return ERR_TOOBIG;
	st = stmt_begin(db, sql);
	stmt_in_text_null(st,
	    document.n > 0 ? document : (struct slice){ NULL, 0 });
	stmt_in_bool(st, block);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return stmt_exec_one(st);
}
