#include "cgi/page/page_report_data.h"

#include <string.h>

#include "cgi/page/page_report_company.h"
#include "cgi/page/page_report_order.h"
#include "cgi/page/page_report_time.h"
#include "cgi/page/page_report_values.h"
#include "lib/db/db_spend.h"

#define OWN_DEFAULT 60
#define QUARTER_US  (15 * RT_MIN_US)

/* --- the address -----------------------------------------------------------*/

static enum err read_own(struct report *t)
{
	uint64_t own = 0;
	const enum err e = req_query_u64(t->r, "own", 1, 86400, &own);

	t->own_s = (uint32_t)own;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* Hours and weekdays together, whichever was said first. */
static bool is_week(const struct report *t)
{
	const bool hours = strcmp(t->by->key, "hour") == 0;

	return (hours && strcmp(t->split->key, "weekday") == 0) ||
	       (strcmp(t->by->key, "weekday") == 0 &&
		   strcmp(t->split->key, "hour") == 0);
}

/* Times are the rows, whatever is beside them, and weekdays stand beside hours;
 * a company's values say nothing of another's. */
static void arrange(struct report *t)
{
	const struct report_dim *by = t->by;

	if (t->split == NULL || t->split == by) {
		t->split = NULL;
		return;
	}
	if (is_week(t)) {
		t->by = page_report_dims_find(SLICE("hour"));
		t->split = page_report_dims_find(SLICE("weekday"));
		return;
	}
	if (t->split->kind == REPORT_TIME && by->kind != REPORT_TIME) {
		t->by = t->split;
		t->split = by;
	}
	if (t->by->kind == REPORT_COMPANY || t->split->kind == REPORT_COMPANY ||
	    t->split->kind == REPORT_TIME) {
		t->split = NULL;
		t->split_dropped = true;
		t->by = by;
	}
}

static const char *dim_key(size_t i)
{
	return page_report_dims_at(i)->key;
}

static const char *metric_key(size_t i)
{
	return page_metric_at(i)->key;
}

/* Says all words that a parameter may be. */
static enum err wrong_word(const struct report *t, const char *name, size_t n,
    const char *(*key)(size_t i))
{
	char mem[1024];
	struct slice text;
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_cstr(&b, i + 1 < n ? ", " : " or ");
		buf_cstr(&b, key(i));
	}
	buf_char(&b, '\0');
	return req_wrong(t->r, name,
	    buf_err(&b) == ERR_OK &&
		    arena_copy(t->r->arena, buf_slice(&b), &text)
		? text.p
		: "one that the form offers");
}

static enum err read_address(struct report *t, struct tz *z)
{
	struct slice by, split, metric;
	enum err e;

	if ((e = page_range_read(t->r, z, &t->range)) != ERR_OK ||
	    (e = page_filter_read(t->r, &t->range, "/reports", &t->p)) !=
		ERR_OK ||
	    (e = read_own(t)) != ERR_OK)
		return e;
	by = page_filter_value(&t->p, "by");
	split = page_filter_value(&t->p, "split");
	metric = page_filter_value(&t->p, "metric");
	t->by = by.n == 0 ? page_report_dims_at(0) : page_report_dims_find(by);
	t->split = split.n == 0 ? NULL : page_report_dims_find(split);
	t->metric =
	    metric.n == 0 ? page_metric_at(0) : page_metric_find(metric);
	if (t->by == NULL)
		return wrong_word(t, "by", page_report_dims_count(), dim_key);
	if (split.n > 0 && t->split == NULL)
		return wrong_word(t, "split", page_report_dims_count(),
		    dim_key);
	if (t->metric == NULL)
		return wrong_word(t, "metric", page_metric_count(), metric_key);
	arrange(t);
	if ((e = page_report_order_read(t)) != ERR_OK)
		return e;
	/* Figures hold no names of people; "live" calls have not ended. */
	if ((e = page_filter_refuse(&t->p, "caller")) != ERR_OK ||
	    (e = page_filter_refuse(&t->p, "q")) != ERR_OK)
		return e;
	if (slice_eq_cstr(t->p.f.result, "live"))
		return req_wrong(t->r, "result",
		    "any but live: a report has calls that have ended");
	return ERR_OK;
}

