#include "lib/db/db_policy.h"

#include <string.h>

#include "lib/db/db_blank.h"
#include "lib/db/db_keyed.h"
#include "lib/db/db_number.h"
#include "lib/db/db_person.h"
#include "lib/db/db_person_apart.h"
#include "lib/db/db_usage.h"
#include "lib/db/stmt.h"

#define RECORD_BYTES 9

enum err db_policy_get(struct db *db, struct company_id company,
    struct policy_row *out)
{
	static const char sql[] =
	    "SELECT keep_recordings_days, keep_visits_days, keep_calls_days,"
	    " quarantine_days, record_default FROM company"
	    " WHERE id = ? AND archived_at IS NULL";
	char record[RECORD_BYTES];
	struct policy_row row;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_out_u32(st, &row.keep_recordings_days);
	stmt_out_u32(st, &row.keep_visits_days);
	stmt_out_u32(st, &row.keep_calls_days);
	stmt_out_u32(st, &row.quarantine_days);
	stmt_out_text(st, record, sizeof(record));
	e = stmt_one(st);
	if (e == ERR_OK)
		e = db_number_record_parse(slice_from(record),
		    &row.record_default);
	if (e == ERR_OK)
		*out = row;
	return e;
}

enum err db_policy_update(struct db *db, struct company_id company,
    const struct policy_row *row)
{
	static const char sql[] =
	    "UPDATE company SET keep_recordings_days = ?,"
	    " keep_visits_days = ?, keep_calls_days = ?, quarantine_days = ?,"
	    " record_default = ? WHERE id = ? AND archived_at IS NULL";
	struct stmt *st;

	if (row->record_default == FLOW_RECORD_SILENT)
		return ERR_DENIED;
	st = stmt_begin(db, sql);
	stmt_in_u64(st, row->keep_recordings_days);
	stmt_in_u64(st, row->keep_visits_days);
	stmt_in_u64(st, row->keep_calls_days);
	stmt_in_u64(st, row->quarantine_days);
	stmt_in_text(st,
	    slice_from(db_number_record_name(row->record_default)));
	stmt_in_id(st, company.v);
	return stmt_exec_one(st);
}

