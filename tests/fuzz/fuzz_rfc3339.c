/* Fuzz target: a time that parses can be written and parsed again. */
#include <assert.h>

#include "lib/base/clk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[CLK_RFC3339_MAX];
	int64_t us, back;

	if (clk_rfc3339_parse(slice_of(data, size), &us) != ERR_OK)
		return 0;
	/* An offset may lead out of years 1 to 9999, where writing clamps. */
	if (us < INT64_C(-62135596800000000) ||
	    us > INT64_C(253402300799999999))
		return 0;
	clk_rfc3339(us, text);
	assert(clk_rfc3339_parse(slice_from(text), &back) == ERR_OK);
	assert(back == us);
	return 0;
}
