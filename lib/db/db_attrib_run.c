#include "lib/db/db_attrib_run.h"

#include <string.h>

#include "lib/core/attrib.h"
#include "lib/db/db_job.h"
#include "lib/db/stmt.h"

#define COLUMNS                                                              \
	"id, state, applies, from_at, to_at, rule_version, law_version,"     \
	" threshold_bp, user_id, made_at, ended_at, calls, looked, changed," \
	" moved, visit_moved, source_moved, after_at, after_id"

bool db_attrib_run_under_way(const struct attrib_run *run)
{
	return strcmp(run->state, "waiting") == 0 ||
	       strcmp(run->state, "running") == 0;
}

/* --- made and ended ------------------------------------------------------ */

/* Held until the transaction's end, so that two cannot begin at once. */
static enum err none_under_way(struct db *db, struct company_id company)
{
	static const char sql[] =
	    "SELECT c.id, (SELECT COUNT(*) FROM attrib_run r"
	    " WHERE r.company_id = c.id AND r.state IN ('waiting', 'running'))"
	    " FROM company c WHERE c.id = ? FOR UPDATE";
	struct company_id id;
	uint64_t n = 0;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_out_id(st, id.v);
	stmt_out_u64(st, &n);
	e = stmt_one(st);
	return e == ERR_OK && n > 0 ? ERR_CONFLICT : e;
}

static enum err insert(struct db *db, struct company_id company,
    const struct attrib_run *run)
{
	static const char sql[] =
	    "INSERT INTO attrib_run (company_id, id, state, applies, from_at,"
	    " to_at, rule_version, law_version, threshold_bp, user_id, made_at)"
	    " VALUES (?, ?, 'waiting', ?, ?, ?, ?, ?, ?, ?, ?)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, run->id.v);
	stmt_in_bool(st, run->applies);
	stmt_in_time_us(st, run->from_us);
	stmt_in_time_us(st, run->to_us);
	stmt_in_u64(st, ATTRIB_RULE_VERSION);
	stmt_in_u64(st, run->law_version);
	stmt_in_u64(st, run->threshold_bp);
	stmt_in_id_null(st, run->user.v);
	stmt_in_time_us(st, run->made_us);
	return stmt_exec_one(st);
}

enum err db_attrib_run_due(struct db *db, struct company_id company,
    const struct attrib_run *run, int64_t now_us)
{
	char text[ID_TEXT_MAX], where[ID_TEXT_MAX], mem[2 * ID_TEXT_MAX];
	struct buf key;

	/* Each piece has a name of its own: where the one before ended. */
	id_text(ID_KIND_attrib_run, run->id.v, text);
	id_text(ID_KIND_call, run->after.v, where);
	buf_over(&key, mem, sizeof(mem));
	buf_cstr(&key, text);
	buf_char(&key, ' ');
	buf_cstr(&key, where);
	return db_job_add(db, company, DB_ATTRIB_RUN_JOB, buf_slice(&key),
	    slice_from(text), now_us, now_us);
}

static enum err add(struct db *db, struct company_id company,
    const struct attrib_run *run)
{
	struct attrib_law law;
	enum err e;

	if ((e = db_attrib_law_of(db, company, run->law_version, &law)) !=
		ERR_OK ||
	    (e = none_under_way(db, company)) != ERR_OK ||
	    (e = insert(db, company, run)) != ERR_OK)
		return e;
	return db_attrib_run_due(db, company, run, run->made_us);
}

enum err db_attrib_run_add(struct db *db, struct company_id company,
    const struct attrib_run *run)
{
	bool mine;
	enum err e;

	if (run->from_us >= run->to_us ||
	    run->to_us - run->from_us > DB_ATTRIB_RUN_PERIOD_US ||
	    run->threshold_bp < 1 || run->threshold_bp > ATTRIB_WHOLE_BP)
		return ERR_RANGE;
	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	return db_join_end(db, mine, add(db, company, run));
}

enum err db_attrib_run_end(struct db *db, struct company_id company,
    struct attrib_run_id id, const char *state, int64_t now_us)
{
	static const char sql[] =
	    "UPDATE attrib_run SET state = ?, ended_at = ? WHERE company_id = ?"
	    " AND id = ? AND state IN ('waiting', 'running')";
	struct attrib_run run;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_text(st, slice_from(state));
	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	e = stmt_exec_one(st);
	if (e != ERR_NOTFOUND)
		return e;
	e = db_attrib_run_get(db, company, id, &run);
	return e == ERR_OK ? ERR_CONFLICT : e;
}

/* --- read ---------------------------------------------------------------- */

static void out_run(struct stmt *st, struct attrib_run *r)
{
	stmt_out_id(st, r->id.v);
	stmt_out_text(st, r->state, sizeof(r->state));
	stmt_out_bool(st, &r->applies);
	stmt_out_time_us(st, &r->from_us);
	stmt_out_time_us(st, &r->to_us);
	stmt_out_u32(st, &r->rule_version);
	stmt_out_u32(st, &r->law_version);
	stmt_out_u16(st, &r->threshold_bp);
	stmt_out_id(st, r->user.v);
	stmt_out_time_us(st, &r->made_us);
	stmt_out_time_us(st, &r->ended_us);
	stmt_out_u64(st, &r->calls);
	stmt_out_u64(st, &r->looked);
	stmt_out_u64(st, &r->changed);
	stmt_out_u64(st, &r->moved);
	stmt_out_u64(st, &r->visit_moved);
	stmt_out_u64(st, &r->source_moved);
	stmt_out_time_us(st, &r->after_us);
	stmt_out_id(st, r->after.v);
}

