#include "cgi/page/page_report_order.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/utf8.h"

#define UNKNOWN INT64_MIN

/* --- the address -----------------------------------------------------------*/

static const struct {
	const char *word;
	enum report_order order;
} words[] = {
	{ "label", REPORT_ORDER_LABEL },
	{ "split", REPORT_ORDER_SPLIT },
	{ "before", REPORT_ORDER_BEFORE },
	{ "change", REPORT_ORDER_CHANGE },
};

static const char sorts[] =
    "a column of this report, as the links of its headings have it";

bool page_report_order_is_text(enum report_order order)
{
	return order == REPORT_ORDER_LABEL || order == REPORT_ORDER_SPLIT;
}

enum err page_report_order_read(struct report *t)
{
	const struct slice sort = page_filter_value(&t->p, "sort");
	const struct slice dir = page_filter_value(&t->p, "dir");

	if (dir.n > 0 && !slice_eq_cstr(dir, "asc") &&
	    !slice_eq_cstr(dir, "desc"))
		return req_wrong(t->r, "dir", "asc or desc");
	t->order = REPORT_ORDER_USUAL;
	if (sort.n == 0)
		return ERR_OK;
	for (size_t i = 0; i < RT_ARRAY_LEN(words); i++)
		if (slice_eq_cstr(sort, words[i].word))
			t->order = words[i].order;
	/* Rows that have no second text: times have its values in columns. */
	if (t->order == REPORT_ORDER_SPLIT &&
	    (t->split == NULL || t->by->kind == REPORT_TIME))
		return req_wrong(t->r, "sort", sorts);
	if (t->order == REPORT_ORDER_USUAL) {
		t->order = REPORT_ORDER_METRIC;
		t->order_metric = page_metric_find(sort);
		/* Others are read only when they are the report's own. */
		if (t->order_metric == NULL ||
		    (t->order_metric != t->metric &&
			(t->order_metric->facts || t->order_metric->cost)))
			return req_wrong(t->r, "sort", sorts);
	}
	t->rising = dir.n > 0 ? slice_eq_cstr(dir, "asc")
			      : page_report_order_is_text(t->order);
	return ERR_OK;
}

/* --- sorting ---------------------------------------------------------------*/

/* qsort() takes no context: what to sort by is put beside the row. */
struct keyed_row {
	int64_t number;    /* the larger first; UNKNOWN last */
	struct slice text; /* the lower first */
	size_t at;
};

static int in_order(const void *a, const void *b)
{
	const struct keyed_row *x = a, *y = b;
	int by_text;

	if (x->number != y->number)
		return x->number < y->number ? 1 : -1;
	if ((by_text = utf8_cmp_name(x->text, y->text)) != 0)
		return by_text;
	return x->at < y->at ? -1 : 1;
}

static size_t word_place(const struct report_dim *d, struct slice value)
{
	size_t i = 0;

	while (i < d->n_words && !slice_eq_cstr(value, d->words[i].value))
		i++;
	return i;
}

/* In 1/10,000 of what was before; of shares the difference, as it is shown. */
static int64_t change_of(const struct page_metric *m,
    const struct report_row *row)
{
	int64_t now, was;

	if (!page_metric_number(m, &row->now, &now) ||
	    !page_metric_number(m, &row->before, &was))
		return UNKNOWN;
	if (m->unit == METRIC_SHARE)
		return now - was;
	if (was == 0)
		return now == 0 ? 0 : INT64_MAX;
	return (int64_t)((double)(now - was) * 10000 /
			 (double)(was < 0 ? -was : was));
}

static int64_t number_of(const struct page_metric *m,
    const struct db_report_sums *s)
{
	int64_t n = UNKNOWN;

	(void)page_metric_number(m, s, &n);
	return n;
}

/* By what its row stands when nothing was asked for. */
static int64_t usual(const struct report *t, const struct report_row *row)
{
	if (t->by->kind == REPORT_TIME)
		return 0;
	if (t->by->kind == REPORT_FIXED && t->split == NULL)
		return -(int64_t)word_place(t->by, row->value);
	return number_of(t->metric, &row->now);
}

