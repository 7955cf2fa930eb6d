/* Tests of lib/core/image_head: kind and size of a picture from its bytes. */
#include <string.h>

#include "lib/core/image_head.h"
#include "tests/support/cm.h"

#define PNG(w, h) "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" w h "\x08\6\0\0\0"
#define IN(lit)   lit, sizeof(lit) - 1

static const struct {
	const char *why;
	const char *in;
	size_t n;
	enum err want;
	enum image_kind kind;
	uint32_t width, height;
} cases[] = {
	{ "a PNG", IN(PNG("\0\0\1\2", "\0\0\0\x20")), ERR_OK, IMAGE_PNG, 258,
	    32 },
	{ "of no height", IN(PNG("\0\0\1\2", "\0\0\0\0")), ERR_SYNTAX, 0, 0,
	    0 },
	{ "too wide", IN(PNG("\0\1\0\0", "\0\0\0\1")), ERR_SYNTAX, 0, 0, 0 },
	{ "broken off", IN("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0"), ERR_SYNTAX,
	    0, 0, 0 },
	{ "another chunk first",
	    IN("\x89PNG\r\n\x1a\n\0\0\0\x0dtEXt\0\0\0\1\0\0\0\1"), ERR_SYNTAX,
	    0, 0, 0 },
	{ "a JPEG",
	    IN("\xff\xd8\xff\xe0\0\4JF\xff\xc0\0\x0b\x08\0\x10\1\0\1\1\x11\0"),
	    ERR_OK, IMAGE_JPEG, 256, 16 },
	{ "a progressive one", IN("\xff\xd8\xff\xc2\0\x0b\x08\0\x10\0\x20"),
	    ERR_OK, IMAGE_JPEG, 32, 16 },
	{ "of no frame", IN("\xff\xd8\xff\xe0\0\4JF"), ERR_SYNTAX, 0, 0, 0 },
	{ "a segment of length 0", IN("\xff\xd8\xff\xe0\0\0\xff\xc0"),
	    ERR_SYNTAX, 0, 0, 0 },
	{ "a segment beyond the end",
	    IN("\xff\xd8\xff\xe0\xff\xff\xff\xc0\0\x0b\x08"), ERR_SYNTAX, 0, 0,
	    0 },
	{ "SVG", IN("<svg xmlns='http://www.w3.org/2000/svg'/>"),
	    ERR_UNSUPPORTED, 0, 0, 0 },
	{ "GIF", IN("GIF89a\1\0\1\0"), ERR_UNSUPPORTED, 0, 0, 0 },
	{ "HTML that calls itself PNG", IN("PNG\r\n<script>"), ERR_UNSUPPORTED,
	    0, 0, 0 },
	{ "nothing", IN(""), ERR_UNSUPPORTED, 0, 0, 0 },
};

static void test_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct image_head h = { 0 };
		const enum err e =
		    image_head_read(slice_of(cases[i].in, cases[i].n), &h);

		if (e != cases[i].want || h.kind != cases[i].kind ||
		    h.width != cases[i].width || h.height != cases[i].height)
			fail_msg("%s: %s %ux%u", cases[i].why, err_name(e),
			    h.width, h.height);
	}
}

static void test_names(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < IMAGE_KIND_COUNT; i++) {
		enum image_kind k = IMAGE_KIND_COUNT;

		assert_int_equal(image_head_parse(slice_from(image_head_name(
						      (enum image_kind)i)),
				     &k),
		    ERR_OK);
		assert_int_equal(k, i);
		assert_non_null(strchr(image_head_type(k), '/'));
	}
	assert_int_equal(image_head_parse(SLICE("svg"),
			     &(enum image_kind){ 0 }),
	    ERR_NOTFOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_read),
		cmocka_unit_test(test_names) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
