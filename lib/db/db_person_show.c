#include "lib/db/db_person_show.h"

#include <stddef.h>

#include "lib/db/db_keyed.h"
#include "lib/db/stmt.h"

static enum err about(struct db *db, const char *sql, struct company_id company,
    const uint8_t id[ID_BYTES], struct person_about *out)
{
	struct person_about a;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, id);
	stmt_out_text(st, a.e164, sizeof(a.e164));
	stmt_out_id(st, a.visitor.v);
	stmt_out_u32(st, &a.probability_bp);
	stmt_out_bool(st, &a.says);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = a;
	return e;
}

enum err db_person_show_call(struct db *db, struct company_id company,
    struct call_id call, struct person_about *out)
{
	static const char sql[] =
	    "SELECT p.caller_e164, v.visitor_id, i.probability_bp,"
	    " p.caller_e164 <> '' OR p.caller_raw <> ''"
	    " OR p.caller_name <> '' OR i.note IS NOT NULL"
	    " OR EXISTS (SELECT 1 FROM recording r"
	    "  WHERE r.company_id = p.company_id AND r.call_id = p.id"
	    "  AND r.state IN ('pending', 'ready', 'failed'))"
	    " OR EXISTS (SELECT 1 FROM call_event e"
	    "  WHERE e.company_id = p.company_id AND e.call_id = p.id"
	    "  AND " DB_KEYED_SAYS
	    ")"
	    " FROM phone_call p JOIN interaction i"
	    " ON i.company_id = p.company_id AND i.id = p.id"
	    " LEFT JOIN visit v ON v.company_id = i.company_id"
	    " AND v.id = i.visit_id AND i.attributed_by = 'visit'"
	    " WHERE p.company_id = ? AND p.id = ?";

	return about(db, sql, company, call.v, out);
}

enum err db_person_show_form(struct db *db, struct company_id company,
    struct form_id form, struct person_about *out)
{
	static const char sql[] =
	    "SELECT f.contact_e164, v.visitor_id, 10000,"
	    " JSON_LENGTH(f.fields) > 0 OR f.page_url <> ''"
	    " OR f.contact_name <> '' OR f.contact_email <> ''"
	    " OR f.contact_e164 <> '' OR i.note IS NOT NULL"
	    " FROM form_entry f JOIN interaction i"
	    " ON i.company_id = f.company_id AND i.id = f.id"
	    " LEFT JOIN visit v"
	    " ON v.company_id = f.company_id AND v.id = f.visit_id"
	    " WHERE f.company_id = ? AND f.id = ?";

	return about(db, sql, company, form.v, out);
}

enum person_whose db_person_show_whose(const struct person_about *a,
    bool is_call, bool assigned, struct person_key *out)
{
	*out = (struct person_key){ .e164 = SLICE("") };
	if (!is_call && !id_is_nil(a->visitor.v))
		out->visitor = a->visitor;
	else if (is_call || assigned)
		out->e164 = slice_from(a->e164);
	if (out->e164.n > 0 || !id_is_nil(out->visitor.v))
		return PERSON_KNOWN;
	return a->says ? PERSON_ALONE : PERSON_NOBODY;
}

