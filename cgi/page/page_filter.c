#include "cgi/page/page_filter_priv.h"

#include <string.h>

#include "cgi/web/call_filter.h"
#include "lib/text/esc.h"

#define PLAIN_MAX 200

/* No filter: how the page shows what it shows. */
#define PLAIN (-1)

static const struct param {
	const char *name; /* in the address */
	const char *label;
	int kind; /* of enum call_filter_kind, or PLAIN */
	int at;   /* of the enums of db_filter.h */
} params[] = {
	{ "result", "Result", CALL_FILTER_RESULT, 0 },
	{ "channel", "Channel", CALL_FILTER_TEXT, FILTER_CHANNEL },
	{ "source", "Source", CALL_FILTER_TEXT, FILTER_SOURCE },
	{ "medium", "Medium", CALL_FILTER_TEXT, FILTER_MEDIUM },
	{ "campaign", "Campaign", CALL_FILTER_TEXT, FILTER_CAMPAIGN },
	{ "ad_group", "Ad group", CALL_FILTER_TEXT, FILTER_AD_GROUP },
	{ "ad", "Ad", CALL_FILTER_TEXT, FILTER_AD },
	{ "keyword", "Keyword", CALL_FILTER_TEXT, FILTER_KEYWORD },
	{ "match", "Match type", CALL_FILTER_TEXT, FILTER_MATCH },
	{ "device", "Device", CALL_FILTER_TEXT, FILTER_DEVICE },
	{ "landing", "Landing page", CALL_FILTER_TEXT, FILTER_LANDING },
	{ "referrer", "Referrer", CALL_FILTER_TEXT, FILTER_REFERRER },
	{ "place", "Place", CALL_FILTER_TEXT, FILTER_PLACE },
	{ "region", "State or region", CALL_FILTER_TEXT, FILTER_REGION },
	{ "country", "Country", CALL_FILTER_TEXT, FILTER_COUNTRY },
	{ "outcome", "Outcome", CALL_FILTER_TEXT, FILTER_OUTCOME },
	{ "class", "Probably", CALL_FILTER_TEXT, FILTER_CLASS },
	{ "number", "Number", CALL_FILTER_ID, FILTER_NUMBER },
	{ "pool", "Pool", CALL_FILTER_ID, FILTER_POOL },
	{ "destination", "Answering side", CALL_FILTER_ID, FILTER_DESTINATION },
	{ "location", "Location", CALL_FILTER_ID, FILTER_LOCATION },
	{ "tag", "Tag", CALL_FILTER_TAG, 0 },
	{ "talk_min", "Talk from, s", CALL_FILTER_MIN, FILTER_TALK_MS },
	{ "talk_max", "Talk to, s", CALL_FILTER_MAX, FILTER_TALK_MS },
	{ "ring_min", "Rang from, s", CALL_FILTER_MIN, FILTER_RING_MS },
	{ "ring_max", "Rang to, s", CALL_FILTER_MAX, FILTER_RING_MS },
	{ "risk_min", "Risk from", CALL_FILTER_MIN, FILTER_RISK },
	{ "risk_max", "Risk to", CALL_FILTER_MAX, FILTER_RISK },
	{ "value_min", "Value from", CALL_FILTER_MIN, FILTER_VALUE },
	{ "value_max", "Value to", CALL_FILTER_MAX, FILTER_VALUE },
	{ "first", "First-time", CALL_FILTER_FLAG, FILTER_FIRST_TIME },
	{ "qualified", "Qualified", CALL_FILTER_FLAG, FILTER_QUALIFIED },
	{ "caller", "Caller", CALL_FILTER_CALLER, 0 },
	{ "q", "Search", CALL_FILTER_SEARCH, 0 },
	{ "cols", "", PLAIN, 0 },
	{ "by", "", PLAIN, 0 },
	{ "split", "", PLAIN, 0 },
	{ "metric", "", PLAIN, 0 },
	{ "own", "", PLAIN, 0 },
	{ "sort", "", PLAIN, 0 },
	{ "dir", "", PLAIN, 0 },
	{ "came", "", PLAIN, 0 },
};
_Static_assert(RT_ARRAY_LEN(params) <= PAGE_FILTER_PARAMS, "room for all");

/* --- reading ---------------------------------------------------------------*/

static enum err read_one(const struct param *q, struct slice s,
    struct db_report_calls_filter *f)
{
	if (q->kind == PLAIN)
		return s.n > PLAIN_MAX ? ERR_RANGE : ERR_OK;
	return call_filter_put((enum call_filter_kind)q->kind, q->at, s, f);
}

static enum err wrong(const struct req *r, const struct param *q)
{
	return req_wrong(r, q->name,
	    q->kind == PLAIN
		? "one of the words that links have"
		: call_filter_may_be((enum call_filter_kind)q->kind, q->at));
}

enum err page_filter_read(const struct req *r, const struct page_range *range,
    const char *path, struct page_filter *out)
{
	struct page_filter p = { .r = r, .path = path, .range = range };
	struct db_report_calls_filter f = { .f = { .from_us = range->from_us,
						.to_us = range->to_us } };

	for (size_t i = 0; i < RT_ARRAY_LEN(params); i++) {
		struct slice s;
		enum err e = req_query(r, params[i].name, &s);

		if (e == ERR_NOTFOUND)
			continue;
		if (e != ERR_OK)
			return e;
		s = slice_trim(s);
		if (s.n == 0)
			continue;
		p.value[i] = s;
		if (read_one(&params[i], s, &f) != ERR_OK)
			return wrong(r, &params[i]);
	}
	p.f = f.f;
	p.caller = f.caller;
	p.search = f.search;
	*out = p;
	return ERR_OK;
}

