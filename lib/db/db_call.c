#include "lib/db/db_call.h"

#include <assert.h>
#include <string.h>

#include "lib/base/addr4.h"
#include "lib/base/utf8.h"
#include "lib/db/db_call_close.h"
#include "lib/db/db_call_follow.h"
#include "lib/db/db_call_hold.h"
#include "lib/db/db_call_priv.h"
#include "lib/db/db_number.h"
#include "lib/db/db_stat.h"
#include "lib/db/stmt.h"

/* Texts of one record, made fit for their columns. Each byte of a record's
 * text can become the three of U+FFFD. */
#define TEXTS_MAX  9
#define TEXT_BYTES (3 * CALLREC_TEXT_MAX + 4)

struct texts {
	size_t n;
	char mem[TEXTS_MAX][TEXT_BYTES];
};

/* The first max_bytes of s as valid UTF-8; a column of as many characters
 * holds it. What a peer sent must never keep a call out of the log. */
static struct slice fit(struct texts *t, struct slice s, size_t max_bytes)
{
	struct buf b;

	buf_over(&b, t->mem[t->n++], TEXT_BYTES);
	utf8_clean(slice_head(s, CALLREC_TEXT_MAX), &b);
	return utf8_head(buf_slice(&b), max_bytes);
}

int64_t db_call_priv_wall(const struct call_anchor *a, int64_t at_us)
{
	return at_us == CALLREC_NEVER ? 0 : a->started_us + at_us;
}

enum err db_call_priv_enter(struct db *db, struct company_id company,
    const struct callrec *r, enum callrec_kind kind, struct call_anchor *out)
{
	static const char sql[] =
	    "SELECT started_at, last_seq, state = 'closed' FROM phone_call"
	    " WHERE company_id = ? AND id = ? FOR UPDATE";
	struct call_anchor a = { 0 };
	struct stmt *st;
	enum err e;

	if (r->head.kind != kind || !id_eq(company.v, r->head.company.v))
		return ERR_INTERNAL;
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, r->head.call.v);
	stmt_out_time_us(st, &a.started_us);
	stmt_out_u32(st, &a.last_seq);
	stmt_out_bool(st, &a.closed);
	e = stmt_one(st);
	if (e != ERR_OK)
		return e;
	a.skip = r->head.seq <= a.last_seq || a.closed;
	*out = a;
	return ERR_OK;
}

/* Remembers that r was applied. */
static enum err leave(struct db *db, struct company_id company,
    const struct callrec *r)
{
	static const char sql[] =
	    /* Nothing that anybody is shown. */
	    "UPDATE phone_call SET last_seq = ?, updated_at = updated_at"
	    " WHERE company_id = ? AND id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_u64(st, r->head.seq);
	stmt_in_id(st, company.v);
	stmt_in_id(st, r->head.call.v);
	return stmt_exec_one(st);
}

/* --- opened -------------------------------------------------------------- */

static enum err insert_call(struct db *db, struct company_id company,
    const struct callrec *r, const struct call_place *place, struct texts *t)
{
	static const char sql[] =
	    "INSERT INTO phone_call (company_id, id, state, number_id,"
	    " number_e164, pool_id, location_id, trunk_id, flow_id,"
	    " flow_version, caller_e164, caller_raw, caller_name,"
	    " caller_country, caller_place, attestation, started_at,"
	    " sip_call_id, user_agent, source_address, anonymous, record,"
	    " last_seq)"
	    " VALUES (?, ?, 'open', ?, ?,"
	    " (SELECT p.pool_id FROM pool_number p"
	    " WHERE p.company_id = ? AND p.number_id = ?),"
	    " (SELECT n.location_id FROM number n"
	    " WHERE n.company_id = ? AND n.id = ?),"
	    " ?, ?, NULLIF(?, 0), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	const struct callrec_opened *o = &r->u.opened;
	char address[ADDR4_TEXT_MAX];
	struct stmt *st = stmt_begin(db, sql);

	addr4_text((struct addr4){ o->source_ip, o->source_port }, address);
	stmt_in_id(st, company.v);
	stmt_in_id(st, r->head.call.v);
	stmt_in_id(st, o->number.v);
	stmt_in_text(st, fit(t, o->dialled, 16));
	for (int i = 0; i < 2; i++) {
		stmt_in_id(st, company.v);
		stmt_in_id(st, o->number.v);
	}
	stmt_in_id_null(st, o->trunk.v);
	stmt_in_id_null(st, o->flow.v);
	stmt_in_u64(st, o->flow_version);
	stmt_in_text(st, fit(t, o->caller, 16));
	stmt_in_text(st, fit(t, o->caller_raw, 64));
	stmt_in_text(st, fit(t, o->display_name, 128));
	stmt_in_text(st, fit(t, place->country, 2));
	stmt_in_text(st, fit(t, place->place, 100));
	/* A verstat text is not a level. */
	stmt_in_text(st,
	    o->attestation.n == 1 ? fit(t, o->attestation, 1) : SLICE(""));
	stmt_in_time_us(st, o->wall_us);
	stmt_in_text(st, fit(t, o->sip_call_id, 255));
	stmt_in_text(st, fit(t, o->user_agent, 255));
	stmt_in_text(st, slice_from(address));
	stmt_in_bool(st, o->anonymous);
	stmt_in_text(st, slice_from(db_number_record_name(o->record)));
	stmt_in_u64(st, r->head.seq);
	return stmt_exec_one(st);
}

