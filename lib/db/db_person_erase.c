#include "lib/db/db_person_erase.h"

#include <stddef.h>

#include "lib/db/db_blank.h"
#include "lib/db/db_keyed.h"
#include "lib/db/db_person_said.h"
#include "lib/db/db_visit_erased.h"
#include "lib/db/stmt.h"

#define VISITS_OF                                                         \
	" (SELECT v.id FROM visit v JOIN person_visitor x"                \
	" ON x.company_id = v.company_id AND x.visitor_id = v.visitor_id" \
	" WHERE x.company_id = ? AND x.person_id = ?)"

#define CALLERS_OF                                              \
	" (SELECT e164 FROM person_caller WHERE company_id = ?" \
	" AND person_id = ?)"

/* Of the calls of a person's telephones, and no others. */
#define CALLS_OF                                                     \
	" (SELECT p.id FROM phone_call p JOIN person_caller x"       \
	" ON x.company_id = p.company_id AND x.e164 = p.caller_e164" \
	" WHERE x.company_id = ? AND x.person_id = ?)"

#define BLANK_FORM                                            \
	"UPDATE form_entry SET fields = '[]', page_url = ''," \
	" contact_name = '', contact_email = '', contact_e164 = ''"

/* By the hooks, as deliveries are found by hook and object. */
#define BLANK_TOLD_OF  \
	BLANK_TOLD_SET \
	" WHERE w.company_id = ? AND x.company_id = ? AND x.person_id = ?"

#define BLANK_AUDIT     \
	BLANK_AUDIT_SET \
	" WHERE a.company_id = ? AND x.company_id = ? AND x.person_id = ?"

/* What an advertising platform was told stays there; here it is a sum from now
 * on, and in no file any more. */
#define BLANK_CLICK            \
	" SET c.click_id = ''" \
	" WHERE c.company_id = ? AND x.company_id = ? AND x.person_id = ?"

/* Mails about a call that are not sent yet, or were given up, name the caller
 * as a link that can be dialled; their keys do not lead to the call. */
#define MAIL_OF_CALLER " AND j.payload LIKE CONCAT('%\"tel:', x.e164, '\"%')"

/* From whom they were parted (db_person_apart.h). */
#define FORGET_APART(which, table, part)                           \
	"DELETE FROM person_apart WHERE company_id = ? AND " which \
	" IN"                                                      \
	" (SELECT " part " FROM " table                            \
	" x WHERE x.company_id = ?"                                \
	" AND x.person_id = ?)"

#define NOT_COUNTED SIZE_MAX
#define COUNTED(m)  offsetof(struct person_erased, m)

/* Parameters of each: company, company, person. In this order: the links go
 * last, as the others are found by them, and the caller's number goes after
 * what is found by it. */
