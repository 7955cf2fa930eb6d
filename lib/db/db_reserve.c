#include "lib/db/db_reserve.h"

#include <string.h>

#include "lib/db/stmt.h"

#define KEY_BYTES  (4 * ASK_KEY_MAX + 1)
#define PLACES_MAX 32 /* of one call at a time */
#define SWEPT_MAX  32 /* calls that are over, at a time */
/* Two that make the same row at once: one of them looks again. */
#define TRIES 3

/* One window of a gate. */
struct count {
	int64_t from_us;
	int64_t calls;
};

struct gate {
	struct count hour;
	struct count day;
	struct count month;
};

struct place {
	char key[KEY_BYTES];
	bool confirmed;
	int64_t hour_us;
	int64_t day_us;
	int64_t month_us;
};

/* --- the gate --------------------------------------------------------------*/

/* Locks it until the transaction's end. ERR_NOTFOUND: nobody asked yet. */
static enum err lock_gate(struct db *db, struct company_id company,
    struct slice key, struct gate *out)
{
	static const char sql[] =
	    "SELECT hour_at, hour_calls, day_at, day_calls, month_at,"
	    " month_calls FROM reserve_gate"
	    " WHERE company_id = ? AND gate = ? FOR UPDATE";
	struct gate g = { 0 };
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_text(st, key);
	stmt_out_time_us(st, &g.hour.from_us);
	stmt_out_i64(st, &g.hour.calls);
	stmt_out_time_us(st, &g.day.from_us);
	stmt_out_i64(st, &g.day.calls);
	stmt_out_time_us(st, &g.month.from_us);
	stmt_out_i64(st, &g.month.calls);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = g;
	return e;
}

static enum err make_gate(struct db *db, struct company_id company,
    const struct ask *a, int64_t now_us)
{
	static const char sql[] =
	    "INSERT INTO reserve_gate (company_id, gate, hour_at, day_at,"
	    " month_at) VALUES (?, ?, ?, ?, ?)";
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_text(st, a->key);
	stmt_in_time_us(st, a->hour.max == 0 ? now_us : a->hour.from_us);
	stmt_in_time_us(st, a->day.max == 0 ? now_us : a->day.from_us);
	stmt_in_time_us(st, a->month.max == 0 ? now_us : a->month.from_us);
	e = stmt_exec_one(st);
	return e == ERR_CONFLICT ? ERR_OK : e;
}

static enum err put_gate(struct db *db, struct company_id company,
    struct slice key, const struct gate *g)
{
	static const char sql[] =
	    "UPDATE reserve_gate SET hour_at = ?, hour_calls = ?, day_at = ?,"
	    " day_calls = ?, month_at = ?, month_calls = ?"
	    " WHERE company_id = ? AND gate = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, g->hour.from_us);
	stmt_in_i64(st, g->hour.calls);
	stmt_in_time_us(st, g->day.from_us);
	stmt_in_i64(st, g->day.calls);
	stmt_in_time_us(st, g->month.from_us);
	stmt_in_i64(st, g->month.calls);
	stmt_in_id(st, company.v);
	stmt_in_text(st, key);
	return stmt_exec(st, NULL);
}

/* A later window begins at nothing. An earlier one is a worker's whose clock is
 * behind: it is counted in the present one. Without a cap nothing moves. */
static void turn_page(struct count *c, const struct ask_window *w)
{
	if (w->max != 0 && w->from_us > c->from_us)
		*c = (struct count){ w->from_us, 0 };
}

static bool full(const struct count *c, const struct ask_window *w)
{
	return w->max != 0 && c->calls >= (int64_t)w->max;
}

static void take_off(struct count *c, int64_t counted_in_us)
{
	if (c->from_us == counted_in_us && c->calls > 0)
		c->calls--;
}

/* --- places ----------------------------------------------------------------*/

/* Places that are taken, and whether the call has one of them. */
static enum err count_places(struct db *db, struct company_id company,
    struct call_id call, struct slice key, int64_t now_us, uint64_t *taken,
    bool *has)
{
	static const char sql[] =
	    "SELECT COUNT(*),"
	    " COALESCE(MAX(CASE WHEN call_id = ? THEN 1 ELSE 0 END), 0)"
	    " FROM reservation WHERE company_id = ? AND gate = ?"
	    " AND expires_at > ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, call.v);
	stmt_in_id(st, company.v);
	stmt_in_text(st, key);
	stmt_in_time_us(st, now_us);
	stmt_out_u64(st, taken);
	stmt_out_bool(st, has);
	return stmt_one(st);
}

