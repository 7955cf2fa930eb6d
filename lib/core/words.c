#include "lib/core/words.h"

#include <assert.h>
#include <string.h>

/* By the first two letters, in either case. */
static uint8_t begin_of(const char *p)
{
	return (uint8_t)((((unsigned char)p[0] & 31U) << 3) ^
			 ((unsigned char)p[1] & 31U));
}

void words_init(struct words *w, const char *const *list, size_t n)
{
	assert(n <= WORDS_MAX);
	w->list = list;
	memset(w->first, 0, sizeof(w->first));
	for (size_t i = 0; i < n; i++) {
		uint8_t *first = &w->first[begin_of(list[i])];

		w->next[i + 1] = *first;
		*first = (uint8_t)(i + 1);
	}
}

size_t words_find(const struct words *w, struct slice text, size_t from,
    const char **word)
{
	for (size_t i = from; i + 1 < text.n; i++) {
		unsigned int k = w->first[begin_of(text.p + i)];

		for (; k != 0; k = w->next[k]) {
			const char *one = w->list[k - 1];

			if (!slice_starts_case(slice_skip(text, i),
				slice_from(one)))
				continue;
			*word = one;
			return i;
		}
	}
	return text.n;
}
