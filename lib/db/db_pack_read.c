#include "lib/db/db_pack_read.h"

#include "lib/base/take.h"
#include "lib/db/db_tally.h"
#include "lib/db/stmt.h"

#define SQL_MAX  1024
#define PART_MAX ((size_t)64 << 20)

struct db_pack_days db_pack_read_days(int64_t from_us, int64_t to_us)
{
	/* Before 1970 nobody called. */
	const int64_t from = from_us < 0 ? 0 : from_us;

	return (struct db_pack_days){ (from + RT_DAY_US - 1) / RT_DAY_US *
					  RT_DAY_US,
		to_us / RT_DAY_US * RT_DAY_US };
}

enum err db_pack_read_span(struct db *db, struct company_id company,
    struct db_pack_days *days)
{
	static const char sql[] =
	    "SELECT COALESCE(MIN(day_at), ?),"
	    " COALESCE(MAX(day_at) + INTERVAL 1 DAY, ?)"
	    " FROM call_pack WHERE company_id = ?"
	    " AND part = 0 AND day_at >= ? AND day_at < ?";
	struct stmt *st = stmt_begin(db, sql);
	struct db_pack_days span;
	enum err e;

	stmt_in_time_us(st, days->from_us);
	stmt_in_time_us(st, days->from_us);
	stmt_in_id(st, company.v);
	stmt_in_time_us(st, days->from_us);
	stmt_in_time_us(st, days->to_us);
	stmt_out_time_us(st, &span.from_us);
	stmt_out_time_us(st, &span.to_us);
	if ((e = stmt_one(st)) == ERR_OK)
		*days = span;
	return e;
}

/* --- reading ---------------------------------------------------------------*/

static struct stmt *begin(struct db *db, const struct company_id *company,
    uint64_t parts, int64_t from_us, size_t n)
{
	const char *sep = "";
	struct stmt *st;
	struct buf sql;

	buf_init(&sql, SQL_MAX);
	buf_cstr(&sql,
	    "SELECT part, day_at, data FROM call_pack WHERE company_id = ?"
	    " AND part IN (");
	for (unsigned int i = 0; i < DB_PACK_PARTS; i++) {
		if ((parts & DB_PACK_BIT(i)) == 0)
			continue;
		buf_printf(&sql, "%s%u", sep, i);
		sep = ", ";
	}
	buf_cstr(&sql, ") AND day_at >= ? AND day_at < ?");
	st = stmt_begin_made(db, &sql);
	buf_fini(&sql);
	stmt_in_id(st, company->v);
	stmt_in_time_us(st, from_us);
	stmt_in_time_us(st, from_us + (int64_t)n * RT_DAY_US);
	return st;
}

static bool is_packed(struct db_pack_day *d, uint64_t parts)
{
	struct take t;

	for (unsigned int i = 0; i < DB_PACK_PARTS; i++)
		if ((parts & DB_PACK_BIT(i)) != 0 && d->part[i].p == NULL)
			return false;
	take_init(&t, d->part[DB_PACK_DAY]);
	d->n = take_be32(&t);
	return take_end(&t) == ERR_OK && d->n <= PACK_ROWS_MAX;
}

enum err db_pack_read_fetch(struct db *db, struct company_id company,
    uint64_t parts, int64_t from_us, size_t n, struct arena *mem,
    struct db_pack_day out[DB_PACK_CHUNK])
{
	const uint64_t all = parts | DB_PACK_BIT(DB_PACK_DAY);
	struct stmt *st = begin(db, &company, all, from_us, n);
	struct slice data = SLICE("");
	int64_t day_us = 0;
	uint32_t part = 0;
	enum err e;

	for (size_t i = 0; i < n; i++)
		out[i] = (struct db_pack_day){ .n = 0 };
	stmt_out_u32(st, &part);
	stmt_out_time_us(st, &day_us);
	stmt_out_slice(st, mem, PART_MAX, &data);
	e = stmt_stream(st);
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK)
		if (part < DB_PACK_PARTS)
			out[(size_t)((day_us - from_us) / RT_DAY_US)]
			    .part[part] = data;
	stmt_end(st);
	for (size_t i = 0; i < n; i++)
		out[i].packed = is_packed(&out[i], all);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err db_pack_read_numbers(const struct db_pack_day *d,
    enum db_pack_part part, struct arena *mem, int64_t **out)
{
	*out = arena_array(mem, d->n, sizeof(**out));
	return *out == NULL ? ERR_NOMEM
			    : pack_read_numbers(d->part[part], d->n, *out);
}

/* --- what fits -------------------------------------------------------------*/

/* Where the numbers of a limit are, and of a yes or no. */
static const enum db_pack_part ranges[FILTER_RANGE_COUNT] = {
	[FILTER_TALK_MS] = DB_PACK_TALK,
	[FILTER_RING_MS] = DB_PACK_RING,
	[FILTER_RISK] = DB_PACK_RISK,
	[FILTER_VALUE] = DB_PACK_VALUE,
};
static const enum db_pack_part flags[FILTER_FLAG_COUNT] = {
	[FILTER_FIRST_TIME] = DB_PACK_FIRST_TIME,
	[FILTER_QUALIFIED] = DB_PACK_QUALIFIED,
};

bool db_pack_read_knows(const struct db_filter *f)
{
	return !f->by_tag;
}

