#include "lib/db/db_verdict.h"

#include <string.h>

#include "lib/db/db_call_hold.h"
#include "lib/db/db_hook_out.h"
#include "lib/db/db_stat.h"
#include "lib/db/stmt.h"

#define HOUR_US RT_HOUR_US

/* --- the facts -------------------------------------------------------------*/

struct facts {
	struct verdict_in in;
	char result[17];
	char attestation[2];
	uint32_t duplicate_s;
	int64_t started_us;
	char caller[DB_E164_BYTES];
	bool qualified; /* what the call says now */
};

/* The call, its caller's leg, keys pressed on it. */
static enum err read_call(struct db *db, struct company_id company,
    struct call_id call, struct facts *f)
{
	static const char sql[] =
	    "SELECT c.result, c.talk_ms, COALESCE(co.billable_s, 0),"
	    " co.duplicate_s, c.anonymous <> 0 OR c.caller_e164 = '',"
	    " c.attestation, c.first_time, c.hangup_by = 'caller',"
	    " COALESCE(c.answered_at IS NOT NULL AND l.packets_in = 0, 0),"
	    " EXISTS (SELECT 1 FROM call_event e"
	    "  WHERE e.company_id = c.company_id AND e.call_id = c.id"
	    "  AND e.kind = 'digit' AND COALESCE(e.leg_seq, 0) = 0),"
	    " c.started_at, c.caller_e164, COALESCE(c.qualified, 0)"
	    " FROM phone_call c JOIN company co ON co.id = c.company_id"
	    " LEFT JOIN call_leg l ON l.company_id = c.company_id"
	    "  AND l.call_id = c.id AND l.seq = 0"
	    " WHERE c.company_id = ? AND c.id = ? AND c.state = 'closed'";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	stmt_out_text(st, f->result, sizeof(f->result));
	stmt_out_u32(st, &f->in.talk_ms);
	stmt_out_u32(st, &f->in.threshold_s);
	stmt_out_u32(st, &f->duplicate_s);
	stmt_out_bool(st, &f->in.anonymous);
	stmt_out_text(st, f->attestation, sizeof(f->attestation));
	stmt_out_bool(st, &f->in.first_time);
	stmt_out_bool(st, &f->in.caller_left);
	stmt_out_bool(st, &f->in.silent);
	stmt_out_bool(st, &f->in.pressed_key);
	stmt_out_time_us(st, &f->started_us);
	stmt_out_text(st, f->caller, sizeof(f->caller));
	stmt_out_bool(st, &f->qualified);
	return stmt_one(st);
}

/* What the caller's earlier calls say. */
static enum err read_past(struct db *db, struct company_id company,
    struct facts *f)
{
	static const char sql[] =
	    "SELECT COALESCE(SUM(p.started_at >= ?), 0),"
	    " COALESCE(MAX(p.qualified <> 0 AND p.started_at >= ?), 0),"
	    " COALESCE(MAX(o.is_sale <> 0), 0),"
	    " COALESCE(MAX(o.is_spam <> 0 OR v.own_class = 'spam'), 0) FROM"
	    " (SELECT company_id, id, started_at, qualified FROM phone_call"
	    "  WHERE company_id = ? AND caller_e164 = ? AND started_at < ?"
	    "  ORDER BY started_at DESC LIMIT 100) AS p"
	    " LEFT JOIN interaction i ON i.company_id = p.company_id"
	    "  AND i.id = p.id"
	    " LEFT JOIN call_verdict v ON v.company_id = p.company_id"
	    "  AND v.call_id = p.id"
	    " LEFT JOIN outcome o ON o.company_id = p.company_id"
	    "  AND o.code = i.outcome";
	uint64_t hour = 0;
	struct stmt *st;
	enum err e;

	if (f->caller[0] == '\0')
		return ERR_OK;
	st = stmt_begin(db, sql);
	stmt_in_time_us(st, f->started_us - HOUR_US);
	/* Nothing lies in an empty window. */
	stmt_in_time_us(st,
	    f->started_us - (int64_t)f->duplicate_s * RT_SEC_US);
	stmt_in_id(st, company.v);
	stmt_in_text(st, slice_from(f->caller));
	stmt_in_time_us(st, f->started_us);
	stmt_out_u64(st, &hour);
	stmt_out_bool(st, &f->in.duplicate);
	stmt_out_bool(st, &f->in.was_customer);
	stmt_out_bool(st, &f->in.was_spam);
	e = stmt_one(st);
	f->in.calls_hour = (uint32_t)hour + 1;
	return e;
}

static enum err judge(struct db *db, struct company_id company,
    struct call_id call, struct facts *f, struct verdict *v)
{
	enum err e;

	memset(f, 0, sizeof(*f));
	if ((e = read_call(db, company, call, f)) != ERR_OK ||
	    (e = read_past(db, company, f)) != ERR_OK)
		return e;
	if (!callresult_from_name(slice_from(f->result), &f->in.result))
		return ERR_RANGE;
	f->in.attestation = f->attestation[0];
	*v = verdict_of(&f->in);
	return ERR_OK;
}

