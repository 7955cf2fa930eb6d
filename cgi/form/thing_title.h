/*
 * thing_title.h - what the window of a thing's form is called: "Change number:
 * +14155550100". The right one of many windows is found, and who hears a page
 * read hears first whether something was saved.
 */
#ifndef RT_CGI_FORM_THING_TITLE_H
#define RT_CGI_FORM_THING_TITLE_H

#include "cgi/form/fields.h"
#include "cgi/web/req.h"

/* r->data is the thing; fresh: none is there yet. Lives as long as the arena.
 */
const char *thing_title(const struct req *r, const struct fields *f,
    bool fresh);

#endif
