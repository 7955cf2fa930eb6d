#include "lib/site/site_text.h"

#include <errno.h>
#include <iconv.h>

#include "lib/base/utf16.h"
#include "lib/base/utf8.h"

#define LOOKED_AT 1024           /* bytes of a page, for its <meta> */
#define PIECE     4096           /* bytes that are converted at once */
#define SIGN_MAX  4              /* bytes of a sign in UTF-8 */
#define NO_SIGN   "\xef\xbf\xbd" /* U+FFFD */
#define WEST      "CP1252"

/* Names that pages say (in small letters, sorted), and the system's. Those that
 * are not here are UTF-8, or nobody's. */
static const struct {
	const char *said;
	const char *name;
} known[] = {
	{ "ascii", WEST },
	{ "big5", "BIG5-HKSCS" },
	{ "big5-hkscs", "BIG5-HKSCS" },
	{ "cp1250", "CP1250" },
	{ "cp1251", "CP1251" },
	{ "cp1252", WEST },
	{ "euc-jp", "EUC-JP" },
	{ "euc-kr", "CP949" },
	{ "gb18030", "GB18030" },
	{ "gb2312", "GB18030" },
	{ "gbk", "GB18030" },
	{ "iso-2022-jp", "ISO-2022-JP" },
	{ "iso-8859-1", WEST },
	{ "iso-8859-10", "ISO-8859-10" },
	{ "iso-8859-11", "TIS-620" },
	{ "iso-8859-13", "ISO-8859-13" },
	{ "iso-8859-14", "ISO-8859-14" },
	{ "iso-8859-15", "ISO-8859-15" },
	{ "iso-8859-16", "ISO-8859-16" },
	{ "iso-8859-2", "ISO-8859-2" },
	{ "iso-8859-3", "ISO-8859-3" },
	{ "iso-8859-4", "ISO-8859-4" },
	{ "iso-8859-5", "ISO-8859-5" },
	{ "iso-8859-6", "ISO-8859-6" },
	{ "iso-8859-7", "ISO-8859-7" },
	{ "iso-8859-8", "ISO-8859-8" },
	{ "iso-8859-9", "CP1254" },
	{ "koi8-r", "KOI8-R" },
	{ "koi8-u", "KOI8-U" },
	{ "ks_c_5601-1987", "CP949" },
	{ "latin1", WEST },
	{ "macintosh", "MACINTOSH" },
	{ "shift-jis", "CP932" },
	{ "shift_jis", "CP932" },
	{ "sjis", "CP932" },
	{ "tis-620", "TIS-620" },
	{ "us-ascii", WEST },
	{ "windows-1250", "CP1250" },
	{ "windows-1251", "CP1251" },
	{ "windows-1252", WEST },
	{ "windows-1253", "CP1253" },
	{ "windows-1254", "CP1254" },
	{ "windows-1255", "CP1255" },
	{ "windows-1256", "CP1256" },
	{ "windows-1257", "CP1257" },
	{ "windows-1258", "CP1258" },
	{ "windows-31j", "CP932" },
	{ "windows-874", "TIS-620" },
	{ "windows-949", "CP949" },
	{ "x-cp1251", "CP1251" },
	{ "x-sjis", "CP932" },
};

static const char *name_of(struct slice said)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(known); i++)
		if (slice_eq_case(said, slice_from(known[i].said)))
			return known[i].name;
	return NULL;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static struct slice skip_blanks(struct slice s)
{
	while (s.n > 0 && is_blank(s.p[0]))
		s = slice_skip(s, 1);
	return s;
}

/* Where the word begins, in letters of either kind; s.n: nowhere. */
static size_t find_word(struct slice s, struct slice word)
{
	for (size_t i = 0; i + word.n <= s.n; i++)
		if (slice_starts_case(slice_skip(s, i), word))
			return i;
	return s.n;
}

/* What "charset=" in s says, in quotes or not. */
static struct slice charset_in(struct slice s)
{
	const struct slice word = SLICE("charset");
	size_t n = 0;

