/* Scopes of an API key: what is accepted is written the same way again. */
#include <stdlib.h>

#include "lib/core/scope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char mem[SCOPE_TEXT_MAX];
	uint32_t mask, back;
	struct buf b;

	if (scope_parse(slice_of(data, size), &mask) != ERR_OK)
		return 0;
	buf_over(&b, mem, sizeof(mem));
	scope_write(mask, &b);
	if (buf_err(&b) != ERR_OK ||
	    scope_parse(buf_slice(&b), &back) != ERR_OK || back != mask)
		abort();
	return 0;
}
