#include "cgi/api/api_report.h"

#include "cgi/api/api_filter.h"
#include "cgi/api/api_out.h"
#include "cgi/api/api_query.h"
#include "cgi/api/api_who.h"
#include "lib/base/hex.h"
#include "lib/db/db_report_group.h"
#include "lib/phone/tz.h"

#define BODY_MAX ((size_t)8 << 20)

static const struct {
	const char *name;
	int by;   /* enum group_dim */
	int kind; /* of the id it stands for; -1: a text */
} dims[] = {
	{ "source", GROUP_TEXT + FILTER_SOURCE, -1 },
	{ "medium", GROUP_TEXT + FILTER_MEDIUM, -1 },
	{ "channel", GROUP_TEXT + FILTER_CHANNEL, -1 },
	{ "campaign", GROUP_TEXT + FILTER_CAMPAIGN, -1 },
	{ "ad_group", GROUP_TEXT + FILTER_AD_GROUP, -1 },
	{ "ad", GROUP_TEXT + FILTER_AD, -1 },
	{ "keyword", GROUP_TEXT + FILTER_KEYWORD, -1 },
	{ "match_type", GROUP_TEXT + FILTER_MATCH, -1 },
	{ "device", GROUP_TEXT + FILTER_DEVICE, -1 },
	{ "landing_page", GROUP_TEXT + FILTER_LANDING, -1 },
	{ "referrer_host", GROUP_TEXT + FILTER_REFERRER, -1 },
	{ "place", GROUP_TEXT + FILTER_PLACE, -1 },
	{ "region", GROUP_TEXT + FILTER_REGION, -1 },
	{ "country", GROUP_TEXT + FILTER_COUNTRY, -1 },
	{ "outcome", GROUP_TEXT + FILTER_OUTCOME, -1 },
	{ "class", GROUP_TEXT + FILTER_CLASS, -1 },
	{ "number", GROUP_ID + FILTER_NUMBER, ID_KIND_number },
	{ "pool", GROUP_ID + FILTER_POOL, ID_KIND_pool },
	{ "destination", GROUP_ID + FILTER_DESTINATION, ID_KIND_destination },
	{ "location", GROUP_ID + FILTER_LOCATION, ID_KIND_location },
	{ "result", GROUP_RESULT, -1 },
};

/* --- what is asked ---------------------------------------------------------
 */

static enum err read_filter(const struct req *r, struct db_filter *f)
{
	struct db_sheet_calls_filter c;
	enum err e;

	if ((e = api_filter(r, &c)) != ERR_OK)
		return e;
	*f = c.log.f;
	/* Sums are kept by quarters of an hour. */
	f->from_us -= f->from_us % (15 * RT_MIN_US);
	f->to_us += 15 * RT_MIN_US - 1;
	f->to_us -= f->to_us % (15 * RT_MIN_US);
	return ERR_OK;
}

/* --- answers ---------------------------------------------------------------
 */

static void write_sums(const struct db_report_sums *s, struct json_out *j)
{
	const struct {
		const char *name;
		int64_t v;
	} all[] = {
		{ "calls", s->calls },
		{ "answered", s->answered },
		{ "missed", s->missed },
		{ "voicemail", s->voicemail },
		{ "abandoned", s->abandoned },
		{ "failed", s->failed },
		{ "blocked", s->blocked },
		{ "interrupted", s->interrupted },
		{ "first_time", s->first_time },
		{ "qualified", s->qualified },
		{ "leads", s->leads },
		{ "sales", s->sales },
		{ "spam", s->spam },
		{ "talk_ms", s->talk_ms },
		{ "ring_ms", s->ring_ms },
	};
	char mem[40];
	struct buf b;

	for (size_t i = 0; i < RT_ARRAY_LEN(all); i++) {
		json_out_key(j, all[i].name);
		json_out_i64(j, all[i].v);
	}
	buf_over(&b, mem, sizeof(mem));
	feed_money_put(s->value_micros, &b);
	json_out_key(j, "value");
	json_out_str(j, buf_slice(&b));
}

static void write_period(const struct db_filter *f, struct json_out *j)
{
	json_out_key(j, "from");
	json_out_time_us(j, f->from_us);
	json_out_key(j, "to");
	json_out_time_us(j, f->to_us);
}

