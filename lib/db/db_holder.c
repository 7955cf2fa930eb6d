#include "lib/db/db_holder.h"

#include "lib/db/stmt.h"

/* The first column of the statements here: enum db_holder_kind. */
#define IS_NUMBER   "SELECT 0 AS kind, "
#define IS_POOL     "SELECT 1 AS kind, "
#define IS_OVERFLOW "SELECT 2 AS kind, "
#define IS_TRACKER  "SELECT 3 AS kind, "
#define IS_SITE     "SELECT 4 AS kind, "
#define IS_FLOW     "SELECT 5 AS kind, "
#define FEW         " ORDER BY kind, name, id LIMIT 20"

_Static_assert(DB_HOLDER_NUMBER == 0 && DB_HOLDER_FLOW == 5 &&
		   DB_HOLDER_MAX == 20,
    "the statements say so");

static enum err read_all(struct stmt *st, struct arena *mem,
    struct db_holder **rows, size_t *n)
{
	struct db_holder row = { .kind = DB_HOLDER_NUMBER };

	stmt_out_u32(st, &row.kind);
	stmt_out_id(st, row.id);
	stmt_out_text(st, row.name, sizeof(row.name));
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_holder_of_number(struct db *db, struct company_id company,
    struct number_id id, struct arena *mem, struct db_holder **rows, size_t *n)
{
	static const char sql[] = IS_POOL
	    "p.id AS id, p.name AS name FROM pool_number m"
	    " JOIN pool p ON p.company_id = m.company_id"
	    " AND p.id = m.pool_id"
	    " WHERE m.company_id = ? AND m.number_id = ?"
	    " UNION ALL " IS_OVERFLOW
	    "id, name FROM pool"
	    " WHERE company_id = ? AND overflow_number_id = ?"
	    " UNION ALL " IS_TRACKER
	    "id, name FROM tracker"
	    " WHERE company_id = ? AND number_id = ?"
	    " AND archived_at IS NULL" FEW;
	struct stmt *st = stmt_begin(db, sql);

	for (int i = 0; i < 3; i++) {
		stmt_in_id(st, company.v);
		stmt_in_id(st, id.v);
	}
	return read_all(st, mem, rows, n);
}

enum err db_holder_of_pool(struct db *db, struct company_id company,
    struct pool_id id, struct arena *mem, struct db_holder **rows, size_t *n)
{
	static const char sql[] = IS_NUMBER
	    "n.id AS id, n.e164 AS name FROM pool_number m"
	    " JOIN number n ON n.company_id = m.company_id"
	    " AND n.id = m.number_id"
	    " WHERE m.company_id = ? AND m.pool_id = ?"
	    " UNION ALL " IS_SITE
	    "id, name FROM site"
	    " WHERE company_id = ? AND pool_id = ?"
	    " AND archived_at IS NULL" FEW;
	struct stmt *st = stmt_begin(db, sql);

	for (int i = 0; i < 2; i++) {
		stmt_in_id(st, company.v);
		stmt_in_id(st, id.v);
	}
	return read_all(st, mem, rows, n);
}

/* Published flows whose document names it: a key is found nowhere else. */
#define FLOWS_THAT_NAME                                                   \
	IS_FLOW                                                           \
	"f.id AS id, f.name AS name FROM flow f"                          \
	" JOIN flow_version v ON v.company_id = f.company_id"             \
	" AND v.flow_id = f.id AND v.version = f.published_version"       \
	" WHERE f.company_id = ? AND f.id <> ? AND f.archived_at IS NULL" \
	" AND INSTR(v.document, ?) > 0"

enum err db_holder_of_destination(struct db *db, struct company_id company,
    struct destination_id id, struct arena *mem, struct db_holder **rows,
    size_t *n)
{
	static const char sql[] =
	    FLOWS_THAT_NAME " UNION ALL " IS_NUMBER
			    "id, e164 AS name FROM number"
			    " WHERE company_id = ? AND destination_id = ?"
			    " AND released_at IS NULL" FEW;
	struct stmt *st = stmt_begin(db, sql);
	char text[ID_TEXT_MAX];

	id_text(ID_KIND_destination, id.v, text);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_in_text(st, slice_from(text));
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return read_all(st, mem, rows, n);
}

enum err db_holder_of_flow(struct db *db, struct company_id company,
    struct flow_id id, struct arena *mem, struct db_holder **rows, size_t *n)
{
	static const char sql[] =
	    FLOWS_THAT_NAME " UNION ALL " IS_NUMBER
			    "id, e164 AS name FROM number"
			    " WHERE company_id = ? AND flow_id = ?"
			    " AND released_at IS NULL" FEW;
	struct stmt *st = stmt_begin(db, sql);
	char text[ID_TEXT_MAX];

	id_text(ID_KIND_flow, id.v, text);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_in_text(st, slice_from(text));
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return read_all(st, mem, rows, n);
}

enum err db_holder_of_company(struct db *db, struct company_id company,
    struct arena *mem, struct db_holder **rows, size_t *n)
{
	static const char sql[] = IS_NUMBER
	    "id, e164 AS name FROM number"
	    " WHERE company_id = ? AND released_at IS NULL" FEW;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	return read_all(st, mem, rows, n);
}
