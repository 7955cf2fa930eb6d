#include "cgi/page/page_export.h"

#include <stdlib.h>
#include <string.h>

#include "cgi/page/page_cols.h"
#include "cgi/web/trail.h"
#include "lib/base/clk.h"
#include "lib/db/db_export.h"
#include "lib/db/db_report_group.h"
#include "lib/text/csv_out.h"
#include "lib/text/json_out.h"

#define BLOCK_ROWS ((size_t)1000) /* 0.3 MB as CSV, 0.8 MB as JSON */
#define CELLS      38

enum form {
	CSV,
	JSONL
};

/* One export under way. Lives in the request's arena. */
struct export
{
	struct db *db;
	struct company_id company;
	enum form form;
	struct db_report_calls_filter f;
	struct db_report_name *names[FILTER_ID_COUNT];
	size_t n_names[FILTER_ID_COUNT];
	char currency[4];
	bool begun;
	bool shown;        /* only the columns that the log shows */
	unsigned int cols; /* of page_cols.h */
	struct buf *block; /* where the rows go; of the block under way */
};

/* --- one row as cells ------------------------------------------------------*/

enum type {
	CELL_TEXT,
	CELL_NUMBER,
	CELL_BOOL,
	CELL_MONEY,
	CELL_NULL
};

struct cell {
	const char *name;
	enum type type;
	struct slice text;
	int64_t number;
};

struct cells {
	struct cell at[CELLS];
	size_t n;
	/* what texts point at */
	char id[ID_TEXT_MAX];
	char times[4][CLK_RFC3339_MAX];
	size_t n_times;
};

static void text(struct cells *c, const char *name, struct slice s)
{
	c->at[c->n++] = (struct cell){ name, CELL_TEXT, s, 0 };
}

static void number(struct cells *c, const char *name, int64_t n)
{
	c->at[c->n++] = (struct cell){ name, CELL_NUMBER, SLICE(""), n };
}

static void flag(struct cells *c, const char *name, bool on)
{
	c->at[c->n++] = (struct cell){ name, CELL_BOOL, SLICE(""), on };
}

static void when(struct cells *c, const char *name, int64_t us)
{
	char *mem = c->times[c->n_times++];

	if (us == 0) {
		c->at[c->n++] = (struct cell){ name, CELL_NULL, SLICE(""), 0 };
		return;
	}
	clk_rfc3339(us, mem);
	text(c, name, slice_of(mem, CLK_RFC3339_MAX - 1));
}

static int by_id(const void *key, const void *row)
{
	return memcmp(key, ((const struct db_report_name *)row)->id, ID_BYTES);
}

static struct slice name_of(const struct export *x, enum filter_id which,
    const uint8_t id[ID_BYTES])
{
	const struct db_report_name *row = NULL;

	if (x->n_names[which] > 0)
		row = bsearch(id, x->names[which], x->n_names[which],
		    sizeof(*row), by_id);
	return slice_from(row == NULL ? "" : row->name);
}

static void who(const struct export *x, const struct db_export_row *r,
    struct cells *c)
{
	id_text(ID_KIND_call, r->id.v, c->id);
	text(c, "call", slice_from(c->id));
	when(c, "started_at", r->started_us);
	when(c, "answered_at", r->answered_us);
	when(c, "connected_at", r->bridged_us);
	when(c, "ended_at", r->ended_us);
	text(c, "caller", r->caller);
	text(c, "caller_name", r->caller_name);
	text(c, "caller_place", r->place);
	text(c, "caller_country", r->country);
	flag(c, "first_time", r->first_time);
	text(c, "number", r->number_e164);
	text(c, "number_label", name_of(x, FILTER_NUMBER, r->number.v));
	text(c, "pool", name_of(x, FILTER_POOL, r->pool.v));
	text(c, "destination",
	    name_of(x, FILTER_DESTINATION, r->destination.v));
	text(c, "location", name_of(x, FILTER_LOCATION, r->location.v));
	text(c, "result", r->result);
	text(c, "ended_by", r->hangup_by);
	number(c, "duration_ms", r->duration_ms);
	number(c, "ring_ms", r->ring_ms);
	number(c, "talk_ms", r->talk_ms);
}