/* --- figures ---------------------------------------------------------------*/

/* Of the period before, the metric alone is shown; a second dimension takes the
 * room beside times. */
static uint32_t sums_shown(const struct report *t, bool before)
{
	const bool crossed = t->by->kind == REPORT_TIME && t->split != NULL;
	uint32_t sums = page_metric_sums(t->metric);
	const struct page_metric *m;

	if (before)
		return sums;
	for (size_t i = 0;
	     !crossed && (m = page_report_data_beside(t, i)) != NULL; i++)
		sums |= page_metric_sums(m);
	if (t->order == REPORT_ORDER_METRIC)
		sums |= page_metric_sums(t->order_metric);
	return sums;
}

struct db_report_ask page_report_data_ask(const struct report *t, bool before,
    int64_t to_us)
{
	struct db_report_ask ask = { .filter = t->p.f,
		.by = t->by->group,
		.split = t->split == NULL ? GROUP_NONE : t->split->group,
		.only = sums_shown(t, before) };

	ask.filter.from_us = before ? t->range.before_us : t->range.from_us;
	/* "Up to the same moment": its quarter counts, here as in the sums. */
	ask.filter.to_us = (to_us + QUARTER_US - 1) / QUARTER_US * QUARTER_US;
	if (t->metric->facts)
		ask.own_s = t->own_s > 0 ? t->own_s : OWN_DEFAULT;
	return ask;
}

/* Calls of the quarters before to_us. */
static struct db_report_sums sum_until(const struct db_report_bucket *rows,
    size_t n, int64_t to_us)
{
	struct db_report_sums sums = { .calls = 0 };

	for (size_t i = 0; i < n && rows[i].at_us < to_us; i++)
		db_report_add(&sums, &rows[i].sums);
	return sums;
}

static enum err label_rows(struct report *t)
{
	struct report_names a = { .n = 0 }, b = { .n = 0 };
	enum err e;

	if ((e = page_report_dims_names(t->r, t->by, &a)) != ERR_OK ||
	    (e = page_report_dims_names(t->r, t->split, &b)) != ERR_OK)
		return e;
	for (size_t i = 0; i < t->n; i++) {
		t->rows[i].label =
		    page_report_dims_label(t->by, &a, t->rows[i].value);
		if (t->split != NULL)
			t->rows[i].label2 = page_report_dims_label(t->split, &b,
			    t->rows[i].value2);
	}
	return ERR_OK;
}

/* The quarters of an hour of both periods. */
static enum err read_quarters(struct report *t)
{
	struct db_report_ask ask =
	    page_report_data_ask(t, false, t->range.to_us);
	enum err e;

	e = db_report_group_series(t->r->db, t->r->company, &ask, t->r->arena,
	    &t->now, &t->n_now);
	if (e != ERR_OK)
		return e;
	ask = page_report_data_ask(t, true, t->range.before_end_us);
	return db_report_group_series(t->r->db, t->r->company, &ask,
	    t->r->arena, &t->before, &t->n_before);
}

static enum err read_times(struct report *t)
{
	enum err e;

	if ((e = read_quarters(t)) != ERR_OK ||
	    (e = page_report_time_rows(t)) != ERR_OK)
		return e;
	t->total = sum_until(t->now, t->n_now, t->range.to_us);
	t->total_before =
	    sum_until(t->before, t->n_before, t->range.before_to_us);
	return t->split != NULL ? page_report_time_cols(t) : ERR_OK;
}

/* --- cost ------------------------------------------------------------------*/

/* Whose cost it is: all's, or a row's; NULL: there is no such row. */
static struct db_report_sums *cost_of(struct report *t, int by,
    struct slice value, bool before)
{
	struct report_row *row;

