#include "lib/db/db_sums.h"

/* Columns of call_rollup, in the order of the struct. */
static const char *const columns[] = { "calls", "answered", "voicemail",
	"abandoned", "missed", "blocked", "failed", "interrupted", "first_time",
	"qualified", "leads", "sales", "spam", "value_micros", "talk_ms",
	"ring_ms", "talk_60", "talk_90", "talk_120", "answer_ms" };

_Static_assert(DB_REPORT_SUM(answer_ms) == UINT32_C(1)
					       << (RT_ARRAY_LEN(columns) - 1),
    "in the order of the struct");

uint32_t db_sums_wanted(uint32_t of, uint32_t own_s)
{
	const uint32_t wanted = (of & DB_SUMS_ALL) | DB_REPORT_SUM(calls);

	switch (db_sums_over(own_s).sum_s) {
	case 60:
		return wanted | DB_REPORT_SUM(talk_60);
	case 90:
		return wanted | DB_REPORT_SUM(talk_90);
	case 120:
		return wanted | DB_REPORT_SUM(talk_120);
	default:
		return wanted;
	}
}

/* Money may be more than a double holds to the last unit. */
static bool is_money(size_t i)
{
	return (DB_REPORT_SUM(value_micros) >> i & 1) != 0;
}

static void column(struct buf *sql, enum db_sums_how how, size_t i)
{
	if (how == DB_SUMS_ROW)
		buf_cstr(sql, columns[i]);
	else
		buf_printf(sql, "CAST(SUM(%s%s) AS SIGNED)",
		    is_money(i) ? "" : DB_SUMS_NUMBER, columns[i]);
}

void db_sums_text(struct buf *sql, enum db_sums_how how, uint32_t wanted)
{
	const char *comma = "";

	for (size_t i = 0; i < RT_ARRAY_LEN(columns); i++) {
		if ((wanted >> i & 1) == 0)
			continue;
		buf_cstr(sql, comma);
		column(sql, how, i);
		comma = ", ";
	}
}

void db_sums_out(struct stmt *st, struct db_report_sums *s, uint32_t wanted)
{
	int64_t *const all[] = { &s->calls, &s->answered, &s->voicemail,
		&s->abandoned, &s->missed, &s->blocked, &s->failed,
		&s->interrupted, &s->first_time, &s->qualified, &s->leads,
		&s->sales, &s->spam, &s->value_micros, &s->talk_ms, &s->ring_ms,
		&s->talk_60, &s->talk_90, &s->talk_120, &s->answer_ms };

	for (size_t i = 0; i < RT_ARRAY_LEN(all); i++)
		if ((wanted >> i & 1) != 0)
			stmt_out_i64(st, all[i]);
}

struct db_sums_over db_sums_over(uint32_t own_s)
{
	static const uint32_t known[] = { 60, 90, 120 };
	const uint64_t low_ms = (uint64_t)own_s * 1000;

	if (own_s == 0)
		return (struct db_sums_over){ 0, 0, 0 };
	for (size_t i = 0; i < RT_ARRAY_LEN(known); i++)
		if (own_s <= known[i])
			return (struct db_sums_over){ known[i], low_ms,
				(uint64_t)known[i] * 1000 };
	return (struct db_sums_over){ 0, low_ms, (uint64_t)UINT32_MAX + 1 };
}

int64_t db_sums_over_sum(const struct db_report_sums *s, uint32_t sum_s)
{
	switch (sum_s) {
	case 60:
		return s->talk_60;
	case 90:
		return s->talk_90;
	case 120:
		return s->talk_120;
	default:
		return 0;
	}
}
