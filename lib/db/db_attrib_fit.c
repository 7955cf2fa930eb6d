#include "lib/db/db_attrib_fit.h"

#include <stdlib.h>

#include "lib/db/db_attrib_calib.h"
#include "lib/db/db_attrib_span.h"
#include "lib/db/db_candidate.h"
#include "lib/db/stmt.h"

/* Texts of one page of calls, and of one call's candidates. */
#define PAGE_MAX_BYTES ((size_t)4 << 20)
#define CALL_MAX_BYTES ((size_t)512 * 1024)

struct work {
	struct attrib_fit_call calls[DB_ATTRIB_FIT_CALLS_MAX];
	struct attrib_fit_seen seen[DB_ATTRIB_FIT_CALLS_MAX]
				   [ATTRIB_FIT_SEEN_MAX];
	size_t n; /* read so far; the ring holds the latest of them */
	struct arena mem;
	bool judging;             /* the second reading: what came of laws */
	struct attrib_law before; /* what was stated so far comes of it */
	struct attrib_law blind; /* of these calls as if nobody touched links */
	struct calib calib;
};

static double seconds(int64_t us)
{
	return us > 0 ? (double)us / (double)RT_SEC_US : 0.0;
}

static void take_call(struct work *w, const struct candidates *c)
{
	const size_t at = w->n++ % DB_ATTRIB_FIT_CALLS_MAX;
	struct attrib_fit_call *call = &w->calls[at];
	const int64_t call_us = c->ask.call_us;

	*call = (struct attrib_fit_call){ .seen = w->seen[at],
		.n = 0,
		.hour = (uint8_t)attrib_law_hour(call_us) };
	for (size_t i = 0; i < c->n && i < ATTRIB_FIT_SEEN_MAX; i++) {
		const int64_t touch_us = c->c[i].tel_clicked_us;

		w->seen[at][call->n++] =
		    attrib_fit_seen(seconds(call_us - c->c[i].seen_us),
			seconds(call_us - c->c[i].shown_us),
			touch_us > 0 ? seconds(call_us - touch_us) : -1.0,
			c->c[i].place, c->c[i].use);
	}
	if (c->ask.older.n > 0) {
		call->older = c->ask.older.n;
		call->older_from_s = seconds(call_us - c->ask.older.to_us);
		call->older_to_s = seconds(call_us - c->ask.older.from_us);
	}
}

static enum err read_call(struct db *db, struct company_id company,
    const struct attrib_call *row, struct work *w)
{
	const struct candidate_call call = { .id = row->id,
		.number = row->number,
		.at_us = row->started_us,
		.caller_e164 = slice_from(row->caller_e164),
		.caller_country = slice_from(row->caller_country),
		.caller_place = slice_from(row->caller_place),
		.leases_only = !w->judging };
	struct visitor_id form = { { 0 } };
	struct candidates c;
	enum err e;

	arena_reset(&w->mem);
	e = db_candidate_read(db, company, &call, &w->mem, &c);
	if (e != ERR_OK)
		return e;
	if (!w->judging) {
		/* Who dials again does not say how long visitors take. */
		if (c.ask.dialled_us == 0)
			take_call(w, &c);
		return ERR_OK;
	}
	e = db_attrib_calib_form(db, company, call.caller_e164, call.at_us,
	    &form);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	return db_attrib_calib_take(&c, &w->before, &w->blind, form, &w->calib);
}

static enum err read_page(struct db *db, struct company_id company,
    struct attrib_call *rows, size_t n, struct work *w)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i < n && e == ERR_OK; i++)
		if (rows[i].pooled)
			e = read_call(db, company, &rows[i], w);
	return e;
}

static enum err read_calls(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, struct work *w)
{
	struct call_id after = { { 0 } };
	struct attrib_call *rows = NULL;
	int64_t after_us = 0;
	size_t n = DB_ATTRIB_CALLS_MAX;
	enum err e = ERR_OK;

	while (e == ERR_OK && n == DB_ATTRIB_CALLS_MAX) {
		struct arena page;

		arena_init(&page, PAGE_MAX_BYTES);
		e = db_attrib_calls(db, company, from_us, to_us, after_us,
		    after, &page, &rows, &n);
		if (e == ERR_OK && n > 0) {
			after = rows[n - 1].id;
			after_us = rows[n - 1].started_us;
			e = read_page(db, company, rows, n, w);
		}
		arena_fini(&page);
	}
	return e;
}

