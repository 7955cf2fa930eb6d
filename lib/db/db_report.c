#include "lib/db/db_report.h"

#include <string.h>

#include "lib/db/db_report_group.h"
#include "lib/db/db_sums.h"

int64_t db_report_unanswered(const struct db_report_sums *s)
{
	return s->missed + s->abandoned + s->failed;
}

void db_report_add(struct db_report_sums *to, const struct db_report_sums *more)
{
	to->calls += more->calls;
	to->answered += more->answered;
	to->voicemail += more->voicemail;
	to->abandoned += more->abandoned;
	to->missed += more->missed;
	to->blocked += more->blocked;
	to->failed += more->failed;
	to->interrupted += more->interrupted;
	to->first_time += more->first_time;
	to->qualified += more->qualified;
	to->leads += more->leads;
	to->sales += more->sales;
	to->spam += more->spam;
	to->value_micros += more->value_micros;
	to->talk_ms += more->talk_ms;
	to->ring_ms += more->ring_ms;
	to->talk_60 += more->talk_60;
	to->talk_90 += more->talk_90;
	to->talk_120 += more->talk_120;
	to->answer_ms += more->answer_ms;
	to->over += more->over;
	to->cost_micros += more->cost_micros;
	to->costed |= more->costed;
}

enum err db_report_buckets(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, uint32_t only, struct arena *mem,
    struct db_report_bucket **rows, size_t *n)
{
	const struct db_report_ask ask = { .filter = { .from_us = from_us,
					       .to_us = to_us },
		.only = only };

	return db_report_group_series(db, company, &ask, mem, rows, n);
}

static const struct {
	int by;
	int split;
} top_of[] = {
	[DB_REPORT_SOURCE] = { GROUP_TEXT + FILTER_SOURCE,
	    GROUP_TEXT + FILTER_MEDIUM },
	[DB_REPORT_CAMPAIGN] = { GROUP_TEXT + FILTER_CAMPAIGN, GROUP_NONE },
	[DB_REPORT_KEYWORD] = { GROUP_TEXT + FILTER_KEYWORD, GROUP_NONE },
};

enum err db_report_top(struct db *db, struct company_id company,
    enum db_report_dimension dimension, int64_t from_us, int64_t to_us,
    size_t max, struct arena *mem, struct db_report_top **rows, size_t *n)
{
	const struct db_report_ask ask = {
		.filter = { .from_us = from_us, .to_us = to_us },
		.by = top_of[dimension].by,
		.split = top_of[dimension].split,
		.only = DB_REPORT_SUM(calls) | DB_REPORT_SUM(answered) |
			DB_REPORT_SUM(first_time),
	};
	struct db_report_group *groups = NULL;
	struct db_report_top *all;
	size_t n_groups = 0, count = 0;
	enum err e;

	if (max == 0 || max > DB_REPORT_TOP_MAX)
		return ERR_RANGE;
	if ((all = arena_array(mem, max, sizeof(*all))) == NULL)
		return ERR_NOMEM;
	/* One more, as those without a value may be left out. */
	if ((e = db_report_group_list(db, company, &ask, max + 1, mem, &groups,
		 &n_groups)) != ERR_OK)
		return e;
	for (size_t i = 0; i < n_groups && count < max; i++) {
		const struct db_report_group *g = &groups[i];

		if (dimension != DB_REPORT_SOURCE && g->value[0] == '\0')
			continue;
		memcpy(all[count].value, g->value, sizeof(all[count].value));
		if (!slice_to_cstr(slice_from(g->value2), all[count].value2,
			sizeof(all[count].value2)))
			return ERR_RANGE;
		all[count++].sums = g->sums;
	}
	*rows = all;
	*n = count;
	return ERR_OK;
}

/* Open calls are few; so are the new ones, and the count stops at 100. */
static const char live_sql[] =
    "SELECT"
    " (SELECT COUNT(*) FROM phone_call"
    "  WHERE state = 'open' AND company_id = ?),"
    " (SELECT COUNT(*) FROM"
    "  (SELECT 1 AS one FROM phone_call"
    "   WHERE company_id = ? AND started_at > ? LIMIT 100) AS fresh)";

