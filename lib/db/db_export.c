#include "lib/db/db_export.h"

#include <assert.h>
#include <stdlib.h>

#include "lib/db/db_search.h"
#include "lib/db/stmt.h"

#define SQL_MAX 8192

#define COLUMNS                                                              \
	"SELECT STRAIGHT_JOIN f.call_id, f.started_at, c.answered_at,"       \
	" c.bridged_at, c.ended_at, f.number_id, f.pool_id,"                 \
	" f.destination_id, f.location_id, c.number_e164, c.caller_e164,"    \
	" c.caller_name, f.place, f.country, f.result, c.hangup_by,"         \
	" f.channel, f.source, f.medium, f.campaign, f.ad_group, f.ad,"      \
	" f.keyword, f.match_type, f.device, f.landing_page,"                \
	" f.referrer_host, f.outcome, f.class, f.risk, f.first_time,"        \
	" f.qualified, f.has_value, f.value_micros, f.duration_ms,"          \
	" f.ring_ms, f.talk_ms,"                                             \
	" (SELECT LEFT(GROUP_CONCAT(t.name ORDER BY t.name SEPARATOR ', ')," \
	"  1000) FROM interaction_tag g JOIN tag t"                          \
	"  ON t.company_id = g.company_id AND t.id = g.tag_id"               \
	"  WHERE g.company_id = f.company_id AND g.interaction_id = f.call_id)"

#define TEXTS      21
#define TEXT_BYTES ((size_t)255 * 4)
#define TAGS_BYTES ((size_t)1000 * 4)

/* A row and the memory of its texts, the tags last. */
struct taken {
	struct db_export_row row;
	struct slice *text[TEXTS];
	size_t n[TEXTS];
	size_t texts;
	char mem[(TEXTS - 1) * TEXT_BYTES + TAGS_BYTES];
};

static void out_text(struct stmt *st, struct taken *t, struct slice *to)
{
	const size_t i = t->texts++;

	assert(i < TEXTS);
	t->text[i] = to;
	stmt_out_bytes(st, t->mem + i * TEXT_BYTES,
	    i == TEXTS - 1 ? TAGS_BYTES : TEXT_BYTES, &t->n[i]);
}

static void out_call(struct stmt *st, struct taken *t)
{
	struct db_export_row *r = &t->row;

	stmt_out_id(st, r->id.v);
	stmt_out_time_us(st, &r->started_us);
	stmt_out_time_us(st, &r->answered_us);
	stmt_out_time_us(st, &r->bridged_us);
	stmt_out_time_us(st, &r->ended_us);
	stmt_out_id(st, r->number.v);
	stmt_out_id(st, r->pool.v);
	stmt_out_id(st, r->destination.v);
	stmt_out_id(st, r->location.v);
	out_text(st, t, &r->number_e164);
	out_text(st, t, &r->caller);
	out_text(st, t, &r->caller_name);
	out_text(st, t, &r->place);
	out_text(st, t, &r->country);
	out_text(st, t, &r->result);
	out_text(st, t, &r->hangup_by);
}

static void out_source(struct stmt *st, struct taken *t)
{
	struct db_export_row *r = &t->row;

	out_text(st, t, &r->channel);
	out_text(st, t, &r->source);
	out_text(st, t, &r->medium);
	out_text(st, t, &r->campaign);
	out_text(st, t, &r->ad_group);
	out_text(st, t, &r->ad);
	out_text(st, t, &r->keyword);
	out_text(st, t, &r->match_type);
	out_text(st, t, &r->device);
	out_text(st, t, &r->landing_page);
	out_text(st, t, &r->referrer_host);
}

static void out_worth(struct stmt *st, struct taken *t)
{
	struct db_export_row *r = &t->row;

	out_text(st, t, &r->outcome);
	out_text(st, t, &r->class);
	stmt_out_u32(st, &r->risk);
	stmt_out_bool(st, &r->first_time);
	stmt_out_bool(st, &r->qualified);
	stmt_out_bool(st, &r->has_value);
	stmt_out_i64(st, &r->value_micros);
	stmt_out_u32(st, &r->duration_ms);
	stmt_out_u32(st, &r->ring_ms);
	stmt_out_u32(st, &r->talk_ms);
	out_text(st, t, &r->tags);
}

static void settle(struct taken *t)
{
	for (size_t i = 0; i < t->texts; i++)
		*t->text[i] = slice_of(t->mem + i * TEXT_BYTES, t->n[i]);
}

static enum err begin(struct db *db, const struct company_id *company,
    const struct db_report_calls_filter *f, size_t max, struct taken *t,
    struct stmt **out)
{
	static const struct call_id nil;
	const bool first = f->way == DB_REPORT_CALLS_NEWEST;
	const int64_t at = first ? f->f.to_us : f->key.started_us;
	struct db_search p;
	struct stmt *st;
	struct buf sql;
	enum err e;

	if ((e = db_search_make(f->search, &p)) != ERR_OK)
		return e;
	buf_init(&sql, SQL_MAX);
	buf_cstr(&sql, COLUMNS);
	db_filter_from(&sql, &f->f, DB_FILTER_BY_TIME, true);
	db_filter_where(&sql, &f->f);
	db_search_where(&sql, f, &p, "f");
	buf_cstr(&sql,
	    " AND f.started_at <= ? AND (f.started_at < ? OR f.call_id < ?)"
	    " ORDER BY f.started_at DESC, f.call_id DESC LIMIT ?");
	st = stmt_begin_made(db, &sql);
	buf_fini(&sql);
	db_filter_in(st, company, &f->f);
	db_search_in(st, f, &p);
	stmt_in_time_us(st, at);
	stmt_in_time_us(st, at);
	stmt_in_id(st, first ? nil.v : f->key.id.v);
	stmt_in_u64(st, max);
	out_call(st, t);
	out_source(st, t);
	out_worth(st, t);
	*out = st;
	return stmt_stream(st);
}

enum err db_export_block(struct db *db, struct company_id company,
    const struct db_report_calls_filter *f, size_t max,
    void (*row)(void *ctx, const struct db_export_row *row), void *ctx,
    struct db_report_calls_key *last, size_t *n)
{
	struct taken *t;
	struct stmt *st = NULL;
	size_t count = 0;
	enum err e;

	if (max == 0 || max > DB_EXPORT_BLOCK_MAX)
		return ERR_RANGE;
	if ((t = calloc(1, sizeof(*t))) == NULL)
		return ERR_NOMEM;
	e = begin(db, &company, f, max, t, &st);
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK) {
		settle(t);
		row(ctx, &t->row);
		count++;
	}
	stmt_end(st);
	if (e == ERR_NOTFOUND && count > 0) {
		last->started_us = t->row.started_us;
		last->id = t->row.id;
	}
	free(t);
	if (e != ERR_NOTFOUND)
		return e;
	*n = count;
	return ERR_OK;
}