enum err db_policy_recordings(struct db *db, int64_t now_us, size_t skip,
    uint32_t max, struct arena *mem, struct policy_recording **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT r.company_id, c.account_id, r.id, r.path,"
	    " r.state = 'erasing'"
	    " FROM company c JOIN recording r ON r.company_id = c.id"
	    " WHERE r.state = 'erasing' OR (c.keep_recordings_days > 0"
	    " AND r.state IN ('ready', 'failed')"
	    " AND r.started_at < ? - INTERVAL c.keep_recordings_days DAY)"
	    " ORDER BY r.started_at, r.id LIMIT ? OFFSET ?";
	struct policy_recording row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	stmt_in_u64(st, max);
	stmt_in_u64(st, skip);
	stmt_out_id(st, row.company.v);
	stmt_out_id(st, row.account.v);
	stmt_out_id(st, row.id.v);
	stmt_out_text(st, row.path, sizeof(row.path));
	stmt_out_bool(st, &row.asked);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

/* Only what had become ready was counted when it came. */
static enum err not_stored(struct db *db, struct company_id company,
    struct recording_id id, int64_t now_us)
{
	static const char sql[] =
	    "SELECT CAST(IF(ready_at IS NULL, 0, size_bytes) AS UNSIGNED)"
	    " FROM recording"
	    " WHERE company_id = ? AND id = ? AND state <> 'erased' FOR UPDATE";
	struct stmt *st = stmt_begin(db, sql);
	uint64_t bytes = 0;
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_out_u64(st, &bytes);
	e = stmt_one(st);
	return e == ERR_OK ? db_usage_add(db, company, now_us,
				 USAGE_ERASED_BYTES, bytes)
			   : e;
}

enum err db_policy_erased(struct db *db, struct company_id company,
    struct recording_id id, int64_t now_us)
{
	/* In the order of db_call_hold.h. */
	static const char call_sql[] =
	    "UPDATE phone_call SET updated_at = CURRENT_TIMESTAMP(6)"
	    " WHERE company_id = ? AND id = (SELECT call_id FROM recording"
	    " WHERE company_id = ? AND id = ?)";
	static const char sql[] =
	    "UPDATE recording SET state = 'erased', peaks = NULL"
	    " WHERE company_id = ? AND id = ? AND state <> 'erased'";
	struct stmt *st;
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	st = stmt_begin(db, call_sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	if ((e = stmt_exec(st, NULL)) == ERR_OK &&
	    (e = not_stored(db, company, id, now_us)) == ERR_OK) {
		st = stmt_begin(db, sql);
		stmt_in_id(st, company.v);
		stmt_in_id(st, id.v);
		e = stmt_exec_one(st);
	}
	return db_join_end(db, mine, e);
}

struct found {
	struct company_id company;
	uint8_t id[ID_BYTES];
	uint8_t other[ID_BYTES];
};

/* Runs a query for (company, id, other) older than its company's term. */
static enum err find(struct db *db, const char *sql, int64_t now_us,
    uint32_t max, struct arena *mem, struct found **rows, size_t *n)
{
	struct found row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	stmt_in_u64(st, max);
	stmt_out_id(st, row.company.v);
	stmt_out_id(st, row.id);
	stmt_out_id(st, row.other);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

/* A browser without visits is nobody's any more. */
static enum err remove_visitor(struct db *db, struct company_id company,
    const uint8_t visitor[ID_BYTES])
{
	static const char left_sql[] =
	    "SELECT EXISTS (SELECT 1 FROM visit"
	    " WHERE company_id = ? AND visitor_id = ?)";
	static const char visitor_sql[] =
	    "DELETE FROM visitor WHERE company_id = ? AND id = ?"
	    " AND NOT EXISTS (SELECT 1 FROM visit"
	    " WHERE visit.company_id = visitor.company_id"
	    " AND visit.visitor_id = visitor.id)";
	struct person_key browser = { .e164 = SLICE("") };
	struct person_id person;
	struct stmt *st;
	bool left = false;
	enum err e;

	if ((e = stmt_exec_of(db, visitor_sql, company, visitor)) != ERR_OK)
		return e;
	st = stmt_begin(db, left_sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, visitor);
	stmt_out_bool(st, &left);
	if ((e = stmt_one(st)) != ERR_OK || left)
		return e;
	memcpy(browser.visitor.v, visitor, ID_BYTES);
	if ((e = db_person_apart_forget(db, company, &browser)) != ERR_OK)
		return e;
	e = db_person_of_visitor(db, company, browser.visitor, &person);
	if (e == ERR_OK)
		e = db_person_lose(db, company, person, &browser);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* In a transaction. Since the list was read a call or a form may have been
 * credited to it, by hand or as a period is credited again: then it stays. */
static enum err remove_visit(struct db *db, const struct found *v)
{
	static const char visit_sql[] =
	    "DELETE FROM visit WHERE company_id = ? AND id = ?"
	    " AND NOT EXISTS (SELECT 1 FROM interaction i"
	    " WHERE i.company_id = visit.company_id AND i.visit_id = visit.id)"
	    " AND NOT EXISTS (SELECT 1 FROM form_entry f"
	    " WHERE f.company_id = visit.company_id AND f.visit_id = visit.id)";
	static const char overflow_sql[] =
	    "DELETE FROM overflow_shown WHERE company_id = ? AND visit_id = ?";
	static const char *const of_visit[] = {
		"DELETE FROM page_view WHERE company_id = ? AND visit_id = ?",
		"DELETE FROM visit_event WHERE company_id = ? AND visit_id = ?",
		"DELETE FROM lease WHERE company_id = ? AND visit_id = ?",
		overflow_sql,
	};
	struct stmt *st = stmt_begin(db, visit_sql);
	enum err e;

	stmt_in_id(st, v->company.v);
	stmt_in_id(st, v->id);
	if ((e = stmt_exec_one(st)) != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	for (size_t i = 0; i < RT_ARRAY_LEN(of_visit) && e == ERR_OK; i++)
		e = stmt_exec_of(db, of_visit[i], v->company, v->id);
	return e == ERR_OK ? remove_visitor(db, v->company, v->other) : e;
}

/* Of one company: the oldest come first, by a range of the key, as ids begin
 * with the time they were made. */
static enum err visits_of(struct db *db, struct company_id company,
    int64_t before_us, uint32_t max, struct arena *mem, struct found **rows,
    size_t *n)
{
	static const char sql[] =
	    "SELECT v.company_id, v.id, v.visitor_id FROM visit v"
	    " WHERE v.company_id = ? AND v.id < ? AND v.seen_at < ?"
	    " AND NOT EXISTS (SELECT 1 FROM interaction i"
	    " WHERE i.company_id = v.company_id AND i.visit_id = v.id)"
	    " AND NOT EXISTS (SELECT 1 FROM form_entry f"
	    " WHERE f.company_id = v.company_id AND f.visit_id = v.id)"
	    " ORDER BY v.id LIMIT ?";
	const uint8_t zeros[10] = { 0 };
	uint8_t before[ID_BYTES];
	struct found row;
	struct stmt *st;

	id_make(before_us, zeros, before);
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_bytes(st, before, ID_BYTES);
	stmt_in_time_us(st, before_us);
	stmt_in_u64(st, max);
	stmt_out_id(st, row.company.v);
	stmt_out_id(st, row.id);
	stmt_out_id(st, row.other);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

struct term {
	struct company_id company;
	uint32_t days;
};

static enum err terms(struct db *db, struct arena *mem, struct term **rows,
    size_t *n)
{
	static const char sql[] =
	    "SELECT id, keep_visits_days FROM company"
	    " WHERE keep_visits_days > 0 ORDER BY id";
	struct term row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_out_id(st, row.company.v);
	stmt_out_u32(st, &row.days);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_policy_visits(struct db *db, int64_t now_us, uint32_t max,
    struct arena *mem, size_t *n)
{
	struct found *rows = NULL;
	struct term *all = NULL;
	size_t n_all = 0, done = 0, some;
	enum err e = terms(db, mem, &all, &n_all);

	for (size_t i = 0; e == ERR_OK && i < n_all && done < max; i++) {
		some = 0;
		e = visits_of(db, all[i].company,
		    now_us - (int64_t)all[i].days * RT_DAY_US,
		    max - (uint32_t)done, mem, &rows, &some);
		for (size_t k = 0; e == ERR_OK && k < some; k++)
			if ((e = db_begin(db)) == ERR_OK)
				e = db_end(db, remove_visit(db, &rows[k]));
		done += some;
	}
	if (e == ERR_OK)
		*n = done;
	return e;
}

/* The call first, and its webhooks last: in the order of db_call_hold.h. */
static enum err forget_caller(struct db *db, const struct found *c)
{
	static const char *const of_call[] = {
		"UPDATE phone_call SET caller_e164 = '', caller_raw = '',"
		" caller_name = '' WHERE company_id = ? AND id = ?",
		"UPDATE interaction SET note = NULL"
		" WHERE company_id = ? AND id = ?",
		DB_KEYED_FORGET " AND call_id = ?",
		"UPDATE audit a" BLANK_AUDIT_SET
		" WHERE a.company_id = ? AND a.object_id = ?",
		BLANK_TOLD BLANK_TOLD_SET
		" WHERE w.company_id = ? AND d.object_id = ?",
	};
	enum err e = ERR_OK;

	for (size_t i = 0; i < RT_ARRAY_LEN(of_call) && e == ERR_OK; i++)
		e = stmt_exec_of(db, of_call[i], c->company, c->id);
	return e;
}

#define COMPANY_FORGETS(table)                                     \
	" AND EXISTS (SELECT 1 FROM company c WHERE c.id = " table \
	".company_id"                                              \
	" AND c.keep_calls_days > 0)"

#define FORGET_APART(which)                             \
	"DELETE FROM person_apart WHERE " which         \
	" LIKE '+%' AND"                                \
	" NOT EXISTS (SELECT 1 FROM phone_call p"       \
	" WHERE p.company_id = person_apart.company_id" \
	" AND p.caller_e164 = person_apart." which      \
	")"                                             \
	" AND NOT EXISTS (SELECT 1 FROM form_entry f"   \
	" WHERE f.company_id = person_apart.company_id" \
	" AND f.contact_e164 = person_apart." which     \
	")" COMPANY_FORGETS("person_apart")

/* Telephones whose last call has been forgotten, and persons of whom nothing is
 * left. One that a form names is somebody's as long as the form is there. */
static enum err forget_people(struct db *db)
{
	static const char *const sqls[] = {
		"DELETE FROM caller WHERE NOT EXISTS (SELECT 1"
		" FROM phone_call p WHERE p.company_id = caller.company_id"
		" AND p.caller_e164 = caller.e164)" COMPANY_FORGETS("caller"),
		"DELETE FROM person_caller WHERE NOT EXISTS (SELECT 1"
		" FROM phone_call p"
		" WHERE p.company_id = person_caller.company_id"
		" AND p.caller_e164 = person_caller.e164)"
		" AND NOT EXISTS (SELECT 1 FROM form_entry f"
		" WHERE f.company_id = person_caller.company_id"
		" AND f.contact_e164 = person_caller.e164)" COMPANY_FORGETS(
		    "person_caller"),
		FORGET_APART("one"),
		FORGET_APART("other"),
		"DELETE FROM person WHERE NOT EXISTS (SELECT 1"
		" FROM person_caller c WHERE c.company_id = person.company_id"
		" AND c.person_id = person.id) AND NOT EXISTS (SELECT 1"
		" FROM person_visitor v WHERE v.company_id = person.company_id"
		" AND v.person_id = person.id)" COMPANY_FORGETS("person"),
	};
	enum err e = ERR_OK;

	for (size_t i = 0; i < RT_ARRAY_LEN(sqls) && e == ERR_OK; i++) {
		struct stmt *st;

		st = stmt_begin(db, sqls[i]);
		e = stmt_exec(st, NULL);
	}
	return e;
}

/* A mail about a call is made when the call ends: by its own age, as the one
 * about a later call of the same telephone is still to be sent. */
static enum err forget_mails(struct db *db, int64_t now_us)
{
	static const char sql[] =
	    "UPDATE company c JOIN job j ON j.company_id = c.id" BLANK_MAIL_SET
	    " WHERE c.keep_calls_days > 0" IS_MAIL_LEFT
	    " AND j.created_at < ? - INTERVAL c.keep_calls_days DAY"
	    " AND j.payload LIKE '%/calls/%'";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	return stmt_exec(st, NULL);
}

/* Whose caller still stands there. */
static enum err callers_over(struct db *db, int64_t now_us, uint32_t max,
    struct arena *mem, struct found **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT p.company_id, p.id, p.number_id"
	    " FROM company c JOIN phone_call p ON p.company_id = c.id"
	    " WHERE c.keep_calls_days > 0 AND p.state = 'closed'"
	    " AND p.started_at < ? - INTERVAL c.keep_calls_days DAY"
	    " AND (p.caller_e164 <> '' OR p.caller_raw <> ''"
	    " OR p.caller_name <> '')"
	    " ORDER BY p.started_at LIMIT ?";

	return find(db, sql, now_us, max, mem, rows, n);
}

/* A note that somebody wrote on one that was forgotten before: such calls are
 * found by their last change, as all old calls would be too many to look at. */
static enum err notes_over(struct db *db, int64_t now_us, uint32_t max,
    struct arena *mem, struct found **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT p.company_id, p.id, p.number_id"
	    " FROM company c JOIN phone_call p ON p.company_id = c.id"
	    " JOIN interaction i ON i.company_id = p.company_id AND i.id = p.id"
	    " WHERE c.keep_calls_days > 0 AND p.state = 'closed'"
	    " AND p.updated_at > CURRENT_TIMESTAMP(6) - INTERVAL 7 DAY"
	    " AND p.started_at < ? - INTERVAL c.keep_calls_days DAY"
	    " AND i.note IS NOT NULL"
	    " ORDER BY p.updated_at, p.id LIMIT ?";

	return find(db, sql, now_us, max, mem, rows, n);
}

static enum err forget_each(struct db *db, const struct found *rows, size_t n)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < n; i++)
		if ((e = db_begin(db)) == ERR_OK)
			e = db_end(db, forget_caller(db, &rows[i]));
	return e;
}

enum err db_policy_callers(struct db *db, int64_t now_us, uint32_t max,
    struct arena *mem, size_t *n)
{
	struct found *rows = NULL;
	size_t some = 0, late = 0;
	enum err e;

	if ((e = callers_over(db, now_us, max, mem, &rows, &some)) != ERR_OK ||
	    (e = forget_each(db, rows, some)) != ERR_OK)
		return e;
	if (some > 0)
		e = forget_people(db);
	if (e == ERR_OK && some < max &&
	    (e = notes_over(db, now_us, max - (uint32_t)some, mem, &rows,
		 &late)) == ERR_OK)
		e = forget_each(db, rows, late);
	if (e == ERR_OK)
		*n = some + late;
	return e == ERR_OK ? forget_mails(db, now_us) : e;
}
