/*
 * page_models_sum.h - a period's sources under every model, side by side.
 *
 * Nothing is stored: the calls' touches and evidence are shared out anew each
 * time the page is asked for (lib/core/touch).
 */
#ifndef RT_CGI_PAGE_PAGE_MODELS_SUM_H
#define RT_CGI_PAGE_PAGE_MODELS_SUM_H

#include "cgi/page/page_range.h"

/* The lists models and sources, and which calls they are of. ERR_NOMEM. */
RT_MUST_USE enum err page_models_sum(const struct req *r,
    const struct page_range *g, struct view *v);

#endif
