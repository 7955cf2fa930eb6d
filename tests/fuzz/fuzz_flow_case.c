/* Fuzz target: cases to try a flow with, tried on a small one. */
#include <stdint.h>
#include <stdlib.h>

#include "lib/flow/flowtry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char document[] =
    "{\"version\":1,\"first\":\"m\",\"steps\":{"
    "\"m\":{\"type\":\"gather\",\"prompt\":\"p\",\"next\":\"f\",\"invalid\":"
    "\"v\",\"silence\":\"v\"},"
    "\"f\":{\"type\":\"group\",\"mode\":\"simultaneous\",\"accept\":\"key\","
    "\"whisper\":\"w\",\"members\":[{\"to\":\"+13035550101\"},"
    "{\"to\":\"+13035550102\"}],\"otherwise\":\"v\"},"
    "\"v\":{\"type\":\"voicemail\"}}}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct flow_json_errors errors;
	struct flowtry_report report;
	struct flow_case *cases;
	struct flowtry t;
	struct arena mem;
	size_t n;

	arena_init(&mem, 64 << 20);
	if (flow_case_read(slice_of(data, size), &mem, &cases, &n, &errors) ==
	    ERR_OK) {
		if (flowtry_file(&t, slice_from(document), SLICE(""), &mem,
			&errors) != ERR_OK)
			abort();
		for (size_t i = 0; i < n && i < 4; i++)
			if (flowtry_run(&t, &cases[i], NULL, &report) ==
				ERR_OK &&
			    !report.sim.ended)
				abort();
		flowtry_close(&t);
	}
	arena_fini(&mem);
	return 0;
}
