#include "cgi/page/page_report_out.h"

#include <string.h>

#include "cgi/page/page_report_time.h"
#include "cgi/web/trail.h"
#include "lib/text/csv_out.h"
#include "lib/text/json_out.h"

#define BODY_MAX ((size_t)1 << 20)

/* --- CSV -------------------------------------------------------------------*/

static void csv_number(struct csv_out *c, const struct page_metric *m,
    const struct db_report_sums *s)
{
	int64_t n;

	if (!page_metric_number(m, s, &n))
		csv_out_cstr(c, "");
	else if (m->unit == METRIC_MONEY)
		csv_out_micros(c, n);
	else if (m->unit == METRIC_SHARE)
		csv_out_micros(c, n * 100); /* 0.4321 */
	else if (m->unit == METRIC_RATIO)
		csv_out_micros(c, n * 10000);
	else
		csv_out_i64(c, n);
}

/* Values of the second dimension stand in columns when times are the rows. */
static bool has_label2(const struct report *t)
{
	return t->split != NULL && t->n_cols == 0;
}

/* Companies' amounts, each in its own currency. */
static bool by_money(const struct report *t)
{
	return t->by->kind == REPORT_COMPANY && t->metric->unit == METRIC_MONEY;
}

/* Days are written as programs read them. */
static bool is_days(const struct report *t)
{
	return t->range.days > 1 && strcmp(t->by->key, "day") == 0;
}

static void csv_row(const struct report *t, const struct report_row *row,
    struct csv_out *c)
{
	const struct page_metric *m;

	csv_out_text(c,
	    is_days(t) && row->value.n > 0 ? row->value : row->label);
	if (has_label2(t))
		csv_out_text(c, row->label2);
	csv_number(c, t->metric, &row->now);
	csv_number(c, t->metric, &row->before);
	if (by_money(t))
		csv_out_cstr(c, row->currency);
	for (size_t i = 0; (m = page_report_data_beside(t, i)) != NULL; i++)
		csv_number(c, m, &row->now);
	for (size_t i = 0; i < t->n_cols; i++)
		csv_number(c, t->metric, &row->cols[i]);
	csv_out_end(c);
}

static void write_csv(const struct report *t, struct buf *b)
{
	const struct report_row total = page_report_data_total(t);
	const struct page_metric *m;
	struct csv_out c;

	csv_out_init(&c, b);
	csv_out_cstr(&c, t->by->key);
	if (has_label2(t))
		csv_out_cstr(&c, t->split->key);
	csv_out_cstr(&c, t->metric->key);
	csv_out_cstr(&c, "before");
	if (by_money(t))
		csv_out_cstr(&c, "currency");
	for (size_t i = 0; (m = page_report_data_beside(t, i)) != NULL; i++)
		csv_out_cstr(&c, m->key);
	for (size_t i = 0; i < t->n_cols; i++)
		csv_out_text(&c, t->cols[i]);
	csv_out_end(&c);
	for (size_t i = 0; i < t->n; i++)
		csv_row(t, &t->rows[i], &c);
	if (t->has_rest)
		csv_row(t, &t->rest, &c);
	if (!t->no_total)
		csv_row(t, &total, &c);
	if (t->cut) {
		csv_out_cstr(&c,
		    "5000 companies of more: the others are"
		    " not counted");
		csv_out_end(&c);
	}
}

/* --- JSON ------------------------------------------------------------------*/

static void json_number(struct json_out *j, const struct page_metric *m,
    const struct db_report_sums *s)
{
	int64_t n;

	if (!page_metric_number(m, s, &n)) {
		json_out_null(j);
		return;
	}
	switch (m->unit) {
	case METRIC_COUNT:
	case METRIC_MS:
		json_out_i64(j, n);
		break;
	case METRIC_SHARE:
		json_out_fixed(j, n, 4);
		break;
	case METRIC_MONEY:
		json_out_fixed(j, n, 6);
		break;
	case METRIC_RATIO:
		json_out_fixed(j, n, 2);
		break;
	}
}

static void json_cols(const struct report *t, const struct report_row *row,
    struct json_out *j)
{
	json_out_key(j, "columns");
	json_out_array(j);
	for (size_t i = 0; i < t->n_cols; i++) {
		json_out_object(j);
		json_out_key(j, "label");
		json_out_str(j, t->cols[i]);
		json_out_key(j, "now");
		json_number(j, t->metric, &row->cols[i]);
		json_out_end(j);
	}
	json_out_end(j);
}

/* What filters take; null for calls without a value, and for sums of rows. */
static void json_value(const struct report_dim *d, struct slice value,
    struct json_out *j)
{
	char mem[ID_TEXT_MAX];
	const struct slice key = page_report_dims_key(d, value, mem);

	if (key.n > 0)
		json_out_str(j, key);
	else
		json_out_null(j);
}

static void json_who(const struct report *t, const struct report_row *row,
    struct json_out *j)
{
	char company[ID_TEXT_MAX];

