#include "cgi/page/page_report_time.h"

#include <stdio.h>
#include <string.h>

#include "lib/db/db_report_cross.h"

#define HOURS 24
#define DAYS  7

/* Sums between edges[i] and edges[i + 1]; rows and edges rise. */
static void fold(const struct db_report_bucket *rows, size_t n,
    const int64_t *edges, size_t count, bool before, struct report_point *out)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		while (at < count && rows[i].at_us >= edges[at + 1])
			at++;
		if (at < count && rows[i].at_us >= edges[at])
			db_report_add(before ? &out[at].before : &out[at].now,
			    &rows[i].sums);
	}
}

enum err page_report_time_points(const struct report *t,
    struct report_point **points, size_t *n)
{
	const struct page_range *g = &t->range;
	const size_t count = page_range_points(g);
	int64_t *edges = arena_array(t->r->arena, count + 1, sizeof(*edges));
	struct report_point *all =
	    arena_array(t->r->arena, count, sizeof(*all));
	enum err e;

	if (edges == NULL || all == NULL)
		return ERR_NOMEM;
	if ((e = page_range_edges(g, g->before, edges)) != ERR_OK)
		return e;
	fold(t->before, t->n_before, edges, count, true, all);
	if ((e = page_range_edges(g, g->from, edges)) != ERR_OK)
		return e;
	fold(t->now, t->n_now, edges, count, false, all);
	for (size_t i = 0; i < count; i++) {
		all[i].from_us = edges[i];
		all[i].day = tz_date_add(g->from, g->days == 1 ? 0 : (int)i);
		all[i].partial =
		    g->now_us > edges[i] && g->now_us < edges[i + 1];
	}
	*points = all;
	*n = count;
	return ERR_OK;
}

static enum err by_day(struct report *t)
{
	struct report_point *points = NULL;
	size_t n = 0;
	enum err e = page_report_time_points(t, &points, &n);

	if (e != ERR_OK)
		return e;
	if ((t->rows = arena_array(t->r->arena, n, sizeof(*t->rows))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		char text[TZ_TEXT_MAX];

		if (t->range.days == 1)
			tz_text_clock(t->range.z, points[i].from_us, text);
		else
			tz_date_long(points[i].day, text);
		if (!arena_copy(t->r->arena, slice_from(text),
			&t->rows[i].label))
			return ERR_NOMEM;
		t->rows[i].value = t->rows[i].label;
		tz_date_iso(points[i].day, text);
		if (t->range.days > 1 &&
		    !arena_copy(t->r->arena, slice_from(text),
			&t->rows[i].value))
			return ERR_NOMEM;
		t->rows[i].now = points[i].now;
		t->rows[i].before = points[i].before;
	}
	t->n = n;
	return ERR_OK;
}

/* Adds each quarter to the row of its weekday or hour. */
static enum err by_clock(const struct report *t, bool weekday, bool before,
    struct report_row *rows)
{
	const struct db_report_bucket *b = before ? t->before : t->now;
	const size_t n = before ? t->n_before : t->n_now;
	const int64_t end_us = before ? t->range.before_to_us : t->range.to_us;

	for (size_t i = 0; i < n && b[i].at_us < end_us; i++) {
		struct tz_time at;
		struct report_row *row;
		const enum err e = tz_local(t->range.z, b[i].at_us, &at);

		if (e != ERR_OK)
			return e;
		row = &rows[weekday ? at.weekday : at.hour];
		db_report_add(before ? &row->before : &row->now, &b[i].sums);
	}
	return ERR_OK;
}

static const char *const day_names[DAYS] = { "Monday", "Tuesday", "Wednesday",
	"Thursday", "Friday", "Saturday", "Sunday" };

enum err page_report_time_rows(struct report *t)
{
	const bool weekday = strcmp(t->by->key, "weekday") == 0;
	const size_t n = weekday ? DAYS : HOURS;
	enum err e;

	if (strcmp(t->by->key, "day") == 0)
		return by_day(t);
	if ((t->rows = arena_array(t->r->arena, n, sizeof(*t->rows))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		char text[16];

		(void)snprintf(text, sizeof(text), "%02u:00",
		    (unsigned int)i % HOURS);
		if (!arena_copy(t->r->arena,
			slice_from(weekday ? day_names[i] : text),
			&t->rows[i].label))
			return ERR_NOMEM;
		t->rows[i].value = t->rows[i].label;
	}
	t->n = n;
	e = by_clock(t, weekday, false, t->rows);
	return e == ERR_OK ? by_clock(t, weekday, true, t->rows) : e;
}

/* --- a second dimension ----------------------------------------------------*/

struct crossing {
	struct report *t;
	struct db_report_sums (*sums)[PAGE_REPORT_COLS + 1]; /* of each row */
	size_t n; /* values; the others come after them */
	bool others;
	enum {
		BY_DAY,
		BY_WEEKDAY,
		BY_HOUR
	} how;
	const int64_t *edges; /* BY_DAY */
	size_t at;
};

static enum err row_at(struct crossing *x, int64_t at_us, size_t *row)
{
	struct tz_time at;
	enum err e;

