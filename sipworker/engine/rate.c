#include "sipworker/engine/rate.h"

#include <string.h>

#include "lib/base/rt.h"

#define SECOND_NS INT64_C(1000000000)
#define PER_S_MAX UINT32_C(1000000)
#define BURST_NS  (RATE_BURST_S * SECOND_NS)
#define MIX_ODD   UINT64_C(0x9e3779b97f4a7c15)
#define SETS      (RATE_SOURCES / RATE_WAYS)
#define SET_SHIFT 57 /* the upper seven bits: SETS is 128 */

_Static_assert(SETS == 1 << (64 - SET_SHIFT), "one set for each hash");

void rate_init(struct rate *r, const uint32_t per_s[RATE_KINDS], uint64_t key)
{
	memset(r, 0, sizeof(*r));
	r->key = key;
	for (size_t i = 0; i < RATE_KINDS; i++) {
		const uint32_t n = per_s[i] > PER_S_MAX ? PER_S_MAX : per_s[i];

		r->step_ns[i] = n == 0 ? 0 : (uint64_t)SECOND_NS / n;
	}
}

static int64_t used(const struct rate_source *s)
{
	int64_t most = 0;

	for (size_t i = 0; i < RATE_KINDS; i++)
		if (s->full_ns[i] > most)
			most = s->full_ns[i];
	return most;
}

static struct rate_source *find(struct rate *r, uint32_t ip)
{
	const uint64_t hash = ((ip ^ r->key) * MIX_ODD) >> SET_SHIFT;
	struct rate_source *set = &r->source[hash * RATE_WAYS], *least = set;

	for (size_t i = 0; i < RATE_WAYS; i++) {
		if (set[i].ip == ip)
			return &set[i];
		if (used(&set[i]) < used(least))
			least = &set[i];
	}
	memset(least, 0, sizeof(*least));
	least->ip = ip;
	return least;
}

bool rate_take(struct rate *r, enum rate_kind kind, uint32_t ip, int64_t now_us)
{
	const int64_t now = now_us * 1000;
	struct rate_source *s;
	int64_t full;

	if (r->step_ns[kind] == 0)
		return true;
	s = find(r, ip);
	full = s->full_ns[kind] > now ? s->full_ns[kind] : now;
	full += (int64_t)r->step_ns[kind];
	if (full - now > BURST_NS)
		return false;
	s->full_ns[kind] = full;
	return true;
}
