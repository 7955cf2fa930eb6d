/*
 * api_query.h - which parameters an address takes.
 *
 * What an address does not know is refused by name rather than dropped: a
 * filter with a typing mistake would else answer with every call there is, and
 * so would one whose value was lost on its way: what is empty is refused, too.
 * A row of the route table names sets; `company_id` is always known.
 */
#ifndef RT_CGI_API_API_QUERY_H
#define RT_CGI_API_API_QUERY_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

enum api_query {
	API_QUERY_FIELDS = 1 << 0,   /* fields */
	API_QUERY_PAGE = 1 << 1,     /* limit cursor */
	API_QUERY_LIMIT = 1 << 2,    /* limit */
	API_QUERY_SORT = 1 << 3,     /* sort */
	API_QUERY_LIST = 1 << 4,     /* search active from to */
	API_QUERY_PERIOD = 1 << 5,   /* from to */
	API_QUERY_FIGURES = 1 << 6,  /* filters that figures know */
	API_QUERY_CALLS = 1 << 7,    /* all of the log's */
	API_QUERY_GROUP = 1 << 8,    /* group_by */
	API_QUERY_EVERY = 1 << 9,    /* interval */
	API_QUERY_STATE = 1 << 10,   /* state */
	API_QUERY_NAME = 1 << 11,    /* name */
	API_QUERY_VERSION = 1 << 12, /* version */
	API_QUERY_CHANGED = 1 << 13  /* updated_since */
};

/* The parameter whose value cannot be, of a request under way. */
struct api_query_fault {
	const char *name;   /* NULL: none */
	const char *allows; /* NULL: as said of all of that name */
	const char *const *words;
	size_t n_words; /* one of these */
};

/* Remembers the name for the answer, and is e. Whoever reads a parameter
 * returns by it: ERR_SYNTAX and ERR_RANGE are then a 400 that says what is
 * wrong and what is allowed. name is a literal. */
RT_MUST_USE enum err api_query_wrong(const struct req *r, const char *name,
    enum err e);
/* The same with words of its own, a literal. */
RT_MUST_USE enum err api_query_wrong_as(const struct req *r, const char *name,
    const char *allows, enum err e);
/* The same where it is one of some words, which outlive the request or lie in
 * its arena; NULL among them is no word. */
RT_MUST_USE enum err api_query_wrong_of(const struct req *r, const char *name,
    const char *const *words, size_t n, enum err e);
/* "-name" in the request's arena; NULL for NULL. */
const char *api_query_down(const struct req *r, const char *name);
/* The answer, if a parameter was remembered or one is no text (r->odd); else
 * e. */
RT_MUST_USE enum err api_query_explain(const struct req *r, struct resp *out,
    enum err e);

/* False, with a 400 that names it made: a parameter that is in none of sets
 * (bits of enum api_query), one that is there twice, or that is empty. */
bool api_query_known(const struct req *r, unsigned int sets, struct resp *out,
    enum err *e);

#endif
