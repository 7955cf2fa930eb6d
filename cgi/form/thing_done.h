/*
 * thing_done.h - the notice of what a form did, on the page after it.
 */
#ifndef RT_CGI_FORM_THING_DONE_H
#define RT_CGI_FORM_THING_DONE_H

#include "cgi/tmpl/view.h"
#include "cgi/web/req.h"

/* What a redirect asked for with ?done=, and the way back to the first steps
 * while there are any left. Sets has_done, done and guided. */
void thing_done(const struct req *r, struct view *v);

#endif
