#include "lib/db/db_forget_again.h"

#include "lib/db/db_blank.h"
#include "lib/db/db_call_hold.h"
#include "lib/db/db_keyed.h"
#include "lib/db/stmt.h"

/* A company that is due, and how far it is done. */
struct due {
	struct company_id company;
	uint8_t done[ID_BYTES];
};

struct seen {
	uint8_t id[ID_BYTES];
	bool blank;
};

static enum err next_due(struct db *db, struct due *out)
{
	static const char sql[] =
	    "SELECT company_id, done_id FROM forget_again"
	    " ORDER BY company_id LIMIT 1";
	struct due row;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_out_id(st, row.company.v);
	stmt_out_id(st, row.done);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = row;
	return e;
}

/* Calls and forms share their ids, which begin with the time they were made. */
static enum err look(struct db *db, const struct due *d, uint32_t max,
    struct arena *mem, struct seen **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT i.id, COALESCE(p.state = 'closed' AND p.caller_e164 = ''"
	    " AND p.caller_raw = '', JSON_LENGTH(f.fields) = 0 AND f.page_url = ''"
	    " AND f.contact_name = '' AND f.contact_email = ''"
	    " AND f.contact_e164 = '' AND i.note IS NULL, FALSE)"
	    " FROM interaction i LEFT JOIN phone_call p"
	    " ON p.company_id = i.company_id AND p.id = i.id"
	    " LEFT JOIN form_entry f"
	    " ON f.company_id = i.company_id AND f.id = i.id"
	    " WHERE i.company_id = ? AND i.id > ? ORDER BY i.id LIMIT ?";
	struct seen row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, d->company.v);
	stmt_in_id(st, d->done);
	stmt_in_u64(st, max);
	stmt_out_id(st, row.id);
	stmt_out_bool(st, &row.blank);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

/* In the order of db_call_hold.h. */
static enum err forget(struct db *db, struct company_id company,
    const uint8_t id[ID_BYTES])
{
	static const char *const sqls[] = {
		DB_KEYED_FORGET " AND call_id = ?",
		"UPDATE audit a" BLANK_AUDIT_SET
		" WHERE a.company_id = ? AND a.object_id = ?",
		BLANK_TOLD BLANK_TOLD_SET
		" WHERE w.company_id = ? AND d.object_id = ?",
	};
	enum err e = db_call_hold(db, company, id);

	for (size_t i = 0; e == ERR_OK && i < RT_ARRAY_LEN(sqls); i++)
		e = stmt_exec_of(db, sqls[i], company, id);
	return e;
}

static enum err forget_all(struct db *db, struct company_id company,
    const struct seen *rows, size_t n)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		if (!rows[i].blank)
			continue;
		if ((e = db_begin(db)) == ERR_OK)
			e = db_end(db, forget(db, company, rows[i].id));
	}
	return e;
}

static enum err keep_place(struct db *db, struct company_id company,
    const uint8_t last[ID_BYTES])
{
	static const char sql[] =
	    "UPDATE forget_again SET done_id = ? WHERE company_id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, last);
	stmt_in_id(st, company.v);
	return stmt_exec(st, NULL);
}

static enum err conclude(struct db *db, struct company_id company)
{
	static const char sql[] =
	    "DELETE FROM forget_again WHERE company_id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	return stmt_exec(st, NULL);
}

enum err db_forget_again(struct db *db, uint32_t max, struct arena *mem,
    size_t *n)
{
	struct seen *rows = NULL;
	struct due d;
	size_t some = 0;
	enum err e = next_due(db, &d);

	if (e == ERR_NOTFOUND) {
		*n = 0;
		return ERR_OK;
	}
	if (e != ERR_OK || (e = look(db, &d, max, mem, &rows, &some)) != ERR_OK)
		return e;
	e = forget_all(db, d.company, rows, some);
	if (e == ERR_OK)
		e = some < max ? conclude(db, d.company)
			       : keep_place(db, d.company, rows[some - 1].id);
	if (e == ERR_OK)
		*n = max; /* another company may be due */
	return e;
}
