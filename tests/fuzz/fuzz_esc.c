/* No escaper lets a byte through that means something in its place. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "lib/base/utf8.h"
#include "lib/text/esc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(void (*esc)(struct slice s, struct buf *out), struct slice in,
    const char *never)
{
	struct slice got;
	struct buf out;

	buf_init(&out, (size_t)16 << 20);
	esc(in, &out);
	assert(buf_err(&out) == ERR_OK);
	got = buf_slice(&out);
	assert(utf8_valid(got));
	for (size_t i = 0; i < got.n; i++)
		assert(got.p[i] != '\0' && strchr(never, got.p[i]) == NULL);
	buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice in = slice_of(data, size);

	if (size > 65536)
		return 0;
	check(esc_html, in, "<>\"'");
	check(esc_href, in, "<>\"' \t\r\n\\");
	check(esc_url, in, "<>\"' \t\r\n\\&?#/:=+");
	check(esc_json, in, "<>&'\t\r\n");
	return 0;
}
