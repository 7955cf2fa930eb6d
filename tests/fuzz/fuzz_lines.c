/* The lines of a form's field: none empty, none twice, all of the input. */
#include <stdlib.h>

#include "cgi/form/lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lines l;

	if (lines_read(slice_of(data, size), &l) != ERR_OK)
		return 0;
	for (size_t i = 0; i < l.n; i++) {
		if (l.v[i].n == 0 || l.v[i].p < (const char *)data ||
		    l.v[i].p + l.v[i].n > (const char *)data + size)
			abort();
		for (size_t k = 0; k < i; k++)
			if (slice_eq(l.v[i], l.v[k]))
				abort();
	}
	return 0;
}
