/* Fuzz target: how long a DNS answer may be kept. */
#include <assert.h>

#include "sipworker/net/dns_ttl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t s = 0;

	if (dns_ttl(slice_of(data, size), &s) == ERR_OK)
		assert(s <= INT32_MAX && size >= 12 + 11);
	return 0;
}
