/* The columns of the logs, from an address: known bits only, and the same for
 * the same text. */
#include <stdlib.h>

#include "cgi/page/page_cols.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct page_cols *set, struct slice text)
{
	unsigned int bits = 0, again = 1;

	if (page_cols_read(set, text, &bits) != ERR_OK)
		return;
	if (page_cols_read(set, text, &again) != ERR_OK || bits != again ||
	    bits >> set->n != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check(&page_cols_calls, slice_of(data, size));
	check(&page_cols_forms, slice_of(data, size));
	return 0;
}
