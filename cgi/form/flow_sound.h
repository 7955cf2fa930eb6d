/*
 * flow_sound.h - where the sounds of a flow can be heard, and what they are
 * called: a company's own prompts, the built-in ones, and the parts of
 * whispers that were spoken beforehand.
 */
#ifndef RT_CGI_FORM_FLOW_SOUND_H
#define RT_CGI_FORM_FLOW_SOUND_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"
#include "lib/flow/flowworld.h"

#define FLOW_SOUND_URL_MAX 160

/* The address of the sound that a flow knows by this key (for
 * form_prompt_audio()); "" when there is none. */
void flow_sound_url(struct flowworld *w, struct slice key,
    char out[FLOW_SOUND_URL_MAX]);
/* Of a built-in one that there is. */
void flow_sound_built_in_url(struct slice key, char out[FLOW_SOUND_URL_MAX]);
/* Of a prompt of the company's; version: the live one. */
void flow_sound_own(const uint8_t id[ID_BYTES], uint32_t version,
    char out[FLOW_SOUND_URL_MAX]);
/* Its name, or what it says; the key when nothing else is known. */
struct slice flow_sound_name(struct flowworld *w, struct slice key);

/* The sounds that are no company's: of a built-in prompt's or a spoken part's
 * key, WAV. ERR_NOTFOUND. */
RT_MUST_USE enum err flow_sound_built_in(const struct req *r, struct slice key,
    struct resp *out);
RT_MUST_USE enum err flow_sound_spoken(const struct req *r, struct slice key,
    struct resp *out);

#endif
