/* Fuzz target: call records from a journal. */
#include <stdint.h>
#include <stdlib.h>

#include "lib/core/callrec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct callrec r;
	struct buf a, b;

	if (callrec_decode(slice_of(data, size), &r) != ERR_OK)
		return 0;
	/* What can be read is written as the same bytes, but for texts that
	 * are not UTF-8 where they are cut. */
	buf_init(&a, CALLREC_BYTES_MAX);
	buf_init(&b, CALLREC_BYTES_MAX);
	callrec_encode(&r, &a);
	if (callrec_decode(buf_slice(&a), &r) != ERR_OK)
		abort();
	callrec_encode(&r, &b);
	if (!slice_eq(buf_slice(&a), buf_slice(&b)))
		abort();
	buf_fini(&a);
	buf_fini(&b);
	return 0;
}
