#include "lib/core/saysnum.h"

#include "lib/base/buf.h"
#include "lib/base/scan.h"
#include "lib/core/numtext.h"
#include "lib/core/urlq.h"

#define DIGITS_MAX 64
#define VALUE_MAX  1024 /* bytes of a value that are looked at */

static struct slice without_zeros(struct slice s)
{
	while (s.n > 0 && s.p[0] == '0')
		s = slice_skip(s, 1);
	return s;
}

static bool is_it(struct slice run, struct slice digits)
{
	const struct slice s = without_zeros(run);

	if (s.n < SAYSNUM_LEAST)
		return false;
	if (s.n <= digits.n)
		return slice_eq(slice_skip(digits, digits.n - s.n), s);
	return slice_eq(slice_skip(s, s.n - digits.n), digits);
}

bool saysnum_text(struct slice text, struct slice e164)
{
	const struct slice digits =
	    slice_starts(e164, SLICE("+")) ? slice_skip(e164, 1) : e164;
	char mem[DIGITS_MAX];
	size_t n = 0;

	if (digits.n < SAYSNUM_LEAST)
		return false;
	while (text.n > 0) {
		char c;

		if (n > 0 && numtext_skip_zero(&text))
			continue;
		c = numtext_next(&text);
		if (scan_is_digit(c) && n < sizeof(mem))
			mem[n++] = c;
		if (scan_is_digit(c) || numtext_is_between(c))
			continue;
		if (is_it(slice_of(mem, n), digits))
			return true;
		n = 0;
	}
	return is_it(slice_of(mem, n), digits);
}

bool saysnum_query(struct slice query, struct slice e164)
{
	struct slice name, value;
	char mem[VALUE_MAX];
	struct buf b;

	while (urlq_next(&query, &name, &value)) {
		buf_over(&b, mem, sizeof(mem));
		urlq_decode(slice_head(value, value.n < VALUE_MAX / 3
						  ? value.n
						  : VALUE_MAX / 3),
		    &b);
		if (saysnum_text(buf_slice(&b), e164))
			return true;
	}
	return false;
}
