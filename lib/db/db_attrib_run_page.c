#include "lib/db/db_attrib_run_page.h"

#include "lib/db/db_attrib_again.h"
#include "lib/db/stmt.h"

static enum err begin(struct db *db, struct company_id company,
    struct attrib_run *run)
{
	static const char sql[] =
	    "UPDATE attrib_run SET state = 'running', calls = ?"
	    " WHERE company_id = ? AND id = ? AND state = 'waiting'";
	uint64_t calls = 0;
	struct stmt *st;
	enum err e;

	e = db_attrib_calls_judged(db, company, run->from_us, run->to_us,
	    &calls);
	if (e != ERR_OK)
		return e;
	st = stmt_begin(db, sql);
	stmt_in_u64(st, calls);
	stmt_in_id(st, company.v);
	stmt_in_id(st, run->id.v);
	e = stmt_exec_one(st);
	if (e == ERR_OK)
		e = db_attrib_run_get(db, company, run->id, run);
	return e == ERR_NOTFOUND ? ERR_CONFLICT : e;
}

enum err db_attrib_run_page_begin(struct db *db, struct company_id company,
    struct attrib_run *run)
{
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	return db_join_end(db, mine, begin(db, company, run));
}

/* --- counts -------------------------------------------------------------- */

struct count_row {
	const char *kind;
	struct slice a;
	struct slice b;
	unsigned int before;
	unsigned int now;
};

static enum err add_to(struct db *db, struct company_id company,
    const struct attrib_run *run, const struct count_row *c, bool *there)
{
	static const char sql[] =
	    "UPDATE attrib_run_count SET before_n = before_n + ?,"
	    " now_n = now_n + ? WHERE company_id = ? AND run_id = ?"
	    " AND kind = ? AND a = ? AND b = ?";
	struct stmt *st = stmt_begin(db, sql);
	uint64_t n = 0;
	enum err e;

	stmt_in_u64(st, c->before);
	stmt_in_u64(st, c->now);
	stmt_in_id(st, company.v);
	stmt_in_id(st, run->id.v);
	stmt_in_text(st, slice_from(c->kind));
	stmt_in_text(st, c->a);
	stmt_in_text(st, c->b);
	e = stmt_exec(st, &n);
	*there = n > 0;
	return e;
}

static enum err insert_row(struct db *db, struct company_id company,
    const struct attrib_run *run, const struct count_row *c)
{
	static const char sql[] =
	    "INSERT INTO attrib_run_count (company_id, run_id, kind, a, b,"
	    " before_n, now_n) VALUES (?, ?, ?, ?, ?, ?, ?)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, run->id.v);
	stmt_in_text(st, slice_from(c->kind));
	stmt_in_text(st, c->a);
	stmt_in_text(st, c->b);
	stmt_in_u64(st, c->before);
	stmt_in_u64(st, c->now);
	return stmt_exec_one(st);
}

static enum err rows_of(struct db *db, struct company_id company,
    const struct attrib_run *run, const char *kind, uint64_t *n)
{
	static const char sql[] =
	    "SELECT COUNT(*) FROM attrib_run_count"
	    " WHERE company_id = ? AND run_id = ?"
	    " AND kind = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, run->id.v);
	stmt_in_text(st, slice_from(kind));
	stmt_out_u64(st, n);
	return stmt_one(st);
}

/* Each kind is a limited list; what is beyond goes into one row of "others". */
static enum err count(struct db *db, struct company_id company,
    const struct attrib_run *run, const struct count_row *c)
{
	struct count_row others = *c;
	uint64_t n = 0;
	bool there;
	enum err e;

	if ((e = add_to(db, company, run, c, &there)) != ERR_OK || there)
		return e;
	if ((e = rows_of(db, company, run, c->kind, &n)) != ERR_OK)
		return e;
	if (n < DB_ATTRIB_RUN_SOURCES)
		return insert_row(db, company, run, c);
	others.kind = "others";
	others.a = slice_from(c->kind);
	others.b = SLICE("");
	e = add_to(db, company, run, &others, &there);
	return e == ERR_OK && !there ? insert_row(db, company, run, &others)
				     : e;
}

static enum err count_call(struct db *db, struct company_id company,
    const struct attrib_run *run, const struct attrib_call *c,
    const struct attrib_again *a)
{
	const struct count_row before = { "source", slice_from(c->source),
		slice_from(c->medium), 1, 0 };
	const struct count_row now = { "source", slice_from(a->source),
		slice_from(a->medium), 0, 1 };
	const struct count_row moves = { "move",
		slice_from(db_attrib_again_name(a->before)),
		slice_from(db_attrib_again_name(a->now)), 1, 1 };
	const struct count_row law = { "law", slice_from(c->law), SLICE(""), 1,
		a->changed };
	const struct count_row gone = { "gone", SLICE(""), SLICE(""), 1, 1 };
	enum err e;

	if ((e = count(db, company, run, &before)) != ERR_OK ||
	    (e = count(db, company, run, &now)) != ERR_OK ||
	    (e = count(db, company, run, &moves)) != ERR_OK ||
	    (e = count(db, company, run, &law)) != ERR_OK)
		return e;
	return a->gone ? count(db, company, run, &gone) : ERR_OK;
}

