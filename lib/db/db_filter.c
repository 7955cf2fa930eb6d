#include "lib/db/db_filter.h"

#include "lib/db/stmt.h"

bool db_filter_plain(const struct db_filter *f)
{
	bool any = f->by_tag;

	for (size_t i = 0; i < FILTER_TEXT_COUNT; i++)
		any = any || f->by_text[i];
	for (size_t i = 0; i < FILTER_ID_COUNT; i++)
		any = any || f->by_id[i];
	for (size_t i = 0; i < FILTER_RANGE_COUNT; i++)
		any = any || f->by_range[i];
	for (size_t i = 0; i < FILTER_FLAG_COUNT; i++)
		any = any || f->want[i] != FILTER_ANY;
	return !any;
}

/* In the order of DB_FILTER_KEYS. */
void db_filter_in_keys(struct stmt *st, const struct company_id *company,
    const struct db_filter *f)
{
	stmt_in_id(st, company->v);
	stmt_in_time_us(st, f->from_us);
	stmt_in_time_us(st, f->to_us);
	for (int i = 0; i < 3; i++)
		stmt_in_text(st, f->result);
	for (size_t i = 0; i < FILTER_TEXT_COUNT; i++) {
		stmt_in_bool(st, f->by_text[i]);
		stmt_in_text(st, f->text[i]);
	}
	for (size_t i = 0; i < FILTER_ID_COUNT; i++) {
		stmt_in_bool(st, f->by_id[i]);
		stmt_in_id(st, f->id[i]);
	}
	for (size_t i = 0; i < FILTER_FLAG_COUNT; i++) {
		stmt_in_bool(st, f->want[i] != FILTER_ANY);
		stmt_in_bool(st, f->want[i] == FILTER_YES);
	}
}

/* In the order of DB_FILTER_WHERE. */
void db_filter_in(struct stmt *st, const struct company_id *company,
    const struct db_filter *f)
{
	db_filter_in_keys(st, company, f);
	stmt_in_bool(st, f->by_tag);
	stmt_in_id(st, f->tag.v);
	for (size_t i = 0; i < FILTER_RANGE_COUNT; i++) {
		stmt_in_bool(st, f->by_range[i]);
		stmt_in_i64(st, f->min[i]);
		stmt_in_i64(st, f->max[i]);
	}
}
