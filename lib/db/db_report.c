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

/* A quarter that lost all its calls to a reclassification may stay as zeros. */
static const char buckets_sql[] =
    "SELECT bucket_at, " DB_SUMS_ROW
    " FROM call_rollup"
    " WHERE company_id = ? AND dimension = 'total'"
    " AND bucket_at >= ? AND bucket_at < ? AND calls > 0"
    " ORDER BY bucket_at"
    " LIMIT 38400";

/* Rows of an unknown number: an array in the arena that doubles. */
static struct db_report_bucket *grown(struct arena *mem,
    const struct db_report_bucket *old, size_t n, size_t *cap)
{
	const size_t more = *cap == 0 ? 128 : *cap * 2;
	struct db_report_bucket *rows = arena_array(mem, more, sizeof(*rows));

	if (rows == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++)
		rows[i] = old[i];
	*cap = more;
	return rows;
}

static enum err read_buckets(struct stmt *st, struct db_report_bucket *row,
    struct arena *mem, struct db_report_bucket **rows, size_t *n)
{
	struct db_report_bucket *all = NULL;
	size_t count = 0, cap = 0;
	enum err e;

	while ((e = stmt_next(st)) == ERR_OK) {
		if (count == cap &&
		    (all = grown(mem, all, count, &cap)) == NULL)
			return ERR_NOMEM;
		all[count++] = *row;
	}
	if (e != ERR_NOTFOUND)
		return e;
	*rows = all;
	*n = count;
	return ERR_OK;
}

enum err db_report_buckets(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, struct arena *mem,
    struct db_report_bucket **rows, size_t *n)
{
	struct db_report_bucket row = { .at_us = 0 };
	struct stmt *st;
	enum err e;

	if (to_us < from_us)
		return ERR_RANGE;
	if ((uint64_t)to_us - (uint64_t)from_us >
	    DB_REPORT_BUCKETS_MAX * (uint64_t)(15 * RT_MIN_US))
		return ERR_TOOBIG;
	st = stmt_begin(db, buckets_sql);
	stmt_in_id(st, company.v);
	stmt_in_time_us(st, from_us);
	stmt_in_time_us(st, to_us);
	stmt_out_time_us(st, &row.at_us);
	db_sums_out(st, &row.sums);
	e = stmt_each(st);
	if (e == ERR_OK)
		e = read_buckets(st, &row, mem, rows, n);
	stmt_end(st);
	return e;
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

#define MEMBERS_READ (DB_REPORT_MEMBERS_MAX + 1)

/* Zero bytes stand for all companies of the account. */
static const char members_sql[] =
    "SELECT c.id, c.name, v.user_id IS NOT NULL AS fav, l.changed_at,"
    " MAX(COALESCE(FIELD(m.role, 'read-only', 'agent', 'analyst', 'manager',"
    " 'admin', 'owner'), 0))"
    " FROM membership m"
    " JOIN company c ON c.account_id = m.account_id"
    "  AND (m.company_id = c.id OR m.company_id = ?)"
    " LEFT JOIN favourite v ON v.user_id = m.user_id"
    "  AND v.company_id = c.id"
    " LEFT JOIN company_logo l ON l.company_id = c.id"
    " WHERE m.user_id = ? AND c.archived_at IS NULL"
    " GROUP BY c.id, c.name, fav, l.changed_at"
    " ORDER BY fav DESC, c.name, c.id LIMIT 501";

enum err db_report_members(struct db *db, struct user_id user,
    struct arena *mem, struct db_report_member **rows, size_t *n)
{
	static const struct company_id all_companies;
	struct db_report_member row, *all;
	uint32_t role;
	struct stmt *st;
	size_t count = 0;
	enum err e;

	if ((all = arena_array(mem, MEMBERS_READ, sizeof(*all))) == NULL)
		return ERR_NOMEM;
	st = stmt_begin(db, members_sql);
	stmt_in_id(st, all_companies.v);
	stmt_in_id(st, user.v);
	stmt_out_id(st, row.id.v);
	stmt_out_text(st, row.name, sizeof(row.name));
	stmt_out_bool(st, &row.favourite);
	stmt_out_time_us(st, &row.logo_us);
	stmt_out_u32(st, &role);
	e = stmt_each(st);
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK) {
		row.role = (enum user_role)role;
		if (count < MEMBERS_READ)
			all[count++] = row;
	}
	stmt_end(st);
	if (e != ERR_NOTFOUND)
		return e;
	*rows = all;
	*n = count;
	return ERR_OK;
}
