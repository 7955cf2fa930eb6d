#include "cgi/page/page_filter_priv.h"

#include <string.h>

#include "lib/base/scan.h"
#include "lib/text/esc.h"

#define TEXT_CHARS  255
#define TEXT_BYTES  ((size_t)4 * TEXT_CHARS)
#define PLAIN_MAX   200
#define SECONDS_MAX 86400
#define VALUE_MAX   UINT64_C(1000000000) /* in whole units of money */
#define MS          1000
#define MICROS      1000000

enum kind {
	RESULT,
	TEXT,
	ID,
	TAG,
	MIN,
	MAX,
	FLAG,
	CALLER,
	SEARCH,
	PLAIN /* no filter: how the page shows what it shows */
};

static const struct param {
	const char *name; /* in the address */
	const char *label;
	enum kind kind;
	int at;          /* of the enums of db_filter.h */
	enum id_kind id; /* ID */
	int64_t scale;   /* MIN, MAX: what one is in the filter */
} params[] = {
	{ .name = "result", .label = "Result", .kind = RESULT },
	{ "channel", "Channel", TEXT, FILTER_CHANNEL, 0, 0 },
	{ "source", "Source", TEXT, FILTER_SOURCE, 0, 0 },
	{ "medium", "Medium", TEXT, FILTER_MEDIUM, 0, 0 },
	{ "campaign", "Campaign", TEXT, FILTER_CAMPAIGN, 0, 0 },
	{ "ad_group", "Ad group", TEXT, FILTER_AD_GROUP, 0, 0 },
	{ "ad", "Ad", TEXT, FILTER_AD, 0, 0 },
	{ "keyword", "Keyword", TEXT, FILTER_KEYWORD, 0, 0 },
	{ "match", "Match type", TEXT, FILTER_MATCH, 0, 0 },
	{ "device", "Device", TEXT, FILTER_DEVICE, 0, 0 },
	{ "landing", "Landing page", TEXT, FILTER_LANDING, 0, 0 },
	{ "referrer", "Referrer", TEXT, FILTER_REFERRER, 0, 0 },
	{ "place", "Place", TEXT, FILTER_PLACE, 0, 0 },
	{ "country", "Country", TEXT, FILTER_COUNTRY, 0, 0 },
	{ "outcome", "Outcome", TEXT, FILTER_OUTCOME, 0, 0 },
	{ "class", "Probably", TEXT, FILTER_CLASS, 0, 0 },
	{ "number", "Number", ID, FILTER_NUMBER, ID_KIND_number, 0 },
	{ "pool", "Pool", ID, FILTER_POOL, ID_KIND_pool, 0 },
	{ "destination", "Answering side", ID, FILTER_DESTINATION,
	    ID_KIND_destination, 0 },
	{ "location", "Location", ID, FILTER_LOCATION, ID_KIND_location, 0 },
	{ .name = "tag", .label = "Tag", .kind = TAG, .id = ID_KIND_tag },
	{ "talk_min", "Talk from, s", MIN, FILTER_TALK_MS, 0, MS },
	{ "talk_max", "Talk to, s", MAX, FILTER_TALK_MS, 0, MS },
	{ "ring_min", "Rang from, s", MIN, FILTER_RING_MS, 0, MS },
	{ "ring_max", "Rang to, s", MAX, FILTER_RING_MS, 0, MS },
	{ "risk_min", "Risk from", MIN, FILTER_RISK, 0, 1 },
	{ "risk_max", "Risk to", MAX, FILTER_RISK, 0, 1 },
	{ "value_min", "Value from", MIN, FILTER_VALUE, 0, MICROS },
	{ "value_max", "Value to", MAX, FILTER_VALUE, 0, MICROS },
	{ "first", "First-time", FLAG, FILTER_FIRST_TIME, 0, 0 },
	{ "qualified", "Qualified", FLAG, FILTER_QUALIFIED, 0, 0 },
	{ .name = "caller", .label = "Caller", .kind = CALLER },
	{ .name = "q", .label = "Search", .kind = SEARCH },
	{ .name = "cols", .label = "", .kind = PLAIN },
	{ .name = "by", .label = "", .kind = PLAIN },
	{ .name = "split", .label = "", .kind = PLAIN },
	{ .name = "metric", .label = "", .kind = PLAIN },
	{ .name = "own", .label = "", .kind = PLAIN },
};
_Static_assert(RT_ARRAY_LEN(params) <= PAGE_FILTER_PARAMS, "room for all");

