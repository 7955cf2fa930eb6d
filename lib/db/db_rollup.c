#include "lib/db/db_rollup.h"

#include <stdio.h>
#include <string.h>

#include "lib/core/rollup_cover.h"
#include "lib/db/db_pack_scan.h"
#include "lib/db/db_sums.h"

#define SQL_MAX 16384

/* Columns of call_rollup that tell calls apart; two are the digits of value4,
 * and the last is made of a place and its country. */
enum {
	VALUE,
	VALUE2,
	VALUE3,
	VALUE4,
	DIGIT1,
	DIGIT2,
	REGION,
	KEYS
};

/* Where a roll-up keeps a result, which is asked for in more ways. */
#define RESULT_KEY VALUE3

struct db_rollup {
	const char *days;   /* the words it is stored under */
	const char *chunks; /* of sixteen days */
	int key[KEYS];      /* enum group_dim; GROUP_NONE: nothing */
};

#define WORD(word)   word "/1", word "/16"
#define TEXT(filter) GROUP_TEXT + (filter)
#define ID(filter)   GROUP_ID + (filter)

/* As db_stat.c makes them, those with the fewest rows first. */
static const struct db_rollup rollups[] = {
	{ WORD("location"), { ID(FILTER_LOCATION) } },
	{ WORD("pool"), { ID(FILTER_POOL) } },
	{ WORD("destination"), { ID(FILTER_DESTINATION) } },
	{ WORD("number"), { ID(FILTER_NUMBER) } },
	{ WORD("place"),
	    { TEXT(FILTER_PLACE),
		TEXT(FILTER_COUNTRY), [REGION] = TEXT(FILTER_REGION) } },
	{ WORD("source"), { TEXT(FILTER_SOURCE), TEXT(FILTER_MEDIUM) } },
	{ WORD("campaign"), { TEXT(FILTER_CAMPAIGN) } },
	{ WORD("landing"), { TEXT(FILTER_LANDING) } },
	{ WORD("referrer"), { TEXT(FILTER_REFERRER) } },
	{ WORD("state"),
	    { TEXT(FILTER_OUTCOME), TEXT(FILTER_CLASS), GROUP_RESULT,
		GROUP_NONE, GROUP_FIRST_TIME, GROUP_QUALIFIED } },
	{ WORD("steps"), { GROUP_TALK, GROUP_RING, GROUP_RISK } },
	{ WORD("click"), { TEXT(FILTER_AD), TEXT(FILTER_MATCH),
			     TEXT(FILTER_DEVICE), TEXT(FILTER_CHANNEL) } },
	{ WORD("mix"), { TEXT(FILTER_CAMPAIGN), TEXT(FILTER_SOURCE),
			   TEXT(FILTER_MEDIUM), TEXT(FILTER_CHANNEL) } },
	{ WORD("adgroup"), { TEXT(FILTER_AD_GROUP) } },
	{ WORD("keyword"), { TEXT(FILTER_KEYWORD) } },
};

/* --- what is filtered by ---------------------------------------------------*/

/* A filter as conditions on the keys of one roll-up. */
struct wanted {
	bool on[KEYS];
	struct slice is[KEYS];
	char steps[KEYS][2]; /* first and last; 0: any */
	char hex[FILTER_ID_COUNT][2 * ID_BYTES + 1];
	struct slice result;
	struct slice like; /* a pattern for the first key; "": none */
	size_t known;      /* conditions that are keys */
	size_t unknown;    /* and that are not */
};

/* KEYS: it is none of them. */
static size_t key_of(const struct db_rollup *r, int dim)
{
	size_t k = 0;

	while (k < KEYS && r->key[k] != dim)
		k++;
	return k;
}

static void want(struct wanted *w, const struct db_rollup *r, int dim,
    struct slice value)
{
	const size_t k = key_of(r, dim);

	if (k == KEYS) {
		w->unknown++;
		return;
	}
	w->known++;
	w->on[k] = true;
	w->is[k] = value;
}

