#include "lib/db/db_candidate.h"

#include <string.h>

#include "lib/core/attrib_place.h"
#include "lib/db/db_overflow.h"
#include "lib/db/stmt.h"

/* A visit may have several leases of one number. */
#define ROWS_MAX 100
/* Of those who share a number at once who touched its link so lately is told
 * before who was only seen. */
#define TOUCHED_US RT_HOUR_US
/* Who was seen so lately is most of who may call. */
#define CROWD_US RT_HOUR_US

#define TOUCHES                                                 \
	" FROM visit_event e WHERE e.company_id = v.company_id" \
	" AND e.visit_id = v.id AND e.kind = 'tel_click'"

/* Leases, and who was shown the number as a pool's overflow: many at once, of
 * whom those who were seen last are read. Of either the last click on the phone
 * link before the call, with this number in it: later ones are of another, and
 * who was shown several touched one of them. Of leases whose visits are gone no
 * more are read than of others. Which index and which order is no question, and
 * statistics may be of before a busy day. */
static const char shown_sql[] =
    "SELECT STRAIGHT_JOIN l.id, l.visit_id, v.visitor_id, l.started_at,"
    " l.seen_at, IF(v.tel_clicked_at IS NULL, NULL, IF(v.tel_clicked_at > ?"
    " OR EXISTS (SELECT 1" TOUCHES
    " AND e.number_id <> l.number_id), (SELECT MAX(e.happened_at)" TOUCHES
    " AND e.happened_at <= ? AND (e.number_id IS NULL"
    " OR e.number_id = l.number_id)), v.tel_clicked_at)),"
    " v.source, v.medium, v.campaign, v.browser_zone, v.started_at,"
    " v.tells_use, v.used_at"
    " FROM ((SELECT company_id, id, visit_id, number_id, started_at,"
    " LEAST(beat_at, COALESCE(released_at, beat_at)) AS seen_at,"
    " FALSE AS touched FROM lease FORCE INDEX (lease_number)"
    " WHERE company_id = ? AND number_id = ?"
    " AND started_at <= ? AND started_at > ?"
    " ORDER BY started_at DESC LIMIT ?)"
    " UNION ALL (SELECT company_id, NULL, visit_id, number_id, shown_at,"
    " seen_at, COALESCE(touched_at > ?, FALSE) AS touched"
    " FROM (SELECT * FROM overflow_shown FORCE INDEX (PRIMARY)"
    " WHERE company_id = ? AND number_id = ?"
    " AND shown_at <= ? AND shown_at > ? ORDER BY shown_at DESC LIMIT ?) o"
    " ORDER BY touched DESC, LEAST(seen_at, ?) DESC LIMIT ?)) l"
    " JOIN visit v FORCE INDEX (PRIMARY)"
    " ON v.company_id = l.company_id AND v.id = l.visit_id"
    " ORDER BY l.touched DESC, LEAST(l.seen_at, ?) DESC, l.started_at DESC";

/* Leases of a number never overlap: of those that began by then only the last
 * can have lasted longer. */
static const char across_sql[] =
    "SELECT started_at, LEAST(beat_at, COALESCE(released_at, beat_at))"
    " FROM lease FORCE INDEX (lease_number) WHERE company_id = ?"
    " AND number_id = ?"
    " AND started_at <= ? ORDER BY started_at DESC LIMIT 1";

/* The latest leases that are not listed; the index holds all of it. */
static const char older_sql[] =
    "SELECT COUNT(*), MIN(x.started_at), MAX(x.started_at) FROM"
    " (SELECT started_at FROM lease FORCE INDEX (lease_number)"
    " WHERE company_id = ? AND number_id = ?"
    " AND started_at < ? AND started_at > ?"
    " ORDER BY started_at DESC LIMIT ?) x";

static const char oldest_sql[] =
    "SELECT started_at FROM lease FORCE INDEX (lease_number)"
    " WHERE company_id = ? AND number_id = ?"
    " AND started_at > ? ORDER BY started_at LIMIT 1";

