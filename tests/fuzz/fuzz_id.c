/* Fuzz target: an id has exactly one spelling. */
#include <assert.h>

#include "lib/core/id.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice in = slice_of(data, size);
	uint8_t id[ID_BYTES];
	char text[ID_TEXT_MAX];

	for (int k = 0; k < ID_KIND_COUNT; k++) {
		if (id_parse((enum id_kind)k, in, id) != ERR_OK)
			continue;
		id_text((enum id_kind)k, id, text);
		assert(slice_eq_cstr(in, text));
	}
	return 0;
}
