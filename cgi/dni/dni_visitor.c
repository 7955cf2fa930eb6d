#include "cgi/dni/dni_visitor.h"

#include <string.h>

#define HASH_BYTES 4
#define OWN_BYTES  (ID_BYTES - HASH_BYTES)

static void hash(const uint8_t key[KEYED_KEY_BYTES],
    const struct company_id *company, const struct visitor_id *id,
    uint8_t out[HASH_BYTES])
{
	const struct slice parts[] = { SLICE("visitor"),
		slice_of(company->v, ID_BYTES), slice_of(id->v, OWN_BYTES) };
	const uint64_t h = keyed_u64(key, parts, RT_ARRAY_LEN(parts));

	for (unsigned int i = 0; i < HASH_BYTES; i++)
		out[i] = (uint8_t)(h >> (8 * i));
}

void dni_visitor_make(const uint8_t key[KEYED_KEY_BYTES],
    struct company_id company, int64_t wall_us, const uint8_t rnd[10],
    struct visitor_id *out)
{
	id_make(wall_us, rnd, out->v);
	hash(key, &company, out, out->v + OWN_BYTES);
}

bool dni_visitor_ours(const uint8_t key[KEYED_KEY_BYTES],
    struct company_id company, const struct visitor_id *id)
{
	uint8_t want[HASH_BYTES];

	hash(key, &company, id, want);
	return !id_is_nil(id->v) &&
	       memcmp(want, id->v + OWN_BYTES, HASH_BYTES) == 0;
}
