#include "cgi/page/page_report_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgi/page/page_report_time.h"
#include "lib/db/db_mark.h"
#include "lib/db/db_spend.h"

#define GROUPS_READ ((size_t)500)
#define OWN_DEFAULT 60
#define QUARTER_US  (15 * RT_MIN_US)

static const struct report_word result_words[] = {
	{ "answered", "Answered", "&result=answered" },
	{ "voicemail", "Voicemail", "&result=voicemail" },
	{ "missed", "Missed", "&result=missed" },
	{ "abandoned", "Abandoned", "&result=abandoned" },
	{ "blocked", "Blocked", "&result=blocked" },
	{ "failed", "Failed", "&result=failed" },
	{ "interrupted", "Interrupted", "&result=interrupted" },
};

static const struct report_word first_words[] = {
	{ "1", "First-time callers", "&first=yes" },
	{ "0", "Repeat callers", "&first=no" },
};

static const struct report_word qualified_words[] = {
	{ "1", "Qualified", "&qualified=yes" },
	{ "0", "Not qualified", "&qualified=no" },
};

static const struct report_word class_words[] = {
	{ "lead", "Lead", "&class=lead" },
	{ "customer", "Customer", "&class=customer" },
	{ "spam", "Spam", "&class=spam" },
	{ "wrong_number", "Wrong number", "&class=wrong_number" },
	{ "", "Cannot be told", "&class=~" },
};

static const struct report_word talk_words[] = {
	{ "0", "No talk", "&talk_max=0" },
	{ "1", "Below 10 s", "&talk_max=9" },
	{ "2", "10 to 30 s", "&talk_min=10&talk_max=29" },
	{ "3", "30 to 60 s", "&talk_min=30&talk_max=59" },
	{ "4", "1 to 2 min", "&talk_min=60&talk_max=119" },
	{ "5", "2 to 5 min", "&talk_min=120&talk_max=299" },
	{ "6", "5 to 10 min", "&talk_min=300&talk_max=599" },
	{ "7", "10 to 30 min", "&talk_min=600&talk_max=1799" },
	{ "8", "30 min and more", "&talk_min=1800" },
};

static const struct report_word ring_words[] = {
	{ "0", "Did not ring", "&ring_max=0" },
	{ "1", "Below 10 s", "&ring_max=9" },
	{ "2", "10 to 30 s", "&ring_min=10&ring_max=29" },
	{ "3", "30 to 60 s", "&ring_min=30&ring_max=59" },
	{ "4", "1 to 2 min", "&ring_min=60&ring_max=119" },
	{ "5", "2 to 5 min", "&ring_min=120&ring_max=299" },
	{ "6", "5 to 10 min", "&ring_min=300&ring_max=599" },
	{ "7", "10 to 30 min", "&ring_min=600&ring_max=1799" },
	{ "8", "30 min and more", "&ring_min=1800" },
};

static const struct report_word risk_words[] = {
	{ "0", "0 to 19", "&risk_max=19" },
	{ "1", "20 to 39", "&risk_min=20&risk_max=39" },
	{ "2", "40 to 59", "&risk_min=40&risk_max=59" },
	{ "3", "60 to 79", "&risk_min=60&risk_max=79" },
	{ "4", "80 to 100", "&risk_min=80" },
};

#define TEXT_DIM(key, name, which)                                            \
	{                                                                     \
		key, name, REPORT_TEXT, GROUP_TEXT + (which), 0, NULL, 0, key \
	}
#define ID_DIM(key, name, which)                                            \
	{                                                                   \
		key, name, REPORT_ID, GROUP_ID + (which), (which), NULL, 0, \
		    key                                                     \
	}
#define FIXED_DIM(key, name, group, words)                                     \
	{                                                                      \
		key, name, REPORT_FIXED, group, 0, words, RT_ARRAY_LEN(words), \
		    NULL                                                       \
	}
#define TIME_DIM(key, name)                                          \
	{                                                            \
		key, name, REPORT_TIME, GROUP_NONE, 0, NULL, 0, NULL \
	}

