#include "lib/db/db_sheet_calls.h"

#include <string.h>

#include "lib/db/db_call_keys.h"
#include "lib/db/stmt.h"

#define SQL_MAX 32768

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

/* The page's keys come first, with their LIMIT; only its own calls are read.
 * Joined at once, the few numbers and destinations of a company would be put to
 * all of its calls, and what came of it be sorted. */
#define OF_KEYS "SELECT STRAIGHT_JOIN " COLUMNS " FROM ("
#define KEYS_END                                            \
	") q"                                               \
	" JOIN phone_call c ON c.company_id = q.company_id" \
	" AND c.id = q.call_id" NAMES

static const char one_sql[] = "SELECT " COLUMNS " FROM phone_call c" NAMES
			      " WHERE c.company_id = ? AND c.id = ?";

static const struct {
	const char *column; /* of the sheet */
	const char *key;    /* of narrow rows f, or of their calls u */
} orders[DB_SHEET_CALLS_BY_COUNT] = {
	[DB_SHEET_CALLS_STARTED] = { "started_at", "f.started_at" },
	[DB_SHEET_CALLS_DURATION] = { "duration_ms", "f.duration_ms" },
	[DB_SHEET_CALLS_RING] = { "ring_ms", "f.ring_ms" },
	[DB_SHEET_CALLS_TALK] = { "talk_ms", "f.talk_ms" },
	[DB_SHEET_CALLS_VALUE] = { "value", "f.value_micros" },
	[DB_SHEET_CALLS_RISK] = { "risk", "f.risk" },
	[DB_SHEET_CALLS_UPDATED] = { "updated_at", "u.updated_at" },
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
	/* A text that is looked for as the log looks for it, or NULL. */
	const struct db_call_keys *keys;
};

static bool has_tracker(const struct page *p)
{
	return !id_is_nil(p->f->tracker.v);
}

static bool has_texts(const struct page *p)
{
	return p->f->log.caller.n > 0 || p->f->log.search.n > 0 ||
	       has_tracker(p);
}

static void texts_where(struct buf *sql, const struct page *p)
{
	db_search_where(sql, &p->f->log, &p->search, "i");
	if (has_tracker(p))
		buf_cstr(sql, " AND i.tracker_id = ?");
}