/* Ids come as hexadecimal digits. */
static void write_key(const char *value, int kind, struct json_out *j)
{
	char text[ID_TEXT_MAX];
	uint8_t id[ID_BYTES];

	json_out_key(j, "key");
	if (kind >= 0 &&
	    hex_decode(slice_from(value), id, sizeof(id)) == ERR_OK) {
		id_text((enum id_kind)kind, id, text);
		json_out_cstr(j, text);
	} else {
		json_out_cstr(j, value);
	}
}

static enum err wrong_dim(const struct req *r)
{
	const char **names =
	    arena_alloc(r->arena, RT_ARRAY_LEN(dims) * sizeof(*names));

	if (names == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < RT_ARRAY_LEN(dims); i++)
		names[i] = dims[i].name;
	return api_query_wrong_of(r, "group_by", names, RT_ARRAY_LEN(dims),
	    ERR_SYNTAX);
}

static enum err find_dim(const struct req *r, size_t *out)
{
	struct slice name;
	const enum err e = req_query(r, "group_by", &name);

	*out = 0;
	if (e != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	for (; *out < RT_ARRAY_LEN(dims); ++*out)
		if (slice_eq_cstr(name, dims[*out].name))
			return ERR_OK;
	return wrong_dim(r);
}

/* Sums that no answer has. */
#define NOT_TOLD                                           \
	(DB_REPORT_SUM(talk_60) | DB_REPORT_SUM(talk_90) | \
	    DB_REPORT_SUM(talk_120) | DB_REPORT_SUM(answer_ms))

/* The rows with the most calls, and all of them added up: every call has one
 * value. */
struct summary {
	struct db_report_group *rows;
	size_t n;
	size_t cap;
	struct db_report_sums total;
};

static enum err add_row(void *ctx, const struct db_report_group *row)
{
	struct summary *s = ctx;

	db_report_add(&s->total, &row->sums);
	if (s->n < s->cap)
		s->rows[s->n++] = *row;
	return ERR_OK;
}

enum err api_report_summary(const struct req *r, struct resp *out)
{
	struct db_report_ask ask = { .split = GROUP_NONE, .only = ~NOT_TOLD };
	struct summary all = { .n = 0 };
	struct json_out j;
	size_t dim;
	struct buf b;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = read_filter(r, &ask.filter)) != ERR_OK ||
	    (e = api_out_limit(r, &all.cap)) != ERR_OK ||
	    (e = find_dim(r, &dim)) != ERR_OK)
		return e;
	ask.by = dims[dim].by;
	all.rows = arena_array(r->arena, all.cap, sizeof(*all.rows));
	if (all.rows == NULL)
		return ERR_NOMEM;
	if ((e = db_report_group_each(r->db, r->company, &ask, SIZE_MAX,
		 add_row, &all)) != ERR_OK)
		return e;
	buf_init(&b, BODY_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	write_period(&ask.filter, &j);
	json_out_key(&j, "group_by");
	json_out_cstr(&j, dims[dim].name);
	json_out_key(&j, "total");
	json_out_object(&j);
	write_sums(&all.total, &j);
	json_out_end(&j);
	json_out_key(&j, "data");
	json_out_array(&j);
	for (size_t i = 0; i < all.n; i++) {
		json_out_object(&j);
		write_key(all.rows[i].value, dims[dim].kind, &j);
		write_sums(&all.rows[i].sums, &j);
		json_out_end(&j);
	}
	json_out_end(&j);
	json_out_end(&j);
	e = resp_json(out, &j);
	buf_fini(&b);
	return e;
}

/* --- over time -------------------------------------------------------------
 */

enum interval {
	HOUR,
	DAY,
	WEEK,
	MONTH
};

static const char *const intervals
    [] = { [HOUR] = "hour", [DAY] = "day", [WEEK] = "week", [MONTH] = "month" };

static enum err read_interval(const struct req *r, enum interval *out)
{
	struct slice s;
	const enum err e = req_query(r, "interval", &s);

