#include "cgi/tmpl/tmpl.h"

#include <stdlib.h>
#include <string.h>

#include "cgi/tmpl/html_ctx.h"
#include "cgi/tmpl/tmpl_ops.h"
#include "lib/base/scan.h"

#define SET_MAX_BYTES ((size_t)32 << 20)
#define KEY_MAX       40

/* A template while it is compiled. */
struct work {
	struct tmpl_file *file;
	struct tmpl_error *why;
	struct slice rest;
	unsigned int line;
	struct html_ctx ctx;
	struct {
		size_t op;
		struct html_ctx before;
	} open[TMPL_DEPTH_MAX];
	size_t depth;
};

enum err tmpl_set_new(struct tmpl_set **out)
{
	struct tmpl_set *set = calloc(1, sizeof(*set));

	if (set == NULL)
		return ERR_NOMEM;
	arena_init(&set->arena, SET_MAX_BYTES);
	*out = set;
	return ERR_OK;
}

void tmpl_set_free(struct tmpl_set *set)
{
	if (set == NULL)
		return;
	arena_fini(&set->arena);
	free(set);
}

bool tmpl_set_has(const struct tmpl_set *set, struct slice name)
{
	return tmpl_ops_find(set, name) != NULL;
}

static enum err blame(struct work *w, const char *what, struct slice about)
{
	return tmpl_ops_blame(w->why, ERR_SYNTAX, w->file, w->line, what,
	    about);
}

static struct tmpl_op *push(struct work *w, enum tmpl_op_kind kind,
    struct slice text)
{
	struct tmpl_op *op = &w->file->ops[w->file->n++];

	*op = (struct tmpl_op){ .kind = kind, .line = w->line, .text = text };
	return op;
}

static enum err literal(struct work *w, struct slice text)
{
	if (text.n == 0)
		return ERR_OK;
	(void)push(w, TMPL_OP_LITERAL, text);
	for (size_t i = 0; i < text.n; i++) {
		const char *why = html_ctx_byte(&w->ctx, text.p[i]);

		if (why != NULL)
			return blame(w, why, slice_skip(text, i));
		if (text.p[i] == '\n')
			w->line++;
	}
	return ERR_OK;
}

static bool is_key(struct slice s)
{
	if (s.n == 0 || s.n > KEY_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		const char c = s.p[i];

		if (c != '_' && !scan_is_digit(c) && (c < 'a' || c > 'z'))
			return false;
	}
	return true;
}

enum filter {
	FILTER_NONE,
	FILTER_URL,
	FILTER_HREF,
	FILTER_JSON,
	FILTER_COUNT
};

/* What a value becomes by place and filter; TMPL_OP_LITERAL: refused. */
static const enum tmpl_op_kind kinds[][FILTER_COUNT] = {
	[HTML_CTX_IN_TEXT] = { [FILTER_NONE] = TMPL_OP_HTML,
	    [FILTER_URL] = TMPL_OP_URL },
	[HTML_CTX_IN_ATTR] = { [FILTER_NONE] = TMPL_OP_HTML,
	    [FILTER_URL] = TMPL_OP_URL,
	    [FILTER_JSON] = TMPL_OP_JSON_ATTR },
	[HTML_CTX_IN_URL] = { [FILTER_URL] = TMPL_OP_URL },
	[HTML_CTX_IN_URL_START] = { [FILTER_URL] = TMPL_OP_URL,
	    [FILTER_HREF] = TMPL_OP_HREF },
	[HTML_CTX_IN_JSON] = { [FILTER_JSON] = TMPL_OP_JSON },
	[HTML_CTX_NOWHERE] = { TMPL_OP_LITERAL },
};

static enum err value(struct work *w, struct slice tag)
{
	static const struct {
		const char *name;
		enum filter filter;
	} filters[] = { { "url", FILTER_URL }, { "href", FILTER_HREF },
		{ "json", FILTER_JSON } };
	enum filter f = FILTER_NONE;
	enum tmpl_op_kind kind;
	struct slice key;

	if (slice_cut(&tag, '|', &key)) {
		for (size_t i = 0; i < RT_ARRAY_LEN(filters); i++) {
			if (slice_eq_cstr(tag, filters[i].name))
				f = filters[i].filter;
		}
		if (f == FILTER_NONE)
			return blame(w, "unknown filter", tag);
	}
	if (!is_key(key))
		return blame(w, "not a key", key);
	kind = kinds[html_ctx_place(&w->ctx)][f];
	if (kind == TMPL_OP_LITERAL)
		return blame(w, "not in this place, or not with this filter",
		    key);
	(void)push(w, kind, key);
	html_ctx_value(&w->ctx, kind == TMPL_OP_HREF);
	return ERR_OK;
}

static enum err section(struct work *w, enum tmpl_op_kind kind,
    struct slice key)
{
	const char *why = html_ctx_section(&w->ctx);

	if (why != NULL)
		return blame(w, why, key);
	if (!is_key(key))
		return blame(w, "not a key", key);
	if (w->depth == TMPL_DEPTH_MAX)
		return blame(w, "too many sections in sections", key);
	w->open[w->depth].op = w->file->n;
	w->open[w->depth].before = w->ctx;
	w->depth++;
	(void)push(w, kind, key);
	return ERR_OK;
}

static enum err section_end(struct work *w, struct slice key)
{
	const char *why = html_ctx_section(&w->ctx);
	struct tmpl_op *op;

