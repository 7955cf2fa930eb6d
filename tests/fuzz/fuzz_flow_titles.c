/* Fuzz target: titles of a flow document's steps, found again by key. */
#include <stdint.h>
#include <stdlib.h>

#include "lib/json/flow_titles.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct flow_titles t;
	struct arena mem;

	arena_init(&mem, 8 << 20);
	if (flow_titles_read(slice_of(data, size), &mem, &t) == ERR_OK)
		for (size_t i = 0; i < t.n; i++)
			if (!slice_eq(flow_titles_of(&t, t.step[i].key),
				t.step[i].title))
				abort();
	arena_fini(&mem);
	return 0;
}