	*out = DAY;
	if (e != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	for (unsigned int i = 0; i < RT_ARRAY_LEN(intervals); i++) {
		if (slice_eq_cstr(s, intervals[i])) {
			*out = (enum interval)i;
			return ERR_OK;
		}
	}
	return api_query_wrong_of(r, "interval", intervals,
	    RT_ARRAY_LEN(intervals), ERR_SYNTAX);
}

/* Begin of the hour by the clock that holds at t. A clock that is put by half
 * an hour begins one that is shorter. */
static enum err hour_of(struct tz *z, const struct tz_time *t, int64_t at_us,
    int64_t *start_us)
{
	int64_t s = at_us - (t->minute * 60 + t->second) * RT_SEC_US -
		    at_us % RT_SEC_US;
	struct tz_time then = { .offset_s = t->offset_s };
	enum err e;

	while ((e = tz_local(z, s, &then)) == ERR_OK &&
	       then.offset_s != t->offset_s && s < at_us)
		s += 15 * RT_MIN_US;
	*start_us = s;
	return e;
}

/* Begin of the interval that the moment lies in, by the company's clock. */
static enum err begin_of(struct tz *z, enum interval how, int64_t at_us,
    int64_t *start_us, struct tz_date *date)
{
	struct tz_time t;
	enum err e;

	if ((e = tz_local(z, at_us, &t)) != ERR_OK)
		return e;
	*date = t.date;
	if (how == HOUR)
		return hour_of(z, &t, at_us, start_us);
	if (how == WEEK)
		*date = tz_date_add(t.date, -t.weekday);
	if (how == MONTH)
		date->day = 1;
	return tz_day_start(z, *date, start_us);
}

static void write_point(int64_t start_us, struct tz_date date,
    const struct db_report_sums *s, struct json_out *j)
{
	char day[TZ_TEXT_MAX];

	json_out_object(j);
	json_out_key(j, "start");
	json_out_time_us(j, start_us);
	tz_date_iso(date, day);
	json_out_key(j, "date");
	json_out_cstr(j, day);
	write_sums(s, j);
	json_out_end(j);
}

/* Quarters into intervals; those without a call are left out. */
static enum err write_series(struct tz *z, enum interval how,
    const struct db_report_bucket *rows, size_t n, struct json_out *j)
{
	struct db_report_sums sums = { .calls = 0 };
	int64_t start_us = 0, at_us;
	struct tz_date date = { 0 }, at;
	enum err e;

	for (size_t i = 0; i < n; i++) {
		if ((e = begin_of(z, how, rows[i].at_us, &at_us, &at)) !=
		    ERR_OK)
			return e;
		if (i > 0 && at_us != start_us) {
			write_point(start_us, date, &sums, j);
			sums = (struct db_report_sums){ .calls = 0 };
		}
		start_us = at_us;
		date = at;
		db_report_add(&sums, &rows[i].sums);
	}
	if (n > 0)
		write_point(start_us, date, &sums, j);
	return ERR_OK;
}

static enum err answer_series(struct resp *out, const struct db_filter *f,
    struct tz *z, const char *zone, enum interval how,
    const struct db_report_bucket *rows, size_t n)
{
	struct json_out j;
	struct buf b;
	enum err e;

	buf_init(&b, BODY_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	write_period(f, &j);
	json_out_key(&j, "interval");
	json_out_cstr(&j, intervals[how]);
	json_out_key(&j, "time_zone");
	json_out_cstr(&j, zone);
	json_out_key(&j, "data");
	json_out_array(&j);
	e = write_series(z, how, rows, n, &j);
	json_out_end(&j);
	json_out_end(&j);
	if (e == ERR_OK)
		e = resp_json(out, &j);
	buf_fini(&b);
	return e;
}

enum err api_report_timeseries(const struct req *r, struct resp *out)
{
	struct db_report_ask ask = { .only = ~NOT_TOLD };
	struct db_report_bucket *rows = NULL;
	struct api_period period;
	enum interval how;
	struct tz *z;
	size_t n = 0;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = read_filter(r, &ask.filter)) != ERR_OK ||
	    (e = read_interval(r, &how)) != ERR_OK ||
	    (e = api_filter_period(r, &period)) != ERR_OK)
		return e;
	e = db_report_group_series(r->db, r->company, &ask, r->arena, &rows,
	    &n);
	if (e == ERR_TOOBIG)
		return api_query_explain(r, out,
		    api_query_wrong_as(r, "from",
			"At most 400 days before the end.", ERR_RANGE));
	if (e != ERR_OK || (e = tz_open(slice_from(period.zone), &z)) != ERR_OK)
		return e;
	e = answer_series(out, &ask.filter, z, period.zone, how, rows, n);
	tz_close(z);
	return e;
}
