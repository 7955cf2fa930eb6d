#include "lib/core/zone.h"

#include "lib/base/take.h"

#define HEAD_BYTES 4
#define ROW_BYTES  12
#define DAY_S      86400

void zone_utc(struct zone *out)
{
	*out = (struct zone){ .first_s = 0 };
}

static void row(const struct zone *z, size_t i, int64_t *at, int32_t *offset)
{
	struct take t;

	take_init(&t, slice_skip(z->rows, i * ROW_BYTES));
	*at = take_i64(&t);
	*offset = (int32_t)take_be32(&t);
}

void zone_reopen(struct slice bytes, struct zone *out)
{
	struct take t;

	take_init(&t, bytes);
	out->first_s = (int32_t)take_be32(&t);
	out->rows = t.rest;
}

enum err zone_open(struct slice bytes, struct zone *out)
{
	struct zone z;
	int64_t before = INT64_MIN;

	if (bytes.n < HEAD_BYTES || (bytes.n - HEAD_BYTES) % ROW_BYTES != 0 ||
	    (bytes.n - HEAD_BYTES) / ROW_BYTES > ZONE_ROWS_MAX)
		return ERR_SYNTAX;
	zone_reopen(bytes, &z);
	if (z.first_s <= -DAY_S || z.first_s >= DAY_S)
		return ERR_SYNTAX;
	for (size_t i = 0; i < z.rows.n / ROW_BYTES; i++) {
		int64_t at;
		int32_t offset;

		row(&z, i, &at, &offset);
		if (at <= before || offset <= -DAY_S || offset >= DAY_S)
			return ERR_SYNTAX;
		before = at;
	}
	*out = z;
	return ERR_OK;
}

int32_t zone_offset_s(const struct zone *z, int64_t utc_s)
{
	size_t lo = 0, hi = z->rows.n / ROW_BYTES;
	int32_t found = z->first_s;

	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;
		int64_t at;
		int32_t offset;

		row(z, mid, &at, &offset);
		if (at <= utc_s) {
			found = offset;
			lo = mid + 1;
		} else {
			hi = mid;
		}
	}
	return found;
}

void zone_put_first(struct buf *b, int32_t offset_s)
{
	buf_be32(b, (uint32_t)offset_s);
}

void zone_put(struct buf *b, int64_t utc_s, int32_t offset_s)
{
	buf_be64(b, (uint64_t)utc_s);
	buf_be32(b, (uint32_t)offset_s);
}
