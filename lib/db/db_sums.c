#include "lib/db/db_sums.h"

#define IS(result)    DB_SUMS_YES("f.result = '" result "'")
#define QUICKLY(expr) "CAST(SUM(" DB_SUMS_NUMBER expr ") AS SIGNED)"

void db_sums_facts(struct buf *sql, uint32_t only)
{
	static const char *const all[] = {
		"COUNT(*)",
		IS("answered"),
		IS("voicemail"),
		IS("abandoned"),
		IS("missed"),
		IS("blocked"),
		IS("failed"),
		IS("interrupted"),
		DB_SUMS_YES("f.first_time"),
		DB_SUMS_YES("f.qualified"),
		DB_SUMS_YES("f.is_lead"),
		DB_SUMS_YES("f.is_sale"),
		DB_SUMS_YES("f.is_spam"),
		"CAST(SUM(f.value_micros) AS SIGNED)",
		QUICKLY("f.talk_ms"),
		QUICKLY("f.ring_ms"),
		DB_SUMS_YES("f.talk_ms >= 60000"),
		DB_SUMS_YES("f.talk_ms >= 90000"),
		DB_SUMS_YES("f.talk_ms >= 120000"),
		QUICKLY("IF(f.result = 'answered', f.ring_ms, 0)"),
	};

	_Static_assert(DB_REPORT_SUM(answer_ms) ==
			   UINT32_C(1) << (RT_ARRAY_LEN(all) - 1),
	    "in the order of the struct");
	for (size_t i = 0; i < RT_ARRAY_LEN(all); i++) {
		if (i > 0)
			buf_cstr(sql, ", ");
		buf_cstr(sql, (only >> i & 1) != 0 ? all[i] : "0");
	}
}

void db_sums_out(struct stmt *st, struct db_report_sums *s)
{
	int64_t *const all[] = { &s->calls, &s->answered, &s->voicemail,
		&s->abandoned, &s->missed, &s->blocked, &s->failed,
		&s->interrupted, &s->first_time, &s->qualified, &s->leads,
		&s->sales, &s->spam, &s->value_micros, &s->talk_ms, &s->ring_ms,
		&s->talk_60, &s->talk_90, &s->talk_120, &s->answer_ms };

	for (size_t i = 0; i < RT_ARRAY_LEN(all); i++)
		stmt_out_i64(st, all[i]);
}

const int64_t *db_sums_over(const struct db_report_sums *s, uint32_t own_s)
{
	switch (own_s) {
	case 60:
		return &s->talk_60;
	case 90:
		return &s->talk_90;
	case 120:
		return &s->talk_120;
	default:
		return NULL;
	}
}
