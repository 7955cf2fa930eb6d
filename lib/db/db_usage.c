#include "lib/db/db_usage.h"

#include "lib/db/stmt.h"

static const char *const names[USAGE_KIND_COUNT] = {
	[USAGE_NUMBER_DAYS] = "number_days",
	[USAGE_CALLS] = "calls",
	[USAGE_INBOUND_S] = "inbound_s",
	[USAGE_OUTBOUND_S] = "outbound_s",
	[USAGE_RECORDED_S] = "recorded_s",
	[USAGE_RECORDED_BYTES] = "recorded_bytes",
	[USAGE_ERASED_BYTES] = "erased_bytes",
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

/* What is stored is what came until then, less what went. */
static void add_stored(struct usage_sum *sum, size_t kind, uint64_t amount)
{
	if (kind == USAGE_RECORDED_BYTES)
		sum->stored_bytes += (int64_t)amount;
	else if (kind == USAGE_ERASED_BYTES)
		sum->stored_bytes -= (int64_t)amount;
}

static void add_day(struct usage_span *s, int64_t day_us, size_t kind,
    uint64_t amount)
{
	if (day_us >= day_of(s->to_us))
		return;
	add_stored(&s->sum, kind, amount);
	if (day_us >= day_of(s->from_us))
		s->sum.amount[kind] += amount;
}

/* USAGE_KIND_COUNT: a newer program knows more. */
static size_t kind_of(const char *name)
{
	size_t i = 0;

	while (
	    i < USAGE_KIND_COUNT && !slice_eq_cstr(slice_from(name), names[i]))
		i++;
	return i;
}

enum err db_usage_read(struct db *db, struct company_id company,
    struct usage_span *spans, size_t n)
{
	static const char sql[] =
	    "SELECT day_at, kind, amount FROM usage_day WHERE company_id = ?"
	    " AND day_at < ?";
	int64_t day_us = 0, to_us = 0;
	uint64_t amount = 0;
	struct stmt *st;
	char kind[65];
	enum err e;

	for (size_t i = 0; i < n; i++) {
		spans[i].sum = (struct usage_sum){ .stored_bytes = 0 };
		to_us = spans[i].to_us > to_us ? spans[i].to_us : to_us;
	}
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_time_us(st, day_of(to_us));
	stmt_out_time_us(st, &day_us);
	stmt_out_text(st, kind, sizeof(kind));
	stmt_out_u64(st, &amount);
	e = stmt_each(st);
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK) {
		const size_t k = kind_of(kind);

		for (size_t i = 0; i < n && k < USAGE_KIND_COUNT; i++)
			add_day(&spans[i], day_us, k, amount);
	}
	stmt_end(st);
	for (size_t i = 0; i < n; i++)
		if (spans[i].sum.stored_bytes < 0)
			spans[i].sum.stored_bytes = 0;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}