static enum err list_call(struct db *db, struct company_id company,
    const struct attrib_run *run, bool moved, const struct attrib_call *c,
    const struct attrib_again *a)
{
	static const char sql[] =
	    "INSERT INTO attrib_run_call (company_id, run_id, moved, call_id,"
	    " started_at, was, was_bp, was_source, was_medium, was_campaign,"
	    " is_now, now_bp, now_source, now_medium, now_campaign)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, run->id.v);
	stmt_in_bool(st, moved);
	stmt_in_id(st, c->id.v);
	stmt_in_time_us(st, c->started_us);
	stmt_in_text(st, slice_from(db_attrib_again_name(a->before)));
	stmt_in_u64(st, a->before_bp);
	stmt_in_text(st, slice_from(c->source));
	stmt_in_text(st, slice_from(c->medium));
	stmt_in_text(st, slice_from(c->campaign));
	stmt_in_text(st, slice_from(db_attrib_again_name(a->now)));
	stmt_in_u64(st, a->now_bp);
	stmt_in_text(st, slice_from(a->source));
	stmt_in_text(st, slice_from(a->medium));
	stmt_in_text(st, slice_from(a->campaign));
	return stmt_exec_one(st);
}

static enum err take_down(struct db *db, struct company_id company,
    struct attrib_run *run, const struct attrib_call *c,
    const struct attrib_again *a)
{
	const bool moved =
	    a->before != a->now || a->visit_moved || a->source_moved;
	const uint64_t listed = moved ? run->moved : run->changed - run->moved;
	enum err e = count_call(db, company, run, c, a);

	if (e == ERR_OK && a->changed && listed < DB_ATTRIB_RUN_CALLS_MAX)
		e = list_call(db, company, run, moved, c, a);
	run->looked++;
	run->changed += a->changed;
	run->moved += a->changed && moved;
	run->visit_moved += a->visit_moved;
	run->source_moved += a->source_moved;
	return e;
}

/* Where the run stood says whether it is still ours. */
static enum err move_on(struct db *db, struct company_id company,
    const struct attrib_run *run, struct call_id from)
{
	static const char sql[] =
	    "UPDATE attrib_run SET looked = ?, changed = ?, moved = ?,"
	    " visit_moved = ?, source_moved = ?, after_at = ?, after_id = ?"
	    " WHERE company_id = ? AND id = ? AND state = 'running'"
	    " AND COALESCE(after_id, '') = ?";
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_u64(st, run->looked);
	stmt_in_u64(st, run->changed);
	stmt_in_u64(st, run->moved);
	stmt_in_u64(st, run->visit_moved);
	stmt_in_u64(st, run->source_moved);
	stmt_in_time_us_null(st, run->after_us);
	stmt_in_id_null(st, run->after.v);
	stmt_in_id(st, company.v);
	stmt_in_id(st, run->id.v);
	stmt_in_bytes(st, from.v, id_is_nil(from.v) ? 0 : ID_BYTES);
	e = stmt_exec_one(st);
	return e == ERR_NOTFOUND ? ERR_CONFLICT : e;
}

/* --- calls --------------------------------------------------------------- */

static enum err one_call(struct db *db, struct company_id company,
    struct attrib_run *run, const struct attrib_call *c,
    const struct attrib_again_rules *rules, struct arena *scratch)
{
	struct attrib_again_rules turn = *rules;
	struct attrib_again a;
	enum err e;

	run->after = c->id;
	run->after_us = c->started_us;
	if (!c->judged)
		return ERR_OK;
	arena_reset(scratch);
	turn.turn.n = run->changed;
	e = db_attrib_again(db, company, c, &turn, scratch, &a);
	return e == ERR_OK ? take_down(db, company, run, c, &a) : e;
}

/* Some calls as one transaction; run is as before when it fails. */
static enum err try_calls(struct db *db, struct company_id company,
    struct attrib_run *run, const struct attrib_call *rows, size_t n,
    const struct attrib_again_rules *rules, struct arena *scratch)
{
	const struct attrib_run before = *run;
	enum err e;

	if ((e = db_begin(db)) != ERR_OK)
		return e;
	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = one_call(db, company, run, &rows[i], rules, scratch);
	if (e == ERR_OK)
		e = move_on(db, company, run, before.after);
	e = db_end(db, e);
	if (e != ERR_OK)
		*run = before;
	return e;
}

/* A call that closes at the same moment: its writer goes first. */
static enum err some_calls(struct db *db, struct company_id company,
    struct attrib_run *run, const struct attrib_call *rows, size_t n,
    const struct attrib_again_rules *rules, struct arena *scratch)
{
	enum err e = try_calls(db, company, run, rows, n, rules, scratch);

	if (e == ERR_BUSY)
		e = try_calls(db, company, run, rows, n, rules, scratch);
	return e;
}

enum err db_attrib_run_page(struct db *db, struct company_id company,
    struct attrib_run *run, const struct attrib_law *law, int64_t now_us,
    struct arena *mem, struct arena *scratch, bool *left)
{
	static const struct attrib_run_id none;
	struct attrib_again_rules rules = { .law = law,
		.threshold_bp = run->threshold_bp,
		.apply = run->applies,
		.turn = { .from_us = run->made_us, .now_us = now_us },
		.preview = run->applies ? none : run->id };
	struct attrib_call *rows = NULL;
	size_t n = 0, step;
	enum err e;

	arena_reset(mem);
	e = db_attrib_whole_from(db, company, now_us, &rules.whole_from_us);
	if (e == ERR_OK)
		e = db_attrib_calls(db, company, run->from_us, run->to_us,
		    run->after_us, run->after, mem, &rows, &n);
	step = run->applies ? 1 : DB_ATTRIB_RUN_PAGE_CALLS;
	for (size_t i = 0; i < n && e == ERR_OK; i += step)
		e = some_calls(db, company, run, &rows[i],
		    n - i < step ? n - i : step, &rules, scratch);
	if (e == ERR_OK)
		*left = n == DB_ATTRIB_CALLS_MAX;
	return e;
}
