/*
 * flow_cases.h - cases that are kept beside a flow and tried on every
 * publishing (docs/FLOWS.md).
 *
 *	GET  /flows/{flow}/cases                   -> {cases, block}
 *	POST /flows/{flow}/cases  {cases, block}   -> the same
 *
 * block: a case that fails forbids publishing; otherwise it warns.
 */
#ifndef RT_CGI_FORM_FLOW_CASES_H
#define RT_CGI_FORM_FLOW_CASES_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"
#include "lib/db/db_flow.h"
#include "lib/json/flow_case.h"
#include "lib/json/json_in.h"

#define FLOW_CASES_BODY_MAX 262144

RT_MUST_USE enum err flow_cases(const struct req *r, struct resp *out);
RT_MUST_USE enum err flow_cases_post(const struct req *r, struct resp *out);

/* Their parts. {"cases":…,"block":…} of a body: *text is what is kept of it.
 * ERR_SYNTAX, ERR_TOOBIG: *errors may say why. */
RT_MUST_USE enum err flow_cases_body(const struct req *r,
    const struct json_in *in, struct slice *text, size_t *n, bool *block,
    struct flow_json_errors *errors);
/* Keeps n cases, audited; n 0: none. */
RT_MUST_USE enum err flow_cases_keep(const struct req *r,
    const struct flow_row *f, struct slice cases, size_t n, bool block);
RT_MUST_USE enum err flow_cases_show(const struct req *r,
    const struct flow_row *f, struct resp *out);
/* Those that are kept. */
RT_MUST_USE enum err flow_cases_kept(const struct req *r,
    const struct flow_row *f, struct flow_case **cases, size_t *n, bool *block);

/* Tries the flow's cases with this document. What fails is added to errors as
 * warnings of no step; *forbidden: some failed, and that is not allowed. */
RT_MUST_USE enum err flow_cases_try(const struct req *r,
    const struct flow_row *f, struct slice document,
    struct flow_json_errors *errors, bool *forbidden);

/* Makes a version live if it still runs and no case forbids it. *why: NULL, or
 * why it is not; *errors says more. ERR_NOTFOUND: no such version. */
RT_MUST_USE enum err flow_cases_publish(const struct req *r, uint32_t version,
    struct flow_row *f, struct flow_json_errors *errors, const char **why);

#endif
