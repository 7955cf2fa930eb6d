#include "lib/core/geo_state.h"

#include "lib/base/rt.h"

#define PREFIX 3 /* "US-" */

static const struct {
	const char *region;
	const char *name;
} states[] = {
#define STATE(region, name) { region, name },
	GEO_STATES(STATE)
#undef STATE
};

struct slice geo_state_label(struct slice region)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(states); i++)
		if (slice_eq_cstr(region, states[i].region))
			return slice_from(states[i].name);
	return region.n > PREFIX && region.p[PREFIX - 1] == '-'
		   ? slice_skip(region, PREFIX)
		   : region;
}

struct slice geo_state_region(struct slice text)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(states); i++) {
		const struct slice region = slice_from(states[i].region);

		if (slice_eq_case(text, slice_from(states[i].name)) ||
		    slice_eq_case(text, region) ||
		    slice_eq_case(text, slice_skip(region, PREFIX)))
			return region;
	}
	return text;
}
