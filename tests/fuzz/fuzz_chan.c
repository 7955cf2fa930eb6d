/* Messages between the worker's processes (sipworker/priv/msg). */
#include <stdlib.h>
#include <string.h>

#include "sipworker/priv/msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static char out[MSG_BYTES_MAX];
	struct msg m;
	struct buf b;

	if (msg_decode(slice_of(data, n), &m) != ERR_OK)
		return 0;
	/* What was taken is written back as it came. */
	buf_over(&b, out, sizeof(out));
	msg_encode(&m, &b);
	if (buf_err(&b) != ERR_OK || b.n != n || memcmp(out, data, n) != 0)
		abort();
	return 0;
}
