/* Fuzz target: pages of strangers. A page cannot hold more numbers than its
 * bytes allow. */
#include <stdlib.h>

#include "lib/core/pagecheck.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice targets[] = { SLICE("+14155550199") };
	const struct pagecheck_look look = { SLICE("KEY"), targets, 1, targets,
		1 };
	struct pagecheck c;

	pagecheck(slice_of(data, size), &look, &c);
	if (c.targets != c.ours || c.targets > size / 9 || c.tags > size / 6)
		abort();
	if (pagecheck_refresh(slice_of(data, size)).n > size)
		abort();
	return 0;
}
