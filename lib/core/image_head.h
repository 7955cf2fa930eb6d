/*
 * image_head.h - what kind of picture some bytes are, and how large: from the
 * bytes themselves, never from a name.
 *
 * PNG (ISO/IEC 15948 5.2, 11.2.2: the IHDR chunk is the first) and baseline or
 * progressive JPEG (ITU-T T.81 B.2.2: the frame header). Nothing else: a
 * picture that can hold script, such as SVG, is none. Pure.
 */
#ifndef RT_CORE_IMAGE_HEAD_H
#define RT_CORE_IMAGE_HEAD_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

enum image_kind {
	IMAGE_PNG,
	IMAGE_JPEG,
	IMAGE_KIND_COUNT
};

struct image_head {
	enum image_kind kind;
	uint32_t width, height; /* 1 to 65535 */
};

/* ERR_UNSUPPORTED: neither of them; ERR_SYNTAX: broken off, or of no size. */
RT_MUST_USE enum err image_head_read(struct slice bytes,
    struct image_head *out);

const char *image_head_name(enum image_kind k); /* "png" */
const char *image_head_type(enum image_kind k); /* "image/png" */
/* ERR_NOTFOUND. */
RT_MUST_USE enum err image_head_parse(struct slice name, enum image_kind *out);

#endif
