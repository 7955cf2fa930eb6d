#include "cgi/api/api_query.h"

#include "lib/base/utf8.h"

#define NAME_SHOWN 64 /* bytes of a name that is not known */

#define ANY (~0U)

static const struct {
	const char *name;
	unsigned int sets;
} known[] = {
	{ "active", API_QUERY_LIST },
	{ "ad", API_QUERY_FIGURES },
	{ "ad_group", API_QUERY_FIGURES },
	{ "caller", API_QUERY_CALLS },
	{ "campaign", API_QUERY_FIGURES },
	{ "channel", API_QUERY_FIGURES },
	{ "class", API_QUERY_FIGURES },
	{ "company_id", ANY },
	{ "country", API_QUERY_FIGURES },
	{ "cursor", API_QUERY_PAGE },
	{ "destination_id", API_QUERY_FIGURES },
	{ "device", API_QUERY_FIGURES },
	{ "fields", API_QUERY_FIELDS },
	{ "first_time", API_QUERY_FIGURES },
	{ "from", API_QUERY_LIST | API_QUERY_PERIOD | API_QUERY_FIGURES },
	{ "group_by", API_QUERY_GROUP },
	{ "interval", API_QUERY_EVERY },
	{ "keyword", API_QUERY_FIGURES },
	{ "landing_page", API_QUERY_FIGURES },
	{ "limit", API_QUERY_PAGE | API_QUERY_LIMIT },
	{ "location_id", API_QUERY_FIGURES },
	{ "match_type", API_QUERY_FIGURES },
	{ "max_talk_s", API_QUERY_FIGURES },
	{ "medium", API_QUERY_FIGURES },
	{ "min_talk_s", API_QUERY_FIGURES },
	{ "number_id", API_QUERY_FIGURES },
	{ "outcome", API_QUERY_FIGURES },
	{ "place", API_QUERY_FIGURES },
	{ "pool_id", API_QUERY_FIGURES },
	{ "qualified", API_QUERY_FIGURES },
	{ "referrer_host", API_QUERY_FIGURES },
	{ "result", API_QUERY_FIGURES },
	{ "search", API_QUERY_LIST | API_QUERY_CALLS },
	{ "sort", API_QUERY_SORT },
	{ "source", API_QUERY_FIGURES },
	{ "state", API_QUERY_STATE },
	{ "tag", API_QUERY_FIGURES },
	{ "to", API_QUERY_LIST | API_QUERY_PERIOD | API_QUERY_FIGURES },
	{ "tracker_id", API_QUERY_CALLS },
};

static bool is_known(struct slice name, unsigned int sets)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(known); i++)
		if (slice_eq_cstr(name, known[i].name))
			return (known[i].sets & sets) != 0 ||
			       known[i].sets == ANY;
	return false;
}

static bool is_again(const struct req_param *p)
{
	for (const struct req_param *q = p->next; q != NULL; q = q->next)
		if (slice_eq(p->name, q->name))
			return true;
	return false;
}

static enum err refuse(struct resp *out, const char *before, struct slice name,
    const char *after)
{
	char mem[NAME_SHOWN + 96];
	struct buf b;
	size_t n = name.n < NAME_SHOWN ? name.n : NAME_SHOWN;

	while (n > 0 && !utf8_valid(slice_head(name, n)))
		n--;
	buf_over(&b, mem, sizeof(mem) - 1);
	buf_cstr(&b, before);
	buf_put(&b, slice_head(name, n));
	buf_cstr(&b, after);
	mem[b.n] = '\0';
	return resp_problem(out, 400, mem);
}

bool api_query_known(const struct req *r, unsigned int sets, struct resp *out,
    enum err *e)
{
	for (const struct req_param *p = r->query; p != NULL; p = p->next) {
		if (!is_known(p->name, sets)) {
			*e = refuse(out, "This address knows no parameter \"",
			    p->name, "\".");
			return false;
		}
		if (is_again(p)) {
			*e = refuse(out, "The parameter \"", p->name,
			    "\" is there twice.");
			return false;
		}
	}
	return true;
}
