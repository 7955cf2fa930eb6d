/* Fuzz target: files of spend as people upload them. */
#include <stdint.h>
#include <stdlib.h>

#include "lib/base/utf8.h"
#include "lib/core/spend_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct spend_in s;
	struct spend_in_row r;

	if (spend_in_begin(&s, slice_of(data, size)) != ERR_OK)
		return 0;
	while (spend_in_next(&s, &r) == ERR_OK)
		if (r.day.n != 10 || r.amount_micros < 0 ||
		    utf8_count(r.source) > SPEND_IN_SOURCE_MAX)
			abort();
	return 0;
}
