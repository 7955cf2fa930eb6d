#include "lib/db/db_hook_out.h"

#include "lib/base/rnd.h"
#include "lib/base/utf8.h"
#include "lib/db/stmt.h"

#define COLUMNS                                                      \
	"d.event_id, d.seq, d.kind, d.object_id, d.detail, d.body,"  \
	" d.attempts, d.happened_at, d.state, d.due_at, d.ended_at," \
	" d.status, d.took_ms, d.last_error, d.answer"

static void out_row(struct stmt *st, struct arena *mem,
    struct hook_out_row *row)
{
	stmt_out_id(st, row->event.v);
	stmt_out_u64(st, &row->seq);
	stmt_out_text(st, row->kind, sizeof(row->kind));
	stmt_out_id(st, row->object);
	stmt_out_text(st, row->detail, sizeof(row->detail));
	stmt_out_slice(st, mem, DB_HOOK_BODY_MAX, &row->body);
	stmt_out_u32(st, &row->attempts);
	stmt_out_time_us(st, &row->happened_us);
	stmt_out_text(st, row->state, sizeof(row->state));
	stmt_out_time_us(st, &row->due_us);
	stmt_out_time_us(st, &row->ended_us);
	stmt_out_u16(st, &row->status);
	stmt_out_u32(st, &row->took_ms);
	stmt_out_text(st, row->error, sizeof(row->error));
	stmt_out_text(st, row->answer, sizeof(row->answer));
}

/* --- telling ---------------------------------------------------------------
 */

static void make_event(int64_t now_us, uint8_t out[ID_BYTES])
{
	uint8_t rnd[10];

	rnd_bytes(rnd, sizeof(rnd));
	id_make(now_us, rnd, out);
}

/* When an event of the object is due: takes object, time, time. One that must
 * wait for another of the object is not due before that one, so that who looks
 * for work does not pass by thousands that must wait. */
#define DUE                                                      \
	"COALESCE((SELECT MAX(b.due_at) FROM webhook_delivery b" \
	" WHERE b.company_id = w.company_id"                     \
	" AND b.webhook_id = w.id AND b.object_id = ?"           \
	" AND b.state = 'ready' AND b.due_at > ?), ?)"
/* ... and in its turn: half the hook's rate for each before it. */
#define IN_TURN DUE " + INTERVAL (? * 2000000 DIV w.per_second) MICROSECOND"

static void in_due(struct stmt *st, const uint8_t object[ID_BYTES],
    int64_t due_us)
{
	stmt_in_id(st, object);
	stmt_in_time_us(st, due_us);
	stmt_in_time_us(st, due_us);
}

#define NOT_SENT                                           \
	" AND d.object_id = ? AND d.kind = 'call.changed'" \
	" AND d.state = 'ready' AND d.body IS NULL"

/* What waits for its turn, and not for another event of the call, waits no
 * longer: more is to be told of the call. */
static enum err take_along(struct db *db, struct company_id company,
    const uint8_t object[ID_BYTES], int64_t due_us)
{
	static const char sql[] =
	    "UPDATE webhook w JOIN webhook_delivery d"
	    " ON d.company_id = w.company_id AND d.webhook_id = w.id"
	    " LEFT JOIN webhook_delivery f"
	    " ON f.company_id = d.company_id AND f.webhook_id = d.webhook_id"
	    " AND f.object_id = d.object_id AND f.seq < d.seq"
	    " AND f.state IN ('ready', 'running')"
	    " SET d.due_at = ? WHERE w.company_id = ?" NOT_SENT
	    " AND d.attempts = 0 AND d.due_at > ? AND f.seq IS NULL";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, due_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, object);
	stmt_in_time_us(st, due_us);
	return stmt_exec(st, NULL);
}

static enum err emit(struct db *db, struct company_id company,
    enum hook_kind kind, const uint8_t object[ID_BYTES], int64_t now_us)
{
	static const char sql[] =
	    "INSERT INTO webhook_delivery (company_id, webhook_id, event_id,"
	    " kind, object_id, state, due_at, happened_at)"
	    " SELECT w.company_id, w.id, ?, ?, ?, 'ready', " DUE
	    ", ? FROM webhook w WHERE w.company_id = ? AND w.archived_at IS NULL"
	    " AND (w.events & ?) <> 0 AND (? = 0 OR NOT EXISTS"
	    " (SELECT 1 FROM webhook_delivery d"
	    " WHERE d.company_id = w.company_id AND d.webhook_id = w.id"
	    " AND d.object_id = ? AND d.kind = ?))";
	/* Forms are written in batches that may be written again. */
	const bool once = kind == HOOK_FORM_RECEIVED;
	uint8_t event[ID_BYTES];
	struct stmt *st = stmt_begin(db, sql);

