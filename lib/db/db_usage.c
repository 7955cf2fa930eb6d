#include "lib/db/db_usage.h"

#include "lib/db/stmt.h"

static const char *const names[USAGE_KIND_COUNT] = {
	[USAGE_NUMBER_DAYS] = "number_days",
	[USAGE_CALLS] = "calls",
	[USAGE_INBOUND_S] = "inbound_s",
	[USAGE_OUTBOUND_S] = "outbound_s",
	[USAGE_RECORDED_S] = "recorded_s",
	[USAGE_RECORDED_BYTES] = "recorded_bytes",
};

static int64_t day_of(int64_t at_us)
{
	return at_us / RT_DAY_US * RT_DAY_US;
}

enum err db_usage_add(struct db *db, struct company_id company, int64_t at_us,
    enum usage_kind kind, uint64_t amount)
{
	static const char sql[] =
	    "INSERT INTO usage_day (company_id, day_at, kind, amount)"
	    " VALUES (?, ?, ?, ?) ON DUPLICATE KEY UPDATE"
	    " amount = amount + VALUES(amount)";
	struct stmt *st;

	if (amount == 0)
		return ERR_OK;
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_time_us(st, day_of(at_us));
	stmt_in_text(st, slice_from(names[kind]));
	stmt_in_u64(st, amount);
	return stmt_exec(st, NULL);
}

/* The day that was counted last, else the first number's; 0: no number yet. */
static enum err last_counted(struct db *db, int64_t *day_us)
{
	static const char sql[] =
	    "SELECT COALESCE((SELECT MAX(day_at) FROM usage_day"
	    " WHERE kind = ?), (SELECT MIN(added_at) FROM number))";
	struct stmt *st = stmt_begin(db, sql);
	int64_t at_us = 0;
	enum err e;

	stmt_in_text(st, slice_from(names[USAGE_NUMBER_DAYS]));
	stmt_out_time_us(st, &at_us);
	if ((e = stmt_one(st)) == ERR_OK)
		*day_us = day_of(at_us);
	return e;
}

static enum err count_numbers(struct db *db, int64_t day_us)
{
	static const char sql[] =
	    "INSERT INTO usage_day (company_id, day_at, kind, amount)"
	    " SELECT n.company_id, ?, ?, COUNT(*) FROM number n"
	    " WHERE n.added_at < ?"
	    " AND (n.released_at IS NULL OR n.released_at >= ?)"
	    " GROUP BY n.company_id"
	    " ON DUPLICATE KEY UPDATE amount = VALUES(amount)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, day_us);
	stmt_in_text(st, slice_from(names[USAGE_NUMBER_DAYS]));
	stmt_in_time_us(st, day_us + RT_DAY_US);
	stmt_in_time_us(st, day_us);
	return stmt_exec(st, NULL);
}

enum err db_usage_numbers(struct db *db, int64_t now_us)
{
	const int64_t today_us = day_of(now_us);
	int64_t day_us;
	enum err e;

	if ((e = last_counted(db, &day_us)) != ERR_OK || day_us == 0)
		return e;
	if (day_us < today_us - DB_USAGE_BACK_US)
		day_us = today_us - DB_USAGE_BACK_US;
	while (e == ERR_OK && day_us <= today_us) {
		e = count_numbers(db, day_us);
		day_us += RT_DAY_US;
	}
	return e;
}

enum err db_usage_read(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, struct usage_sum *out)
{
	static const char sql[] =
	    "SELECT kind, CAST(SUM(amount) AS UNSIGNED) FROM usage_day"
	    " WHERE company_id = ? AND day_at >= ? AND day_at < ?"
	    " GROUP BY kind";
	struct usage_sum sum = { { 0 } };
	char kind[65];
	uint64_t amount;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_time_us(st, day_of(from_us));
	stmt_in_time_us(st, day_of(to_us));
	stmt_out_text(st, kind, sizeof(kind));
	stmt_out_u64(st, &amount);
	e = stmt_each(st);
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK)
		for (size_t i = 0; i < USAGE_KIND_COUNT; i++)
			if (slice_eq_cstr(slice_from(kind), names[i]))
				sum.amount[i] = amount;
	stmt_end(st);
	if (e != ERR_NOTFOUND)
		return e;
	*out = sum;
	return ERR_OK;
}
