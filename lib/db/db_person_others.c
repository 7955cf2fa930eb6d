#include "lib/db/db_person_others.h"

#include "lib/core/saysnum.h"
#include "lib/db/db_blank.h"
#include "lib/db/db_form.h"
#include "lib/db/stmt.h"

#define TEXT_MAX    ((size_t)65535)   /* of a column */
#define WINDOW      ((size_t)512)     /* of a text, as saysname.h looks at it */
#define FIELDS_MOST 200               /* that a form has */
#define ONE_MAX     ((size_t)8 << 20) /* bytes of all that one form says */

struct phone {
	char e164[DB_E164_BYTES];
};

/* Whom it may name. */
struct person {
	const struct db_person_names *names;
	struct phone *phones;
	size_t n_phones;
};

struct form {
	uint8_t id[ID_BYTES];
	struct slice name, email, page, note;
	uint64_t n_fields;
};

struct field {
	uint64_t at;
	struct slice name, value;
};

static enum err find_phones(struct db *db, struct company_id company,
    struct person_id person, struct arena *mem, struct person *out)
{
	static const char sql[] =
	    "SELECT e164 FROM person_caller"
	    " WHERE company_id = ? AND person_id = ?";
	struct phone row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, person.v);
	stmt_out_text(st, row.e164, sizeof(row.e164));
	return stmt_all(st, mem, &row, sizeof(row), &out->phones,
	    &out->n_phones);
}

static enum err find_forms(struct db *db, struct company_id company,
    struct person_id person, struct arena *mem, struct form **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT f.id, f.contact_name, f.contact_email, f.page_url,"
	    " COALESCE(i.note, ''), COALESCE(JSON_LENGTH(f.fields), 0)"
	    " FROM person_caller x JOIN form_entry f"
	    " ON f.company_id = x.company_id AND f.contact_e164 = x.e164"
	    " JOIN visit v"
	    " ON v.company_id = f.company_id AND v.id = f.visit_id"
	    " JOIN interaction i ON i.company_id = f.company_id AND i.id = f.id"
	    " WHERE x.company_id = ? AND x.person_id = ? AND NOT EXISTS"
	    " (SELECT 1 FROM person_visitor y WHERE y.company_id = x.company_id"
	    " AND y.person_id = x.person_id AND y.visitor_id = v.visitor_id)";
	struct form row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, person.v);
	stmt_out_id(st, row.id);
	stmt_out_slice(st, mem, TEXT_MAX, &row.name);
	stmt_out_slice(st, mem, TEXT_MAX, &row.email);
	stmt_out_slice(st, mem, TEXT_MAX, &row.page);
	stmt_out_slice(st, mem, TEXT_MAX, &row.note);
	stmt_out_u64(st, &row.n_fields);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

/* --- what names them -------------------------------------------------------*/

static bool says_number(const struct person *p, struct slice text)
{
	for (size_t i = 0; i < p->n_phones; i++)
		if (saysnum_text(text, slice_from(p->phones[i].e164)))
			return true;
	return false;
}

/* A long text is looked at window by window. */
static bool says(const struct person *p, struct slice text)
{
	if (says_number(p, text))
		return true;
	for (;;) {
		if (db_person_names_in_answer(p->names,
			slice_head(text, WINDOW)))
			return true;
		if (text.n <= WINDOW)
			return false;
		text = slice_skip(text, WINDOW / 2);
	}
}

static bool page_says(const struct person *p, struct slice page)
{
	struct slice path;

	if (slice_find(page, '?', 0) == page.n)
		return false;
	(void)slice_cut(&page, '?', &path);
	for (size_t i = 0; i < p->n_phones; i++)
		if (saysnum_query(page, slice_from(p->phones[i].e164)))
			return true;
	return db_person_names_in_query(p->names, page);
}

/* --- taking it out ---------------------------------------------------------*/

static enum err blank_contact(struct db *db, struct company_id company,
    const struct person *p, const struct form *f)
{
	static const char sql[] =
	    "UPDATE form_entry SET contact_e164 = '',"
	    " contact_name = IF(?, '', contact_name),"
	    " contact_email = IF(?, '', contact_email),"
	    " page_url = IF(?, SUBSTRING_INDEX(page_url, '?', 1), page_url)"
	    " WHERE company_id = ? AND id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_bool(st, says(p, f->name));
	stmt_in_bool(st, says(p, f->email));
	stmt_in_bool(st, page_says(p, f->page));
	stmt_in_id(st, company.v);
	stmt_in_id(st, f->id);
	return stmt_exec(st, NULL);
}

