#include "lib/db/db_scan.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/hex.h"
#include "lib/db/db_sums.h"

#define SQL_MAX 4096

/* --- calls that have a tag -------------------------------------------------*/

/* To look a tagged call up takes the server twelve times as long as to give one
 * of the period away: so many calls for each that has the tag, and those with
 * it are looked up. */
#define APART 12
/* Of more the server is asked for each call. */
#define IDS_MAX ((size_t)1 << 20)

/* Their ids, each in a slot, and a byte of each slot's, which fits into the
 * processor's own memory: most calls are asked for in vain. */
struct tagged {
	uint8_t (*ids)[ID_BYTES]; /* NULL: they are not needed */
	uint8_t *marks;           /* 0: an empty slot */
	size_t n_slots;           /* a power of two */
};

/* Ids need not be drawn at random: each of their bits counts in each of these.
 */
static uint64_t mixed(const uint8_t id[ID_BYTES])
{
	uint64_t half[2];

	memcpy(half, id, sizeof(half));
	half[0] ^= half[1];
	half[0] = (half[0] ^ half[0] >> 32) * UINT64_C(0xd6e8feb86659fd93);
	half[0] = (half[0] ^ half[0] >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return half[0] ^ half[0] >> 32;
}

static uint8_t mark_of(uint64_t h)
{
	return (uint8_t)(h >> 56 | 1);
}

static bool has_tag(const struct tagged *g, const uint8_t id[ID_BYTES])
{
	const uint64_t h = mixed(id);
	size_t i = (size_t)h & (g->n_slots - 1);

	while (g->marks[i] != 0 &&
	       (g->marks[i] != mark_of(h) || !id_eq(g->ids[i], id)))
		i = (i + 1) & (g->n_slots - 1);
	return g->marks[i] != 0;
}

/* Each comes once. */
static void add_id(struct tagged *g, const uint8_t id[ID_BYTES])
{
	const uint64_t h = mixed(id);
	size_t i = (size_t)h & (g->n_slots - 1);

	while (g->marks[i] != 0)
		i = (i + 1) & (g->n_slots - 1);
	g->marks[i] = mark_of(h);
	memcpy(g->ids[i], id, ID_BYTES);
}

/* About how many calls the period has; a few sums. */
static enum err count_calls(struct db *db, struct company_id company,
    const struct db_filter *f, uint64_t *n)
{
	static const char sql[] =
	    "SELECT CAST(COALESCE(SUM(calls), 0) AS SIGNED) FROM call_rollup"
	    " WHERE company_id = ? AND dimension = 'location/16'"
	    " AND bucket_at >= ? AND bucket_at < ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_time_us(st, f->from_us);
	stmt_in_time_us(st, f->to_us);
	stmt_out_u64(st, n);
	return stmt_one(st);
}

/* How many have the tag, counted to most. */
static enum err count_tagged(struct db *db, struct company_id company,
    const struct db_filter *f, uint64_t most, uint64_t *n)
{
	static const char sql[] =
	    "SELECT COUNT(*) FROM (SELECT 1 AS one FROM interaction_tag"
	    " WHERE company_id = ? AND tag_id = ? LIMIT ?) AS tagged";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, f->tag.v);
	stmt_in_u64(st, most);
	stmt_out_u64(st, n);
	return stmt_one(st);
}

static enum err read_tagged(struct db *db, struct company_id company,
    const struct db_filter *f, uint64_t n, struct tagged *g)
{
	static const char sql[] =
	    "SELECT interaction_id FROM interaction_tag"
	    " WHERE company_id = ? AND tag_id = ? LIMIT ?";
	uint8_t id[ID_BYTES];
	struct stmt *st;
	enum err e;

	g->n_slots = 1024;
	while (g->n_slots < 2 * n)
		g->n_slots *= 2;
	g->ids = calloc(g->n_slots, sizeof(*g->ids));
	g->marks = calloc(g->n_slots, 1);
	if (g->ids == NULL || g->marks == NULL)
		return ERR_NOMEM;
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, f->tag.v);
	stmt_in_u64(st, n);
	stmt_out_id(st, id);
	e = stmt_stream(st);
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK)
		add_id(g, id);
	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* How the calls of a tag are found; *f is without it when g tells them. */
static enum err find_tagged(struct db *db, struct company_id company,
    struct db_filter *f, enum db_filter_way *way, struct tagged *g)
{
	uint64_t calls = 0, n = 0;
	enum err e;

	*way = DB_FILTER_BY_TIME;
	if (!f->by_tag)
		return ERR_OK;
	if ((e = count_calls(db, company, f, &calls)) != ERR_OK ||
	    (e = count_tagged(db, company, f, IDS_MAX + 1, &n)) != ERR_OK)
		return e;
	if (n <= calls / APART) {
		*way = DB_FILTER_BY_TAG;
		return ERR_OK;
	}
	if (n > IDS_MAX)
		return ERR_OK;
	if ((e = read_tagged(db, company, f, n, g)) == ERR_OK)
		f->by_tag = false;
	return e;
}

