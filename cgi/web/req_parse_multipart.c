#include "cgi/web/req.h"
#include "lib/base/scan.h"
#include "lib/base/utf8.h"

#define BOUNDARY_MAX     70 /* RFC 2046 5.1.1 */
#define PART_HEADERS_MAX 8
#define PART_LINE_MAX    1024

struct part {
	struct slice name;
	struct slice filename;
	bool is_file;
	struct slice type;
	struct slice body;
};

struct work {
	struct arena *arena;
	struct slice rest;
	char mark[BOUNDARY_MAX + 4]; /* CR LF - - boundary */
	size_t mark_n;
	unsigned int params, files;
	struct req_param **next_param;
	struct req_file **next_file;
};

/* *s begins at ';': takes `; name=value` with a token or "…" as value. */
static enum err take_attribute(struct slice *s, struct slice *name,
    struct slice *value)
{
	enum err e;

	scan_skip_blanks(s);
	if ((e = scan_byte(s, ';')) != ERR_OK)
		return e;
	scan_skip_blanks(s);
	if ((e = scan_token(s, name)) != ERR_OK)
		return e;
	if ((e = scan_byte(s, '=')) != ERR_OK)
		return e;
	if (scan_byte(s, '"') != ERR_OK)
		return scan_token(s, value);
	/* WHATWG HTML 4.10.21.8: quotes inside are sent as %22. */
	if ((e = scan_until(s, '"', value)) != ERR_OK)
		return e;
	return scan_byte(s, '"');
}

static enum err boundary_of(struct slice type, struct work *w)
{
	struct slice name, value;
	struct buf b;
	enum err e;

	if ((e = scan_lit_case(&type, SLICE("multipart/form-data"))) != ERR_OK)
		return e;
	do {
		if ((e = take_attribute(&type, &name, &value)) != ERR_OK)
			return e;
	} while (!slice_eq_case(name, SLICE("boundary")));
	if (value.n == 0 || value.n > BOUNDARY_MAX)
		return ERR_RANGE;
	buf_over(&b, w->mark, sizeof(w->mark));
	buf_cstr(&b, "\r\n--");
	buf_put(&b, value);
	w->mark_n = b.n;
	return buf_err(&b);
}

static enum err disposition(struct slice v, struct part *p)
{
	struct slice name, value;
	enum err e;

	if ((e = scan_lit_case(&v, SLICE("form-data"))) != ERR_OK)
		return e;
	while (slice_trim(v).n > 0) {
		if ((e = take_attribute(&v, &name, &value)) != ERR_OK)
			return e;
		if (!utf8_valid(value) || slice_find(value, '\0', 0) != value.n)
			return ERR_SYNTAX;
		if (slice_eq_case(name, SLICE("name"))) {
			p->name = value;
		} else if (slice_eq_case(name, SLICE("filename"))) {
			p->filename = value;
			p->is_file = true;
		}
	}
	return p->name.n == 0 ? ERR_SYNTAX : ERR_OK;
}

/* Header lines up to and with the empty one. */
static enum err headers(struct work *w, struct part *p)
{
	for (unsigned int i = 0; i < PART_HEADERS_MAX; i++) {
		const size_t end = slice_find_slice(w->rest, SLICE("\r\n"));
		struct slice line = slice_head(w->rest, end), name;
		enum err e = ERR_OK;

		if (end == w->rest.n || end > PART_LINE_MAX)
			return ERR_SYNTAX;
		w->rest = slice_skip(w->rest, end + 2);
		if (line.n == 0)
			return p->name.n == 0 ? ERR_SYNTAX : ERR_OK;
		if (!slice_cut(&line, ':', &name))
			return ERR_SYNTAX;
		line = slice_trim(line);
		if (slice_eq_case(name, SLICE("content-disposition")))
			e = disposition(line, p);
		else if (slice_eq_case(name, SLICE("content-type")))
			p->type = line;
		if (e != ERR_OK)
			return e;
	}
	return ERR_TOOBIG;
}

static bool is_value(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		const unsigned char c = (unsigned char)s.p[i];

		if (c == 0x7f ||
		    (c < 0x20 && c != '\t' && c != '\n' && c != '\r'))
			return false;
	}
	return utf8_valid(s);
}

static enum err keep(struct work *w, const struct part *p)
{
	struct req_param *param;
	struct req_file *file;

	if (!p->is_file) {
		if (++w->params > REQ_PARAMS_MAX)
			return ERR_TOOBIG;
		if (!is_value(p->name) || !is_value(p->body))
			return ERR_SYNTAX;
		param = arena_alloc(w->arena, sizeof(*param));
		if (param == NULL)
			return ERR_NOMEM;
		*param = (struct req_param){ p->name, p->body, NULL };
		*w->next_param = param;
		w->next_param = &param->next;
		return ERR_OK;
	}
	if (++w->files > REQ_FILES_MAX)
		return ERR_TOOBIG;
	file = arena_alloc(w->arena, sizeof(*file));
	if (file == NULL)
		return ERR_NOMEM;
	*file =
	    (struct req_file){ p->name, p->filename, p->type, p->body, NULL };
	*w->next_file = file;
	w->next_file = &file->next;
	return ERR_OK;
}

/* One part; the rest begins after its opening mark's line. */
static enum err take_part(struct work *w)
{
	const struct slice mark = slice_of(w->mark, w->mark_n);
	struct part p = { .name = SLICE("") };
	size_t end;
	enum err e;

	if ((e = headers(w, &p)) != ERR_OK)
		return e;
	end = slice_find_slice(w->rest, mark);
	if (end == w->rest.n)
		return ERR_SYNTAX;
	p.body = slice_head(w->rest, end);
	w->rest = slice_skip(w->rest, end + mark.n);
	return keep(w, &p);
}

enum err req_parse_multipart(struct arena *a, struct slice type,
    struct slice body, struct req_param **form, struct req_file **files)
{
	struct req_param *first_param = NULL;
	struct req_file *first_file = NULL;
	struct work w = { .arena = a,
		.rest = body,
		.next_param = &first_param,
		.next_file = &first_file };
	enum err e;

	if ((e = boundary_of(type, &w)) != ERR_OK)
		return e;
	/* The first mark has no line end before it. */
	e = scan_lit(&w.rest, slice_of(w.mark + 2, w.mark_n - 2));
	while (e == ERR_OK && scan_lit(&w.rest, SLICE("\r\n")) == ERR_OK)
		e = take_part(&w);
	if (e == ERR_OK)
		e = scan_lit(&w.rest, SLICE("--"));
	if (e == ERR_OK && slice_trim(w.rest).n != 0)
		e = ERR_SYNTAX;
	if (e != ERR_OK)
		return e;
	*form = first_param;
	*files = first_file;
	return ERR_OK;
}
