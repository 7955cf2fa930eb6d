#include "cgi/api/api_spend.h"

#include <string.h>

#include "cgi/api/api_fault.h"
#include "cgi/api/api_setup.h"
#include "cgi/api/api_who.h"
#include "lib/base/utf8.h"
#include "lib/core/spend_in.h"
#include "lib/db/db_spend.h"
#include "lib/feed/feed.h"
#include "lib/json/json_in.h"
#include "lib/phone/tz.h"

#define DEPTH_MAX 4
#define COUNT_MAX INT64_C(1000000000000)

/* A number or a decimal text. */
static enum err read_amount(const struct json_node *node, int64_t *micros)
{
	struct slice s;
	int64_t whole;
	enum err e;

	if (json_in_kind(node) == JSON_IN_INT) {
		e = json_in_i64(node, 0, 1000000000, &whole);
		if (e == ERR_OK)
			*micros = whole * 1000000;
		return e;
	}
	if ((e = json_in_text(node, 32, &s)) != ERR_OK ||
	    (e = feed_money_parse(s, micros)) != ERR_OK)
		return e;
	return *micros < 0 ? ERR_RANGE : ERR_OK;
}

/* Each member's place in a row, and what it has to be. */
static const char at_date[] = "/date", at_amount[] = "/amount";
static const struct {
	const char *pointer, *rule;
	size_t max; /* characters of a text */
} rules[] = {
	{ at_date,
	    "A day, such as 2026-11-20, of this century and not a year "
	    "ahead.",
	    0 },
	{ at_amount, "An amount, such as \"12.50\", not below zero.", 0 },
	{ "/source", "A text of 1 to 100 characters.", SPEND_IN_SOURCE_MAX },
	{ "/medium", "A text of at most 100 characters.", SPEND_IN_SOURCE_MAX },
	{ "/campaign", "A text of at most 255 characters.", SPEND_IN_NAME_MAX },
	{ "/ad_group", "A text of at most 64 characters.", SPEND_IN_GROUP_MAX },
	{ "/keyword", "A text of at most 255 characters.", SPEND_IN_NAME_MAX },
	{ "/clicks", "A whole number, not below zero.", 0 },
	{ "/impressions", "A whole number, not below zero.", 0 },
};

/* What is missing is a mistake of the body, not of the address. */
static bool is_wrong(enum err e)
{
	return e == ERR_SYNTAX || e == ERR_RANGE || e == ERR_TOOBIG ||
	       e == ERR_NOTFOUND;
}

static enum err read_date(const struct json_node *n, int64_t now_us,
    char out[DB_SPEND_DAY])
{
	struct tz_date day;
	struct slice date;
	enum err e;

	if ((e = json_in_text(json_in_get(n, "date"), 10, &date)) != ERR_OK ||
	    (e = tz_date_parse(date, &day)) != ERR_OK)
		return e;
	if (!spend_in_day_near(date, now_us))
		return ERR_RANGE;
	return slice_to_cstr(date, out, DB_SPEND_DAY) ? ERR_OK : ERR_SYNTAX;
}

/* As the rows of a file are read: without the blanks around it. */
static enum err read_text(const struct json_node *n, const char *key,
    size_t max, struct slice *out)
{
	struct slice text = SLICE("");
	const enum err e = json_in_opt_text(n, key, SIZE_MAX, &text);

	if (e != ERR_OK)
		return e;
	*out = slice_trim(text);
	return utf8_count(*out) > max ? ERR_RANGE : ERR_OK;
}

/* *at: the member that is wrong. */
static enum err read_row(const struct json_node *n, int64_t now_us,
    struct spend_row *row, const char **at)
{
	struct slice *const texts[] = { &row->source, &row->medium,
		&row->campaign, &row->ad_group, &row->keyword };
	int64_t counts[2] = { 0, 0 };
	size_t i = 2; /* of the rules */
	enum err e;

