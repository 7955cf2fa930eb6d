#include "lib/core/csv_in.h"

#include "lib/base/buf.h"

static char separator_of(struct slice text)
{
	static const char signs[] = { ',', ';', '\t' };
	size_t count[3] = { 0 }, best = 0;

	for (size_t i = 0; i < text.n && text.p[i] != '\n'; i++)
		for (size_t k = 0; k < 3; k++)
			count[k] += text.p[i] == signs[k] ? 1 : 0;
	for (size_t k = 1; k < 3; k++)
		if (count[k] > count[best])
			best = k;
	return signs[best];
}

void csv_in_init(struct csv_in *c, struct slice text)
{
	if (slice_starts(text, SLICE("\xef\xbb\xbf")))
		text = slice_skip(text, 3);
	c->rest = text;
	c->separator = separator_of(text);
	c->row = 0;
	c->n = 0;
}

static bool at_line_end(struct slice s)
{
	return s.n == 0 || s.p[0] == '\n' ||
	       (s.p[0] == '\r' && (s.n == 1 || s.p[1] == '\n'));
}

/* One quoted cell; the quote in front is gone. */
static enum err quoted(struct csv_in *c, struct buf *b)
{
	while (c->rest.n > 0) {
		const char ch = c->rest.p[0];

		c->rest = slice_skip(c->rest, 1);
		if (ch != '"') {
			buf_char(b, ch);
			continue;
		}
		if (c->rest.n == 0 || c->rest.p[0] != '"')
			return at_line_end(c->rest) ||
				       c->rest.p[0] == c->separator
				   ? ERR_OK
				   : ERR_SYNTAX;
		buf_char(b, '"');
		c->rest = slice_skip(c->rest, 1);
	}
	return ERR_SYNTAX;
}

static void plain(struct csv_in *c, struct buf *b)
{
	while (!at_line_end(c->rest) && c->rest.p[0] != c->separator) {
		buf_char(b, c->rest.p[0]);
		c->rest = slice_skip(c->rest, 1);
	}
}

static enum err cell(struct csv_in *c, struct buf *b)
{
	const size_t from = b->n;
	enum err e = ERR_OK;

	if (c->n == CSV_IN_CELLS_MAX)
		return ERR_TOOBIG;
	if (c->rest.n > 0 && c->rest.p[0] == '"') {
		c->rest = slice_skip(c->rest, 1);
		e = quoted(c, b);
	} else {
		plain(c, b);
	}
	if (e == ERR_OK && (e = buf_err(b)) != ERR_OK)
		e = ERR_TOOBIG;
	if (e == ERR_OK)
		c->cell[c->n++] = slice_of(c->mem + from, b->n - from);
	return e;
}

static enum err line(struct csv_in *c)
{
	struct buf b;
	enum err e;

	buf_over(&b, c->mem, sizeof(c->mem));
	c->n = 0;
	c->row++;
	while ((e = cell(c, &b)) == ERR_OK && !at_line_end(c->rest))
		c->rest = slice_skip(c->rest, 1); /* the separator */
	if (e != ERR_OK)
		return e;
	if (c->rest.n > 0)
		c->rest = slice_skip(c->rest, c->rest.p[0] == '\r' ? 2 : 1);
	return ERR_OK;
}

enum err csv_in_row(struct csv_in *c)
{
	enum err e = ERR_NOTFOUND;

	while (c->rest.n > 0) {
		e = line(c);
		if (e != ERR_OK || c->n > 1 || c->cell[0].n > 0)
			return e;
		e = ERR_NOTFOUND; /* an empty line */
	}
	return e;
}
