#include "lib/db/db_person_names.h"

#include "lib/core/saysname.h"
#include "lib/db/db_person_said.h"
#include "lib/db/stmt.h"

#define SAID_MAX ((size_t)16384)

/* What carriers say of many ("WIRELESS CALLER", a city) is nobody's name: with
 * those a filter stays, as what it says stays in the calls of others; beside a
 * call without a telephone others without one are others ("Anonymous"). */
enum err db_person_names_find(struct db *db, struct company_id company,
    struct person_id person, struct arena *mem, struct db_person_names *out)
{
	static const char sql[] =
	    "WITH tel AS (SELECT e164 FROM person_caller"
	    "  WHERE company_id = ? AND person_id = ?),"
	    " form AS (SELECT f.contact_name, f.contact_email"
	    "  FROM form_entry f LEFT JOIN visit v"
	    "  ON v.company_id = f.company_id AND v.id = f.visit_id"
	    "  WHERE f.company_id = ? AND ((v.id IS NULL AND f.contact_e164 IN"
	    "  (SELECT e164 FROM tel)) OR v.visitor_id IN"
	    "  (SELECT visitor_id FROM person_visitor"
	    "   WHERE company_id = ? AND person_id = ?)))"
	    " SELECT said, MIN(shared) FROM ("
	    "SELECT n.caller_name AS said, EXISTS (SELECT 1 FROM phone_call o"
	    "  WHERE o.company_id = ? AND o.caller_name = n.caller_name"
	    "  AND (o.caller_e164 <> '' OR EXISTS (SELECT 1 FROM tel"
	    "  WHERE e164 LIKE '" DB_PERSON_STAND_IN
	    "%'))"
	    "  AND o.caller_e164 NOT IN"
	    "  (SELECT e164 FROM tel)) AS shared FROM (SELECT DISTINCT"
	    "  p.caller_name FROM phone_call p JOIN tel ON p.company_id = ?"
	    "  AND p.caller_e164 = tel.e164) AS n"
	    " UNION ALL SELECT contact_name, 0 FROM form"
	    " UNION ALL SELECT contact_email, 0 FROM form) AS x"
	    " WHERE said <> '' GROUP BY said";
	struct db_person_named row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, person.v);
	stmt_in_id(st, company.v);
	stmt_in_id(st, company.v);
	stmt_in_id(st, person.v);
	stmt_in_id(st, company.v);
	stmt_in_id(st, company.v);
	stmt_out_slice(st, mem, SAID_MAX, &row.said);
	stmt_out_bool(st, &row.shared);
	return stmt_all(st, mem, &row, sizeof(row), &out->rows, &out->n);
}

typedef bool says_fn(struct slice text, struct slice name);

static bool any_in(const struct db_person_names *names, struct slice text,
    says_fn *says)
{
	for (size_t i = 0; i < names->n; i++)
		if (!names->rows[i].shared && says(text, names->rows[i].said))
			return true;
	return false;
}

bool db_person_names_in_text(const struct db_person_names *names,
    struct slice text)
{
	return any_in(names, text, saysname_text);
}

bool db_person_names_in_answer(const struct db_person_names *names,
    struct slice text)
{
	return any_in(names, text, saysname_answer);
}

bool db_person_names_in_query(const struct db_person_names *names,
    struct slice query)
{
	return any_in(names, query, saysname_query);
}
