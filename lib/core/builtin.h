/*
 * builtin.h - the prompts that come with the product (prompts/): what a flow
 * may name without anybody having made it.
 */
#ifndef RT_CORE_BUILTIN_H
#define RT_CORE_BUILTIN_H

#include "lib/base/slice.h"

struct builtin {
	const char *key;      /* "notice.en" */
	const char *language; /* "en" */
	uint32_t version;     /* of its words: the proof of a notice names it */
	const char *file;     /* in prompts/: headerless mu-law, 8000 Hz */
	const char *words;    /* what it says; NULL: found by the interpreter
			       * alone, not for people to choose */
};

/* All; the first is the notice that a number without one of its own plays. */
const struct builtin *builtin_all(size_t *n);
/* NULL: there is none of that key. */
const struct builtin *builtin_find(struct slice key);

#endif