/* When this caller first dialled this number, as far back as leases count. */
static const char dialled_sql[] =
    "SELECT MIN(started_at) FROM phone_call"
    " WHERE company_id = ? AND caller_e164 = ? AND started_at < ?"
    " AND started_at > ? AND number_id = ? AND id <> ?";

/* Whom this caller's earlier calls were credited to, latest first. */
#define CREDITED_MAX 16

static const char credited_sql[] =
    "SELECT v.visitor_id, i.probability_bp"
    " FROM phone_call c"
    " JOIN interaction i ON i.company_id = c.company_id AND i.id = c.id"
    " JOIN visit v ON v.company_id = i.company_id AND v.id = i.visit_id"
    " WHERE c.company_id = ? AND c.caller_e164 = ? AND c.started_at < ?"
    " AND c.id <> ? AND i.attributed_by = 'visit'"
    " ORDER BY c.started_at DESC LIMIT ?";

/* The same, as a preview has it. */
static const char guessed_sql[] =
    "SELECT v.visitor_id, IF(g.call_id IS NULL, i.probability_bp,"
    " g.probability_bp) FROM phone_call c"
    " JOIN interaction i ON i.company_id = c.company_id AND i.id = c.id"
    " LEFT JOIN attrib_run_guess g ON g.company_id = c.company_id"
    " AND g.call_id = c.id AND g.run_id = ?"
    " JOIN visit v ON v.company_id = c.company_id AND v.id ="
    " IF(g.call_id IS NOT NULL, g.visit_id,"
    " IF(i.attributed_by = 'visit', i.visit_id, NULL))"
    " WHERE c.company_id = ? AND c.caller_e164 = ? AND c.started_at < ?"
    " AND c.id <> ? ORDER BY c.started_at DESC LIMIT ?";

struct credited {
	struct visitor_id ids[CREDITED_MAX];
	uint16_t bp[CREDITED_MAX];
	uint16_t most_bp;
	size_t n;
};

static enum err read_credited(struct db *db, struct company_id company,
    const struct candidate_call *call, struct credited *out)
{
	const bool preview = !id_is_nil(call->preview.v);
	struct visitor_id id;
	uint16_t bp;
	struct stmt *st;
	enum err e;

	*out = (struct credited){ .n = 0 };
	if (call->caller_e164.n == 0)
		return ERR_OK;
	st = stmt_begin(db, preview ? guessed_sql : credited_sql);
	if (preview)
		stmt_in_id(st, call->preview.v);
	stmt_in_id(st, company.v);
	stmt_in_text(st, call->caller_e164);
	stmt_in_time_us(st, call->at_us);
	stmt_in_id(st, call->id.v);
	stmt_in_u64(st, CREDITED_MAX);
	stmt_out_id(st, id.v);
	stmt_out_u16(st, &bp);
	e = stmt_each(st);
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK) {
		if (out->n == CREDITED_MAX)
			continue;
		out->most_bp = bp > out->most_bp ? bp : out->most_bp;
		out->bp[out->n] = bp;
		out->ids[out->n++] = id;
	}
	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static uint16_t shared_bp(const struct credited *k)
{
	size_t visitors = 0;

	for (size_t i = 0; i < k->n; i++) {
		size_t j = 0;

		while (j < i && !id_eq(k->ids[j].v, k->ids[i].v))
			j++;
		visitors += j == i;
	}
	return attrib_shared_bp(k->n, visitors);
}

static void set_caller(const struct credited *k, struct attrib_candidate *c)
{
	c->caller = k->n > 0 ? ATTRIB_OTHER : ATTRIB_UNKNOWN;
	c->caller_bp = k->most_bp;
	for (size_t i = 0; i < k->n; i++)
		if (id_eq(k->ids[i].v, c->visitor.v)) {
			c->caller = ATTRIB_SAME;
			c->caller_bp = k->bp[i];
			return;
		}
}

