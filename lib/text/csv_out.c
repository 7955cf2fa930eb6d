#include "lib/text/csv_out.h"

#include <string.h>

#define MICROS 1000000

void csv_out_init(struct csv_out *c, struct buf *b)
{
	*c = (struct csv_out){ .b = b };
}

static void next(struct csv_out *c)
{
	if (c->begun)
		buf_char(c->b, ',');
	c->begun = true;
}

static bool is_formula(struct slice s)
{
	return s.n > 0 && s.p[0] != '\0' &&
	       strchr("=+-@\t\r\n", s.p[0]) != NULL;
}

static bool needs_quotes(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '"' || s.p[i] == ',' || s.p[i] == '\r' ||
		    s.p[i] == '\n')
			return true;
	return s.n > 0 && (s.p[0] == ' ' || s.p[s.n - 1] == ' ');
}

void csv_out_text(struct csv_out *c, struct slice s)
{
	const bool quotes = needs_quotes(s);

	next(c);
	if (quotes)
		buf_char(c->b, '"');
	if (is_formula(s))
		buf_char(c->b, '\'');
	if (!quotes) {
		buf_put(c->b, s);
		return;
	}
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_char(c->b, '"');
		buf_char(c->b, s.p[i]);
	}
	buf_char(c->b, '"');
}

void csv_out_cstr(struct csv_out *c, const char *s)
{
	csv_out_text(c, slice_from(s));
}

void csv_out_i64(struct csv_out *c, int64_t v)
{
	next(c);
	buf_i64(c->b, v);
}

void csv_out_u64(struct csv_out *c, uint64_t v)
{
	next(c);
	buf_u64(c->b, v);
}

void csv_out_micros(struct csv_out *c, int64_t v)
{
	const uint64_t size = v < 0 ? -(uint64_t)v : (uint64_t)v;
	uint64_t part = size % MICROS;
	int digits = 6;

	next(c);
	if (v < 0)
		buf_char(c->b, '-');
	buf_u64(c->b, size / MICROS);
	if (part == 0)
		return;
	while (part % 10 == 0) {
		part /= 10;
		digits--;
	}
	buf_printf(c->b, ".%0*llu", digits, (unsigned long long)part);
}

void csv_out_end(struct csv_out *c)
{
	buf_cstr(c->b, "\r\n");
	c->begun = false;
}