	make_event(now_us, event);
	stmt_in_id(st, event);
	stmt_in_text(st, slice_from(hook_name(kind)));
	stmt_in_id(st, object);
	in_due(st, object, now_us);
	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_u64(st, HOOK_BIT(kind));
	stmt_in_bool(st, once);
	stmt_in_id(st, object);
	stmt_in_text(st, slice_from(hook_name(kind)));
	return stmt_exec(st, NULL);
}

enum err db_hook_out_emit(struct db *db, struct company_id company,
    enum hook_kind kind, const uint8_t object[ID_BYTES], int64_t now_us)
{
	enum err e = ERR_OK;

	if (kind == HOOK_CALL_CHANGED || kind >= HOOK_TEST)
		return ERR_RANGE;
	/* The one kind that comes when a call is over. */
	if (kind == HOOK_RECORDING_READY)
		e = take_along(db, company, object, now_us);
	return e == ERR_OK ? emit(db, company, kind, object, now_us) : e;
}

/* Adds the field to what waits. */
static enum err join_changes(struct db *db, struct company_id company,
    const uint8_t object[ID_BYTES], const char *field)
{
	static const char sql[] =
	    "UPDATE webhook w JOIN webhook_delivery d"
	    " ON d.company_id = w.company_id AND d.webhook_id = w.id"
	    " SET d.detail = CASE WHEN FIND_IN_SET(?, d.detail) > 0"
	    " THEN d.detail ELSE CONCAT(d.detail, ',', ?) END"
	    " WHERE w.company_id = ?" NOT_SENT;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_text(st, slice_from(field));
	stmt_in_text(st, slice_from(field));
	stmt_in_id(st, company.v);
	stmt_in_id(st, object);
	return stmt_exec(st, NULL);
}

/* A new one for each hook that has none waiting. */
static enum err insert_change(struct db *db, struct company_id company,
    const uint8_t object[ID_BYTES], const char *field,
    const struct hook_turn *turn)
{
	static const char sql[] =
	    "INSERT INTO webhook_delivery (company_id, webhook_id, event_id,"
	    " kind, object_id, detail, state, due_at, happened_at)"
	    " SELECT w.company_id, w.id, ?, 'call.changed', ?, ?, 'ready',"
	    " " IN_TURN
	    ", ? FROM webhook w WHERE w.company_id = ?"
	    " AND w.archived_at IS NULL AND (w.events & ?) <> 0"
	    " AND NOT EXISTS (SELECT 1 FROM webhook_delivery d"
	    " WHERE d.company_id = w.company_id"
	    " AND d.webhook_id = w.id" NOT_SENT ")";
	uint8_t event[ID_BYTES];
	struct stmt *st = stmt_begin(db, sql);

	make_event(turn->now_us, event);
	stmt_in_id(st, event);
	stmt_in_id(st, object);
	stmt_in_text(st, slice_from(field));
	in_due(st, object, turn->from_us + DB_HOOK_COLLECT_US);
	stmt_in_u64(st, turn->n);
	stmt_in_time_us(st, turn->now_us);
	stmt_in_id(st, company.v);
	stmt_in_u64(st, HOOK_BIT(HOOK_CALL_CHANGED));
	stmt_in_id(st, object);
	return stmt_exec(st, NULL);
}

enum err db_hook_out_changed(struct db *db, struct company_id company,
    const uint8_t object[ID_BYTES], const char *field, int64_t now_us)
{
	const struct hook_turn now = { .from_us = now_us, .now_us = now_us };
	const enum err e =
	    take_along(db, company, object, now_us + DB_HOOK_COLLECT_US);

	return e == ERR_OK ? db_hook_out_changed_in_turn(db, company, object,
				 field, &now)
			   : e;
}

enum err db_hook_out_changed_in_turn(struct db *db, struct company_id company,
    const uint8_t object[ID_BYTES], const char *field,
    const struct hook_turn *turn)
{
	const enum err e = join_changes(db, company, object, field);

	return e == ERR_OK ? insert_change(db, company, object, field, turn)
			   : e;
}

enum err db_hook_out_test(struct db *db, struct company_id company,
    struct webhook_id hook, int64_t now_us)
{
	static const char sql[] =
	    "INSERT INTO webhook_delivery (company_id, webhook_id, event_id,"
	    " kind, object_id, state, due_at, happened_at)"
	    " SELECT w.company_id, w.id, ?, 'test', ?, 'ready', ?, ?"
	    " FROM webhook w WHERE w.company_id = ? AND w.id = ?"
	    " AND w.archived_at IS NULL";
	uint8_t event[ID_BYTES];
	struct stmt *st = stmt_begin(db, sql);

	make_event(now_us, event);
	stmt_in_id(st, event);
	stmt_in_id(st, event); /* it is about itself */
	stmt_in_time_us(st, now_us);
	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, hook.v);
	return stmt_exec_one(st);
}