static const struct report_dim dims[] = {
	TEXT_DIM("source", "Source", FILTER_SOURCE),
	TEXT_DIM("channel", "Channel", FILTER_CHANNEL),
	TEXT_DIM("medium", "Medium", FILTER_MEDIUM),
	TEXT_DIM("campaign", "Campaign", FILTER_CAMPAIGN),
	TEXT_DIM("ad_group", "Ad group", FILTER_AD_GROUP),
	TEXT_DIM("ad", "Ad", FILTER_AD),
	TEXT_DIM("keyword", "Keyword", FILTER_KEYWORD),
	TEXT_DIM("match", "Match type", FILTER_MATCH),
	TEXT_DIM("landing", "Landing page", FILTER_LANDING),
	TEXT_DIM("referrer", "Referrer", FILTER_REFERRER),
	TEXT_DIM("device", "Device", FILTER_DEVICE),
	ID_DIM("number", "Number", FILTER_NUMBER),
	ID_DIM("pool", "Pool", FILTER_POOL),
	ID_DIM("destination", "Answering side", FILTER_DESTINATION),
	ID_DIM("location", "Location", FILTER_LOCATION),
	TEXT_DIM("place", "Caller’s place", FILTER_PLACE),
	TEXT_DIM("country", "Caller’s country", FILTER_COUNTRY),
	FIXED_DIM("result", "Result", GROUP_RESULT, result_words),
	TEXT_DIM("outcome", "Outcome", FILTER_OUTCOME),
	FIXED_DIM("qualified", "Qualified or not", GROUP_QUALIFIED,
	    qualified_words),
	FIXED_DIM("class", "Probably", GROUP_TEXT + FILTER_CLASS, class_words),
	FIXED_DIM("risk", "Robot risk", GROUP_RISK, risk_words),
	FIXED_DIM("first", "First-time or repeat", GROUP_FIRST_TIME,
	    first_words),
	FIXED_DIM("talk", "Talk time", GROUP_TALK, talk_words),
	FIXED_DIM("ring", "Ring time", GROUP_RING, ring_words),
	TIME_DIM("day", "Day"),
	TIME_DIM("weekday", "Weekday"),
	TIME_DIM("hour", "Hour"),
};

size_t page_report_data_dims(void)
{
	return RT_ARRAY_LEN(dims);
}

const struct report_dim *page_report_data_dim(size_t i)
{
	return &dims[i];
}

static const struct report_dim *find_dim(struct slice key)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(dims); i++)
		if (slice_eq_cstr(key, dims[i].key))
			return &dims[i];
	return NULL;
}

/* --- the address -----------------------------------------------------------*/

static enum err read_own(struct report *t)
{
	uint64_t own = 0;
	const enum err e = req_query_u64(t->r, "own", 1, 86400, &own);

	t->own_s = (uint32_t)own;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err read_address(struct report *t, struct tz *z, const char *path)
{
	struct slice by, split, metric;
	enum err e;

	if ((e = page_range_read(t->r, z, &t->range)) != ERR_OK ||
	    (e = page_filter_read(t->r, &t->range, path, &t->p)) != ERR_OK ||
	    (e = read_own(t)) != ERR_OK)
		return e;
	by = page_filter_value(&t->p, "by");
	split = page_filter_value(&t->p, "split");
	metric = page_filter_value(&t->p, "metric");
	t->by = by.n == 0 ? &dims[0] : find_dim(by);
	t->split = split.n == 0 ? NULL : find_dim(split);
	t->metric =
	    metric.n == 0 ? page_metric_at(0) : page_metric_find(metric);
	if (t->by == NULL || t->metric == NULL ||
	    (split.n > 0 && t->split == NULL))
		return ERR_RANGE;
	/* Time cannot be split: the chart shows it for every filter. */
	if (t->split == t->by || t->by->kind == REPORT_TIME ||
	    (t->split != NULL && t->split->kind == REPORT_TIME))
		t->split = NULL;
	/* Figures hold no names of people; "live" calls have not ended. */
	if (page_filter_personal(&t->p) || slice_eq_cstr(t->p.f.result, "live"))
		return ERR_RANGE;
	return ERR_OK;
}

/* --- labels ----------------------------------------------------------------*/

/* Names of ids and of outcomes, read when they are needed. */
struct names {
	struct db_report_name *rows;
	size_t n;
	struct outcome_row *outcomes;
	size_t n_outcomes;
};

static enum err read_names(const struct report *t, const struct report_dim *d,
    struct names *out)
{
	if (d == NULL)
		return ERR_OK;
	if (d->kind == REPORT_ID)
		return db_report_group_names(t->r->db, t->r->company, d->id,
		    t->r->arena, &out->rows, &out->n);
	if (d->group == GROUP_TEXT + FILTER_OUTCOME)
		return db_mark_outcomes(t->r->db, t->r->company, t->r->arena,
		    &out->outcomes, &out->n_outcomes);
	return ERR_OK;
}

static struct slice id_label(const struct names *names, struct slice value)
{
	for (size_t i = 0; i < names->n; i++) {
		char hex[2 * ID_BYTES + 1];

		for (size_t k = 0; k < ID_BYTES; k++)
			(void)snprintf(hex + 2 * k, 3, "%02x",
			    names->rows[i].id[k]);
		if (slice_eq_cstr(value, hex))
			return slice_from(names->rows[i].name[0] != '\0'
					      ? names->rows[i].name
					      : names->rows[i].e164);
	}
	return SLICE("None");
}

static struct slice label_of(const struct report_dim *d,
    const struct names *names, struct slice value)
{
	for (size_t i = 0; i < d->n_words; i++)
		if (slice_eq_cstr(value, d->words[i].value))
			return slice_from(d->words[i].word);
	if (d->kind == REPORT_ID)
		return id_label(names, value);
	for (size_t i = 0; i < names->n_outcomes; i++)
		if (slice_eq_cstr(value, names->outcomes[i].code))
			return slice_from(names->outcomes[i].name);
	if (value.n == 0 && d->group == GROUP_TEXT + FILTER_OUTCOME)
		return SLICE("None yet");
	return value.n == 0 ? SLICE("Not known") : value;
}

/* --- figures ---------------------------------------------------------------*/

static struct db_report_ask ask_of(const struct report *t, int64_t from_us,
    int64_t to_us)
{
	struct db_report_ask ask = { .filter = t->p.f,
		.by = t->by->group,
		.split = t->split == NULL ? GROUP_NONE : t->split->group };

	ask.filter.from_us = from_us;
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

static const struct db_report_group *find_group(const struct db_report_group
						    *rows,
    size_t n, const struct db_report_group *like)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].value, like->value) == 0 &&
		    strcmp(rows[i].value2, like->value2) == 0)
			return &rows[i];
	return NULL;
}