static void worth(const struct export *x, const struct db_export_row *r,
    struct cells *c)
{
	text(c, "channel", r->channel);
	text(c, "source", r->source);
	text(c, "medium", r->medium);
	text(c, "campaign", r->campaign);
	text(c, "ad_group", r->ad_group);
	text(c, "ad", r->ad);
	text(c, "keyword", r->keyword);
	text(c, "match_type", r->match_type);
	text(c, "device", r->device);
	text(c, "landing_page", r->landing_page);
	text(c, "referrer", r->referrer_host);
	flag(c, "qualified", r->qualified);
	text(c, "class", r->class);
	number(c, "risk", r->risk);
	text(c, "outcome", r->outcome);
	c->at[c->n++] =
	    (struct cell){ "value", r->has_value ? CELL_MONEY : CELL_NULL,
		    SLICE(""), r->value_micros };
	text(c, "currency", slice_from(x->currency));
	text(c, "tags", r->tags);
}

/* --- the columns that are shown --------------------------------------------*/

/* The table of the log has these in one column or another; what is not named
 * here it never shows. col NULL: always. */
static const struct {
	const char *name;
	const char *col;
} shown[] = {
	{ "call", NULL },
	{ "started_at", NULL },
	{ "caller", NULL },
	{ "caller_name", NULL },
	{ "caller_place", NULL },
	{ "first_time", NULL },
	{ "source", NULL },
	{ "medium", NULL },
	{ "campaign", NULL },
	{ "keyword", NULL },
	{ "result", NULL },
	{ "ring_ms", NULL },
	{ "talk_ms", NULL },
	{ "number", "number" },
	{ "number_label", "number" },
	{ "pool", "number" },
	{ "outcome", "outcome" },
	{ "qualified", "verdict" },
	{ "class", "verdict" },
	{ "risk", "verdict" },
	{ "tags", "tags" },
	{ "value", "value" },
	{ "currency", "value" },
	{ "destination", "destination" },
	{ "location", "location" },
};

static bool is_shown(const char *name, unsigned int cols)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(shown); i++)
		if (strcmp(shown[i].name, name) == 0)
			return shown[i].col == NULL ||
			       page_cols_on(&page_cols_calls, shown[i].col,
				   cols);
	return false;
}

static void keep_shown(const struct export *x, struct cells *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		if (is_shown(c->at[i].name, x->cols))
			c->at[n++] = c->at[i];
	c->n = n;
}

/* --- the two forms ---------------------------------------------------------*/

static void csv_cell(const struct cell *c, struct csv_out *csv)
{
	switch (c->type) {
	case CELL_TEXT:
		csv_out_text(csv, c->text);
		break;
	case CELL_NUMBER:
		csv_out_i64(csv, c->number);
		break;
	case CELL_BOOL:
		csv_out_cstr(csv, c->number != 0 ? "yes" : "no");
		break;
	case CELL_MONEY:
		csv_out_micros(csv, c->number);
		break;
	case CELL_NULL:
		csv_out_cstr(csv, "");
		break;
	}
}

static void csv_head(const struct cells *c, struct buf *out)
{
	struct csv_out csv;

	csv_out_init(&csv, out);
	for (size_t i = 0; i < c->n; i++)
		csv_out_cstr(&csv, c->at[i].name);
	csv_out_end(&csv);
}

static void csv_row(const struct cells *c, struct buf *out)
{
	struct csv_out csv;

	csv_out_init(&csv, out);
	for (size_t i = 0; i < c->n; i++)
		csv_cell(&c->at[i], &csv);
	csv_out_end(&csv);
}

static void json_cell(const struct cell *c, struct json_out *j)
{
	json_out_key(j, c->name);
	switch (c->type) {
	case CELL_TEXT:
		json_out_str(j, c->text);
		break;
	case CELL_NUMBER:
		json_out_i64(j, c->number);
		break;
	case CELL_BOOL:
		json_out_bool(j, c->number != 0);
		break;
	case CELL_MONEY:
		json_out_fixed(j, c->number, 6);
		break;
	case CELL_NULL:
		json_out_null(j);
		break;
	}
}

static void json_row(const struct cells *c, struct buf *out)
{
	struct json_out j;

	json_out_init(&j, out);
	json_out_object(&j);
	for (size_t i = 0; i < c->n; i++)
		json_cell(&c->at[i], &j);
	json_out_end(&j);
	buf_char(out, '\n');
}

