/*
 * api_models.h - sources under every attribution model, side by side.
 */
#ifndef RT_CGI_API_API_MODELS_H
#define RT_CGI_API_API_MODELS_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /api/v1/reports/models?from=&to= */
RT_MUST_USE enum err api_models(const struct req *r, struct resp *out);

#endif