static const struct step {
	const char *sql;
	size_t count; /* where in struct person_erased */
} steps[] = {
	{ "UPDATE interaction SET note = NULL"
	  " WHERE company_id = ? AND id IN"
	  " (SELECT f.id FROM form_entry f JOIN visit v"
	  " ON v.company_id = f.company_id AND v.id = f.visit_id"
	  " JOIN person_visitor x"
	  " ON x.company_id = v.company_id AND x.visitor_id = v.visitor_id"
	  " WHERE x.company_id = ? AND x.person_id = ?)",
	    NOT_COUNTED },
	{ "UPDATE interaction SET note = NULL"
	  " WHERE company_id = ? AND id IN"
	  " (SELECT f.id FROM form_entry f JOIN person_caller x"
	  " ON x.company_id = f.company_id AND x.e164 = f.contact_e164"
	  " WHERE x.company_id = ? AND x.person_id = ?)",
	    NOT_COUNTED },
	{ BLANK_TOLD " JOIN form_entry f ON f.company_id = d.company_id"
		     " AND f.id = d.object_id JOIN visit v"
		     " ON v.company_id = f.company_id AND v.id = f.visit_id"
		     " JOIN person_visitor x ON x.company_id = v.company_id"
		     " AND x.visitor_id = v.visitor_id" BLANK_TOLD_OF,
	    NOT_COUNTED },
	{ BLANK_TOLD " JOIN form_entry f ON f.company_id = d.company_id"
		     " AND f.id = d.object_id JOIN person_caller x"
		     " ON x.company_id = f.company_id"
		     " AND x.e164 = f.contact_e164" BLANK_TOLD_OF,
	    NOT_COUNTED },
	{ BLANK_TOLD " JOIN phone_call p ON p.company_id = d.company_id"
		     " AND p.id = d.object_id JOIN person_caller x"
		     " ON x.company_id = p.company_id"
		     " AND x.e164 = p.caller_e164" BLANK_TOLD_OF,
	    NOT_COUNTED },
	{ "UPDATE audit a JOIN form_entry f ON f.company_id = a.company_id"
	  " AND f.id = a.object_id JOIN visit v"
	  " ON v.company_id = f.company_id AND v.id = f.visit_id"
	  " JOIN person_visitor x ON x.company_id = v.company_id"
	  " AND x.visitor_id = v.visitor_id" BLANK_AUDIT,
	    NOT_COUNTED },
	{ "UPDATE audit a JOIN form_entry f ON f.company_id = a.company_id"
	  " AND f.id = a.object_id JOIN person_caller x"
	  " ON x.company_id = f.company_id"
	  " AND x.e164 = f.contact_e164" BLANK_AUDIT,
	    NOT_COUNTED },
	{ "UPDATE audit a JOIN phone_call p ON p.company_id = a.company_id"
	  " AND p.id = a.object_id JOIN person_caller x"
	  " ON x.company_id = p.company_id"
	  " AND x.e164 = p.caller_e164" BLANK_AUDIT,
	    NOT_COUNTED },
	{ "UPDATE job j JOIN person_caller x ON x.company_id = j.company_id" BLANK_MAIL_SET
	  " WHERE j.company_id = ?" IS_MAIL_LEFT
	  " AND x.company_id = ? AND x.person_id = ?" MAIL_OF_CALLER,
	    NOT_COUNTED },
	{ "UPDATE conversion c JOIN interaction i"
	  " ON i.company_id = c.company_id AND i.id = c.call_id JOIN visit v"
	  " ON v.company_id = i.company_id AND v.id = i.visit_id"
	  " JOIN person_visitor x ON x.company_id = v.company_id"
	  " AND x.visitor_id = v.visitor_id" BLANK_CLICK,
	    NOT_COUNTED },
	{ "UPDATE conversion c JOIN phone_call p ON p.company_id = c.company_id"
	  " AND p.id = c.call_id JOIN person_caller x"
	  " ON x.company_id = p.company_id"
	  " AND x.e164 = p.caller_e164" BLANK_CLICK,
	    NOT_COUNTED },
	{ BLANK_FORM " WHERE company_id = ? AND visit_id IN" VISITS_OF,
	    COUNTED(forms) },
	{ BLANK_FORM " WHERE company_id = ? AND contact_e164 IN" CALLERS_OF,
	    COUNTED(forms) },
	{ "DELETE FROM page_view WHERE company_id = ? AND visit_id IN" VISITS_OF,
	    COUNTED(pages) },
	{ "DELETE FROM visit_event WHERE company_id = ?"
	  " AND visit_id IN" VISITS_OF,
	    NOT_COUNTED },
	/* The browser still has its cookie: under its own name its visits would
	 * be theirs again when it comes back. Under their first one's they stay
	 * together, for the sums by first contact. */
	{ "UPDATE visit v JOIN person_visitor x"
	  " ON x.company_id = v.company_id AND x.visitor_id = v.visitor_id"
	  " LEFT JOIN visitor b"
	  " ON b.company_id = v.company_id AND b.id = v.visitor_id"
	  " SET v.visitor_id = COALESCE(b.first_visit_id, v.visitor_id),"
	  " v.landing_url = '', v.landing_title = '', v.referrer = '',"
	  " v.gclid = '',"
	  " v.gbraid = '', v.wbraid = '', v.dclid = '', v.fbclid = '',"
	  " v.msclkid = '', v.ttclid = '', v.li_fat_id = '',"
	  " v.ga_client_id = '', v.ga_session_id = '', v.fbc = '', v.fbp = '',"
	  " v.browser_zone = ''"
	  " WHERE v.company_id = ? AND x.company_id = ? AND x.person_id = ?",
	    COUNTED(visits) },
	{ "DELETE FROM visitor WHERE company_id = ? AND id IN"
	  " (SELECT visitor_id FROM person_visitor"
	  " WHERE company_id = ? AND person_id = ?)",
	    NOT_COUNTED },
	{ "UPDATE recording SET state = 'erasing', peaks = NULL"
	  " WHERE company_id = ? AND state IN ('pending', 'ready', 'failed')"
	  " AND call_id IN" CALLS_OF,
	    COUNTED(recordings) },
	{ "UPDATE interaction SET note = NULL"
	  " WHERE company_id = ? AND id IN" CALLS_OF,
	    NOT_COUNTED },
	{ DB_KEYED_FORGET " AND call_id IN" CALLS_OF, NOT_COUNTED },
	{ "DELETE FROM caller WHERE company_id = ? AND e164 IN" CALLERS_OF,
	    NOT_COUNTED },
	{ FORGET_APART("one", "person_caller", "x.e164"), NOT_COUNTED },
	{ FORGET_APART("other", "person_caller", "x.e164"), NOT_COUNTED },
	{ FORGET_APART("one", "person_visitor", "LOWER(HEX(x.visitor_id))"),
	    NOT_COUNTED },
	{ FORGET_APART("other", "person_visitor", "LOWER(HEX(x.visitor_id))"),
	    NOT_COUNTED },
	{ "UPDATE phone_call p JOIN person_caller x"
	  " ON x.company_id = p.company_id AND x.e164 = p.caller_e164"
	  " SET p.caller_e164 = '', p.caller_raw = '', p.caller_name = ''"
	  " WHERE p.company_id = ? AND x.company_id = ? AND x.person_id = ?",
	    COUNTED(calls) },
};

