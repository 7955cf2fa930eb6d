/*
 * flow_trial.h - the simulator as a plain page, for those without scripts: who
 * calls, when, what is pressed and what each telephone does; then what happens,
 * with times, in words, and what everybody hears.
 *
 *	GET  /flows/{flow}/trial
 *	POST /flows/{flow}/trial    tries a version, or what stands in the list
 *	                            of forms and is not saved; nothing is stored
 *
 * A telephone's fields are named after its address: "does.+13035550100",
 * "after.dst_…".
 */
#ifndef RT_CGI_FORM_FLOW_TRIAL_H
#define RT_CGI_FORM_FLOW_TRIAL_H

#include "cgi/form/flow_steps.h"
#include "cgi/web/req.h"
#include "cgi/web/resp.h"

#define FLOW_TRIAL_BODY_MAX (FLOW_STEPS_BODY_MAX + 65536)

RT_MUST_USE enum err flow_trial(const struct req *r, struct resp *out);
RT_MUST_USE enum err flow_trial_post(const struct req *r, struct resp *out);

#endif
