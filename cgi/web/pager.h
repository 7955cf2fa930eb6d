/*
 * pager.h - a list of the settings in pages, and the box that searches it.
 *
 * For lists that are read whole and shown in part: each row is asked about,
 * and those of this page that have the text are shown (search.html, pages.html,
 * ?q= and ?page=).
 */
#ifndef RT_CGI_WEB_PAGER_H
#define RT_CGI_WEB_PAGER_H

#include "cgi/tmpl/view.h"
#include "cgi/web/req.h"

#define PAGER_ROWS 100 /* of a page */

struct pager {
	struct slice q; /* "": everything */
	uint64_t page;  /* from 1 */
	uint64_t all;   /* rows so far */
	uint64_t n;     /* of them, that have q */
	bool always;    /* may be searched, however few there are */
	const char *by; /* what the box takes; NULL: a part of a name */
};

RT_MUST_USE enum err pager_read(const struct req *r, struct pager *out);
/* Whether the next row is shown. texts: what it is searched by, ended by one
 * with p NULL. */
bool pager_takes(struct pager *p, const struct slice *texts);
/* Keys for the templates, and whether the page is behind the last one
 * (past_end.html). path: of the list, a literal as many, what is
 * listed ("Flows"). */
void pager_show(const struct pager *p, const char *path, const char *many,
    struct view *v);

#endif