enum err db_person_show_mail(struct db *db, struct company_id company,
    struct slice email, struct arena *mem, struct form_id **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT id FROM form_entry WHERE company_id = ?"
	    " AND contact_email <> '' AND LOWER(contact_email) = LOWER(?)"
	    " ORDER BY id";
	struct form_id row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_text(st, email);
	stmt_out_id(st, row.v);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

static void in_key(struct stmt *st, const struct person_key *key)
{
	if (key->e164.n > 0)
		stmt_in_text(st, key->e164);
	else
		stmt_in_id(st, key->visitor.v);
}

enum err db_person_show_use(struct db *db, struct company_id company,
    const struct person_key *key, struct person_use *out)
{
	static const char phone_sql[] =
	    "SELECT COUNT(*), MIN(started_at), MAX(started_at)"
	    " FROM phone_call WHERE company_id = ? AND caller_e164 = ?";
	static const char browser_sql[] =
	    "SELECT COUNT(*), MIN(started_at), MAX(seen_at)"
	    " FROM visit WHERE company_id = ? AND visitor_id = ?";
	struct person_use u;
	struct stmt *st =
	    stmt_begin(db, key->e164.n > 0 ? phone_sql : browser_sql);
	enum err e;

	stmt_in_id(st, company.v);
	in_key(st, key);
	stmt_out_u64(st, &u.times);
	stmt_out_time_us(st, &u.first_us);
	stmt_out_time_us(st, &u.last_us);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = u;
	return e;
}

/* --- what an erasure takes -------------------------------------------------*/

#define ALL_PHONES                                \
	" (SELECT e164 FROM person_caller"        \
	" WHERE company_id = ? AND person_id = ?" \
	" UNION SELECT ?) x"
#define ALL_BROWSERS                              \
	" (SELECT visitor_id FROM person_visitor" \
	" WHERE company_id = ? AND person_id = ?" \
	" UNION SELECT ?) y"

#define NAMED                                           \
	"SELECT COUNT(*) FROM" ALL_PHONES               \
	" JOIN form_entry f"                            \
	" ON f.contact_e164 = x.e164 LEFT JOIN visit v" \
	" ON v.company_id = f.company_id AND v.id = f.visit_id"

static const struct would {
	const char *sql;
	bool phones, browsers; /* what it is asked with, then the company */
	size_t at;             /* in struct person_would */
} woulds[] = {
	{ "SELECT COUNT(*) FROM" ALL_PHONES
	  " JOIN phone_call p ON p.caller_e164 = x.e164"
	  " WHERE p.company_id = ?",
	    true, false, offsetof(struct person_would, calls) },
	{ "SELECT COUNT(*) FROM" ALL_BROWSERS
	  " JOIN visit v ON v.visitor_id = y.visitor_id"
	  " WHERE v.company_id = ?",
	    false, true, offsetof(struct person_would, visits) },
	{ "SELECT COUNT(*) FROM" ALL_BROWSERS
	  " JOIN visit v ON v.visitor_id = y.visitor_id"
	  " JOIN form_entry f"
	  " ON f.company_id = v.company_id AND f.visit_id = v.id"
	  " WHERE v.company_id = ?",
	    false, true, offsetof(struct person_would, forms) },
	{ NAMED " WHERE v.id IS NULL AND f.company_id = ?", true, false,
	    offsetof(struct person_would, forms) },
	{ NAMED " LEFT JOIN" ALL_BROWSERS " ON y.visitor_id = v.visitor_id"
		" WHERE v.id IS NOT NULL AND y.visitor_id IS NULL"
		" AND f.company_id = ?",
	    true, true, offsetof(struct person_would, others) },
};

/* Of no telephone and of no browser. */
#define NO_PHONE "-"
static const uint8_t no_browser[ID_BYTES] = "no browser has ";

static enum err would_one(struct db *db, const struct would *w,
    struct company_id company, struct person_id person,
    const struct person_key *key, struct person_would *out)
{
	const bool is_phone = key->e164.n > 0;
	struct stmt *st = stmt_begin(db, w->sql);
	uint64_t n = 0;
	enum err e;

	if (w->phones) {
		stmt_in_id(st, company.v);
		stmt_in_id(st, person.v);
		stmt_in_text(st, is_phone ? key->e164 : SLICE(NO_PHONE));
	}
	if (w->browsers) {
		stmt_in_id(st, company.v);
		stmt_in_id(st, person.v);
		stmt_in_id(st, is_phone ? no_browser : key->visitor.v);
	}
	stmt_in_id(st, company.v);
	stmt_out_u64(st, &n);
	e = stmt_one(st);
	*(uint64_t *)(void *)((char *)out + w->at) += n;
	return e;
}

enum err db_person_show_would(struct db *db, struct company_id company,
    const struct person_key *key, struct person_would *out)
{
	struct person_would sums = { 0 };
	struct person_id person = { { 0 } };
	enum err e = db_person_of(db, company, key, &person);

	if (e == ERR_NOTFOUND)
		e = ERR_OK;
	for (size_t i = 0; e == ERR_OK && i < RT_ARRAY_LEN(woulds); i++)
		e = would_one(db, &woulds[i], company, person, key, &sums);
	if (e == ERR_OK)
		*out = sums;
	return e;
}

/* Parameters: company, key, company, key, how many. The first column is the
 * enum person_deed. */
static const char phone_acts_sql[] =
    "SELECT 0, p.id, p.started_at, i.source, i.medium, i.campaign, p.result"
    " FROM phone_call p JOIN interaction i"
    " ON i.company_id = p.company_id AND i.id = p.id"
    " WHERE p.company_id = ? AND p.caller_e164 = ?"
    " UNION ALL SELECT 2, f.id, f.submitted_at, i.source, i.medium,"
    " i.campaign, f.form_name FROM form_entry f JOIN interaction i"
    " ON i.company_id = f.company_id AND i.id = f.id"
    " WHERE f.company_id = ? AND f.contact_e164 = ?"
    " ORDER BY 3 DESC LIMIT ?";

static const char browser_acts_sql[] =
    "SELECT 1, v.id, v.started_at, v.source, v.medium, v.campaign,"
    " v.page_views FROM visit v"
    " WHERE v.company_id = ? AND v.visitor_id = ?"
    " UNION ALL SELECT 2, f.id, f.submitted_at, i.source, i.medium,"
    " i.campaign, f.form_name FROM form_entry f JOIN visit v"
    " ON v.company_id = f.company_id AND v.id = f.visit_id"
    " JOIN interaction i ON i.company_id = f.company_id AND i.id = f.id"
    " WHERE f.company_id = ? AND v.visitor_id = ?"
    " ORDER BY 3 DESC LIMIT ?";

enum err db_person_show_acts(struct db *db, struct company_id company,
    const struct person_key *key, uint32_t max, struct arena *mem,
    struct person_act **rows, size_t *n)
{
	struct person_act row;
	struct stmt *st =
	    stmt_begin(db, key->e164.n > 0 ? phone_acts_sql : browser_acts_sql);

	for (int i = 0; i < 2; i++) {
		stmt_in_id(st, company.v);
		in_key(st, key);
	}
	stmt_in_u64(st, max);
	stmt_out_u32(st, &row.deed);
	stmt_out_id(st, row.id);
	stmt_out_time_us(st, &row.at_us);
	stmt_out_text(st, row.source, sizeof(row.source));
	stmt_out_text(st, row.medium, sizeof(row.medium));
	stmt_out_text(st, row.campaign, sizeof(row.campaign));
	stmt_out_text(st, row.detail, sizeof(row.detail));
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}