	*at = at_date;
	if ((e = read_date(n, now_us, row->day)) != ERR_OK)
		return e;
	*at = at_amount;
	e = read_amount(json_in_get(n, "amount"), &row->amount_micros);
	for (size_t k = 0; e == ERR_OK && k < RT_ARRAY_LEN(texts); k++, i++) {
		*at = rules[i].pointer;
		e = read_text(n, *at + 1, rules[i].max, texts[k]);
		if (e == ERR_OK && k == 0 && texts[k]->n == 0)
			e = ERR_RANGE;
	}
	for (size_t k = 0; e == ERR_OK && k < RT_ARRAY_LEN(counts); k++, i++) {
		*at = rules[i].pointer;
		e = json_in_opt_i64(n, *at + 1, 0, COUNT_MAX, &counts[k]);
	}
	row->clicks = (uint64_t)counts[0];
	row->impressions = (uint64_t)counts[1];
	return e;
}

static void check_row(const struct req *r, const struct json_node *rows,
    size_t i, struct api_faults *bad)
{
	struct spend_row row;
	const char *at;

	if (!is_wrong(read_row(json_in_at(rows, i), r->now_us, &row, &at)))
		return;
	for (size_t k = 0; k < RT_ARRAY_LEN(rules); k++)
		if (strcmp(rules[k].pointer, at) == 0)
			api_fault_at(bad, "rows", i, at, rules[k].rule);
}

/* One of db_spend.h's two rounds over the rows. */
static enum err put_round(const struct req *r, const struct json_node *rows,
    enum err (*put)(struct db *db, struct company_id company,
	const struct spend_row *row))
{
	const size_t count = json_in_count(rows);
	struct spend_row row;
	enum err e = ERR_OK;
	const char *at;

	for (size_t i = 0; e == ERR_OK && i < count; i++) {
		e = read_row(json_in_at(rows, i), r->now_us, &row, &at);
		if (e == ERR_OK)
			e = put(r->db, r->company, &row);
	}
	return e;
}

/* Members that nobody reads are mistakes of writing. */
static void check_rows(const struct req *r, const struct json_node *rows,
    struct api_faults *bad)
{
	static const char *const inner[] = { "date", "source", "medium",
		"campaign", "ad_group", "keyword", "amount", "clicks",
		"impressions", NULL };

	for (size_t i = 0; i < json_in_count(rows); i++) {
		struct api_faults of_row = { .n = 0 };

		api_setup_only(json_in_at(rows, i), inner, &of_row);
		if (of_row.n > 0)
			api_fault_at(bad, "rows", i, of_row.at[0].pointer,
			    of_row.at[0].detail);
		else
			check_row(r, rows, i, bad);
	}
}

/* Writes the rows of the body; *n says how many. In a transaction. */
static enum err put_rows(const struct req *r, const struct json_node *body,
    uint64_t *n, struct api_faults *bad)
{
	static const char *const outer[] = { "rows", NULL };
	const struct json_node *rows = json_in_get(body, "rows");
	enum err e;

	*n = json_in_count(rows);
	api_setup_only(body, outer, bad);
	if (bad->n > 0)
		return ERR_RANGE;
	if (json_in_kind(rows) != JSON_IN_ARRAY || *n == 0 ||
	    *n > API_SPEND_ROWS_MAX)
		api_fault(bad, SLICE("rows"), "A list of 1 to 1000 rows.");
	else
		check_rows(r, rows, bad);
	if (bad->n > 0)
		return ERR_RANGE;
	e = put_round(r, rows, db_spend_clear);
	return e == ERR_OK ? put_round(r, rows, db_spend_add) : e;
}

static enum err write_answer(uint64_t n, struct buf *out)
{
	struct json_out j;

	json_out_init(&j, out);
	json_out_object(&j);
	json_out_key(&j, "rows");
	json_out_u64(&j, n);
	json_out_end(&j);
	return json_out_done(&j);
}

enum err api_spend(const struct req *r, struct resp *out)
{
	struct api_faults bad = { .n = 0 };
	struct json_in *in = NULL;
	struct buf answer;
	char mem[64];
	uint64_t n = 0;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if (!api_setup_body(r, API_SPEND_BODY_BYTES, DEPTH_MAX, out, &in, &e))
		return e;
	if ((e = db_begin(r->db)) == ERR_OK)
		e = db_end(r->db, put_rows(r, json_in_root(in), &n, &bad));
	json_in_free(in);
	buf_over(&answer, mem, sizeof(mem));
	if (e == ERR_OK)
		e = write_answer(n, &answer);
	if (bad.n > 0)
		return api_fault_answer(out, 422, NULL, &bad);
	return e == ERR_OK
		   ? resp_bytes(out, "application/json", buf_slice(&answer))
		   : e;
}