/* --- blocks ----------------------------------------------------------------*/

static void fill(const struct export *x, const struct db_export_row *r,
    struct cells *c)
{
	c->n = c->n_times = 0;
	who(x, r, c);
	worth(x, r, c);
	if (x->shown)
		keep_shown(x, c);
}

static void write_row(void *ctx, const struct db_export_row *r)
{
	struct export *x = ctx;
	struct cells c;

	fill(x, r, &c);
	if (x->form == CSV)
		csv_row(&c, x->block);
	else
		json_row(&c, x->block);
}

/* The columns' names, also over no rows: a program finds what it knows. */
static void begin(struct export *x)
{
	static const struct db_export_row none;
	struct cells c;

	if (x->begun || x->form != CSV)
		return;
	x->begun = true;
	fill(x, &none, &c);
	csv_head(&c, x->block);
}

static enum err next_block(void *state, struct buf *block, bool *more)
{
	struct export *x = state;
	size_t n = 0;
	enum err e;

	x->block = block;
	begin(x);
	e = db_export_block(x->db, x->company, &x->f, BLOCK_ROWS, write_row, x,
	    &x->f.key, &n);
	if (e != ERR_OK)
		return e;
	x->f.way = DB_REPORT_CALLS_OLDER;
	*more = n == BLOCK_ROWS;
	return ERR_OK;
}

/* --- the requests ----------------------------------------------------------*/

/* ?columns=shown: those of ?cols= and what the log always shows. */
static enum err read_columns(const struct req *r, const struct page_filter *p,
    struct export *x)
{
	struct slice s;
	const enum err e = req_query(r, "columns", &s);

	if (e == ERR_NOTFOUND)
		return ERR_OK;
	if (e != ERR_OK)
		return e;
	x->shown = slice_eq_cstr(s, "shown");
	if (!x->shown && !slice_eq_cstr(s, "all"))
		return req_wrong(r, "columns", "shown or all");
	return page_cols_read(p, &page_cols_calls, &x->cols);
}

static enum err prepare(const struct req *r, struct tz *z, struct export *x)
{
	struct db_report_company company;
	struct page_range range;
	struct page_filter p;
	enum err e;

	if ((e = page_range_read(r, z, &range)) != ERR_OK ||
	    (e = page_filter_read(r, &range, "/calls", &p)) != ERR_OK ||
	    (e = db_report_company(r->db, r->company, &company)) != ERR_OK)
		return e;
	if ((e = read_columns(r, &p, x)) != ERR_OK)
		return e;
	x->f.f = p.f;
	x->f.caller = p.caller;
	x->f.search = p.search;
	memcpy(x->currency, company.currency, sizeof(x->currency));
	for (size_t i = 0; i < FILTER_ID_COUNT && e == ERR_OK; i++)
		e = db_report_group_names(r->db, r->company, (enum filter_id)i,
		    r->arena, &x->names[i], &x->n_names[i]);
	return e;
}

static enum err start(const struct req *r, enum form form, const char *type,
    struct slice name, struct resp *out)
{
	struct export *x = arena_alloc(r->arena, sizeof(*x));
	struct tz *z;
	enum err e;

	if (x == NULL)
		return ERR_NOMEM;
	x->db = r->db;
	x->company = r->company;
	x->form = form;
	if ((e = page_range_zone(r, &z)) != ERR_OK)
		return e;
	e = prepare(r, z, x);
	tz_close(z);
	if (e == ERR_OK && !r->head)
		e = trail_add(r,
		    &(struct trail){ .action = "calls.export",
			.object_kind = "calls",
			.after = trail_text(r, "address", r->target) });
	if (e != ERR_OK)
		return e;
	return resp_stream(out, type, name,
	    (struct resp_source){ next_block, x });
}

enum err page_export_csv(const struct req *r, struct resp *out)
{
	return start(r, CSV, "text/csv; charset=utf-8", SLICE("calls.csv"),
	    out);
}

enum err page_export_jsonl(const struct req *r, struct resp *out)
{
	return start(r, JSONL, "application/x-ndjson", SLICE("calls.jsonl"),
	    out);
}