enum err db_attrib_run_get(struct db *db, struct company_id company,
    struct attrib_run_id id, struct attrib_run *out)
{
	static const char sql[] = "SELECT " COLUMNS
				  " FROM attrib_run"
				  " WHERE company_id = ? AND id = ?";
	struct attrib_run run;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	memset(&run, 0, sizeof(run));
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	out_run(st, &run);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = run;
	return e;
}

enum err db_attrib_run_list(struct db *db, struct company_id company,
    struct arena *mem, struct attrib_run **rows, size_t *n)
{
	static const char sql[] = "SELECT " COLUMNS
				  " FROM attrib_run"
				  " WHERE company_id = ?"
				  " ORDER BY id DESC LIMIT ?";
	struct attrib_run run;
	struct stmt *st = stmt_begin(db, sql);

	memset(&run, 0, sizeof(run));
	stmt_in_id(st, company.v);
	stmt_in_u64(st, DB_ATTRIB_RUN_LIST_MAX);
	out_run(st, &run);
	return stmt_all(st, mem, &run, sizeof(run), rows, n);
}

enum err db_attrib_run_counts(struct db *db, struct company_id company,
    struct attrib_run_id id, const char *kind, struct arena *mem,
    struct attrib_run_count **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT a, b, before_n, now_n FROM attrib_run_count"
	    " WHERE company_id = ? AND run_id = ? AND kind = ?"
	    " ORDER BY GREATEST(before_n, now_n) DESC, a, b LIMIT ?";
	struct attrib_run_count row = { .before = 0 };
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_in_text(st, slice_from(kind));
	stmt_in_u64(st, DB_ATTRIB_RUN_COUNTS_MAX);
	stmt_out_text(st, row.a, sizeof(row.a));
	stmt_out_text(st, row.b, sizeof(row.b));
	stmt_out_u64(st, &row.before);
	stmt_out_u64(st, &row.now);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_attrib_run_calls(struct db *db, struct company_id company,
    struct attrib_run_id id, bool moved, struct call_id after, uint32_t max,
    struct arena *mem, struct attrib_run_call **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT call_id, started_at, was, was_bp, was_source, was_medium,"
	    " was_campaign, is_now, now_bp, now_source, now_medium,"
	    " now_campaign FROM attrib_run_call WHERE company_id = ?"
	    " AND run_id = ? AND moved = ? AND call_id > ?"
	    " ORDER BY call_id LIMIT ?";
	struct attrib_run_call row = { .was_bp = 0 };
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_in_bool(st, moved);
	stmt_in_bytes(st, after.v, ID_BYTES);
	stmt_in_u64(st, max);
	stmt_out_id(st, row.call.v);
	stmt_out_time_us(st, &row.started_us);
	stmt_out_text(st, row.was, sizeof(row.was));
	stmt_out_u16(st, &row.was_bp);
	stmt_out_text(st, row.was_source, sizeof(row.was_source));
	stmt_out_text(st, row.was_medium, sizeof(row.was_medium));
	stmt_out_text(st, row.was_campaign, sizeof(row.was_campaign));
	stmt_out_text(st, row.is_now, sizeof(row.is_now));
	stmt_out_u16(st, &row.now_bp);
	stmt_out_text(st, row.now_source, sizeof(row.now_source));
	stmt_out_text(st, row.now_medium, sizeof(row.now_medium));
	stmt_out_text(st, row.now_campaign, sizeof(row.now_campaign));
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

/* --- long after ---------------------------------------------------------- */

static enum err oldest(struct db *db, int64_t before_us,
    struct company_id *company, struct attrib_run_id *id)
{
	static const char sql[] =
	    "SELECT company_id, id FROM attrib_run WHERE made_at < ?"
	    " ORDER BY made_at LIMIT 1";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, before_us);
	stmt_out_id(st, company->v);
	stmt_out_id(st, id->v);
	return stmt_one(st);
}

/* The run last: what is cut off is taken up again. */
static enum err remove_run(struct db *db, struct company_id company,
    struct attrib_run_id id)
{
	static const char *const sql[] = {
		"DELETE FROM attrib_run_call WHERE company_id = ?"
		" AND run_id = ?",
		"DELETE FROM attrib_run_count WHERE company_id = ?"
		" AND run_id = ?",
		"DELETE FROM attrib_run_guess WHERE company_id = ?"
		" AND run_id = ?",
		"DELETE FROM attrib_run WHERE company_id = ? AND id = ?",
	};
	enum err e = ERR_OK;

	for (size_t i = 0; i < RT_ARRAY_LEN(sql) && e == ERR_OK; i++) {
		struct stmt *st = stmt_begin(db, sql[i]);

		stmt_in_id(st, company.v);
		stmt_in_id(st, id.v);
		e = stmt_exec(st, NULL);
	}
	return e;
}

enum err db_attrib_run_sweep(struct db *db, int64_t before_us,
    uint64_t *removed)
{
	struct company_id company;
	struct attrib_run_id id;
	enum err e = oldest(db, before_us, &company, &id);

	if (e == ERR_NOTFOUND) {
		*removed = 0;
		return ERR_OK;
	}
	if (e == ERR_OK)
		e = remove_run(db, company, id);
	if (e == ERR_OK)
		*removed = 1;
	return e;
}