static enum err run_step(struct db *db, const struct step *step,
    struct company_id company, struct person_id person,
    struct person_erased *out)
{
	uint64_t changed = 0;
	struct stmt *st = stmt_begin(db, step->sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, company.v);
	stmt_in_id(st, person.v);
	e = stmt_exec(st, &changed);
	if (e == ERR_OK && step->count != NOT_COUNTED)
		*(uint64_t *)(void *)((char *)out + step->count) += changed;
	return e;
}

/* Holds their calls, as whoever changes one does (db_call_hold.h). */
static enum err has_open_call(struct db *db, struct company_id company,
    struct person_id person, bool *out)
{
	static const char sql[] =
	    "SELECT COALESCE(SUM(p.state = 'open'), 0) > 0"
	    " FROM phone_call p JOIN person_caller x"
	    " ON x.company_id = p.company_id AND x.e164 = p.caller_e164"
	    " WHERE x.company_id = ? AND x.person_id = ? FOR UPDATE";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, person.v);
	stmt_out_bool(st, out);
	return stmt_one(st);
}

/* A telephone or a browser that nobody has linked yet is a person of its own
 * for the length of the transaction: the same statements find it. */
static enum err whose(struct db *db, struct company_id company,
    const struct person_key *key, int64_t now_us, struct person_id fresh,
    struct person_id *out, bool *known)
{
	const enum err e = db_person_of(db, company, key, out);

	*known = e == ERR_OK;
	return e == ERR_NOTFOUND ? db_person_join(db, company, key, key,
				       PERSON_BY_HAND, now_us, fresh, out)
				 : e;
}

static enum err erase_all(struct db *db, struct company_id company,
    const struct person_key *key, int64_t now_us, struct person_id fresh,
    struct person_erased *out)
{
	struct person_id person;
	bool known = false, open = false;
	enum err e;

