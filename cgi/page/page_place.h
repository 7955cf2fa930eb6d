/*
 * page_place.h - lists that go on by key: which place an address names, what
 * leads to the next page, and how the moment of a row is said.
 *
 * A place is "before=<microseconds>-<id>": the list goes on below it.
 */
#ifndef RT_CGI_PAGE_PAGE_PLACE_H
#define RT_CGI_PAGE_PAGE_PLACE_H

#include "cgi/page/page_filter.h"

struct page_place {
	bool placed; /* false: the address names none, and the rest is zero */
	int64_t at_us;
	uint8_t id[ID_BYTES];
};

/* "<microseconds>-<id>", of the years 1970 to 9999. ERR_SYNTAX, ERR_RANGE: no
 * such place. */
RT_MUST_USE enum err page_place_parse(enum id_kind kind, struct slice s,
    struct page_place *out);
/* The address's. ERR_RANGE: no such place, said by req_wrong(). */
RT_MUST_USE enum err page_place_read(const struct req *r, enum id_kind kind,
    struct page_place *out);

/* What the foot of a list says. */
struct page_foot {
	enum id_kind kind;
	const char *one;        /* "visit" */
	const char *many;       /* "visits" */
	bool placed;            /* not the newest */
	size_t shown;           /* rows of this page */
	bool older;             /* there are rows below */
	struct page_place last; /* the lowest row shown, when there is one */
};
/* any, paged, older, shown_text, first_href and older_href. */
void page_place_foot(const struct page_filter *p, const struct page_foot *foot,
    struct view *v);

/* when, when_long, when_iso. */
void page_place_when(int64_t us, struct tz *z, int64_t now_us,
    struct view *item);

#endif