enum err db_attrib_fit_begin(struct db *db, struct company_id company,
    int64_t to_us, uint32_t max, int64_t *from_us)
{
	static const char sql[] =
	    "SELECT started_at FROM phone_call WHERE company_id = ?"
	    " AND started_at >= ? AND started_at < ? AND state = 'closed'"
	    " AND pool_id IS NOT NULL ORDER BY started_at DESC LIMIT 1"
	    " OFFSET ?";
	int64_t at_us = 0;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_time_us(st, *from_us);
	stmt_in_time_us(st, to_us);
	stmt_in_u64(st, max - 1);
	stmt_out_time_us(st, &at_us);
	e = stmt_one(st);
	if (e == ERR_OK)
		*from_us = at_us;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* The law of the same calls for one who knows of no touches: with the other one
 * the calls that touches announce would have come too seldom without them. */
static enum err fit_blind(struct work *w, size_t n,
    const struct attrib_fit_span *span)
{
	struct attrib_fit_span untouched = *span;
	struct attrib_fit_result r;
	enum err e;

	untouched.touches = 0.0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < w->calls[i].n; k++)
			w->seen[i][k].touch = ATTRIB_LAW_TOUCH;
	e = attrib_fit(w->calls, n, &untouched, attrib_law_prior(), &r);
	if (e == ERR_OK)
		w->blind = r.law;
	return e;
}

static enum err fit(struct db *db, struct company_id company, struct work *w,
    struct attrib_law_row *row)
{
	const size_t n =
	    w->n < DB_ATTRIB_FIT_CALLS_MAX ? w->n : DB_ATTRIB_FIT_CALLS_MAX;
	struct attrib_fit_result r;
	struct attrib_fit_span span;
	enum err e;

	e = db_attrib_span(db, company, row->from_us, row->to_us, &span);
	if (e != ERR_OK)
		return e;
	/* Of a longer period only the latest calls count, so only their part of
	 * the visits: rates, not their shape, would come out too small. */
	if (w->n > n) {
		const double part = (double)n / (double)w->n;

		span.visits *= part;
		span.on_page_s *= part;
		span.touches *= part;
		span.number_s *= part;
	}
	e = attrib_fit(w->calls, n, &span, attrib_law_prior(), &r);
	if (e == ERR_OK)
		e = fit_blind(w, n, &span);
	if (e != ERR_OK)
		return e == ERR_RANGE ? ERR_NOTFOUND : e;
	row->law = r.law;
	row->calls = n;
	row->visits = (uint64_t)span.visits;
	row->stray_bp = (uint16_t)(r.stray_share * 10000.0);
	w->judging = true;
	if ((e = read_calls(db, company, row->from_us, row->to_us, w)) !=
	    ERR_OK)
		return e;
	e = db_attrib_law_add(db, company, row);
	if (e == ERR_OK)
		e = db_attrib_calib_put(db, company, row->law.version,
		    &w->calib);
	return e;
}

/* Calls that may have lost the visits they are to be held against say of those
 * that are left that they call more often than they do. */
static enum err begin_whole(struct db *db, struct company_id company,
    int64_t now_us, int64_t *from_us)
{
	int64_t whole_us = 0;
	const enum err e = db_attrib_whole_from(db, company, now_us, &whole_us);

	if (whole_us > *from_us)
		*from_us = whole_us;
	return e;
}

enum err db_attrib_fit(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, int64_t now_us, struct attrib_law_row *out)
{
	struct attrib_law_row row = { .from_us = from_us,
		.to_us = to_us,
		.fitted_us = now_us };
	struct work *w = calloc(1, sizeof(*w));
	enum err e;

	if (w == NULL)
		return ERR_NOMEM;
	arena_init(&w->mem, CALL_MAX_BYTES);
	e = begin_whole(db, company, now_us, &row.from_us);
	if (e == ERR_OK)
		e = db_attrib_law(db, company, &w->before);
	if (e == ERR_OK)
		e = db_attrib_fit_begin(db, company, to_us,
		    DB_ATTRIB_FIT_READ_MAX, &row.from_us);
	if (e == ERR_OK)
		e = read_calls(db, company, row.from_us, to_us, w);
	if (e == ERR_OK && w->n < DB_ATTRIB_FIT_CALLS_MIN)
		e = ERR_NOTFOUND;
	if (e == ERR_OK)
		e = fit(db, company, w, &row);
	arena_fini(&w->mem);
	free(w);
	if (e == ERR_OK)
		*out = row;
	return e;
}

enum err db_attrib_fit_companies(struct db *db, struct arena *mem,
    struct company_id **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT DISTINCT p.company_id FROM pool_number p"
	    " JOIN company c ON c.id = p.company_id"
	    " WHERE c.archived_at IS NULL LIMIT ?";
	struct company_id row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_u64(st, DB_ATTRIB_FIT_COMPANIES_MAX);
	stmt_out_id(st, row.v);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}
