/* Fuzz target: a law that can be read is written and read again as it is. */
#include <assert.h>

#include "lib/core/attrib_law.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char mem[2 * ATTRIB_LAW_TEXT_MAX], again_mem[2 * ATTRIB_LAW_TEXT_MAX];
	struct attrib_law l, back;
	struct buf text, again;

	if (attrib_law_read(slice_of(data, size), &l) != ERR_OK)
		return 0;
	buf_over(&text, mem, sizeof(mem));
	attrib_law_write(&l, &text);
	assert(buf_err(&text) == ERR_OK);
	assert(attrib_law_read(buf_slice(&text), &back) == ERR_OK);
	buf_over(&again, again_mem, sizeof(again_mem));
	attrib_law_write(&back, &again);
	assert(slice_eq(buf_slice(&text), buf_slice(&again)));
	return 0;
}