/* --- a row -----------------------------------------------------------------*/

#define OF_RESULT                                              \
	(DB_REPORT_SUM(answered) | DB_REPORT_SUM(voicemail) |  \
	    DB_REPORT_SUM(abandoned) | DB_REPORT_SUM(missed) | \
	    DB_REPORT_SUM(blocked) | DB_REPORT_SUM(failed) |   \
	    DB_REPORT_SUM(interrupted) | DB_REPORT_SUM(answer_ms))
#define OF_RING (DB_REPORT_SUM(ring_ms) | DB_REPORT_SUM(answer_ms))

/* What the statement gives of a call; what is not asked for stays 0. */
struct row {
	uint8_t call[ID_BYTES];
	struct {
		bool is_id;
		uint8_t id[ID_BYTES];
		char text[DB_REPORT_TEXT(255)];
	} key[2];
	int64_t second; /* since the year 0 */
	char result[17];
	int64_t talk_ms;
	int64_t ring_ms;
	int64_t value_micros;
	bool first_time;
	bool qualified;
	bool is_lead;
	bool is_sale;
	bool is_spam;
};

static void put_columns(struct buf *sql, const struct db_scan *s, bool with_id)
{
	static const struct {
		uint32_t of;
		const char *column;
	} more[] = {
		{ OF_RESULT, ", f.result" },
		{ OF_RING, ", f.ring_ms" },
		{ DB_REPORT_SUM(value_micros), ", f.value_micros" },
		{ DB_REPORT_SUM(first_time), ", f.first_time" },
		{ DB_REPORT_SUM(qualified), ", f.qualified" },
		{ DB_REPORT_SUM(leads), ", f.is_lead" },
		{ DB_REPORT_SUM(sales), ", f.is_sale" },
		{ DB_REPORT_SUM(spam), ", f.is_spam" },
	};
	const int dims[] = { s->ask->by, s->ask->split };

	buf_cstr(sql, "SELECT STRAIGHT_JOIN f.talk_ms");
	for (size_t i = 0; i < RT_ARRAY_LEN(more); i++)
		if ((s->wanted & more[i].of) != 0)
			buf_cstr(sql, more[i].column);
	if (s->quarters)
		buf_cstr(sql, ", TO_SECONDS(f.started_at)");
	if (with_id)
		buf_cstr(sql, ", f.call_id");
	for (size_t i = 0; s->values && i < RT_ARRAY_LEN(dims); i++) {
		if (dims[i] == GROUP_NONE)
			continue;
		buf_cstr(sql, ", ");
		if (dims[i] >= GROUP_ID && dims[i] < GROUP_RESULT)
			buf_cstr(sql, db_filter_id_column((enum filter_id)(
					  dims[i] - GROUP_ID)));
		else
			db_report_group_dim(sql, dims[i]);
	}
}

static void out_key(struct stmt *st, int dim, struct row *r, size_t i)
{
	if (dim == GROUP_NONE)
		return;
	r->key[i].is_id = dim >= GROUP_ID && dim < GROUP_RESULT;
	if (r->key[i].is_id)
		stmt_out_id(st, r->key[i].id);
	else
		stmt_out_text(st, r->key[i].text, sizeof(r->key[i].text));
}

/* In the order of put_columns(). */
static void out_columns(struct stmt *st, const struct db_scan *s, bool with_id,
    struct row *r)
{
	stmt_out_i64(st, &r->talk_ms);
	if ((s->wanted & OF_RESULT) != 0)
		stmt_out_text(st, r->result, sizeof(r->result));
	if ((s->wanted & OF_RING) != 0)
		stmt_out_i64(st, &r->ring_ms);
	if ((s->wanted & DB_REPORT_SUM(value_micros)) != 0)
		stmt_out_i64(st, &r->value_micros);
	if ((s->wanted & DB_REPORT_SUM(first_time)) != 0)
		stmt_out_bool(st, &r->first_time);
	if ((s->wanted & DB_REPORT_SUM(qualified)) != 0)
		stmt_out_bool(st, &r->qualified);
	if ((s->wanted & DB_REPORT_SUM(leads)) != 0)
		stmt_out_bool(st, &r->is_lead);
	if ((s->wanted & DB_REPORT_SUM(sales)) != 0)
		stmt_out_bool(st, &r->is_sale);
	if ((s->wanted & DB_REPORT_SUM(spam)) != 0)
		stmt_out_bool(st, &r->is_spam);
	if (s->quarters)
		stmt_out_i64(st, &r->second);
	if (with_id)
		stmt_out_id(st, r->call);
	if (s->values) {
		out_key(st, s->ask->by, r, 0);
		out_key(st, s->ask->split, r, 1);
	}
}

