#include "lib/db/db_sheet_calls.h"

#include <string.h>

#include "lib/db/db_search.h"
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
	{ "verdict_by", DB_SHEET_TEXT, 0 },
	{ "updated_at", DB_SHEET_TIME, 0 },
};

#define COLUMNS                                                               \
	"c.id, c.company_id, c.state, c.result, c.started_at,"                \
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
	" r.state, r.duration_ms,"                                            \
	" CASE WHEN v.own_class IS NOT NULL THEN 'person'"                    \
	" WHEN v.call_id IS NOT NULL THEN 'rule' END, c.updated_at"

#define NAMES                                                      \
	" JOIN company co ON co.id = c.company_id"                 \
	" LEFT JOIN interaction i ON i.company_id = c.company_id"  \
	" AND i.id = c.id"                                         \
	" LEFT JOIN call_verdict v ON v.company_id = c.company_id" \
	" AND v.call_id = c.id"                                    \
	" LEFT JOIN number n ON n.company_id = c.company_id"       \
	" AND n.id = c.number_id"                                  \
	" LEFT JOIN tracker t ON t.company_id = c.company_id"      \
	" AND t.id = i.tracker_id"                                 \
	" LEFT JOIN destination d ON d.company_id = c.company_id"  \
	" AND d.id = c.destination_id"                             \
	" LEFT JOIN location l ON l.company_id = c.company_id"     \
	" AND l.id = c.location_id"                                \
	" LEFT JOIN visit w ON w.company_id = c.company_id"        \
	" AND w.id = i.visit_id AND i.attributed_by = 'visit'"     \
	" LEFT JOIN recording r ON r.company_id = c.company_id"    \
	" AND r.id = (SELECT MIN(q.id) FROM recording q"           \
	" WHERE q.company_id = c.company_id AND q.call_id = c.id)"

/* An empty value lets every call through. */
#define TEXTS DB_SEARCH_WHERE("i") " AND (? OR i.tracker_id = ?)"

/* All calls of the period, and of one result. */
#define CALL_KEYS(key, index)                                                \
	"SELECT c.company_id, c.id AS call_id, " key                         \
	" AS k"                                                              \
	" FROM phone_call c" index                                           \
	" LEFT JOIN interaction i"                                           \
	" ON i.company_id = c.company_id AND i.id = c.id"                    \
	" WHERE c.company_id = ? AND c.started_at >= ? AND c.started_at < ?" \
	" AND (? = '' OR c.result = ? OR (? = 'live' AND c.state = 'open')"  \
	"  OR (? = 'unanswered'"                                             \
	"   AND c.result IN ('missed', 'abandoned', 'failed')))" TEXTS

/* In the order of the narrow rows, so that few others are touched. */
#define FACT_KEYS(key, joined)                                     \
	"SELECT f.company_id, f.call_id, " key                     \
	" AS k"                                                    \
	" FROM call_fact f" joined DB_FILTER_WHERE                 \
	" AND (? OR EXISTS (SELECT 1 FROM phone_call c"            \
	"  LEFT JOIN interaction i ON i.company_id = c.company_id" \
	"  AND i.id = c.id WHERE c.company_id = f.company_id"      \
	"  AND c.id = f.call_id" TEXTS "))"

#define DOWN(key, id)                               \
	" AND " key " <= ? AND (" key " < ? OR " id \
	" < ?)"                                     \
	" ORDER BY " key " DESC, " id " DESC LIMIT ?"
#define UP(key, id)                                 \
	" AND " key " >= ? AND (" key " > ? OR " id \
	" > ?)"                                     \
	" ORDER BY " key ", " id " LIMIT ?"

/* The page's keys come first, with their LIMIT; only its own calls are read.
 * Joined at once, the few numbers and destinations of a company would be put to
 * all of its calls, and what came of it be sorted. */
#define OF(keys, order)                                     \
	"SELECT STRAIGHT_JOIN " COLUMNS " FROM (" keys      \
	") q"                                               \
	" JOIN phone_call c ON c.company_id = q.company_id" \
	" AND c.id = q.call_id" NAMES " ORDER BY q.k" order \
	", q.call_id" order
