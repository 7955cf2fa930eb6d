/*
 * api_prompt.h - what callers hear: spoken, uploaded, renamed, put away.
 *
 *	POST   /api/v1/prompts                  {name, text, voice}
 *	POST   /api/v1/prompts/upload?name=     a sound file as it is
 *	PATCH  /api/v1/prompts/{id}             {name}; If-Match
 *	DELETE /api/v1/prompts/{id}             If-Match
 *	POST   /api/v1/prompts/{id}/versions    {text, voice}
 *	POST   /api/v1/prompts/{id}/versions/upload
 *	GET    /api/v1/prompts/{id}/audio       the live version, or ?version=
 *
 * By the rules of the form (prompt_do.h). A version is made by a job: `state`
 * says when it is ready, or why it failed.
 */
#ifndef RT_CGI_API_API_PROMPT_H
#define RT_CGI_API_API_PROMPT_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

RT_MUST_USE enum err api_prompt_add(const struct req *r, struct resp *out);
RT_MUST_USE enum err api_prompt_upload(const struct req *r, struct resp *out);
RT_MUST_USE enum err api_prompt_change(const struct req *r, struct resp *out);
RT_MUST_USE enum err api_prompt_retire(const struct req *r, struct resp *out);
RT_MUST_USE enum err api_prompt_version(const struct req *r, struct resp *out);
RT_MUST_USE enum err api_prompt_version_upload(const struct req *r,
    struct resp *out);
RT_MUST_USE enum err api_prompt_audio(const struct req *r, struct resp *out);

#endif
