/*
 * flow_titles.h - what people call the steps of a flow document, for
 * lib/core/flow_words.
 */
#ifndef RT_JSON_FLOW_TITLES_H
#define RT_JSON_FLOW_TITLES_H

#include "lib/base/arena.h"
#include "lib/core/flow_words.h"

struct flow_titles {
	struct flow_titles_step {
		struct slice key;
		struct slice title;
	} * step;
	size_t n;
};

/* Steps with a title; texts are put into mem. A document that cannot be read
 * has none. ERR_NOMEM. */
RT_MUST_USE enum err flow_titles_read(struct slice json, struct arena *mem,
    struct flow_titles *out);

/* As flow_words_names.step; arg: a struct flow_titles. */
struct slice flow_titles_of(void *arg, struct slice key);

#endif
