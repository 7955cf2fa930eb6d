#include "cgi/page/page_report_out.h"

#include <string.h>

#include "cgi/page/page_audit.h"
#include "lib/base/scan.h"
#include "lib/text/csv_out.h"
#include "lib/text/json_out.h"

#define BODY_MAX ((size_t)1 << 20)

/* Besides the metric asked for, what every row of the table shows. */
static const char *const beside[] = { "calls", "answered", "first_time",
	"qualified", "leads" };

static unsigned int nibble(char c)
{
	return (unsigned int)(scan_is_digit(c) ? c - '0' : c - 'a' + 10);
}

void page_report_out_id(struct slice hex, uint8_t out[ID_BYTES])
{
	memset(out, 0, ID_BYTES);
	if (hex.n != (size_t)2 * ID_BYTES)
		return;
	for (size_t i = 0; i < hex.n; i++)
		if (!scan_is_hex(hex.p[i]))
			return;
	for (size_t i = 0; i < ID_BYTES; i++)
		out[i] = (uint8_t)(nibble(hex.p[2 * i]) << 4 |
				   nibble(hex.p[2 * i + 1]));
}

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

static void csv_row(const struct report *t, const struct report_row *row,
    struct csv_out *c)
{
	csv_out_text(c, row->label);
	if (t->split != NULL)
		csv_out_text(c, row->label2);
	csv_number(c, t->metric, &row->now);
	csv_number(c, t->metric, &row->before);
	for (size_t i = 0; i < RT_ARRAY_LEN(beside); i++)
		if (strcmp(beside[i], t->metric->key) != 0)
			csv_number(c, page_metric_find(slice_from(beside[i])),
			    &row->now);
	csv_out_end(c);
}

static void write_csv(const struct report *t, struct buf *b)
{
	const struct report_row total = { .label = SLICE("All"),
		.now = t->total,
		.before = t->total_before };
	struct csv_out c;

	csv_out_init(&c, b);
	csv_out_cstr(&c, t->by->key);
	if (t->split != NULL)
		csv_out_cstr(&c, t->split->key);
	csv_out_cstr(&c, t->metric->key);
	csv_out_cstr(&c, "before");
	for (size_t i = 0; i < RT_ARRAY_LEN(beside); i++)
		if (strcmp(beside[i], t->metric->key) != 0)
			csv_out_cstr(&c, beside[i]);
	csv_out_end(&c);
	for (size_t i = 0; i < t->n; i++)
		csv_row(t, &t->rows[i], &c);
	if (t->rest.now.calls > 0)
		csv_row(t, &t->rest, &c);
	csv_row(t, &total, &c);
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

static void json_row(const struct report *t, const struct report_row *row,
    struct json_out *j)
{
	json_out_object(j);
	json_out_key(j, "label");
	json_out_str(j, row->label);
	if (t->split != NULL) {
		json_out_key(j, "split");
		json_out_str(j, row->label2);
	}
	json_out_key(j, "now");
	json_number(j, t->metric, &row->now);
	json_out_key(j, "before");
	json_number(j, t->metric, &row->before);
	for (size_t i = 0; i < RT_ARRAY_LEN(beside); i++) {
		const struct page_metric *m =
		    page_metric_find(slice_from(beside[i]));

		json_out_key(j, m->key);
		json_number(j, m, &row->now);
	}
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

static void write_json(const struct report *t, struct json_out *j)
{
	const struct report_row total = { .label = SLICE("All"),
		.now = t->total,
		.before = t->total_before };

	json_out_object(j);
	json_head(t, j);
	json_out_key(j, "rows");
	json_out_array(j);
	for (size_t i = 0; i < t->n; i++)
		json_row(t, &t->rows[i], j);
	if (t->rest.now.calls > 0)
		json_row(t, &t->rest, j);
	json_out_end(j);
	json_out_key(j, "all");
	json_row(t, &total, j);
	json_out_end(j);
}

/* --- the requests ----------------------------------------------------------*/

static enum err audit(const struct req *r)
{
	if (r->head)
		return ERR_OK;
	return page_audit(r, "report.export", "report", NULL, SLICE(""),
	    page_audit_text(r, "address", r->target));
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
	e = page_report_data_read(r, z, "/reports", &t);
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
	e = page_report_data_read(r, z, "/reports", &t);
	if (e == ERR_OK && (e = audit(r)) == ERR_OK) {
		write_json(&t, &j);
		e = resp_json(out, &j);
	}
	buf_fini(&b);
	tz_close(z);
	return e;
}
