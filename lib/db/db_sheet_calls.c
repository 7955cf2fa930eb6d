#include "lib/db/db_sheet_calls.h"

#include "lib/base/buf.h"
#include "lib/db/stmt.h"

/* The order is that of COLUMNS below. */
static const struct db_sheet_column columns[] = {
	{ "id", DB_SHEET_ID, ID_KIND_call },
	{ "company_id", DB_SHEET_ID, ID_KIND_company },
	{ "state", DB_SHEET_TEXT, 0 },
	{ "result", DB_SHEET_TEXT, 0 },
	{ "started_at", DB_SHEET_TIME, 0 },
	{ "answered_at", DB_SHEET_TIME, 0 },
	{ "bridged_at", DB_SHEET_TIME, 0 },
	{ "ended_at", DB_SHEET_TIME, 0 },
	{ "duration_ms", DB_SHEET_INT, 0 },
	{ "ring_ms", DB_SHEET_INT, 0 },
	{ "talk_ms", DB_SHEET_INT, 0 },
	{ "first_time", DB_SHEET_BOOL, 0 },
	{ "qualified", DB_SHEET_BOOL, 0 },
	{ "verdict_class", DB_SHEET_TEXT, 0 },
	{ "verdict_reasons", DB_SHEET_TEXT, 0 },
	{ "risk", DB_SHEET_INT, 0 },
	{ "risk_factors", DB_SHEET_TEXT, 0 },
	{ "number_id", DB_SHEET_ID, ID_KIND_number },
	{ "number", DB_SHEET_TEXT, 0 },
	{ "number_label", DB_SHEET_TEXT, 0 },
	{ "tracker_id", DB_SHEET_ID, ID_KIND_tracker },
	{ "tracker", DB_SHEET_TEXT, 0 },
	{ "pool_id", DB_SHEET_ID, ID_KIND_pool },
	{ "flow_id", DB_SHEET_ID, ID_KIND_flow },
	{ "flow_version", DB_SHEET_INT, 0 },
	{ "destination_id", DB_SHEET_ID, ID_KIND_destination },
	{ "destination", DB_SHEET_TEXT, 0 },
	{ "location_id", DB_SHEET_ID, ID_KIND_location },
	{ "location", DB_SHEET_TEXT, 0 },
	{ "caller", DB_SHEET_TEXT, 0 },
	{ "caller_name", DB_SHEET_TEXT, 0 },
	{ "caller_country", DB_SHEET_TEXT, 0 },
	{ "caller_place", DB_SHEET_TEXT, 0 },
	{ "anonymous", DB_SHEET_BOOL, 0 },
	{ "attestation", DB_SHEET_TEXT, 0 },
	{ "hangup_by", DB_SHEET_TEXT, 0 },
	{ "sip_status", DB_SHEET_INT, 0 },
	{ "reason", DB_SHEET_TEXT, 0 },
	{ "attributed_by", DB_SHEET_TEXT, 0 },
	{ "visit_id", DB_SHEET_ID, ID_KIND_visit },
	{ "probability_bp", DB_SHEET_INT, 0 },
	{ "channel", DB_SHEET_TEXT, 0 },
	{ "source", DB_SHEET_TEXT, 0 },
	{ "medium", DB_SHEET_TEXT, 0 },
	{ "campaign", DB_SHEET_TEXT, 0 },
	{ "ad_group", DB_SHEET_TEXT, 0 },
	{ "keyword", DB_SHEET_TEXT, 0 },
	{ "landing_page", DB_SHEET_TEXT, 0 },
	{ "referrer_host", DB_SHEET_TEXT, 0 },
	{ "gclid", DB_SHEET_TEXT, 0 },
	{ "gbraid", DB_SHEET_TEXT, 0 },
	{ "wbraid", DB_SHEET_TEXT, 0 },
	{ "fbclid", DB_SHEET_TEXT, 0 },
	{ "msclkid", DB_SHEET_TEXT, 0 },
	{ "outcome", DB_SHEET_TEXT, 0 },
	{ "outcome_by", DB_SHEET_TEXT, 0 },
	{ "outcome_at", DB_SHEET_TIME, 0 },
	{ "value", DB_SHEET_MONEY, 0 },
	{ "currency", DB_SHEET_TEXT, 0 },
	{ "note", DB_SHEET_TEXT, 0 },
	{ "tags", DB_SHEET_LIST, 0 },
	{ "recording_state", DB_SHEET_TEXT, 0 },
	{ "recording_ms", DB_SHEET_INT, 0 },
};

