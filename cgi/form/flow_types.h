/*
 * flow_types.h - the table of step types as JSON, for the flow builder.
 *
 *	[{"name":"menu","params":[{"name","kind","required","min","max",
 *	  "fallback","choices"}],"branches":[{"name","need"}],
 *	  "lists":[{"name","min","max","leads","fields":[...]}],
 *	  "otherwise":"closed"}, ...]
 *
 * kind: number choice prompt target text key days clock date zone place trunk
 * flow; need: may should must (lead somewhere). fallback: the number, or the
 * index of the choice, that holds when the document does not say. otherwise:
 *the way out that ways which lead nowhere take; not every type has one.
 */
#ifndef RT_CGI_FORM_FLOW_TYPES_H
#define RT_CGI_FORM_FLOW_TYPES_H

#include "lib/core/flow_type.h"
#include "lib/text/json_out.h"

/* Writes the array as the next value. */
void flow_types_json(struct json_out *j);
/* Writes {"type":…,"help":…,"param":…,"choice":…,"way":…} as the next value:
 * the tables of flow_label.h by name. */
void flow_types_words(struct json_out *j);

#endif
