#include "lib/db/db_sums.h"

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