/* Leases that began after *out may have been seen within the look-back. */
static enum err read_since(struct db *db, struct company_id company,
    const struct candidate_call *call, int64_t *out)
{
	const int64_t back_us = call->at_us - ATTRIB_LOOK_BACK_US;
	int64_t shown_us, seen_us;
	struct stmt *st = stmt_begin(db, across_sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, call->number.v);
	stmt_in_time_us(st, back_us);
	stmt_out_time_us(st, &shown_us);
	stmt_out_time_us(st, &seen_us);
	e = stmt_one(st);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	*out = e == ERR_OK && seen_us > back_us ? shown_us - 1 : back_us;
	return ERR_OK;
}

static enum err read_dialled(struct db *db, struct company_id company,
    const struct candidate_call *call, int64_t since_us, int64_t *out)
{
	struct stmt *st;

	*out = 0;
	if (call->caller_e164.n == 0)
		return ERR_OK;
	st = stmt_begin(db, dialled_sql);
	stmt_in_id(st, company.v);
	stmt_in_text(st, call->caller_e164);
	stmt_in_time_us(st, call->at_us);
	stmt_in_time_us(st, since_us);
	stmt_in_id(st, call->number.v);
	stmt_in_id(st, call->id.v);
	stmt_out_time_us(st, out);
	return stmt_one(st);
}

struct words {
	char source[401];
	char medium[401];
	char campaign[1021];
	char zone[257];
	int64_t began_us;
	bool tells_use;
	int64_t used_us;
};

static enum err keep(struct arena *mem, const struct words *w,
    struct attrib_candidate *c)
{
	if (!arena_copy(mem, slice_from(w->source), &c->source) ||
	    !arena_copy(mem, slice_from(w->medium), &c->medium) ||
	    !arena_copy(mem, slice_from(w->campaign), &c->campaign))
		return ERR_NOMEM;
	return ERR_OK;
}

static bool is_overflow(const struct attrib_candidate *c)
{
	return id_is_nil(c->lease.v);
}

static struct attrib_candidate *of_visit(struct candidates *k,
    struct visit_id visit)
{
	for (size_t i = 0; i < k->n; i++)
		if (id_eq(k->c[i].visit.v, visit.v))
			return &k->c[i];
	return NULL;
}

/* A visit that is listed by a later lease: was this its lease of the time when
 * the caller first called? */
static void add_lease(struct attrib_candidate *to,
    const struct attrib_candidate *lease, int64_t dialled_us)
{
	if (to->first_shown_us != 0 || to->shown_us <= dialled_us ||
	    lease->shown_us > dialled_us)
		return;
	to->first_shown_us = lease->shown_us;
	to->first_seen_us = lease->seen_us;
}

struct reading {
	const struct candidate_call *call;
	const struct credited *credited;
	struct arena *mem;
	int64_t since_us; /* shown after */
	int64_t until_us; /* shown at or before */
	size_t max;       /* of the list, when this is done */
};

/* A visit that is listed was shown the number once more. */
static void add_row(struct attrib_candidate *to,
    const struct attrib_candidate *c, int64_t dialled_us)
{
	if (!is_overflow(to) || !is_overflow(c)) {
		add_lease(to, c, dialled_us);
		return;
	}
	if (c->shown_us < to->shown_us)
		to->shown_us = c->shown_us;
	if (c->seen_us > to->seen_us)
		to->seen_us = c->seen_us;
}

static void in_shown(struct stmt *st, const struct company_id *company,
    const struct reading *r, int64_t touch_us)
{
	stmt_in_time_us(st, touch_us);
	stmt_in_time_us(st, touch_us);
	stmt_in_id(st, company->v);
	stmt_in_id(st, r->call->number.v);
	stmt_in_time_us(st, r->until_us);
	stmt_in_time_us(st, r->since_us);
	stmt_in_u64(st, ROWS_MAX);
	stmt_in_time_us(st, r->until_us - TOUCHED_US);
	stmt_in_id(st, company->v);
	stmt_in_id(st, r->call->number.v);
	stmt_in_time_us(st, r->until_us);
	stmt_in_time_us(st, r->call->leases_only ? r->until_us : r->since_us);
	stmt_in_u64(st, DB_CANDIDATE_COUNTED);
	stmt_in_time_us(st, r->until_us);
	stmt_in_u64(st, ROWS_MAX);
	stmt_in_time_us(st, r->until_us);
}

