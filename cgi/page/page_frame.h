/*
 * page_frame.h - what every page for signed-in people has around its contents:
 * the keys of layout_top.html.
 */
#ifndef RT_CGI_PAGE_PAGE_FRAME_H
#define RT_CGI_PAGE_PAGE_FRAME_H

#include "cgi/tmpl/view.h"
#include "cgi/web/req.h"

enum page_frame_place {
	PAGE_FRAME_OVERVIEW,
	PAGE_FRAME_CALLS
};

/* Sets the keys; title is the page's own part of the window's title, search
 * what stands in the search field. Reads the companies of the user and the
 * number of live calls: errors as db.h. */
RT_MUST_USE enum err page_frame(const struct req *r,
    enum page_frame_place place, const char *title, struct slice search,
    struct view *v);

/* False, with a page that says so as the answer, when the user belongs to no
 * company: `if (!page_frame_company(r, out, &e)) return e;` */
struct resp;
bool page_frame_company(const struct req *r, struct resp *out, enum err *e);

#endif