static enum err read_groups(struct report *t)
{
	struct db_report_ask ask = ask_of(t, t->range.from_us, t->range.to_us);
	struct db_report_group *now = NULL, *old = NULL;
	size_t n_old = 0;
	enum err e;

	if ((e = db_report_group_list(t->r->db, t->r->company, &ask,
		 GROUPS_READ, t->r->arena, &now, &t->n)) != ERR_OK)
		return e;
	ask = ask_of(t, t->range.before_us, t->range.before_to_us);
	if ((e = db_report_group_list(t->r->db, t->r->company, &ask,
		 DB_REPORT_GROUPS_MAX, t->r->arena, &old, &n_old)) != ERR_OK)
		return e;
	t->rows = arena_array(t->r->arena, t->n, sizeof(*t->rows));
	if (t->rows == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < t->n; i++) {
		const struct db_report_group *was =
		    find_group(old, n_old, &now[i]);

		t->rows[i].value = slice_from(now[i].value);
		t->rows[i].value2 = slice_from(now[i].value2);
		t->rows[i].now = now[i].sums;
		if (was != NULL)
			t->rows[i].before = was->sums;
	}
	return ERR_OK;
}

static enum err label_rows(struct report *t)
{
	struct names a = { .n = 0 }, b = { .n = 0 };
	enum err e;

	if ((e = read_names(t, t->by, &a)) != ERR_OK ||
	    (e = read_names(t, t->split, &b)) != ERR_OK)
		return e;
	for (size_t i = 0; i < t->n; i++) {
		t->rows[i].label = label_of(t->by, &a, t->rows[i].value);
		if (t->split != NULL)
			t->rows[i].label2 =
			    label_of(t->split, &b, t->rows[i].value2);
	}
	return ERR_OK;
}

static enum err read_series(struct report *t)
{
	struct db_report_ask ask = ask_of(t, t->range.from_us, t->range.to_us);
	enum err e;

	e = db_report_group_series(t->r->db, t->r->company, &ask, t->r->arena,
	    &t->now, &t->n_now);
	if (e != ERR_OK)
		return e;
	ask = ask_of(t, t->range.before_us, t->range.before_end_us);
	e = db_report_group_series(t->r->db, t->r->company, &ask, t->r->arena,
	    &t->before, &t->n_before);
	if (e != ERR_OK)
		return e;
	t->total = sum_until(t->now, t->n_now, t->range.to_us);
	t->total_before =
	    sum_until(t->before, t->n_before, t->range.before_to_us);
	return ERR_OK;
}

/* --- cost ------------------------------------------------------------------*/

static enum err add_cost(struct report *t, int by, bool before)
{
	const struct page_range *g = &t->range;
	char first[TZ_TEXT_MAX], last[TZ_TEXT_MAX];
	struct spend_sum *rows = NULL;
	size_t n = 0;
	enum err e;

	tz_date_iso(before ? g->before : g->from, first);
	tz_date_iso(before ? tz_date_add(g->before, g->days - 1) : g->to, last);
	e = db_spend_sums(t->r->db, t->r->company, &t->p.f, by, first, last,
	    t->r->arena, &rows, &n);
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct db_report_sums *s =
		    before ? &t->total_before : &t->total;

