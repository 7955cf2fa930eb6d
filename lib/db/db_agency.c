#include "lib/db/db_agency.h"

#include "lib/db/stmt.h"

/* Takes nil for "all companies of the account", then the user. */
#define MINE                                                     \
	"(SELECT DISTINCT c.id FROM membership m JOIN company c" \
	" ON c.account_id = m.account_id"                        \
	" AND (m.company_id = c.id OR m.company_id = ?)"         \
	" WHERE m.user_id = ? AND c.archived_at IS NULL)"

static const struct company_id all_companies;

/* Of NULL all are. */
static bool is_asked(const struct company_id *of, size_t n_of,
    struct company_id company)
{
	for (size_t i = 0; i < n_of; i++)
		if (id_eq(of[i].v, company.v))
			return true;
	return of == NULL;
}

struct one {
	struct db_report_sums sums;
	bool any;
};

static enum err take_one(void *ctx, const struct db_report_group *row)
{
	struct one *o = ctx;

	*o = (struct one){ row->sums, true };
	return ERR_OK;
}

/* What one company had; ERR_NOTFOUND: no call. */
static enum err sums_of(struct db *db, struct company_id company,
    struct db_report_ask ask, struct db_report_sums *out)
{
	struct one one = { .any = false };
	enum err e;

	ask.by = ask.split = GROUP_NONE;
	e = db_report_group_each(db, company, &ask, 1, take_one, &one);
	if (e == ERR_OK && !one.any)
		return ERR_NOTFOUND;
	if (e == ERR_OK)
		*out = one.sums;
	return e;
}

/* A statement for each company: joined to their list, the planner would read
 * each one's roll-ups of all times. */
static enum err sums_of_each(struct db *db, struct user_id user,
    const struct company_id *of, size_t n_of, const struct db_report_ask *ask,
    struct arena *mem, struct db_agency_sums **rows, size_t *n)
{
	struct db_report_member *mine;
	struct db_agency_sums *all;
	size_t n_mine, count = 0;
	enum err e;

	if ((e = db_report_members(db, user, mem, &mine, &n_mine)) != ERR_OK)
		return e;
	if ((all = arena_array(mem, n_mine, sizeof(*all))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n_mine; i++) {
		if (!is_asked(of, n_of, mine[i].id))
			continue;
		e = sums_of(db, mine[i].id, *ask, &all[count].sums);
		if (e != ERR_OK && e != ERR_NOTFOUND)
			return e;
		if (e == ERR_OK)
			all[count++].company = mine[i].id;
	}
	*rows = all;
	*n = count;
	return ERR_OK;
}

enum err db_agency_sums(struct db *db, struct user_id user,
    const struct company_id *of, size_t n_of, int64_t from_us, int64_t to_us,
    struct arena *mem, struct db_agency_sums **rows, size_t *n)
{
	const struct db_report_ask ask = { .filter = { .from_us = from_us,
					       .to_us = to_us } };

	return sums_of_each(db, user, of, n_of, &ask, mem, rows, n);
}

enum err db_agency_group(struct db *db, struct user_id user,
    const struct db_report_ask *ask, struct arena *mem,
    struct db_agency_sums **rows, size_t *n)
{
	return sums_of_each(db, user, NULL, 0, ask, mem, rows, n);
}

enum err db_agency_live(struct db *db, struct user_id user, struct arena *mem,
    struct db_agency_live **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT p.company_id, COUNT(*) FROM phone_call p JOIN " MINE
	    " AS mine ON mine.id = p.company_id WHERE p.state = 'open'"
	    " GROUP BY p.company_id LIMIT 500";
	struct db_agency_live row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, all_companies.v);
	stmt_in_id(st, user.v);
	stmt_out_id(st, row.company.v);
	stmt_out_u64(st, &row.live);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

static enum err unfavour(struct db *db, struct user_id user,
    struct company_id company)
{
	static const char sql[] =
	    "DELETE FROM favourite WHERE user_id = ? AND company_id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, user.v);
	stmt_in_id(st, company.v);
	return stmt_exec(st, NULL);
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
	st = stmt_begin(db, sql);
	stmt_in_id(st, user.v);
	stmt_in_id(st, all_companies.v);
	stmt_in_id(st, user.v);
	stmt_in_id(st, company.v);
	e = stmt_exec(st, &n);
	return e == ERR_OK && n == 0 ? ERR_NOTFOUND : e;
}
