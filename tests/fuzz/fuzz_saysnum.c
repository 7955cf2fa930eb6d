/*
 * Fuzz target: whether a text says a telephone number. Invariants: text that
 * has the number's digits at its end says it; one without six digits does not.
 */
#include <assert.h>
#include <string.h>

#include "lib/core/numtext.h"
#include "lib/core/saysnum.h"

#define NUMBER   "+12125550155"
#define TEXT_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t digits_of(struct slice s)
{
	size_t n = 0;

	while (s.n > 0) {
		const char c = numtext_next(&s);

		n += c >= '0' && c <= '9';
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice input = slice_of((const char *)data, size);
	static char mem[TEXT_MAX];
	size_t n = size < TEXT_MAX - 32 ? size : TEXT_MAX - 32;

	(void)saysnum_query(input, SLICE(NUMBER));
	(void)saysnum_text(SLICE(NUMBER), input);
	if (digits_of(input) < SAYSNUM_LEAST)
		assert(!saysnum_text(input, SLICE(NUMBER)));
	memcpy(mem, data, n);
	memcpy(mem + n, " x " NUMBER, sizeof(" x " NUMBER) - 1);
	assert(saysnum_text(slice_of(mem, n + sizeof(" x " NUMBER) - 1),
	    SLICE(NUMBER)));
	return 0;
}
