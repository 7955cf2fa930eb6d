#include "lib/core/visible.h"

#include "lib/base/utf8.h"

/* What shows nothing by itself, in order: the properties White_Space and
 * Default_Ignorable_Code_Point of Unicode's PropList.txt and
 * DerivedCoreProperties.txt, the controls, and the blanks among the symbols. */
static const struct {
	uint32_t first;
	uint32_t last;
} blanks[] = {
	{ 0x0, 0x20 }, { 0x7f, 0xa0 }, { 0xad, 0xad }, /* soft hyphen */
	{ 0x34f, 0x34f },                              /* grapheme joiner */
	{ 0x61c, 0x61c },                              /* Arabic letter mark */
	{ 0x115f, 0x1160 },                            /* Hangul fillers */
	{ 0x1680, 0x1680 },                            /* Ogham space */
	{ 0x17b4, 0x17b5 },   /* Khmer inherent vowels */
	{ 0x180b, 0x180f },   /* Mongolian selectors */
	{ 0x2000, 0x200f },   /* spaces, zero widths, marks */
	{ 0x2028, 0x202f },   /* separators, embeddings */
	{ 0x205f, 0x206f },   /* joiners, isolates */
	{ 0x2800, 0x2800 },   /* empty Braille cell */
	{ 0x3000, 0x3000 },   /* wide space */
	{ 0x3164, 0x3164 },   /* Hangul filler */
	{ 0xfe00, 0xfe0f },   /* variation selectors */
	{ 0xfeff, 0xfeff },   /* byte order mark */
	{ 0xffa0, 0xffa0 },   /* half-width filler */
	{ 0xfff0, 0xfffb },   /* interlinear annotations */
	{ 0x1bca0, 0x1bca3 }, /* shorthand format */
	{ 0x1d173, 0x1d17a }, /* musical format */
	{ 0xe0000, 0xe0fff }, /* tags, selectors */
};

static bool is_blank(uint32_t c)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(blanks) && blanks[i].first <= c;
	     i++)
		if (c <= blanks[i].last)
			return true;
	return false;
}

bool visible_any(struct slice s)
{
	while (s.n > 0) {
		uint32_t c = 0;
		const size_t n = utf8_next(s, &c);

		if (n == 0 || !is_blank(c))
			return true;
		s = slice_skip(s, n);
	}
	return false;
}
