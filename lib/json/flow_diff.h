/*
 * flow_diff.h - what two versions of a flow document differ in, step by step.
 */
#ifndef RT_JSON_FLOW_DIFF_H
#define RT_JSON_FLOW_DIFF_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

enum flow_diff_what {
	FLOW_DIFF_ADDED,   /* the step */
	FLOW_DIFF_REMOVED, /* the step */
	FLOW_DIFF_CHANGED, /* member of the step */
	FLOW_DIFF_FIRST    /* another step comes first */
};

struct flow_diff_sink {
	/* from, to: the values as they can be said in a line: texts and
	 * numbers; "" for what is not there, "..." for what cannot be said.
	 * Two that would look alike (5 and "5") have texts in quotes.
	 * Valid during the call. member is "" unless CHANGED; of the second
	 * item of a list "keys 2 next". */
	void (*tell)(void *arg, enum flow_diff_what what, struct slice step,
	    struct slice member, struct slice from, struct slice to);
	void *arg;
};

/* Steps that moved on the canvas only (`at`) are not told. ERR_SYNTAX,
 * ERR_TOOBIG: one is no JSON object; ERR_NOMEM. */
RT_MUST_USE enum err flow_diff(struct slice from, struct slice to,
    const struct flow_diff_sink *sink);

#endif
