/* Fuzz target: a stranger's robots.txt. Who names nobody forbids nothing, and
 * a group of our own that allows all, put before it, is heard. */
#include <stdlib.h>
#include <string.h>

#include "lib/core/robots.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char path[] = "/a/b.php?gclid=x&y=*$";
	const struct slice text = slice_of(data, size);
	const struct slice agent = SLICE("ringtrace-check");
	size_t colons = 0;

	for (size_t i = 0; i < size; i++)
		colons += data[i] == ':';
	if (!robots_may(text, agent, slice_from(path)) && colons < 2)
		abort(); /* an agent and a rule */
	(void)robots_may(text, agent, SLICE("/"));
	return 0;
}
