#include "lib/db/db_sums.h"

#define IS(result)    DB_SUMS_YES("f.result = '" result "'")
#define QUICKLY(expr) "CAST(SUM(" DB_SUMS_NUMBER expr ") AS SIGNED)"

/* In the order of the struct. */
static const struct {
	const char *name;  /* in call_rollup */
	const char *facts; /* of narrow rows */
} columns[] = {
	{ "calls", "COUNT(*)" },
	{ "answered", IS("answered") },
	{ "voicemail", IS("voicemail") },
	{ "abandoned", IS("abandoned") },
	{ "missed", IS("missed") },
	{ "blocked", IS("blocked") },
	{ "failed", IS("failed") },
	{ "interrupted", IS("interrupted") },
	{ "first_time", DB_SUMS_YES("f.first_time") },
	{ "qualified", DB_SUMS_YES("f.qualified") },
	{ "leads", DB_SUMS_YES("f.is_lead") },
	{ "sales", DB_SUMS_YES("f.is_sale") },
	{ "spam", DB_SUMS_YES("f.is_spam") },
	{ "value_micros", "CAST(SUM(f.value_micros) AS SIGNED)" },
	{ "talk_ms", QUICKLY("f.talk_ms") },
	{ "ring_ms", QUICKLY("f.ring_ms") },
	{ "talk_60", DB_SUMS_YES("f.talk_ms >= 60000") },
	{ "talk_90", DB_SUMS_YES("f.talk_ms >= 90000") },
	{ "talk_120", DB_SUMS_YES("f.talk_ms >= 120000") },
	{ "answer_ms", QUICKLY("IF(f.result = 'answered', f.ring_ms, 0)") },
};

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
	const char *const name = columns[i].name;
	const char *const number = is_money(i) ? "" : DB_SUMS_NUMBER;

	switch (how) {
	case DB_SUMS_ROW:
		buf_cstr(sql, name);
		break;
	case DB_SUMS_TOTAL:
		buf_printf(sql, "CAST(SUM(%s%s) AS SIGNED)", number, name);
		break;
	case DB_SUMS_PIECES:
		buf_printf(sql, "SUM(%s%s) AS %s", number, name, name);
		break;
	case DB_SUMS_PUT:
		buf_printf(sql, "CAST(SUM(%s) AS SIGNED)", name);
		break;
	case DB_SUMS_FACTS:
		buf_cstr(sql, columns[i].facts);
		break;
	}
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
