#include "cgi/web/call_filter.h"

#include "lib/base/scan.h"
#include "lib/base/utf8.h"

#define TEXT_CHARS  255
#define CALLER_MAX  16 /* E.164 with its plus */
#define SECONDS_MAX 86400
#define RISK_MAX    100
#define VALUE_MAX   UINT64_C(1000000000) /* whole units of money */

static const char *const results[] = { "answered", "unanswered", "missed",
	"abandoned", "voicemail", "failed", "blocked", "interrupted", "live" };

static const enum id_kind ids[FILTER_ID_COUNT] = {
	[FILTER_NUMBER] = ID_KIND_number,
	[FILTER_POOL] = ID_KIND_pool,
	[FILTER_DESTINATION] = ID_KIND_destination,
	[FILTER_LOCATION] = ID_KIND_location,
};

static const struct {
	uint64_t most;
	int64_t one; /* what one is in the filter */
} limits[FILTER_RANGE_COUNT] = {
	[FILTER_TALK_MS] = { SECONDS_MAX, 1000 },
	[FILTER_RING_MS] = { SECONDS_MAX, 1000 },
	[FILTER_RISK] = { RISK_MAX, 1 },
	[FILTER_VALUE] = { VALUE_MAX, 1000000 },
};

static bool is_none(struct slice s)
{
	return slice_eq_cstr(s, "~");
}

static enum err put_result(struct slice s, struct db_filter *f)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(results); i++)
		if (slice_eq_cstr(s, results[i])) {
			f->result = s;
			return ERR_OK;
		}
	return ERR_RANGE;
}

static enum err put_text(int at, struct slice s, struct db_filter *f)
{
	if (utf8_count(s) > TEXT_CHARS)
		return ERR_RANGE;
	f->by_text[at] = true;
	f->text[at] = is_none(s)            ? SLICE("")
		      : at == FILTER_REGION ? geo_state_region(s)
					    : s;
	return ERR_OK;
}

static enum err put_id(int at, struct slice s, struct db_filter *f)
{
	f->by_id[at] = true;
	return is_none(s) ? ERR_OK : id_parse(ids[at], s, f->id[at]);
}

/* Times are kept in thousandths and asked for in whole seconds: "to 59" ends
 * where "from 60" begins, also for the 59.5 s between them. To 0 is none at
 * all, so that from 1 is any. */
static int64_t limit_of(int at, bool least, uint64_t n)
{
	const int64_t one = limits[at].one;
	const int64_t whole = (int64_t)n * one;

	if (at != FILTER_TALK_MS && at != FILTER_RING_MS)
		return whole;
	if (least)
		return n == 1 ? 1 : whole;
	return n == 0 ? 0 : whole + one - 1;
}

static enum err put_limit(int at, bool least, struct slice s,
    struct db_filter *f)
{
	uint64_t n;
	const enum err e = scan_whole_u64(s, limits[at].most, &n);

	if (e != ERR_OK)
		return e;
	if (!f->by_range[at]) {
		f->by_range[at] = true;
		f->min[at] = INT64_MIN;
		f->max[at] = INT64_MAX;
	}
	*(least ? &f->min[at] : &f->max[at]) = limit_of(at, least, n);
	return ERR_OK;
}

static enum err put_flag(int at, struct slice s, struct db_filter *f)
{
	if (slice_eq_cstr(s, "yes") || slice_eq_cstr(s, "true"))
		f->want[at] = FILTER_YES;
	else if (slice_eq_cstr(s, "no") || slice_eq_cstr(s, "false"))
		f->want[at] = FILTER_NO;
	else
		return ERR_RANGE;
	return ERR_OK;
}

/* What no number is would find nothing, as a number that never called does. */
static enum err put_caller(struct slice s, struct db_report_calls_filter *f)
{
	const struct slice digits = slice_skip(s, 1);

	if (s.n < 3 || s.n > CALLER_MAX || s.p[0] != '+' || digits.p[0] == '0')
		return ERR_RANGE;
	for (size_t i = 0; i < digits.n; i++)
		if (!scan_is_digit(digits.p[i]))
			return ERR_RANGE;
	f->caller = s;
	return ERR_OK;
}

enum err call_filter_put(enum call_filter_kind kind, int at, struct slice s,
    struct db_report_calls_filter *f)
{
	switch (kind) {
	case CALL_FILTER_RESULT:
		return put_result(s, &f->f);
	case CALL_FILTER_TEXT:
		return put_text(at, s, &f->f);
	case CALL_FILTER_ID:
		return put_id(at, s, &f->f);
	case CALL_FILTER_TAG:
		f->f.by_tag = true;
		return id_parse(ID_KIND_tag, s, f->f.tag.v);
	case CALL_FILTER_MIN:
	case CALL_FILTER_MAX:
		return put_limit(at, kind == CALL_FILTER_MIN, s, &f->f);
	case CALL_FILTER_FLAG:
		return put_flag(at, s, &f->f);
	case CALL_FILTER_CALLER:
		return put_caller(s, f);
	case CALL_FILTER_SEARCH:
		break;
	}
	f->search = s;
	return utf8_count(s) > DB_REPORT_CALLS_SEARCH_CHARS ? ERR_RANGE
							    : ERR_OK;
}

const char *call_filter_may_be(enum call_filter_kind kind, int at)
{
	switch (kind) {
	case CALL_FILTER_RESULT:
		return "answered, unanswered, missed, abandoned, voicemail,"
		       " failed, blocked, interrupted or live";
	case CALL_FILTER_TEXT:
		return "a text of up to 255 characters, or ~ for none";
	case CALL_FILTER_ID:
		return "a key, as links have it, or ~ for none";
	case CALL_FILTER_TAG:
		return "a tag’s key, as links have it";
	case CALL_FILTER_MIN:
	case CALL_FILTER_MAX:
		if (at == FILTER_RISK)
			return "a whole number from 0 to 100";
		if (at == FILTER_VALUE)
			return "a whole number from 0 to 1000000000";
		return "whole seconds, from 0 to 86400";
	case CALL_FILTER_FLAG:
		return "yes or no";
	case CALL_FILTER_CALLER:
		return "a number with its country, as +14155550100";
	case CALL_FILTER_SEARCH:
		break;
	}
	return "a text of up to 64 characters";
}