static enum err put_place(struct db *db, struct company_id company,
    struct call_id call, const struct ask *a, const struct gate *g,
    int64_t now_us)
{
	/* One of this call that has expired is as good as none. */
	static const char sql[] =
	    "INSERT INTO reservation (company_id, gate, call_id, hour_at,"
	    " day_at, month_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)"
	    " ON DUPLICATE KEY UPDATE confirmed = 0,"
	    " hour_at = VALUES(hour_at), day_at = VALUES(day_at),"
	    " month_at = VALUES(month_at), expires_at = VALUES(expires_at)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_text(st, a->key);
	stmt_in_id(st, call.v);
	stmt_in_time_us(st, g->hour.from_us);
	stmt_in_time_us(st, g->day.from_us);
	stmt_in_time_us(st, g->month.from_us);
	stmt_in_time_us(st, now_us + (int64_t)a->hold_s * RT_SEC_US);
	return stmt_exec(st, NULL);
}

/* In a transaction, with the gate locked. */
static enum err give_place(struct db *db, struct company_id company,
    struct call_id call, const struct ask *a, struct gate *g, int64_t now_us,
    bool *granted)
{
	uint64_t taken = 0;
	bool has = false;
	enum err e;

	e = count_places(db, company, call, a->key, now_us, &taken, &has);
	if (e != ERR_OK)
		return e;
	turn_page(&g->hour, &a->hour);
	turn_page(&g->day, &a->day);
	turn_page(&g->month, &a->month);
	*granted =
	    has || (!full(&g->hour, &a->hour) && !full(&g->day, &a->day) &&
		       !full(&g->month, &a->month) &&
		       (a->at_once == 0 || taken < a->at_once));
	if (has || !*granted)
		return ERR_OK;
	g->hour.calls++;
	g->day.calls++;
	g->month.calls++;
	if ((e = put_gate(db, company, a->key, g)) != ERR_OK)
		return e;
	return put_place(db, company, call, a, g, now_us);
}

/* The question may be answered long after the call gave it up and ended, and
 * what is taken behind its end nobody would give back. The call's row is only
 * read: whoever holds it may take longer than a caller waits. What is taken
 * while its end is being written is db_reserve_sweep()'s. */
static enum err is_over(struct db *db, struct company_id company,
    struct call_id call, bool *over)
{
	static const char sql[] =
	    "SELECT state = 'closed' FROM phone_call"
	    " WHERE company_id = ? AND id = ?";
	bool closed = false;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	stmt_out_bool(st, &closed);
	e = stmt_one(st);
	*over = e == ERR_OK && closed;
	return e == ERR_NOTFOUND ? ERR_OK : e; /* not stored yet */
}

static enum err take(struct db *db, struct company_id company,
    struct call_id call, const struct ask *a, int64_t now_us, bool *granted)
{
	struct gate g;
	bool over = false;
	enum err e = ERR_NOTFOUND;

	for (int i = 0; i < TRIES && e == ERR_NOTFOUND; i++) {
		e = lock_gate(db, company, a->key, &g);
		if (e == ERR_NOTFOUND &&
		    (e = make_gate(db, company, a, now_us)) == ERR_OK)
			e = ERR_NOTFOUND; /* made: now lock it */
	}
	if (e != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_BUSY : e;
	if ((e = is_over(db, company, call, &over)) != ERR_OK || over)
		return e;
	return give_place(db, company, call, a, &g, now_us, granted);
}

enum err db_reserve_take(struct db *db, struct company_id company,
    struct call_id call, const struct ask *a, int64_t now_us, bool *granted)
{
	bool yes = false;
	enum err e;

