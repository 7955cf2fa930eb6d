/*
 * api_filter.h - which calls: the filters of the log, from the query.
 *
 * from, to (RFC 3339, or days of the company: `to` included; without from the
 * thirty days before `to`), result, channel, source, medium, campaign,
 * ad_group, ad, keyword, match_type, device, landing_page, referrer_host,
 * place, country, class, outcome, tag (name or id), first_time, qualified,
 * min_ and max_ of talk_s, ring_s, risk and value, number_id, pool_id,
 * destination_id, location_id: these, figures know too; and caller, search,
 * tracker_id. Read as the pages read theirs (call_filter.h): an empty one asks
 * for nothing, "~" for calls without a value.
 */
#ifndef RT_CGI_API_API_FILTER_H
#define RT_CGI_API_API_FILTER_H

#include "cgi/web/req.h"
#include "lib/db/db_sheet_calls.h"

/* True: a filter of that name; *figures: figures know it. */
bool api_filter_knows(struct slice name, bool *figures);

/* What it may be, in words; NULL: no such filter. */
const char *api_filter_allows(const char *name);

/* ERR_SYNTAX, ERR_RANGE: of a parameter that api_query.h was told. */
RT_MUST_USE enum err api_filter(const struct req *r,
    struct db_sheet_calls_filter *out);

/* The period alone, and the company's zone. */
struct api_period {
	int64_t from_us;
	int64_t to_us;
	char zone[DB_ZONE_BYTES];
};
RT_MUST_USE enum err api_filter_period(const struct req *r,
    struct api_period *out);

/* "true" or "false". ERR_NOTFOUND: not sent. */
RT_MUST_USE enum err api_filter_bool(const struct req *r, const char *name,
    bool *out);

#endif
