/* Fuzz target: flow documents. */
#include <stdint.h>
#include <stdlib.h>

#include "lib/json/flow_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct flow_json_errors errors;
	struct flow flow;
	struct buf b;

	buf_init(&b, 1 << 20);
	if (flow_json_compile(slice_of(data, size), NULL, &b, &errors) ==
		ERR_OK &&
	    flow_open(buf_slice(&b), &flow) != ERR_OK)
		abort();
	buf_fini(&b);
	return 0;
}
