/*
 * frame.h - what every page for signed-in people has around its contents: the
 * keys of layout_top.html.
 *
 * The side bar is a table (frame.c): a row says where it leads, its icon in
 * static/icons.svg, and who sees it.
 */
#ifndef RT_CGI_WEB_FRAME_H
#define RT_CGI_WEB_FRAME_H

#include "cgi/tmpl/view.h"
#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* Which row of the side bar is the current one. */
enum frame_place {
	FRAME_OVERVIEW,
	FRAME_COMPANIES,
	FRAME_CALLS,
	FRAME_LIVE,
	FRAME_REPORTS,
	FRAME_VISITORS,
	FRAME_FLOWS,
	FRAME_POOLS,
	FRAME_SITES,
	FRAME_ATTRIBUTION,
	FRAME_SETTINGS,
	FRAME_PLACE_COUNT
};

/* Where an address belongs; FRAME_PLACE_COUNT: to no row. */
enum frame_place frame_place_of(struct slice path);

/* Sets the keys; title is the page's own part of the window's title, search
 * what stands in the search field. Reads the companies of the user and the
 * number of live calls: errors as db.h. */
RT_MUST_USE enum err frame_page(const struct req *r, enum frame_place place,
    const char *title, struct slice search, struct view *v);

/* "what: name" for the title of a page about one of many, in the arena;
 * what alone where the name is empty or there is no room. */
const char *frame_title(const struct req *r, const char *what,
    struct slice name);

/* False, with a page that says so and lets them sign out as the answer, when
 * the user belongs to no company: `if (!frame_company(r, out, &e)) return e;`
 */
bool frame_company(const struct req *r, struct resp *out, enum err *e);

#endif
