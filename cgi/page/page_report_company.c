#include "cgi/page/page_report_company.h"

#include <string.h>

#include "lib/db/db_agency.h"
#include "lib/db/db_spend.h"

static struct report_row *row_of(struct report *t, struct company_id company)
{
	for (size_t i = 0; i < t->n; i++)
		if (id_eq(t->rows[i].company->id.v, company.v))
			return &t->rows[i];
	return NULL;
}

static enum err read_sums(struct report *t, bool before)
{
	const struct db_report_ask ask = page_report_data_ask(t, before,
	    before ? t->range.before_to_us : t->range.to_us);
	struct db_agency_sums *sums = NULL;
	size_t n = 0;
	const enum err e =
	    db_agency_group(t->r->db, t->r->user, &ask, t->r->arena, &sums, &n);

	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct report_row *row = row_of(t, sums[i].company);

		if (row == NULL)
			continue; /* came in since the names were read */
		*(before ? &row->before : &row->now) = sums[i].sums;
		db_report_add(before ? &t->total_before : &t->total,
		    &sums[i].sums);
	}
	return e;
}

static void add_cost(const struct spend_sum *spend, struct db_report_sums *row,
    struct db_report_sums *total)
{
	row->cost_micros = spend->amount_micros;
	row->costed = 1;
	total->cost_micros += spend->amount_micros;
	total->costed = 1;
}

static enum err read_cost(struct report *t, struct report_row *row)
{
	const struct page_range *g = &t->range;

	for (int before = 0; before < 2; before++) {
		char first[TZ_TEXT_MAX], last[TZ_TEXT_MAX];
		struct spend_sum *sums = NULL;
		size_t n = 0;
		enum err e;

		if (!page_range_spend_days(g, before != 0, first, last))
			continue;
		e = db_spend_sums(t->r->db, row->company->id, &t->p.f,
		    GROUP_NONE, first, last, t->r->arena, &sums, &n);
		if (e != ERR_OK)
			return e;
		if (n > 0)
			add_cost(sums, before ? &row->before : &row->now,
			    before ? &t->total_before : &t->total);
	}
	return ERR_OK;
}

/* What is paid for advertising, and in which currency. */
static enum err read_money(struct report *t)
{
	for (size_t i = 0; i < t->n; i++) {
		struct report_row *row = &t->rows[i];
		struct db_report_company c;
		enum err e;

		if ((e = db_report_company(t->r->db, row->company->id, &c)) !=
		    ERR_OK)
			return e;
		memcpy(row->currency, c.currency, sizeof(row->currency));
		if (strcmp(c.currency, t->rows[0].currency) != 0)
			t->no_total = true;
		if (t->metric->cost && t->cost_fits &&
		    (e = read_cost(t, row)) != ERR_OK)
			return e;
	}
	return ERR_OK;
}

/* --- over time -------------------------------------------------------------*/

#define QUARTER_US (15 * RT_MIN_US)

/* All companies' quarters of an hour, each at its place. */
struct together {
	struct db_report_bucket *all;
	size_t n;
	int64_t from_us;
};

static enum err add_quarter(void *ctx, const struct db_report_bucket *row)
{
	const struct together *g = ctx;
	const int64_t i = (row->at_us - g->from_us) / QUARTER_US;

	if (i >= 0 && (uint64_t)i < g->n)
		db_report_add(&g->all[i].sums, &row->sums);
	return ERR_OK;
}

static enum err read_together(struct report *t, bool before, int64_t to_us,
    struct db_report_bucket **rows, size_t *n)
{
	struct db_report_ask ask = page_report_data_ask(t, before, to_us);
	const int64_t from_us = ask.filter.from_us;
	struct together g = { .from_us = from_us };
	enum err e = ERR_OK;

	ask.only = page_metric_sums(t->metric);
	g.n = (size_t)((ask.filter.to_us - from_us + QUARTER_US - 1) /
		       QUARTER_US);
	if ((g.all = arena_array(t->r->arena, g.n, sizeof(*g.all))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < g.n; i++)
		g.all[i].at_us = from_us + (int64_t)i * QUARTER_US;
	for (size_t i = 0; i < t->n_members && e == ERR_OK; i++)
		e = db_report_group_quarters(t->r->db, t->members[i], &ask,
		    add_quarter, &g);
	*rows = g.all;
	*n = g.n;
	return e;
}

bool page_report_company_drawn(const struct report *t)
{
	return t->range.days <= PAGE_REPORT_COMPANY_DAYS && !t->no_total;
}

enum err page_report_company_series(struct report *t)
{
	const struct page_range *g = &t->range;
	enum err e;

	if ((e = read_together(t, false, g->to_us, &t->now, &t->n_now)) !=
	    ERR_OK)
		return e;
	return read_together(t, true, g->before_end_us, &t->before,
	    &t->n_before);
}

enum err page_report_company_rows(struct report *t)
{
	struct db_report_member *members = NULL;
	size_t n_members = 0;
	enum err e;

	if ((e = db_report_members(t->r->db, t->r->user, t->r->arena, &members,
		 &n_members)) != ERR_OK)
		return e;
	t->cut = n_members > DB_REPORT_MEMBERS_MAX;
	if (t->cut)
		n_members = DB_REPORT_MEMBERS_MAX;
	t->rows = arena_array(t->r->arena, n_members, sizeof(*t->rows));
	t->members = arena_array(t->r->arena, n_members, sizeof(*t->members));
	if (t->rows == NULL || t->members == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n_members; i++) {
		if (members[i].role < t->need)
			continue;
		t->members[t->n_members++] = members[i].id;
		t->rows[t->n].company = &members[i];
		t->rows[t->n++].label = slice_from(members[i].name);
	}
	if ((e = read_sums(t, false)) != ERR_OK ||
	    (e = read_sums(t, true)) != ERR_OK)
		return e;
	t->cost_fits = db_spend_fits(&t->p.f, GROUP_NONE);
	return t->metric->cost || t->metric->unit == METRIC_MONEY
		   ? read_money(t)
		   : ERR_OK;
}
