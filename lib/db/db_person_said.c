#include "lib/db/db_person_said.h"

#include "lib/base/arena.h"
#include "lib/base/utf8.h"
#include "lib/core/saysnum.h"
#include "lib/core/urlq.h"
#include "lib/db/stmt.h"

#define FOUND_MAX_BYTES ((size_t)64 << 20)
#define TEXT_MAX        ((size_t)16384)
#define SEARCH_MAX      1024 /* bytes of what was searched */
#define SEARCH_LEAST    3    /* less than that names nobody */

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

static enum err change(struct db *db, const char *sql,
    struct company_id company, const uint8_t id[ID_BYTES])
{
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, id);
	return stmt_exec(st, NULL);
}

static bool names(const struct said *s)
{
	const struct slice e164 = slice_from(s->e164);
	struct slice query = s->query, path;

	/* An address has its query behind a question mark. */
	if (slice_find(query, '?', 0) != query.n)
		(void)slice_cut(&query, '?', &path);
	return saysnum_text(s->name, e164) || saysnum_query(query, e164);
}

/* Whatever find_sql finds that names the person, is changed by sql. */
static enum err erase(struct db *db, const char *find_sql, const char *sql,
    struct company_id company, struct person_id person, struct arena *mem)
{
	struct said *rows = NULL;
	size_t n = 0;
	enum err e = find(db, find_sql, company, person, mem, &rows, &n);

	for (size_t i = 0; e == ERR_OK && i < n; i++)
		if (names(&rows[i]))
			e = change(db, sql, company, rows[i].id);
	return e;
}

/* --- forms -----------------------------------------------------------------
 */

static enum err forget_answer(struct db *db, struct company_id company,
    const uint8_t form[ID_BYTES])
{
	static const char sql[] =
	    "DELETE FROM api_once WHERE company_id = ?"
	    " AND answer LIKE CONCAT('%\"', ?, '\"%')";
	char id[ID_TEXT_MAX];
	struct stmt *st = stmt_begin(db, sql);

	id_text(ID_KIND_form, form, id);
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

/* --- files of forms --------------------------------------------------------
 */

/* Forms are searched by name and address, too: a part of it or all. */
static bool searches(struct slice address, struct slice said)
{
	struct slice query = address, path, name, value;
	char mem[SEARCH_MAX];
	struct buf b;

	(void)slice_cut(&query, '?', &path);
	while (urlq_next(&query, &name, &value)) {
		if (!slice_eq_cstr(name, "q"))
			continue;
		buf_over(&b, mem, sizeof(mem));
		urlq_decode(slice_head(value, value.n < SEARCH_MAX / 3
						  ? value.n
						  : SEARCH_MAX / 3),
		    &b);
		value = slice_trim(buf_slice(&b));
		if (value.n >= SEARCH_LEAST &&
		    (utf8_has_case(said, value) || utf8_has_case(value, said)))
			return true;
	}
	return false;
}

static enum err find_searched(struct db *db, struct company_id company,
    struct person_id person, struct arena *mem, struct said **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT a.id, s.said, COALESCE(JSON_VALUE(a.after_json,"
	    " '$.address'), '') FROM audit a JOIN (SELECT DISTINCT"
	    "  CONCAT(f.contact_name, '\n', f.contact_email) AS said"
	    "  FROM form_entry f LEFT JOIN visit v"
	    "  ON v.company_id = f.company_id AND v.id = f.visit_id"
	    "  WHERE f.company_id = ? AND (f.contact_e164 IN"
	    "  (SELECT e164 FROM person_caller WHERE company_id = ?"
	    "   AND person_id = ?) OR v.visitor_id IN (SELECT visitor_id"
	    "   FROM person_visitor WHERE company_id = ? AND person_id = ?)))"
	    " AS s WHERE a.company_id = ? AND a.action = 'forms.export'";
	struct said row = { .e164 = "" };
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	for (int i = 0; i < 2; i++) {
		stmt_in_id(st, company.v);
		stmt_in_id(st, person.v);
	}
	stmt_in_id(st, company.v);
	stmt_out_id(st, row.id);
	stmt_out_slice(st, mem, TEXT_MAX, &row.name);
	stmt_out_slice(st, mem, TEXT_MAX, &row.query);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

static enum err erase_searched(struct db *db, const char *sql,
    struct company_id company, struct person_id person, struct arena *mem)
{
	struct said *rows = NULL;
	size_t n = 0;
	enum err e = find_searched(db, company, person, mem, &rows, &n);

	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct slice email = rows[i].name, name;

		(void)slice_cut(&email, '\n', &name);
		if ((name.n > 0 && searches(rows[i].query, name)) ||
		    (email.n > 0 && searches(rows[i].query, email)))
			e = change(db, sql, company, rows[i].id);
	}
	return e;
}

enum err db_person_said_erase(struct db *db, struct company_id company,
    struct person_id person)
{
	static const char views[] =
	    "SELECT v.id, v.name, v.query, x.e164 FROM saved_view v"
	    " JOIN person_caller x ON x.company_id = v.company_id"
	    " WHERE v.company_id = ? AND x.person_id = ?";
	static const char drop_view[] =
	    "DELETE FROM saved_view WHERE company_id = ? AND id = ?";
	static const char exports[] =
	    "SELECT a.id, '', COALESCE(JSON_VALUE(a.after_json,"
	    " '$.address'), ''), x.e164 FROM audit a"
	    " JOIN person_caller x ON x.company_id = a.company_id"
	    " WHERE a.company_id = ? AND x.person_id = ?"
	    " AND a.action IN ('calls.export', 'forms.export')";
	static const char blank_export[] =
	    "UPDATE audit SET after_json = JSON_REPLACE(after_json,"
	    " '$.address', NULL) WHERE company_id = ? AND id = ?";
	struct arena mem;
	enum err e;

	arena_init(&mem, FOUND_MAX_BYTES);
	e = erase(db, views, drop_view, company, person, &mem);
	if (e == ERR_OK)
		e = erase(db, exports, blank_export, company, person, &mem);
	if (e == ERR_OK)
		e = erase_searched(db, blank_export, company, person, &mem);
	if (e == ERR_OK)
		e = forget_answers(db, company, person, &mem);
	arena_fini(&mem);
	return e;
}