static enum err insert_interaction(struct db *db, struct company_id company,
    const struct callrec *r)
{
	static const char sql[] =
	    "INSERT INTO interaction (company_id, id, kind, happened_at)"
	    " VALUES (?, ?, 'call', ?)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, r->head.call.v);
	stmt_in_time_us(st, r->u.opened.wall_us);
	return stmt_exec_one(st);
}

/* *first: the company had no earlier call from this number. */
static enum err know_caller(struct db *db, struct company_id company,
    const struct callrec *r, struct slice e164, bool *first)
{
	static const char sql[] =
	    "INSERT INTO caller (company_id, e164, first_call_id)"
	    " VALUES (?, ?, ?)";
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_text(st, e164);
	stmt_in_id(st, r->head.call.v);
	e = stmt_exec_one(st);
	*first = e == ERR_OK;
	return e == ERR_CONFLICT ? ERR_OK : e; /* known */
}

static enum err mark_first(struct db *db, struct company_id company,
    struct call_id call)
{
	static const char sql[] =
	    "UPDATE phone_call SET first_time = 1"
	    " WHERE company_id = ? AND id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	return stmt_exec_one(st);
}

static enum err open_call(struct db *db, struct company_id company,
    const struct callrec *r, const struct call_place *place)
{
	struct texts t = { .n = 0 };
	struct slice caller;
	bool first = false;
	enum err e;

	e = insert_call(db, company, r, place, &t);
	if (e != ERR_OK)
		return e == ERR_CONFLICT ? ERR_OK : e; /* drained before */
	if ((e = insert_interaction(db, company, r)) != ERR_OK ||
	    (e = db_call_follow_opened(db, company, r)) != ERR_OK)
		return e;
	t.n = 0;
	caller = fit(&t, r->u.opened.caller, 16);
	if (caller.n == 0)
		return ERR_OK;
	e = know_caller(db, company, r, caller, &first);
	if (e == ERR_OK && first)
		e = mark_first(db, company, r->head.call);
	return e;
}

enum err db_call_opened(struct db *db, struct company_id company,
    const struct callrec *r, const struct call_place *place)
{
	bool mine;
	enum err e;

	if (r->head.kind != CALLREC_OPENED ||
	    !id_eq(company.v, r->head.company.v))
		return ERR_INTERNAL;
	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	return db_join_end(db, mine, open_call(db, company, r, place));
}

/* --- legs and events ----------------------------------------------------- */

static uint64_t at_most(uint64_t v, uint64_t max)
{
	return v < max ? v : max;
}

static struct slice codec_of(uint8_t pt)
{
	if (pt == 0)
		return SLICE("PCMU");
	return pt == 8 ? SLICE("PCMA") : SLICE("");
}

static void in_media(struct stmt *st, const struct callrec_media *m)
{
	stmt_in_text(st, codec_of(m->pt));
	stmt_in_u64(st, at_most(m->packets_in, UINT32_MAX));
	stmt_in_u64(st, at_most(m->packets_out, UINT32_MAX));
	stmt_in_u64(st, at_most(m->lost, UINT32_MAX));
	stmt_in_u64(st, at_most(m->dropped, UINT32_MAX));
	stmt_in_u64(st, m->jitter_us);
	stmt_in_u64(st, m->rtt_us);
}