	if (a->key.n > ASK_KEY_MAX)
		return ERR_RANGE;
	if ((e = db_begin(db)) != ERR_OK)
		return e;
	e = db_end(db, take(db, company, call, a, now_us, &yes));
	if (e == ERR_OK)
		*granted = yes;
	return e;
}

enum err db_reserve_confirm(struct db *db, struct company_id company,
    struct call_id call, struct slice key)
{
	static const char sql[] =
	    "UPDATE reservation SET confirmed = 1"
	    " WHERE company_id = ? AND gate = ? AND call_id = ?"
	    " AND confirmed = 0";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_text(st, key);
	stmt_in_id(st, call.v);
	return stmt_exec_one(st);
}

/* --- giving back -----------------------------------------------------------*/

static enum err read_place(struct db *db, struct company_id company,
    struct call_id call, struct slice key, struct place *out)
{
	static const char sql[] =
	    "SELECT confirmed, hour_at, day_at, month_at FROM reservation"
	    " WHERE company_id = ? AND gate = ? AND call_id = ?";
	struct place p = { .confirmed = false };
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_text(st, key);
	stmt_in_id(st, call.v);
	stmt_out_bool(st, &p.confirmed);
	stmt_out_time_us(st, &p.hour_us);
	stmt_out_time_us(st, &p.day_us);
	stmt_out_time_us(st, &p.month_us);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = p;
	return e;
}

static enum err drop_place(struct db *db, struct company_id company,
    struct call_id call, struct slice key)
{
	static const char sql[] =
	    "DELETE FROM reservation"
	    " WHERE company_id = ? AND gate = ? AND call_id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_text(st, key);
	stmt_in_id(st, call.v);
	return stmt_exec(st, NULL);
}

/* No count changes, so the gate need not be locked. */
enum err db_reserve_leave(struct db *db, struct company_id company,
    struct call_id call, struct slice key)
{
	return drop_place(db, company, call, key);
}

/* Off the counts, unless the call was bridged there. The gate comes first, as
 * with taking, or two could wait for each other. */
static enum err give(struct db *db, struct company_id company,
    struct call_id call, struct slice key)
{
	struct place p;
	struct gate g;
	enum err e;

	if ((e = lock_gate(db, company, key, &g)) != ERR_OK ||
	    (e = read_place(db, company, call, key, &p)) != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	if (!p.confirmed) {
		take_off(&g.hour, p.hour_us);
		take_off(&g.day, p.day_us);
		take_off(&g.month, p.month_us);
		if ((e = put_gate(db, company, key, &g)) != ERR_OK)
			return e;
	}
	return drop_place(db, company, call, key);
}

enum err db_reserve_give(struct db *db, struct company_id company,
    struct call_id call, struct slice key)
{
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	return db_join_end(db, mine, give(db, company, call, key));
}

/* The keys of a call's places. */
static enum err places_of(struct db *db, struct company_id company,
    struct call_id call, struct place out[PLACES_MAX], size_t *n)
{
	static const char sql[] =
	    "SELECT gate, confirmed FROM reservation"
	    " WHERE company_id = ? AND call_id = ? ORDER BY gate LIMIT 32";
	struct place p = { .confirmed = false };
	struct stmt *st = stmt_begin(db, sql);
	size_t have = 0;
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	stmt_out_text(st, p.key, sizeof(p.key));
	stmt_out_bool(st, &p.confirmed);
	e = stmt_each(st);
	while (
	    e == ERR_OK && have < PLACES_MAX && (e = stmt_next(st)) == ERR_OK)
		out[have++] = p;
	stmt_end(st);
	*n = have;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* The key of the destination that the call was bridged to; "" none. */
static enum err answered_key(struct db *db, struct company_id company,
    struct call_id call, char out[ID_TEXT_MAX])
{
	static const char sql[] =
	    "SELECT destination_id FROM phone_call WHERE company_id = ?"
	    " AND id = ? AND (result = 'answered' OR bridged_at IS NOT NULL)"
	    " AND destination_id IS NOT NULL";
	struct destination_id id;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	stmt_out_id(st, id.v);
	e = stmt_one(st);
	out[0] = '\0';
	if (e == ERR_OK)
		id_text(ID_KIND_destination, id.v, out);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err end_places(struct db *db, struct company_id company,
    struct call_id call, const struct place *p, size_t n)
{
	char answered[ID_TEXT_MAX];
	enum err e = answered_key(db, company, call, answered);

	for (size_t i = 0; i < n && e == ERR_OK; i++) {
		const struct slice key = slice_from(p[i].key);

		if (p[i].confirmed || slice_eq(key, slice_from(answered)))
			e = db_reserve_leave(db, company, call, key);
		else
			e = give(db, company, call, key);
	}
	return e;
}

enum err db_reserve_end(struct db *db, struct company_id company,
    struct call_id call)
{
	struct place p[PLACES_MAX];
	size_t n = 0;
	bool mine;
	enum err e;