	if ((e = whose(db, company, key, now_us, fresh, &person, &known)) !=
		ERR_OK ||
	    (e = has_open_call(db, company, person, &open)) != ERR_OK)
		return e;
	if (open)
		return ERR_CONFLICT;
	if ((e = db_visit_erased_add(db, company, person, now_us, fresh)) ==
	    ERR_OK)
		e = db_person_said_erase(db, company, person, &out->named);
	for (size_t i = 0; e == ERR_OK && i < RT_ARRAY_LEN(steps); i++)
		e = run_step(db, &steps[i], company, person, out);
	if (e == ERR_OK)
		e = db_person_unlink(db, company, person);
	return e == ERR_OK && !known && out->calls == 0 && out->forms == 0 &&
		       out->visits == 0
		   ? ERR_NOTFOUND
		   : e;
}

/* --- of nobody that is known -----------------------------------------------*/

/* No telephone: a mark and the random end of the id, in letters, so that no
 * digits of it are found in what others wrote. */
static void stand_in(struct interaction_id id, char out[DB_E164_BYTES])
{
	size_t n = 0;

	out[n++] = DB_PERSON_STAND_IN[0];
	for (size_t i = ID_BYTES - 7; i < ID_BYTES; i++) {
		out[n++] = (char)('a' + (id.v[i] >> 4));
		out[n++] = (char)('a' + (id.v[i] & 15));
	}
	out[n] = '\0';
}

/* A call without a telephone, or a form without one that is anybody's, has one
 * of its own for the length of the transaction: the same statements find it,
 * and take it away again. */
static enum err give(struct db *db, const char *sql, struct company_id company,
    struct interaction_id id, const char *e164, uint64_t *given)
{
	uint64_t changed = 0;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_text(st, slice_from(e164));
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	e = stmt_exec(st, &changed);
	*given += changed;
	return e;
}

static enum err erase_one(struct db *db, struct company_id company,
    struct interaction_id id, int64_t now_us, struct person_id fresh,
    struct person_erased *out)
{
	static const char call_sql[] =
	    "UPDATE phone_call SET caller_e164 = ?"
	    " WHERE company_id = ? AND id = ? AND caller_e164 = ''";
	static const char form_sql[] =
	    "UPDATE form_entry SET contact_e164 = ?"
	    " WHERE company_id = ? AND id = ?";
	char e164[DB_E164_BYTES];
	struct person_key key = { .e164 = SLICE("") };
	uint64_t given = 0;
	enum err e;

	stand_in(id, e164);
	key.e164 = slice_from(e164);
	if ((e = give(db, call_sql, company, id, e164, &given)) != ERR_OK ||
	    (e = give(db, form_sql, company, id, e164, &given)) != ERR_OK)
		return e;
	return given == 0 ? ERR_NOTFOUND
			  : erase_all(db, company, &key, now_us, fresh, out);
}

/* --- exports ---------------------------------------------------------------*/

/* key: NULL for one of nobody that is known. */
static enum err erase(struct db *db, struct company_id company,
    const struct person_key *key, struct interaction_id one, int64_t now_us,
    struct person_id fresh, struct person_erased *out)
{
	struct person_erased sums = { 0 };
	bool mine = false;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	e = db_join_end(db, mine,
	    key != NULL ? erase_all(db, company, key, now_us, fresh, &sums)
			: erase_one(db, company, one, now_us, fresh, &sums));
	if (e == ERR_OK)
		*out = sums;
	return e;
}

enum err db_person_erase(struct db *db, struct company_id company,
    const struct person_key *key, int64_t now_us, struct person_id fresh,
    struct person_erased *out)
{
	static const struct interaction_id none;

	return erase(db, company, key, none, now_us, fresh, out);
}

enum err db_person_erase_one(struct db *db, struct company_id company,
    struct interaction_id id, int64_t now_us, struct person_id fresh,
    struct person_erased *out)
{
	return erase(db, company, NULL, id, now_us, fresh, out);
}
