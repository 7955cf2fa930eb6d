/* Fuzz target: files of spend as people upload them. */
#include <stdint.h>
#include <stdlib.h>

#include "lib/core/spend_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct spend_in s;
	struct spend_in_row r;

	if (spend_in_begin(&s, slice_of(data, size)) != ERR_OK)
		return 0;
	while (spend_in_next(&s, &r) == ERR_OK)
		if (r.day.n != 10 || r.amount_micros < 0 || r.source.n > 100)
			abort();
	return 0;
}
