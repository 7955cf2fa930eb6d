/* Fuzz target: amounts of money as people write them. */
#include <stdint.h>
#include <stdlib.h>

#include "lib/core/money.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t v;

	if (money_parse(slice_of(data, size), &v) == ERR_OK &&
	    (v > MONEY_MAX || v < -MONEY_MAX))
		abort();
	return 0;
}
