/*
 * page_forms.h - what visitors sent by the site's forms, with what their visit
 * came from and what was put on them. The log's other half.
 */
#ifndef RT_CGI_PAGE_PAGE_FORMS_H
#define RT_CGI_PAGE_PAGE_FORMS_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /forms: the filters of page_forms_out.h; ?before=…: the page below. */
RT_MUST_USE enum err page_forms(const struct req *r, struct resp *out);
/* GET /forms/{id}: one form, with its marks and who put them there. */
RT_MUST_USE enum err page_forms_one(const struct req *r, struct resp *out);

#endif