static enum err insert_leg(struct db *db, struct company_id company,
    const struct callrec *r, const struct call_anchor *a)
{
	static const char sql[] =
	    "INSERT INTO call_leg (company_id, call_id, seq, destination_id,"
	    " trunk_id, target, started_at, ringing_at, early_at, answered_at,"
	    " ended_at, sip_status, cause, hangup_by, reason, codec,"
	    " packets_in, packets_out, packets_lost, packets_dropped,"
	    " jitter_us, rtt_us, sip_call_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?,"
	    " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	const struct callrec_leg *l = &r->u.leg;
	struct texts t = { .n = 0 };
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, r->head.call.v);
	stmt_in_u64(st, l->number);
	stmt_in_id_null(st, l->destination.v);
	stmt_in_id_null(st, l->trunk.v);
	stmt_in_text(st, fit(&t, l->target, 255));
	stmt_in_time_us(st, l->invited_us == CALLREC_NEVER
				? a->started_us
				: db_call_priv_wall(a, l->invited_us));
	stmt_in_time_us_null(st, db_call_priv_wall(a, l->ringing_us));
	stmt_in_time_us_null(st, db_call_priv_wall(a, l->early_media_us));
	stmt_in_time_us_null(st, db_call_priv_wall(a, l->answered_us));
	stmt_in_time_us_null(st, db_call_priv_wall(a, l->ended_us));
	stmt_in_u64(st, l->sip_code);
	stmt_in_u64(st, l->q850);
	stmt_in_text(st, slice_from(callrec_by_name(l->ended_by)));
	stmt_in_text(st, fit(&t, l->reason, 255));
	in_media(st, &l->media);
	stmt_in_text(st, fit(&t, l->sip_call_id, 255));
	return stmt_exec_one(st);
}

#define EVENT_ROW "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
#define EVENTS_1                                                     \
	"INSERT INTO call_event (company_id, call_id, seq, leg_seq," \
	" kind, step, branch, value, detail, happened_at) VALUES " EVENT_ROW
#define EVENTS_2 EVENTS_1 ", " EVENT_ROW
#define EVENTS_3 EVENTS_2 ", " EVENT_ROW
#define EVENTS_4 EVENTS_3 ", " EVENT_ROW
#define EVENTS_5 EVENTS_4 ", " EVENT_ROW
#define EVENTS_6 EVENTS_5 ", " EVENT_ROW
#define EVENTS_7 EVENTS_6 ", " EVENT_ROW
#define EVENTS_8 EVENTS_7 ", " EVENT_ROW

/* By how many there are, less one. */
static const char *const events_sql[] = { EVENTS_1, EVENTS_2, EVENTS_3,
	EVENTS_4, EVENTS_5, EVENTS_6, EVENTS_7, EVENTS_8 };

static_assert(RT_ARRAY_LEN(events_sql) <= TEXTS_MAX, "a text each");

static void in_event(struct stmt *st, const struct company_id *company,
    const struct callrec *r, const struct call_anchor *a, struct texts *t)
{
	const struct callrec_event *ev = &r->u.event;

	stmt_in_id(st, company->v);
	stmt_in_id(st, r->head.call.v);
	stmt_in_u64(st, r->head.seq);
	stmt_in_u64(st, ev->leg);
	stmt_in_text(st, slice_from(callrec_event_name(ev->what)));
	if (ev->step == FLOW_END) {
		stmt_in_null(st);
		stmt_in_null(st);
	} else {
		stmt_in_u64(st, ev->step);
		stmt_in_u64(st, ev->branch);
	}
	stmt_in_i64(st, ev->value);
	stmt_in_text(st, fit(t, ev->text, 255));
	stmt_in_time_us(st, a->started_us + r->head.at_us);
}

static enum err insert_events(struct db *db, struct company_id company,
    const struct callrec *const *r, size_t n, const struct call_anchor *a)
{
	struct texts t = { .n = 0 };
	struct stmt *st = stmt_begin(db, events_sql[n - 1]);
	enum err e;

	for (size_t i = 0; i < n; i++)
		in_event(st, &company, r[i], a, &t);
	e = stmt_exec(st, NULL);
	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = db_call_follow_event(db, company, r[i], a->started_us);
	return e;
}

/* How many of these go in with one statement: events of one call, each with a
 * higher seq than the one before. 0: the first is none. */
static size_t count_events(const struct callrec *const *r, size_t n)
{
	size_t k = 0;

	while (k < n && k < RT_ARRAY_LEN(events_sql) &&
	       r[k]->head.kind == CALLREC_EVENT &&
	       id_eq(r[k]->head.call.v, r[0]->head.call.v) &&
	       (k == 0 || r[k]->head.seq > r[k - 1]->head.seq))
		k++;
	return k;
}

/* The first of these, and what goes with it: *k of them. */
static enum err add_some(struct db *db, struct company_id company,
    const struct callrec *const *r, size_t n, const struct call_anchor *a,
    size_t *k)
{
	*k = count_events(r, n);
	if (*k > 0)
		return insert_events(db, company, r, *k, a);
	*k = 1;
	return r[0]->head.kind == CALLREC_LEG ? insert_leg(db, company, r[0], a)
					      : ERR_INTERNAL;
}

