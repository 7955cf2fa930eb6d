#include "lib/db/db_pack.h"

#include "lib/base/take.h"
#include "lib/core/pack.h"
#include "lib/db/db_fact.h"
#include "lib/db/db_stat.h"
#include "lib/db/stmt.h"

#define SQL_MAX   4096
#define TEXTS     (FILTER_TEXT_COUNT + FILTER_ID_COUNT + 1) /* the result */
#define NUMBERS   (DB_PACK_PARTS - DB_PACK_NUMBERS)
#define MEM_BYTES ((size_t)512 << 20)
#define PART_MAX  ((size_t)64 << 20)

_Static_assert(DB_PACK_NUMBERS == DB_PACK_TEXT + TEXTS, "texts, then numbers");
_Static_assert(DB_PACK_MOST <= PACK_ROWS_MAX, "a day is a column");

static const char *const numbers[NUMBERS] = {
	[DB_PACK_STARTED - DB_PACK_NUMBERS] =
	    "TIMESTAMPDIFF(MICROSECOND, ?, f.started_at)",
	[DB_PACK_TALK - DB_PACK_NUMBERS] = "f.talk_ms",
	[DB_PACK_RING - DB_PACK_NUMBERS] = "f.ring_ms",
	[DB_PACK_RISK - DB_PACK_NUMBERS] = "f.risk",
	[DB_PACK_HAS_VALUE - DB_PACK_NUMBERS] = "f.has_value",
	[DB_PACK_VALUE - DB_PACK_NUMBERS] = "f.value_micros",
	[DB_PACK_FIRST_TIME - DB_PACK_NUMBERS] = "f.first_time",
	[DB_PACK_QUALIFIED - DB_PACK_NUMBERS] = "f.qualified",
	[DB_PACK_LEAD - DB_PACK_NUMBERS] = "f.is_lead",
	[DB_PACK_SALE - DB_PACK_NUMBERS] = "f.is_sale",
	[DB_PACK_SPAM - DB_PACK_NUMBERS] = "f.is_spam",
};

/* --- the rows of a day -----------------------------------------------------*/

struct day {
	struct arena *mem;
	size_t n;
	size_t cap;
	struct slice *texts[TEXTS];
	int64_t *numbers[NUMBERS];
	struct slice text; /* of the row that is read */
};

static const char *text_column(size_t i)
{
	if (i < FILTER_TEXT_COUNT)
		return db_filter_text_column((enum filter_text)i);
	if (i < FILTER_TEXT_COUNT + FILTER_ID_COUNT)
		return db_filter_id_column(
		    (enum filter_id)(i - FILTER_TEXT_COUNT));
	return "f.result";
}

static struct stmt *begin_day(struct db *db, const struct company_id *company,
    int64_t day_us)
{
	struct stmt *st;
	struct buf sql;

	buf_init(&sql, SQL_MAX);
	buf_cstr(&sql, "SELECT ");
	for (size_t i = 0; i < NUMBERS; i++)
		buf_printf(&sql, "%s%s", i > 0 ? ", " : "", numbers[i]);
	for (size_t i = 0; i < TEXTS; i++)
		buf_printf(&sql, ", %s", text_column(i));
	buf_cstr(&sql,
	    " FROM call_fact f WHERE f.company_id = ? AND f.started_at >= ?"
	    " AND f.started_at < ? ORDER BY f.started_at, f.call_id");
	st = stmt_begin_made(db, &sql);
	buf_fini(&sql);
	stmt_in_time_us(st, day_us);
	stmt_in_id(st, company->v);
	stmt_in_time_us(st, day_us);
	stmt_in_time_us(st, day_us + RT_DAY_US);
	return st;
}

static bool make_room(struct day *d, size_t cap)
{
	bool ok = true;

	d->cap = cap;
	for (size_t i = 0; i < TEXTS; i++) {
		d->texts[i] = arena_array(d->mem, cap, sizeof(struct slice));
		ok = ok && d->texts[i] != NULL;
	}
	for (size_t i = 0; i < NUMBERS; i++) {
		d->numbers[i] = arena_array(d->mem, cap, sizeof(int64_t));
		ok = ok && d->numbers[i] != NULL;
	}
	return ok;
}

