#include "cgi/form/lines.h"

bool lines_have(const struct lines *l, struct slice s)
{
	for (size_t i = 0; i < l->n; i++)
		if (slice_eq(l->v[i], s))
			return true;
	return false;
}

enum err lines_read(struct slice text, struct lines *out)
{
	struct slice line;
	bool more = true;

	out->n = 0;
	while (more) {
		more = slice_cut(&text, '\n', &line);
		line = slice_trim(line);
		if (line.n == 0 || lines_have(out, line))
			continue;
		if (out->n == LINES_MAX)
			return ERR_TOOBIG;
		out->v[out->n++] = line;
	}
	return ERR_OK;
}

enum err lines_set(struct fields *f, const char *name, const struct slice *rows,
    size_t n)
{
	struct buf b;
	enum err e;

	buf_init(&b, FIELD_TEXT_MAX);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_char(&b, '\n');
		buf_put(&b, rows[i]);
	}
	e = buf_err(&b);
	if (e == ERR_OK)
		fields_set(f, name, buf_slice(&b));
	buf_fini(&b);
	return e == ERR_OK ? f->e : e;
}
