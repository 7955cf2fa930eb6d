#include "lib/db/db_filter.h"

#include "lib/base/buf.h"
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

static const char *const texts[FILTER_TEXT_COUNT] = {
	[FILTER_CHANNEL] = "f.channel",
	[FILTER_SOURCE] = "f.source",
	[FILTER_MEDIUM] = "f.medium",
	[FILTER_CAMPAIGN] = "f.campaign",
	[FILTER_AD_GROUP] = "f.ad_group",
	[FILTER_AD] = "f.ad",
	[FILTER_KEYWORD] = "f.keyword",
	[FILTER_MATCH] = "f.match_type",
	[FILTER_DEVICE] = "f.device",
	[FILTER_LANDING] = "f.landing_page",
	[FILTER_REFERRER] = "f.referrer_host",
	[FILTER_PLACE] = "f.place",
	[FILTER_COUNTRY] = "f.country",
	[FILTER_REGION] = DB_FILTER_REGION_OF("f.place", "f.country"),
	[FILTER_OUTCOME] = "f.outcome",
	[FILTER_CLASS] = "f.class",
};

static const char *const ids[FILTER_ID_COUNT] = {
	[FILTER_NUMBER] = "f.number_id",
	[FILTER_POOL] = "f.pool_id",
	[FILTER_DESTINATION] = "f.destination_id",
	[FILTER_LOCATION] = "f.location_id",
};

static const char *const flags[FILTER_FLAG_COUNT] = {
	[FILTER_FIRST_TIME] = "f.first_time",
	[FILTER_QUALIFIED] = "f.qualified",
};

static const char *const ranges[FILTER_RANGE_COUNT] = {
	[FILTER_TALK_MS] = " AND f.talk_ms BETWEEN ? AND ?",
	[FILTER_RING_MS] = " AND f.ring_ms BETWEEN ? AND ?",
	[FILTER_RISK] = " AND f.risk BETWEEN ? AND ?",
	[FILTER_VALUE] =
	    " AND f.has_value = 1 AND f.value_micros BETWEEN ? AND ?",
};

const char *db_filter_text_column(enum filter_text t)
{
	return texts[t];
}

const char *db_filter_id_column(enum filter_id i)
{
	return ids[i];
}

static bool is_unanswered(const struct db_filter *f)
{
	return slice_eq_cstr(f->result, "unanswered");
}

static void is(struct buf *sql, const char *column, bool on)
{
	if (!on)
		return;
	buf_cstr(sql, " AND ");
	buf_cstr(sql, column);
	buf_cstr(sql, " = ?");
}

void db_filter_from(struct buf *sql, const struct db_filter *f,
    enum db_filter_way way, bool with_call)
{
	static const char *const begin[] = {
		[DB_FILTER_BY_CALLER] =
		    " FROM phone_call c FORCE INDEX (phone_call_caller)",
		[DB_FILTER_BY_CALLERS] = DB_FILTER_CALLERS,
	};
	const char *const table = f->by_tag ? "call_fact_tag f" : "call_fact f";

	if (way == DB_FILTER_BY_TIME) {
		buf_printf(sql, " FROM %s", table);
		if (with_call)
			buf_cstr(sql,
			    " JOIN phone_call c ON c.company_id = f.company_id"
			    " AND c.id = f.call_id");
		return;
	}
	buf_cstr(sql, begin[way]);
	buf_printf(sql,
	    " JOIN %s ON f.company_id = c.company_id"
	    " AND f.started_at = c.started_at AND f.call_id = c.id",
	    table);
}

void db_filter_where(struct buf *sql, const struct db_filter *f)
{
	buf_cstr(sql,
	    " WHERE f.company_id = ? AND f.started_at >= ?"
	    " AND f.started_at < ?");
	if (is_unanswered(f))
		buf_cstr(sql,
		    " AND f.result IN ('missed', 'abandoned', 'failed')");
	else
		is(sql, "f.result", f->result.n > 0);
	for (size_t i = 0; i < FILTER_TEXT_COUNT; i++)
		is(sql, texts[i], f->by_text[i]);
	for (size_t i = 0; i < FILTER_ID_COUNT; i++)
		is(sql, ids[i], f->by_id[i]);
	for (size_t i = 0; i < FILTER_FLAG_COUNT; i++)
		is(sql, flags[i], f->want[i] != FILTER_ANY);
	for (size_t i = 0; i < FILTER_RANGE_COUNT; i++)
		if (f->by_range[i])
			buf_cstr(sql, ranges[i]);
	is(sql, "f.tag_id", f->by_tag);
}

/* In the order of db_filter_where(). */
void db_filter_in(struct stmt *st, const struct company_id *company,
    const struct db_filter *f)
{
	stmt_in_id(st, company->v);
	stmt_in_time_us(st, f->from_us);
	stmt_in_time_us(st, f->to_us);
	if (f->result.n > 0 && !is_unanswered(f))
		stmt_in_text(st, f->result);
	for (size_t i = 0; i < FILTER_TEXT_COUNT; i++)
		if (f->by_text[i])
			stmt_in_text(st, f->text[i]);
	for (size_t i = 0; i < FILTER_ID_COUNT; i++)
		if (f->by_id[i])
			stmt_in_id(st, f->id[i]);
	for (size_t i = 0; i < FILTER_FLAG_COUNT; i++)
		if (f->want[i] != FILTER_ANY)
			stmt_in_bool(st, f->want[i] == FILTER_YES);
	for (size_t i = 0; i < FILTER_RANGE_COUNT; i++) {
		if (!f->by_range[i])
			continue;
		stmt_in_i64(st, f->min[i]);
		stmt_in_i64(st, f->max[i]);
	}
	if (f->by_tag)
		stmt_in_id(st, f->tag.v);
}
