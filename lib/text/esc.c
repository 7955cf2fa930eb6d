#include "lib/text/esc.h"

#include "lib/base/utf8.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* What to do with a byte; short names keep the tables readable. */
enum act {
	O, /* as it is */
	A, /* &amp; */
	L, /* &lt; */
	G, /* &gt; */
	Q, /* &quot; */
	S, /* &#39; */
	X, /* no text: U+FFFD */
	H, /* a byte of UTF-8: checked */
	P, /* %XX */
	U, /* \u00XX */
	B  /* a backslash before it */
};

/* clang-format off */
static const unsigned char html[256] = {
	X, X, X, X, X, X, X, X, X, O, O, X, X, O, X, X,
	X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
	O, O, Q, O, O, O, A, S, O, O, O, O, O, O, O, O,
	O, O, O, O, O, O, O, O, O, O, O, O, L, O, G, O,
	O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O,
	O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O,
	O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O,
	O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, X,
	H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
	H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
	H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
	H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
	H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
	H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
	H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
	H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
};

/* RFC 3986 2.3: ALPHA DIGIT - . _ ~ */
static const unsigned char url[256] = {
	P, P, P, P, P, P, P, P, P, P, P, P, P, P, P, P,
	P, P, P, P, P, P, P, P, P, P, P, P, P, P, P, P,
	P, P, P, P, P, P, P, P, P, P, P, P, P, O, O, P,
	O, O, O, O, O, O, O, O, O, O, P, P, P, P, P, P,
	P, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O,
	O, O, O, O, O, O, O, O, O, O, O, P, P, P, P, O,
	P, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O,
	O, O, O, O, O, O, O, O, O, O, O, P, P, P, O, P,
	P, P, P, P, P, P, P, P, P, P, P, P, P, P, P, P,
	P, P, P, P, P, P, P, P, P, P, P, P, P, P, P, P,
	P, P, P, P, P, P, P, P, P, P, P, P, P, P, P, P,
	P, P, P, P, P, P, P, P, P, P, P, P, P, P, P, P,
	P, P, P, P, P, P, P, P, P, P, P, P, P, P, P, P,
	P, P, P, P, P, P, P, P, P, P, P, P, P, P, P, P,
	P, P, P, P, P, P, P, P, P, P, P, P, P, P, P, P,
	P, P, P, P, P, P, P, P, P, P, P, P, P, P, P, P,
};

static const unsigned char json[256] = {
	U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U,
	U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U,
	O, O, B, O, O, O, U, U, O, O, O, O, O, O, O, O,
	O, O, O, O, O, O, O, O, O, O, O, O, U, O, U, O,
	O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O,
	O, O, O, O, O, O, O, O, O, O, O, O, B, O, O, O,
	O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O,
	O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, U,
	H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
	H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
	H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
	H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
	H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
	H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
	H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
	H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
};
/* clang-format on */

static const char *const reference[] = {
	[A] = "&amp;",
	[L] = "&lt;",
	[G] = "&gt;",
	[Q] = "&quot;",
	[S] = "&#39;",
};

static void put_hex(struct buf *out, const char *before, unsigned char c)
{
	static const char digits[] = "0123456789ABCDEF";

	buf_cstr(out, before);
	buf_char(out, digits[c >> 4]);
	buf_char(out, digits[c & 15]);
}

/* The character at the front of s; returns its length. U+2028 and U+2029 end
 * a line in older JavaScript, so JSON writes them as escapes. */
static size_t put_utf8(struct slice s, const unsigned char *table,
    struct buf *out)
{
	uint32_t cp = 0;
	const size_t n = utf8_next(s, &cp);

	if (n == 0)
		buf_cstr(out, REPLACEMENT);
	else if (table == json && cp == 0x2028)
		buf_cstr(out, "\\u2028");
	else if (table == json && cp == 0x2029)
		buf_cstr(out, "\\u2029");
	else
		buf_put(out, slice_head(s, n));
	return n == 0 ? 1 : n;
}

/* The byte or character at the front of s; returns its length. */
static size_t put_one(struct slice s, const unsigned char *table,
    struct buf *out)
{
	const unsigned char c = (unsigned char)s.p[0];

	switch ((enum act)table[c]) {
	case A:
	case L:
	case G:
	case Q:
	case S:
		buf_cstr(out, reference[table[c]]);
		return 1;
	case X:
		buf_cstr(out, REPLACEMENT);
		return 1;
	case H:
		return put_utf8(s, table, out);
	case P:
		put_hex(out, "%", c);
		return 1;
	case U:
		put_hex(out, "\\u00", c);
		return 1;
	case B:
		buf_char(out, '\\');
		break;
	case O:
		break;
	}
	buf_char(out, s.p[0]);
	return 1;
}

static size_t plain_front(struct slice s, const unsigned char *table)
{
	size_t n = 0;

	while (n < s.n && table[(unsigned char)s.p[n]] == O)
		n++;
	return n;
}

static void escape(struct slice s, const unsigned char *table, struct buf *out)
{
	while (s.n > 0) {
		const size_t plain = plain_front(s, table);

		buf_put(out, slice_head(s, plain));
		s = slice_skip(s, plain);
		if (s.n > 0)
			s = slice_skip(s, put_one(s, table, out));
	}
}

void esc_html(struct slice s, struct buf *out)
{
	escape(s, html, out);
}

void esc_url(struct slice s, struct buf *out)
{
	escape(s, url, out);
}

void esc_json(struct slice s, struct buf *out)
{
	escape(s, json, out);
}

size_t esc_json_plain(struct slice s)
{
	return plain_front(s, json);
}

/* Browsers drop tabs and line ends inside an address before they look at its
 * scheme, and take a backslash for a slash. */
static bool has_odd_bytes(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		const unsigned char c = (unsigned char)s.p[i];

		if (c <= ' ' || c == 0x7f || c == '\\')
			return true;
	}
	return false;
}

static bool href_ok(struct slice s)
{
	static const struct slice schemes[] = { SLICE_INIT("http://"),
		SLICE_INIT("https://"), SLICE_INIT("mailto:"),
		SLICE_INIT("tel:") };

	if (s.n == 0 || has_odd_bytes(s))
		return false;
	if (s.p[0] == '/')
		return s.n == 1 || s.p[1] != '/';
	if (s.p[0] == '?' || s.p[0] == '#')
		return true;
	for (size_t i = 0; i < RT_ARRAY_LEN(schemes); i++) {
		if (slice_starts_case(s, schemes[i]))
			return true;
	}
	return false;
}

void esc_href(struct slice s, struct buf *out)
{
	if (href_ok(s))
		esc_html(s, out);
	else
		buf_char(out, '#');
}