static void want_ids(struct wanted *w, const struct db_rollup *r,
    const struct db_filter *f)
{
	for (int i = 0; i < FILTER_ID_COUNT; i++) {
		if (!f->by_id[i])
			continue;
		for (size_t k = 0; k < ID_BYTES; k++)
			(void)snprintf(w->hex[i] + 2 * k, 3, "%02x",
			    f->id[i][k]);
		want(w, r, GROUP_ID + i, slice_from(w->hex[i]));
	}
}

/* What is kept in steps. */
static const struct steps {
	int dim;
	size_t n; /* besides the first */
	int64_t from[8];
	int64_t most; /* there is no more */
} steps[FILTER_RANGE_COUNT] = {
	[FILTER_TALK_MS] = { GROUP_TALK, 8, { DB_SUMS_STEPS_MS }, UINT32_MAX },
	[FILTER_RING_MS] = { GROUP_RING, 8, { DB_SUMS_STEPS_MS }, UINT32_MAX },
	[FILTER_RISK] = { GROUP_RISK, 4, { DB_SUMS_STEPS_RISK }, 100 },
	[FILTER_VALUE] = { .dim = GROUP_NONE },
};

static size_t step_of(const struct steps *s, int64_t n)
{
	size_t i = 0;

	while (i < s->n && n >= s->from[i])
		i++;
	return i;
}

/* Steps that the range touches are known; whether it is them, too, is when it
 * begins and ends where they do. */
static void want_range(struct wanted *w, const struct db_rollup *r,
    const struct steps *s, int64_t min, int64_t max)
{
	const size_t k = s->n == 0 ? KEYS : key_of(r, s->dim);
	const size_t first = step_of(s, min), last = step_of(s, max);
	const bool begins = min <= 0 || step_of(s, min - 1) < first;
	const bool ends = max >= s->most || step_of(s, max + 1) > last;

	if (k == KEYS || (first == 0 && last == s->n)) {
		w->unknown++;
		return;
	}
	w->known++;
	w->unknown += begins && ends ? 0 : 1;
	w->steps[k][0] = (char)('0' + first);
	w->steps[k][1] = (char)('0' + last);
}

static void want_all(struct wanted *w, const struct db_rollup *r,
    const struct db_filter *f)
{
	static const int flags[FILTER_FLAG_COUNT] = {
		[FILTER_FIRST_TIME] = GROUP_FIRST_TIME,
		[FILTER_QUALIFIED] = GROUP_QUALIFIED,
	};

	*w = (struct wanted){ .unknown = f->by_tag ? 1 : 0, .like = SLICE("") };
	for (int i = 0; i < FILTER_TEXT_COUNT; i++)
		if (f->by_text[i])
			want(w, r, GROUP_TEXT + i, f->text[i]);
	want_ids(w, r, f);
	for (size_t i = 0; i < FILTER_RANGE_COUNT; i++)
		if (f->by_range[i])
			want_range(w, r, &steps[i], f->min[i], f->max[i]);
	for (size_t i = 0; i < FILTER_FLAG_COUNT; i++)
		if (f->want[i] != FILTER_ANY)
			want(w, r, flags[i],
			    f->want[i] == FILTER_YES ? SLICE("1") : SLICE("0"));
	w->result = SLICE("");
	if (f->result.n > 0 && key_of(r, GROUP_RESULT) == RESULT_KEY) {
		w->known++;
		w->result = f->result;
	} else if (f->result.n > 0) {
		w->unknown++;
	}
}

const struct db_rollup *db_rollup_for(const struct db_report_ask *ask)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(rollups); i++) {
		const struct db_rollup *r = &rollups[i];
		struct wanted w;

		if ((ask->by != GROUP_NONE && key_of(r, ask->by) == KEYS) ||
		    (ask->split != GROUP_NONE && key_of(r, ask->split) == KEYS))
			continue;
		want_all(&w, r, &ask->filter);
		if (w.unknown == 0)
			return r;
	}
	return NULL;
}

/* In the order of the keys. */
static const char *const columns[KEYS] = { "value", "value2", "value3",
	"value4", "LEFT(value4, 1)", "SUBSTRING(value4, 2, 1)",
	DB_FILTER_REGION_OF("value", "value2") };