	json_out_key(j, "label");
	json_out_str(j, row->label);
	json_out_key(j, "value");
	if (row->company != NULL) {
		id_text(ID_KIND_company, row->company->id.v, company);
		json_out_cstr(j, company);
	} else {
		json_value(t->by, row->value, j);
	}
	if (!has_label2(t))
		return;
	json_out_key(j, "split");
	json_out_str(j, row->label2);
	json_out_key(j, "split_value");
	json_value(t->split, row->value2, j);
}

static void json_row(const struct report *t, const struct report_row *row,
    struct json_out *j)
{
	const struct page_metric *m;

	json_out_object(j);
	json_who(t, row, j);
	json_out_key(j, "now");
	json_number(j, t->metric, &row->now);
	json_out_key(j, "before");
	json_number(j, t->metric, &row->before);
	if (by_money(t)) {
		json_out_key(j, "currency");
		json_out_cstr(j, row->currency);
	}
	for (size_t i = 0; (m = page_report_data_beside(t, i)) != NULL; i++) {
		json_out_key(j, m->key);
		json_number(j, m, &row->now);
	}
	if (t->n_cols > 0)
		json_cols(t, row, j);
	json_out_end(j);
}

static void json_head(const struct report *t, struct json_out *j)
{
	json_out_key(j, "metric");
	json_out_cstr(j, t->metric->key);
	json_out_key(j, "means");
	json_out_cstr(j, t->metric->means);
	json_out_key(j, "by");
	json_out_cstr(j, t->by->key);
	json_out_key(j, "split_by");
	json_out_cstr(j, t->split == NULL ? NULL : t->split->key);
	json_out_key(j, "currency");
	json_out_cstr(j, t->currency);
	json_out_key(j, "from");
	json_out_time_us(j, t->range.from_us);
	json_out_key(j, "to");
	json_out_time_us(j, t->range.to_us);
	json_out_key(j, "before_from");
	json_out_time_us(j, t->range.before_us);
	json_out_key(j, "before_to");
	json_out_time_us(j, t->range.before_to_us);
}

/* The chart: days, or the hours of one. */
static enum err json_series(const struct report *t, struct json_out *j)
{
	struct report_point *points = NULL;
	size_t n = 0;
	const enum err e =
	    t->drawn ? page_report_time_points(t, &points, &n) : ERR_OK;

	json_out_key(j, "series");
	json_out_array(j);
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		json_out_object(j);
		json_out_key(j, "from");
		json_out_time_us(j, points[i].from_us);
		json_out_key(j, "now");
		json_number(j, t->metric, &points[i].now);
		json_out_key(j, "before");
		json_number(j, t->metric, &points[i].before);
		json_out_key(j, "complete");
		json_out_bool(j, !points[i].partial);
		json_out_end(j);
	}
	json_out_end(j);
	return e;
}

static enum err write_json(const struct report *t, struct json_out *j)
{
	const struct report_row total = page_report_data_total(t);
	enum err e;

	json_out_object(j);
	json_head(t, j);
	json_out_key(j, "complete"); /* false: companies are left out */
	json_out_bool(j, !t->cut);
	json_out_key(j, "rows");
	json_out_array(j);
	for (size_t i = 0; i < t->n; i++)
		json_row(t, &t->rows[i], j);
	if (t->has_rest)
		json_row(t, &t->rest, j);
	json_out_end(j);
	json_out_key(j, "all");
	if (t->no_total)
		json_out_null(j);
	else
		json_row(t, &total, j);
	e = json_series(t, j);
	json_out_end(j);
	return e;
}

/* --- the requests ----------------------------------------------------------*/

static enum err audit(const struct req *r)
{
	if (r->head)
		return ERR_OK;
	return trail_add(r, &(struct trail){ .action = "report.export",
				.object_kind = "report",
				.after = trail_text(r, "address", r->target) });
}

enum err page_report_out_csv(const struct req *r, struct resp *out)
{
	struct report t;
	struct buf b;
	struct tz *z;
	enum err e;

	if ((e = page_range_zone(r, &z)) != ERR_OK)
		return e;
	buf_init(&b, BODY_MAX);
	e = page_report_data_read(r, z, USER_ROLE_ANALYST, &t);
	if (e == ERR_OK && (e = audit(r)) == ERR_OK) {
		write_csv(&t, &b);
		resp_header(out, "Content-Disposition",
		    SLICE("attachment; filename=\"report.csv\""));
		if ((e = buf_err(&b)) == ERR_OK)
			e = resp_bytes(out, "text/csv; charset=utf-8",
			    buf_slice(&b));
	}
	buf_fini(&b);
	tz_close(z);
	return e;
}

enum err page_report_out_json(const struct req *r, struct resp *out)
{
	struct json_out j;
	struct report t;
	struct buf b;
	struct tz *z;
	enum err e;

	if ((e = page_range_zone(r, &z)) != ERR_OK)
		return e;
	buf_init(&b, BODY_MAX);
	json_out_init(&j, &b);
	if ((e = page_report_data_draw(r, z, USER_ROLE_ANALYST, &t)) ==
		ERR_OK &&
	    (e = audit(r)) == ERR_OK && (e = write_json(&t, &j)) == ERR_OK)
		e = resp_json(out, &j);
	buf_fini(&b);
	tz_close(z);
	return e;
}
