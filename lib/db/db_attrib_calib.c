#include "lib/db/db_attrib_calib.h"

#include "lib/db/stmt.h"

/* The one candidate that announced the call; n: none, or more than one. */
static size_t announced(const struct candidates *k)
{
	const int64_t call_us = k->ask.call_us;
	size_t found = k->n;

	for (size_t i = 0; i < k->n; i++) {
		const int64_t at_us = k->c[i].tel_clicked_us;

		if (at_us == 0 || at_us > call_us + ATTRIB_TOUCH_SKEW_US ||
		    at_us < call_us - DB_ATTRIB_CALIB_TOUCH_US)
			continue;
		if (found != k->n)
			return k->n;
		found = i;
	}
	return found;
}

/* Is the likeliest one the visitor of the confirmation? */
static enum err judge(struct candidates *k, const struct attrib_law *law,
    struct visitor_id truth, struct calib *c)
{
	struct attrib_verdict v;
	enum err e;

	k->ask.law = law;
	k->ask.threshold_bp = 1; /* whoever is likeliest is named */
	e = attrib_decide(k->c, k->n, &k->ask, &v);
	k->ask.law = NULL;
	if (e == ERR_OK && v.level == ATTRIB_VISIT)
		calib_add(c, v.probability_bp,
		    id_eq(k->c[v.best].visitor.v, truth.v));
	return e;
}

static bool is_candidate(const struct candidates *k, struct visitor_id who)
{
	for (size_t i = 0; i < k->n; i++)
		if (id_eq(k->c[i].visitor.v, who.v))
			return true;
	return false;
}

enum err db_attrib_calib_take(struct candidates *k,
    const struct attrib_law *law, const struct attrib_law *blind,
    struct visitor_id form, struct calib *c)
{
	const size_t truth = announced(k);

	if (truth != k->n) {
		for (size_t i = 0; i < k->n; i++)
			k->c[i].tel_clicked_us = 0;
		return judge(k, blind, k->c[truth].visitor, c);
	}
	/* A visit that never saw the number made the form, not the call. */
	if (!id_is_nil(form.v) && is_candidate(k, form))
		return judge(k, law, form, c);
	return ERR_OK;
}

enum err db_attrib_calib_form(struct db *db, struct company_id company,
    struct slice caller_e164, int64_t call_us, struct visitor_id *out)
{
	static const char sql[] =
	    "SELECT DISTINCT v.visitor_id FROM form_entry f JOIN visit v"
	    " ON v.company_id = f.company_id AND v.id = f.visit_id"
	    " WHERE f.company_id = ? AND f.contact_e164 = ?"
	    " AND f.submitted_at >= ? AND f.submitted_at <= ? LIMIT 2";
	struct visitor_id id;
	struct stmt *st;
	enum err e;

	if (caller_e164.n == 0)
		return ERR_NOTFOUND;
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_text(st, caller_e164);
	stmt_in_time_us(st, call_us - DB_ATTRIB_CALIB_FORM_US);
	stmt_in_time_us(st, call_us + DB_ATTRIB_CALIB_FORM_US);
	stmt_out_id(st, id.v);
	e = stmt_each(st);
	if (e == ERR_OK && stmt_rows(st) != 1)
		e = ERR_NOTFOUND;
	if (e == ERR_OK)
		e = stmt_next(st);
	stmt_end(st);
	if (e == ERR_OK)
		*out = id;
	return e;
}

enum err db_attrib_calib_put(struct db *db, struct company_id company,
    uint32_t version, const struct calib *c)
{
	static const char sql[] =
	    "INSERT INTO attrib_calib (company_id, version, bin, calls,"
	    " confirmed, stated_bp) VALUES (?, ?, ?, ?, ?, ?)"
	    " ON DUPLICATE KEY UPDATE calls = VALUES(calls),"
	    " confirmed = VALUES(confirmed), stated_bp = VALUES(stated_bp)";
	enum err e = ERR_OK;

	for (unsigned int i = 0; i < CALIB_BINS && e == ERR_OK; i++) {
		struct stmt *st;

		st = stmt_begin(db, sql);
		stmt_in_id(st, company.v);
		stmt_in_u64(st, version);
		stmt_in_u64(st, i);
		stmt_in_u64(st, c->bins[i].calls);
		stmt_in_u64(st, c->bins[i].right);
		stmt_in_u64(st, c->bins[i].stated_bp);
		e = stmt_exec(st, NULL);
	}
	return e;
}

enum err db_attrib_calib_get(struct db *db, struct company_id company,
    uint32_t version, struct calib *out)
{
	static const char sql[] =
	    "SELECT bin, calls, confirmed, stated_bp FROM attrib_calib"
	    " WHERE company_id = ? AND version = ?";
	struct calib c = { { { 0, 0, 0 } } };
	struct calib_bin b;
	uint32_t bin = 0;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_u64(st, version);
	stmt_out_u32(st, &bin);
	stmt_out_u64(st, &b.calls);
	stmt_out_u64(st, &b.right);
	stmt_out_u64(st, &b.stated_bp);
	e = stmt_each(st);
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK)
		if (bin < CALIB_BINS)
			c.bins[bin] = b;
	stmt_end(st);
	if (e != ERR_NOTFOUND)
		return e;
	*out = c;
	return ERR_OK;
}