/* The conditions of w. */
static void wanted_where(struct buf *sql, const struct wanted *w)
{
	for (size_t i = 0; i < KEYS; i++) {
		if (w->on[i])
			buf_printf(sql, " AND %s = ?", columns[i]);
		if (w->steps[i][0] != 0)
			buf_printf(sql, " AND %s BETWEEN ? AND ?", columns[i]);
	}
	if (w->like.n > 0)
		buf_cstr(sql,
		    " AND value COLLATE utf8mb4_unicode_520_ci LIKE ?");
	if (slice_eq_cstr(w->result, "unanswered"))
		buf_cstr(sql,
		    " AND value3 IN ('missed', 'abandoned', 'failed')");
	else if (w->result.n > 0)
		buf_cstr(sql, " AND value3 = ?");
}

/* w is borrowed until the execution. */
static void in_wanted(struct stmt *st, const struct wanted *w)
{
	for (size_t i = 0; i < KEYS; i++) {
		if (w->on[i])
			stmt_in_text(st, w->is[i]);
		if (w->steps[i][0] == 0)
			continue;
		stmt_in_text(st, slice_of(&w->steps[i][0], 1));
		stmt_in_text(st, slice_of(&w->steps[i][1], 1));
	}
	if (w->like.n > 0)
		stmt_in_text(st, w->like);
	if (w->result.n > 0 && !slice_eq_cstr(w->result, "unanswered"))
		stmt_in_text(st, w->result);
}

#define A_PIECE "(dimension = ? AND bucket_at >= ? AND bucket_at < ?)"
#define PIECES  "(" A_PIECE " OR " A_PIECE " OR " A_PIECE ")"

static void in_span(struct stmt *st, struct rollup_cover_span s)
{
	stmt_in_time_us(st, s.from_us);
	stmt_in_time_us(st, s.to_us);
}

static void in_pieces(struct stmt *st, const struct db_rollup *r,
    const struct rollup_cover *c)
{
	stmt_in_text(st, slice_from(r->days));
	in_span(st, c->days[0]);
	stmt_in_text(st, slice_from(r->chunks));
	in_span(st, c->chunks);
	stmt_in_text(st, slice_from(r->days));
	in_span(st, c->days[1]);
}

/* --- sums ------------------------------------------------------------------*/

static void key_text(struct buf *sql, const struct db_rollup *r, int dim)
{
	buf_cstr(sql, dim == GROUP_NONE ? "''" : columns[key_of(r, dim)]);
}

/* The rows as they are: the server would take as long again and more to group
 * them. */
static struct stmt *begin_rows(struct db *db, const struct db_report_ask *ask,
    const struct db_rollup *which, const struct wanted *w)
{
	struct stmt *st;
	struct buf sql;

	buf_init(&sql, SQL_MAX);
	buf_cstr(&sql, "SELECT ");
	key_text(&sql, which, ask->by);
	buf_cstr(&sql, ", ");
	key_text(&sql, which, ask->split);
	buf_cstr(&sql, ", ");
	db_sums_text(&sql, DB_SUMS_ROW, db_report_group_wanted(ask));
	buf_cstr(&sql, " FROM call_rollup WHERE company_id = ? AND " PIECES);
	wanted_where(&sql, w);
	st = stmt_begin_made(db, &sql);
	buf_fini(&sql);
	return st;
}

static enum err add_row(void *ctx, const struct db_report_group *row)
{
	return db_tally_add(ctx, slice_from(row->value),
	    slice_from(row->value2), &row->sums);
}

static enum err count_pieces(struct db *db, struct company_id company,
    const struct db_report_ask *ask, const struct db_rollup *which,
    const struct rollup_cover *c, struct db_tally *t)
{
	const struct db_sums_over over = db_report_group_over(ask);
	struct db_report_group row = { .value = "" };
	struct wanted w;
	struct stmt *st;

	want_all(&w, which, &ask->filter);
	st = begin_rows(db, ask, which, &w);
	stmt_in_id(st, company.v);
	in_pieces(st, which, c);
	in_wanted(st, &w);
	stmt_out_text(st, row.value, sizeof(row.value));
	stmt_out_text(st, row.value2, sizeof(row.value2));
	db_sums_out(st, &row.sums, db_report_group_wanted(ask));
	return db_report_group_run(st, &row, &over, add_row, t);
}

