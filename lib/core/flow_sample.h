/*
 * flow_sample.h - flows to begin with: documents in which only what belongs to
 * the company is missing (telephones, prompts of its own).
 */
#ifndef RT_CORE_FLOW_SAMPLE_H
#define RT_CORE_FLOW_SAMPLE_H

#include "lib/base/slice.h"

struct flow_sample {
	const char *key;      /* in addresses: "menu" */
	const char *name;     /* for people */
	const char *help;     /* one sentence */
	const char *document; /* JSON as in lib/json/flow_json */
};

const struct flow_sample *flow_sample_all(size_t *n);
/* NULL: there is none of that key. */
const struct flow_sample *flow_sample_find(struct slice key);

#endif
