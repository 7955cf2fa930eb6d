#include "lib/core/rollup_cover.h"

#include "lib/base/rt.h"

#define CHUNK_US (ROLLUP_COVER_CHUNK_DAYS * RT_DAY_US)

/* Before 1970 too. */
static int64_t down(int64_t us, int64_t step_us)
{
	const int64_t over = us % step_us;

	return over < 0 ? us - over - step_us : us - over;
}

static int64_t up(int64_t us, int64_t step_us)
{
	const int64_t low = down(us, step_us);

	return low == us ? us : low + step_us;
}

struct rollup_cover rollup_cover(int64_t from_us, int64_t to_us)
{
	const int64_t end_us = to_us < from_us ? from_us : to_us;
	const int64_t d1 = up(from_us, RT_DAY_US), d2 = down(end_us, RT_DAY_US);
	const int64_t c1 = up(d1, CHUNK_US), c2 = down(d2, CHUNK_US);
	struct rollup_cover c;

	if (d1 >= d2) {
		const struct rollup_cover_span none = { end_us, end_us };

		return (
		    struct rollup_cover){ .end = { { from_us, end_us }, none },
			.days = { none, none },
			.chunks = none };
	}
	c.end[0] = (struct rollup_cover_span){ from_us, d1 };
	c.end[1] = (struct rollup_cover_span){ d2, end_us };
	if (c1 >= c2) {
		c.days[0] = (struct rollup_cover_span){ d1, d2 };
		c.chunks = c.days[1] = (struct rollup_cover_span){ d2, d2 };
		return c;
	}
	c.days[0] = (struct rollup_cover_span){ d1, c1 };
	c.chunks = (struct rollup_cover_span){ c1, c2 };
	c.days[1] = (struct rollup_cover_span){ c2, d2 };
	return c;
}

struct rollup_cover_span rollup_cover_chunks(int64_t from_us, int64_t to_us)
{
	return (struct rollup_cover_span){ down(from_us, CHUNK_US),
		up(to_us, CHUNK_US) };
}
