/*
 * flow_world.h - what a company's flows may name (lib/flow/flowworld.h), for
 * the builder in the browser.
 *
 * A company may have thousands of each: a list has the first FIND_MAX of them
 * by name and those that are named already. Others are found by a part of their
 * name:
 *
 *	GET /flows/{flow}/things?kind=destinations&text=…  -> {things, more}
 */
#ifndef RT_CGI_FORM_FLOW_WORLD_H
#define RT_CGI_FORM_FLOW_WORLD_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"
#include "lib/flow/flowworld.h"
#include "lib/text/json_out.h"

/* {"zone":…,"prompts":[{"id","name","audio"}],"destinations":[{"id","name"}],
 * "trunks":…,"flows":…,"more":{"prompts":…}} as the next value: whether there
 * are more than are listed. Errors as db.h. */
RT_MUST_USE enum err flow_world_json(struct flowworld *w, struct json_out *j);
/* The lists alone, of what was looked up in w and is there. */
void flow_world_named(const struct flowworld *w, struct json_out *j);

RT_MUST_USE enum err flow_world_things(const struct req *r, struct resp *out);

#endif
