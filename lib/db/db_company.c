#include "lib/db/db_company.h"

#include "lib/db/db_config.h"
#include "lib/db/stmt.h"

#define COLUMNS                                               \
	"id, account_id, name, time_zone, country, currency," \
	" COALESCE(billable_s, 0), credit_min_bp, created_at"

/* What people may choose from at first; db_mark reads them. */
static const struct {
	const char *code;
	const char *name;
	bool is_lead, is_sale, is_spam;
} outcomes[] = {
	{ "lead", "Lead", true, false, false },
	{ "booked", "Booked", true, false, false },
	{ "customer", "Customer", true, true, false },
	{ "sold", "Sold", true, true, false },
	{ "wrong_number", "Wrong number", false, false, false },
	{ "spam", "Spam", false, false, true },
};

static void out_row(struct stmt *st, struct company_row *row)
{
	stmt_out_id(st, row->id.v);
	stmt_out_id(st, row->account.v);
	stmt_out_text(st, row->name, sizeof(row->name));
	stmt_out_text(st, row->time_zone, sizeof(row->time_zone));
	stmt_out_text(st, row->country, sizeof(row->country));
	stmt_out_text(st, row->currency, sizeof(row->currency));
	stmt_out_u32(st, &row->billable_s);
	stmt_out_u16(st, &row->credit_min_bp);
	stmt_out_time_us(st, &row->created_us);
}

static enum err add_outcome(struct db *db, struct company_id company, size_t i)
{
	static const char sql[] =
	    "INSERT INTO outcome (company_id, code, name, is_lead, is_sale,"
	    " is_spam, position) VALUES (?, ?, ?, ?, ?, ?, ?)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_text(st, slice_from(outcomes[i].code));
	stmt_in_text(st, slice_from(outcomes[i].name));
	stmt_in_bool(st, outcomes[i].is_lead);
	stmt_in_bool(st, outcomes[i].is_sale);
	stmt_in_bool(st, outcomes[i].is_spam);
	stmt_in_u64(st, i + 1);
	return stmt_exec_one(st);
}

enum err db_company_add(struct db *db, const struct company_row *row)
{
	static const char sql[] =
	    "INSERT INTO company (id, account_id, name, time_zone, country,"
	    " currency, billable_s, credit_min_bp, created_at)"
	    " VALUES (?, ?, ?, ?, ?, ?, NULLIF(?, 0), ?, ?)";
	struct stmt *st;
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	st = stmt_begin(db, sql);
	stmt_in_id(st, row->id.v);
	stmt_in_id(st, row->account.v);
	stmt_in_text(st, slice_from(row->name));
	stmt_in_text(st, slice_from(row->time_zone));
	stmt_in_text(st, slice_from(row->country));
	stmt_in_text(st, slice_from(row->currency));
	stmt_in_u64(st, row->billable_s);
	stmt_in_u64(st, row->credit_min_bp);
	stmt_in_time_us(st, row->created_us);
	e = db_config_exec(db, st);
	for (size_t i = 0; i < RT_ARRAY_LEN(outcomes) && e == ERR_OK; i++)
		e = add_outcome(db, row->id, i);
	return db_join_end(db, mine, e);
}

enum err db_company_get(struct db *db, struct company_id company,
    struct company_row *out)
{
	static const char sql[] = "SELECT " COLUMNS
				  " FROM company"
				  " WHERE id = ? AND archived_at IS NULL";
	struct company_row row;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	out_row(st, &row);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = row;
	return e;
}

/* Values were recorded in the currency of their time. */
static enum err check_currency(struct db *db, const struct company_row *row)
{
	static const char sql[] =
	    "SELECT COUNT(*) FROM company WHERE id = ? AND currency <> ?"
	    " AND EXISTS (SELECT 1 FROM interaction WHERE company_id = ?"
	    " AND value_micros IS NOT NULL)";
	struct stmt *st = stmt_begin(db, sql);
	bool refused = false;
	enum err e;

	stmt_in_id(st, row->id.v);
	stmt_in_text(st, slice_from(row->currency));
	stmt_in_id(st, row->id.v);
	stmt_out_bool(st, &refused);
	e = stmt_one(st);
	return e == ERR_OK && refused ? ERR_CONFLICT : e;
}

enum err db_company_update(struct db *db, const struct company_row *row)
{
	static const char sql[] =
	    "UPDATE company SET name = ?, time_zone = ?, country = ?,"
	    " currency = ?, billable_s = NULLIF(?, 0), credit_min_bp = ?"
	    " WHERE id = ? AND archived_at IS NULL";
	struct stmt *st;
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	if ((e = check_currency(db, row)) != ERR_OK)
		return db_join_end(db, mine, e);
	st = stmt_begin(db, sql);
	stmt_in_text(st, slice_from(row->name));
	stmt_in_text(st, slice_from(row->time_zone));
	stmt_in_text(st, slice_from(row->country));
	stmt_in_text(st, slice_from(row->currency));
	stmt_in_u64(st, row->billable_s);
	stmt_in_u64(st, row->credit_min_bp);
	stmt_in_id(st, row->id.v);
	return db_join_end(db, mine, db_config_exec(db, st));
}

enum err db_company_list(struct db *db, struct account_id account,
    struct arena *mem, struct company_row **rows, size_t *n)
{
	static const char sql[] = "SELECT " COLUMNS
				  " FROM company"
				  " WHERE account_id = ?"
				  " AND archived_at IS NULL"
				  " ORDER BY name, id";
	struct company_row row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, account.v);
	out_row(st, &row);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_company_archive(struct db *db, struct account_id account,
    struct company_id company, int64_t now_us)
{
	static const char used_sql[] =
	    "SELECT COUNT(*) FROM number WHERE company_id = ?"
	    " AND released_at IS NULL";
	static const char sql[] =
	    "UPDATE company SET archived_at = ?"
	    " WHERE id = ? AND account_id = ? AND archived_at IS NULL";
	struct stmt *st;
	uint64_t numbers = 0;
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	st = stmt_begin(db, used_sql);
	stmt_in_id(st, company.v);
	stmt_out_u64(st, &numbers);
	e = stmt_one(st);
	if (e == ERR_OK && numbers > 0)
		e = ERR_CONFLICT;
	if (e != ERR_OK)
		return db_join_end(db, mine, e);
	st = stmt_begin(db, sql);
	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, account.v);
	return db_join_end(db, mine, db_config_exec(db, st));
}
