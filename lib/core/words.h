/*
 * words.h - which of many short words stand in a text, in one pass over it.
 *
 * The words are lower case of two bytes at least, and none begins with another;
 * in the text the case of ASCII makes no difference.
 */
#ifndef RT_CORE_WORDS_H
#define RT_CORE_WORDS_H

#include <stdint.h>

#include "lib/base/slice.h"

#define WORDS_MAX 128

struct words {
	const char *const *list;
	/* Those that begin alike, by place in the list, from 1; 0 is none. */
	uint8_t first[256];
	uint8_t next[WORDS_MAX + 1];
};

/* list: borrowed, of n words, at most WORDS_MAX. */
void words_init(struct words *w, const char *const *list, size_t n);

/* Where the first word at or behind `from` begins, and which it is; text.n when
 * there is none. */
size_t words_find(const struct words *w, struct slice text, size_t from,
    const char **word);

#endif
