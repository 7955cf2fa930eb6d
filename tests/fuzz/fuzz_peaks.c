/* Fuzzes peaks_decode(): no crash, and what decodes can be read whole. */
#include "lib/core/peaks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct peaks p;

	if (peaks_decode(slice_of(data, size), &p) == ERR_OK)
		for (unsigned int c = 0; c < p.channels; c++)
			(void)peaks_loudest(&p, c, 0, p.windows);
	return 0;
}
