/* Fuzz target: numbers as carriers write them. */
#include <stdint.h>
#include <stdlib.h>

#include "lib/core/number_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct number_in n, again;

	number_in_parse(slice_of(data, size), SLICE("US"), SLICE("77"), &n);
	if (n.kind != NUMBER_IN_E164)
		return 0;
	number_in_parse(slice_from(n.e164), SLICE("GB"), SLICE(""), &again);
	if (!slice_eq(slice_from(n.e164), slice_from(again.e164)))
		abort();
	return 0;
}