static const char *const results[] = { "answered", "unanswered", "missed",
	"abandoned", "voicemail", "failed", "blocked", "interrupted", "live" };

/* --- reading ---------------------------------------------------------------*/

static bool is_none(struct slice s)
{
	return slice_eq_cstr(s, "~");
}

static enum err read_result(struct slice s, struct page_filter *p)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(results); i++)
		if (slice_eq_cstr(s, results[i])) {
			p->f.result = s;
			return ERR_OK;
		}
	return ERR_RANGE;
}

static enum err read_text(const struct param *q, struct slice s,
    struct page_filter *p)
{
	if (s.n > TEXT_BYTES)
		return ERR_RANGE;
	p->f.by_text[q->at] = true;
	p->f.text[q->at] = is_none(s) ? SLICE("") : s;
	return ERR_OK;
}

static enum err read_id(const struct param *q, struct slice s,
    struct page_filter *p)
{
	p->f.by_id[q->at] = true;
	return is_none(s) ? ERR_OK : id_parse(q->id, s, p->f.id[q->at]);
}

static enum err read_limit(const struct param *q, struct slice s,
    struct page_filter *p)
{
	const uint64_t most = q->scale == MICROS ? VALUE_MAX : SECONDS_MAX;
	uint64_t n;
	const enum err e = scan_whole_u64(s, most, &n);

	if (e != ERR_OK)
		return e;
	if (!p->f.by_range[q->at]) {
		p->f.by_range[q->at] = true;
		p->f.min[q->at] = INT64_MIN;
		p->f.max[q->at] = INT64_MAX;
	}
	if (q->kind == MIN)
		p->f.min[q->at] = (int64_t)n * q->scale;
	else
		p->f.max[q->at] = (int64_t)n * q->scale;
	return ERR_OK;
}

static enum err read_flag(const struct param *q, struct slice s,
    struct page_filter *p)
{
	if (slice_eq_cstr(s, "yes"))
		p->f.want[q->at] = FILTER_YES;
	else if (slice_eq_cstr(s, "no"))
		p->f.want[q->at] = FILTER_NO;
	else
		return ERR_RANGE;
	return ERR_OK;
}

static enum err read_one(const struct param *q, struct slice s,
    struct page_filter *p)
{
	switch (q->kind) {
	case RESULT:
		return read_result(s, p);
	case TEXT:
		return read_text(q, s, p);
	case ID:
		return read_id(q, s, p);
	case TAG:
		p->f.by_tag = true;
		return id_parse(q->id, s, p->f.tag.v);
	case MIN:
	case MAX:
		return read_limit(q, s, p);
	case FLAG:
		return read_flag(q, s, p);
	case CALLER:
		p->caller = s;
		return s.n > 16 ? ERR_RANGE : ERR_OK;
	case PLAIN:
		return s.n > PLAIN_MAX ? ERR_RANGE : ERR_OK;
	case SEARCH:
		break;
	}
	p->search = s;
	return s.n > DB_REPORT_CALLS_SEARCH_MAX ? ERR_RANGE : ERR_OK;
}

enum err page_filter_read(const struct req *r, const struct page_range *range,
    const char *path, struct page_filter *out)
{
	struct page_filter p = { .r = r, .path = path, .range = range };

	p.f.from_us = range->from_us;
	p.f.to_us = range->to_us;
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
		if ((e = read_one(&params[i], s, &p)) != ERR_OK)
			return e;
	}
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

static const char *param_at(enum kind kind, int at)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(params); i++)
		if (params[i].kind == kind && params[i].at == at)
			return params[i].name;
	return NULL;
}

const char *page_filter_of_text(enum filter_text t)
{
	return param_at(TEXT, (int)t);
}

const char *page_filter_of_id(enum filter_id i)
{
	return param_at(ID, (int)i);
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
	*tag = params[i].kind == TAG;
	*kind =
	    params[i].kind == ID ? (enum filter_id)params[i].at : FILTER_NUMBER;
	return params[i].kind == ID || params[i].kind == TAG;
}
