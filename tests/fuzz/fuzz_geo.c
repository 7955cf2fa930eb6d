/* Fuzz target: where a caller is, as a person keys it in or a flow says it. */
#include <stdlib.h>
#include <string.h>

#include "lib/core/geo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A place's words are short, and end. */
static void check(const struct geo_place *p)
{
	if (memchr(p->country, 0, sizeof(p->country)) == NULL ||
	    memchr(p->state, 0, sizeof(p->state)) == NULL ||
	    memchr(p->zip, 0, sizeof(p->zip)) == NULL)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice s = slice_of(data, size);
	struct geo_place p;
	uint32_t at;
	int lat, lon;

	memset(&p, 0, sizeof(p));
	if (geo_of_number(s, &p))
		check(&p);
	if (geo_list_ok(s) && size > 0)
		(void)geo_in(&p, s);
	memset(&p, 0, sizeof(p));
	if (geo_of_zip(s, &p)) {
		check(&p);
		if (size != 5)
			abort();
	}
	if (geo_parse(s, &at) != ERR_OK)
		return 0;
	geo_unpack(at, &lat, &lon);
	if (lat < -9000 || lat > 9000 || lon < -18000 || lon > 18000 ||
	    geo_pack(lat, lon) != at || geo_km(at, at) != 0)
		abort();
	return 0;
}
