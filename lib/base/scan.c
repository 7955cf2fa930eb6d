#include "lib/base/scan.h"

#include <string.h>

static enum err scan_max(struct slice *s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;
	size_t i = 0;

	for (; i < s->n && scan_is_digit(s->p[i]); i++) {
		const uint64_t d = (uint64_t)(s->p[i] - '0');

		if (d > max || v > (max - d) / 10)
			return ERR_RANGE;
		v = v * 10 + d;
	}
	if (i == 0)
		return ERR_SYNTAX;
	*s = slice_skip(*s, i);
	*out = v;
	return ERR_OK;
}

enum err scan_u64(struct slice *s, uint64_t *out)
{
	return scan_max(s, UINT64_MAX, out);
}

enum err scan_u32(struct slice *s, uint32_t *out)
{
	uint64_t v;
	const enum err e = scan_max(s, UINT32_MAX, &v);

	if (e == ERR_OK)
		*out = (uint32_t)v;
	return e;
}

enum err scan_u16(struct slice *s, uint16_t *out)
{
	uint64_t v;
	const enum err e = scan_max(s, UINT16_MAX, &v);

	if (e == ERR_OK)
		*out = (uint16_t)v;
	return e;
}

enum err scan_i64(struct slice *s, int64_t *out)
{
	struct slice in = *s;
	uint64_t v;
	enum err e;

	if (scan_byte(&in, '-') != ERR_OK) {
		e = scan_max(&in, INT64_MAX, &v);
		if (e == ERR_OK) {
			*s = in;
			*out = (int64_t)v;
		}
		return e;
	}
	e = scan_max(&in, (uint64_t)INT64_MAX + 1, &v);
	if (e == ERR_OK) {
		*s = in;
		/* -(2**63) has no positive twin: step through v - 1. */
		*out = v == 0 ? 0 : -(int64_t)(v - 1) - 1;
	}
	return e;
}

enum err scan_blanks(struct slice *s)
{
	const size_t before = s->n;

	scan_skip_blanks(s);
	return s->n == before ? ERR_SYNTAX : ERR_OK;
}

void scan_skip_blanks(struct slice *s)
{
	size_t i = 0;

	while (i < s->n && (s->p[i] == ' ' || s->p[i] == '\t'))
		i++;
	*s = slice_skip(*s, i);
}

bool scan_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool scan_is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool scan_is_alnum(char c)
{
	return scan_is_digit(c) || scan_is_alpha(c);
}

bool scan_is_hex(char c)
{
	return scan_is_digit(c) || (c >= 'a' && c <= 'f') ||
	       (c >= 'A' && c <= 'F');
}

bool scan_is_token_char(char c)
{
	return c != '\0' && (scan_is_alnum(c) || strchr("-.!%*_+`'~", c));
}

enum err scan_token(struct slice *s, struct slice *out)
{
	size_t i = 0;

	while (i < s->n && scan_is_token_char(s->p[i]))
		i++;
	if (i == 0)
		return ERR_SYNTAX;
	*out = slice_head(*s, i);
	*s = slice_skip(*s, i);
	return ERR_OK;
}

enum err scan_byte(struct slice *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return ERR_SYNTAX;
	*s = slice_skip(*s, 1);
	return ERR_OK;
}

enum err scan_lit(struct slice *s, struct slice lit)
{
	if (!slice_starts(*s, lit))
		return ERR_SYNTAX;
	*s = slice_skip(*s, lit.n);
	return ERR_OK;
}

enum err scan_lit_case(struct slice *s, struct slice lit)
{
	if (!slice_starts_case(*s, lit))
		return ERR_SYNTAX;
	*s = slice_skip(*s, lit.n);
	return ERR_OK;
}

enum err scan_until(struct slice *s, char c, struct slice *out)
{
	const size_t at = slice_find(*s, c, 0);

	if (at == s->n)
		return ERR_SYNTAX;
	*out = slice_head(*s, at);
	*s = slice_skip(*s, at);
	return ERR_OK;
}

enum err scan_whole_u64(struct slice s, uint64_t max, uint64_t *out)
{
	uint64_t v;
	const enum err e = scan_max(&s, max, &v);

	if (e != ERR_OK)
		return e;
	if (s.n != 0)
		return ERR_SYNTAX;
	*out = v;
	return ERR_OK;
}
