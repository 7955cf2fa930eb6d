#include "lib/core/money.h"

#include "lib/base/scan.h"

#define DECIMALS 6

/* A sign of a currency in front; which one is the company's business. */
static struct slice without_sign(struct slice s)
{
	static const char *const signs[] = { "$", "€", "£" };

	for (size_t i = 0; i < RT_ARRAY_LEN(signs); i++)
		if (slice_starts(s, slice_from(signs[i])))
			return slice_trim(
			    slice_skip(s, slice_from(signs[i]).n));
	return s;
}

/* Digits, or groups of three after the first with commas between. */
static enum err whole(struct slice *s, int64_t *out)
{
	size_t digits = 0, since = 0;
	bool grouped = false;
	int64_t v = 0;

	for (; s->n > 0; *s = slice_skip(*s, 1)) {
		const char c = s->p[0];

		if (c == ',') {
			if (digits == 0 || (grouped && since != 3) ||
			    (!grouped && digits > 3))
				return ERR_SYNTAX;
			grouped = true;
			since = 0;
			continue;
		}
		if (!scan_is_digit(c))
			break;
		v = v * 10 + (c - '0');
		digits++;
		since++;
		if (v > MONEY_MAX / MONEY_MICROS)
			return ERR_RANGE;
	}
	if (digits == 0 || (grouped && since != 3))
		return ERR_SYNTAX;
	*out = v * MONEY_MICROS;
	return ERR_OK;
}

static enum err part(struct slice s, int64_t *out)
{
	int64_t unit = MONEY_MICROS / 10, v = 0;

	if (s.n == 0 || s.n > DECIMALS)
		return ERR_SYNTAX;
	for (size_t i = 0; i < s.n; i++, unit /= 10) {
		if (!scan_is_digit(s.p[i]))
			return ERR_SYNTAX;
		v += (s.p[i] - '0') * unit;
	}
	*out = v;
	return ERR_OK;
}

enum err money_parse(struct slice s, int64_t *micros)
{
	int64_t v, rest = 0;
	bool minus;
	enum err e;

	s = slice_trim(s);
	minus = scan_byte(&s, '-') == ERR_OK;
	s = without_sign(s);
	if ((e = whole(&s, &v)) != ERR_OK)
		return e;
	if (s.n > 0) {
		if (scan_byte(&s, '.') != ERR_OK)
			return ERR_SYNTAX;
		if ((e = part(s, &rest)) != ERR_OK)
			return e;
	}
	v += rest;
	if (v > MONEY_MAX)
		return ERR_RANGE;
	*micros = minus ? -v : v;
	return ERR_OK;
}
