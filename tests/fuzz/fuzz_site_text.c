/* Fuzz target: a page of a stranger, in whatever it says that it is written in.
 * What comes of it is no longer than it may be. */
#include <stdlib.h>

#include "lib/site/site_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice page = slice_of(data, size);
	const size_t line = slice_find(page, '\n', 0);
	struct slice out = SLICE("");
	struct buf mem;

	/* With its first line as its type, and without. */
	for (int i = 0; i < 2; i++) {
		const enum err e = site_text(page,
		    i == 0 ? slice_head(page, line) : SLICE(""), &mem, &out);

		if (e != ERR_OK || out.n > 3 * size + 4)
			abort();
		buf_fini(&mem);
	}
	(void)site_text_is_page(page);
	return 0;
}
