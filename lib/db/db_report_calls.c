#include "lib/db/db_report_calls.h"

#include "lib/db/db_call_keys.h"
#include "lib/db/db_pack_parts.h"
#include "lib/db/stmt.h"

#define SQL_MAX 32768

#define COLUMNS                                                              \
	"c.id, c.state = 'open', c.result, c.started_at,"                    \
	" c.duration_ms, c.ring_ms, c.talk_ms, c.reason, c.number_e164,"     \
	" n.label, p.name, c.caller_e164, c.caller_raw, c.caller_name,"      \
	" c.caller_place, c.first_time, i.source, i.medium, i.campaign,"     \
	" i.keyword, i.channel, o.name,"                                     \
	" c.qualified, f.class, COALESCE(f.risk, 0),"                        \
	" i.value_micros IS NOT NULL, i.value_micros,"                       \
	" (SELECT LEFT(GROUP_CONCAT(t.name ORDER BY t.name SEPARATOR ', ')," \
	"  255) FROM interaction_tag x JOIN tag t"                           \
	"  ON t.company_id = x.company_id AND t.id = x.tag_id"               \
	"  WHERE x.company_id = c.company_id AND x.interaction_id = c.id),"  \
	" d.name, l.name,"                                                   \
	" EXISTS (SELECT 1 FROM recording r WHERE"                           \
	" r.company_id = c.company_id"                                       \
	" AND r.call_id = c.id AND r.state = 'ready')"

#define NAMES                                                     \
	" LEFT JOIN number n ON n.company_id = c.company_id"      \
	" AND n.id = c.number_id"                                 \
	" LEFT JOIN pool p ON p.company_id = c.company_id"        \
	" AND p.id = c.pool_id"                                   \
	" LEFT JOIN destination d ON d.company_id = c.company_id" \
	" AND d.id = c.destination_id"                            \
	" LEFT JOIN location l ON l.company_id = c.company_id"    \
	" AND l.id = c.location_id"                               \
	" LEFT JOIN outcome o ON o.company_id = c.company_id"     \
	" AND o.code = i.outcome"

#define AND_FACT                                                \
	" LEFT JOIN call_fact f ON f.company_id = c.company_id" \
	" AND f.started_at = c.started_at AND f.call_id = c.id"

/* The page's keys come first, with their LIMIT, and all else is read for those:
 * where a company has few numbers and a million calls, the planner would join
 * the numbers to all of the calls and sort what comes of it. */
#define OF_KEYS "SELECT STRAIGHT_JOIN " COLUMNS " FROM ("
#define KEYS_END                                                  \
	") AS k JOIN phone_call c ON c.company_id = k.company_id" \
	" AND c.id = k.id LEFT JOIN interaction i"                \
	" ON i.company_id = c.company_id AND i.id = c.id" NAMES AND_FACT

#define NEWEST_FIRST " ORDER BY k.started_at DESC, k.id DESC"
#define OLDEST_FIRST " ORDER BY k.started_at, k.id"

static const char history_sql[] = OF_KEYS
    "SELECT c.company_id, c.id, c.started_at FROM phone_call c"
    " WHERE c.company_id = ? AND c.caller_e164 = ? AND c.id <> ?"
    " ORDER BY c.started_at DESC, c.id DESC LIMIT ?" KEYS_END NEWEST_FIRST;