uint64_t db_pack_read_match_parts(const struct db_filter *f)
{
	uint64_t parts = DB_PACK_BIT(DB_PACK_DAY);

	if (f->result.n > 0)
		parts |= DB_PACK_BIT(DB_PACK_RESULT);
	for (unsigned int i = 0; i < FILTER_TEXT_COUNT; i++)
		if (f->by_text[i])
			parts |= DB_PACK_BIT(DB_PACK_TEXT + i);
	for (unsigned int i = 0; i < FILTER_ID_COUNT; i++)
		if (f->by_id[i])
			parts |= DB_PACK_BIT(DB_PACK_ID + i);
	for (size_t i = 0; i < FILTER_FLAG_COUNT; i++)
		if (f->want[i] != FILTER_ANY)
			parts |= DB_PACK_BIT(flags[i]);
	for (size_t i = 0; i < FILTER_RANGE_COUNT; i++)
		if (f->by_range[i])
			parts |= DB_PACK_BIT(ranges[i]);
	if (f->by_range[FILTER_VALUE])
		parts |= DB_PACK_BIT(DB_PACK_HAS_VALUE);
	return parts;
}

struct match {
	const struct db_pack_day *d;
	struct arena *mem;
	uint16_t *rows;
	size_t n;
};

static enum err keep_numbers(struct match *m, enum db_pack_part part,
    int64_t min, int64_t max)
{
	int64_t *all = NULL;
	size_t n = 0;
	enum err e;

	if (m->n == 0)
		return ERR_OK;
	if ((e = db_pack_read_numbers(m->d, part, m->mem, &all)) != ERR_OK)
		return e;
	for (size_t i = 0; i < m->n; i++) {
		const uint16_t row = m->rows[i];

		m->rows[n] = row;
		n += all[row] >= min && all[row] <= max ? 1 : 0;
	}
	m->n = n;
	return ERR_OK;
}

/* Words as the server compares them. */
static bool is_one_of(struct slice text, const struct slice *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (db_tally_same(text, words[i]))
			return true;
	return false;
}

static enum err keep_texts(struct match *m, unsigned int part,
    const struct slice *words, size_t n_words)
{
	struct pack_texts t;
	size_t n = 0;
	bool *fits;
	enum err e;

	if (m->n == 0)
		return ERR_OK;
	if ((e = pack_read_texts(m->d->part[part], m->d->n, m->mem, &t)) !=
	    ERR_OK)
		return e;
	if ((fits = arena_array(m->mem, t.n_texts, sizeof(*fits))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < t.n_texts; i++)
		fits[i] = is_one_of(t.texts[i], words, n_words);
	for (size_t i = 0; i < m->n; i++) {
		const uint16_t row = m->rows[i];

		m->rows[n] = row;
		n += fits[t.at[row]] ? 1 : 0;
	}
	m->n = n;
	return ERR_OK;
}

static enum err keep_result(struct match *m, struct slice result)
{
	static const struct slice unanswered[] = { SLICE_INIT("missed"),
		SLICE_INIT("abandoned"), SLICE_INIT("failed") };

	if (result.n == 0)
		return ERR_OK;
	if (slice_eq_cstr(result, "unanswered"))
		return keep_texts(m, DB_PACK_RESULT, unanswered,
		    RT_ARRAY_LEN(unanswered));
	return keep_texts(m, DB_PACK_RESULT, &result, 1);
}

static enum err keep_limits(struct match *m, const struct db_filter *f)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i < FILTER_RANGE_COUNT && e == ERR_OK; i++)
		if (f->by_range[i])
			e = keep_numbers(m, ranges[i], f->min[i], f->max[i]);
	if (e == ERR_OK && f->by_range[FILTER_VALUE])
		e = keep_numbers(m, DB_PACK_HAS_VALUE, 1, 1);
	for (size_t i = 0; i < FILTER_FLAG_COUNT && e == ERR_OK; i++) {
		const int64_t yes = f->want[i] == FILTER_YES ? 1 : 0;

		if (f->want[i] != FILTER_ANY)
			e = keep_numbers(m, flags[i], yes, yes);
	}
	return e;
}

static enum err keep_words(struct match *m, const struct db_filter *f)
{
	enum err e = ERR_OK;

	for (unsigned int i = 0; i < FILTER_TEXT_COUNT && e == ERR_OK; i++)
		if (f->by_text[i])
			e = keep_texts(m, DB_PACK_TEXT + i, &f->text[i], 1);
	for (unsigned int i = 0; i < FILTER_ID_COUNT && e == ERR_OK; i++) {
		const struct slice id = slice_of(f->id[i], ID_BYTES);

		if (f->by_id[i])
			e = keep_texts(m, DB_PACK_ID + i, &id, 1);
	}
	return e;
}

enum err db_pack_read_match(const struct db_pack_day *d,
    const struct db_filter *f, struct arena *mem, uint16_t **rows, size_t *n)
{
	struct match m = { .d = d, .mem = mem, .n = d->n };
	enum err e;

	if ((m.rows = arena_array(mem, d->n, sizeof(*m.rows))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < d->n; i++)
		m.rows[i] = (uint16_t)i;
	if ((e = keep_limits(&m, f)) != ERR_OK ||
	    (e = keep_result(&m, f->result)) != ERR_OK ||
	    (e = keep_words(&m, f)) != ERR_OK)
		return e;
	*rows = m.rows;
	*n = m.n;
	return ERR_OK;
}