static enum err add_call(void *ctx, const struct db_scan_call *call)
{
	return db_tally_add(ctx, call->value, call->value2, &call->sums);
}

static enum err count_end(struct db *db, struct company_id company,
    const struct db_report_ask *ask, struct rollup_cover_span end,
    struct db_tally *t)
{
	struct db_report_ask part = *ask;
	const struct db_scan scan = { .ask = &part,
		.wanted = db_report_group_wanted(ask),
		.values = true };

	if (end.from_us >= end.to_us)
		return ERR_OK;
	part.filter.from_us = end.from_us;
	part.filter.to_us = end.to_us;
	part.own_s = db_report_group_over(ask).sum_s;
	return db_scan(db, company, &scan, add_call, t);
}

enum err db_rollup_count(struct db *db, struct company_id company,
    const struct db_report_ask *ask, const struct db_rollup *which,
    struct db_tally *t)
{
	const struct rollup_cover c =
	    rollup_cover(ask->filter.from_us, ask->filter.to_us);
	enum err e = count_pieces(db, company, ask, which, &c, t);

	for (size_t i = 0; i < RT_ARRAY_LEN(c.end) && e == ERR_OK; i++)
		e = count_end(db, company, ask, c.end[i], t);
	return e;
}

/* --- where calls may be ----------------------------------------------------*/

/* A shorter period is read as it is. */
#define LONG_US (40 * RT_DAY_US)
/* So few calls that days are asked for, not sixteen at once. */
#define FEW 120

/* The one that knows most of what is filtered by; NULL: none knows any. */
static const struct db_rollup *best_for(const struct db_filter *f)
{
	const struct db_rollup *best = NULL;
	size_t most = 0;

	for (size_t i = 0; i < RT_ARRAY_LEN(rollups); i++) {
		struct wanted w;

		want_all(&w, &rollups[i], f);
		if (w.known > most) {
			most = w.known;
			best = &rollups[i];
		}
	}
	return best;
}

/* Whose first key, "value", is that dimension. */
static const struct db_rollup *first_by(int dim)
{
	size_t i = 0;

	while (rollups[i].key[0] != dim)
		i++;
	return &rollups[i];
}

struct parts {
	struct db_rollup_part *all;
	size_t n;
	bool full; /* there would be more than have room */
};

/* Latest first; one that touches the last makes it longer. */
static void add_part(struct parts *p, struct rollup_cover_span s)
{
	if (s.from_us >= s.to_us)
		return;
	if (p->n > 0 && p->all[p->n - 1].from_us <= s.to_us) {
		p->all[p->n - 1].from_us = s.from_us;
		return;
	}
	p->full = p->full || p->n == DB_ROLLUP_PARTS_MAX;
	if (!p->full)
		p->all[p->n++] = (struct db_rollup_part){ s.from_us, s.to_us };
}

static struct stmt *begin_parts(struct db *db, const struct wanted *w)
{
	struct stmt *st;
	struct buf sql;

	buf_init(&sql, SQL_MAX);
	buf_cstr(&sql,
	    "SELECT bucket_at, dimension = ?, CAST(SUM(calls) AS SIGNED)"
	    " FROM call_rollup WHERE company_id = ? AND " PIECES);
	wanted_where(&sql, w);
	buf_cstr(&sql,
	    " GROUP BY bucket_at, dimension HAVING SUM(calls) > 0"
	    " ORDER BY bucket_at DESC");
	st = stmt_begin_made(db, &sql);
	buf_fini(&sql);
	return st;
}