static enum err read_field(struct db *db, struct company_id company,
    const struct form *f, struct arena *mem, struct field *out)
{
	static const char sql[] =
	    "SELECT COALESCE(CAST(JSON_UNQUOTE(JSON_EXTRACT(fields,"
	    " CONCAT('$[', ?, '][0]'))) AS CHAR), ''),"
	    " COALESCE(CAST(JSON_UNQUOTE(JSON_EXTRACT(fields,"
	    " CONCAT('$[', ?, '][1]'))) AS CHAR), '')"
	    " FROM form_entry WHERE company_id = ? AND id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_u64(st, out->at);
	stmt_in_u64(st, out->at);
	stmt_in_id(st, company.v);
	stmt_in_id(st, f->id);
	stmt_out_slice(st, mem, DB_FORM_FIELDS_MAX, &out->name);
	stmt_out_slice(st, mem, DB_FORM_FIELDS_MAX, &out->value);
	return stmt_one(st);
}

/* part: '0' its name, '1' what was written there. */
static enum err blank_part(struct db *db, struct company_id company,
    const struct form *f, const struct field *field, char part)
{
	static const char sql[] =
	    "UPDATE form_entry SET fields = JSON_REPLACE(fields,"
	    " CONCAT('$[', ?, '][', ?, ']'), '')"
	    " WHERE company_id = ? AND id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_u64(st, field->at);
	stmt_in_text(st, slice_of(&part, 1));
	stmt_in_id(st, company.v);
	stmt_in_id(st, f->id);
	return stmt_exec(st, NULL);
}

static enum err blank_fields(struct db *db, struct company_id company,
    const struct person *p, const struct form *f, struct arena *mem)
{
	enum err e = ERR_OK;

	for (uint64_t i = 0; e == ERR_OK && i < f->n_fields && i < FIELDS_MOST;
	     i++) {
		struct field field = { .at = i };

		e = read_field(db, company, f, mem, &field);
		if (e == ERR_OK && says_number(p, field.name))
			e = blank_part(db, company, f, &field, '0');
		if (e == ERR_OK && says(p, field.value))
			e = blank_part(db, company, f, &field, '1');
	}
	return e;
}

/* What was written about it, and what was told. */
static enum err blank_said(struct db *db, struct company_id company,
    const struct person *p, const struct form *f)
{
	static const char note_sql[] =
	    "UPDATE interaction SET note = NULL"
	    " WHERE company_id = ? AND id = ?";
	static const char told_sql[] = BLANK_TOLD BLANK_TOLD_SET
	    " WHERE w.company_id = ? AND d.object_id = ?";
	enum err e = ERR_OK;

	if (f->note.n > 0 && says(p, f->note))
		e = stmt_exec_of(db, note_sql, company, f->id);
	return e == ERR_OK ? stmt_exec_of(db, told_sql, company, f->id) : e;
}

/* A note that somebody wrote over is in the audit log. */
struct wrote {
	uint8_t id[ID_BYTES];
	struct slice before, after;
};

static enum err blank_audit(struct db *db, struct company_id company,
    const struct person *p, const struct form *f, struct arena *mem)
{
	static const char find_sql[] =
	    "SELECT id, COALESCE(CAST(JSON_VALUE(before_json, '$.note')"
	    " AS CHAR), ''), COALESCE(CAST(JSON_VALUE(after_json, '$.note')"
	    " AS CHAR), '') FROM audit WHERE company_id = ? AND object_id = ?";
	static const char sql[] = "UPDATE audit a" BLANK_AUDIT_SET
				  " WHERE a.company_id = ? AND a.id = ?";
	struct wrote *rows = NULL, row;
	struct stmt *st = stmt_begin(db, find_sql);
	size_t n = 0;
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, f->id);
	stmt_out_id(st, row.id);
	stmt_out_slice(st, mem, TEXT_MAX, &row.before);
	stmt_out_slice(st, mem, TEXT_MAX, &row.after);
	e = stmt_all(st, mem, &row, sizeof(row), &rows, &n);
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		if (!says(p, rows[i].before) && !says(p, rows[i].after))
			continue;
		st = stmt_begin(db, sql);
		stmt_in_id(st, company.v);
		stmt_in_id(st, rows[i].id);
		e = stmt_exec(st, NULL);
	}
	return e;
}

static enum err erase_form(struct db *db, struct company_id company,
    const struct person *p, const struct form *f)
{
	struct arena mem;
	enum err e;

	arena_init(&mem, ONE_MAX);
	if ((e = blank_fields(db, company, p, f, &mem)) == ERR_OK &&
	    (e = blank_contact(db, company, p, f)) == ERR_OK &&
	    (e = blank_audit(db, company, p, f, &mem)) == ERR_OK)
		e = blank_said(db, company, p, f);
	arena_fini(&mem);
	return e;
}

enum err db_person_others_erase(struct db *db, struct company_id company,
    struct person_id person, const struct db_person_names *names,
    struct arena *mem, uint64_t *forms)
{
	struct person p = { .names = names };
	struct form *rows = NULL;
	size_t n = 0;
	enum err e;

	if ((e = find_phones(db, company, person, mem, &p)) != ERR_OK ||
	    (e = find_forms(db, company, person, mem, &rows, &n)) != ERR_OK)
		return e;
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		e = erase_form(db, company, &p, &rows[i]);
	*forms = n;
	return e;
}