	if (by == GROUP_NONE)
		return before ? &t->total_before : &t->total;
	row = page_report_values_find(t, value, SLICE(""));
	if (row == NULL)
		return NULL;
	return before ? &row->before : &row->now;
}

/* What was entered by one dimension, or for all. */
static enum err read_spend(struct report *t, int by, bool before,
    struct spend_sum **rows, size_t *n)
{
	char first[TZ_TEXT_MAX], last[TZ_TEXT_MAX];

	*n = 0;
	if (!page_range_spend_days(&t->range, before, first, last))
		return ERR_OK;
	return db_spend_sums(t->r->db, t->r->company, &t->p.f, by, first, last,
	    t->r->arena, rows, n);
}

/* What was paid for and brought no call is a row, too. Those that call are
 * not all rows when they are many. */
static enum err add_silent(struct report *t, const struct spend_sum *rows,
    size_t n)
{
	struct slice *silent = arena_array(t->r->arena, n, sizeof(*silent));
	size_t n_silent = 0;

	if (silent == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n && !t->many; i++) {
		const struct slice value = slice_from(rows[i].value);

		if (page_report_values_find(t, value, SLICE("")) == NULL)
			silent[n_silent++] = value;
	}
	return n_silent == 0 ? ERR_OK
			     : page_report_values_add(t, silent, n_silent);
}

static enum err add_cost(struct report *t, int by, bool before)
{
	struct spend_sum *rows = NULL;
	size_t n = 0;
	enum err e = read_spend(t, by, before, &rows, &n);

	if (e == ERR_OK && by != GROUP_NONE && !before)
		e = add_silent(t, rows, n);
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct db_report_sums *s =
		    cost_of(t, by, slice_from(rows[i].value), before);

		if (s == NULL)
			continue; /* in the total */
		s->cost_micros = rows[i].amount_micros;
		s->costed = 1;
	}
	return e;
}

static enum err read_cost(struct report *t, bool before)
{
	enum err e;

	if (!t->metric->cost)
		return ERR_OK;
	t->cost_fits = t->split == NULL && t->by->kind != REPORT_TIME &&
		       db_spend_fits(&t->p.f, t->by->group);
	e = add_cost(t, GROUP_NONE, before);
	return e == ERR_OK && t->cost_fits ? add_cost(t, t->by->group, before)
					   : e;
}

/* Every row has its cost before the period before is counted for it. */
static enum err read_values(struct report *t)
{
	enum err e;

	if ((e = page_report_values(t)) != ERR_OK ||
	    (e = read_cost(t, false)) != ERR_OK ||
	    (e = page_report_values_before(t)) != ERR_OK)
		return e;
	return read_cost(t, true);
}

/* --- the rest --------------------------------------------------------------*/

static void subtract(struct db_report_sums *from,
    const struct db_report_sums *s)
{
	int64_t *a = (int64_t *)from;
	const int64_t *b = (const int64_t *)s;

	_Static_assert(sizeof(*from) % sizeof(int64_t) == 0, "all numbers");
	for (size_t i = 0; i < sizeof(*from) / sizeof(int64_t); i++)
		a[i] -= b[i];
}

static int64_t has_rest_cost(const struct report *t,
    const struct db_report_sums *rest)
{
	return t->cost_fits && rest->cost_micros > 0 ? 1 : 0;
}

/* What the rows leave over of the total; its cost, when rows have theirs. */
static void rest_of_rows(struct report *t)
{
	if (t->by->kind == REPORT_TIME)
		return;
	t->rest.now = t->total;
	t->rest.before = t->total_before;
	for (size_t i = 0; i < t->n; i++) {
		subtract(&t->rest.now, &t->rows[i].now);
		subtract(&t->rest.before, &t->rows[i].before);
	}
	t->rest.now.costed = has_rest_cost(t, &t->rest.now);
	t->rest.before.costed = has_rest_cost(t, &t->rest.before);
	t->rest.label = SLICE("All others");
	if (t->by->kind == REPORT_COMPANY && t->n > 0)
		memcpy(t->rest.currency, t->rows[0].currency,
		    sizeof(t->rest.currency));
	/* Several currencies: no sum of them either. */
	if (t->no_total)
		t->rest.now = (struct db_report_sums){ .calls = 0 };
	t->has_rest = t->rest.now.calls > 0 || t->rest.now.costed != 0;
}