enum err db_report_live(struct db *db, struct company_id company,
    int64_t since_us, struct db_report_live *out)
{
	struct db_report_live got;
	struct stmt *st = stmt_begin(db, live_sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, company.v);
	stmt_in_time_us(st, since_us);
	stmt_out_u64(st, &got.live);
	stmt_out_u64(st, &got.since);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = got;
	return e;
}

static const char called_sql[] =
    "SELECT EXISTS (SELECT 1 FROM phone_call WHERE company_id = ?)";

enum err db_report_called(struct db *db, struct company_id company, bool *out)
{
	bool got = false;
	struct stmt *st = stmt_begin(db, called_sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_out_bool(st, &got);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = got;
	return e;
}

static const char company_sql[] =
    "SELECT country, currency, COALESCE(billable_s, 0)"
    " FROM company"
    " WHERE id = ?";

enum err db_report_company(struct db *db, struct company_id company,
    struct db_report_company *out)
{
	struct db_report_company got;
	struct stmt *st = stmt_begin(db, company_sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_out_text(st, got.country, sizeof(got.country));
	stmt_out_text(st, got.currency, sizeof(got.currency));
	stmt_out_u64(st, &got.billable_s);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = got;
	return e;
}

/* Zero bytes stand for all companies of the account; then the user. */
#define MEMBERS                                                            \
	"SELECT c.id, c.name, v.user_id IS NOT NULL AS fav, l.changed_at," \
	" MAX(COALESCE(FIELD(m.role, 'read-only', 'agent', 'analyst',"     \
	" 'manager', 'admin', 'owner'), 0))"                               \
	" FROM membership m"                                               \
	" JOIN company c ON c.account_id = m.account_id"                   \
	"  AND (m.company_id = c.id OR m.company_id = ?)"                  \
	" LEFT JOIN favourite v ON v.user_id = m.user_id"                  \
	"  AND v.company_id = c.id"                                        \
	" LEFT JOIN company_logo l ON l.company_id = c.id"                 \
	" WHERE m.user_id = ? AND c.archived_at IS NULL"
#define MEMBERS_EACH " GROUP BY c.id, c.name, fav, l.changed_at"

static const struct company_id all_companies;

static void out_member(struct stmt *st, struct db_report_member *row,
    uint32_t *role)
{
	stmt_out_id(st, row->id.v);
	stmt_out_text(st, row->name, sizeof(row->name));
	stmt_out_bool(st, &row->favourite);
	stmt_out_time_us(st, &row->logo_us);
	stmt_out_u32(st, role);
}

enum err db_report_members(struct db *db, struct user_id user,
    struct arena *mem, struct db_report_member **rows, size_t *n)
{
	static const char sql[] =
	    MEMBERS MEMBERS_EACH " ORDER BY fav DESC, c.name, c.id LIMIT ?";
	struct db_report_member row, *all;
	struct stmt *st = stmt_begin(db, sql);
	size_t count = 0;
	uint32_t role;
	enum err e;

	stmt_in_id(st, all_companies.v);
	stmt_in_id(st, user.v);
	stmt_in_u64(st, DB_REPORT_MEMBERS_MAX + 1);
	out_member(st, &row, &role);
	e = stmt_each(st);
	all =
	    e == ERR_OK ? arena_array(mem, stmt_rows(st), sizeof(*all)) : NULL;
	if (e == ERR_OK && all == NULL)
		e = ERR_NOMEM;
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK) {
		row.role = (enum user_role)role;
		all[count++] = row;
	}
	stmt_end(st);
	if (e != ERR_NOTFOUND)
		return e;
	*rows = all;
	*n = count;
	return ERR_OK;
}

enum err db_report_member(struct db *db, struct user_id user,
    struct company_id company, struct db_report_member *out)
{
	static const char sql[] = MEMBERS " AND c.id = ?" MEMBERS_EACH;
	struct stmt *st = stmt_begin(db, sql);
	struct db_report_member row;
	uint32_t role = 0;
	enum err e;

	stmt_in_id(st, all_companies.v);
	stmt_in_id(st, user.v);
	stmt_in_id(st, company.v);
	out_member(st, &row, &role);
	e = stmt_one(st);
	if (e != ERR_OK)
		return e;
	row.role = (enum user_role)role;
	*out = row;
	return ERR_OK;
}
