/*
 * flow_world.h - what a company's flows may name (lib/flow/flowworld.h), for
 * the builder in the browser.
 */
#ifndef RT_CGI_FORM_FLOW_WORLD_H
#define RT_CGI_FORM_FLOW_WORLD_H

#include "lib/flow/flowworld.h"
#include "lib/text/json_out.h"

/* {"zone":…,"prompts":[{"id","name","audio"}],"destinations":[{"id","name"}],
 * "trunks":…,"flows":…} as the next value. */
void flow_world_json(const struct flowworld *w, struct json_out *j);

#endif
