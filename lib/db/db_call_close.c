#include "lib/db/db_call_close.h"

#include <string.h>

#include "lib/base/utf8.h"
#include "lib/db/db_call_follow.h"
#include "lib/db/db_call_priv.h"
#include "lib/db/db_recording.h"
#include "lib/db/db_reserve.h"
#include "lib/db/db_verdict.h"
#include "lib/db/stmt.h"

/* Texts of ours, but of another process: cut at what their columns hold. */
#define REASON_MAX   255
#define NOTICE_MAX   64
#define LANGUAGE_MAX 16
#define SOURCE_MAX   100
#define CAMPAIGN_MAX 255

static uint64_t ms_of(int64_t us)
{
	const int64_t ms = us <= 0 ? 0 : us / 1000;

	return ms > UINT32_MAX ? UINT32_MAX : (uint64_t)ms;
}

/* --- the call ------------------------------------------------------------ */

/* Reasons are words of our own or of a peer. */
static struct slice clean(struct slice s, size_t max, char *mem, size_t cap)
{
	struct buf b;

	buf_over(&b, mem, cap);
	utf8_clean(slice_head(s, cap / 3), &b);
	return utf8_head(buf_slice(&b), max);
}

/* "en" of "notice.en": the key of a prompt that came with us ends with its
 * language. */
static struct slice built_in_language(struct slice key)
{
	size_t at = key.n;

	while (at > 0 && key.p[at - 1] != '.')
		at--;
	return at == 0 ? SLICE("")
		       : slice_head(slice_skip(key, at), LANGUAGE_MAX);
}

static enum err update_call(struct db *db, struct company_id company,
    const struct callrec *r, const struct call_anchor *a)
{
	static const char sql[] =
	    "UPDATE phone_call SET state = 'closed', result = ?,"
	    " answered_at = ?, bridged_at = ?, ended_at = ?, duration_ms = ?,"
	    " ring_ms = ?, talk_ms = ?, hangup_by = ?, sip_status = ?,"
	    " cause = ?, reason = ?, lookup_late = ?, notice_key = ?,"
	    " notice_version = ?, notice_ended_at = ?,"
	    " notice_language = COALESCE((SELECT p.language FROM prompt p"
	    "  WHERE p.company_id = phone_call.company_id"
	    "  AND p.prompt_key = ? AND p.created_at <= phone_call.started_at"
	    "  ORDER BY p.created_at DESC LIMIT 1), ?),"
	    " flow_id = COALESCE(?, flow_id),"
	    " flow_version = COALESCE(NULLIF(?, 0), flow_version),"
	    " last_seq = ? WHERE company_id = ? AND id = ?";
	const struct callrec_closed *c = &r->u.closed;
	char reason[3 * CALLREC_TEXT_MAX], mem[3 * NOTICE_MAX];
	const struct slice notice =
	    clean(c->notice_key, NOTICE_MAX, mem, sizeof(mem));
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_text(st, slice_from(callresult_name(c->result)));
	stmt_in_time_us_null(st, db_call_priv_wall(a, c->answered_us));
	stmt_in_time_us_null(st, db_call_priv_wall(a, c->bridged_us));
	stmt_in_time_us_null(st, db_call_priv_wall(a, c->ended_us));
	stmt_in_u64(st, ms_of(c->ended_us));
	stmt_in_u64(st, ms_of(c->ring_us));
	stmt_in_u64(st, ms_of(c->talk_us));
	stmt_in_text(st, slice_from(callrec_by_name(c->ended_by)));
	stmt_in_u64(st, c->sip_code);
	stmt_in_u64(st, c->q850);
	stmt_in_text(st, clean(c->reason, REASON_MAX, reason, sizeof(reason)));
	stmt_in_bool(st, c->lookup_late);
	stmt_in_text(st, notice);
	stmt_in_u64(st, c->notice_version);
	stmt_in_time_us_null(st, db_call_priv_wall(a, c->notice_ended_us));
	stmt_in_text(st, notice);
	stmt_in_text(st, built_in_language(notice));
	stmt_in_id_null(st, c->flow.v);
	stmt_in_u64(st, c->flow_version);
	stmt_in_u64(st, r->head.seq);
	stmt_in_id(st, company.v);
	stmt_in_id(st, r->head.call.v);
	return stmt_exec_one(st);
}

/* Who answered (else who rang last), and where that is. */
static enum err settle_call(struct db *db, struct company_id company,
    const struct callrec *r)
{
	static const char sql[] =
	    "UPDATE phone_call p LEFT JOIN call_leg l ON l.company_id = p.company_id"
	    " AND l.call_id = p.id AND l.seq = CASE WHEN ? > 0 THEN ? ELSE"
	    " (SELECT MAX(m.seq) FROM call_leg m WHERE m.company_id = ?"
	    " AND m.call_id = ? AND m.seq > 0) END"
	    " LEFT JOIN destination d ON d.company_id = l.company_id"
	    " AND d.id = l.destination_id"
	    " SET p.destination_id = l.destination_id,"
	    " p.location_id = COALESCE(p.location_id, d.location_id)"
	    " WHERE p.company_id = ? AND p.id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_u64(st, r->u.closed.answered_leg);
	stmt_in_u64(st, r->u.closed.answered_leg);
	for (int i = 0; i < 2; i++) {
		stmt_in_id(st, company.v);
		stmt_in_id(st, r->head.call.v);
	}
	return stmt_exec(st, NULL);
}