bool page_filter_any(const struct page_filter *p)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(params); i++)
		if (p->value[i].n > 0 && params[i].kind != PLAIN)
			return true;
	return false;
}

struct slice page_filter_value(const struct page_filter *p, const char *name)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(params); i++)
		if (strcmp(params[i].name, name) == 0)
			return p->value[i];
	return SLICE("");
}

enum err page_filter_can(const struct page_filter *p,
    enum err (*can)(const struct db_filter *f))
{
	if (can(&p->f) == ERR_OK)
		return ERR_OK;
	for (size_t i = 0; i < RT_ARRAY_LEN(params); i++) {
		struct db_report_calls_filter one = { .f = { .to_us = 1 } };

		if (p->value[i].n > 0 && params[i].kind != PLAIN &&
		    read_one(&params[i], p->value[i], &one) == ERR_OK &&
		    can(&one.f) != ERR_OK)
			return req_wrong(p->r, params[i].name,
			    "nothing, as this list has no such filter");
	}
	return ERR_RANGE;
}

enum err page_filter_refuse(const struct page_filter *p, const char *name)
{
	return page_filter_value(p, name).n == 0
		   ? ERR_OK
		   : req_wrong(p->r, name,
			 "nothing, as this page has no such filter");
}

bool page_filter_personal(const struct page_filter *p)
{
	return p->caller.n > 0 || p->search.n > 0;
}

/* --- addresses -------------------------------------------------------------*/

void page_filter_param(struct buf *b, const char *name, struct slice value)
{
	buf_char(b, '&');
	buf_cstr(b, name);
	buf_char(b, '=');
	esc_url(value, b);
}

void page_filter_query(const struct page_filter *p, const char *without,
    struct buf *b)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(params); i++)
		if (p->value[i].n > 0 &&
		    (without == NULL ||
			!slice_eq_cstr(slice_from(without), params[i].name)))
			page_filter_param(b, params[i].name, p->value[i]);
}

void page_filter_href(const struct page_filter *p, const char *without,
    struct slice more, struct view *item, const char *key)
{
	char mem[PAGE_FILTER_HREF_MAX];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	buf_cstr(&b, p->path);
	buf_char(&b, '?');
	page_range_query(p->range, &b);
	page_filter_query(p, without, &b);
	buf_put(&b, more);
	view_slice(item, key,
	    buf_err(&b) == ERR_OK ? buf_slice(&b) : slice_from(p->path));
}

void page_filter_put(struct page_filter *p, const char *name,
    struct slice value)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(params); i++)
		if (strcmp(params[i].name, name) == 0)
			p->value[i] = value;
}

void page_filter_href_order(const struct page_filter *p, struct slice order,
    struct view *item, const char *key)
{
	struct page_filter plain = *p;

	page_filter_put(&plain, "dir", SLICE(""));
	page_filter_href(&plain, "sort", order, item, key);
}

/* talk and ring stand for two limits each. */
static bool is_about(const struct param *q, const char *dim)
{
	const size_t n = dim == NULL ? 0 : strlen(dim);

	return n > 0 && strncmp(q->name, dim, n) == 0 &&
	       (q->name[n] == '\0' || strcmp(q->name + n, "_min") == 0 ||
		   strcmp(q->name + n, "_max") == 0);
}

void page_filter_href_calls(const struct page_filter *p, const char *by,
    const char *split, struct slice more, struct view *item, const char *key)
{
	char mem[PAGE_FILTER_HREF_MAX];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	buf_cstr(&b, "/calls?");
	page_range_query(p->range, &b);
	for (size_t i = 0; i < RT_ARRAY_LEN(params); i++)
		if (p->value[i].n > 0 && params[i].kind != PLAIN &&
		    !is_about(&params[i], by) && !is_about(&params[i], split))
			page_filter_param(&b, params[i].name, p->value[i]);
	buf_put(&b, more);
	view_slice(item, key,
	    buf_err(&b) == ERR_OK ? buf_slice(&b) : SLICE("/calls"));
}

static void keep(const struct page_filter *p, const char *list, bool plain,
    struct view *v)
{
	view_list(v, list);
	for (size_t i = 0; i < RT_ARRAY_LEN(params); i++)
		if (p->value[i].n > 0 && (plain || params[i].kind != PLAIN)) {
			struct view *item = view_item(v, list);

			view_cstr(item, "keep_name", params[i].name);
			view_slice(item, "keep_value", p->value[i]);
		}
}

void page_filter_keep(const struct page_filter *p, struct view *v)
{
	keep(p, "range_keep", true, v);
}

void page_filter_keep_filters(const struct page_filter *p, struct view *v)
{
	keep(p, "report_keep", false, v);
}

size_t page_filter_count(void)
{
	return RT_ARRAY_LEN(params);
}

const char *page_filter_name(size_t i)
{
	return params[i].name;
}

const char *page_filter_label(size_t i)
{
	return params[i].label;
}

bool page_filter_names_of(size_t i, enum filter_id *kind, bool *tag)
{
	const bool id = params[i].kind == CALL_FILTER_ID;

	*tag = params[i].kind == CALL_FILTER_TAG;
	*kind = id ? (enum filter_id)params[i].at : FILTER_NUMBER;
	return id || *tag;
}
