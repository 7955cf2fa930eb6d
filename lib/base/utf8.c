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

/* --- letters in either case -------------------------------------------------
 */

/* Capitals from first to last: each `step`th of them has its small letter `by`
 * further on (Unicode's UnicodeData.txt, simple mappings). */
struct capitals {
	uint16_t first;
	uint16_t last;
	uint8_t step;
	uint8_t by;
};

static const struct capitals capitals[] = {
	{ 'A', 'Z', 1, 32 },
	{ 0xc0, 0xd6, 1, 32 },
	{ 0xd8, 0xde, 1, 32 },
	{ 0x100, 0x12e, 2, 1 },
	{ 0x132, 0x136, 2, 1 },
	{ 0x139, 0x147, 2, 1 },
	{ 0x14a, 0x176, 2, 1 },
	{ 0x179, 0x17d, 2, 1 },
	{ 0x386, 0x386, 1, 38 },
	{ 0x388, 0x38a, 1, 37 },
	{ 0x38c, 0x38c, 1, 64 },
	{ 0x38e, 0x38f, 1, 63 },
	{ 0x391, 0x3a1, 1, 32 },
	{ 0x3a3, 0x3ab, 1, 32 },
	{ 0x3c2, 0x3c2, 1, 1 }, /* sigma at the end of a word */
	{ 0x400, 0x40f, 1, 80 },
	{ 0x410, 0x42f, 1, 32 },
	{ 0x490, 0x4be, 2, 1 },
	{ 0x1ea0, 0x1ef8, 2, 1 },
};

static uint32_t small(uint32_t c)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(capitals); i++) {
		const struct capitals *k = &capitals[i];

		if (c >= k->first && c <= k->last &&
		    (c - k->first) % k->step == 0)
			return c + k->by;
	}
	return c;
}

/* Takes the front character of s; an ill-formed byte is one no letter is. */
static uint32_t take_small(struct slice *s)
{
	uint32_t c = 0;
	const size_t n = utf8_next(*s, &c);

	if (n == 0)
		c = UINT32_C(0x110000) + (unsigned char)s->p[0];
	*s = slice_skip(*s, n == 0 ? 1 : n);
	return small(c);
}

static bool starts_case(struct slice s, struct slice part)
{
	while (part.n > 0)
		if (s.n == 0 || take_small(&s) != take_small(&part))
			return false;
	return true;
}

bool utf8_has_case(struct slice s, struct slice part)
{
	while (s.n > 0 && !starts_case(s, part))
		(void)take_small(&s);
	return s.n > 0 || part.n == 0;
}

/* c as n bytes; a small letter takes as many as its capital. */
static void put(uint32_t c, char *out, size_t n)
{
	static const unsigned char first[5] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = n; i-- > 1; c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)(first[n] | c);
}

struct slice utf8_small(struct slice s, char *out)
{
	size_t at = 0;

	while (at < s.n) {
		uint32_t c = 0;
		const size_t n = utf8_next(slice_skip(s, at), &c);

		if (n == 0)
			out[at] = s.p[at];
		else
			put(small(c), out + at, n);
		at += n == 0 ? 1 : n;
	}
	return slice_of(out, at);
}

/* What U+00C0 to U+017F stand with; '.': themselves. */
#define ACCENTS_FIRST 0xc0
static const char plain_letters[] =
    "aaaaaaaceeeeiiii"
    "dnooooo.ouuuuyts"
    "aaaaaaaceeeeiiii"
    "dnooooo.ouuuuyty"
    "aaaaaaccccccccdd"
    "ddeeeeeeeeeegggg"
    "gggghhhhiiiiiiii"
    "iiiijjkkklllllll"
    "lllnnnnnnnnnoooo"
    "oooorrrrrrssssss"
    "ssttttttuuuuuuuu"
    "uuuuwwyyyzzzzzzs";

/* 0: s is at its end. */
static uint32_t take_plain(struct slice *s)
{
	while (s->n > 0) {
		const uint32_t c = take_small(s);
		const uint32_t at = c - ACCENTS_FIRST;

		if (c >= 0x300 && c <= 0x36f)
			continue; /* an accent by itself */
		if (c < ACCENTS_FIRST || at >= sizeof(plain_letters) - 1 ||
		    plain_letters[at] == '.')
			return c + 1;
		return (uint32_t)(unsigned char)plain_letters[at] + 1;
	}
	return 0;
}

int utf8_cmp_name(struct slice a, struct slice b)
{
	uint32_t x, y;

	do {
		x = take_plain(&a);
		y = take_plain(&b);
	} while (x == y && x != 0);
	return x == y ? 0 : x < y ? -1 : 1;
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