/* The field that a result counts in; NULL: none. */
static int64_t *of_result(struct db_report_sums *s, const char *result)
{
	const struct {
		const char *word;
		int64_t *sum;
	} all[] = {
		{ "answered", &s->answered },
		{ "missed", &s->missed },
		{ "voicemail", &s->voicemail },
		{ "abandoned", &s->abandoned },
		{ "failed", &s->failed },
		{ "blocked", &s->blocked },
		{ "interrupted", &s->interrupted },
	};

	for (size_t i = 0; i < RT_ARRAY_LEN(all); i++)
		if (strcmp(result, all[i].word) == 0)
			return all[i].sum;
	return NULL;
}

static void count(const struct row *r, uint32_t own_s, struct db_report_sums *s)
{
	int64_t *of;

	*s = (struct db_report_sums){ .calls = 1,
		.first_time = r->first_time ? 1 : 0,
		.qualified = r->qualified ? 1 : 0,
		.leads = r->is_lead ? 1 : 0,
		.sales = r->is_sale ? 1 : 0,
		.spam = r->is_spam ? 1 : 0,
		.value_micros = r->value_micros,
		.talk_ms = r->talk_ms,
		.ring_ms = r->ring_ms,
		.talk_60 = r->talk_ms >= 60000 ? 1 : 0,
		.talk_90 = r->talk_ms >= 90000 ? 1 : 0,
		.talk_120 = r->talk_ms >= 120000 ? 1 : 0,
		.over = own_s > 0 && r->talk_ms >= (int64_t)own_s * 1000 };
	if ((of = of_result(s, r->result)) != NULL)
		*of = 1;
	s->answer_ms = s->answered * r->ring_ms;
}

/* --- reading ---------------------------------------------------------------*/

/* The year 1970 in seconds since the year 0. */
#define SECONDS_TO_1970 INT64_C(62167219200)
#define QUARTER_S       900

static int64_t quarter_us(int64_t second)
{
	return (second - SECONDS_TO_1970) / QUARTER_S * QUARTER_S * RT_SEC_US;
}

static void set_value(struct row *r, size_t i)
{
	if (r->key[i].is_id)
		hex_encode(r->key[i].id, ID_BYTES, r->key[i].text);
}

static struct stmt *begin(struct db *db, const struct company_id *company,
    const struct db_scan *s, const struct db_filter *f, enum db_filter_way way,
    bool with_id)
{
	struct stmt *st;
	struct buf sql;

	buf_init(&sql, SQL_MAX);
	put_columns(&sql, s, with_id);
	db_filter_from(&sql, way, false);
	db_filter_where(&sql, f, way);
	if (s->low_ms < s->high_ms)
		buf_cstr(&sql, " AND f.talk_ms >= ? AND f.talk_ms < ?");
	buf_cstr(&sql, " ORDER BY f.started_at");
	st = stmt_begin_made(db, &sql);
	buf_fini(&sql);
	db_filter_in(st, company, f);
	if (s->low_ms < s->high_ms) {
		stmt_in_u64(st, s->low_ms);
		stmt_in_u64(st, s->high_ms);
	}
	return st;
}

static enum err each(struct stmt *st, const struct db_scan *s,
    const struct tagged *g, struct row *r, db_scan_fn *fn, void *ctx)
{
	const uint32_t own_s =
	    db_report_group_wants_over(s->ask) ? s->ask->own_s : 0;
	const bool between = s->low_ms < s->high_ms;
	struct db_scan_call call;
	enum err e = stmt_stream(st);

	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK) {
		if (g->ids != NULL && !has_tag(g, r->call))
			continue;
		set_value(r, 0);
		set_value(r, 1);
		call.value = slice_from(r->key[0].text);
		call.value2 = slice_from(r->key[1].text);
		call.at_us = s->quarters ? quarter_us(r->second) : 0;
		if (between)
			call.sums = (struct db_report_sums){ .over = 1 };
		else
			count(r, own_s, &call.sums);
		e = fn(ctx, &call);
	}
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err db_scan(struct db *db, struct company_id company,
    const struct db_scan *s, db_scan_fn *fn, void *ctx)
{
	struct db_filter f = s->ask->filter;
	struct tagged g = { .ids = NULL };
	struct row r = { .result = "" };
	enum db_filter_way way;
	struct stmt *st;
	enum err e = find_tagged(db, company, &f, &way, &g);

	if (e == ERR_OK) {
		st = begin(db, &company, s, &f, way, g.ids != NULL);
		out_columns(st, s, g.ids != NULL, &r);
		e = each(st, s, &g, &r, fn, ctx);
		stmt_end(st);
	}
	free(g.ids);
	free(g.marks);
	return e;
}
