/* Fuzz target: a call's questions to the store. */
#include <stdint.h>
#include <stdlib.h>

#include "lib/core/ask.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice in = slice_of(data, size);
	struct ask a;
	struct buf b;

	if (ask_decode(in, &a) != ERR_OK)
		return 0;
	/* There is one way to say each question. */
	buf_init(&b, ASK_BYTES_MAX);
	ask_encode(&a, &b);
	if (buf_err(&b) != ERR_OK || !slice_eq(buf_slice(&b), in))
		abort();
	buf_fini(&b);
	return 0;
}
