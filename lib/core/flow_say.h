/*
 * flow_say.h - whispers with variables: "Call from {source}, {campaign}".
 *
 * Speech is made beforehand, by a job, never in the call. A template is cut
 * into segments: the text between variables, and each variable. Every segment
 * is a prompt of its own, whose key is made from its text and language
 * (flow_say_key), so a source or campaign is spoken once for all templates of a
 * language. At the call the
 * segments are played one after the other; when one of them has no prompt yet,
 * or a variable is empty, the step's ordinary whisper prompt is played instead.
 *
 * Variables: {source} {medium} {campaign} {keyword} {number} (the tracking
 * number's name).
 */
#ifndef RT_CORE_FLOW_SAY_H
#define RT_CORE_FLOW_SAY_H

#include "lib/core/flow_run.h"

#define FLOW_SAY_SEGMENTS_MAX 8
#define FLOW_SAY_KEY_MAX      24 /* "say." and 16 hexadecimal digits, NUL */

enum flow_say_kind {
	FLOW_SAY_TEXT,
	FLOW_SAY_SOURCE,
	FLOW_SAY_MEDIUM,
	FLOW_SAY_CAMPAIGN,
	FLOW_SAY_KEYWORD,
	FLOW_SAY_NUMBER,
	FLOW_SAY_KIND_COUNT
};

struct flow_say_segment {
	enum flow_say_kind kind;
	struct slice text; /* of FLOW_SAY_TEXT: trimmed, never empty */
};

/* Cuts a template. ERR_SYNTAX: a '{' without its '}'; ERR_NOTFOUND: no such
 * variable; ERR_TOOBIG: too many segments. */
RT_MUST_USE enum err flow_say_cut(struct slice say,
    struct flow_say_segment out[FLOW_SAY_SEGMENTS_MAX], size_t *n);
/* The key of the prompt that speaks this text in this language (BCP 47); case
 * and outer blanks of the text do not matter. */
void flow_say_key(struct slice text, struct slice language,
    char out[FLOW_SAY_KEY_MAX]);
/* The prompts to play for this call, in order. language: place in
 * voice_languages. 0: the template is empty, or a prompt or value is missing.
 */
size_t flow_say_prompts(const struct flow_env *env, struct slice say,
    uint32_t language, uint32_t out[FLOW_SAY_SEGMENTS_MAX]);

#endif
