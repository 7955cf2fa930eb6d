#include "cgi/api/api_filter.h"

#include "cgi/api/api_query.h"
#include "cgi/web/call_filter.h"
#include "lib/base/clk.h"
#include "lib/db/db_company.h"
#include "lib/db/db_mark.h"
#include "lib/phone/tz.h"

#define DAYS_UNLESS_SAID 30

static const struct param {
	const char *name;
	enum call_filter_kind kind;
	int at; /* of the enums of db_filter.h */
} params[] = {
	{ "result", CALL_FILTER_RESULT, 0 },
	{ "channel", CALL_FILTER_TEXT, FILTER_CHANNEL },
	{ "source", CALL_FILTER_TEXT, FILTER_SOURCE },
	{ "medium", CALL_FILTER_TEXT, FILTER_MEDIUM },
	{ "campaign", CALL_FILTER_TEXT, FILTER_CAMPAIGN },
	{ "ad_group", CALL_FILTER_TEXT, FILTER_AD_GROUP },
	{ "ad", CALL_FILTER_TEXT, FILTER_AD },
	{ "keyword", CALL_FILTER_TEXT, FILTER_KEYWORD },
	{ "match_type", CALL_FILTER_TEXT, FILTER_MATCH },
	{ "device", CALL_FILTER_TEXT, FILTER_DEVICE },
	{ "landing_page", CALL_FILTER_TEXT, FILTER_LANDING },
	{ "referrer_host", CALL_FILTER_TEXT, FILTER_REFERRER },
	{ "place", CALL_FILTER_TEXT, FILTER_PLACE },
	{ "region", CALL_FILTER_TEXT, FILTER_REGION },
	{ "country", CALL_FILTER_TEXT, FILTER_COUNTRY },
	{ "outcome", CALL_FILTER_TEXT, FILTER_OUTCOME },
	{ "class", CALL_FILTER_TEXT, FILTER_CLASS },
	{ "number_id", CALL_FILTER_ID, FILTER_NUMBER },
	{ "pool_id", CALL_FILTER_ID, FILTER_POOL },
	{ "destination_id", CALL_FILTER_ID, FILTER_DESTINATION },
	{ "location_id", CALL_FILTER_ID, FILTER_LOCATION },
	{ "min_talk_s", CALL_FILTER_MIN, FILTER_TALK_MS },
	{ "max_talk_s", CALL_FILTER_MAX, FILTER_TALK_MS },
	{ "min_ring_s", CALL_FILTER_MIN, FILTER_RING_MS },
	{ "max_ring_s", CALL_FILTER_MAX, FILTER_RING_MS },
	{ "min_risk", CALL_FILTER_MIN, FILTER_RISK },
	{ "max_risk", CALL_FILTER_MAX, FILTER_RISK },
	{ "min_value", CALL_FILTER_MIN, FILTER_VALUE },
	{ "max_value", CALL_FILTER_MAX, FILTER_VALUE },
	{ "first_time", CALL_FILTER_FLAG, FILTER_FIRST_TIME },
	{ "qualified", CALL_FILTER_FLAG, FILTER_QUALIFIED },
	{ "tag", CALL_FILTER_TAG, 0 },
	{ "caller", CALL_FILTER_CALLER, 0 },
	{ "search", CALL_FILTER_SEARCH, 0 },
};

enum err api_filter_bool(const struct req *r, const char *name, bool *out)
{
	struct slice s;
	const enum err e = req_query(r, name, &s);

	if (e != ERR_OK)
		return e;
	*out = slice_eq_cstr(s, "true");
	return *out || slice_eq_cstr(s, "false")
		   ? ERR_OK
		   : api_query_wrong(r, name, ERR_SYNTAX);
}

/* A moment, or the begin of a day; of `to` the day's end. */
static enum err moment(const struct req *r, struct tz *z, const char *name,
    bool end, int64_t *out)
{
	struct tz_date day;
	struct slice s;
	enum err e;

	if ((e = req_query(r, name, &s)) != ERR_OK)
		return e;
	if (s.n != 10)
		return clk_rfc3339_parse(s, out);
	if ((e = tz_date_parse(s, &day)) != ERR_OK)
		return e;
	return tz_day_start(z, end ? tz_date_add(day, 1) : day, out);
}

static const char when[] =
    "A day, such as 2026-11-20, or a time with its "
    "zone, such as 2026-11-20T09:30:00Z.";

/* What changed lately may have happened long ago. */
static int64_t begin_unless_said(const struct req *r, int64_t to_us)
{
	struct slice s;

	return req_query(r, "updated_since", &s) == ERR_NOTFOUND
		   ? to_us - DAYS_UNLESS_SAID * RT_DAY_US
		   : 0;
}

/* Without `to` it is `from` that lies beyond now. */
static enum err wrong_way(const struct req *r)
{
	struct slice s;

	return req_query(r, "to", &s) == ERR_NOTFOUND
		   ? api_query_wrong_as(r, "from",
			 "Before now, unless `to` is given, too.", ERR_RANGE)
		   : api_query_wrong_as(r, "to", "After what `from` says.",
			 ERR_RANGE);
}

