/* Fuzz target: a time zone's file. Its changes rise to the end, whatever it
 * says, and each one holds from its own second. */
#include <stdint.h>
#include <stdlib.h>

#include "lib/phone/tzif.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t at_s = INT64_MIN, until_s;
	struct tzif z;

	if (tzif_open(slice_of(data, size), &z) != ERR_OK)
		return 0;
	for (int i = 0; i < 200 && at_s != INT64_MAX; i++) {
		const int32_t offset_s = tzif_at(&z, at_s, &until_s);

		if (offset_s <= -86400 || offset_s >= 86400 || until_s <= at_s)
			abort();
		at_s = until_s;
	}
	return 0;
}
