/* Fuzz target: causes that a tag names, in any order and with anything between
 * them. Saying them twice says no more. */
#include <stdlib.h>
#include <string.h>

#include "lib/core/taghealth.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char twice[2 * 4096 + 1];
	unsigned int causes;

	if (size > 4096)
		return 0;
	causes = taghealth_parse(slice_of(data, size));
	if (causes >> TAGHEALTH_CAUSE_COUNT != 0)
		abort();
	if (size > 0)
		memcpy(twice, data, size);
	twice[size] = ',';
	if (size > 0)
		memcpy(twice + size + 1, data, size);
	if (taghealth_parse(slice_of(twice, 2 * size + 1)) != causes)
		abort();
	return 0;
}
