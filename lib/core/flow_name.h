/*
 * flow_name.h - what a flow may be called: one rule for the pages, the API and
 * the command line.
 */
#ifndef RT_CORE_FLOW_NAME_H
#define RT_CORE_FLOW_NAME_H

#include "lib/base/slice.h"

/* In words, for whoever is refused. */
#define FLOW_NAME_RULE "A flow's name has 1 to 100 characters."

/* name: trimmed. Text of one line, without control characters, with something
 * to see in it. */
bool flow_name_ok(struct slice name);

#endif