/* --- writing ---------------------------------------------------------------*/

static enum err put(struct db *db, struct company_id company,
    struct call_id call, const struct verdict *v, int64_t now_us)
{
	static const char sql[] =
	    "INSERT INTO call_verdict (company_id, call_id, rule_version,"
	    " qualified, reasons, class, risk, factors, decided_at)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
	    " ON DUPLICATE KEY UPDATE rule_version = VALUES(rule_version),"
	    " qualified = VALUES(qualified), reasons = VALUES(reasons),"
	    " class = VALUES(class), risk = VALUES(risk),"
	    " factors = VALUES(factors), decided_at = VALUES(decided_at)";
	char mem[2][VERDICT_TEXT_MAX];
	struct buf reasons, factors;
	struct stmt *st;

	buf_over(&reasons, mem[0], sizeof(mem[0]));
	buf_over(&factors, mem[1], sizeof(mem[1]));
	verdict_reasons(v, &reasons);
	verdict_factors(v, &factors);
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	stmt_in_u64(st, VERDICT_VERSION);
	stmt_in_bool(st, v->qualified);
	stmt_in_text(st, buf_slice(&reasons));
	stmt_in_text(st, slice_from(verdict_class_name(v->class)));
	stmt_in_u64(st, v->risk);
	stmt_in_text(st, buf_slice(&factors));
	stmt_in_time_us(st, now_us);
	return stmt_exec(st, NULL);
}

/* What holds in the end is where everybody looks. */
static enum err settle(struct db *db, struct company_id company,
    struct call_id call)
{
	static const char sql[] =
	    "UPDATE phone_call c JOIN call_verdict v"
	    " ON v.company_id = c.company_id AND v.call_id = c.id"
	    " SET c.qualified = COALESCE(v.own_qualified, v.qualified),"
	    " c.updated_at = CURRENT_TIMESTAMP(6)"
	    " WHERE c.company_id = ? AND c.id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	return stmt_exec(st, NULL);
}

static enum err write_down(struct db *db, struct company_id company,
    struct call_id call, const struct verdict *v, int64_t now_us)
{
	const enum err e = put(db, company, call, v, now_us);

	return e == ERR_OK ? settle(db, company, call) : e;
}

enum err db_verdict_judge(struct db *db, struct company_id company,
    struct call_id call, int64_t now_us)
{
	struct facts f;
	struct verdict v;
	const enum err e = judge(db, company, call, &f, &v);

	return e == ERR_OK ? write_down(db, company, call, &v, now_us) : e;
}

/* --- again -----------------------------------------------------------------*/

/* Is what is shown of the call what the rule says today? */
static bool is_seen(const struct verdict_row *row, const struct facts *f,
    const struct verdict *v)
{
	char mem[2][VERDICT_TEXT_MAX];
	struct buf reasons, factors;

	buf_over(&reasons, mem[0], sizeof(mem[0]));
	buf_over(&factors, mem[1], sizeof(mem[1]));
	verdict_reasons(v, &reasons);
	verdict_factors(v, &factors);
	return row->qualified == v->qualified && row->risk == v->risk &&
	       f->qualified == (row->own ? row->own_qualified : v->qualified) &&
	       slice_eq_cstr(slice_from(row->class),
		   verdict_class_name(v->class)) &&
	       slice_eq_cstr(buf_slice(&reasons), row->reasons) &&
	       slice_eq_cstr(buf_slice(&factors), row->factors);
}

static enum err change(struct db *db, struct company_id company,
    struct call_id call, const struct verdict *v, bool seen,
    struct hook_turn *turn)
{
	enum err e;

	if ((e = db_stat_take(db, company, call)) == ERR_OK &&
	    (e = write_down(db, company, call, v, turn->now_us)) == ERR_OK &&
	    (e = db_stat_put(db, company, call)) == ERR_OK && !seen)
		e = db_hook_out_changed_in_turn(db, company, call.v, "verdict",
		    turn);
	if (e == ERR_OK && !seen)
		turn->n++;
	return e;
}

/* A call that comes out as it stands is not written: nobody who reads what
 * changed is to read it again. */
static enum err judge_again(struct db *db, struct company_id company,
    struct call_id call, struct hook_turn *turn)
{
	struct verdict_row row;
	bool seen;
	struct facts f;
	struct verdict v;
	enum err e;

	if ((e = db_call_hold(db, company, call.v)) != ERR_OK ||
	    (e = judge(db, company, call, &f, &v)) != ERR_OK)
		return e;
	e = db_verdict_get(db, company, call, &row);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	seen = e == ERR_OK && is_seen(&row, &f, &v);
	if (seen && row.version == VERDICT_VERSION)
		return ERR_OK;
	return change(db, company, call, &v, seen, turn);
}

static enum err again(struct db *db, struct company_id company,
    struct call_id call, struct hook_turn *turn)
{
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	return db_join_end(db, mine, judge_again(db, company, call, turn));
}