#define COLUMNS                                                               \
	"SELECT c.id, c.company_id, c.state, c.result, c.started_at,"         \
	" c.answered_at, c.bridged_at, c.ended_at, c.duration_ms, c.ring_ms," \
	" c.talk_ms, c.first_time, c.qualified,"                              \
	" COALESCE(v.own_class, v.class), v.reasons, v.risk, v.factors,"      \
	" c.number_id, c.number_e164, n.label, i.tracker_id, t.name,"         \
	" c.pool_id, c.flow_id, c.flow_version, c.destination_id, d.name,"    \
	" c.location_id, l.name, c.caller_e164, c.caller_name,"               \
	" c.caller_country, c.caller_place, c.anonymous, c.attestation,"      \
	" c.hangup_by, c.sip_status, c.reason, i.attributed_by, i.visit_id,"  \
	" i.probability_bp, i.channel, i.source, i.medium, i.campaign,"       \
	" i.ad_group, i.keyword, i.landing_page, i.referrer_host, w.gclid,"   \
	" w.gbraid, w.wbraid, w.fbclid, w.msclkid, i.outcome, i.outcome_by,"  \
	" i.outcome_at, i.value_micros, co.currency, i.note,"                 \
	" (SELECT GROUP_CONCAT(g.name ORDER BY g.name SEPARATOR '\\n')"       \
	" FROM interaction_tag x JOIN tag g ON g.company_id = x.company_id"   \
	" AND g.id = x.tag_id WHERE x.company_id = c.company_id"              \
	" AND x.interaction_id = c.id),"                                      \
	" r.state, r.duration_ms"                                             \
	" FROM phone_call c"                                                  \
	" JOIN company co ON co.id = c.company_id"                            \
	" LEFT JOIN interaction i ON i.company_id = c.company_id"             \
	" AND i.id = c.id"                                                    \
	" LEFT JOIN call_verdict v ON v.company_id = c.company_id"            \
	" AND v.call_id = c.id"                                               \
	" LEFT JOIN number n ON n.company_id = c.company_id"                  \
	" AND n.id = c.number_id"                                             \
	" LEFT JOIN tracker t ON t.company_id = c.company_id"                 \
	" AND t.id = i.tracker_id"                                            \
	" LEFT JOIN destination d ON d.company_id = c.company_id"             \
	" AND d.id = c.destination_id"                                        \
	" LEFT JOIN location l ON l.company_id = c.company_id"                \
	" AND l.id = c.location_id"                                           \
	" LEFT JOIN visit w ON w.company_id = c.company_id"                   \
	" AND w.id = i.visit_id AND i.attributed_by = 'visit'"                \
	" LEFT JOIN recording r ON r.company_id = c.company_id"               \
	" AND r.id = (SELECT MIN(q.id) FROM recording q"                      \
	" WHERE q.company_id = c.company_id AND q.call_id = c.id)"