#define BOTH(keys, key, id)                                               \
	{                                                                 \
		OF(keys DOWN(key, id), " DESC"), OF(keys UP(key, id), "") \
	}
#define BY(key) BOTH(FACT_KEYS(key, ""), key, "f.call_id")

/* What changed between two times is found by their index. */
#define BY_UPDATED  " FORCE INDEX (phone_call_updated)"
#define UPDATED(of) " AND " of ".updated_at >= ? AND " of ".updated_at <= ?"
#define WITH_CALL                                           \
	" JOIN phone_call u ON u.company_id = f.company_id" \
	" AND u.id = f.call_id"

static const char one_sql[] = "SELECT " COLUMNS " FROM phone_call c" NAMES
			      " WHERE c.company_id = ? AND c.id = ?";

/* The first of each pair downwards, the second upwards. */
static const char *const calls_sql[] =
    BOTH(CALL_KEYS("c.started_at", ""), "c.started_at", "c.id");
static const char *const updated_sql[] =
    BOTH(CALL_KEYS("c.updated_at", BY_UPDATED) UPDATED("c"), "c.updated_at",
	"c.id");

static const struct {
	const char *column; /* of the sheet */
	const char *sql[2];
} orders[DB_SHEET_CALLS_BY_COUNT] = {
	[DB_SHEET_CALLS_STARTED] = { "started_at", BY("f.started_at") },
	[DB_SHEET_CALLS_DURATION] = { "duration_ms", BY("f.duration_ms") },
	[DB_SHEET_CALLS_RING] = { "ring_ms", BY("f.ring_ms") },
	[DB_SHEET_CALLS_TALK] = { "talk_ms", BY("f.talk_ms") },
	[DB_SHEET_CALLS_VALUE] = { "value", BY("f.value_micros") },
	[DB_SHEET_CALLS_RISK] = { "risk", BY("f.risk") },
	[DB_SHEET_CALLS_UPDATED] = { "updated_at",
	    BOTH(FACT_KEYS("u.updated_at", WITH_CALL) UPDATED("u"),
		"u.updated_at", "u.id") },
};

static const struct db_sheet sheet = {
	.name = "calls",
	.columns = columns,
	.n_columns = RT_ARRAY_LEN(columns),
};

const struct db_sheet *db_sheet_calls(void)
{
	return &sheet;
}

const char *db_sheet_calls_by_name(enum db_sheet_calls_by by)
{
	return orders[by].column;
}

void db_sheet_calls_place(enum db_sheet_calls_by by,
    const struct db_sheet_cell *row, struct db_sheet_calls_place *out)
{
	const struct db_sheet_cell *cell =
	    db_sheet_cell(&sheet, row, orders[by].column);

	out->key = cell->null ? 0 : cell->i;
	memcpy(out->id.v, row[0].id, sizeof(out->id.v));
}

/* Everything by pointer: the statement borrows until it is executed. */
struct page {
	const struct company_id *company;
	const struct db_sheet_calls_filter *f;
	struct db_sheet_calls_order order;
	struct db_sheet_calls_place after;
	struct db_search search;
};

static void in_texts(struct stmt *st, const struct page *p)
{
	db_search_in(st, &p->f->log, &p->search);
	stmt_in_bool(st, id_is_nil(p->f->tracker.v));
	stmt_in_id(st, p->f->tracker.v);
}

static bool has_texts(const struct db_sheet_calls_filter *f)
{
	return f->log.caller.n > 0 || f->log.search.n > 0 ||
	       !id_is_nil(f->tracker.v);
}

static void in_period(struct stmt *st, const struct page *p)
{
	const struct db_filter *f = &p->f->log.f;

	stmt_in_id(st, p->company->v);
	stmt_in_time_us(st, f->from_us);
	stmt_in_time_us(st, f->to_us);
	for (int i = 0; i < 4; i++)
		stmt_in_text(st, f->result);
}

static bool by_time(enum db_sheet_calls_by by)
{
	return by == DB_SHEET_CALLS_STARTED || by == DB_SHEET_CALLS_UPDATED;
}

