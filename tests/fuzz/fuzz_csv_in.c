/* Fuzz target: CSV as people upload it. */
#include <stdint.h>
#include <stdlib.h>

#include "lib/core/csv_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct csv_in c;
	enum err e;

	csv_in_init(&c, slice_of(data, size));
	while ((e = csv_in_row(&c)) == ERR_OK)
		if (c.n == 0 || c.n > CSV_IN_CELLS_MAX)
			abort();
	return 0;
}
