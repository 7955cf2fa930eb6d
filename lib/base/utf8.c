#include "lib/base/utf8.h"

/* RFC 3629 4: the second byte's range depends on the first. */
static bool second_ok(unsigned char first, unsigned char second)
{
	switch (first) {
	case 0xe0:
		return second >= 0xa0 && second <= 0xbf;
	case 0xed:
		return second >= 0x80 && second <= 0x9f;
	case 0xf0:
		return second >= 0x90 && second <= 0xbf;
	case 0xf4:
		return second >= 0x80 && second <= 0x8f;
	default:
		return second >= 0x80 && second <= 0xbf;
	}
}

static size_t length_of(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	if (first >= 0xf0 && first <= 0xf4)
		return 4;
	return 0;
}

size_t utf8_next(struct slice s, uint32_t *code_point)
{
	static const unsigned char first_mask[5] = { 0, 0x7f, 0x1f, 0x0f,
		0x07 };
	unsigned char c;
	uint32_t v;
	size_t n;

	if (s.n == 0)
		return 0;
	c = (unsigned char)s.p[0];
	n = length_of(c);
	if (n == 0 || n > s.n)
		return 0;
	if (n > 1 && !second_ok(c, (unsigned char)s.p[1]))
		return 0;
	v = c & first_mask[n];
	for (size_t i = 1; i < n; i++) {
		const unsigned char t = (unsigned char)s.p[i];

		if ((t & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (t & 0x3f);
	}
	*code_point = v;
	return n;
}

bool utf8_valid(struct slice s)
{
	uint32_t cp;

	while (s.n > 0) {
		const size_t n = utf8_next(s, &cp);

		if (n == 0)
			return false;
		s = slice_skip(s, n);
	}
	return true;
}

size_t utf8_count(struct slice s)
{
	size_t count = 0;
	uint32_t cp;

	for (; s.n > 0; count++) {
		const size_t n = utf8_next(s, &cp);

		s = slice_skip(s, n == 0 ? 1 : n);
	}
	return count;
}

struct slice utf8_head(struct slice s, size_t max)
{
	size_t n = max;

	if (s.n <= max)
		return s;
	while (n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return slice_head(s, n);
}

void utf8_clean(struct slice s, struct buf *out)
{
	uint32_t cp;

	while (s.n > 0) {
		const size_t n = utf8_next(s, &cp);
		const bool control = n == 1 && (cp < 0x20 || cp == 0x7f) &&
				     cp != '\t' && cp != '\n';

		if (n == 0 || control)
			buf_cstr(out, "\xef\xbf\xbd");
		else
			buf_put(out, slice_head(s, n));
		s = slice_skip(s, n == 0 ? 1 : n);
	}
}