		for (size_t k = 0; by != GROUP_NONE && k < t->n; k++)
			if (slice_eq_cstr(t->rows[k].value, rows[i].value))
				s = before ? &t->rows[k].before
					   : &t->rows[k].now;
		if (by != GROUP_NONE &&
		    (s == &t->total || s == &t->total_before))
			continue; /* spend without a call: in the total */
		s->cost_micros = rows[i].amount_micros;
		s->costed = 1;
	}
	return e;
}

static enum err read_cost(struct report *t)
{
	enum err e;

	t->cost_fits = t->split == NULL && t->by->kind != REPORT_TIME &&
		       db_spend_fits(&t->p.f, t->by->group);
	for (int before = 0; before < 2; before++) {
		if ((e = add_cost(t, GROUP_NONE, before != 0)) != ERR_OK)
			return e;
		if (t->cost_fits &&
		    (e = add_cost(t, t->by->group, before != 0)) != ERR_OK)
			return e;
	}
	return ERR_OK;
}

/* --- order -----------------------------------------------------------------*/

/* qsort() takes no context: the number to sort by is put beside the row. */
struct keyed_row {
	int64_t number;
	size_t at;
};

static int most_first(const void *a, const void *b)
{
	const struct keyed_row *x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? 1 : -1;
	return x->at < y->at ? -1 : 1;
}

static size_t word_place(const struct report_dim *d, struct slice value)
{
	size_t i = 0;

	while (i < d->n_words && !slice_eq_cstr(value, d->words[i].value))
		i++;
	return i;
}

/* Words keep their order, all else goes by the metric. */
static enum err sort_rows(struct report *t)
{
	struct keyed_row *keys = arena_array(t->r->arena, t->n, sizeof(*keys));
	struct report_row *sorted =
	    arena_array(t->r->arena, t->n, sizeof(*sorted));

	if (keys == NULL || sorted == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < t->n; i++) {
		int64_t n = INT64_MIN;

		if (t->by->kind == REPORT_FIXED && t->split == NULL)
			n = -(int64_t)word_place(t->by, t->rows[i].value);
		else
			(void)page_metric_number(t->metric, &t->rows[i].now,
			    &n);
		keys[i] = (struct keyed_row){ n, i };
	}
	qsort(keys, t->n, sizeof(*keys), most_first);
	for (size_t i = 0; i < t->n; i++)
		sorted[i] = t->rows[keys[i].at];
	t->rows = sorted;
	return ERR_OK;
}

static void subtract(struct db_report_sums *from,
    const struct db_report_sums *s)
{
	int64_t *a = (int64_t *)from;
	const int64_t *b = (const int64_t *)s;

	_Static_assert(sizeof(*from) % sizeof(int64_t) == 0, "all numbers");
	for (size_t i = 0; i < sizeof(*from) / sizeof(int64_t); i++)
		a[i] -= b[i];
}

/* What the rows leave over of the total, counts only: its cost is unknown. */
static void cut_rows(struct report *t)
{
	if (t->by->kind == REPORT_TIME)
		return;
	if (t->n > PAGE_REPORT_ROWS)
		t->n = PAGE_REPORT_ROWS;
	t->rest.now = t->total;
	t->rest.before = t->total_before;
	for (size_t i = 0; i < t->n; i++) {
		subtract(&t->rest.now, &t->rows[i].now);
		subtract(&t->rest.before, &t->rows[i].before);
	}
	t->rest.now.costed = t->rest.before.costed = 0;
	t->rest.label = SLICE("All others");
}

enum err page_report_data_read(const struct req *r, struct tz *z,
    const char *path, struct report *out)
{
	struct db_report_company company;
	struct report t = { .r = r };
	enum err e;

	if ((e = read_address(&t, z, path)) != ERR_OK ||
	    (e = db_report_company(r->db, r->company, &company)) != ERR_OK ||
	    (e = read_series(&t)) != ERR_OK)
		return e;
	memcpy(t.currency, company.currency, sizeof(t.currency));
	memcpy(t.country, company.country, sizeof(t.country));
	if (t.by->kind == REPORT_TIME)
		e = page_report_time_rows(&t);
	else if ((e = read_groups(&t)) == ERR_OK)
		e = label_rows(&t);
	if (e == ERR_OK && (e = read_cost(&t)) == ERR_OK &&
	    t.by->kind != REPORT_TIME)
		e = sort_rows(&t);
	if (e != ERR_OK)
		return e;
	cut_rows(&t);
	*out = t;
	out->p.range = &out->range;
	return ERR_OK;
}
