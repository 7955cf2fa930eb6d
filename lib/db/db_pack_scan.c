#include "lib/db/db_pack_scan.h"

#include "lib/db/db_pack_sum.h"

/* Of a chunk of days: its parts, and what is made of one day of them. */
#define CHUNK_BYTES ((size_t)256 << 20)
#define DAY_BYTES   ((size_t)128 << 20)

struct scanning {
	struct db *db;
	struct company_id company;
	const struct db_scan *s;
	uint64_t parts;
	struct arena day;
	db_scan_fn *fn;
	void *ctx;
	int64_t rows_us; /* from there on nothing was read yet */
};

/* Row by row up to there. */
static enum err read_rows(struct scanning *c, int64_t to_us)
{
	struct db_report_ask ask = *c->s->ask;
	struct db_scan part = *c->s;

	if (c->rows_us >= to_us)
		return ERR_OK;
	part.ask = &ask;
	ask.filter.from_us = c->rows_us;
	ask.filter.to_us = to_us;
	c->rows_us = to_us;
	return db_scan(c->db, c->company, &part, c->fn, c->ctx);
}

/* A day in which values end is told call by call. */
static bool is_cut(const struct db_scan *s, int64_t day_us)
{
	return s->apart && s->cut_us > day_us && s->cut_us < day_us + RT_DAY_US;
}

/* ERR_NOTFOUND: it is no pack, and its rows are to be read. */
static enum err read_day(struct scanning *c, int64_t day_us,
    const struct db_pack_day *d)
{
	struct db_pack_sums sums;
	enum err e;

	if (!d->packed || is_cut(c->s, day_us))
		return ERR_NOTFOUND;
	arena_reset(&c->day);
	e = db_pack_sum(d, c->s, day_us, &c->day, &sums);
	if (e == ERR_SYNTAX)
		return ERR_NOTFOUND;
	if (e == ERR_OK)
		e = read_rows(c, day_us);
	c->rows_us = day_us + RT_DAY_US;
	for (size_t i = 0; i < sums.n && e == ERR_OK; i++)
		e = c->fn(c->ctx, &sums.calls[i]);
	return e;
}

static enum err read_chunk(struct scanning *c, int64_t from_us, size_t n)
{
	struct db_pack_day *days;
	struct arena mem;
	enum err e = ERR_NOMEM;

	arena_init(&mem, CHUNK_BYTES);
	if ((days = arena_array(&mem, DB_PACK_CHUNK, sizeof(*days))) != NULL)
		e = db_pack_read_fetch(c->db, c->company, c->parts, from_us, n,
		    &mem, days);
	for (size_t i = 0; i < n && e == ERR_OK; i++) {
		e = read_day(c, from_us + (int64_t)i * RT_DAY_US, &days[i]);
		if (e == ERR_NOTFOUND)
			e = ERR_OK;
	}
	arena_fini(&mem);
	return e;
}

enum err db_pack_scan(struct db *db, struct company_id company,
    const struct db_scan *s, db_scan_fn *fn, void *ctx)
{
	const struct db_filter *f = &s->ask->filter;
	struct db_pack_days all = db_pack_read_days(f->from_us, f->to_us);
	struct scanning c = { .db = db,
		.company = company,
		.s = s,
		.parts = db_pack_sum_parts(s),
		.fn = fn,
		.ctx = ctx,
		.rows_us = f->from_us };
	enum err e = ERR_OK;

	if (db_pack_read_knows(f))
		e = db_pack_read_span(db, company, &all);
	else
		all.to_us = all.from_us;
	arena_init(&c.day, DAY_BYTES);
	for (int64_t at = all.from_us; at < all.to_us && e == ERR_OK;) {
		const int64_t days = (all.to_us - at) / RT_DAY_US;
		const size_t n = days < (int64_t)DB_PACK_CHUNK ? (size_t)days
							       : DB_PACK_CHUNK;

		e = read_chunk(&c, at, n);
		at += (int64_t)n * RT_DAY_US;
	}
	if (e == ERR_OK)
		e = read_rows(&c, f->to_us);
	arena_fini(&c.day);
	return e;
}