/* Parts of the pieces c that have calls, from the latest; *calls: how many. */
static enum err read_parts(struct db *db, struct company_id company,
    const struct db_rollup *r, const struct wanted *w,
    const struct rollup_cover *c, struct parts *p, int64_t *calls)
{
	struct stmt *st = begin_parts(db, w);
	int64_t at_us = 0, n = 0;
	bool chunk = false;
	enum err e;

	stmt_in_text(st, slice_from(r->chunks));
	stmt_in_id(st, company.v);
	in_pieces(st, r, c);
	in_wanted(st, w);
	stmt_out_time_us(st, &at_us);
	stmt_out_bool(st, &chunk);
	stmt_out_i64(st, &n);
	*calls = 0;
	add_part(p, c->end[1]);
	e = stmt_each(st);
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK) {
		const int64_t days = chunk ? ROLLUP_COVER_CHUNK_DAYS : 1;

		add_part(p, (struct rollup_cover_span){ at_us,
				at_us + days * RT_DAY_US });
		*calls += n;
	}
	stmt_end(st);
	add_part(p, c->end[0]);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* The same pieces, all of them days. */
static struct rollup_cover as_days(const struct rollup_cover *c)
{
	struct rollup_cover d = *c;

	d.days[0].to_us = c->days[1].to_us;
	d.days[1].from_us = d.days[1].to_us;
	d.chunks = d.days[1];
	return d;
}

/* The parts of f's period in which r has calls as w wants them. */
static enum err find_parts(struct db *db, struct company_id company,
    const struct db_filter *f, const struct db_rollup *r,
    const struct wanted *w, struct db_rollup_part out[DB_ROLLUP_PARTS_MAX],
    size_t *n)
{
	const struct rollup_cover c = rollup_cover(f->from_us, f->to_us);
	const struct rollup_cover days = as_days(&c);
	struct parts p = { .all = out };
	int64_t calls = 0;
	enum err e = read_parts(db, company, r, w, &c, &p, &calls);

	if (e == ERR_OK && calls > 0 && calls <= FEW && !p.full) {
		p = (struct parts){ .all = out };
		e = read_parts(db, company, r, w, &days, &p, &calls);
	}
	if (e == ERR_OK && p.full)
		out[0] = (struct db_rollup_part){ f->from_us, f->to_us };
	*n = p.full ? 1 : p.n;
	return e;
}

/* All of the period, when that is not long. */
static bool is_short(const struct db_filter *f, struct db_rollup_part *out,
    size_t *n)
{
	*out = (struct db_rollup_part){ f->from_us, f->to_us };
	*n = f->from_us < f->to_us ? 1 : 0;
	return f->to_us - f->from_us < LONG_US;
}

enum err db_rollup_parts(struct db *db, struct company_id company,
    const struct db_filter *f, struct db_rollup_part out[DB_ROLLUP_PARTS_MAX],
    size_t *n)
{
	const struct db_rollup *r = best_for(f);
	struct wanted w;

	if (is_short(f, out, n) || r == NULL)
		return ERR_OK;
	want_all(&w, r, f);
	return find_parts(db, company, f, r, &w, out, n);
}

enum err db_rollup_scan(struct db *db, struct company_id company,
    const struct db_scan *s, db_scan_fn *fn, void *ctx)
{
	struct db_rollup_part parts[DB_ROLLUP_PARTS_MAX];
	struct db_report_ask ask = *s->ask;
	struct db_scan part = *s;
	size_t n = 0;
	enum err e = db_rollup_parts(db, company, &s->ask->filter, parts, &n);

	part.ask = &ask;
	while (e == ERR_OK && n > 0) {
		n--;
		ask.filter.from_us = parts[n].from_us;
		ask.filter.to_us = parts[n].to_us;
		e = db_pack_scan(db, company, &part, fn, ctx);
	}
	return e;
}

enum err db_rollup_words(struct db *db, struct company_id company,
    const struct db_filter *f, struct slice like,
    struct db_rollup_part out[DB_ROLLUP_WORDS_MAX], size_t *n)
{
	static const int dims[] = { TEXT(FILTER_CAMPAIGN),
		TEXT(FILTER_KEYWORD) };
	const struct wanted w = { .like = like, .result = SLICE("") };
	size_t all = 0;
	enum err e = ERR_OK;

	if (is_short(f, out, n))
		return ERR_OK;
	for (size_t i = 0; i < RT_ARRAY_LEN(dims) && e == ERR_OK; i++) {
		size_t more = 0;

		e = find_parts(db, company, f, first_by(dims[i]), &w, out + all,
		    &more);
		all += more;
	}
	*n = all;
	return e;
}