/* Each that was not applied before; the last of them is remembered. */
static enum err add_all(struct db *db, struct company_id company,
    const struct callrec *const *r, size_t n)
{
	const struct callrec *last = NULL;
	struct call_anchor a = { 0 };
	enum err e;

	e = db_call_priv_enter(db, company, r[0], r[0]->head.kind, &a);
	for (size_t i = 0, k = 1; e == ERR_OK && !a.closed && i < n; i += k) {
		k = 1;
		if (!id_eq(r[i]->head.call.v, r[0]->head.call.v))
			return ERR_INTERNAL;
		if (r[i]->head.seq <= a.last_seq)
			continue;
		e = add_some(db, company, r + i, n - i, &a, &k);
		last = r[i + k - 1];
		a.last_seq = last->head.seq;
	}
	return e == ERR_OK && last != NULL ? leave(db, company, last) : e;
}

enum err db_call_add(struct db *db, struct company_id company,
    const struct callrec *const *r, size_t n)
{
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	return db_join_end(db, mine, add_all(db, company, r, n));
}

enum err db_call_leg(struct db *db, struct company_id company,
    const struct callrec *r)
{
	return r->head.kind == CALLREC_LEG ? db_call_add(db, company, &r, 1)
					   : ERR_INTERNAL;
}

enum err db_call_event(struct db *db, struct company_id company,
    const struct callrec *r)
{
	return r->head.kind == CALLREC_EVENT ? db_call_add(db, company, &r, 1)
					     : ERR_INTERNAL;
}

/* --- closed (db_call_close.c) ----------------------------------------------
 */

enum err db_call_closed(struct db *db, struct company_id company,
    const struct callrec *r, const struct call_credit *credit, int64_t now_us)
{
	return db_call_close(db, company, r, credit, NULL, now_us);
}

enum err db_call_closed_with(struct db *db, struct company_id company,
    const struct callrec *r, const struct call_credit *credit,
    struct call_later *later, int64_t now_us)
{
	return db_call_close(db, company, r, credit, later, now_us);
}

/* Takes the call out of the roll-ups, changes it, puts it back. */
static enum err credit_again(struct db *db, struct company_id company,
    struct call_id call, const struct call_credit *credit)
{
	struct call_state s;
	enum err e;

	if ((e = db_call_hold(db, company, call.v)) != ERR_OK ||
	    (e = db_call_state(db, company, call, &s)) != ERR_OK)
		return e;
	if (!s.closed)
		return ERR_CONFLICT;
	if ((e = db_stat_take(db, company, call)) != ERR_OK ||
	    (e = db_call_close_credit(db, company, call, credit)) != ERR_OK)
		return e;
	return db_stat_put(db, company, call);
}

enum err db_call_credit(struct db *db, struct company_id company,
    struct call_id call, const struct call_credit *credit)
{
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	return db_join_end(db, mine, credit_again(db, company, call, credit));
}

/* --- reading ------------------------------------------------------------- */

enum err db_call_key(struct db *db, struct company_id company,
    struct call_id call, struct call_key *out)
{
	static const char sql[] =
	    "SELECT p.number_id, p.pool_id, p.started_at, p.caller_e164,"
	    " p.caller_country, p.caller_place, c.credit_min_bp,"
	    " p.state = 'closed' FROM phone_call p JOIN company c"
	    " ON c.id = p.company_id WHERE p.company_id = ? AND p.id = ?";
	struct call_key key;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	stmt_out_id(st, key.number.v);
	stmt_out_id(st, key.pool.v);
	stmt_out_time_us(st, &key.started_us);
	stmt_out_text(st, key.caller_e164, sizeof(key.caller_e164));
	stmt_out_text(st, key.caller_country, sizeof(key.caller_country));
	stmt_out_text(st, key.caller_place, sizeof(key.caller_place));
	stmt_out_u16(st, &key.credit_min_bp);
	stmt_out_bool(st, &key.closed);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = key;
	return e;
}

enum err db_call_state(struct db *db, struct company_id company,
    struct call_id call, struct call_state *out)
{
	static const char sql[] =
	    "SELECT state = 'closed', result, last_seq FROM phone_call"
	    " WHERE company_id = ? AND id = ?";
	struct call_state s = { .result = CALLRESULT_FAILED };
	char result[17] = "";
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	stmt_out_bool(st, &s.closed);
	stmt_out_text(st, result, sizeof(result));
	stmt_out_u32(st, &s.last_seq);
	e = stmt_one(st);
	if (e != ERR_OK)
		return e;
	if (s.closed && !callresult_from_name(slice_from(result), &s.result))
		return ERR_RANGE;
	*out = s;
	return ERR_OK;
}
