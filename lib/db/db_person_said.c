#include "lib/db/db_person_said.h"

#include "lib/base/arena.h"
#include "lib/core/saysnum.h"
#include "lib/db/db_person_names.h"
#include "lib/db/db_person_others.h"
#include "lib/db/stmt.h"

#define FOUND_MAX_BYTES ((size_t)64 << 20)
#define TEXT_MAX        ((size_t)16384)

/* Something with a text and a telephone of the person. */
struct said {
	uint8_t id[ID_BYTES];
	struct slice name;
	struct slice query;
	char e164[DB_E164_BYTES];
};

static enum err find(struct db *db, const char *sql, struct company_id company,
    struct person_id person, struct arena *mem, struct said **rows, size_t *n)
{
	struct said row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, person.v);
	stmt_out_id(st, row.id);
	stmt_out_slice(st, mem, TEXT_MAX, &row.name);
	stmt_out_slice(st, mem, TEXT_MAX, &row.query);
	stmt_out_text(st, row.e164, sizeof(row.e164));
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

/* An address has its query behind a question mark. */
static struct slice query_of(const struct said *s)
{
	struct slice query = s->query, path;

	if (slice_find(query, '?', 0) != query.n)
		(void)slice_cut(&query, '?', &path);
	return query;
}

static bool says_number(const struct said *s)
{
	const struct slice e164 = slice_from(s->e164);

	return saysnum_text(s->name, e164) || saysnum_query(query_of(s), e164);
}

/* Whatever find_sql finds that says a number of theirs, is changed by sql. */
static enum err erase(struct db *db, const char *find_sql, const char *sql,
    struct company_id company, struct person_id person, struct arena *mem)
{
	struct said *rows = NULL;
	size_t n = 0;
	enum err e = find(db, find_sql, company, person, mem, &rows, &n);

	for (size_t i = 0; e == ERR_OK && i < n; i++)
		if (says_number(&rows[i]))
			e = stmt_exec_of(db, sql, company, rows[i].id);
	return e;
}

/* --- forms -----------------------------------------------------------------
 */

/* That it was sent in stays, so that sent again it is not made again; what is
 * answered then is its id and no more. */
static enum err forget_answer(struct db *db, struct company_id company,
    const uint8_t form[ID_BYTES])
{
	static const char sql[] =
	    "UPDATE api_once SET answer = CONCAT('{\"id\":\"', ?, '\"}')"
	    " WHERE company_id = ? AND answer LIKE CONCAT('%\"', ?, '\"%')";
	char id[ID_TEXT_MAX];
	struct stmt *st = stmt_begin(db, sql);

	id_text(ID_KIND_form, form, id);
	stmt_in_text(st, slice_from(id));
	stmt_in_id(st, company.v);
	stmt_in_text(st, slice_from(id));
	return stmt_exec(st, NULL);
}

static enum err forget_answers(struct db *db, struct company_id company,
    struct person_id person, struct arena *mem)
{
	static const char sql[] =
	    "SELECT f.id FROM form_entry f LEFT JOIN visit v"
	    " ON v.company_id = f.company_id AND v.id = f.visit_id"
	    " WHERE f.company_id = ? AND (f.contact_e164 IN"
	    " (SELECT e164 FROM person_caller WHERE company_id = ?"
	    "  AND person_id = ?) OR v.visitor_id IN (SELECT visitor_id"
	    "  FROM person_visitor WHERE company_id = ? AND person_id = ?))";
	struct form_id *rows = NULL, row;
	struct stmt *st = stmt_begin(db, sql);
	size_t n = 0;
	enum err e;

	stmt_in_id(st, company.v);
	for (int i = 0; i < 2; i++) {
		stmt_in_id(st, company.v);
		stmt_in_id(st, person.v);
	}
	stmt_out_id(st, row.v);
	e = stmt_all(st, mem, &row, sizeof(row), &rows, &n);
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		e = forget_answer(db, company, rows[i].v);
	return e;
}

/* --- names -----------------------------------------------------------------
 */

