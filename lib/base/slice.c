#include "lib/base/slice.h"

#include <limits.h>
#include <string.h>

static unsigned char lower(char c)
{
	const unsigned char u = (unsigned char)c;

	return u >= 'A' && u <= 'Z' ? (unsigned char)(u + ('a' - 'A')) : u;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct slice slice_from(const char *cstr)
{
	if (cstr == NULL)
		return (struct slice){ NULL, 0 };
	return (struct slice){ cstr, strlen(cstr) };
}

struct slice slice_of(const void *p, size_t n)
{
	return (struct slice){ p, n };
}

int slice_fmt_len(struct slice s)
{
	return s.n > (size_t)INT_MAX ? INT_MAX : (int)s.n;
}

bool slice_eq(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool slice_eq_case(struct slice a, struct slice b)
{
	return a.n == b.n && slice_cmp_case(a, b) == 0;
}

bool slice_eq_cstr(struct slice a, const char *b)
{
	return slice_eq(a, slice_from(b));
}

bool slice_starts(struct slice s, struct slice prefix)
{
	return s.n >= prefix.n && slice_eq(slice_head(s, prefix.n), prefix);
}

bool slice_starts_case(struct slice s, struct slice prefix)
{
	return s.n >= prefix.n &&
	       slice_eq_case(slice_head(s, prefix.n), prefix);
}

bool slice_ends(struct slice s, struct slice suffix)
{
	return s.n >= suffix.n &&
	       slice_eq(slice_skip(s, s.n - suffix.n), suffix);
}

int slice_cmp(struct slice a, struct slice b)
{
	const size_t n = a.n < b.n ? a.n : b.n;
	const int r = n == 0 ? 0 : memcmp(a.p, b.p, n);

	if (r != 0)
		return r;
	return a.n < b.n ? -1 : a.n > b.n;
}

int slice_cmp_case(struct slice a, struct slice b)
{
	for (size_t i = 0; i < a.n && i < b.n; i++) {
		const int d = (int)lower(a.p[i]) - (int)lower(b.p[i]);

		if (d != 0)
			return d;
	}
	return a.n < b.n ? -1 : a.n > b.n;
}

size_t slice_find(struct slice s, char c, size_t from)
{
	const char *hit;

	if (from >= s.n)
		return s.n;
	hit = memchr(s.p + from, c, s.n - from);
	return hit == NULL ? s.n : (size_t)(hit - s.p);
}

size_t slice_find_slice(struct slice s, struct slice needle)
{
	if (needle.n == 0)
		return 0;
	for (size_t i = 0; i + needle.n <= s.n; i++) {
		if (memcmp(s.p + i, needle.p, needle.n) == 0)
			return i;
	}
	return s.n;
}

struct slice slice_skip(struct slice s, size_t n)
{
	if (n >= s.n)
		return (struct slice){ NULL, 0 };
	return (struct slice){ s.p + n, s.n - n };
}

struct slice slice_head(struct slice s, size_t n)
{
	return (struct slice){ s.p, n < s.n ? n : s.n };
}

struct slice slice_trim(struct slice s)
{
	while (s.n > 0 && is_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool slice_cut(struct slice *rest, char c, struct slice *part)
{
	const size_t at = slice_find(*rest, c, 0);

	*part = slice_head(*rest, at);
	if (at == rest->n) {
		*rest = (struct slice){ NULL, 0 };
		return false;
	}
	*rest = slice_skip(*rest, at + 1);
	return true;
}

bool slice_to_cstr(struct slice s, char *out, size_t cap)
{
	out[0] = '\0';
	if (s.n >= cap || slice_find(s, '\0', 0) != s.n)
		return false;
	if (s.n > 0)
		memcpy(out, s.p, s.n);
	out[s.n] = '\0';
	return true;
}