	/* Nearly always there is none: then nothing is locked. */
	e = places_of(db, company, call, p, &n);
	if (e != ERR_OK || n == 0)
		return e;
	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	return db_join_end(db, mine, end_places(db, company, call, p, n));
}

/* --- what nobody gave back -------------------------------------------------*/

struct stray {
	struct company_id company;
	struct call_id call;
};

static enum err one_expired(struct db *db, int64_t now_us, struct stray *of,
    struct place *out)
{
	static const char sql[] =
	    "SELECT company_id, call_id, gate FROM reservation"
	    " WHERE expires_at <= ? ORDER BY expires_at LIMIT 1";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	stmt_out_id(st, of->company.v);
	stmt_out_id(st, of->call.v);
	stmt_out_text(st, out->key, sizeof(out->key));
	return stmt_one(st);
}

static enum err sweep_expired(struct db *db, int64_t now_us, uint32_t max,
    uint32_t *n)
{
	enum err e = ERR_OK;

	while (*n < max && e == ERR_OK) {
		struct stray s;
		struct place p;

		e = one_expired(db, now_us, &s, &p);
		if (e == ERR_OK)
			e = db_reserve_give(db, s.company, s.call,
			    slice_from(p.key));
		*n += e == ERR_OK ? 1 : 0;
	}
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* Places of calls whose end is stored: each was taken while it was. Few calls
 * have places, most calls are over. */
static enum err read_over(struct db *db, struct stray out[SWEPT_MAX], size_t *n)
{
	static const char sql[] =
	    "SELECT DISTINCT r.company_id, r.call_id FROM reservation r"
	    " STRAIGHT_JOIN phone_call c ON c.company_id = r.company_id"
	    " AND c.id = r.call_id WHERE c.state = 'closed' LIMIT 32";
	struct stmt *st = stmt_begin(db, sql);
	struct stray s;
	size_t have = 0;
	enum err e;

	stmt_out_id(st, s.company.v);
	stmt_out_id(st, s.call.v);
	e = stmt_each(st);
	while (e == ERR_OK && have < SWEPT_MAX && (e = stmt_next(st)) == ERR_OK)
		out[have++] = s;
	stmt_end(st);
	*n = have;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err sweep_over(struct db *db, uint32_t max, uint32_t *n)
{
	struct stray s[SWEPT_MAX];
	size_t have = 0;
	enum err e = read_over(db, s, &have);

	for (size_t i = 0; i < have && *n < max && e == ERR_OK; i++) {
		e = db_reserve_end(db, s[i].company, s[i].call);
		*n += e == ERR_OK ? 1 : 0;
	}
	return e;
}

enum err db_reserve_sweep(struct db *db, int64_t now_us, uint32_t max,
    uint32_t *n)
{
	uint32_t swept = 0;
	enum err e = sweep_expired(db, now_us, max, &swept);

	if (e == ERR_OK)
		e = sweep_over(db, max, &swept);
	*n = swept;
	return e;
}

/* --- turns -----------------------------------------------------------------*/

static enum err read_turn(struct db *db, struct company_id company,
    struct slice counter, uint64_t *next)
{
	static const char sql[] =
	    "SELECT next_turn FROM turn WHERE company_id = ? AND counter = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_text(st, counter);
	stmt_out_u64(st, next);
	return stmt_one(st);
}

/* The first statement locks the row, so the second reads our own number. */
static enum err count_turn(struct db *db, struct company_id company,
    struct slice counter, uint64_t *next)
{
	static const char sql[] =
	    "INSERT INTO turn (company_id, counter, next_turn)"
	    " VALUES (?, ?, 1)"
	    " ON DUPLICATE KEY UPDATE next_turn = next_turn + 1";
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_text(st, counter);
	e = stmt_exec(st, NULL);
	return e == ERR_OK ? read_turn(db, company, counter, next) : e;
}

enum err db_reserve_turn(struct db *db, struct company_id company,
    struct slice counter, uint64_t *turn)
{
	uint64_t next = 1;
	enum err e;

	if (counter.n > ASK_KEY_MAX)
		return ERR_RANGE;
	if ((e = db_begin(db)) != ERR_OK)
		return e;
	e = db_end(db, count_turn(db, company, counter, &next));
	if (e == ERR_OK)
		*turn = next - 1;
	return e;
}