static enum err read_period(const struct req *r, struct tz *z,
    struct api_period *p)
{
	enum err e;

	e = moment(r, z, "to", true, &p->to_us);
	if (e == ERR_NOTFOUND)
		p->to_us = r->now_us + RT_MIN_US; /* clocks differ a little */
	else if (e != ERR_OK)
		return api_query_wrong_as(r, "to", when, e);
	e = moment(r, z, "from", false, &p->from_us);
	if (e == ERR_NOTFOUND)
		p->from_us = begin_unless_said(r, p->to_us);
	else if (e != ERR_OK)
		return api_query_wrong_as(r, "from", when, e);
	return p->from_us < p->to_us ? ERR_OK : wrong_way(r);
}

enum err api_filter_period(const struct req *r, struct api_period *out)
{
	struct company_row company;
	struct tz *z;
	enum err e;

	if ((e = db_company_get(r->db, r->company, &company)) != ERR_OK ||
	    (e = tz_open(slice_from(company.time_zone), &z)) != ERR_OK)
		return e;
	e = read_period(r, z, out);
	tz_close(z);
	if (e == ERR_OK && !slice_to_cstr(slice_from(company.time_zone),
			       out->zone, sizeof(out->zone)))
		return ERR_INTERNAL;
	return e;
}

/* The company's tag of that name or id. */
static enum err put_tag(const struct req *r, struct slice s,
    struct db_report_calls_filter *f)
{
	enum err e;

	if (call_filter_put(CALL_FILTER_TAG, 0, s, f) == ERR_OK)
		return ERR_OK;
	e = db_mark_tag_find(r->db, r->company, s, &f->f.tag);
	/* One that is not there: no call has it. */
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err put(const struct req *r, const struct param *q, struct slice s,
    struct db_report_calls_filter *f)
{
	if (q->kind == CALL_FILTER_TAG)
		return put_tag(r, s, f);
	/* "yes" is for forms. */
	if (q->kind == CALL_FILTER_FLAG && !slice_eq_cstr(s, "true") &&
	    !slice_eq_cstr(s, "false"))
		return ERR_RANGE;
	if (q->kind == CALL_FILTER_TEXT && q->at == FILTER_OUTCOME &&
	    slice_eq_cstr(s, "none"))
		s = SLICE("~");
	return call_filter_put(q->kind, q->at, s, f);
}

enum err api_filter(const struct req *r, struct db_sheet_calls_filter *out)
{
	struct db_sheet_calls_filter f = { .log = { .way = 0 } };
	struct api_period p;
	struct slice s;
	enum err e;

	if ((e = api_filter_period(r, &p)) != ERR_OK)
		return e;
	f.log.f.from_us = p.from_us;
	f.log.f.to_us = p.to_us;
	for (size_t i = 0; i < RT_ARRAY_LEN(params); i++) {
		e = req_query(r, params[i].name, &s);
		if (e == ERR_OK && (s = slice_trim(s)).n > 0)
			e = put(r, &params[i], s, &f.log);
		if (e != ERR_OK && e != ERR_NOTFOUND)
			return api_query_wrong(r, params[i].name, e);
	}
	e = req_query_id(r, "tracker_id", ID_KIND_tracker, f.tracker.v);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return api_query_wrong(r, "tracker_id", e);
	*out = f;
	return ERR_OK;
}

bool api_filter_knows(struct slice name, bool *figures)
{
	*figures = false;
	for (size_t i = 0; i < RT_ARRAY_LEN(params); i++)
		if (slice_eq_cstr(name, params[i].name)) {
			*figures = params[i].kind != CALL_FILTER_CALLER &&
				   params[i].kind != CALL_FILTER_SEARCH;
			return true;
		}
	return slice_eq_cstr(name, "tracker_id");
}

static const char *allows(const struct param *p)
{
	static const char *const ranges[FILTER_RANGE_COUNT] = {
		[FILTER_TALK_MS] = "Whole seconds, 0 to 86400.",
		[FILTER_RING_MS] = "Whole seconds, 0 to 86400.",
		[FILTER_RISK] = "A whole number from 0 to 100.",
		[FILTER_VALUE] = "Whole units of money, 0 to 1000000000.",
	};

	switch (p->kind) {
	case CALL_FILTER_RESULT:
		return "One of answered, unanswered, missed, abandoned, "
		       "voicemail, failed, blocked, interrupted, live.";
	case CALL_FILTER_TEXT:
		return "A text of at most 255 characters, or ~ for calls "
		       "without one.";
	case CALL_FILTER_ID:
		return "The id of one, or ~ for calls without one.";
	case CALL_FILTER_MIN:
	case CALL_FILTER_MAX:
		return ranges[p->at];
	case CALL_FILTER_FLAG:
		return "true or false.";
	case CALL_FILTER_CALLER:
		return "The begin of a number, at most 16 characters.";
	case CALL_FILTER_TAG:
	case CALL_FILTER_SEARCH:
		break;
	}
	return "A text of a few words.";
}

const char *api_filter_allows(const char *name)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(params); i++)
		if (slice_eq_cstr(slice_from(name), params[i].name))
			return allows(&params[i]);
	return "The id of one.";
}
