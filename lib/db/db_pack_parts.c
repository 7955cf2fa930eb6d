#include "lib/db/db_pack_parts.h"

#include "lib/db/db_pack_read.h"

#define CHUNK_BYTES ((size_t)256 << 20)

struct walk {
	struct db *db;
	struct company_id company;
	const struct db_filter *f;
	bool up;
	db_pack_parts_fn *fn;
	void *ctx;
	struct db_rollup_part rest; /* of days that are not packed */
};

/* The rest that lies before a day, in the way of the walk; rest goes on behind
 * it. */
static enum err give_rest(struct walk *w, int64_t day_us)
{
	const struct db_rollup_part rest = w->rest;
	const struct db_rollup_part part =
	    w->up ? (struct db_rollup_part){ rest.from_us, day_us }
		  : (struct db_rollup_part){ day_us + RT_DAY_US, rest.to_us };

	if (w->up)
		w->rest.from_us = day_us + RT_DAY_US;
	else
		w->rest.to_us = day_us;
	return part.from_us < part.to_us ? w->fn(w->ctx, part) : ERR_OK;
}

/* From the first to the last call of a day that fits; *any: there is one. */
static enum err find_calls(const struct walk *w, const struct db_pack_day *d,
    int64_t day_us, struct arena *mem, struct db_rollup_part *out, bool *any)
{
	int64_t *started = NULL;
	uint16_t *rows = NULL;
	size_t n = 0;
	enum err e;

	*any = false;
	if ((e = db_pack_read_match(d, w->f, mem, &rows, &n)) != ERR_OK ||
	    n == 0)
		return e;
	if ((e = db_pack_read_numbers(d, DB_PACK_STARTED, mem, &started)) !=
	    ERR_OK)
		return e;
	out->from_us = day_us + started[rows[0]];
	out->to_us = day_us + started[rows[n - 1]] + 1;
	*any = true;
	return ERR_OK;
}

static enum err walk_day(struct walk *w, const struct db_pack_day *d,
    int64_t day_us, struct arena *mem)
{
	struct db_rollup_part part;
	bool any = false;
	enum err e;

	if (!d->packed)
		return ERR_OK;
	e = find_calls(w, d, day_us, mem, &part, &any);
	if (e == ERR_SYNTAX) /* no pack: a part of the rest */
		return ERR_OK;
	if (e == ERR_OK)
		e = give_rest(w, day_us);
	return e == ERR_OK && any ? w->fn(w->ctx, part) : e;
}

static enum err walk_chunk(struct walk *w, int64_t from_us, size_t n)
{
	const uint64_t parts =
	    db_pack_read_match_parts(w->f) | DB_PACK_BIT(DB_PACK_STARTED);
	struct db_pack_day *days;
	struct arena mem;
	enum err e = ERR_NOMEM;

	arena_init(&mem, CHUNK_BYTES);
	if ((days = arena_array(&mem, DB_PACK_CHUNK, sizeof(*days))) != NULL)
		e = db_pack_read_fetch(w->db, w->company, parts, from_us, n,
		    &mem, days);
	for (size_t i = 0; i < n && e == ERR_OK; i++) {
		const size_t at = w->up ? i : n - 1 - i;

		e = walk_day(w, &days[at], from_us + (int64_t)at * RT_DAY_US,
		    &mem);
	}
	arena_fini(&mem);
	return e;
}

static enum err walk_days(struct walk *w, struct db_pack_days left)
{
	enum err e = ERR_OK;

	while (left.from_us < left.to_us && e == ERR_OK) {
		const int64_t days = (left.to_us - left.from_us) / RT_DAY_US;
		const size_t n = days < (int64_t)DB_PACK_CHUNK ? (size_t)days
							       : DB_PACK_CHUNK;
		const int64_t more_us = (int64_t)n * RT_DAY_US;

		e = walk_chunk(w, w->up ? left.from_us : left.to_us - more_us,
		    n);
		if (w->up)
			left.from_us += more_us;
		else
			left.to_us -= more_us;
	}
	return e;
}

enum err db_pack_parts(struct db *db, struct company_id company,
    const struct db_filter *f, bool up, db_pack_parts_fn *fn, void *ctx)
{
	struct db_pack_days all = db_pack_read_days(f->from_us, f->to_us);
	struct walk w = { .db = db,
		.company = company,
		.f = f,
		.up = up,
		.fn = fn,
		.ctx = ctx,
		.rest = { f->from_us, f->to_us } };
	enum err e = ERR_OK;

	if (db_pack_read_knows(f))
		e = db_pack_read_span(db, company, &all);
	else
		all.to_us = all.from_us;
	if (e == ERR_OK)
		e = walk_days(&w, all);
	if (e == ERR_OK && w.rest.from_us < w.rest.to_us)
		e = fn(ctx, w.rest);
	return e;
}
