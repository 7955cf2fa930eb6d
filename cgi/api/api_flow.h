/*
 * api_flow.h - call flows: made, drafted, checked, published, compared.
 *
 *	POST   /api/v1/flows                {name, document?}
 *	PATCH  /api/v1/flows/{id}           {name}
 *	DELETE /api/v1/flows/{id}
 *	POST   /api/v1/flows/validate       {document}  -> {ok, problems}
 *	GET    /api/v1/flows/{id}/draft     the last version, with its ETag
 *	PUT    /api/v1/flows/{id}/draft     {document}; If-Match is a must (428)
 *	POST   /api/v1/flows/{id}/publish   {version}; an earlier one rolls back
 *	GET    /api/v1/flows/{id}/versions  newest first
 *	GET    /api/v1/flows/{id}/versions/{version}
 *	GET    /api/v1/flows/{id}/diff?from=1&to=2
 *
 * Checked, written and published by what the builder uses (flow_store.h); the
 * document is that of docs/FLOWS.md. A version is never changed: a draft is
 * the next one. A refused document is 422, its faults point at its steps.
 */
#ifndef RT_CGI_API_API_FLOW_H
#define RT_CGI_API_API_FLOW_H

#include "cgi/api/api_fault.h"
#include "cgi/form/flow_edit.h"

#define API_FLOW_BODY_MAX FLOW_EDIT_BODY_MAX
#define API_FLOW_DEPTH    12

RT_MUST_USE enum err api_flow_add(const struct req *r, struct resp *out);
RT_MUST_USE enum err api_flow_change(const struct req *r, struct resp *out);
RT_MUST_USE enum err api_flow_retire(const struct req *r, struct resp *out);
RT_MUST_USE enum err api_flow_validate(const struct req *r, struct resp *out);
RT_MUST_USE enum err api_flow_draft(const struct req *r, struct resp *out);
RT_MUST_USE enum err api_flow_draft_put(const struct req *r, struct resp *out);
RT_MUST_USE enum err api_flow_publish(const struct req *r, struct resp *out);
/* api_flow_read.c */
RT_MUST_USE enum err api_flow_read_versions(const struct req *r,
    struct resp *out);
RT_MUST_USE enum err api_flow_read_version(const struct req *r,
    struct resp *out);
RT_MUST_USE enum err api_flow_read_diff(const struct req *r, struct resp *out);

/* {"version":…,"document":…}; version 0: null. */
RT_MUST_USE enum err api_flow_write(struct resp *out, uint32_t version,
    struct slice document);
/* A flow's problems as faults below a pointer to the document. */
void api_flow_faults(const struct flow_json_errors *errors, const char *at,
    bool warnings, struct api_faults *faults);

#endif
