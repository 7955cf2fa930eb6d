/* Fuzz target: a configuration snapshot. */
#include <stdint.h>
#include <stdlib.h>

#include "lib/core/snap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct snap_destination d;
	struct snap_number n;
	struct snap_trunk t;
	struct snap_flow f;
	struct flow_view v;
	struct snap s;

	if (snap_open(slice_of(data, size), &s) != ERR_OK)
		return 0;
	for (uint32_t i = 0; i < s.section[SNAP_TRUNKS].count; i++)
		snap_trunk_at(&s, i, &t);
	for (uint32_t i = 0; i < s.section[SNAP_DESTINATIONS].count; i++)
		snap_destination_at(&s, i, &d);
	for (uint32_t i = 0; i < s.section[SNAP_NUMBERS].count; i++) {
		snap_number_at(&s, i, &n);
		if (snap_find_number(&s, n.e164) != i)
			abort();
	}
	for (uint32_t i = 0; i < s.section[SNAP_FLOWS].count; i++) {
		snap_flow_at(&s, i, &f);
		for (uint16_t k = 0; k < f.flow.n_steps; k++)
			flow_view(&f.flow, k, &v);
	}
	(void)snap_find_source(&s, 0x0a000002);
	return 0;
}
