/*
 * lines.h - a field of several lines that stands for a set of rows.
 */
#ifndef RT_CGI_FORM_LINES_H
#define RT_CGI_FORM_LINES_H

#include "cgi/form/fields.h"

#define LINES_MAX 200

struct lines {
	struct slice v[LINES_MAX]; /* trimmed, not empty, none twice */
	size_t n;
};

/* ERR_TOOBIG: more than LINES_MAX. */
RT_MUST_USE enum err lines_read(struct slice text, struct lines *out);
bool lines_have(const struct lines *l, struct slice s);

/* Fills a field from rows of the database. */
RT_MUST_USE enum err lines_set(struct fields *f, const char *name,
    const struct slice *rows, size_t n);

#endif
