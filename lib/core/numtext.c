#include "lib/core/numtext.h"

#include "lib/base/scan.h"
#include "lib/base/utf8.h"

#define WIDE_FIRST 0xff01 /* ASCII's signs once more, full-width */
#define WIDE_LAST  0xff5e

/* Ranges of characters and what they stand for; of digits the first. */
static const struct {
	uint32_t from, to;
	char as;
} ranges[] = {
	{ 0x00, 0x1f, ',' },       /* controls, ends of lines */
	{ 0x20, 0x20, ' ' },       /**/
	{ 0x7f, 0x9f, ',' },       /* more of them */
	{ 0xa0, 0xa0, ' ' },       /* the blank that does not break */
	{ 0xa1, 0xa9, ',' },       /* Latin's marks */
	{ 0xab, 0xac, ',' },       /**/
	{ 0xad, 0xad, ' ' },       /* a soft hyphen */
	{ 0xae, 0xb4, ',' },       /**/
	{ 0xb6, 0xb9, ',' },       /**/
	{ 0xbb, 0xbf, ',' },       /**/
	{ 0x660, 0x669, '0' },     /* Arabic digits */
	{ 0x6f0, 0x6f9, '0' },     /* as written in Iran */
	{ 0x966, 0x96f, '0' },     /* of Devanagari */
	{ 0x2000, 0x200f, ' ' },   /* blanks by width, marks of direction */
	{ 0x2010, 0x2015, '-' },   /* dashes */
	{ 0x2016, 0x2027, ',' },   /**/
	{ 0x2028, 0x2029, ',' },   /* ends of lines */
	{ 0x202a, 0x202f, ' ' },   /* directions, the narrow blank */
	{ 0x2030, 0x205e, ',' },   /**/
	{ 0x205f, 0x206f, ' ' },   /* the mathematical blank, directions */
	{ 0x20a0, 0x20cf, ',' },   /* money */
	{ 0x2116, 0x2116, ',' },   /* "No." as one sign */
	{ 0x2190, 0x2211, ',' },   /* arrows, mathematics */
	{ 0x2212, 0x2212, '-' },   /* minus */
	{ 0x2213, 0x23ff, ',' },   /**/
	{ 0x2500, 0x2bff, ',' },   /* boxes, telephones (U+260E), arrows */
	{ 0x3000, 0x3000, ' ' },   /* the full-width blank */
	{ 0x3001, 0x3003, ',' },   /**/
	{ 0x30fb, 0x30fb, ',' },   /* a dot in the middle */
	{ 0x30fc, 0x30fc, '-' },   /* a stroke that is typed for a dash */
	{ 0xfe00, 0xfe0f, ' ' },   /* how the sign before is drawn */
	{ 0xfeff, 0xfeff, ' ' },   /* no blank at all */
	{ 0x1f300, 0x1faff, ',' }, /* pictures */
};

static char as_ascii(uint32_t c)
{
	if (c >= WIDE_FIRST && c <= WIDE_LAST)
		c -= WIDE_FIRST - '!';
	if (c > ' ' && c < 0x7f)
		return (char)c;
	for (size_t i = 0; i < RT_ARRAY_LEN(ranges); i++)
		if (c >= ranges[i].from && c <= ranges[i].to)
			return ranges[i].as == '0'
				   ? (char)('0' + (c - ranges[i].from))
				   : ranges[i].as;
	return 'a';
}

char numtext_next(struct slice *s)
{
	uint32_t c = 'a';
	const size_t n = utf8_next(*s, &c);

	*s = slice_skip(*s, n == 0 ? 1 : n);
	return n == 0 ? 'a' : as_ascii(c);
}

bool numtext_is_between(char c)
{
	return c == ' ' || c == '(' || c == ')' || c == '+' || c == '-' ||
	       c == '.' || c == '/';
}

bool numtext_skip_zero(struct slice *s)
{
	static const char zero[] = "(0)";
	struct slice rest = *s;

	for (size_t i = 0; i < sizeof(zero) - 1; i++)
		if (rest.n == 0 || numtext_next(&rest) != zero[i])
			return false;
	*s = rest;
	return true;
}

struct slice numtext_digits(struct slice text, char mem[NUMTEXT_DIGITS_MAX])
{
	static const struct slice scheme = SLICE_INIT("tel:");
	struct slice s = slice_trim(text);
	size_t n = 0;

	if (slice_starts_case(s, scheme))
		s = slice_skip(s, scheme.n);
	while (s.n > 0) {
		char c;

		if (n > 0 && numtext_skip_zero(&s))
			continue;
		c = numtext_next(&s);
		if (scan_is_alpha(c))
			return SLICE("");
		if (!scan_is_digit(c))
			continue;
		if (n == NUMTEXT_DIGITS_MAX)
			return SLICE("");
		mem[n++] = c;
	}
	return slice_of(mem, n);
}

/* What is dialled ahead at home where that is not 0, or was not until lately
 * (the national prefixes that countries notify to the ITU, E.164 and E.123): 8
 * in Russia and Kazakhstan, Lithuania, Belarus and Turkmenistan. What begins as
 * calls abroad do, 00 or 011, is none of these. */
static const struct {
	struct slice ahead, country;
} trunks[] = {
	{ SLICE_INIT("8"), SLICE_INIT("7") },
	{ SLICE_INIT("8"), SLICE_INIT("370") },
	{ SLICE_INIT("8"), SLICE_INIT("375") },
	{ SLICE_INIT("8"), SLICE_INIT("993") },
	{ SLICE_INIT("06"), SLICE_INIT("36") },
	{ SLICE_INIT("01"), SLICE_INIT("52") },
};

static size_t add(struct numtext_part *out, size_t n, struct slice digits,
    uint8_t code, struct slice country)
{
	if (digits.n < NUMTEXT_DIGITS_MIN)
		return n;
	out[n] = (struct numtext_part){ .digits = digits,
		.first = true,
		.code = code,
		.country = country };
	return n + 1;
}

static size_t add_trunks(struct numtext_part *out, size_t n,
    struct slice digits)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(trunks); i++)
		if (slice_starts(digits, trunks[i].ahead))
			n = add(out, n, slice_skip(digits, trunks[i].ahead.n),
			    0, trunks[i].country);
	return n;
}

size_t numtext_parts(struct slice digits,
    struct numtext_part out[NUMTEXT_PARTS_MAX])
{
	static const struct slice abroad[] = { SLICE_INIT("00"),
		SLICE_INIT("011") };
	const struct slice any = SLICE("");
	bool from_abroad = false;
	size_t n = 0;

	if (digits.n < NUMTEXT_DIGITS_MIN)
		return 0;
	out[n++] = (struct numtext_part){ .digits = digits };
	for (size_t i = 0; i < RT_ARRAY_LEN(abroad); i++)
		if (slice_starts(digits, abroad[i])) {
			from_abroad = true;
			n = add(out, n, slice_skip(digits, abroad[i].n), 0,
			    any);
		}
	if (digits.p[0] == '0' && !slice_starts(digits, abroad[0]))
		for (uint8_t code = 1; code <= 3; code++)
			n = add(out, n, slice_skip(digits, 1), code, any);
	return from_abroad ? n : add_trunks(out, n, digits);
}
