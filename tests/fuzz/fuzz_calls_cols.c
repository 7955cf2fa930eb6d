/* The columns of the call log, from an address: known bits only, and the same
 * for the same text. */
#include <stdlib.h>

#include "cgi/page/page_calls_cols.h"

#define ALL_MAX 4096u /* far more than there are columns */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice text = slice_of(data, size);
	unsigned int bits = 0, again = 1;

	if (page_calls_cols_read(text, &bits) != ERR_OK)
		return 0;
	if (page_calls_cols_read(text, &again) != ERR_OK || bits != again ||
	    bits >= ALL_MAX * ALL_MAX)
		abort();
	return 0;
}
