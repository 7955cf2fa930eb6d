#include "lib/core/image_head.h"

#define SIDE_MAX 65535

static const struct {
	const char *name;
	const char *type;
} kinds[IMAGE_KIND_COUNT] = {
	[IMAGE_PNG] = { "png", "image/png" },
	[IMAGE_JPEG] = { "jpeg", "image/jpeg" },
};

const char *image_head_name(enum image_kind k)
{
	return kinds[k].name;
}

const char *image_head_type(enum image_kind k)
{
	return kinds[k].type;
}

enum err image_head_parse(struct slice name, enum image_kind *out)
{
	for (unsigned int i = 0; i < IMAGE_KIND_COUNT; i++)
		if (slice_eq_cstr(name, kinds[i].name)) {
			*out = (enum image_kind)i;
			return ERR_OK;
		}
	return ERR_NOTFOUND;
}

/* Big-endian, n bytes (to 4); at lies inside. */
static uint32_t number(struct slice s, size_t at, size_t n)
{
	uint32_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | (uint8_t)s.p[at + i];
	return v;
}

static enum err check(struct image_head h, struct image_head *out)
{
	if (h.width == 0 || h.height == 0 || h.width > SIDE_MAX ||
	    h.height > SIDE_MAX)
		return ERR_SYNTAX;
	*out = h;
	return ERR_OK;
}

static enum err read_png(struct slice s, struct image_head *out)
{
	/* Signature 8, length 4, "IHDR", width 4, height 4. */
	if (s.n < 24 || number(s, 8, 4) != 13 ||
	    !slice_starts(slice_skip(s, 12), SLICE("IHDR")))
		return ERR_SYNTAX;
	return check((struct image_head){ IMAGE_PNG, number(s, 16, 4),
			 number(s, 20, 4) },
	    out);
}

/* SOF0 to SOF2: what browsers and mail programs show. */
static bool is_frame(uint8_t marker)
{
	return marker >= 0xc0 && marker <= 0xc2;
}

/* Segments from behind SOI: FF, marker, length (with itself), contents. */
static enum err read_jpeg(struct slice s, struct image_head *out)
{
	size_t at = 2;

	while (s.n >= 4 && at <= s.n - 4) {
		const uint8_t marker = (uint8_t)s.p[at + 1];
		const uint32_t n = number(s, at + 2, 2);

		if ((uint8_t)s.p[at] != 0xff || n < 2)
			return ERR_SYNTAX;
		if (is_frame(marker)) {
			/* Length 2, precision 1, height 2, width 2. */
			if (n < 7 || s.n - at < 9)
				return ERR_SYNTAX;
			return check((struct image_head){ IMAGE_JPEG,
					 number(s, at + 7, 2),
					 number(s, at + 5, 2) },
			    out);
		}
		at += 2 + n;
	}
	return ERR_SYNTAX;
}

enum err image_head_read(struct slice bytes, struct image_head *out)
{
	if (slice_starts(bytes, SLICE("\x89PNG\r\n\x1a\n")))
		return read_png(bytes, out);
	if (slice_starts(bytes, SLICE("\xff\xd8\xff")))
		return read_jpeg(bytes, out);
	return ERR_UNSUPPORTED;
}
