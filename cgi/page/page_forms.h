/*
 * page_forms.h - GET /forms: what visitors sent by the site's forms, with what
 * their visit came from. The log's other half.
 */
#ifndef RT_CGI_PAGE_PAGE_FORMS_H
#define RT_CGI_PAGE_PAGE_FORMS_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* ?before=…: the page below. */
RT_MUST_USE enum err page_forms(const struct req *r, struct resp *out);

#endif
