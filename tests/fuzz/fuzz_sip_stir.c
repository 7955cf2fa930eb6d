/*
 * Fuzzes sipworker/sip/sip_stir. Invariants: a level is A, B, C or none, and
 * nothing both passes and fails.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "sipworker/sip/sip_stir.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice in = slice_of(data, size);
	const char level = sip_stir_claim(in);
	struct sip_stir s = { .level = '\0' };

	assert(level == '\0' || (level >= 'A' && level <= 'C'));
	if (sip_stir_verstat(in, &s))
		assert(s.failed != (s.level >= 'A' && s.level <= 'C'));
	return 0;
}
