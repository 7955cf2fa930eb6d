/*
 * Fuzzes sipworker/sip/sip_replaces. Invariants: what stands in a URI is, once
 * unescaped, a value that parses and has no byte that could begin a line; all
 * parts lie in the value.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "sipworker/sip/sip_replaces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice in = slice_of(data, size);
	char mem[SIP_REPLACES_MAX];
	struct sip_replaces r;
	struct buf b;

	if (sip_replaces_parse(in, &r) == ERR_OK)
		assert(r.call_id.n > 0 && r.to_tag.n > 0 && r.from_tag.n > 0 &&
		       r.call_id.n + r.to_tag.n + r.from_tag.n < in.n);
	buf_over(&b, mem, sizeof(mem));
	if (sip_replaces_of_uri(in, &b) != ERR_OK)
		return 0;
	assert(sip_replaces_parse(buf_slice(&b), &r) == ERR_OK);
	for (size_t i = 0; i < b.n; i++)
		assert(b.p[i] >= ' ' && b.p[i] < 0x7f);
	return 0;
}
