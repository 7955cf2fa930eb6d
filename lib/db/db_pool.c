#include "lib/db/db_pool.h"

#include "lib/db/db_config.h"
#include "lib/db/db_number.h"
#include "lib/db/stmt.h"

#define COLUMNS                                               \
	"id, name, overflow_number_id, location_id, lease_s," \
	" min_reuse_s, created_at, overflow_policy,"          \
	" (SELECT COUNT(*) FROM pool_number m WHERE"          \
	" m.company_id = pool.company_id AND m.pool_id = pool.id)"

static void out_row(struct stmt *st, struct pool_row *row)
{
	stmt_out_id(st, row->id.v);
	stmt_out_text(st, row->name, sizeof(row->name));
	stmt_out_id(st, row->overflow.v);
	stmt_out_id(st, row->location.v);
	stmt_out_u32(st, &row->lease_s);
	stmt_out_u32(st, &row->min_reuse_s);
	stmt_out_time_us(st, &row->created_us);
	stmt_out_text(st, row->policy, sizeof(row->policy));
	stmt_out_u32(st, &row->numbers);
}

static void in_settings(struct stmt *st, const struct pool_row *row)
{
	stmt_in_text(st, slice_from(row->name));
	stmt_in_id_null(st, row->overflow.v);
	stmt_in_id_null(st, row->location.v);
	stmt_in_u64(st, row->lease_s);
	stmt_in_u64(st, row->min_reuse_s);
	stmt_in_text(st,
	    slice_from(row->policy[0] != '\0' ? row->policy : "source"));
}

enum err db_pool_add(struct db *db, struct company_id company,
    const struct pool_row *row)
{
	static const char sql[] =
	    "INSERT INTO pool (company_id, id, created_at, name,"
	    " overflow_number_id, location_id, lease_s, min_reuse_s,"
	    " overflow_policy)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id.v);
	stmt_in_time_us(st, row->created_us);
	in_settings(st, row);
	return db_config_exec(db, st);
}

enum err db_pool_get(struct db *db, struct company_id company,
    struct pool_id id, struct pool_row *out)
{
	static const char sql[] =
	    "SELECT " COLUMNS
	    " FROM pool"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	struct pool_row row;
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

enum err db_pool_update(struct db *db, struct company_id company,
    const struct pool_row *row)
{
	static const char sql[] =
	    "UPDATE pool SET name = ?, overflow_number_id = ?,"
	    " location_id = ?, lease_s = ?, min_reuse_s = ?,"
	    " overflow_policy = ?"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	struct stmt *st = stmt_begin(db, sql);

	in_settings(st, row);
	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id.v);
	return db_config_exec(db, st);
}

enum err db_pool_called(struct db *db, struct company_id company,
    struct slice name, struct pool_id *first, uint32_t *n)
{
	static const char sql[] =
	    "SELECT MIN(id), COUNT(*) FROM pool"
	    " WHERE company_id = ? AND archived_at IS NULL"
	    " AND name = ? COLLATE utf8mb4_bin";
	struct pool_id id;
	uint32_t count;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_text(st, name);
	stmt_out_id(st, id.v);
	stmt_out_u32(st, &count);
	if ((e = stmt_one(st)) == ERR_OK) {
		*first = id;
		*n = count;
	}
	return e;
}

enum err db_pool_number_add(struct db *db, struct company_id company,
    struct pool_id pool, struct number_id number, int64_t now_us)
{
	static const char sql[] =
	    "INSERT INTO pool_number (company_id, pool_id, number_id, added_at)"
	    " VALUES (?, ?, ?, ?)";
	struct stmt *st;
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	if ((e = db_number_hold(db, company, number)) != ERR_OK)
		return db_join_end(db, mine, e);
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, pool.v);
	stmt_in_id(st, number.v);
	stmt_in_time_us(st, now_us);
	return db_join_end(db, mine, db_config_exec(db, st));
}

/* Its visitors hold it still. */
static enum err add_left(struct db *db, struct company_id company,
    struct pool_id pool, struct number_id number, int64_t now_us)
{
	static const char sql[] =
	    "INSERT INTO pool_number_left (company_id, pool_id, number_id,"
	    " left_at) VALUES (?, ?, ?, ?)"
	    " ON DUPLICATE KEY UPDATE left_at = VALUES(left_at)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, pool.v);
	stmt_in_id(st, number.v);
	stmt_in_time_us(st, now_us);
	return stmt_exec(st, NULL);
}

enum err db_pool_number_remove(struct db *db, struct company_id company,
    struct pool_id pool, struct number_id number, int64_t now_us)
{
	static const char sql[] =
	    "DELETE FROM pool_number"
	    " WHERE company_id = ? AND pool_id = ? AND number_id = ?";
	struct stmt *st;
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, pool.v);
	stmt_in_id(st, number.v);
	e = db_config_exec(db, st);
	if (e == ERR_OK)
		e = add_left(db, company, pool, number, now_us);
	return db_join_end(db, mine, e);
}

enum err db_pool_numbers(struct db *db, struct company_id company,
    struct pool_id pool, uint32_t max, struct arena *mem,
    struct pool_number_row **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT n.id, n.e164 FROM pool_number p JOIN number n"
	    " ON n.company_id = p.company_id AND n.id = p.number_id"
	    " WHERE p.company_id = ? AND p.pool_id = ? ORDER BY n.e164"
	    " LIMIT ?";
	struct pool_number_row row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, pool.v);
	stmt_in_u64(st, max);
	stmt_out_id(st, row.id.v);
	stmt_out_text(st, row.e164, sizeof(row.e164));
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

/* Sites and numbers that point at the pool. */
static enum err in_use(struct db *db, struct company_id company,
    struct pool_id id, bool *out)
{
	static const char sql[] =
	    "SELECT (SELECT COUNT(*) FROM site WHERE company_id = ?"
	    " AND pool_id = ? AND archived_at IS NULL)"
	    " + (SELECT COUNT(*) FROM pool_number WHERE company_id = ?"
	    " AND pool_id = ?)";
	struct stmt *st = stmt_begin(db, sql);
	uint64_t n = 0;
	enum err e;

	for (int i = 0; i < 2; i++) {
		stmt_in_id(st, company.v);
		stmt_in_id(st, id.v);
	}
	stmt_out_u64(st, &n);
	e = stmt_one(st);
	*out = n > 0;
	return e;
}

enum err db_pool_archive(struct db *db, struct company_id company,
    struct pool_id id, int64_t now_us)
{
	static const char sql[] =
	    "UPDATE pool SET archived_at = ?, overflow_number_id = NULL"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	struct stmt *st;
	bool mine, used = false;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	e = in_use(db, company, id, &used);
	if (e == ERR_OK && used)
		e = ERR_CONFLICT;
	if (e != ERR_OK)
		return db_join_end(db, mine, e);
	st = stmt_begin(db, sql);
	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return db_join_end(db, mine, db_config_exec(db, st));
}

enum err db_pool_of(struct db *db, struct company_id company,
    struct number_id number, struct pool_id *out)
{
	static const char sql[] =
	    "SELECT pool_id FROM pool_number"
	    " WHERE company_id = ? AND number_id = ?";
	struct pool_id pool;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, number.v);
	stmt_out_id(st, pool.v);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = pool;
	return e;
}
