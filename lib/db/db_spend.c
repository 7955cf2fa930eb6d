#include "lib/db/db_spend.h"

#include "lib/db/stmt.h"

/* Which line of the day it is. */
#define LINE "UNHEX(MD5(CONCAT_WS('\n', ?, ?, ?, ?, ?)))"

static void in_texts(struct stmt *st, const struct spend_row *row)
{
	stmt_in_text(st, row->source);
	stmt_in_text(st, row->medium);
	stmt_in_text(st, row->campaign);
	stmt_in_text(st, row->ad_group);
	stmt_in_text(st, row->keyword);
}

enum err db_spend_clear(struct db *db, struct company_id company,
    const struct spend_row *row)
{
	static const char sql[] =
	    "DELETE FROM ad_spend WHERE company_id = ?"
	    " AND spent_on = ? AND line = " LINE;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_text(st, slice_from(row->day));
	in_texts(st, row);
	return stmt_exec(st, NULL);
}

enum err db_spend_add(struct db *db, struct company_id company,
    const struct spend_row *row)
{
	static const char sql[] =
	    "INSERT INTO ad_spend (company_id, spent_on, line, source,"
	    " medium, campaign, ad_group, keyword, amount_micros, clicks,"
	    " impressions) VALUES (?, ?, " LINE
	    ", ?, ?, ?, ?, ?, ?, ?, ?)"
	    " ON DUPLICATE KEY UPDATE"
	    " amount_micros = amount_micros + VALUES(amount_micros),"
	    " clicks = clicks + VALUES(clicks),"
	    " impressions = impressions + VALUES(impressions)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_text(st, slice_from(row->day));
	in_texts(st, row);
	in_texts(st, row);
	stmt_in_i64(st, row->amount_micros);
	stmt_in_u64(st, row->clicks);
	stmt_in_u64(st, row->impressions);
	return stmt_exec(st, NULL);
}

static enum err import_round(struct db *db, struct company_id company,
    struct spend_in *in, struct slice text, int64_t now_us,
    enum err (*put)(struct db *db, struct company_id company,
	const struct spend_row *row),
    unsigned int *n)
{
	struct spend_in_row row;
	enum err e = spend_in_begin(in, text);

	*n = 0;
	while (e == ERR_OK && (e = spend_in_next(in, &row)) == ERR_OK) {
		struct spend_row to = { .source = row.source,
			.medium = row.medium,
			.campaign = row.campaign,
			.ad_group = row.ad_group,
			.keyword = row.keyword,
			.amount_micros = row.amount_micros,
			.clicks = row.clicks,
			.impressions = row.impressions };

		if (!spend_in_day_near(row.day, now_us)) {
			in->why = SPEND_IN_FAR;
			return ERR_RANGE;
		}
		if (!slice_to_cstr(row.day, to.day, sizeof(to.day)))
			return ERR_RANGE;
		e = put(db, company, &to);
		(*n)++;
	}
	if (e == ERR_NOTFOUND && *n == 0) {
		in->why = "There is nothing below the names of the columns.";
		return ERR_RANGE;
	}
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err db_spend_import(struct db *db, struct company_id company,
    struct spend_in *in, struct slice text, int64_t now_us, unsigned int *rows)
{
	unsigned int n;
	bool mine;
	enum err e = db_join(db, &mine);

	if (e != ERR_OK)
		return e;
	e = import_round(db, company, in, text, now_us, db_spend_clear, &n);
	if (e == ERR_OK)
		e = import_round(db, company, in, text, now_us, db_spend_add,
		    &n);
	e = db_join_end(db, mine, e);
	if (e == ERR_OK)
		*rows = n;
	return e;
}

/* The texts that spend knows, in the order of the statements below. */
static const enum filter_text known[] = { FILTER_SOURCE, FILTER_MEDIUM,
	FILTER_CAMPAIGN, FILTER_AD_GROUP, FILTER_KEYWORD };

/* 1 for all, 2 for the first of the above; 0: not known. */
static uint64_t place_of(int by)
{
	if (by == GROUP_NONE)
		return 1;
	for (size_t i = 0; i < RT_ARRAY_LEN(known); i++)
		if (by == GROUP_TEXT + (int)known[i])
			return i + 2;
	return 0;
}

bool db_spend_fits(const struct db_filter *f, int by)
{
	struct db_filter rest = *f;

	for (size_t i = 0; i < RT_ARRAY_LEN(known); i++)
		rest.by_text[known[i]] = false;
	return place_of(by) != 0 && f->result.n == 0 && db_filter_plain(&rest);
}

#define TEXTS                                                          \
	" AND (? = 0 OR s.source = ?) AND (? = 0 OR s.medium = ?)"     \
	" AND (? = 0 OR s.campaign = ?) AND (? = 0 OR s.ad_group = ?)" \
	" AND (? = 0 OR s.keyword = ?)"

/* A month's cost is a twelfth of a year's, by the day: twelve months are a year
 * to the last micro. */
static const char sums_sql[] =
    "SELECT ELT(?, '', s.source, s.medium, s.campaign, s.ad_group, s.keyword)"
    " AS k, CAST(SUM(s.amount) AS SIGNED) FROM ("
    "SELECT company_id, source, medium, campaign, ad_group, keyword,"
    " amount_micros AS amount FROM ad_spend"
    " WHERE company_id = ? AND spent_on BETWEEN ? AND ?"
    " UNION ALL SELECT t.company_id, t.source, t.medium, t.campaign, '', '',"
    " ROUND(CAST(c.monthly_micros AS DECIMAL(30)) * 12"
    " * (DATEDIFF(LEAST(COALESCE(c.until_on,"
    " ?), ?), GREATEST(c.from_on, ?)) + 1) / 365) FROM tracker_cost c JOIN tracker t"
    " ON t.company_id = c.company_id AND t.id = c.tracker_id"
    " WHERE c.company_id = ? AND c.from_on <= ?"
    " AND (c.until_on IS NULL OR c.until_on >= ?)"
    ") AS s WHERE s.company_id = ?" TEXTS " GROUP BY k";

static void in_period(struct stmt *st, const struct company_id *company,
    const char *first, const char *last)
{
	const struct slice a = slice_from(first), b = slice_from(last);

	stmt_in_id(st, company->v);
	stmt_in_text(st, a);
	stmt_in_text(st, b);
	stmt_in_text(st, b);
	stmt_in_text(st, b);
	stmt_in_text(st, a);
	stmt_in_id(st, company->v);
	stmt_in_text(st, b);
	stmt_in_text(st, a);
	stmt_in_id(st, company->v);
}

enum err db_spend_sums(struct db *db, struct company_id company,
    const struct db_filter *f, int by, const char *first, const char *last,
    struct arena *mem, struct spend_sum **rows, size_t *n)
{
	struct spend_sum row;
	struct stmt *st;

	if (!db_spend_fits(f, by)) {
		*rows = NULL;
		*n = 0;
		return ERR_OK;
	}
	st = stmt_begin(db, sums_sql);
	stmt_in_u64(st, place_of(by));
	in_period(st, &company, first, last);
	for (size_t i = 0; i < RT_ARRAY_LEN(known); i++) {
		stmt_in_bool(st, f->by_text[known[i]]);
		stmt_in_text(st, f->text[known[i]]);
	}
	stmt_out_text(st, row.value, sizeof(row.value));
	stmt_out_i64(st, &row.amount_micros);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}