/* --- attribution --------------------------------------------------------- */

static struct slice credit_name(enum call_credit_by by)
{
	switch (by) {
	case CALL_CREDIT_SOURCE:
		return SLICE("source");
	case CALL_CREDIT_VISIT:
		return SLICE("visit");
	case CALL_CREDIT_NONE:
		break;
	}
	return SLICE("none");
}

static enum err set_credit(struct db *db, struct company_id company,
    struct call_id call, const struct call_credit *c)
{
	static const char sql[] =
	    "UPDATE interaction SET attributed_by = ?, visit_id = ?,"
	    " lease_id = ?, tracker_id = NULL, probability_bp = ?, source = ?,"
	    " medium = ?, campaign = ?, ad_group = '', keyword = '',"
	    " channel = '', landing_page = '', referrer_host = '',"
	    " rule_version = ?, evidence = ? WHERE company_id = ? AND id = ?";
	const bool named = c->by == CALL_CREDIT_SOURCE;
	const struct slice none = SLICE("");
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_text(st, credit_name(c->by));
	stmt_in_id_null(st, c->visit.v);
	stmt_in_id_null(st, c->lease.v);
	stmt_in_u64(st, c->probability_bp);
	stmt_in_text(st, named ? utf8_head(c->source, SOURCE_MAX) : none);
	stmt_in_text(st, named ? utf8_head(c->medium, SOURCE_MAX) : none);
	stmt_in_text(st, named ? utf8_head(c->campaign, CAMPAIGN_MAX) : none);
	stmt_in_u64(st, c->rule_version);
	stmt_in_text_null(st,
	    c->evidence.n == 0 ? slice_of(NULL, 0) : c->evidence);
	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	return stmt_exec_one(st);
}

static enum err copy_visit(struct db *db, struct company_id company,
    struct call_id call)
{
	static const char sql[] =
	    "UPDATE interaction i JOIN visit v ON v.company_id = i.company_id"
	    " AND v.id = i.visit_id SET i.source = v.source, i.medium = v.medium,"
	    " i.campaign = v.campaign, i.ad_group = v.ad_group_id,"
	    " i.keyword = v.keyword, i.channel = v.channel,"
	    " i.landing_page = v.landing_page, i.referrer_host = v.referrer_host"
	    " WHERE i.company_id = ? AND i.id = ? AND i.attributed_by = 'visit'";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	return stmt_exec(st, NULL);
}

/* The tracker that had the number when the call began: numbers move on. One
 * from a time to come was made by a clock that was ahead, and is there. */
static enum err credit_tracker(struct db *db, struct company_id company,
    struct call_id call, int64_t now_us)
{
	static const char sql[] =
	    "UPDATE interaction i JOIN phone_call p"
	    " ON p.company_id = i.company_id AND p.id = i.id"
	    " JOIN tracker t ON t.company_id = p.company_id AND t.id ="
	    " (SELECT x.id FROM tracker x WHERE x.company_id = p.company_id"
	    " AND x.number_id = p.number_id"
	    " AND (x.created_at <= p.started_at OR x.created_at > ?)"
	    " AND (x.archived_at IS NULL OR x.archived_at > p.started_at)"
	    " ORDER BY x.archived_at IS NULL DESC, x.created_at DESC LIMIT 1)"
	    " SET i.attributed_by = 'tracker', i.tracker_id = t.id,"
	    " i.visit_id = NULL, i.lease_id = NULL, i.probability_bp = 10000,"
	    " i.source = t.source, i.medium = t.medium, i.campaign = t.campaign,"
	    " i.channel = t.channel WHERE i.company_id = ? AND i.id = ?"
	    " AND p.pool_id IS NULL";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	return stmt_exec(st, NULL);
}

/* Retention deletes visits that nothing is credited to: one that is held here
 * before the call names it stays. */
static enum err hold_visit(struct db *db, struct company_id company,
    struct visit_id visit)
{
	static const char sql[] =
	    "SELECT id FROM visit WHERE company_id = ? AND id = ?"
	    " LOCK IN SHARE MODE";
	struct stmt *st;
	enum err e;

	if (id_is_nil(visit.v))
		return ERR_OK;
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, visit.v);
	stmt_out_id(st, visit.v);
	e = stmt_one(st);
	return e == ERR_NOTFOUND ? ERR_BUSY : e;
}

enum err db_call_close_credit(struct db *db, struct company_id company,
    struct call_id call, const struct call_credit *credit)
{
	static const struct call_credit none;
	enum err e;

	if (credit == NULL)
		credit = &none;
	e = hold_visit(db, company, credit->visit);
	if (e == ERR_OK)
		e = set_credit(db, company, call, credit);
	if (e == ERR_OK && credit->by == CALL_CREDIT_VISIT)
		e = copy_visit(db, company, call);
	return e;
}

