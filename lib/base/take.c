#include "lib/base/take.h"

#include <string.h>

void take_init(struct take *t, struct slice in)
{
	*t = (struct take){ .rest = in };
}

struct slice take_bytes(struct take *t, size_t n)
{
	struct slice out;

	if (t->failed || n > t->rest.n) {
		t->failed = true;
		return (struct slice){ NULL, 0 };
	}
	out = slice_head(t->rest, n);
	t->rest = slice_skip(t->rest, n);
	return out;
}

static uint64_t take_be(struct take *t, size_t n)
{
	const struct slice s = take_bytes(t, n);
	uint64_t v = 0;

	for (size_t i = 0; i < s.n; i++)
		v = v << 8 | (unsigned char)s.p[i];
	return v;
}

uint8_t take_u8(struct take *t)
{
	return (uint8_t)take_be(t, 1);
}

uint16_t take_be16(struct take *t)
{
	return (uint16_t)take_be(t, 2);
}

uint32_t take_be32(struct take *t)
{
	return (uint32_t)take_be(t, 4);
}

uint64_t take_be64(struct take *t)
{
	return take_be(t, 8);
}

int64_t take_i64(struct take *t)
{
	const uint64_t v = take_be(t, 8);
	int64_t out;

	memcpy(&out, &v, sizeof(out));
	return out;
}

void take_copy(struct take *t, void *out, size_t n)
{
	const struct slice s = take_bytes(t, n);

	if (s.n == n && n > 0)
		memcpy(out, s.p, n);
	else
		memset(out, 0, n);
}

struct slice take_text(struct take *t, size_t max)
{
	const size_t n = take_be16(t);

	if (n > max)
		t->failed = true;
	return take_bytes(t, n);
}

enum err take_end(const struct take *t)
{
	return t->failed || t->rest.n != 0 ? ERR_SYNTAX : ERR_OK;
}