static bool is_named(const struct said *s, const struct db_person_names *names)
{
	return db_person_names_in_text(names, s->name) ||
	       db_person_names_in_query(names, query_of(s));
}

/* The same as erase(), by their names. */
static enum err erase_named(struct db *db, const char *find_sql,
    const char *sql, struct company_id company,
    const struct db_person_names *names, struct arena *mem)
{
	struct said *rows = NULL, row = { .e164 = "" };
	struct stmt *st;
	size_t n = 0;
	enum err e;

	if (names->n == 0)
		return ERR_OK;
	st = stmt_begin(db, find_sql);
	stmt_in_id(st, company.v);
	stmt_out_id(st, row.id);
	stmt_out_slice(st, mem, TEXT_MAX, &row.name);
	stmt_out_slice(st, mem, TEXT_MAX, &row.query);
	e = stmt_all(st, mem, &row, sizeof(row), &rows, &n);
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		if (is_named(&rows[i], names))
			e = stmt_exec_of(db, sql, company, rows[i].id);
	return e;
}

#define VIEW_COLUMNS "SELECT v.id, v.name, v.query"
#define EXPORT_COLUMNS     \
	"SELECT a.id, ''," \
	" COALESCE(CAST(JSON_VALUE(a.after_json, '$.address') AS CHAR), '')"
#define IS_EXPORT \
	" AND a.action IN ('calls.export', 'forms.export', 'visits.export')"

static const char drop_view[] =
    "DELETE FROM saved_view WHERE company_id = ? AND id = ?";
static const char blank_export[] =
    "UPDATE audit SET after_json = JSON_REPLACE(after_json,"
    " '$.address', NULL) WHERE company_id = ? AND id = ?";

static enum err erase_numbers(struct db *db, struct company_id company,
    struct person_id person, struct arena *mem)
{
	static const char views[] = VIEW_COLUMNS
	    ", x.e164 FROM saved_view v"
	    " JOIN person_caller x ON x.company_id = v.company_id"
	    " WHERE v.company_id = ? AND x.person_id = ?";
	static const char exports[] = EXPORT_COLUMNS
	    ", x.e164 FROM audit a"
	    " JOIN person_caller x ON x.company_id = a.company_id"
	    " WHERE a.company_id = ? AND x.person_id = ?" IS_EXPORT;
	const enum err e = erase(db, views, drop_view, company, person, mem);

	return e == ERR_OK
		   ? erase(db, exports, blank_export, company, person, mem)
		   : e;
}

static enum err erase_names(struct db *db, struct company_id company,
    const struct db_person_names *names, struct arena *mem)
{
	static const char views[] =
	    VIEW_COLUMNS " FROM saved_view v WHERE v.company_id = ?";
	static const char exports[] =
	    EXPORT_COLUMNS " FROM audit a WHERE a.company_id = ?" IS_EXPORT;
	const enum err e =
	    erase_named(db, views, drop_view, company, names, mem);

	return e == ERR_OK
		   ? erase_named(db, exports, blank_export, company, names, mem)
		   : e;
}

static enum err erase_all(struct db *db, struct company_id company,
    struct person_id person, struct arena *mem, uint64_t *named)
{
	struct db_person_names names = { NULL, 0 };
	enum err e;

	if ((e = db_person_names_find(db, company, person, mem, &names)) !=
		ERR_OK ||
	    (e = erase_numbers(db, company, person, mem)) != ERR_OK ||
	    (e = erase_names(db, company, &names, mem)) != ERR_OK ||
	    (e = forget_answers(db, company, person, mem)) != ERR_OK)
		return e;
	return db_person_others_erase(db, company, person, &names, mem, named);
}

enum err db_person_said_erase(struct db *db, struct company_id company,
    struct person_id person, uint64_t *named)
{
	struct arena mem;
	enum err e;

	arena_init(&mem, FOUND_MAX_BYTES);
	e = erase_all(db, company, person, &mem, named);
	arena_fini(&mem);
	return e;
}
