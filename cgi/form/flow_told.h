/*
 * flow_told.h - what a trial of a flow tells (flowtry.h), in words for a page.
 */
#ifndef RT_CGI_FORM_FLOW_TOLD_H
#define RT_CGI_FORM_FLOW_TOLD_H

#include "cgi/tmpl/view.h"
#include "lib/flow/flowtry.h"
#include "lib/flow/flowworld.h"

/* What a destination is called, or its address. */
struct slice flow_told_phone(struct flowworld *w, struct slice to);

/* Sets result, lasted, words and the list `lines` of v: each with at, enters,
 * step, says and sound. titles: of the document that was tried. */
void flow_told_view(struct flowworld *w, const struct flowtry_report *report,
    struct flow_titles *titles, struct view *v);

#endif
