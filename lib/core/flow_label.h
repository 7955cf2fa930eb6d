/*
 * flow_label.h - what people call the parts of a flow: types of steps, their
 * parameters, choices and ways out. One table for the builder's panel, the
 * list of forms and whoever else shows a flow; documents keep the names of
 * flow_type.h.
 */
#ifndef RT_CORE_FLOW_LABEL_H
#define RT_CORE_FLOW_LABEL_H

#include "lib/base/rt.h"
#include "lib/base/slice.h"

enum flow_label_kind {
	FLOW_LABEL_TYPE,
	FLOW_LABEL_HELP,   /* what a type does, in one sentence */
	FLOW_LABEL_PARAM,  /* parameters, fields and lists */
	FLOW_LABEL_CHOICE, /* values of parameters that are a choice */
	FLOW_LABEL_WAY,    /* ways out that are no items */
	FLOW_LABEL_KIND_COUNT
};

/* key: the name in documents; "split.caller" where the word depends on the
 * type of step or the list that has it. */
struct flow_label {
	const char *key;
	const char *text;
};

/* The word for a name; of: the type or list that has it, or "". NULL: none. */
const char *flow_label(enum flow_label_kind kind, const char *of,
    struct slice name);
/* All of a kind, *n of them. */
const struct flow_label *flow_label_all(enum flow_label_kind kind, size_t *n);

#endif