	for (;;) {
		s = slice_skip(s, find_word(s, word));
		if (s.n == 0)
			return SLICE("");
		s = skip_blanks(slice_skip(s, word.n));
		if (s.n > 0 && s.p[0] == '=')
			break;
	}
	s = skip_blanks(slice_skip(s, 1));
	if (s.n > 0 && (s.p[0] == '"' || s.p[0] == '\''))
		s = skip_blanks(slice_skip(s, 1));
	while (n < s.n && !is_blank(s.p[n]) && s.p[n] != '"' &&
	       s.p[n] != '\'' && s.p[n] != ';' && s.p[n] != '>' &&
	       s.p[n] != '/')
		n++;
	return slice_head(s, n);
}

/* The name that a <meta> of the first kilobyte has for the encoding; "" none.
 */
static struct slice said_by(struct slice html)
{
	struct slice s =
	    slice_head(html, html.n < LOOKED_AT ? html.n : LOOKED_AT);

	while (s.n > 0) {
		const bool meta = slice_starts_case(s, SLICE("<meta"));
		struct slice said;
		size_t end;

		if (slice_starts(s, SLICE("<!--"))) {
			end = find_word(s, SLICE("-->"));
			s = slice_skip(s, end);
			continue;
		}
		end = meta ? slice_find(s, '>', 0) : 1;
		said = meta ? charset_in(slice_head(s, end)) : SLICE("");
		if (said.n > 0)
			return said;
		s = slice_skip(s, end);
	}
	return SLICE("");
}

bool site_text_is_page(struct slice type)
{
	const struct slice name =
	    slice_trim(slice_head(type, slice_find(type, ';', 0)));

	return name.n == 0 || slice_eq_case(name, SLICE("text/html")) ||
	       slice_eq_case(name, SLICE("application/xhtml+xml")) ||
	       slice_eq_case(name, SLICE("text/xml")) ||
	       slice_eq_case(name, SLICE("application/xml"));
}

/* What is no sign of that encoding is one that nobody knows, byte by byte. */
static void convert(iconv_t cd, struct slice body, struct buf *out)
{
	char *in = (char *)(uintptr_t)body.p; /* read only, as iconv says */
	size_t left = body.n;

	while (left > 0) {
		char piece[PIECE], *to = piece;
		size_t room = sizeof(piece);
		const size_t r = iconv(cd, &in, &left, &to, &room);
		const int why = r == (size_t)-1 ? errno : 0;

		buf_put(out, slice_of(piece, sizeof(piece) - room));
		if (why == EILSEQ || why == EINVAL) {
			buf_put(out, SLICE(NO_SIGN));
			in++;
			left--;
		}
	}
}

/* Of a long page only the begin is read, which may end within a sign: how many
 * bytes of it are there. */
static size_t begun(struct slice body)
{
	for (size_t n = 1; n < SIGN_MAX && n <= body.n; n++) {
		const uint8_t b = (uint8_t)body.p[body.n - n];

		if (b >= 0xc2)
			return n;
		if (b < 0x80)
			return 0;
	}
	return 0;
}

static bool is_utf8(struct slice body)
{
	return utf8_valid(body) ||
	       utf8_valid(slice_head(body, body.n - begun(body)));
}

static const char *encoding_of(struct slice body, struct slice type)
{
	struct slice said = charset_in(type);
	const char *name;

	if (said.n == 0)
		said = said_by(body);
	name = name_of(said);
	if (name != NULL || slice_eq_case(said, SLICE("utf-8")) ||
	    slice_eq_case(said, SLICE("utf8")) || is_utf8(body))
		return name;
	return WEST;
}

enum err site_text(struct slice body, struct slice type, struct buf *mem,
    struct slice *out)
{
	const char *name;
	iconv_t cd;

	buf_init(mem, 3 * body.n + sizeof(NO_SIGN));
	*out = body;
	if (slice_starts(body, SLICE("\xef\xbb\xbf")))
		return ERR_OK;
	if (utf16_marked(body)) {
		utf16_to_utf8(body, mem);
	} else {
		name = encoding_of(body, type);
		cd = name == NULL ? (iconv_t)-1 : iconv_open("UTF-8", name);
		if (cd == (iconv_t)-1)
			return ERR_OK; /* or the system does not know it */
		convert(cd, body, mem);
		(void)iconv_close(cd);
	}
	if (buf_err(mem) == ERR_OK)
		*out = buf_slice(mem);
	return buf_err(mem);
}
