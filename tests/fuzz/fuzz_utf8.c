/* Fuzz target: cleaning gives valid text, and leaves valid text without
 * control characters as it was. */
#include <assert.h>

#include "lib/base/utf8.h"
#include "lib/core/visible.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice in = slice_of(data, size);
	struct buf once, twice;

	buf_init(&once, 3 * size + 16);
	buf_init(&twice, 3 * size + 16);
	utf8_clean(in, &once);
	assert(buf_err(&once) == ERR_OK);
	assert(utf8_valid(buf_slice(&once)));
	assert(utf8_count(in) == utf8_count(buf_slice(&once)));
	utf8_clean(buf_slice(&once), &twice);
	assert(slice_eq(buf_slice(&once), buf_slice(&twice)));
	assert(utf8_head(in, size / 2).n <= size / 2);
	/* What shows nothing shows nothing in either half, cut anywhere. */
	if (!visible_any(in))
		assert(!visible_any(utf8_head(in, size / 2)) && utf8_valid(in));
	buf_fini(&once);
	buf_fini(&twice);
	return 0;
}
