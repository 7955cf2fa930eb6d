#include "lib/core/saysnum.h"

#include "lib/base/buf.h"
#include "lib/core/urlq.h"

#define DIGITS_MAX 64
#define VALUE_MAX  1024 /* bytes of a value that are looked at */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What stands between the digits of one number. */
static bool is_between(char c)
{
	return c == ' ' || c == '(' || c == ')' || c == '+' || c == '-' ||
	       c == '.' || c == '/';
}

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
	for (size_t i = 0; i <= text.n; i++) {
		if (i < text.n && is_digit(text.p[i])) {
			if (n < sizeof(mem))
				mem[n++] = text.p[i];
			continue;
		}
		if (i < text.n && is_between(text.p[i]))
			continue;
		if (is_it(slice_of(mem, n), digits))
			return true;
		n = 0;
	}
	return false;
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
