/* Fuzz target: pictures that people upload. */
#include <stdint.h>
#include <stdlib.h>

#include "lib/core/image_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image_head h;

	if (image_head_read(slice_of(data, size), &h) == ERR_OK &&
	    (h.width == 0 || h.width > 65535 || h.height == 0 ||
		h.height > 65535))
		abort();
	return 0;
}
