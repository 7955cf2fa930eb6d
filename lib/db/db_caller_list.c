#include "lib/db/db_caller_list.h"

#include "lib/base/scan.h"
#include "lib/db/stmt.h"

bool db_caller_list_name_ok(struct slice name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!((name.p[i] >= 'a' && name.p[i] <= 'z') ||
			(name.p[i] >= '0' && name.p[i] <= '9') ||
			name.p[i] == '-' || name.p[i] == '_'))
			return false;
	return name.n > 0 && name.n <= DB_CALLER_LIST_NAME_MAX;
}

/* --- lists -----------------------------------------------------------------*/

static enum err count_lists(struct db *db, struct company_id company,
    uint64_t *n)
{
	/* Two that add at once wait for each other. */
	static const char sql[] =
	    "SELECT COUNT(*) FROM (SELECT name FROM caller_list"
	    " WHERE company_id = ? FOR UPDATE) AS lists";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_out_u64(st, n);
	return stmt_one(st);
}

static enum err insert_list(struct db *db, struct company_id company,
    struct slice name, struct slice note, int64_t now_us)
{
	static const char sql[] =
	    "INSERT INTO caller_list (company_id, name, note, created_at)"
	    " VALUES (?, ?, ?, ?)";
	struct stmt *st;
	uint64_t n = 0;
	enum err e;

	if ((e = count_lists(db, company, &n)) != ERR_OK)
		return e;
	if (n >= DB_CALLER_LISTS_MAX)
		return ERR_TOOBIG;
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_text(st, name);
	stmt_in_text(st, note);
	stmt_in_time_us(st, now_us);
	return stmt_exec_one(st);
}

enum err db_caller_list_add(struct db *db, struct company_id company,
    struct slice name, struct slice note, int64_t now_us)
{
	bool mine;
	enum err e;

	if (!db_caller_list_name_ok(name))
		return ERR_SYNTAX;
	if (note.n > DB_CALLER_LIST_NOTE_MAX)
		return ERR_RANGE;
	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	return db_join_end(db, mine,
	    insert_list(db, company, name, note, now_us));
}

static enum err delete_list(struct db *db, struct company_id company,
    struct slice name)
{
	static const char entries_sql[] =
	    "DELETE FROM caller_list_entry"
	    " WHERE company_id = ? AND list_name = ?";
	static const char list_sql[] =
	    "DELETE FROM caller_list WHERE company_id = ? AND name = ?";
	struct stmt *st = stmt_begin(db, entries_sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_text(st, name);
	e = stmt_exec(st, NULL);
	if (e != ERR_OK)
		return e;
	st = stmt_begin(db, list_sql);
	stmt_in_id(st, company.v);
	stmt_in_text(st, name);
	return stmt_exec_one(st);
}

enum err db_caller_list_remove(struct db *db, struct company_id company,
    struct slice name)
{
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	return db_join_end(db, mine, delete_list(db, company, name));
}

enum err db_caller_list_all(struct db *db, struct company_id company,
    struct arena *mem, struct caller_list_row **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT l.name, l.note, l.created_at, (SELECT COUNT(*)"
	    " FROM caller_list_entry e WHERE e.company_id = l.company_id"
	    " AND e.list_name = l.name) FROM caller_list l"
	    " WHERE l.company_id = ? ORDER BY l.name LIMIT 50";
	struct caller_list_row row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_out_text(st, row.name, sizeof(row.name));
	stmt_out_text(st, row.note, sizeof(row.note));
	stmt_out_time_us(st, &row.created_us);
	stmt_out_u64(st, &row.entries);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

/* --- entries ---------------------------------------------------------------*/

enum err db_caller_list_put(struct db *db, struct company_id company,
    struct slice name, const struct caller_list_entry *e)
{
	/* Only into a list that is there; 1 row changed is new, 2 known. */
	static const char sql[] =
	    "INSERT INTO caller_list_entry (company_id, e164, list_name, note,"
	    " added_by, added_at) SELECT l.company_id, ?, l.name, ?, ?, ?"
	    " FROM caller_list l WHERE l.company_id = ? AND l.name = ?"
	    " ON DUPLICATE KEY UPDATE note = VALUES(note),"
	    " added_by = VALUES(added_by), added_at = VALUES(added_at)";
	struct stmt *st;
	uint64_t changed = 0;
	enum err result;

	if (slice_from(e->note).n > DB_CALLER_LIST_NOTE_MAX)
		return ERR_RANGE;
	st = stmt_begin(db, sql);
	stmt_in_text(st, slice_from(e->e164));
	stmt_in_text(st, slice_from(e->note));
	stmt_in_id_null(st, e->by.v);
	stmt_in_time_us(st, e->added_us);
	stmt_in_id(st, company.v);
	stmt_in_text(st, name);
	result = stmt_exec(st, &changed);
	return result == ERR_OK && changed == 0 ? ERR_NOTFOUND : result;
}

enum err db_caller_list_take(struct db *db, struct company_id company,
    struct slice name, struct slice e164)
{
	static const char sql[] =
	    "DELETE FROM caller_list_entry"
	    " WHERE company_id = ? AND e164 = ? AND list_name = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_text(st, e164);
	stmt_in_text(st, name);
	return stmt_exec_one(st);
}

enum err db_caller_list_entries(struct db *db, struct company_id company,
    struct slice name, struct slice after, uint32_t max, struct arena *mem,
    struct caller_list_entry **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT e164, note, added_by, added_at FROM caller_list_entry"
	    " WHERE company_id = ? AND list_name = ? AND e164 > ?"
	    " ORDER BY e164 LIMIT ?";
	struct caller_list_entry row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_text(st, name);
	stmt_in_text(st, after);
	stmt_in_u64(st,
	    max < DB_CALLER_LIST_PAGE_MAX ? max : DB_CALLER_LIST_PAGE_MAX);
	stmt_out_text(st, row.e164, sizeof(row.e164));
	stmt_out_text(st, row.note, sizeof(row.note));
	stmt_out_id(st, row.by.v);
	stmt_out_time_us(st, &row.added_us);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_caller_list_of(struct db *db, struct company_id company,
    struct slice e164, struct buf *out)
{
	static const char sql[] =
	    "SELECT list_name FROM caller_list_entry"
	    " WHERE company_id = ? AND e164 = ? ORDER BY list_name LIMIT 50";
	char name[DB_CALLER_LIST_NAME_MAX + 1];
	bool first = true;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_text(st, e164);
	stmt_out_text(st, name, sizeof(name));
	e = stmt_each(st);
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK) {
		const struct slice s = slice_from(name);

		if (out->n + s.n + 1 > out->max)
			continue;
		if (!first)
			buf_char(out, ',');
		buf_put(out, s);
		first = false;
	}
	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}