/* All rows of the day, in the order of time. ERR_TOOBIG: they are too many. */
static enum err read_day(struct db *db, struct company_id company,
    int64_t day_us, struct day *d)
{
	struct stmt *st = begin_day(db, &company, day_us);
	struct slice texts[TEXTS];
	int64_t row[NUMBERS] = { 0 };
	enum err e;

	for (size_t i = 0; i < NUMBERS; i++)
		stmt_out_i64(st, &row[i]);
	for (size_t i = 0; i < TEXTS; i++)
		stmt_out_slice(st, d->mem, DB_TEXT_BYTES, &texts[i]);
	e = stmt_each(st);
	if (e == ERR_OK && stmt_rows(st) > DB_PACK_MOST)
		e = ERR_TOOBIG;
	if (e == ERR_OK && !make_room(d, stmt_rows(st)))
		e = ERR_NOMEM;
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK) {
		for (size_t i = 0; i < NUMBERS; i++)
			d->numbers[i][d->n] = row[i];
		for (size_t i = 0; i < TEXTS; i++)
			d->texts[i][d->n] = texts[i];
		d->n++;
	}
	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err pack_part(const struct day *d, unsigned int part,
    struct buf *out)
{
	if (part == DB_PACK_DAY) {
		buf_be32(out, (uint32_t)d->n);
	} else if (part < DB_PACK_NUMBERS) {
		const enum err e = pack_texts(out,
		    d->texts[part - DB_PACK_TEXT], d->n, d->mem);

		if (e != ERR_OK)
			return e;
	} else {
		pack_numbers(out, d->numbers[part - DB_PACK_NUMBERS], d->n);
	}
	return buf_err(out);
}

/* --- making ----------------------------------------------------------------*/

static enum err put_part(struct db *db, struct company_id company,
    int64_t day_us, unsigned int part, struct slice data)
{
	static const char sql[] =
	    "REPLACE INTO call_pack (company_id, part, day_at, data)"
	    " VALUES (?, ?, ?, ?)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_u64(st, part);
	stmt_in_time_us(st, day_us);
	stmt_in_bytes(st, data.p, data.n);
	return stmt_exec(st, NULL);
}

static enum err put_day(struct db *db, struct company_id company,
    int64_t day_us, const struct day *d)
{
	struct buf part;
	enum err e = ERR_OK;

	buf_init(&part, PART_MAX);
	for (unsigned int i = 0; i < DB_PACK_PARTS && e == ERR_OK; i++) {
		buf_reset(&part);
		if ((e = pack_part(d, i, &part)) == ERR_OK)
			e = put_part(db, company, day_us, i, buf_slice(&part));
	}
	buf_fini(&part);
	return e;
}

/* Nobody changes a narrow row while the company's row is ours alone. */
static enum err make_day(struct db *db, struct company_id company,
    int64_t day_us)
{
	struct arena mem;
	struct day d = { .mem = &mem };
	enum err e = db_begin(db);

	if (e != ERR_OK)
		return e;
	arena_init(&mem, MEM_BYTES);
	if ((e = db_stat_hold(db, company, true)) == ERR_OK &&
	    (e = read_day(db, company, day_us, &d)) == ERR_OK)
		e = put_day(db, company, day_us, &d);
	e = db_end(db, e);
	arena_fini(&mem);
	return e;
}

/* The latest day before *day_us that is to be packed. ERR_NOTFOUND: none. Sums
 * by place of business are the fewest. */
static enum err next_day(struct db *db, struct company_id company,
    int64_t from_us, uint64_t least, int64_t *day_us)
{
	static const char sql[] =
	    "SELECT r.bucket_at FROM call_rollup r WHERE r.company_id = ?"
	    " AND r.dimension = 'location/1' AND r.bucket_at >= ?"
	    " AND r.bucket_at < ? AND NOT EXISTS (SELECT 1 FROM call_pack p"
	    " WHERE p.company_id = r.company_id AND p.part = 0"
	    " AND p.day_at = r.bucket_at) GROUP BY r.bucket_at"
	    " HAVING SUM(r.calls) BETWEEN ? AND ?"
	    " ORDER BY r.bucket_at DESC LIMIT 1";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_time_us(st, from_us);
	stmt_in_time_us(st, *day_us);
	stmt_in_u64(st, least);
	stmt_in_u64(st, DB_PACK_MOST);
	stmt_out_time_us(st, day_us);
	return stmt_one(st);
}

enum err db_pack_make(struct db *db, struct company_id company, int64_t from_us,
    int64_t to_us, uint64_t least, size_t max, size_t *n)
{
	int64_t day_us = to_us - RT_DAY_US + 1;
	enum err e = ERR_OK;

	for (*n = 0; *n < max; (*n)++)
		if ((e = next_day(db, company, from_us, least, &day_us)) !=
			ERR_OK ||
		    (e = make_day(db, company, day_us)) != ERR_OK)
			break;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* ERR_NOTFOUND: there is none behind it. */
static enum err next_company(struct db *db, struct company_id *company)
{
	static const char sql[] =
	    "SELECT id FROM company WHERE id > ? ORDER BY id LIMIT 1";
	struct company_id next;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company->v);
	stmt_out_id(st, next.v);
	if ((e = stmt_one(st)) == ERR_OK)
		*company = next;
	return e;
}

/* What forgotten days left: nobody reads it, and what was erased must not stay
 * in it. Parts are made by the caller alone; a writer that forgets one of these
 * days waits for this statement at most. */