	if (x->how == BY_DAY) {
		/* Quarters come in the order of time. */
		while (x->at + 1 < x->t->n && at_us >= x->edges[x->at + 1])
			x->at++;
		*row = x->at;
		return ERR_OK;
	}
	if ((e = tz_local(x->t->range.z, at_us, &at)) == ERR_OK)
		*row = (size_t)(x->how == BY_HOUR ? at.hour : at.weekday);
	return e;
}

static enum err cross(void *ctx, int64_t at_us, size_t which,
    const struct db_report_sums *sums)
{
	struct crossing *x = ctx;
	size_t row = 0;
	const enum err e = row_at(x, at_us, &row);

	if (e != ERR_OK)
		return e;
	x->others = x->others || which == x->n;
	db_report_add(&x->sums[row][which], sums);
	db_report_add(&x->t->total_cols[which], sums);
	return ERR_OK;
}

/* The values with the most calls and what they are called. */
static enum err col_values(struct report *t, const struct db_report_ask *ask,
    struct slice values[PAGE_REPORT_COLS], size_t *n)
{
	struct report_names names = { .n = 0 };
	struct db_report_group *top = NULL;
	enum err e;

	if ((e = page_report_dims_names(t->r, t->split, &names)) != ERR_OK ||
	    (e = db_report_group_list(t->r->db, t->r->company, ask,
		 PAGE_REPORT_COLS, t->r->arena, &top, n)) != ERR_OK)
		return e;
	for (size_t i = 0; i < *n; i++) {
		values[i] = slice_from(top[i].value);
		t->cols[i] =
		    page_report_dims_label(t->split, &names, values[i]);
	}
	return ERR_OK;
}

/* Values with the most calls, and all others. */
static enum err value_cols(struct report *t)
{
	struct db_report_ask ask =
	    page_report_data_ask(t, false, t->range.to_us);
	struct slice values[PAGE_REPORT_COLS];
	int64_t *edges = arena_array(t->r->arena, t->n + 1, sizeof(*edges));
	struct crossing x = { .t = t,
		.sums = arena_array(t->r->arena, t->n, sizeof(*x.sums)),
		.how = strcmp(t->by->key, "hour") == 0 ? BY_HOUR : BY_WEEKDAY,
		.edges = edges };
	enum err e;

	_Static_assert(PAGE_REPORT_COLS <= DB_REPORT_CROSS_MAX, "one query");
	if (edges == NULL || x.sums == NULL)
		return ERR_NOMEM;
	ask.by = t->split->group;
	ask.split = GROUP_NONE;
	ask.only = DB_REPORT_SUM(calls);
	if ((e = col_values(t, &ask, values, &x.n)) != ERR_OK)
		return e;
	ask.only = page_metric_sums(t->metric);
	if (strcmp(t->by->key, "day") == 0) {
		x.how = BY_DAY;
		if ((e = page_range_edges(&t->range, t->range.from, edges)) !=
		    ERR_OK)
			return e;
	}
	if ((e = db_report_cross(t->r->db, t->r->company, &ask, values, x.n,
		 cross, &x)) != ERR_OK)
		return e;
	for (size_t i = 0; i < t->n; i++)
		t->rows[i].cols = x.sums[i];
	t->n_cols = x.n;
	if (x.others)
		t->cols[t->n_cols++] = SLICE("All others");
	return ERR_OK;
}

enum err page_report_time_heat(const struct report *t,
    struct db_report_sums (**cells)[24])
{
	struct db_report_sums(*all)[HOURS] =
	    arena_array(t->r->arena, DAYS, sizeof(*all));

	if (all == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < t->n_now; i++) {
		struct tz_time at;
		const enum err e = tz_local(t->range.z, t->now[i].at_us, &at);

		if (e != ERR_OK)
			return e;
		db_report_add(&all[at.weekday][at.hour], &t->now[i].sums);
	}
	*cells = all;
	return ERR_OK;
}

/* Weekdays beside hours: the map as a table. */
static enum err week_cols(struct report *t)
{
	struct db_report_sums(*heat)[HOURS] = NULL;
	const enum err e = page_report_time_heat(t, &heat);

	_Static_assert(DAYS <= PAGE_REPORT_COLS + 1, "a column for each");
	if (e != ERR_OK)
		return e;
	for (size_t h = 0; h < HOURS; h++) {
		struct db_report_sums *cols =
		    arena_array(t->r->arena, DAYS, sizeof(*cols));

		if (cols == NULL)
			return ERR_NOMEM;
		for (size_t d = 0; d < DAYS; d++) {
			cols[d] = heat[d][h];
			db_report_add(&t->total_cols[d], &heat[d][h]);
		}
		t->rows[h].cols = cols;
	}
	for (size_t d = 0; d < DAYS; d++)
		t->cols[d] = slice_from(day_names[d]);
	t->n_cols = DAYS;
	return ERR_OK;
}

enum err page_report_time_cols(struct report *t)
{
	return t->split->kind == REPORT_TIME ? week_cols(t) : value_cols(t);
}