/* --- claiming --------------------------------------------------------------
 */

/* Read from the ends of index groups: it costs the same however much waits. */
enum err db_hook_out_due(struct db *db, struct arena *mem,
    struct hook_due **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT company_id, webhook_id, MIN(due_at) FROM webhook_delivery"
	    " WHERE state = 'ready' GROUP BY company_id, webhook_id";
	struct hook_due row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_out_id(st, row.company.v);
	stmt_out_id(st, row.hook.v);
	stmt_out_time_us(st, &row.due_us);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

static enum err pick(struct db *db, struct company_id company,
    struct webhook_id hook, uint32_t max, int64_t now_us, struct arena *mem,
    struct hook_out_row **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT " COLUMNS
	    " FROM webhook_delivery d WHERE d.state = 'ready'"
	    " AND d.company_id = ? AND d.webhook_id = ? AND d.due_at <= ?"
	    " AND NOT EXISTS (SELECT 1 FROM webhook_delivery f"
	    " WHERE f.company_id = d.company_id"
	    " AND f.webhook_id = d.webhook_id AND f.object_id = d.object_id"
	    " AND f.seq < d.seq AND f.state IN ('ready', 'running'))"
	    " ORDER BY d.due_at, d.seq LIMIT ? FOR UPDATE SKIP LOCKED";
	struct hook_out_row row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, hook.v);
	stmt_in_time_us(st, now_us);
	stmt_in_u64(st, max);
	out_row(st, mem, &row);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

static enum err take(struct db *db, struct company_id company,
    struct webhook_id hook, struct hook_out_row *row,
    const uint8_t claim[ID_BYTES], int64_t until_us)
{
	static const char sql[] =
	    "UPDATE webhook_delivery SET state = 'running', claim = ?,"
	    " due_at = ?, attempts = attempts + 1"
	    " WHERE company_id = ? AND webhook_id = ? AND event_id = ?";
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, claim);
	stmt_in_time_us(st, until_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, hook.v);
	stmt_in_id(st, row->event.v);
	e = stmt_exec_one(st);
	row->attempts++;
	return e;
}

enum err db_hook_out_claim(struct db *db, struct company_id company,
    struct webhook_id hook, uint32_t max, const uint8_t claim[ID_BYTES],
    int64_t now_us, int64_t visible_us, struct arena *mem,
    struct hook_out_row **rows, size_t *n)
{
	struct hook_out_row *got = NULL;
	size_t count = 0;
	enum err e;

	if ((e = db_begin(db)) != ERR_OK)
		return e;
	e = pick(db, company, hook, max, now_us, mem, &got, &count);
	for (size_t i = 0; i < count && e == ERR_OK; i++)
		e = take(db, company, hook, &got[i], claim,
		    now_us + visible_us);
	if ((e = db_end(db, e)) != ERR_OK)
		return e;
	*rows = got;
	*n = count;
	return ERR_OK;
}

enum err db_hook_out_lost(struct db *db, int64_t now_us)
{
	static const char sql[] =
	    "UPDATE webhook_delivery SET state = 'ready', claim = NULL"
	    " WHERE state = 'running' AND due_at <= ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	return stmt_exec(st, NULL);
}

enum err db_hook_out_hold(struct db *db, struct company_id company,
    struct webhook_id hook, struct event_id event, struct arena *mem,
    struct slice *body)
{
	static const char sql[] =
	    "SELECT body FROM webhook_delivery WHERE company_id = ?"
	    " AND webhook_id = ? AND event_id = ? FOR UPDATE";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, hook.v);
	stmt_in_id(st, event.v);
	stmt_out_slice(st, mem, DB_HOOK_BODY_MAX, body);
	return stmt_one(st);
}

enum err db_hook_out_body(struct db *db, struct company_id company,
    struct webhook_id hook, struct event_id event, struct slice body)
{
	static const char sql[] =
	    "UPDATE webhook_delivery SET body = ? WHERE company_id = ?"
	    " AND webhook_id = ? AND event_id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_text(st, body);
	stmt_in_id(st, company.v);
	stmt_in_id(st, hook.v);
	stmt_in_id(st, event.v);
	return stmt_exec_one(st);
}

/* --- settling --------------------------------------------------------------
 */

static const char *state_of(enum hook_fate fate)
{
	switch (fate) {
	case HOOK_FATE_DONE:
		return "done";
	case HOOK_FATE_PARKED:
		return "parked";
	case HOOK_FATE_AGAIN:
		break;
	}
	return "ready";
}

/* Without a body the words went while it was under way, and an answer may say
 * them again. */