static void in_texts(struct stmt *st, const struct page *p)
{
	db_search_in(st, &p->f->log, &p->search);
	if (has_tracker(p))
		stmt_in_id(st, p->f->tracker.v);
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
 * too. */
static bool of_all_calls(const struct page *p)
{
	return by_time(p->order.by) && db_filter_plain(&p->f->log.f);
}

static bool by_update(const struct page *p)
{
	return p->order.by == DB_SHEET_CALLS_UPDATED;
}

static bool is_word(const struct page *p, const char *word)
{
	return slice_eq_cstr(p->f->log.f.result, word);
}

/* A result that stands in the row. */
static bool is_stored(const struct page *p)
{
	return p->f->log.f.result.n > 0 && !is_word(p, "live") &&
	       !is_word(p, "unanswered");
}

/* All calls of the period, and of one result. */
static void call_keys(struct buf *sql, const struct page *p, const char *key)
{
	buf_printf(sql,
	    "SELECT c.company_id, c.id AS call_id, %s AS k FROM phone_call c",
	    key);
	/* What changed between two times is found by their index. */
	if (by_update(p))
		buf_cstr(sql, " FORCE INDEX (phone_call_updated)");
	if (has_texts(p))
		buf_cstr(sql,
		    " LEFT JOIN interaction i ON i.company_id = c.company_id"
		    " AND i.id = c.id");
	buf_cstr(sql,
	    " WHERE c.company_id = ? AND c.started_at >= ?"
	    " AND c.started_at < ?");
	if (is_word(p, "live"))
		buf_cstr(sql, " AND c.state = 'open'");
	else if (is_word(p, "unanswered"))
		buf_cstr(sql,
		    " AND c.result IN ('missed', 'abandoned', 'failed')");
	else if (is_stored(p))
		buf_cstr(sql, " AND c.result = ?");
	texts_where(sql, p);
	if (by_update(p))
		buf_cstr(sql, " AND c.updated_at >= ? AND c.updated_at <= ?");
}

/* A text alone, in an order that no key has: all narrow rows of the period are
 * read for each page. Their callers are found before, in the key on time that
 * holds them, and not call by call. */
static bool by_callers(const struct page *p)
{
	return p->f->log.search.n > 0 && p->f->log.caller.n == 0 &&
	       !has_tracker(p);
}

static void callers_where(struct buf *sql, const struct page *p)
{
	buf_cstr(sql, " AND (");
	db_search_words(sql, "f");
	buf_cstr(sql,
	    " OR f.call_id IN (SELECT c.id FROM phone_call c"
	    " FORCE INDEX (phone_call_search) WHERE c.company_id = ?"
	    " AND c.started_at >= ? AND c.started_at < ? AND ");
	db_search_callers(sql, &p->search);
	buf_cstr(sql, "))");
}

static void in_callers(struct stmt *st, const struct page *p)
{
	db_search_words_in(st, &p->search);
	stmt_in_id(st, p->company->v);
	stmt_in_time_us(st, p->f->log.f.from_us);
	stmt_in_time_us(st, p->f->log.f.to_us);
	db_search_callers_in(st, &p->search);
}

/* In the order of the narrow rows, so that few others are touched. */
static void fact_keys(struct buf *sql, const struct page *p, const char *key)
{
	buf_printf(sql, "SELECT f.company_id, f.call_id, %s AS k", key);
	db_filter_from(sql, &p->f->log.f, DB_FILTER_BY_TIME, false);
	if (by_update(p))
		buf_cstr(sql,
		    " JOIN phone_call u ON u.company_id = f.company_id"
		    " AND u.id = f.call_id");
	db_filter_where(sql, &p->f->log.f);
	if (by_callers(p)) {
		callers_where(sql, p);
	} else if (has_texts(p)) {
		buf_cstr(sql,
		    " AND EXISTS (SELECT 1 FROM phone_call c"
		    " LEFT JOIN interaction i ON i.company_id = c.company_id"
		    " AND i.id = c.id WHERE c.company_id = f.company_id"
		    " AND c.id = f.call_id");
		texts_where(sql, p);
		buf_cstr(sql, ")");
	}
	if (by_update(p))
		buf_cstr(sql, " AND u.updated_at >= ? AND u.updated_at <= ?");
}

/* What lies beyond the place, nearest first. */
static void beyond(struct buf *sql, const struct page *p, const char *key,
    const char *id)
{
	const char *sign = p->order.up ? ">" : "<";
	const char *desc = p->order.up ? "" : " DESC";

	buf_printf(sql, " AND %s %s= ? AND (%s %s ? OR %s %s ?)", key, sign,
	    key, sign, id, sign);
	buf_printf(sql, " ORDER BY %s%s, %s%s LIMIT ?", key, desc, id, desc);
}

/* The calls of these keys, in their order. */
static void of_keys(struct buf *sql, const struct page *p)
{
	const char *desc = p->order.up ? "" : " DESC";

	buf_cstr(sql, KEYS_END);
	buf_printf(sql, " ORDER BY q.k%s, q.call_id%s", desc, desc);
}

static void search_keys(struct buf *sql, const struct db_call_keys *k)
{
	buf_cstr(sql,
	    "SELECT company_id, id AS call_id, started_at AS k FROM (");
	db_call_keys_text(sql, k);
	buf_cstr(sql, ") s");
}

static struct stmt *begin_text(struct db *db, const struct page *p)
{
	struct stmt *st;
	struct buf sql;

	buf_init(&sql, SQL_MAX);
	buf_cstr(&sql, OF_KEYS);
	if (p->keys != NULL) {
		search_keys(&sql, p->keys);
	} else if (of_all_calls(p)) {
		const char *key =
		    by_update(p) ? "c.updated_at" : "c.started_at";

		call_keys(&sql, p, key);
		beyond(&sql, p, key, "c.id");
	} else {
		const char *key = orders[p->order.by].key;

		fact_keys(&sql, p, key);
		beyond(&sql, p, key, by_update(p) ? "u.id" : "f.call_id");
	}
	of_keys(&sql, p);
	st = stmt_begin_made(db, &sql);
	buf_fini(&sql);
	return st;
}

static struct stmt *begin(struct db *db, const struct page *p, size_t max)
{
	const struct db_filter *f = &p->f->log.f;
	struct stmt *st = begin_text(db, p);

	if (p->keys != NULL) {
		db_call_keys_in(st, p->keys, max);
		return st;
	}
	if (of_all_calls(p)) {
		stmt_in_id(st, p->company->v);
		stmt_in_time_us(st, f->from_us);
		stmt_in_time_us(st, f->to_us);
		if (is_stored(p))
			stmt_in_text(st, f->result);
	} else {
		db_filter_in(st, p->company, f);
	}
	if (by_callers(p) && !of_all_calls(p))
		in_callers(st, p);
	else
		in_texts(st, p);
	in_place(st, p, max);
	return st;
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
	*st = begin(db, p, max);
	return ERR_OK;
}

/* The log's way to the page behind the place: from the edge or not, it is the
 * one below or above a key. */
static struct db_report_calls_filter log_of(const struct page *p,
    const struct db_sheet_calls_place *after)
{
	const struct db_sheet_calls_place at = after == NULL ? edge(p) : *after;
	struct db_report_calls_filter log = p->f->log;

	log.way = p->order.up ? DB_REPORT_CALLS_NEWER : DB_REPORT_CALLS_OLDER;
	log.key.started_us = at.key;
	log.key.id = at.id;
	return log;
}

/* A text among all of a period's callers, by time: p->keys, borrowing log and
 * k. */
static enum err look_for(struct db *db, struct page *p,
    const struct db_report_calls_filter *log, struct db_call_keys *k)
{
	enum err e;

	if (log->search.n == 0 || log->caller.n > 0 || has_tracker(p) ||
	    p->order.by != DB_SHEET_CALLS_STARTED)
		return ERR_OK;
	e = db_call_keys_make(db, p->company, log, k);
	if (e == ERR_OK && k->way == DB_FILTER_BY_CALLERS)
		p->keys = k;
	return e;
}

enum err db_sheet_calls_page(struct db *db, struct company_id company,
    const struct db_sheet_calls_filter *f, struct db_sheet_calls_order order,
    const struct db_sheet_calls_place *after, size_t max, struct arena *mem,
    struct db_sheet_cell **cells, size_t *n)
{
	struct page p = { .company = &company, .f = f, .order = order };
	const struct db_report_calls_filter log = log_of(&p, after);
	struct db_call_keys *k = arena_array(mem, 1, sizeof(*k));
	struct stmt *st;
	enum err e;

	if (k == NULL)
		return ERR_NOMEM;
	if ((e = look_for(db, &p, &log, k)) != ERR_OK ||
	    (e = begin_page(db, &p, after, max, &st)) != ERR_OK)
		return e;
	return db_sheet_read(st, &sheet, mem, cells, n);
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
