#include "lib/db/db_person_said.h"

#include "lib/base/arena.h"
#include "lib/base/utf8.h"
#include "lib/core/saysnum.h"
#include "lib/core/urlq.h"
#include "lib/db/stmt.h"

#define FOUND_MAX_BYTES ((size_t)64 << 20)
#define TEXT_MAX        ((size_t)16384)
#define SEARCH_MAX      1024 /* bytes of what was searched */
#define WORDS_MAX       (SEARCH_MAX + 2)
#define SEARCH_LEAST    3 /* less than that names nobody */

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

/* --- searched by name ------------------------------------------------------
 */

/* The words of s with one blank around each; what is no letter parts them. */
static void words(struct slice s, struct buf *out)
{
	buf_char(out, ' ');
	for (size_t i = 0; i < s.n; i++) {
		const unsigned char c = (unsigned char)s.p[i];
		const bool letter = c >= 0x80 || (c >= '0' && c <= '9') ||
				    ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');

		if (letter)
			buf_char(out, s.p[i]);
		else if (out->p[out->n - 1] != ' ')
			buf_char(out, ' ');
	}
	if (out->p[out->n - 1] != ' ')
		buf_char(out, ' ');
}

/* As words: "Lee" is in "Ask Lee!" and not in "Sleep". */
static bool says(struct slice text, struct slice name)
{
	char mem[2][WORDS_MAX];
	struct buf all, part;

	buf_over(&all, mem[0], sizeof(mem[0]));
	buf_over(&part, mem[1], sizeof(mem[1]));
	words(slice_head(text, text.n < SEARCH_MAX ? text.n : SEARCH_MAX),
	    &all);
	words(slice_head(name, name.n < SEARCH_MAX ? name.n : SEARCH_MAX),
	    &part);
	return part.n > 1 && utf8_has_case(buf_slice(&all), buf_slice(&part));
}

/* Calls and forms are searched by name and address, too: a part of it or all.
 */
static bool searches(struct slice query, struct slice said)
{
	struct slice name, value;
	char mem[SEARCH_MAX];
	struct buf b;

	while (urlq_next(&query, &name, &value)) {
		if (!slice_eq_cstr(name, "q") && !slice_eq_cstr(name, "search"))
			continue;
		buf_over(&b, mem, sizeof(mem));
		urlq_decode(slice_head(value, value.n < SEARCH_MAX / 3
						  ? value.n
						  : SEARCH_MAX / 3),
		    &b);
		value = slice_trim(buf_slice(&b));
		if (value.n >= SEARCH_LEAST &&
		    (utf8_has_case(said, value) || says(value, said)))
			return true;
	}
	return false;
}

/* "name\nmail address" of each form, "name\n" of each caller of the person. */
static enum err find_names(struct db *db, struct company_id company,
    struct person_id person, struct arena *mem, struct slice **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT CONCAT(f.contact_name, '\n', f.contact_email)"
	    " FROM form_entry f LEFT JOIN visit v"
	    " ON v.company_id = f.company_id AND v.id = f.visit_id"
	    " WHERE f.company_id = ? AND (f.contact_e164 IN"
	    " (SELECT e164 FROM person_caller WHERE company_id = ?"
	    "  AND person_id = ?) OR v.visitor_id IN (SELECT visitor_id"
	    "  FROM person_visitor WHERE company_id = ? AND person_id = ?))"
	    " UNION SELECT CONCAT(p.caller_name, '\n') FROM phone_call p"
	    " JOIN person_caller x ON x.company_id = p.company_id"
	    " AND x.e164 = p.caller_e164"
	    " WHERE x.company_id = ? AND x.person_id = ?";
	struct slice row = SLICE("");
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	for (int i = 0; i < 3; i++) {
		stmt_in_id(st, company.v);
		stmt_in_id(st, person.v);
	}
	stmt_out_slice(st, mem, TEXT_MAX, &row);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

static bool names_one_of(const struct said *s, const struct slice *names,
    size_t n)
{
	struct slice query = s->query, path, part[2];

	if (slice_find(query, '?', 0) != query.n)
		(void)slice_cut(&query, '?', &path);
	for (size_t i = 0; i < n; i++) {
		part[1] = names[i];
		(void)slice_cut(&part[1], '\n', &part[0]);
		for (size_t k = 0; k < RT_ARRAY_LEN(part); k++)
			if (part[k].n >= SEARCH_LEAST &&
			    (says(s->name, part[k]) ||
				searches(query, part[k])))
				return true;
	}
	return false;
}

/* Whatever find_sql finds that says one of the names, is changed by sql. */
static enum err erase_searched(struct db *db, const char *find_sql,
    const char *sql, struct company_id company, struct person_id person,
    struct arena *mem)
{
	struct slice *names = NULL;
	struct said *rows = NULL, row = { .e164 = "" };
	size_t n_names = 0, n = 0;
	struct stmt *st;
	enum err e = find_names(db, company, person, mem, &names, &n_names);

	if (e != ERR_OK)
		return e;
	st = stmt_begin(db, find_sql);
	stmt_in_id(st, company.v);
	stmt_out_id(st, row.id);
	stmt_out_slice(st, mem, TEXT_MAX, &row.name);
	stmt_out_slice(st, mem, TEXT_MAX, &row.query);
	e = stmt_all(st, mem, &row, sizeof(row), &rows, &n);
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		if (names_one_of(&rows[i], names, n_names))
			e = change(db, sql, company, rows[i].id);
	return e;
}

enum err db_person_said_erase(struct db *db, struct company_id company,
    struct person_id person)
{
	static const char views[] =
	    "SELECT v.id, v.name, v.query, x.e164 FROM saved_view v"
	    " JOIN person_caller x ON x.company_id = v.company_id"
	    " WHERE v.company_id = ? AND x.person_id = ?";
	static const char all_views[] =
	    "SELECT id, name, query FROM saved_view WHERE company_id = ?";
	static const char drop_view[] =
	    "DELETE FROM saved_view WHERE company_id = ? AND id = ?";
	static const char exports[] =
	    "SELECT a.id, '', COALESCE(JSON_VALUE(a.after_json,"
	    " '$.address'), ''), x.e164 FROM audit a"
	    " JOIN person_caller x ON x.company_id = a.company_id"
	    " WHERE a.company_id = ? AND x.person_id = ?"
	    " AND a.action IN ('calls.export', 'forms.export')";
	static const char all_exports[] =
	    "SELECT id, '', COALESCE(JSON_VALUE(after_json, '$.address'), '')"
	    " FROM audit WHERE company_id = ?"
	    " AND action IN ('calls.export', 'forms.export')";
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
		e = erase_searched(db, all_views, drop_view, company, person,
		    &mem);
	if (e == ERR_OK)
		e = erase_searched(db, all_exports, blank_export, company,
		    person, &mem);
	if (e == ERR_OK)
		e = forget_answers(db, company, person, &mem);
	arena_fini(&mem);
	return e;
}