static void in_place(struct stmt *st, const struct page *p, size_t max)
{
	if (p->order.by == DB_SHEET_CALLS_UPDATED) {
		stmt_in_time_us(st, p->f->updated_from_us);
		stmt_in_time_us(st, p->f->updated_to_us);
	}
	for (int i = 0; i < 2; i++) {
		if (by_time(p->order.by))
			stmt_in_time_us(st, p->after.key);
		else
			stmt_in_i64(st, p->after.key);
	}
	stmt_in_id(st, p->after.id.v);
	stmt_in_u64(st, max);
}

/* Calls that go on have no narrow row yet: an unfiltered log by time has them,
 * too. NULL: not that. */
static const char *const *of_all_calls(const struct page *p)
{
	if (!by_time(p->order.by) || !db_filter_plain(&p->f->log.f))
		return NULL;
	return p->order.by == DB_SHEET_CALLS_UPDATED ? updated_sql : calls_sql;
}

static enum err begin(struct db *db, const struct page *p, size_t max,
    struct stmt **st)
{
	const char *const *all = of_all_calls(p);
	const char *const *sql = all != NULL ? all : orders[p->order.by].sql;

	*st = stmt_begin(db, sql[p->order.up ? 1 : 0]);
	if (all != NULL) {
		in_period(*st, p);
	} else {
		db_filter_in(*st, p->company, &p->f->log.f);
		stmt_in_bool(*st, !has_texts(p->f));
	}
	in_texts(*st, p);
	in_place(*st, p, max);
	return ERR_OK;
}

/* Where the order begins. */
static struct db_sheet_calls_place edge(const struct page *p)
{
	const struct db_filter *f = &p->f->log.f;
	struct db_sheet_calls_place at = { .key = 0 };

	if (p->order.by == DB_SHEET_CALLS_STARTED)
		at.key = p->order.up ? f->from_us : f->to_us;
	else if (p->order.by == DB_SHEET_CALLS_UPDATED)
		at.key =
		    p->order.up ? p->f->updated_from_us : DB_SHEET_TO_MAX_US;
	else
		at.key = p->order.up ? INT64_MIN : INT64_MAX;
	return at;
}

/* Ready to run. */
static enum err begin_page(struct db *db, struct page *p,
    const struct db_sheet_calls_place *after, size_t max, struct stmt **st)
{
	enum err e;

	if (max == 0 || max > DB_SHEET_PAGE_MAX)
		return ERR_RANGE;
	p->after = after == NULL ? edge(p) : *after;
	if ((e = db_search_make(p->f->log.search, &p->search)) != ERR_OK)
		return e;
	return begin(db, p, max, st);
}

enum err db_sheet_calls_page(struct db *db, struct company_id company,
    const struct db_sheet_calls_filter *f, struct db_sheet_calls_order order,
    const struct db_sheet_calls_place *after, size_t max, struct arena *mem,
    struct db_sheet_cell **cells, size_t *n)
{
	struct page p = { .company = &company, .f = f, .order = order };
	struct stmt *st;
	const enum err e = begin_page(db, &p, after, max, &st);

	return e == ERR_OK ? db_sheet_read(st, &sheet, mem, cells, n) : e;
}

enum err db_sheet_calls_each(struct db *db, struct company_id company,
    const struct db_sheet_calls_filter *f,
    const struct db_sheet_calls_place *after, size_t max,
    void (*row)(void *ctx, const struct db_sheet_cell *cells), void *ctx,
    size_t *n)
{
	struct page p = { .company = &company,
		.f = f,
		.order = { .by = DB_SHEET_CALLS_STARTED, .up = true } };
	struct stmt *st;
	const enum err e = begin_page(db, &p, after, max, &st);

	return e == ERR_OK ? db_sheet_each(st, &sheet, row, ctx, n) : e;
}

enum err db_sheet_calls_one(struct db *db, struct company_id company,
    struct call_id id, struct arena *mem, struct db_sheet_cell **cells)
{
	struct db_sheet_cell *got = NULL;
	struct stmt *st = stmt_begin(db, one_sql);
	size_t n = 0;
	enum err e;

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