	if (why != NULL)
		return blame(w, why, key);
	if (w->depth == 0)
		return blame(w, "ends a section that is not open", key);
	w->depth--;
	op = &w->file->ops[w->open[w->depth].op];
	if (!slice_eq(op->text, key))
		return blame(w, "another section is open", op->text);
	if (!html_ctx_join(&w->ctx, &w->open[w->depth].before))
		return blame(w, "ends in another place than it began", key);
	op->end = w->file->n;
	return ERR_OK;
}

static enum err partial(struct work *w, struct slice name)
{
	if (w->ctx.state != HTML_CTX_TEXT)
		return blame(w, "partials stand in element text only", name);
	if (!is_key(name))
		return blame(w, "not a template's name", name);
	(void)push(w, TMPL_OP_PARTIAL, name);
	return ERR_OK;
}

static enum err tag(struct work *w, struct slice t)
{
	if (t.n == 0)
		return blame(w, "an empty tag", t);
	switch (t.p[0]) {
	case '!':
		return ERR_OK;
	case '#':
		return section(w, TMPL_OP_SECTION,
		    slice_trim(slice_skip(t, 1)));
	case '^':
		return section(w, TMPL_OP_INVERTED,
		    slice_trim(slice_skip(t, 1)));
	case '/':
		return section_end(w, slice_trim(slice_skip(t, 1)));
	case '>':
		return partial(w, slice_trim(slice_skip(t, 1)));
	default:
		return value(w, slice_trim(t));
	}
}

static enum err compile(struct work *w)
{
	enum err e;

	while (w->rest.n > 0) {
		const size_t at = slice_find_slice(w->rest, SLICE("{{"));
		size_t end;

		if ((e = literal(w, slice_head(w->rest, at))) != ERR_OK)
			return e;
		if (at == w->rest.n)
			break;
		w->rest = slice_skip(w->rest, at + 2);
		end = slice_find_slice(w->rest, SLICE("}}"));
		if (end == w->rest.n)
			return blame(w, "{{ without }}", w->rest);
		if (slice_find(slice_head(w->rest, end), '\n', 0) != end)
			return blame(w, "a tag over two lines", w->rest);
		if ((e = tag(w, slice_head(w->rest, end))) != ERR_OK)
			return e;
		w->rest = slice_skip(w->rest, end + 2);
	}
	if (w->depth > 0)
		return blame(w, "a section is not ended",
		    w->file->ops[w->open[w->depth - 1].op].text);
	if (w->ctx.state != HTML_CTX_TEXT)
		return blame(w, "ends inside a tag, comment or script",
		    SLICE(""));
	return ERR_OK;
}

/* Each {{ makes at most one literal before it and one op; one literal ends. */
static size_t count_ops(struct slice text)
{
	size_t n = 1;

	for (;;) {
		const size_t at = slice_find_slice(text, SLICE("{{"));

		if (at == text.n)
			return n;
		n += 2;
		text = slice_skip(text, at + 2);
	}
}

static bool name_ok(struct slice name)
{
	return name.n > 5 && name.n <= TMPL_NAME_MAX &&
	       slice_ends(name, SLICE(".html")) &&
	       is_key(slice_head(name, name.n - 5));
}

enum err tmpl_set_add(struct tmpl_set *set, struct slice name,
    struct slice text, struct tmpl_error *why)
{
	struct tmpl_file *f = &set->files[set->n];
	struct work w = { .why = why, .line = 1 };
	enum err e;

	*why = (struct tmpl_error){ 0 };
	if (!name_ok(name))
		return ERR_RANGE;
	if (tmpl_set_has(set, name))
		return ERR_CONFLICT;
	if (set->n == TMPL_FILES_MAX || text.n > TMPL_SOURCE_MAX)
		return ERR_TOOBIG;
	*f = (struct tmpl_file){ .n = 0 };
	memcpy(f->name, name.p, name.n);
	w.file = f;
	f->ops = arena_array(&set->arena, count_ops(text), sizeof(*f->ops));
	if (f->ops == NULL || !arena_copy(&set->arena, text, &w.rest))
		return ERR_NOMEM;
	html_ctx_init(&w.ctx);
	if ((e = compile(&w)) == ERR_OK)
		set->n++;
	return e;
}

/* Finds the partials of f and how deep they go. */
static enum err link_file(const struct tmpl_set *set, const struct tmpl_file *f,
    unsigned int depth, struct tmpl_error *why)
{
	for (size_t i = 0; i < f->n; i++) {
		struct tmpl_op *op = &f->ops[i];
		char name[KEY_MAX + 8];
		struct buf b;
		enum err e;

		if (op->kind != TMPL_OP_PARTIAL)
			continue;
		buf_over(&b, name, sizeof(name));
		buf_put(&b, op->text);
		buf_cstr(&b, ".html");
		op->partial = tmpl_ops_find(set, buf_slice(&b));
		if (op->partial == NULL)
			return tmpl_ops_blame(why, ERR_NOTFOUND, f, op->line,
			    "no such template", op->text);
		if (depth == TMPL_PARTIAL_MAX)
			return tmpl_ops_blame(why, ERR_RANGE, f, op->line,
			    "partials in partials without end", op->text);
		e = link_file(set, op->partial, depth + 1, why);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

enum err tmpl_set_link(struct tmpl_set *set, struct tmpl_error *why)
{
	for (size_t i = 0; i < set->n; i++) {
		const enum err e = link_file(set, &set->files[i], 0, why);

		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}
