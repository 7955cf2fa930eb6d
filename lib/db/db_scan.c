#include "lib/db/db_scan.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/hex.h"
#include "lib/db/db_sums.h"

#define SQL_MAX 16384

/* --- a row -----------------------------------------------------------------*/

#define OF_RESULT                                              \
	(DB_REPORT_SUM(answered) | DB_REPORT_SUM(voicemail) |  \
	    DB_REPORT_SUM(abandoned) | DB_REPORT_SUM(missed) | \
	    DB_REPORT_SUM(blocked) | DB_REPORT_SUM(failed) |   \
	    DB_REPORT_SUM(interrupted) | DB_REPORT_SUM(answer_ms))
#define OF_RING (DB_REPORT_SUM(ring_ms) | DB_REPORT_SUM(answer_ms))

/* What the statement gives of a call; what is not asked for stays 0. */
struct row {
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

static void put_columns(struct buf *sql, const struct db_scan *s)
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
static void out_columns(struct stmt *st, const struct db_scan *s, struct row *r)
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
    const struct db_scan *s)
{
	const struct db_filter *f = &s->ask->filter;
	struct stmt *st;
	struct buf sql;

	buf_init(&sql, SQL_MAX);
	put_columns(&sql, s);
	db_filter_from(&sql, f, DB_FILTER_BY_TIME, false);
	db_filter_where(&sql, f);
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

static enum err each(struct stmt *st, const struct db_scan *s, struct row *r,
    db_scan_fn *fn, void *ctx)
{
	const uint32_t own_s =
	    db_report_group_wants_over(s->ask) ? s->ask->own_s : 0;
	const bool between = s->low_ms < s->high_ms;
	struct db_scan_call call = { .of = DB_SCAN_BOTH };
	enum err e = stmt_stream(st);

	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK) {
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
	struct row r = { .result = "" };
	struct stmt *st = begin(db, &company, s);
	enum err e;

	out_columns(st, s, &r);
	e = each(st, s, &r, fn, ctx);
	stmt_end(st);
	return e;
}
