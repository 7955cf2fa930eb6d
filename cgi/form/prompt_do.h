/*
 * prompt_do.h - changes of what callers hear, whoever asks for them: the form
 * (form_prompt.h) and the JSON endpoints.
 *
 * All of it in the caller's transaction, each with its audit row. A job makes
 * the sound of a version afterwards.
 */
#ifndef RT_CGI_FORM_PROMPT_DO_H
#define RT_CGI_FORM_PROMPT_DO_H

#include "cgi/web/req.h"
#include "lib/base/buf.h"
#include "lib/db/db_prompt.h"

/* What is to be heard: a file, or a text that a voice speaks. */
struct prompt_said {
	struct slice name;
	struct slice text;
	struct slice voice; /* key in lib/core/voice */
	struct slice file;  /* "": none */
};

/* What is wrong with it, in words, and where: "name", "text" or "voice". NULL:
 * nothing. */
const char *prompt_do_wrong(const struct prompt_said *s, bool with_name,
    const char **field);

/* *id: the key that it is to have; nil: one is made. ERR_RANGE: the company has
 * DB_PROMPTS_MAX. */
RT_MUST_USE enum err prompt_do_add(const struct req *r,
    const struct prompt_said *s, struct prompt_id *id);
/* ERR_NOTFOUND here and below: no such prompt. */
RT_MUST_USE enum err prompt_do_version(const struct req *r, struct prompt_id id,
    const struct prompt_said *s);
/* name: 1 to 100 characters. */
RT_MUST_USE enum err prompt_do_rename(const struct req *r, struct prompt_id id,
    struct slice name);
RT_MUST_USE enum err prompt_do_retire(const struct req *r, struct prompt_id id);

/* A version as a file that browsers play. ERR_NOTFOUND: not ready. */
RT_MUST_USE enum err prompt_do_wav(const struct req *r, struct prompt_id id,
    uint32_t version, struct buf *out);

#endif