static struct keyed_row key_of(const struct report *t, size_t at)
{
	const struct report_row *row = &t->rows[at];
	struct keyed_row key = { 0, SLICE(""), at };

	switch (t->order) {
	case REPORT_ORDER_USUAL:
		key.number = usual(t, row);
		return key;
	case REPORT_ORDER_LABEL:
		if (t->by->kind == REPORT_TIME)
			key.number = -(int64_t)at;
		else
			key.text = row->label;
		return key;
	case REPORT_ORDER_SPLIT:
		key.text = row->label2;
		return key;
	case REPORT_ORDER_BEFORE:
		key.number = number_of(t->metric, &row->before);
		break;
	case REPORT_ORDER_CHANGE:
		key.number = change_of(t->metric, row);
		break;
	case REPORT_ORDER_METRIC:
		key.number = number_of(t->order_metric, &row->now);
		break;
	}
	if (t->rising && key.number != UNKNOWN)
		key.number =
		    key.number == INT64_MAX ? UNKNOWN + 1 : -key.number;
	return key;
}

enum err page_report_order(struct report *t, size_t max)
{
	const size_t n = t->n < max ? t->n : max;
	struct keyed_row *keys = arena_array(t->r->arena, t->n, sizeof(*keys));
	struct report_row *sorted =
	    arena_array(t->r->arena, n, sizeof(*sorted));
	const bool turn = page_report_order_is_text(t->order) && !t->rising;

	if (keys == NULL || sorted == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < t->n; i++)
		keys[i] = key_of(t, i);
	qsort(keys, t->n, sizeof(*keys), in_order);
	for (size_t i = 0; i < n; i++)
		sorted[i] = t->rows[keys[turn ? t->n - 1 - i : i].at];
	t->rows = sorted;
	t->n = n;
	return ERR_OK;
}

/* --- the heads of the columns ----------------------------------------------*/

static void head(const struct report *t, const char *name, const char *sort,
    bool number, struct view *v)
{
	const struct slice now = page_filter_value(&t->p, "sort");
	const bool on = sort[0] != '\0' && slice_eq_cstr(now, sort);
	struct view *item = view_item(v, "heads");
	char mem[80];
	struct buf more;

	view_cstr(item, "head_name", name);
	view_flag(item, "head_number", number);
	view_flag(item, "head_rising", on && t->rising);
	view_flag(item, "head_falling", on && !t->rising);
	view_flag(item, "head_sorts", sort[0] != '\0');
	view_flag(item, "head_hidden", sort[0] == '\0');
	if (sort[0] == '\0')
		return;
	/* A second click turns the order. */
	buf_over(&more, mem, sizeof(mem));
	buf_printf(&more, "&sort=%s", sort);
	if (on)
		buf_printf(&more, "&dir=%s", t->rising ? "desc" : "asc");
	page_filter_href_order(&t->p, buf_slice(&more), item, "head_href");
}

/* A value of the second dimension: its order would be that of nothing. */
static void head_of_value(struct slice name, struct view *v)
{
	struct view *item = view_item(v, "heads");

	view_slice(item, "head_name", name);
	view_flag(item, "head_number", true);
	view_flag(item, "head_rising", false);
	view_flag(item, "head_falling", false);
	view_flag(item, "head_sorts", false);
	view_flag(item, "head_hidden", false);
}

void page_report_order_heads(const struct report *t, struct view *v)
{
	const struct page_metric *m;
	const bool split = t->split != NULL && t->n_cols == 0;

	view_list(v, "heads");
	head(t, t->by->name, "label", false, v);
	if (split)
		head(t, t->split->name, "split", false, v);
	head(t, t->metric->name, t->metric->key, true, v);
	head(t, "Bar", "", false, v);
	head(t, "Before", "before", true, v);
	head(t, "Change", "change", true, v);
	for (size_t i = 0; (m = page_report_data_beside(t, i)) != NULL; i++)
		head(t, m->name, m->key, true, v);
	for (size_t i = 0; i < t->n_cols; i++)
		head_of_value(t->cols[i], v);
}
