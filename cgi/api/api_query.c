#include "cgi/api/api_query.h"

#include <string.h>

#include "cgi/api/api_fault.h"
#include "cgi/api/api_filter.h"
#include "cgi/api/api_who.h"

#define WORDS_MAX 2048

#define ANY (~0U)

static const char moment[] =
    "A time with its zone, such as 2026-11-20T09:30:00Z.";

static const struct {
	const char *name;
	unsigned int sets;
	const char *allows;
} known[] = {
	{ "active", API_QUERY_LIST, "true or false." },
	{ "company_id", ANY, "The id of a company: com_ and what follows." },
	{ "cursor", API_QUERY_PAGE,
	    "The next_cursor of a page of the same list and order." },
	{ "fields", API_QUERY_FIELDS, NULL },
	{ "from", API_QUERY_LIST | API_QUERY_PERIOD, moment },
	{ "group_by", API_QUERY_GROUP, NULL },
	{ "interval", API_QUERY_EVERY, NULL },
	{ "limit", API_QUERY_PAGE | API_QUERY_LIMIT,
	    "A whole number from 1 to 999." },
	{ "name", API_QUERY_NAME, "A name, once." },
	{ "search", API_QUERY_LIST, "A text of at most 64 characters." },
	{ "sort", API_QUERY_SORT, NULL },
	{ "state", API_QUERY_STATE, NULL },
	{ "updated_since", API_QUERY_CHANGED, moment },
	{ "version", API_QUERY_VERSION, "The number of a version." },
	{ "to", API_QUERY_LIST | API_QUERY_PERIOD, moment },
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

/* --- what was wrong --------------------------------------------------------
 */

/* The problem with that one parameter. */
static enum err answer(struct resp *out, struct slice name, const char *what,
    const char *allows)
{
	struct api_faults f = { .n = 0 };

	api_fault_parameter(&f, name, allows);
	return api_fault_answer(out, 400, what, &f);
}

bool api_query_known(const struct req *r, unsigned int sets, struct resp *out,
    enum err *e)
{
	for (const struct req_param *p = r->query; p != NULL; p = p->next) {
		if (!is_known(p->name, sets)) {
			*e = answer(out, p->name,
			    "This address does not know a parameter.",
			    "There is no such parameter here.");
			return false;
		}
		if (is_again(p)) {
			*e = answer(out, p->name, "A parameter is there twice.",
			    "Once.");
			return false;
		}
		if (slice_trim(p->value).n == 0) {
			*e = answer(out, p->name, "A parameter is empty.",
			    "A value; or leave it out.");
			return false;
		}
	}
	return true;
}

enum err api_query_wrong_of(const struct req *r, const char *name,
    const char *const *words, size_t n, enum err e)
{
	if (e == ERR_SYNTAX || e == ERR_RANGE)
		*api_who(r)->fault = (struct api_query_fault){ .name = name,
			.words = words,
			.n_words = n };
	return e;
}

enum err api_query_wrong_as(const struct req *r, const char *name,
    const char *allows, enum err e)
{
	if (e == ERR_SYNTAX || e == ERR_RANGE)
		*api_who(r)->fault =
		    (struct api_query_fault){ .name = name, .allows = allows };
	return e;
}

enum err api_query_wrong(const struct req *r, const char *name, enum err e)
{
	return api_query_wrong_as(r, name, NULL, e);
}

const char *api_query_down(const struct req *r, const char *name)
{
	const size_t n = name == NULL ? 0 : slice_from(name).n;
	char *mem = name == NULL ? NULL : arena_alloc(r->arena, n + 2);

	if (mem == NULL)
		return NULL;
	mem[0] = '-';
	memcpy(mem + 1, name, n + 1);
	return mem;
}

static const char *usual(const char *name)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(known); i++)
		if (slice_eq_cstr(slice_from(name), known[i].name) &&
		    known[i].allows != NULL)
			return known[i].allows;
	return api_filter_allows(name);
}

/* "One of a, b, c." */
static const char *one_of(const struct req *r, const struct api_query_fault *f)
{
	char *mem = arena_alloc(r->arena, WORDS_MAX);
	bool first = true;
	struct buf b;

	if (mem == NULL)
		return "";
	buf_over(&b, mem, WORDS_MAX - 1);
	buf_cstr(&b, "One of ");
	for (size_t i = 0; i < f->n_words; i++) {
		if (f->words[i] == NULL)
			continue;
		buf_cstr(&b, first ? "" : ", ");
		buf_cstr(&b, f->words[i]);
		first = false;
	}
	buf_cstr(&b, ".");
	mem[b.n] = '\0';
	return mem;
}

enum err api_query_explain(const struct req *r, struct resp *out, enum err e)
{
	const struct api_query_fault *f =
	    api_who(r) == NULL ? NULL : api_who(r)->fault;
	const char *allows;

	if (e != ERR_SYNTAX && e != ERR_RANGE)
		return e;
	if (f == NULL || f->name == NULL)
		return r->odd.p == NULL
			   ? e
			   : answer(out, r->odd,
				 "A parameter of the address is not text.",
				 "Percent-encoded UTF-8, without control "
				 "characters.");
	if (f->n_words > 0)
		allows = one_of(r, f);
	else
		allows = f->allows != NULL ? f->allows : usual(f->name);
	return answer(out, slice_from(f->name),
	    "A parameter of the address cannot be this.", allows);
}
