/*
 * page_why.h - why a call was credited to its source: the candidates of
 * lib/core/attrib's evidence with their probabilities, said in words.
 */
#ifndef RT_CGI_PAGE_PAGE_WHY_H
#define RT_CGI_PAGE_PAGE_WHY_H

#include "cgi/tmpl/view.h"
#include "lib/db/db_report_call.h"

/* The list candidates, why_line, why_none, and of a credited visit why_lead,
 * the whole in one sentence. Evidence that cannot be read counts as none.
 * ERR_NOMEM. */
RT_MUST_USE enum err page_why_view(const struct db_report_call *call,
    struct view *v);

#endif
