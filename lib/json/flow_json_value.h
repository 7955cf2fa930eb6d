/*
 * flow_json_value.h - one parameter of a flow document: from JSON to its
 * number and text in the compiled form, by its kind. For flow_json.c only.
 */
#ifndef RT_JSON_FLOW_JSON_VALUE_H
#define RT_JSON_FLOW_JSON_VALUE_H

#include "lib/json/flow_json.h"
#include "lib/json/json_in.h"

/* Room for why a value is refused. */
#define FLOW_JSON_VALUE_WHY_MAX 100

struct flow_json_value {
	const struct flow_json_resolver *resolver; /* or NULL */
	const struct flow_param *param;
	uint32_t num;
	struct slice text; /* borrowed from the document */
	char why[FLOW_JSON_VALUE_WHY_MAX];
};

/* False: *why says what it should be. The node is there and not null. num and
 * text hold their defaults before. */
bool flow_json_value_read(const struct json_node *n, struct flow_json_value *v);

#endif