/* An empty value lets every call through. */
#define FILTERS                                                              \
	" WHERE c.company_id = ? AND c.started_at >= ? AND c.started_at < ?" \
	" AND (? = '' OR c.result = ? OR (? = 'live' AND c.state = 'open')"  \
	"  OR (? = 'unanswered'"                                             \
	"   AND c.result IN ('missed', 'abandoned', 'failed')))"             \
	" AND (? = 0 OR c.first_time = ?)"                                   \
	" AND (? = 0 OR c.qualified = ?)"                                    \
	" AND c.talk_ms >= ? * 1000"                                         \
	" AND (? = 0 OR c.talk_ms <= ? * 1000)"                              \
	" AND (? = '' OR i.channel = ?)"                                     \
	" AND (? = '' OR i.source = ?)"                                      \
	" AND (? = '' OR i.medium = ?)"                                      \
	" AND (? = '' OR i.campaign = ?)"                                    \
	" AND (? = '' OR i.keyword = ?)"                                     \
	" AND (? = '' OR i.ad_group = ?)"                                    \
	" AND (? = '' OR w.ad_id = ?)"                                       \
	" AND (? = '' OR w.match_type = ?)"                                  \
	" AND (? = '' OR w.device = ?)"                                      \
	" AND (? = '' OR i.landing_page = ?)"                                \
	" AND (? = '' OR i.referrer_host = ?)"                               \
	" AND (? = '' OR c.caller_place = ?)"                                \
	" AND (? = '' OR c.caller_country = ?)"                              \
	" AND (? = '' OR COALESCE(v.own_class, v.class) = ?)"                \
	" AND (? = '' OR i.outcome = ? OR (? = 'none' AND i.outcome = ''))"  \
	" AND (? = '' OR c.caller_e164 = ?)"                                 \
	" AND (? = '' OR EXISTS (SELECT 1 FROM interaction_tag x"            \
	"  JOIN tag g ON g.company_id = x.company_id AND g.id = x.tag_id"    \
	"  WHERE x.company_id = c.company_id AND x.interaction_id = c.id"    \
	"  AND g.name = ?))"                                                 \
	" AND (? = '' OR c.caller_e164 LIKE ? OR c.caller_name LIKE ?"       \
	"  OR i.note LIKE ?"                                                 \
	"  OR i.campaign COLLATE utf8mb4_unicode_520_ci LIKE ?)"             \
	" AND (? OR c.number_id = ?) AND (? OR i.tracker_id = ?)"            \
	" AND (? OR c.pool_id = ?) AND (? OR c.destination_id = ?)"          \
	" AND (? OR c.location_id = ?)"

static const char one_sql[] = COLUMNS " WHERE c.company_id = ? AND c.id = ?";
static const char down_sql[] = COLUMNS FILTERS
    " AND c.started_at <= ? AND (c.started_at < ? OR c.id < ?)"
    " ORDER BY c.started_at DESC, c.id DESC LIMIT ?";
static const char up_sql[] = COLUMNS FILTERS
    " AND c.started_at >= ? AND (c.started_at > ? OR c.id > ?)"
    " ORDER BY c.started_at, c.id LIMIT ?";

static const struct db_sheet sheet = {
	.name = "calls",
	.columns = columns,
	.n_columns = RT_ARRAY_LEN(columns),
};

const struct db_sheet *db_sheet_calls(void)
{
	return &sheet;
}

static void in_times(struct stmt *st, struct slice s, int times)
{
	for (int i = 0; i < times; i++)
		stmt_in_text(st, s);
}

static void in_any_id(struct stmt *st, const uint8_t id[ID_BYTES])
{
	stmt_in_bool(st, id_is_nil(id));
	stmt_in_id(st, id);
}

/* By pointer: the statement borrows until it is executed. */
static void in_filters(struct stmt *st, const struct company_id *company,
    const struct db_sheet_calls_filter *f, struct slice pattern)
{
	stmt_in_id(st, company->v);
	stmt_in_time_us(st, f->from_us);
	stmt_in_time_us(st, f->to_us);
	in_times(st, f->result, 4);
	stmt_in_bool(st, f->has_first_time);
	stmt_in_bool(st, f->first_time);
	stmt_in_bool(st, f->has_qualified);
	stmt_in_bool(st, f->qualified);
	stmt_in_u64(st, f->min_talk_s);
	stmt_in_u64(st, f->max_talk_s);
	stmt_in_u64(st, f->max_talk_s);
	in_times(st, f->channel, 2);
	in_times(st, f->source, 2);
	in_times(st, f->medium, 2);
	in_times(st, f->campaign, 2);
	in_times(st, f->keyword, 2);
	in_times(st, f->ad_group, 2);
	in_times(st, f->ad, 2);
	in_times(st, f->match_type, 2);
	in_times(st, f->device, 2);
	in_times(st, f->landing_page, 2);
	in_times(st, f->referrer_host, 2);
	in_times(st, f->place, 2);
	in_times(st, f->country, 2);
	in_times(st, f->verdict, 2);
	in_times(st, f->outcome, 3);
	in_times(st, f->caller, 2);
	in_times(st, f->tag, 2);
	stmt_in_text(st, f->search);
	in_times(st, pattern, 4);
	in_any_id(st, f->number.v);
	in_any_id(st, f->tracker.v);
	in_any_id(st, f->pool.v);
	in_any_id(st, f->destination.v);
	in_any_id(st, f->location.v);
}

