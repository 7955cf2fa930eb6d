/*
 * Fuzz target: whether a text says a name. Invariants: a text with the name
 * behind it says it, so does a search; a text too short names nobody.
 */
#include <assert.h>
#include <string.h>

#include "lib/core/saysname.h"

#define NAME     "Jane Doe"
#define LAST     " x " NAME
#define TEXT_MAX 480

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice input = slice_of((const char *)data, size);
	static char mem[TEXT_MAX + sizeof(LAST)];
	const size_t n = size < TEXT_MAX ? size : TEXT_MAX;

	(void)saysname_query(input, SLICE(NAME));
	(void)saysname_query(SLICE("q=jane&a=b"), input);
	(void)saysname_text(SLICE(NAME), input);
	if (size < SAYSNAME_LEAST)
		assert(!saysname_text(input, SLICE(NAME)));
	memcpy(mem, data, n);
	memcpy(mem + n, LAST, sizeof(LAST) - 1);
	assert(saysname_text(slice_of(mem, n + sizeof(LAST) - 1), SLICE(NAME)));
	return 0;
}
