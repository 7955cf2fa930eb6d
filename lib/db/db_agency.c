#include "lib/db/db_agency.h"

#include "lib/db/stmt.h"

/* Takes nil for "all companies of the account", then the user. */
#define MINE                                                     \
	"(SELECT DISTINCT c.id FROM membership m JOIN company c" \
	" ON c.account_id = m.account_id"                        \
	" AND (m.company_id = c.id OR m.company_id = ?)"         \
	" WHERE m.user_id = ? AND c.archived_at IS NULL)"

static const struct company_id all_companies;

#define SUM(column) "CAST(SUM(r." column ") AS SIGNED)"

enum err db_agency_sums(struct db *db, struct user_id user, int64_t from_us,
    int64_t to_us, struct arena *mem, struct db_agency_sums **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT r.company_id, " SUM("calls") ", " SUM("answered") ", " SUM("voicemail") ", " SUM("abandoned") ", " SUM("missed") ", " SUM("failed") ", " SUM(
		"first_time") ", " SUM("qualified") ", " SUM("leads") ", " SUM("sales") ", " SUM("value_micros") ", " SUM("talk_ms") " FROM " MINE
																     " AS mine JOIN call_rollup r"
																     " ON r.company_id = mine.id"
																     " AND r.dimension = 'total'"
																     " AND r.bucket_at >= ? AND r.bucket_at < ?"
																     " GROUP BY r.company_id LIMIT 500";
	struct db_agency_sums row = { .sums = { .calls = 0 } };
	struct db_report_sums *s = &row.sums;
	int64_t *const out[] = { &s->calls, &s->answered, &s->voicemail,
		&s->abandoned, &s->missed, &s->failed, &s->first_time,
		&s->qualified, &s->leads, &s->sales, &s->value_micros,
		&s->talk_ms };
	struct stmt *st;
	void *all;
	enum err e;

	if ((e = stmt_begin(db, sql, &st)) != ERR_OK)
		return e;
	stmt_in_id(st, all_companies.v);
	stmt_in_id(st, user.v);
	stmt_in_time_us(st, from_us);
	stmt_in_time_us(st, to_us);
	stmt_out_id(st, row.company.v);
	for (size_t i = 0; i < RT_ARRAY_LEN(out); i++)
		stmt_out_i64(st, out[i]);
	e = stmt_all(st, mem, &row, sizeof(row), &all, n);
	stmt_end(st);
	if (e == ERR_OK)
		*rows = all;
	return e;
}

enum err db_agency_live(struct db *db, struct user_id user, struct arena *mem,
    struct db_agency_live **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT p.company_id, COUNT(*) FROM phone_call p JOIN " MINE
	    " AS mine ON mine.id = p.company_id WHERE p.state = 'open'"
	    " GROUP BY p.company_id LIMIT 500";
	struct db_agency_live row;
	struct stmt *st;
	void *all;
	enum err e;

	if ((e = stmt_begin(db, sql, &st)) != ERR_OK)
		return e;
	stmt_in_id(st, all_companies.v);
	stmt_in_id(st, user.v);
	stmt_out_id(st, row.company.v);
	stmt_out_u64(st, &row.live);
	e = stmt_all(st, mem, &row, sizeof(row), &all, n);
	stmt_end(st);
	if (e == ERR_OK)
		*rows = all;
	return e;
}

static enum err unfavour(struct db *db, struct user_id user,
    struct company_id company)
{
	static const char sql[] =
	    "DELETE FROM favourite WHERE user_id = ? AND company_id = ?";
	struct stmt *st;
	enum err e;

	if ((e = stmt_begin(db, sql, &st)) != ERR_OK)
		return e;
	stmt_in_id(st, user.v);
	stmt_in_id(st, company.v);
	e = stmt_exec(st, NULL);
	stmt_end(st);
	return e;
}

enum err db_agency_favour(struct db *db, struct user_id user,
    struct company_id company, bool on)
{
	static const char sql[] =
	    "INSERT INTO favourite (user_id, company_id)"
	    " SELECT ?, mine.id FROM " MINE
	    " AS mine WHERE mine.id = ?"
	    " ON DUPLICATE KEY UPDATE company_id = VALUES(company_id)";
	struct stmt *st;
	uint64_t n = 0;
	enum err e;

	if (!on)
		return unfavour(db, user, company);
	if ((e = stmt_begin(db, sql, &st)) != ERR_OK)
		return e;
	stmt_in_id(st, user.v);
	stmt_in_id(st, all_companies.v);
	stmt_in_id(st, user.v);
	stmt_in_id(st, company.v);
	e = stmt_exec(st, &n);
	stmt_end(st);
	return e == ERR_OK && n == 0 ? ERR_NOTFOUND : e;
}
