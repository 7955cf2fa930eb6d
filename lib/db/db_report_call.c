#include "lib/db/db_report_call.h"

#include "lib/db/stmt.h"

static const char call_sql[] =
    "SELECT c.id, c.state = 'open', c.result, c.started_at, c.bridged_at,"
    " c.ended_at, c.duration_ms, c.ring_ms, c.talk_ms, c.qualified,"
    " c.first_time, c.hangup_by, c.sip_status, c.cause, c.reason,"
    " c.sip_call_id, c.attestation, c.user_agent, c.source_address,"
    " c.anonymous, c.record, c.notice_ended_at, c.notice_key, c.notice_version, c.notice_language, c.number_e164, n.label, p.name,"
    " f.name, c.flow_version, l.name, d.name, d.target, c.caller_e164,"
    " c.caller_raw, c.caller_name, c.caller_country, c.caller_place,"
    " i.attributed_by, i.visit_id, k.name, i.probability_bp, i.rule_version,"
    " i.source, i.medium, i.campaign, i.ad_group, i.keyword, i.channel,"
    " i.landing_page, i.referrer_host, o.name, COALESCE(i.evidence, ''),"
    " c.flow_id"
    " FROM phone_call c"
    " LEFT JOIN interaction i ON i.company_id = c.company_id AND i.id = c.id"
    " LEFT JOIN number n ON n.company_id = c.company_id AND n.id = c.number_id"
    " LEFT JOIN pool p ON p.company_id = c.company_id AND p.id = c.pool_id"
    " LEFT JOIN flow f ON f.company_id = c.company_id AND f.id = c.flow_id"
    " LEFT JOIN location l ON l.company_id = c.company_id"
    "  AND l.id = c.location_id"
    " LEFT JOIN destination d ON d.company_id = c.company_id"
    "  AND d.id = c.destination_id"
    " LEFT JOIN tracker k ON k.company_id = c.company_id"
    "  AND k.id = i.tracker_id"
    " LEFT JOIN outcome o ON o.company_id = c.company_id"
    "  AND o.code = i.outcome"
    " WHERE c.company_id = ? AND c.id = ?";

#define OUT_TEXT(st, r, field) \
	stmt_out_text((st), (r)->field, sizeof((r)->field))

static void out_times(struct stmt *st, struct db_report_call *r)
{
	stmt_out_id(st, r->id.v);
	stmt_out_bool(st, &r->open);
	OUT_TEXT(st, r, result);
	stmt_out_time_us(st, &r->started_us);
	stmt_out_time_us(st, &r->bridged_us);
	stmt_out_time_us(st, &r->ended_us);
	stmt_out_u64(st, &r->duration_ms);
	stmt_out_u64(st, &r->ring_ms);
	stmt_out_u64(st, &r->talk_ms);
	stmt_out_bool(st, &r->qualified);
	stmt_out_bool(st, &r->first_time);
	OUT_TEXT(st, r, hangup_by);
	stmt_out_u16(st, &r->sip_status);
	stmt_out_u16(st, &r->cause);
	OUT_TEXT(st, r, reason);
	OUT_TEXT(st, r, sip_call_id);
	OUT_TEXT(st, r, attestation);
	OUT_TEXT(st, r, user_agent);
	OUT_TEXT(st, r, source_address);
	stmt_out_bool(st, &r->anonymous);
	OUT_TEXT(st, r, record);
	stmt_out_time_us(st, &r->notice_ended_us);
	OUT_TEXT(st, r, notice_key);
	stmt_out_u32(st, &r->notice_version);
	OUT_TEXT(st, r, notice_language);
}

static void out_names(struct stmt *st, struct db_report_call *r)
{
	OUT_TEXT(st, r, number);
	OUT_TEXT(st, r, number_label);
	OUT_TEXT(st, r, pool);
	OUT_TEXT(st, r, flow);
	stmt_out_u32(st, &r->flow_version);
	OUT_TEXT(st, r, location);
	OUT_TEXT(st, r, destination);
	OUT_TEXT(st, r, destination_target);
	OUT_TEXT(st, r, caller);
	OUT_TEXT(st, r, caller_raw);
	OUT_TEXT(st, r, caller_name);
	OUT_TEXT(st, r, caller_country);
	OUT_TEXT(st, r, caller_place);
}

