#include "tests/support/lines.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/cm.h"

#define LINE ((size_t)64)

void *lines_new(size_t n)
{
	const size_t whole = (n + LINE - 1) / LINE * LINE;
	void *mem = aligned_alloc(LINE, whole);

	assert_non_null(mem);
	memset(mem, 0, whole);
	return mem;
}
