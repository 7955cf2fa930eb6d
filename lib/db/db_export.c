#include "lib/db/db_export.h"

#include "lib/db/db_search.h"
#include "lib/db/stmt.h"

static const char block_sql[] =
    "SELECT STRAIGHT_JOIN f.call_id, f.started_at, c.answered_at,"
    " c.bridged_at, c.ended_at, f.number_id, f.pool_id, f.destination_id,"
    " f.location_id, c.number_e164, c.caller_e164, c.caller_name, f.place,"
    " f.country, f.result, c.hangup_by, f.channel, f.source, f.medium,"
    " f.campaign, f.ad_group, f.ad, f.keyword, f.match_type, f.device,"
    " f.landing_page, f.referrer_host, f.outcome, f.class, f.risk,"
    " f.first_time, f.qualified, f.has_value, f.value_micros, f.duration_ms,"
    " f.ring_ms, f.talk_ms"
    " FROM call_fact f JOIN phone_call c"
    " ON c.company_id = f.company_id AND c.id = f.call_id" DB_FILTER_WHERE
    " AND (? = '' OR c.caller_e164 = ?)"
    " AND (? = '' OR c.caller_name LIKE ?"
    "  OR f.campaign COLLATE utf8mb4_unicode_520_ci LIKE ?"
    "  OR f.keyword COLLATE utf8mb4_unicode_520_ci LIKE ?"
    "  OR (? <> '' AND c.caller_e164 LIKE ?))"
    " AND f.started_at <= ? AND (f.started_at < ? OR f.call_id < ?)"
    " ORDER BY f.started_at DESC, f.call_id DESC LIMIT ?";

#define OUT_TEXT(st, r, field) \
	stmt_out_text((st), (r)->field, sizeof((r)->field))

static void out_call(struct stmt *st, struct db_export_row *r)
{
	stmt_out_id(st, r->id.v);
	stmt_out_time_us(st, &r->started_us);
	stmt_out_time_us(st, &r->answered_us);
	stmt_out_time_us(st, &r->bridged_us);
	stmt_out_time_us(st, &r->ended_us);
	stmt_out_id(st, r->number.v);
	stmt_out_id(st, r->pool.v);
	stmt_out_id(st, r->destination.v);
	stmt_out_id(st, r->location.v);
	OUT_TEXT(st, r, number_e164);
	OUT_TEXT(st, r, caller);
	OUT_TEXT(st, r, caller_name);
	OUT_TEXT(st, r, place);
	OUT_TEXT(st, r, country);
	OUT_TEXT(st, r, result);
	OUT_TEXT(st, r, hangup_by);
}

static void out_source(struct stmt *st, struct db_export_row *r)
{
	OUT_TEXT(st, r, channel);
	OUT_TEXT(st, r, source);
	OUT_TEXT(st, r, medium);
	OUT_TEXT(st, r, campaign);
	OUT_TEXT(st, r, ad_group);
	OUT_TEXT(st, r, ad);
	OUT_TEXT(st, r, keyword);
	OUT_TEXT(st, r, match_type);
	OUT_TEXT(st, r, device);
	OUT_TEXT(st, r, landing_page);
	OUT_TEXT(st, r, referrer_host);
}

static void out_worth(struct stmt *st, struct db_export_row *r)
{
	OUT_TEXT(st, r, outcome);
	OUT_TEXT(st, r, class);
	stmt_out_u32(st, &r->risk);
	stmt_out_bool(st, &r->first_time);
	stmt_out_bool(st, &r->qualified);
	stmt_out_bool(st, &r->has_value);
	stmt_out_i64(st, &r->value_micros);
	stmt_out_u32(st, &r->duration_ms);
	stmt_out_u32(st, &r->ring_ms);
	stmt_out_u32(st, &r->talk_ms);
}

enum err db_export_block(struct db *db, struct company_id company,
    const struct db_report_calls_filter *f, size_t max,
    void (*row)(void *ctx, const struct db_export_row *row), void *ctx,
    size_t *n)
{
	static const struct call_id nil;
	const bool first = f->way == DB_REPORT_CALLS_NEWEST;
	const int64_t at = first ? f->f.to_us : f->key.started_us;
	struct db_search p;
	struct db_export_row r;
	struct stmt *st;
	size_t count = 0;
	enum err e;

	if (max == 0 || max > DB_EXPORT_BLOCK_MAX)
		return ERR_RANGE;
	if ((e = db_search_make(f->search, &p)) != ERR_OK ||
	    (e = stmt_begin(db, block_sql, &st)) != ERR_OK)
		return e;
	db_filter_in(st, &company, &f->f);
	db_search_in(st, f, &p);
	stmt_in_time_us(st, at);
	stmt_in_time_us(st, at);
	stmt_in_id(st, first ? nil.v : f->key.id.v);
	stmt_in_u64(st, max);
	out_call(st, &r);
	out_source(st, &r);
	out_worth(st, &r);
	e = stmt_each(st);
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK) {
		row(ctx, &r);
		count++;
	}
	stmt_end(st);
	if (e != ERR_NOTFOUND)
		return e;
	*n = count;
	return ERR_OK;
}

enum err db_export_tags(struct db *db, struct company_id company,
    struct call_id lowest, struct call_id highest, size_t max,
    struct db_export_tag *rows, size_t *n)
{
	static const char sql[] =
	    "SELECT x.interaction_id, t.name FROM interaction_tag x JOIN tag t"
	    " ON t.company_id = x.company_id AND t.id = x.tag_id"
	    " WHERE x.company_id = ? AND x.interaction_id BETWEEN ? AND ?"
	    " ORDER BY x.interaction_id, t.name LIMIT ?";
	struct db_export_tag row;
	struct stmt *st;
	size_t count = 0;
	enum err e;

	if ((e = stmt_begin(db, sql, &st)) != ERR_OK)
		return e;
	stmt_in_id(st, company.v);
	stmt_in_id(st, lowest.v);
	stmt_in_id(st, highest.v);
	stmt_in_u64(st, max);
	stmt_out_id(st, row.call.v);
	stmt_out_text(st, row.name, sizeof(row.name));
	e = stmt_each(st);
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK)
		if (count < max)
			rows[count++] = row;
	stmt_end(st);
	if (e != ERR_NOTFOUND)
		return e;
	*n = count;
	return ERR_OK;
}
