#include "cgi/page/page_report_values.h"

#include <stdlib.h>
#include <string.h>

static struct slice without_blanks(struct slice s)
{
	while (s.n > 0 && s.p[s.n - 1] == ' ')
		s.n--;
	return s;
}

static int cmp_rows(const void *a, const void *b)
{
	const struct report_row *const *x = a, *const *y = b;
	const int c =
	    slice_cmp(without_blanks((*x)->value), without_blanks((*y)->value));

	return c != 0 ? c
		      : slice_cmp(without_blanks((*x)->value2),
			    without_blanks((*y)->value2));
}

struct report_row *page_report_values_find(const struct report *t,
    struct slice value, struct slice value2)
{
	const struct report_row like = { .value = value, .value2 = value2 };
	const struct report_row *key = &like;
	struct report_row **found = t->n == 0
					? NULL
					: bsearch(&key, t->by_value, t->n,
					      sizeof(*t->by_value), cmp_rows);

	return found == NULL ? NULL : *found;
}

/* Rows of an unknown number, into an array that doubles. */
struct taking {
	struct report *t;
	size_t cap;
};

static enum err grow(struct taking *g)
{
	struct report *t = g->t;
	const size_t cap = g->cap == 0 ? 64 : 2 * g->cap;
	struct report_row *rows = arena_array(t->r->arena, cap, sizeof(*rows));

	if (rows == NULL)
		return ERR_NOMEM;
	if (t->n > 0)
		memcpy(rows, t->rows, t->n * sizeof(*rows));
	t->rows = rows;
	g->cap = cap;
	return ERR_OK;
}

static enum err take(void *ctx, const struct db_report_group *group)
{
	struct taking *g = ctx;
	struct report *t = g->t;
	struct report_row row = { .now = group->sums };
	enum err e;

	db_report_add(&t->total, &group->sums);
	if (t->n == PAGE_REPORT_VALUES_MAX) {
		t->many = true;
		return ERR_OK;
	}
	if (t->n == g->cap && (e = grow(g)) != ERR_OK)
		return e;
	if (!arena_copy(t->r->arena, slice_from(group->value), &row.value) ||
	    !arena_copy(t->r->arena, slice_from(group->value2), &row.value2))
		return ERR_NOMEM;
	t->rows[t->n++] = row;
	return ERR_OK;
}

static enum err arrange(struct report *t)
{
	t->by_value = arena_array(t->r->arena, t->n, sizeof(*t->by_value));
	if (t->by_value == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < t->n; i++)
		t->by_value[i] = &t->rows[i];
	qsort(t->by_value, t->n, sizeof(*t->by_value), cmp_rows);
	return ERR_OK;
}

static enum err put_before(void *ctx, const struct db_report_group *group)
{
	struct report *t = ctx;
	struct report_row *row = page_report_values_find(t,
	    slice_from(group->value), slice_from(group->value2));

	db_report_add(&t->total_before, &group->sums);
	if (row != NULL)
		row->before = group->sums;
	return ERR_OK;
}

/* Of one period; with its quarters when they are drawn: to its end, of the one
 * before too. */
static enum err read_period(struct report *t, bool before, int64_t values_to_us,
    db_report_group_fn *fn, void *ctx)
{
	const struct db_report_ask values =
	    page_report_data_ask(t, before, values_to_us);
	const struct db_report_ask all =
	    before ? page_report_data_ask(t, true, t->range.before_end_us)
		   : values;
	const struct db_report_both with = { .values_to_us =
						 values.filter.to_us,
		.quarters_only = page_metric_sums(t->metric) };

	if (!t->drawn)
		return db_report_group_each(t->r->db, t->r->company, &values,
		    SIZE_MAX, fn, ctx);
	return db_report_group_both(t->r->db, t->r->company, &all, &with, fn,
	    ctx, t->r->arena, before ? &t->before : &t->now,
	    before ? &t->n_before : &t->n_now);
}

enum err page_report_values(struct report *t)
{
	struct taking taking = { .t = t };
	enum err e;

	t->n = 0;
	e = read_period(t, false, t->range.to_us, take, &taking);
	return e == ERR_OK ? arrange(t) : e;
}

enum err page_report_values_add(struct report *t, const struct slice *values,
    size_t n)
{
	struct report_row *rows =
	    arena_array(t->r->arena, t->n + n, sizeof(*rows));

	if (rows == NULL)
		return ERR_NOMEM;
	if (t->n > 0)
		memcpy(rows, t->rows, t->n * sizeof(*rows));
	t->rows = rows;
	for (size_t i = 0; i < n; i++)
		t->rows[t->n++] = (struct report_row){ .value = values[i],
			.value2 = SLICE("") };
	return arrange(t);
}

enum err page_report_values_before(struct report *t)
{
	return read_period(t, true, t->range.before_to_us, put_before, t);
}