/* "%text%" with LIKE's own signs taken literally. */
static void make_pattern(struct slice search, struct buf *out)
{
	buf_char(out, '%');
	for (size_t i = 0; i < search.n; i++) {
		const char c = search.p[i];

		if (c == '%' || c == '_' || c == '\\')
			buf_char(out, '\\');
		buf_char(out, c);
	}
	buf_char(out, '%');
}

/* Ready to run. */
static enum err begin_page(struct db *db, const struct company_id *company,
    const struct db_sheet_calls_filter *f,
    const struct db_sheet_calls_place *after, bool up, size_t max,
    struct buf *pattern, struct stmt **out)
{
	static const struct call_id nil;
	const int64_t edge_us = up ? f->from_us : f->to_us;
	const int64_t at_us = after == NULL ? edge_us : after->started_us;
	struct stmt *st;
	enum err e;

	if (f->search.n > DB_SHEET_CALLS_SEARCH_MAX)
		return ERR_TOOBIG;
	make_pattern(f->search, pattern);
	if ((e = stmt_begin(db, up ? up_sql : down_sql, &st)) != ERR_OK)
		return e;
	in_filters(st, company, f, buf_slice(pattern));
	stmt_in_time_us(st, at_us);
	stmt_in_time_us(st, at_us);
	stmt_in_id(st, after == NULL ? nil.v : after->id.v);
	stmt_in_u64(st, max);
	*out = st;
	return ERR_OK;
}

enum err db_sheet_calls_page(struct db *db, struct company_id company,
    const struct db_sheet_calls_filter *f,
    const struct db_sheet_calls_place *after, bool up, size_t max,
    struct arena *mem, struct db_sheet_cell **cells, size_t *n)
{
	char pattern_mem[2 * DB_SHEET_CALLS_SEARCH_MAX + 2];
	struct buf pattern;
	struct stmt *st;
	enum err e;

	if (max == 0 || max > DB_SHEET_PAGE_MAX)
		return ERR_RANGE;
	buf_over(&pattern, pattern_mem, sizeof(pattern_mem));
	e = begin_page(db, &company, f, after, up, max, &pattern, &st);
	return e == ERR_OK ? db_sheet_read(st, &sheet, mem, cells, n) : e;
}

enum err db_sheet_calls_each(struct db *db, struct company_id company,
    const struct db_sheet_calls_filter *f,
    const struct db_sheet_calls_place *after, size_t max,
    void (*row)(void *ctx, const struct db_sheet_cell *cells), void *ctx,
    size_t *n)
{
	char pattern_mem[2 * DB_SHEET_CALLS_SEARCH_MAX + 2];
	struct buf pattern;
	struct stmt *st;
	enum err e;

	if (max == 0 || max > DB_SHEET_PAGE_MAX)
		return ERR_RANGE;
	buf_over(&pattern, pattern_mem, sizeof(pattern_mem));
	e = begin_page(db, &company, f, after, true, max, &pattern, &st);
	return e == ERR_OK ? db_sheet_each(st, &sheet, row, ctx, n) : e;
}

enum err db_sheet_calls_one(struct db *db, struct company_id company,
    struct call_id id, struct arena *mem, struct db_sheet_cell **cells)
{
	struct db_sheet_cell *got = NULL;
	struct stmt *st;
	size_t n = 0;
	enum err e;

	if ((e = stmt_begin(db, one_sql, &st)) != ERR_OK)
		return e;
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	e = db_sheet_read(st, &sheet, mem, &got, &n);
	if (e != ERR_OK)
		return e;
	if (n != 1)
		return ERR_NOTFOUND;
	*cells = got;
	return ERR_OK;
}

enum err db_sheet_calls_hold(struct db *db, struct company_id company,
    struct call_id id)
{
	static const char sql[] =
	    "SELECT kind = 'call' FROM interaction"
	    " WHERE company_id = ? AND id = ? FOR UPDATE";
	bool is_call = false;
	struct stmt *st;
	enum err e;

	if ((e = stmt_begin(db, sql, &st)) != ERR_OK)
		return e;
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_out_bool(st, &is_call);
	e = stmt_one(st);
	stmt_end(st);
	return e == ERR_OK && !is_call ? ERR_NOTFOUND : e;
}