static enum err drop_left(struct db *db, struct company_id company)
{
	static const char sql[] =
	    "DELETE p FROM call_pack p LEFT JOIN call_pack d"
	    " ON d.company_id = p.company_id AND d.part = 0"
	    " AND d.day_at = p.day_at"
	    " WHERE p.company_id = ? AND p.part > 0 AND d.company_id IS NULL";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	return stmt_exec(st, NULL);
}

enum err db_pack_make_all(struct db *db, int64_t now_us, uint64_t least,
    size_t max, size_t *n)
{
	struct company_id company = { { 0 } };
	enum err e = ERR_OK;

	*n = 0;
	while (*n < max && (e = next_company(db, &company)) == ERR_OK) {
		size_t more = 0;

		if ((e = drop_left(db, company)) == ERR_OK)
			e = db_pack_make(db, company, 0, now_us, least,
			    max - *n, &more);
		*n += more;
		if (e != ERR_OK)
			return e;
	}
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* --- forgetting ------------------------------------------------------------*/

enum err db_pack_forget(struct db *db, struct company_id company,
    const struct call_id *calls, size_t n)
{
	static const char one_sql[] =
	    "DELETE p FROM phone_call c JOIN call_pack p"
	    " ON p.company_id = c.company_id AND p.part = 0"
	    " AND p.day_at = TIMESTAMP(DATE(c.started_at))"
	    " WHERE c.company_id = ? AND c.id = ?";
	static const char some_sql[] =
	    "DELETE p FROM phone_call c JOIN call_pack p"
	    " ON p.company_id = c.company_id AND p.part = 0"
	    " AND p.day_at = TIMESTAMP(DATE(c.started_at))"
	    " WHERE c.company_id = ? AND c.id IN (" DB_FACT_SOME ")";
	struct stmt *st = stmt_begin(db, n == 1 ? one_sql : some_sql);

	stmt_in_id(st, company.v);
	if (n == 1)
		stmt_in_id(st, calls[0].v);
	else
		db_fact_in_some(st, calls, n);
	return stmt_exec(st, NULL);
}

enum err db_pack_forget_days(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us)
{
	static const char sql[] =
	    "DELETE FROM call_pack WHERE company_id = ? AND part = 0"
	    " AND day_at >= ? AND day_at < ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_time_us(st, from_us);
	stmt_in_time_us(st, to_us);
	return stmt_exec(st, NULL);
}

/* --- proving ---------------------------------------------------------------*/

static enum err same_part(struct db *db, struct company_id company,
    int64_t day_us, unsigned int part, struct slice data, bool *same)
{
	static const char sql[] =
	    "SELECT COUNT(*) FROM call_pack WHERE company_id = ? AND part = ?"
	    " AND day_at = ? AND data = ?";
	struct stmt *st = stmt_begin(db, sql);
	uint64_t n = 0;
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_u64(st, part);
	stmt_in_time_us(st, day_us);
	stmt_in_bytes(st, data.p, data.n);
	stmt_out_u64(st, &n);
	if ((e = stmt_one(st)) == ERR_OK)
		*same = n == 1;
	return e;
}

/* The same rows always give the same bytes. */
static enum err verify_day(struct db *db, struct company_id company,
    int64_t day_us, bool *same)
{
	struct arena mem;
	struct day d = { .mem = &mem };
	struct buf part;
	enum err e;

	*same = true;
	arena_init(&mem, MEM_BYTES);
	buf_init(&part, PART_MAX);
	e = read_day(db, company, day_us, &d);
	for (unsigned int i = 0; i < DB_PACK_PARTS && e == ERR_OK && *same;
	     i++) {
		buf_reset(&part);
		if ((e = pack_part(&d, i, &part)) == ERR_OK)
			e = same_part(db, company, day_us, i, buf_slice(&part),
			    same);
	}
	buf_fini(&part);
	arena_fini(&mem);
	if (e == ERR_TOOBIG) { /* as it never is when it is packed */
		*same = false;
		e = ERR_OK;
	}
	return e;
}

/* The packed day behind *day_us. ERR_NOTFOUND: none. */
static enum err packed_day(struct db *db, struct company_id company,
    int64_t to_us, int64_t *day_us)
{
	static const char sql[] =
	    "SELECT day_at FROM call_pack WHERE company_id = ? AND part = 0"
	    " AND day_at > ? AND day_at < ? ORDER BY day_at LIMIT 1";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_time_us(st, *day_us);
	stmt_in_time_us(st, to_us);
	stmt_out_time_us(st, day_us);
	return stmt_one(st);
}

enum err db_pack_verify(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, uint64_t *wrong)
{
	int64_t day_us = from_us - 1;
	bool same = true;
	enum err e;

	*wrong = 0;
	while ((e = packed_day(db, company, to_us, &day_us)) == ERR_OK &&
	       (e = verify_day(db, company, day_us, &same)) == ERR_OK)
		*wrong += same ? 0 : 1;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}
