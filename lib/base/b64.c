#include "lib/base/b64.h"

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* One to three bytes as four characters. */
static void put_group(struct buf *out, const uint8_t *p, size_t n)
{
	const uint32_t v = (uint32_t)p[0] << 16 |
			   (n > 1 ? (uint32_t)p[1] << 8 : 0) |
			   (n > 2 ? (uint32_t)p[2] : 0);

	buf_char(out, alphabet[v >> 18 & 63]);
	buf_char(out, alphabet[v >> 12 & 63]);
	buf_char(out, n > 1 ? alphabet[v >> 6 & 63] : '=');
	buf_char(out, n > 2 ? alphabet[v & 63] : '=');
}

void b64_put(struct buf *out, const void *in, size_t n, size_t line)
{
	const uint8_t *p = in;
	size_t at = 0;

	for (size_t i = 0; i < n; i += 3) {
		put_group(out, p + i, n - i < 3 ? n - i : 3);
		at += 4;
		if (line != 0 && at >= line) {
			buf_cstr(out, "\r\n");
			at = 0;
		}
	}
	if (line != 0 && at != 0)
		buf_cstr(out, "\r\n");
}
