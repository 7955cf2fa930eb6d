/*
 * hours_grid.h - a week's hours as a grid of days and spans, which a form shows
 * instead of the lines of hours_text.h. It works without a script.
 *
 * The inputs of a field "hours" are named hours_mon_1a (from) and hours_mon_1b
 * (to) to hours_sun_4b; hours_days holds the lines of single days, hours_same
 * (a check box) says that every day is like Monday.
 */
#ifndef RT_CGI_FORM_HOURS_GRID_H
#define RT_CGI_FORM_HOURS_GRID_H

#include "cgi/tmpl/view.h"
#include "cgi/web/req.h"
#include "lib/base/arena.h"
#include "lib/base/buf.h"

#define HOURS_GRID_SPANS 4 /* of one day */

struct hours_grid_day {
	struct slice from[HOURS_GRID_SPANS], to[HOURS_GRID_SPANS];
};

struct hours_grid {
	struct hours_grid_day day[7]; /* from Monday */
	struct slice days;            /* lines of single days */
};

/* Everything as it was sent; false when nothing of a grid was. */
bool hours_grid_sent(const struct req *r, const char *name,
    struct hours_grid *out);
/* The lines that say the same: equal spans of several days are one line. False,
 * with what is there so far, when a cell is no time or a span has one end
 * only. */
bool hours_grid_lines(const struct hours_grid *g, struct buf *out);
/* Lines as hours_grid_lines() and hours_text_write() make them; slices borrow
 * from lines and mem. False when a grid cannot show them: more spans of a day
 * than it has, or no such lines. */
bool hours_grid_split(struct slice lines, struct arena *mem,
    struct hours_grid *out);
/* Keys for form_fields.html. more: with one span more than is used, so that
 * there is a place to add; not where people are shown what they typed. */
void hours_grid_show(const struct hours_grid *g, bool more, struct view *v);

#endif
