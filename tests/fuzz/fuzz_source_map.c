/* Fuzz target: a site's own names for parameters; what is read and written is
 * read back the same. */
#include <stdint.h>
#include <stdlib.h>

#include "lib/core/source_map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source_map m, back;
	char mem[256];
	struct buf b;

	if (source_map_read(slice_of(data, size), &m) != ERR_OK)
		return 0;
	buf_over(&b, mem, sizeof(mem));
	source_map_write(&m, &b);
	if (buf_err(&b) != ERR_OK ||
	    source_map_read(buf_slice(&b), &back) != ERR_OK ||
	    !slice_eq(back.param, m.param) || !slice_eq(back.field, m.field))
		abort();
	return 0;
}
