/*
 * flow_steps.h - a flow as a plain list of forms, for those without scripts.
 *
 *	GET  /flows/{flow}/steps      (?template= for a new one)
 *	POST /flows/{flow}/steps
 *
 * The page is one form. It carries the document as it was when the page was
 * made; what people changed stands in the fields, which are named
 * "<step>.<parameter>", "<step>.<branch>" and "<step>.<list>.<i>.<field>". A
 * button says what to do with the two together: "add", "remove <step>", "item
 * <step> <list>", "drop <step> <list> <i>", "check", "save" or "publish".
 * Nothing is kept on the server before "save", which refuses like the builder
 * does. A button leads with all of it to flow_trial.h, and back.
 */
#ifndef RT_CGI_FORM_FLOW_STEPS_H
#define RT_CGI_FORM_FLOW_STEPS_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"
#include "lib/json/flow_json.h"

#define FLOW_STEPS_BODY_MAX (FLOW_JSON_BYTES_MAX + 131072)

RT_MUST_USE enum err flow_steps(const struct req *r, struct resp *out);
RT_MUST_USE enum err flow_steps_post(const struct req *r, struct resp *out);

#endif