/* --- recording and usage ------------------------------------------------- */

/* A record of "none" has no recording; every other one names a file. */
static enum err add_recording(struct db *db, struct company_id company,
    const struct callrec *r, const struct call_anchor *a, int64_t now_us)
{
	static const char *const states[CALLREC_REC_COUNT] = {
		[CALLREC_REC_NONE] = "",
		[CALLREC_REC_DONE] = "ready",
		[CALLREC_REC_PENDING] = "pending",
		[CALLREC_REC_FAILED] = "failed",
	};
	const struct callrec_closed *c = &r->u.closed;
	struct recording_row row = { .rate_hz = 8000 };
	enum err e;

	if (c->recording == CALLREC_REC_NONE || c->rec_name.n == 0)
		return ERR_OK;
	memcpy(row.id.v, r->head.call.v, ID_BYTES);
	row.call = r->head.call;
	if (!slice_to_cstr(slice_from(states[c->recording]), row.state,
		sizeof(row.state)) ||
	    !slice_to_cstr(c->rec_name, row.path, sizeof(row.path)))
		return ERR_RANGE;
	if (c->recording == CALLREC_REC_FAILED)
		memcpy(row.why, RECORDING_WRITE, sizeof(RECORDING_WRITE));
	row.started_us = c->rec_start_us == CALLREC_NEVER
			     ? a->started_us
			     : a->started_us + c->rec_start_us;
	row.duration_ms = (uint32_t)ms_of(
	    (int64_t)(c->rec_samples > INT32_MAX ? INT32_MAX : c->rec_samples) *
	    125);
	row.size_bytes = c->rec_bytes;
	memcpy(row.pcm_sha256, c->rec_sha256, sizeof(row.pcm_sha256));
	e = db_recording_add(db, company, &row, now_us);
	return e == ERR_CONFLICT ? ERR_OK : e;
}

/* Seconds of the answered legs, each rounded up: the caller's, and the
 * destinations'. */
static enum err leg_seconds(struct db *db, struct company_id company,
    struct call_id call, uint64_t *inbound_s, uint64_t *outbound_s)
{
	static const char sql[] =
	    "SELECT CAST(COALESCE(SUM(CASE WHEN seq = 0 THEN s END), 0)"
	    " AS UNSIGNED),"
	    " CAST(COALESCE(SUM(CASE WHEN seq > 0 THEN s END), 0)"
	    " AS UNSIGNED) FROM (SELECT seq, (GREATEST(TIMESTAMPDIFF("
	    "MICROSECOND, answered_at, ended_at), 0) + 999999) DIV 1000000"
	    " AS s FROM call_leg WHERE company_id = ? AND call_id = ?"
	    " AND answered_at IS NOT NULL AND ended_at IS NOT NULL) AS legs";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	stmt_out_u64(st, inbound_s);
	stmt_out_u64(st, outbound_s);
	return stmt_one(st);
}

/* What it adds to the sums of its company. */
static enum err count(struct db *db, struct company_id company,
    struct call_id call, int64_t started_us, struct call_later *later)
{
	struct call_later alone = { .n = 0 };
	struct call_later_one one = { .company = company,
		.call = call,
		.started_us = started_us };
	enum err e;

	e = leg_seconds(db, company, call, &one.inbound_s, &one.outbound_s);
	if (e == ERR_OK)
		e = db_call_later_add(db, later == NULL ? &alone : later, &one);
	return e == ERR_OK ? db_call_later_write(db, &alone) : e;
}

/* --- the transaction ----------------------------------------------------- */

static enum err close_call(struct db *db, struct company_id company,
    const struct callrec *r, const struct call_credit *credit,
    struct call_later *later, int64_t now_us)
{
	const struct call_id call = r->head.call;
	struct call_anchor a = { 0 };
	enum err e;

	e = db_call_priv_enter(db, company, r, CALLREC_CLOSED, &a);
	if (e != ERR_OK || a.skip)
		return e;
	if ((e = update_call(db, company, r, &a)) != ERR_OK ||
	    (e = db_call_follow_closed(db, company, call, now_us)) != ERR_OK ||
	    (e = settle_call(db, company, r)) != ERR_OK ||
	    (e = db_call_close_credit(db, company, call, credit)) != ERR_OK ||
	    (e = credit_tracker(db, company, call, now_us)) != ERR_OK ||
	    (e = add_recording(db, company, r, &a, now_us)) != ERR_OK ||
	    (e = db_verdict_judge(db, company, call, now_us)) != ERR_OK ||
	    (e = db_reserve_end(db, company, call)) != ERR_OK)
		return e;
	return count(db, company, call, a.started_us, later);
}

enum err db_call_close(struct db *db, struct company_id company,
    const struct callrec *r, const struct call_credit *credit,
    struct call_later *later, int64_t now_us)
{
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	if (mine && later != NULL)
		return db_end(db, ERR_INTERNAL); /* who would write it? */
	return db_join_end(db, mine,
	    close_call(db, company, r, credit, later, now_us));
}