static void out_row(struct stmt *st, struct db_report_calls_row *r)
{
	stmt_out_id(st, r->id.v);
	stmt_out_bool(st, &r->open);
	stmt_out_text(st, r->result, sizeof(r->result));
	stmt_out_time_us(st, &r->started_us);
	stmt_out_u64(st, &r->duration_ms);
	stmt_out_u64(st, &r->ring_ms);
	stmt_out_u64(st, &r->talk_ms);
	stmt_out_text(st, r->reason, sizeof(r->reason));
	stmt_out_text(st, r->number, sizeof(r->number));
	stmt_out_text(st, r->number_label, sizeof(r->number_label));
	stmt_out_text(st, r->pool, sizeof(r->pool));
	stmt_out_text(st, r->caller, sizeof(r->caller));
	stmt_out_text(st, r->caller_raw, sizeof(r->caller_raw));
	stmt_out_text(st, r->caller_name, sizeof(r->caller_name));
	stmt_out_text(st, r->caller_place, sizeof(r->caller_place));
	stmt_out_bool(st, &r->first_time);
	stmt_out_text(st, r->source, sizeof(r->source));
	stmt_out_text(st, r->medium, sizeof(r->medium));
	stmt_out_text(st, r->campaign, sizeof(r->campaign));
	stmt_out_text(st, r->keyword, sizeof(r->keyword));
	stmt_out_text(st, r->channel, sizeof(r->channel));
	stmt_out_text(st, r->outcome, sizeof(r->outcome));
	stmt_out_bool(st, &r->qualified);
	stmt_out_text(st, r->class, sizeof(r->class));
	stmt_out_u32(st, &r->risk);
	stmt_out_bool(st, &r->has_value);
	stmt_out_i64(st, &r->value_micros);
	stmt_out_text(st, r->tags, sizeof(r->tags));
	stmt_out_text(st, r->destination, sizeof(r->destination));
	stmt_out_text(st, r->location, sizeof(r->location));
	stmt_out_bool(st, &r->playable);
}

/* Up to max rows in the statement's order. */
static enum err read_rows(struct stmt *st, struct db_report_calls_row *row,
    struct db_report_calls_row *all, size_t max, size_t *n)
{
	size_t count = 0;
	enum err e = stmt_each(st);

	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK)
		if (count < max)
			all[count++] = *row;
	if (e != ERR_NOTFOUND)
		return e;
	*n = count;
	return ERR_OK;
}

static void reverse(struct db_report_calls_row *rows, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		const struct db_report_calls_row swap = rows[i];

		rows[i] = rows[n - 1 - i];
		rows[n - 1 - i] = swap;
	}
}

static struct stmt *begin_part(struct db *db, const struct db_call_keys *k,
    size_t max)
{
	struct stmt *st;
	struct buf sql;

	buf_init(&sql, SQL_MAX);
	buf_cstr(&sql, OF_KEYS);
	db_call_keys_text(&sql, k);
	buf_cstr(&sql, KEYS_END);
	buf_cstr(&sql,
	    k->f->way == DB_REPORT_CALLS_NEWER ? OLDEST_FIRST : NEWEST_FIRST);
	st = stmt_begin_made(db, &sql);
	buf_fini(&sql);
	db_call_keys_in(st, k, max);
	return st;
}

/* The rows of one part of the period behind those that are there. */
static enum err fetch_part(struct db *db, const struct db_call_keys *k,
    size_t max, struct db_report_calls_row *all, size_t *n)
{
	struct stmt *st = begin_part(db, k, max - *n);
	struct db_report_calls_row row;
	size_t more = 0;
	enum err e;

	out_row(st, &row);
	e = read_rows(st, &row, all + *n, max - *n, &more);
	stmt_end(st);
	if (e == ERR_OK)
		*n += more;
	return e;
}

/* All of the part is on the other side of the key. */
static bool is_passed(const struct db_report_calls_filter *f,
    const struct db_rollup_part *part)
{
	switch (f->way) {
	case DB_REPORT_CALLS_OLDER:
		return part->from_us > f->key.started_us;
	case DB_REPORT_CALLS_NEWER:
		return part->to_us <= f->key.started_us;
	case DB_REPORT_CALLS_NEWEST:
		break;
	}
	return false;
}

/* A page that grows part by part. */
struct page {
	struct db *db;
	const struct db_report_calls_filter *f;
	struct db_report_calls_filter in; /* f of a part of its period */
	struct db_call_keys *k;           /* of in */
	size_t max;
	struct db_report_calls_row *all;
	size_t n;
};

/* ERR_NOTFOUND: the page is full. */
static enum err add_part(void *ctx, struct db_rollup_part part)
{
	struct page *p = ctx;
	enum err e;

	if (is_passed(p->f, &part))
		return ERR_OK;
	p->in.f.from_us = part.from_us;
	p->in.f.to_us = part.to_us;
	if ((e = fetch_part(p->db, p->k, p->max, p->all, &p->n)) != ERR_OK)
		return e;
	return p->n < p->max ? ERR_OK : ERR_NOTFOUND;
}

