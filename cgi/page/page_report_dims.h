/*
 * page_report_dims.h - what a report can go by, and what its values are called.
 */
#ifndef RT_CGI_PAGE_PAGE_REPORT_DIMS_H
#define RT_CGI_PAGE_PAGE_REPORT_DIMS_H

#include "cgi/web/req.h"
#include "lib/db/db_report_group.h"

/* How the values of a dimension come about and are said. */
enum report_kind {
	REPORT_TEXT,   /* as they are */
	REPORT_ID,     /* by name */
	REPORT_FIXED,  /* of a list of words */
	REPORT_TIME,   /* by the company's clock */
	REPORT_COMPANY /* all that the reader may look at */
};

struct report_word {
	const char *value;
	const char *word;
	const char *filter;
};

struct report_dim {
	const char *key; /* in the address */
	const char *name;
	enum report_kind kind;
	int group;         /* enum group_dim, with what is added to it */
	enum filter_id id; /* REPORT_ID */
	/* REPORT_FIXED: value, word, and the filter of its calls ("&x=y") */
	const struct report_word *words;
	size_t n_words;
	const char *param; /* that filters by the value; NULL: none does */
};

size_t page_report_dims_count(void);
const struct report_dim *page_report_dims_at(size_t i);
/* NULL: there is none. */
const struct report_dim *page_report_dims_find(struct slice key);

/* Names of ids and of outcomes, read when they are needed. */
struct report_names {
	struct db_report_name *rows;
	size_t n;
	struct outcome_row *outcomes;
	size_t n_outcomes;
};
/* Of a dimension's values; d NULL: none. */
RT_MUST_USE enum err page_report_dims_names(const struct req *r,
    const struct report_dim *d, struct report_names *out);
/* A value for programs, as filters take it: an id as text, else as it is. ""
 * for calls without one. Borrowed from mem or from the value. */
struct slice page_report_dims_key(const struct report_dim *d,
    struct slice value, char mem[ID_TEXT_MAX]);
/* A value for people; borrowed from names or from the value. */
struct slice page_report_dims_label(const struct report_dim *d,
    const struct report_names *names, struct slice value);

#endif
