/*
 * page_models.h - how sure, and under which model: the report of the delays
 * that a company's visitors take, of what came of stated probabilities, and of
 * its sources under every model.
 */
#ifndef RT_CGI_PAGE_PAGE_MODELS_H
#define RT_CGI_PAGE_PAGE_MODELS_H

#include "cgi/tmpl/view.h"
#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /attribution */
RT_MUST_USE enum err page_models(const struct req *r, struct resp *out);

#endif
