#include "cgi/api/api_filter.h"

#include "lib/base/clk.h"
#include "lib/db/db_company.h"
#include "lib/phone/tz.h"

#define DAYS_UNLESS_SAID 30
#define TEXT_MAX         1020

enum err api_filter_bool(const struct req *r, const char *name, bool *out)
{
	struct slice s;
	const enum err e = req_query(r, name, &s);

	if (e != ERR_OK)
		return e;
	*out = slice_eq_cstr(s, "true");
	return *out || slice_eq_cstr(s, "false") ? ERR_OK : ERR_SYNTAX;
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

static enum err read_period(const struct req *r, struct tz *z,
    struct api_period *p)
{
	enum err e;

	e = moment(r, z, "to", true, &p->to_us);
	if (e == ERR_NOTFOUND)
		p->to_us = r->now_us + RT_MIN_US; /* clocks differ a little */
	else if (e != ERR_OK)
		return e;
	e = moment(r, z, "from", false, &p->from_us);
	if (e == ERR_NOTFOUND)
		p->from_us = p->to_us - DAYS_UNLESS_SAID * RT_DAY_US;
	else if (e != ERR_OK)
		return e;
	return p->from_us < p->to_us ? ERR_OK : ERR_RANGE;
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

static enum err opt(enum err e)
{
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err read_texts(const struct req *r, struct db_sheet_calls_filter *f)
{
	const struct {
		const char *name;
		struct slice *to;
	} texts[] = {
		{ "result", &f->result },
		{ "channel", &f->channel },
		{ "source", &f->source },
		{ "medium", &f->medium },
		{ "campaign", &f->campaign },
		{ "ad_group", &f->ad_group },
		{ "ad", &f->ad },
		{ "keyword", &f->keyword },
		{ "match_type", &f->match_type },
		{ "device", &f->device },
		{ "landing_page", &f->landing_page },
		{ "referrer_host", &f->referrer_host },
		{ "place", &f->place },
		{ "country", &f->country },
		{ "class", &f->verdict },
		{ "outcome", &f->outcome },
		{ "tag", &f->tag },
		{ "caller", &f->caller },
		{ "search", &f->search },
	};
	enum err e = ERR_OK;

	for (size_t i = 0; i < RT_ARRAY_LEN(texts) && e == ERR_OK; i++) {
		*texts[i].to = SLICE("");
		e = opt(req_query(r, texts[i].name, texts[i].to));
		if (e == ERR_OK && texts[i].to->n > TEXT_MAX)
			e = ERR_RANGE;
	}
	if (e == ERR_OK && f->search.n > DB_SHEET_CALLS_SEARCH_MAX)
		e = ERR_RANGE;
	return e;
}

static enum err read_ids(const struct req *r, struct db_sheet_calls_filter *f)
{
	const struct {
		const char *name;
		enum id_kind kind;
		uint8_t *to;
	} ids[] = {
		{ "number_id", ID_KIND_number, f->number.v },
		{ "tracker_id", ID_KIND_tracker, f->tracker.v },
		{ "pool_id", ID_KIND_pool, f->pool.v },
		{ "destination_id", ID_KIND_destination, f->destination.v },
		{ "location_id", ID_KIND_location, f->location.v },
	};
	enum err e = ERR_OK;

	for (size_t i = 0; i < RT_ARRAY_LEN(ids) && e == ERR_OK; i++)
		e = opt(req_query_id(r, ids[i].name, ids[i].kind, ids[i].to));
	return e;
}

enum err api_filter(const struct req *r, struct db_sheet_calls_filter *out)
{
	struct db_sheet_calls_filter f = { .from_us = 0 };
	struct api_period p;
	enum err e;

	if ((e = api_filter_period(r, &p)) != ERR_OK ||
	    (e = read_texts(r, &f)) != ERR_OK ||
	    (e = read_ids(r, &f)) != ERR_OK)
		return e;
	f.from_us = p.from_us;
	f.to_us = p.to_us;
	e = api_filter_bool(r, "first_time", &f.first_time);
	f.has_first_time = e == ERR_OK;
	if (opt(e) != ERR_OK)
		return e;
	e = api_filter_bool(r, "qualified", &f.qualified);
	f.has_qualified = e == ERR_OK;
	if (opt(e) != ERR_OK)
		return e;
	if ((e = opt(req_query_u64(r, "min_talk_s", 0, 86400,
		 &f.min_talk_s))) == ERR_OK)
		e = opt(
		    req_query_u64(r, "max_talk_s", 1, 86400, &f.max_talk_s));
	if (e == ERR_OK)
		*out = f;
	return e;
}