static void out_credit(struct stmt *st, struct db_report_call *r)
{
	OUT_TEXT(st, r, attributed_by);
	stmt_out_id(st, r->visit.v);
	OUT_TEXT(st, r, tracker);
	stmt_out_u16(st, &r->probability_bp);
	stmt_out_u32(st, &r->rule_version);
	OUT_TEXT(st, r, source);
	OUT_TEXT(st, r, medium);
	OUT_TEXT(st, r, campaign);
	OUT_TEXT(st, r, ad_group);
	OUT_TEXT(st, r, keyword);
	OUT_TEXT(st, r, channel);
	OUT_TEXT(st, r, landing_page);
	OUT_TEXT(st, r, referrer_host);
	OUT_TEXT(st, r, outcome);
	stmt_out_text(st, r->evidence, DB_REPORT_CALL_EVIDENCE_MAX);
	stmt_out_id(st, r->flow_id.v);
}

enum err db_report_call(struct db *db, struct company_id company,
    struct call_id call, struct arena *mem, struct db_report_call **out)
{
	struct db_report_call *r = arena_alloc(mem, sizeof(*r));
	struct stmt *st;
	enum err e;

	if (r == NULL)
		return ERR_NOMEM;
	r->evidence = arena_alloc(mem, DB_REPORT_CALL_EVIDENCE_MAX);
	if (r->evidence == NULL)
		return ERR_NOMEM;
	st = stmt_begin(db, call_sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	out_times(st, r);
	out_names(st, r);
	out_credit(st, r);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = r;
	return e;
}

static const char legs_sql[] =
    "SELECT g.seq, d.name, g.target, g.started_at, g.ringing_at,"
    " g.early_at, g.answered_at, g.ended_at, g.sip_status, g.cause, g.reason, g.hangup_by, g.codec,"
    " g.packets_in, g.packets_out, g.packets_lost,"
    " g.packets_dropped, g.jitter_us, g.rtt_us"
    " FROM call_leg g"
    " LEFT JOIN destination d ON d.company_id = g.company_id"
    "  AND d.id = g.destination_id"
    " WHERE g.company_id = ? AND g.call_id = ?"
    " ORDER BY g.seq LIMIT 32";

enum err db_report_call_legs(struct db *db, struct company_id company,
    struct call_id call, struct arena *mem, struct db_report_call_leg **rows,
    size_t *n)
{
	struct db_report_call_leg row = { .seq = 0 };
	struct stmt *st = stmt_begin(db, legs_sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	stmt_out_u32(st, &row.seq);
	OUT_TEXT(st, &row, destination);
	OUT_TEXT(st, &row, target);
	stmt_out_time_us(st, &row.started_us);
	stmt_out_time_us(st, &row.ringing_us);
	stmt_out_time_us(st, &row.early_us);
	stmt_out_time_us(st, &row.answered_us);
	stmt_out_time_us(st, &row.ended_us);
	stmt_out_u16(st, &row.sip_status);
	stmt_out_u16(st, &row.cause);
	OUT_TEXT(st, &row, reason);
	OUT_TEXT(st, &row, hangup_by);
	OUT_TEXT(st, &row, codec);
	stmt_out_u64(st, &row.packets_in);
	stmt_out_u64(st, &row.packets_out);
	stmt_out_u64(st, &row.packets_lost);
	stmt_out_u64(st, &row.packets_dropped);
	stmt_out_u64(st, &row.jitter_us);
	stmt_out_u64(st, &row.rtt_us);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

static const char events_sql[] =
    "SELECT seq, leg_seq IS NOT NULL, leg_seq, kind,"
    " COALESCE(step, 65535), COALESCE(branch, 65535), value, detail,"
    " happened_at"
    " FROM call_event"
    " WHERE company_id = ? AND call_id = ?"
    " ORDER BY seq LIMIT 1000";

enum err db_report_call_events(struct db *db, struct company_id company,
    struct call_id call, struct arena *mem, struct db_report_call_event **rows,
    size_t *n)
{
	struct db_report_call_event row = { .seq = 0 };
	struct stmt *st = stmt_begin(db, events_sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	stmt_out_u32(st, &row.seq);
	stmt_out_bool(st, &row.has_leg);
	stmt_out_u32(st, &row.leg);
	OUT_TEXT(st, &row, kind);
	stmt_out_u16(st, &row.step);
	stmt_out_u16(st, &row.branch);
	stmt_out_i64(st, &row.value);
	OUT_TEXT(st, &row, detail);
	stmt_out_time_us(st, &row.at_us);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

static const char recording_sql[] =
    "SELECT state, why, path, started_at, duration_ms, size_bytes, channels,"
    " peaks IS NOT NULL"
    " FROM recording"
    " WHERE company_id = ? AND call_id = ?"
    " ORDER BY started_at DESC, id DESC LIMIT 1";

enum err db_report_call_recording(struct db *db, struct company_id company,
    struct call_id call, struct db_report_call_recording *out)
{
	struct db_report_call_recording row;
	struct stmt *st = stmt_begin(db, recording_sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	OUT_TEXT(st, &row, state);
	OUT_TEXT(st, &row, why);
	OUT_TEXT(st, &row, path);
	stmt_out_time_us(st, &row.started_us);
	stmt_out_u64(st, &row.duration_ms);
	stmt_out_u64(st, &row.size_bytes);
	stmt_out_u32(st, &row.channels);
	stmt_out_bool(st, &row.has_peaks);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = row;
	return e;
}

static const char peaks_size_sql[] =
    "SELECT COALESCE(LENGTH(peaks), 0)"
    " FROM recording"
    " WHERE company_id = ? AND call_id = ?"
    " ORDER BY started_at DESC, id DESC LIMIT 1";

static const char peaks_sql[] =
    "SELECT peaks"
    " FROM recording"
    " WHERE company_id = ? AND call_id = ?"
    " ORDER BY started_at DESC, id DESC LIMIT 1";

static enum err peaks_size(struct db *db, struct company_id company,
    struct call_id call, uint64_t *size)
{
	struct stmt *st = stmt_begin(db, peaks_size_sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	stmt_out_u64(st, size);
	return stmt_one(st);
}

enum err db_report_call_peaks(struct db *db, struct company_id company,
    struct call_id call, struct arena *mem, struct slice *out)
{
	uint64_t size = 0;
	struct stmt *st;
	size_t n = 0;
	void *bytes;
	enum err e;

	if ((e = peaks_size(db, company, call, &size)) != ERR_OK)
		return e;
	if (size == 0)
		return ERR_NOTFOUND;
	if (size > DB_REPORT_CALL_PEAKS_MAX)
		return ERR_TOOBIG;
	if ((bytes = arena_alloc(mem, (size_t)size)) == NULL)
		return ERR_NOMEM;
	st = stmt_begin(db, peaks_sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	stmt_out_bytes(st, bytes, (size_t)size, &n);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = slice_of(bytes, n);
	return e;
}

/* At most one click id comes with a visit; the order settles the rest. */
static const char visit_sql[] =
    "SELECT v.id, v.started_at, v.seen_at, v.engaged_s, v.page_views,"
    " v.tel_clicked_at,"
    " (SELECT COUNT(*) FROM visit w WHERE w.company_id = v.company_id"
    "  AND w.visitor_id = v.visitor_id AND w.started_at <= v.started_at),"
    " s.name, v.landing_url, v.referrer, v.source, v.medium, v.campaign,"
    " v.keyword, v.channel, v.utm_content, v.utm_id,"
    " CASE WHEN v.gclid <> '' THEN v.gclid WHEN v.gbraid <> '' THEN v.gbraid"
    "  WHEN v.wbraid <> '' THEN v.wbraid WHEN v.dclid <> '' THEN v.dclid"
    "  WHEN v.fbclid <> '' THEN v.fbclid"
    "  WHEN v.msclkid <> '' THEN v.msclkid"
    "  WHEN v.ttclid <> '' THEN v.ttclid ELSE v.li_fat_id END,"
    " CASE WHEN v.gclid <> '' THEN 'gclid' WHEN v.gbraid <> '' THEN 'gbraid'"
    "  WHEN v.wbraid <> '' THEN 'wbraid' WHEN v.dclid <> '' THEN 'dclid'"
    "  WHEN v.fbclid <> '' THEN 'fbclid'"
    "  WHEN v.msclkid <> '' THEN 'msclkid'"
    "  WHEN v.ttclid <> '' THEN 'ttclid'"
    "  WHEN v.li_fat_id <> '' THEN 'li_fat_id' ELSE '' END,"
    " v.campaign_id, v.ad_group_id, v.ad_id, v.match_type, v.network,"
    " v.device, v.browser_zone, v.causes"
    " FROM visit v"
    " LEFT JOIN site s ON s.company_id = v.company_id AND s.id = v.site_id"
    " WHERE v.company_id = ? AND v.id = ?";

static void out_visit(struct stmt *st, struct db_report_call_visit *r)
{
	stmt_out_id(st, r->id.v);
	stmt_out_time_us(st, &r->started_us);
	stmt_out_time_us(st, &r->seen_us);
	stmt_out_u64(st, &r->engaged_s);
	stmt_out_u64(st, &r->page_views);
	stmt_out_time_us(st, &r->tel_clicked_us);
	stmt_out_u64(st, &r->visits);
	OUT_TEXT(st, r, site);
	OUT_TEXT(st, r, landing_url);
	OUT_TEXT(st, r, referrer);
	OUT_TEXT(st, r, source);
	OUT_TEXT(st, r, medium);
	OUT_TEXT(st, r, campaign);
	OUT_TEXT(st, r, keyword);
	OUT_TEXT(st, r, channel);
	OUT_TEXT(st, r, utm_content);
	OUT_TEXT(st, r, utm_id);
	OUT_TEXT(st, r, click_id);
	OUT_TEXT(st, r, click_kind);
	OUT_TEXT(st, r, campaign_id);
	OUT_TEXT(st, r, ad_group_id);
	OUT_TEXT(st, r, ad_id);
	OUT_TEXT(st, r, match_type);
	OUT_TEXT(st, r, network);
	OUT_TEXT(st, r, device);
	OUT_TEXT(st, r, browser_zone);
	stmt_out_u32(st, &r->causes);
}

enum err db_report_call_visit(struct db *db, struct company_id company,
    struct visit_id visit, struct arena *mem, struct db_report_call_visit **out)
{
	struct db_report_call_visit *r = arena_alloc(mem, sizeof(*r));
	struct stmt *st;
	enum err e;

	if (r == NULL)
		return ERR_NOMEM;
	st = stmt_begin(db, visit_sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, visit.v);
	out_visit(st, r);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = r;
	return e;
}

/* Once the first page had a row of its own, of the moment when the visit
 * began. */
static const char pages_sql[] =
    "SELECT p.url, p.title, p.viewed_at FROM"
    " (SELECT url, title, viewed_at, id FROM page_view"
    " WHERE company_id = ? AND visit_id = ?"
    " UNION ALL SELECT v.landing_url, v.landing_title, v.started_at, v.id"
    " FROM visit v WHERE v.company_id = ? AND v.id = ?"
    " AND v.landing_url <> '' AND NOT EXISTS (SELECT 1 FROM page_view x"
    " WHERE x.company_id = v.company_id AND x.visit_id = v.id"
    " AND x.viewed_at = v.started_at)) p"
    " ORDER BY p.viewed_at, p.id LIMIT 100";

enum err db_report_call_pages(struct db *db, struct company_id company,
    struct visit_id visit, struct arena *mem, struct db_report_call_page **rows,
    size_t *n)
{
	struct db_report_call_page *row = arena_alloc(mem, sizeof(*row));
	struct stmt *st;

	if (row == NULL)
		return ERR_NOMEM;
	st = stmt_begin(db, pages_sql);
	for (int i = 0; i < 2; i++) {
		stmt_in_id(st, company.v);
		stmt_in_id(st, visit.v);
	}
	OUT_TEXT(st, row, url);
	OUT_TEXT(st, row, title);
	stmt_out_time_us(st, &row->at_us);
	return stmt_all(st, mem, row, sizeof(*row), rows, n);
}

static const char clicks_sql[] =
    "SELECT e.kind, n.e164, e.happened_at"
    " FROM visit_event e"
    " LEFT JOIN number n ON n.company_id = e.company_id"
    "  AND n.id = e.number_id"
    " WHERE e.company_id = ? AND e.visit_id = ?"
    " ORDER BY e.happened_at, e.id LIMIT 100";

enum err db_report_call_clicks(struct db *db, struct company_id company,
    struct visit_id visit, struct arena *mem,
    struct db_report_call_click **rows, size_t *n)
{
	struct db_report_call_click row = { .at_us = 0 };
	struct stmt *st = stmt_begin(db, clicks_sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, visit.v);
	OUT_TEXT(st, &row, kind);
	OUT_TEXT(st, &row, number);
	stmt_out_time_us(st, &row.at_us);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_report_call_trail(struct db *db, struct company_id company,
    struct call_id call, struct arena *mem, struct db_report_call_trail **rows,
    size_t *n)
{
	static const char sql[] =
	    "SELECT a.action, u.name, a.happened_at, a.before_json,"
	    " a.after_json FROM audit a LEFT JOIN user u ON u.id = a.user_id"
	    " WHERE a.company_id = ? AND a.object_id = ?"
	    " ORDER BY a.id DESC LIMIT 100";
	struct db_report_call_trail row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	stmt_out_text(st, row.action, sizeof(row.action));
	stmt_out_text(st, row.user, sizeof(row.user));
	stmt_out_time_us(st, &row.at_us);
	stmt_out_slice(st, mem, 262144, &row.before);
	stmt_out_slice(st, mem, 262144, &row.after);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}