/* How many rows are shown. */
static size_t rows_max(const struct report *t)
{
	switch (t->by->kind) {
	case REPORT_TIME:
		return t->n;
	case REPORT_COMPANY:
		return PAGE_REPORT_COMPANIES;
	case REPORT_TEXT:
	case REPORT_ID:
	case REPORT_FIXED:
		break;
	}
	return PAGE_REPORT_ROWS;
}

/* In order, and no more than are shown. Only an order by labels needs those of
 * all. */
static enum err order_rows(struct report *t)
{
	const bool values =
	    t->by->kind != REPORT_TIME && t->by->kind != REPORT_COMPANY;
	const size_t all = t->n;
	enum err e;

	if (values && page_report_order_is_text(t->order) &&
	    (e = label_rows(t)) != ERR_OK)
		return e;
	if ((e = page_report_order(t, rows_max(t))) != ERR_OK)
		return e;
	t->unlisted = t->by->kind == REPORT_COMPANY && t->n < all;
	if (values && !page_report_order_is_text(t->order))
		e = label_rows(t);
	return e;
}

const struct page_metric *page_report_data_beside(const struct report *t,
    size_t i)
{
	static const char *const beside[] = { "calls", "answered_rate",
		"first_rate", "qualified", "leads" };

	if (t->n_cols > 0)
		return NULL;
	for (size_t k = 0; k < RT_ARRAY_LEN(beside); k++)
		if (strcmp(beside[k], t->metric->key) != 0 && i-- == 0)
			return page_metric_find(slice_from(beside[k]));
	return NULL;
}

struct report_row page_report_data_total(const struct report *t)
{
	struct report_row row = { .label = SLICE("All"),
		.now = t->total,
		.before = t->total_before,
		.cols = t->n_cols > 0 ? t->total_cols : NULL };

	if (t->by->kind == REPORT_COMPANY && t->n > 0)
		memcpy(row.currency, t->rows[0].currency, sizeof(row.currency));
	return row;
}

static enum err read_companies(struct report *t)
{
	const enum err e = page_report_company_rows(t);

	t->drawn = t->drawn && page_report_company_drawn(t);
	return e == ERR_OK && t->drawn ? page_report_company_series(t) : e;
}

static enum err read_rows(struct report *t)
{
	enum err e;

	if (t->by->kind == REPORT_COMPANY)
		return read_companies(t);
	if (t->by->kind != REPORT_TIME)
		return read_values(t);
	if ((e = read_times(t)) == ERR_OK)
		e = read_cost(t, false);
	return e == ERR_OK ? read_cost(t, true) : e;
}

static enum err read_all(const struct req *r, struct tz *z, enum user_role need,
    bool draw, struct report *out)
{
	struct db_report_company company;
	struct report t = { .r = r, .need = need };
	enum err e;

	if ((e = read_address(&t, z)) != ERR_OK ||
	    (e = db_report_company(r->db, r->company, &company)) != ERR_OK)
		return e;
	memcpy(t.currency, company.currency, sizeof(t.currency));
	memcpy(t.country, company.country, sizeof(t.country));
	/* Spend is entered by day and source, not by call. */
	t.drawn = draw && !t.metric->cost;
	if ((e = read_rows(&t)) != ERR_OK || (e = order_rows(&t)) != ERR_OK)
		return e;
	rest_of_rows(&t);
	*out = t;
	out->p.range = &out->range;
	return ERR_OK;
}

enum err page_report_data_read(const struct req *r, struct tz *z,
    enum user_role need, struct report *out)
{
	return read_all(r, z, need, false, out);
}

enum err page_report_data_draw(const struct req *r, struct tz *z,
    enum user_role need, struct report *out)
{
	return read_all(r, z, need, true, out);
}
