#include "lib/base/utf16.h"

#define REPLACEMENT UINT32_C(0xfffd)

bool utf16_marked(struct slice s)
{
	return slice_starts(s, SLICE("\xff\xfe")) ||
	       slice_starts(s, SLICE("\xfe\xff"));
}

static void put(struct buf *out, uint32_t c)
{
	if (c < 0x80) {
		buf_char(out, (char)c);
		return;
	}
	if (c < 0x800) {
		buf_char(out, (char)(0xc0 | c >> 6));
	} else {
		if (c < 0x10000) {
			buf_char(out, (char)(0xe0 | c >> 12));
		} else {
			buf_char(out, (char)(0xf0 | c >> 18));
			buf_char(out, (char)(0x80 | (c >> 12 & 0x3f)));
		}
		buf_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
	}
	buf_char(out, (char)(0x80 | (c & 0x3f)));
}

static uint32_t unit(struct slice s, size_t i, bool little)
{
	const uint32_t a = (unsigned char)s.p[i];
	const uint32_t b = (unsigned char)s.p[i + 1];

	return little ? b << 8 | a : a << 8 | b;
}

void utf16_to_utf8(struct slice s, struct buf *out)
{
	const bool little = slice_starts(s, SLICE("\xff\xfe"));
	size_t i = 2;

	while (i + 2 <= s.n) {
		const uint32_t c = unit(s, i, little);
		const uint32_t low = i + 4 <= s.n ? unit(s, i + 2, little) : 0;

		i += 2;
		if (c < 0xd800 || c > 0xdfff) {
			put(out, c);
		} else if (c < 0xdc00 && low >= 0xdc00 && low <= 0xdfff) {
			put(out,
			    0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00));
			i += 2;
		} else {
			put(out, REPLACEMENT);
		}
	}
	if (i < s.n)
		put(out, REPLACEMENT);
}