/* Adds to the list; *oldest_us is the begin of the last lease read, or
 * until_us when there is none. */
static enum err read_shown(struct db *db, struct company_id company,
    const struct reading *r, struct candidates *out, int64_t *oldest_us)
{
	const int64_t touch_us = r->call->at_us + ATTRIB_TOUCH_SKEW_US;
	struct attrib_candidate c, *listed;
	struct words w;
	struct stmt *st;
	enum err e;

	memset(&c, 0, sizeof(c));
	*oldest_us = r->until_us;
	st = stmt_begin(db, shown_sql);
	in_shown(st, &company, r, touch_us);
	stmt_out_id(st, c.lease.v);
	stmt_out_id(st, c.visit.v);
	stmt_out_id(st, c.visitor.v);
	stmt_out_time_us(st, &c.shown_us);
	stmt_out_time_us(st, &c.seen_us);
	stmt_out_time_us(st, &c.tel_clicked_us);
	stmt_out_text(st, w.source, sizeof(w.source));
	stmt_out_text(st, w.medium, sizeof(w.medium));
	stmt_out_text(st, w.campaign, sizeof(w.campaign));
	stmt_out_text(st, w.zone, sizeof(w.zone));
	stmt_out_time_us(st, &w.began_us);
	stmt_out_bool(st, &w.tells_use);
	stmt_out_time_us(st, &w.used_us);
	e = stmt_each(st);
	while (
	    e == ERR_OK && out->n < r->max && (e = stmt_next(st)) == ERR_OK) {
		if (!is_overflow(&c) && c.shown_us < *oldest_us)
			*oldest_us = c.shown_us;
		if ((listed = of_visit(out, c.visit)) != NULL) {
			add_row(listed, &c, out->ask.dialled_us);
			continue;
		}
		set_caller(r->credited, &c);
		c.place = attrib_place(r->call->caller_country,
		    r->call->caller_place, slice_from(w.zone));
		c.use = attrib_use(w.began_us, w.tells_use, w.used_us,
		    r->call->at_us);
		if ((e = keep(r->mem, &w, &c)) == ERR_OK)
			out->c[out->n++] = c;
	}
	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err read_oldest(struct db *db, struct company_id company,
    const struct reading *r, int64_t *out)
{
	struct stmt *st = stmt_begin(db, oldest_sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, r->call->number.v);
	stmt_in_time_us(st, r->since_us);
	stmt_out_time_us(st, out);
	return stmt_one(st);
}

static enum err read_older(struct db *db, struct company_id company,
    const struct reading *r, int64_t before_us, struct attrib_older *out)
{
	const int64_t back_us = r->call->at_us - ATTRIB_LOOK_BACK_US;
	struct attrib_older older = { .n = 0 };
	int64_t oldest_us;
	struct stmt *st = stmt_begin(db, older_sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, r->call->number.v);
	stmt_in_time_us(st, before_us);
	stmt_in_time_us(st, r->since_us);
	stmt_in_u64(st, DB_CANDIDATE_COUNTED);
	stmt_out_u32(st, &older.n);
	stmt_out_time_us(st, &older.from_us);
	stmt_out_time_us(st, &older.to_us);
	if ((e = stmt_one(st)) != ERR_OK)
		return e;
	if (older.n == DB_CANDIDATE_COUNTED) {
		e = read_oldest(db, company, r, &oldest_us);
		if (e != ERR_OK)
			return e;
		attrib_older_reach(&older, oldest_us);
	}
	/* The one that lasted into the look-back was seen within it. */
	if (older.n > 0 && older.from_us < back_us)
		older.from_us = back_us;
	*out = older;
	return ERR_OK;
}

/* --- a pool's overflow number ---------------------------------------------*/

/* Listed by then; *last_us is when the last of them in the list, behind whom
 * nobody was seen later, had been seen. */
static size_t count_overflow(const struct candidates *k, int64_t until_us,
    int64_t *last_us)
{
	size_t n = 0;

	for (size_t i = 0; i < k->n; i++)
		if (is_overflow(&k->c[i]) && k->c[i].shown_us <= until_us) {
			*last_us = k->c[i].seen_us;
			n++;
		}
	return n;
}

static void join_older(struct attrib_older *to, const struct attrib_older *o)
{
	if (to->n == 0) {
		*to = *o;
		return;
	}
	to->n += o->n;
	to->from_us = o->from_us < to->from_us ? o->from_us : to->from_us;
	to->to_us = o->to_us > to->to_us ? o->to_us : to->to_us;
	to->about = to->about || o->about;
}

/* Adds those who were shown it by until_us and are not listed to *out. */
static enum err add_overflow(struct db *db, struct company_id company,
    const struct reading *r, const struct candidates *listed,
    struct attrib_older *out)
{
	const struct overflow_span span = { r->call->number, r->since_us,
		r->until_us, DB_CANDIDATE_COUNTED, r->until_us - CROWD_US };
	int64_t last_us = r->until_us;
	const size_t n = count_overflow(listed, r->until_us, &last_us);
	struct overflow_count count;
	struct attrib_older older;
	enum err e;

	if (n == 0)
		return ERR_OK;
	e = db_overflow_count(db, company, &span, &count);
	if (e != ERR_OK || count.visits <= n)
		return e;
	if (last_us > r->until_us)
		last_us = r->until_us;
	older = (struct attrib_older){ .n = count.visits - (uint32_t)n,
		.from_us = count.from_us < last_us ? count.from_us : last_us,
		.to_us = last_us };
	attrib_older_reach(&older, count.oldest_us);
	if (count.late > n)
		attrib_older_crowd(&older, count.late - (uint32_t)n,
		    span.late_us);
	join_older(out, &older);
	return ERR_OK;
}

/* --- all of it ------------------------------------------------------------*/

/* Those of the caller's first call to this number, unless they are listed. */
static enum err read_first(struct db *db, struct company_id company,
    struct reading *r, int64_t listed_us, struct candidates *out)
{
	int64_t oldest_us = listed_us;
	enum err e = ERR_OK;

	if (out->ask.dialled_us == 0)
		return ERR_OK;
	if (out->ask.dialled_us < listed_us) {
		r->until_us = out->ask.dialled_us;
		r->max = out->n + DB_CANDIDATE_FIRST;
		e = read_shown(db, company, r, out, &oldest_us);
	}
	if (e == ERR_OK)
		e = read_older(db, company, r, oldest_us,
		    &out->ask.older_first);
	if (e == ERR_OK)
		e = add_overflow(db, company, r, out, &out->ask.older_first);
	return e;
}

enum err db_candidate_read(struct db *db, struct company_id company,
    const struct candidate_call *call, struct arena *mem,
    struct candidates *out)
{
	struct credited credited;
	struct reading r = { .call = call,
		.credited = &credited,
		.mem = mem,
		.until_us = call->at_us,
		.max = DB_CANDIDATE_LISTED };
	int64_t oldest_us;
	enum err e;

	out->n = 0;
	out->ask = (struct attrib_ask){ .call_us = call->at_us };
	if ((e = read_credited(db, company, call, &credited)) != ERR_OK ||
	    (e = read_since(db, company, call, &r.since_us)) != ERR_OK ||
	    (e = read_dialled(db, company, call, r.since_us,
		 &out->ask.dialled_us)) != ERR_OK ||
	    (e = read_shown(db, company, &r, out, &oldest_us)) != ERR_OK ||
	    (e = read_older(db, company, &r, oldest_us, &out->ask.older)) !=
		ERR_OK ||
	    (e = add_overflow(db, company, &r, out, &out->ask.older)) != ERR_OK)
		return e;
	out->ask.shared_bp = shared_bp(&credited);
	return read_first(db, company, &r, oldest_us, out);
}
