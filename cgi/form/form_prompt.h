/*
 * form_prompt.h - what callers hear: prompts are listed, heard, uploaded,
 * written for a voice to speak, and retired.
 *
 *	GET  /settings/prompts
 *	POST /settings/prompts                     a new prompt
 *	GET  /settings/prompts/{prompt}            its versions
 *	POST /settings/prompts/{prompt}            another version
 *	POST /settings/prompts/{prompt}/name
 *	POST /settings/prompts/{prompt}/retire
 *	GET  /settings/prompts/{prompt}/{version}  its sound, WAV; also
 *	     built-in/{key} and spoken/{key} (flow_sound.h)
 *
 * A job makes the sound; until then the page says so and why it could not be.
 */
#ifndef RT_CGI_FORM_PROMPT_H
#define RT_CGI_FORM_PROMPT_H

#include "cgi/web/route.h"
#include "lib/db/db_prompt.h"

/* A file and the form around it. */
#define FORM_PROMPT_BODY_MAX (DB_PROMPT_UPLOAD_MAX + 65536)

RT_MUST_USE enum err form_prompt_list(const struct req *r, struct resp *out);
RT_MUST_USE enum err form_prompt_add(const struct req *r, struct resp *out);
RT_MUST_USE enum err form_prompt(const struct req *r, struct resp *out);
RT_MUST_USE enum err form_prompt_version(const struct req *r, struct resp *out);
RT_MUST_USE enum err form_prompt_name(const struct req *r, struct resp *out);
RT_MUST_USE enum err form_prompt_retire(const struct req *r, struct resp *out);
RT_MUST_USE enum err form_prompt_audio(const struct req *r, struct resp *out);

#endif
