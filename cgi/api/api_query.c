#include "cgi/api/api_query.h"

#include "cgi/api/api_filter.h"
#include "lib/base/utf8.h"

#define NAME_SHOWN 64 /* bytes of a name that is not known */

#define ANY (~0U)

static const struct {
	const char *name;
	unsigned int sets;
} known[] = {
	{ "active", API_QUERY_LIST },
	{ "company_id", ANY },
	{ "cursor", API_QUERY_PAGE },
	{ "fields", API_QUERY_FIELDS },
	{ "from", API_QUERY_LIST | API_QUERY_PERIOD },
	{ "group_by", API_QUERY_GROUP },
	{ "interval", API_QUERY_EVERY },
	{ "limit", API_QUERY_PAGE | API_QUERY_LIMIT },
	{ "name", API_QUERY_NAME },
	{ "search", API_QUERY_LIST },
	{ "sort", API_QUERY_SORT },
	{ "state", API_QUERY_STATE },
	{ "version", API_QUERY_VERSION },
	{ "to", API_QUERY_LIST | API_QUERY_PERIOD },
};

static bool is_known(struct slice name, unsigned int sets)
{
	bool figures;

	for (size_t i = 0; i < RT_ARRAY_LEN(known); i++)
		if (slice_eq_cstr(name, known[i].name) &&
		    ((known[i].sets & sets) != 0 || known[i].sets == ANY))
			return true;
	if (!api_filter_knows(name, &figures))
		return false;
	return (sets & API_QUERY_CALLS) != 0 ||
	       (figures && (sets & API_QUERY_FIGURES) != 0);
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
