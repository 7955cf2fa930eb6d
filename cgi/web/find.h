/*
 * find.h - a choice of which there may be more than a page should hold.
 *
 * Its list has FIND_MAX entries at most and the one that is chosen. Where
 * there are more, a box beside it takes a part of a name; who asks for it gets
 * the same form again, as it was typed, with those that fit (find.html). It
 * needs no script.
 *
 * A text that was typed and not looked for is never passed over: a form that is
 * sent with one is shown again, not saved. So the form remembers beside
 * find_NAME, what is typed, found_NAME, what its list was made for.
 */
#ifndef RT_CGI_WEB_FIND_H
#define RT_CGI_WEB_FIND_H

#include "cgi/tmpl/view.h"
#include "cgi/web/req.h"

#define FIND_MAX 200 /* entries of one list */

struct find {
	struct slice text; /* "": the first of all */
	bool asked;        /* just now: the form is not to be saved */
	bool more;         /* than are listed; by whom the list is made */
	size_t n;          /* how many are listed */
};

/* What was typed for the field of this name: a form's, else the address's. */
RT_MUST_USE enum err find_read(const struct req *r, const char *name,
    struct find *out);
/* Takes the rows that were asked for as FIND_MAX + 1. */
void find_count(struct find *f, size_t rows);
/* Whether the box is shown. */
bool find_is_shown(const struct find *f);
/* Keys for find.html, and has_find whether it is to be. label: of the field.
 * f: NULL where a field never has more. */
void find_show(const struct find *f, const char *name, const char *label,
    struct view *v);

#endif