/* Ids are in the order of time, but for calls of the same moment. */
static enum err next_call(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, struct call_id *after)
{
	static const char sql[] =
	    "SELECT id FROM phone_call WHERE company_id = ? AND id > ?"
	    " AND state = 'closed' AND started_at >= ? AND started_at < ?"
	    " ORDER BY id LIMIT 1";
	struct call_id found;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, after->v);
	stmt_in_time_us(st, from_us);
	stmt_in_time_us(st, to_us);
	stmt_out_id(st, found.v);
	e = stmt_one(st);
	if (e == ERR_OK)
		*after = found;
	return e;
}

enum err db_verdict_rerun(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, struct call_id *after, size_t max,
    struct hook_turn *turn, size_t *n)
{
	size_t count = 0;
	enum err e = ERR_OK;

	while (count < max && e == ERR_OK) {
		struct call_id next = *after;

		e = next_call(db, company, from_us, to_us, &next);
		if (e == ERR_OK)
			e = again(db, company, next, turn);
		if (e == ERR_OK) {
			*after = next; /* only what was judged is behind us */
			count++;
		}
	}
	*n = count;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* --- a person's word -------------------------------------------------------*/

static enum err set_own(struct db *db, struct company_id company,
    struct call_id call, const struct verdict_own *own, int64_t now_us)
{
	static const char sql[] =
	    "UPDATE call_verdict SET own_qualified = ?, own_class = ?,"
	    " own_user_id = ?, own_at = ? WHERE company_id = ? AND call_id = ?";
	struct stmt *st = stmt_begin(db, sql);

	if (own->set) {
		stmt_in_bool(st, own->qualified);
		stmt_in_text(st, slice_from(verdict_class_name(own->class)));
		stmt_in_id(st, own->user.v);
		stmt_in_time_us(st, now_us);
	} else {
		for (int i = 0; i < 4; i++)
			stmt_in_null(st);
	}
	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	return stmt_exec_one(st);
}

static bool stands(const struct verdict_row *row, const struct verdict_own *own)
{
	return row->own == own->set &&
	       (!own->set || (row->own_qualified == own->qualified &&
				 slice_eq_cstr(slice_from(row->own_class),
				     verdict_class_name(own->class))));
}

static enum err change_own(struct db *db, struct company_id company,
    struct call_id call, const struct verdict_own *own, bool judged,
    int64_t now_us)
{
	enum err e = db_stat_take(db, company, call);

	if (e == ERR_OK && !judged)
		e = db_verdict_judge(db, company, call, now_us);
	if (e == ERR_OK &&
	    (e = set_own(db, company, call, own, now_us)) == ERR_OK &&
	    (e = settle(db, company, call)) == ERR_OK &&
	    (e = db_stat_put(db, company, call)) == ERR_OK)
		e = db_hook_out_changed(db, company, call.v, "verdict", now_us);
	return e;
}

static enum err overrule(struct db *db, struct company_id company,
    struct call_id call, const struct verdict_own *own, int64_t now_us)
{
	struct verdict_row row;
	enum err e = db_call_hold(db, company, call.v);

	if (e == ERR_OK)
		e = db_verdict_get(db, company, call, &row);
	if (e == ERR_OK && stands(&row, own))
		return ERR_OK;
	return e == ERR_OK || e == ERR_NOTFOUND
		   ? change_own(db, company, call, own, e == ERR_OK, now_us)
		   : e;
}

enum err db_verdict_overrule(struct db *db, struct company_id company,
    struct call_id call, const struct verdict_own *own, int64_t now_us)
{
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	return db_join_end(db, mine, overrule(db, company, call, own, now_us));
}

enum err db_verdict_get(struct db *db, struct company_id company,
    struct call_id call, struct verdict_row *out)
{
	static const char sql[] =
	    "SELECT v.rule_version, v.decided_at, v.qualified, v.reasons, v.class, v.risk,"
	    " v.factors, v.own_qualified IS NOT NULL, v.own_qualified,"
	    " v.own_class, u.name, v.own_at FROM call_verdict v"
	    " LEFT JOIN user u ON u.id = v.own_user_id"
	    " WHERE v.company_id = ? AND v.call_id = ?";
	struct verdict_row row;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	stmt_out_u32(st, &row.version);
	stmt_out_time_us(st, &row.decided_us);
	stmt_out_bool(st, &row.qualified);
	stmt_out_text(st, row.reasons, sizeof(row.reasons));
	stmt_out_text(st, row.class, sizeof(row.class));
	stmt_out_u32(st, &row.risk);
	stmt_out_text(st, row.factors, sizeof(row.factors));
	stmt_out_bool(st, &row.own);
	stmt_out_bool(st, &row.own_qualified);
	stmt_out_text(st, row.own_class, sizeof(row.own_class));
	stmt_out_text(st, row.own_user, sizeof(row.own_user));
	stmt_out_time_us(st, &row.own_us);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = row;
	return e;
}