/* What no key has in the order of time is asked of packed days first, beyond
 * the page's key alone. */
static enum err add_by_time(struct page *p, struct company_id company,
    struct db_rollup_part part)
{
	const int64_t key_us = p->f->key.started_us;
	const bool up = p->f->way == DB_REPORT_CALLS_NEWER;
	struct db_filter f = p->f->f;

	if (p->k->way != DB_FILTER_BY_TIME || is_passed(p->f, &part))
		return add_part(p, part);
	f.from_us = up && key_us > part.from_us ? key_us : part.from_us;
	f.to_us = p->f->way == DB_REPORT_CALLS_OLDER && key_us < part.to_us
		      ? key_us + 1
		      : part.to_us;
	return db_pack_parts(p->db, company, &f, up, add_part, p);
}

/* One row more than asked says whether the page has a successor. Parts of the
 * period are read one after the other, in the way of the page. */
static enum err fetch(struct db *db, struct company_id company,
    const struct db_report_calls_filter *f, size_t max, struct arena *mem,
    struct db_report_calls_row *all, size_t *n)
{
	const bool up = f->way == DB_REPORT_CALLS_NEWER;
	struct page p = { .db = db, .f = f, .in = *f, .max = max + 1 };
	struct db_rollup_part *parts =
	    arena_array(mem, DB_ROLLUP_PARTS_MAX, sizeof(*parts));
	size_t n_parts = 1;
	enum err e;

	p.k = arena_array(mem, 1, sizeof(*p.k));
	p.all = all;
	if (p.k == NULL || parts == NULL)
		return ERR_NOMEM;
	parts[0] = (struct db_rollup_part){ f->f.from_us, f->f.to_us };
	if ((e = db_call_keys_make(db, &company, &p.in, p.k)) != ERR_OK)
		return e;
	if (p.k->by_parts && (e = db_rollup_parts(db, company, &f->f, parts,
				  &n_parts)) != ERR_OK)
		return e;
	for (size_t i = 0; i < n_parts && e == ERR_OK; i++) {
		const struct db_rollup_part part =
		    parts[up ? n_parts - 1 - i : i];

		e = p.k->by_parts ? add_by_time(&p, company, part)
				  : add_part(&p, part);
	}
	*n = p.n;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err db_report_calls(struct db *db, struct company_id company,
    const struct db_report_calls_filter *f, size_t max, struct arena *mem,
    struct db_report_calls *out)
{
	const bool up = f->way == DB_REPORT_CALLS_NEWER;
	struct db_report_calls_row *all;
	size_t n = 0;
	bool more;
	enum err e;

	if (max == 0 || max > DB_REPORT_CALLS_PAGE_MAX)
		return ERR_RANGE;
	if ((all = arena_array(mem, max + 1, sizeof(*all))) == NULL)
		return ERR_NOMEM;
	if ((e = fetch(db, company, f, max, mem, all, &n)) != ERR_OK)
		return e;
	more = n > max;
	if (more)
		n = max;
	if (up)
		reverse(all, n);
	/* The way back exists: we came from there. */
	out->rows = all;
	out->n = n;
	out->newer = up ? more : f->way == DB_REPORT_CALLS_OLDER;
	out->older = up ? true : more;
	return ERR_OK;
}

enum err db_report_calls_history(struct db *db, struct company_id company,
    struct slice caller_e164, struct call_id but, size_t max, struct arena *mem,
    struct db_report_calls_row **rows, size_t *n)
{
	struct db_report_calls_row row, *all;
	struct stmt *st;
	enum err e;

	if (max == 0 || max > DB_REPORT_CALLS_PAGE_MAX)
		return ERR_RANGE;
	if ((all = arena_array(mem, max, sizeof(*all))) == NULL)
		return ERR_NOMEM;
	st = stmt_begin(db, history_sql);
	stmt_in_id(st, company.v);
	stmt_in_text(st, caller_e164);
	stmt_in_id(st, but.v);
	stmt_in_u64(st, max);
	out_row(st, &row);
	e = read_rows(st, &row, all, max, n);
	stmt_end(st);
	if (e == ERR_OK)
		*rows = all;
	return e;
}
