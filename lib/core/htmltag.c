#include "lib/core/htmltag.h"

#include <string.h>

#include "lib/base/hex.h"
#include "lib/base/scan.h"
#include "lib/base/utf8.h"

#define ENTITY_MAX 12 /* of a sign's name, with its ";" */

bool htmltag_is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct slice htmltag_skip_blanks(struct slice s)
{
	while (s.n > 0 && htmltag_is_blank(s.p[0]))
		s = slice_skip(s, 1);
	return s;
}

struct slice htmltag_name(struct slice tag)
{
	size_t n = 0;

	while (n < tag.n && !htmltag_is_blank(tag.p[n]) && tag.p[n] != '/' &&
	       tag.p[n] != '>')
		n++;
	return slice_head(tag, n);
}

bool htmltag_is(struct slice tag, struct slice name)
{
	return slice_eq_case(htmltag_name(tag), name);
}

size_t htmltag_end(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '>')
			return i;
		if (s.p[i] != '=')
			continue;
		while (i + 1 < s.n && htmltag_is_blank(s.p[i + 1]))
			i++;
		if (i + 1 < s.n && (s.p[i + 1] == '"' || s.p[i + 1] == '\''))
			i = slice_find(s, s.p[i + 1], i + 2);
	}
	return s.n;
}

struct slice htmltag_value(struct slice *rest)
{
	const char quote = rest->n > 0 ? rest->p[0] : '\0';
	size_t n = 0;
	struct slice v;

	if (quote == '"' || quote == '\'') {
		*rest = slice_skip(*rest, 1);
		v = slice_head(*rest, slice_find(*rest, quote, 0));
	} else {
		while (n < rest->n && !htmltag_is_blank(rest->p[n]))
			n++;
		v = slice_head(*rest, n);
	}
	*rest = slice_skip(*rest, v.n < rest->n ? v.n + 1 : v.n);
	return v;
}

bool htmltag_attr(struct slice *rest, struct slice *name, struct slice *value)
{
	size_t n = 0;

	while (
	    rest->n > 0 && (htmltag_is_blank(rest->p[0]) || rest->p[0] == '/'))
		*rest = slice_skip(*rest, 1);
	while (
	    n < rest->n && !htmltag_is_blank(rest->p[n]) && rest->p[n] != '=')
		n++;
	*name = slice_head(*rest, n);
	*rest = htmltag_skip_blanks(slice_skip(*rest, n));
	*value = SLICE("");
	if (rest->n > 0 && rest->p[0] == '=') {
		*rest = htmltag_skip_blanks(slice_skip(*rest, 1));
		*value = htmltag_value(rest);
	}
	return name->n > 0 || value->n > 0;
}

bool htmltag_find(struct slice tag, struct slice name, struct slice *value)
{
	struct slice rest = slice_skip(tag, htmltag_name(tag).n), is;

	while (htmltag_attr(&rest, &is, value))
		if (slice_eq_case(is, name))
			return true;
	*value = SLICE("");
	return false;
}

struct slice htmltag_skip_raw(struct slice s, struct slice name)
{
	for (size_t i = 0; i + 2 + name.n <= s.n; i++)
		if (s.p[i] == '<' && s.p[i + 1] == '/' &&
		    slice_starts_case(slice_skip(s, i + 2), name))
			return slice_skip(s, i);
	return SLICE("");
}

struct slice htmltag_skip_comment(struct slice s)
{
	for (size_t i = 3; i + 3 <= s.n; i++)
		if (memcmp(s.p + i, "-->", 3) == 0)
			return slice_skip(s, i + 3);
	return SLICE("");
}

/* --- characters ------------------------------------------------------------*/

static bool read_code(struct slice s, uint32_t *out)
{
	const bool hex = slice_starts_case(s, SLICE("x"));

	s = slice_skip(s, hex);
	*out = 0;
	if (s.n == 0)
		return false;
	for (; s.n > 0; s = slice_skip(s, 1)) {
		const int v = hex_value(s.p[0]);

		if (v < 0 || (!hex && v > 9))
			return false;
		*out = *out * (hex ? 16 : 10) + (uint32_t)v;
	}
	return true;
}

/* Names of what stands in and around numbers; others mean nothing here. */
static bool read_name(struct slice s, uint32_t *out)
{
	static const struct {
		const char *name;
		uint32_t is;
	} names[] = { { "nbsp", 0xa0 }, { "ensp", 0x2002 }, { "emsp", 0x2003 },
		{ "thinsp", 0x2009 }, { "shy", 0xad }, { "ndash", 0x2013 },
		{ "mdash", 0x2014 }, { "hyphen", 0x2010 }, { "minus", 0x2212 },
		{ "middot", 0xb7 }, { "zwnj", 0x200c }, { "zwj", 0x200d },
		{ "lrm", 0x200e }, { "rlm", 0x200f }, { "plus", '+' },
		{ "lpar", '(' }, { "rpar", ')' }, { "period", '.' },
		{ "bull", 0x2022 }, { "sdot", 0x22c5 }, { "hellip", 0x2026 },
		{ "numsp", 0x2007 }, { "hairsp", 0x200a }, { "dash", 0x2010 },
		{ "verbar", '|' }, { "vert", '|' }, { "num", '#' },
		{ "euro", 0x20ac }, { "pound", 0xa3 }, { "dollar", '$' },
		{ "comma", ',' }, { "equals", '=' }, { "commat", '@' },
		{ "sol", '/' }, { "amp", '&' }, { "lt", '<' }, { "gt", '>' },
		{ "quot", '"' }, { "apos", '\'' } };

	*out = 0xfffd;
	for (size_t i = 0; i < RT_ARRAY_LEN(names); i++)
		if (slice_eq_cstr(s, names[i].name))
			*out = names[i].is;
	for (size_t i = 0; i < s.n; i++)
		if (!scan_is_alnum(s.p[i]))
			return false;
	return true;
}

/* Behind an "&". Takes it; false: it stands for itself. */
static bool take_entity(struct slice *rest, uint32_t *c)
{
	const size_t n = slice_find(slice_head(*rest, ENTITY_MAX), ';', 0);
	const struct slice name = slice_head(*rest, n);

	if (n == 0 || n >= rest->n || n == ENTITY_MAX ||
	    !(name.p[0] == '#' ? read_code(slice_skip(name, 1), c)
			       : read_name(name, c)))
		return false;
	*rest = slice_skip(*rest, n + 1);
	return true;
}

/* A byte that is no UTF-8: of a page in an older encoding. */
static uint32_t old_char(unsigned char c)
{
	if (c == 0x96 || c == 0x97)
		return c == 0x96 ? 0x2013 : 0x2014;
	return c == 0xa0 || c == 0xad || c == 0xb7 ? c : 0xfffd;
}

uint32_t htmltag_char(struct slice *s)
{
	const unsigned char first = (unsigned char)s->p[0];
	uint32_t c = first;
	size_t n;

	if (first == '&') {
		*s = slice_skip(*s, 1);
		return take_entity(s, &c) ? c : '&';
	}
	n = utf8_next(*s, &c);
	*s = slice_skip(*s, n > 0 ? n : 1);
	return n > 0 ? c : old_char(first);
}