static enum err write_result(struct db *db, struct company_id company,
    struct webhook_id hook, const struct hook_out_row *row,
    const uint8_t claim[ID_BYTES], const struct hook_result *r, int64_t now_us)
{
	static const char sql[] =
	    "UPDATE webhook_delivery SET state = ?, claim = NULL, due_at = ?,"
	    " status = ?, took_ms = ?, last_error = ?,"
	    " answer = IF(body IS NULL, '', ?), ended_at = ? WHERE company_id = ? AND webhook_id = ?"
	    " AND event_id = ? AND claim = ?";
	const bool again = r->fate == HOOK_FATE_AGAIN;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_text(st, slice_from(state_of(r->fate)));
	stmt_in_time_us(st, again ? r->due_us : now_us);
	stmt_in_u64(st, r->status);
	stmt_in_u64(st, r->took_us < 0 ? 0 : (uint64_t)r->took_us / 1000);
	stmt_in_text(st, utf8_head(r->error, DB_TEXT_BYTES / 4));
	stmt_in_text(st, utf8_head(r->answer, DB_HOOK_ANSWER_MAX));
	stmt_in_time_us_null(st, again ? 0 : now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, hook.v);
	stmt_in_id(st, row->event.v);
	stmt_in_id(st, claim);
	e = stmt_exec_one(st);
	return e == ERR_NOTFOUND ? ERR_CONFLICT : e;
}

/* What must wait for this one is not looked at until then. */
static enum err delay_later(struct db *db, struct company_id company,
    struct webhook_id hook, const struct hook_out_row *row, int64_t due_us)
{
	static const char sql[] =
	    "UPDATE webhook_delivery SET due_at = ? WHERE company_id = ?"
	    " AND webhook_id = ? AND object_id = ? AND seq > ?"
	    " AND state = 'ready' AND due_at < ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, due_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, hook.v);
	stmt_in_id(st, row->object);
	stmt_in_u64(st, row->seq);
	stmt_in_time_us(st, due_us);
	return stmt_exec(st, NULL);
}

enum err db_hook_out_settle(struct db *db, struct company_id company,
    struct webhook_id hook, const struct hook_out_row *row,
    const uint8_t claim[ID_BYTES], const struct hook_result *result,
    int64_t now_us)
{
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	e = write_result(db, company, hook, row, claim, result, now_us);
	if (e == ERR_OK && result->fate == HOOK_FATE_AGAIN)
		e = delay_later(db, company, hook, row, result->due_us);
	return db_join_end(db, mine, e);
}

/* --- the log ---------------------------------------------------------------
 */

enum err db_hook_out_list(struct db *db, struct company_id company,
    struct webhook_id hook, struct slice state, uint64_t before, uint32_t max,
    struct arena *mem, struct hook_out_row **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT " COLUMNS
	    " FROM webhook_delivery d WHERE d.company_id = ?"
	    " AND d.webhook_id = ? AND d.seq < ? AND (? = '' OR d.state = ?)"
	    " ORDER BY d.seq DESC LIMIT ?";
	struct hook_out_row row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, hook.v);
	stmt_in_u64(st, before == 0 ? UINT64_MAX : before);
	stmt_in_text(st, state);
	stmt_in_text(st, state);
	stmt_in_u64(st, max);
	out_row(st, mem, &row);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

#define AGAIN                                                             \
	"UPDATE webhook_delivery d JOIN webhook w"                        \
	" ON w.company_id = d.company_id AND w.id = d.webhook_id"         \
	" AND w.archived_at IS NULL SET d.state = 'ready', d.due_at = ?," \
	" d.attempts = 0, d.ended_at = NULL"                              \
	" WHERE d.company_id = ? AND d.webhook_id = ?"

enum err db_hook_out_replay(struct db *db, struct company_id company,
    struct webhook_id hook, struct event_id event, int64_t now_us)
{
	static const char sql[] =
	    AGAIN " AND d.event_id = ? AND d.state IN ('done', 'parked')";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, hook.v);
	stmt_in_id(st, event.v);
	return stmt_exec_one(st);
}

enum err db_hook_out_replay_range(struct db *db, struct company_id company,
    struct webhook_id hook, int64_t from_us, int64_t to_us, bool parked,
    int64_t now_us, uint64_t *n)
{
	static const char sql[] = AGAIN
	    " AND d.happened_at >= ? AND d.happened_at < ?"
	    " AND (d.state = 'parked' OR (? = 0 AND d.state = 'done'))";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, hook.v);
	stmt_in_time_us(st, from_us);
	stmt_in_time_us(st, to_us);
	stmt_in_bool(st, parked);
	return stmt_exec(st, n);
}

enum err db_hook_out_sweep(struct db *db, int64_t before_us, uint32_t max,
    uint64_t *removed)
{
	static const char sql[] =
	    "DELETE FROM webhook_delivery WHERE state IN ('done', 'parked')"
	    " AND ended_at < ? LIMIT ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, before_us);
	stmt_in_u64(st, max);
	return stmt_exec(st, removed);
}
