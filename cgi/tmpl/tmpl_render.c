#include "cgi/tmpl/tmpl.h"
#include "cgi/tmpl/tmpl_ops.h"
#include "lib/text/esc.h"
#include "lib/text/json_out.h"

struct render {
	struct buf *out;
	struct buf scratch; /* JSON on its way into an attribute */
	struct tmpl_error *why;
};

static enum err run(struct render *r, const struct tmpl_file *f, size_t from,
    size_t to, const struct view *v);

static enum err blame(struct render *r, const struct tmpl_file *f,
    const struct tmpl_op *op, const char *what)
{
	return tmpl_ops_blame(r->why, ERR_INTERNAL, f, op->line, what,
	    op->text);
}

/* A value as plain text; number gives room for its digits. */
static bool text_of(const struct view_value *val, struct buf *number,
    struct slice *out)
{
	switch (val->kind) {
	case VIEW_TEXT:
		*out = val->text;
		return true;
	case VIEW_U64:
		buf_u64(number, val->u64);
		break;
	case VIEW_I64:
		buf_i64(number, val->i64);
		break;
	case VIEW_FLAG:
	case VIEW_JSON:
	case VIEW_LIST:
		return false;
	}
	*out = buf_slice(number);
	return true;
}

static bool put_json(const struct view_value *val, struct buf *out)
{
	struct json_out j;

	json_out_init(&j, out);
	switch (val->kind) {
	case VIEW_TEXT:
		json_out_str(&j, val->text);
		break;
	case VIEW_U64:
		json_out_u64(&j, val->u64);
		break;
	case VIEW_I64:
		json_out_i64(&j, val->i64);
		break;
	case VIEW_FLAG:
		json_out_bool(&j, val->u64 != 0);
		break;
	case VIEW_JSON:
		buf_put(out, val->text);
		break;
	case VIEW_LIST:
		return false;
	}
	return true;
}

static bool put_json_attr(struct render *r, const struct view_value *val)
{
	buf_reset(&r->scratch);
	if (!put_json(val, &r->scratch))
		return false;
	if (buf_err(&r->scratch) != ERR_OK)
		buf_fail(r->out, buf_err(&r->scratch));
	esc_html(buf_slice(&r->scratch), r->out);
	return true;
}

static bool put_text(struct render *r, enum tmpl_op_kind kind,
    const struct view_value *val)
{
	char mem[24];
	struct buf number;
	struct slice text;

	buf_over(&number, mem, sizeof(mem));
	if (!text_of(val, &number, &text))
		return false;
	if (kind == TMPL_OP_URL)
		esc_url(text, r->out);
	else if (kind == TMPL_OP_HREF)
		esc_href(text, r->out);
	else
		esc_html(text, r->out);
	return true;
}

static enum err put_value(struct render *r, const struct tmpl_file *f,
    const struct tmpl_op *op, const struct view *v)
{
	const struct view_value *val = view_find(v, op->text);
	bool ok;

	if (val == NULL)
		return blame(r, f, op, "the view has no such key");
	if (op->kind == TMPL_OP_JSON)
		ok = put_json(val, r->out);
	else if (op->kind == TMPL_OP_JSON_ATTR)
		ok = put_json_attr(r, val);
	else
		ok = put_text(r, op->kind, val);
	return ok ? ERR_OK
		  : blame(r, f, op, "this kind of value cannot stand here");
}

static enum err section(struct render *r, const struct tmpl_file *f, size_t at,
    const struct view *v)
{
	const struct tmpl_op *op = &f->ops[at];
	const struct view_value *val = view_find(v, op->text);
	const bool wanted = op->kind == TMPL_OP_SECTION;
	enum err e = ERR_OK;

	if (val == NULL)
		return blame(r, f, op, "the view has no such key");
	if (val->kind != VIEW_LIST && val->kind != VIEW_FLAG)
		return blame(r, f, op, "neither a list nor a flag");
	if (val->kind == VIEW_FLAG || !wanted) {
		const bool on =
		    val->kind == VIEW_FLAG ? val->u64 != 0 : val->first != NULL;

		return on == wanted ? run(r, f, at + 1, op->end, v) : ERR_OK;
	}
	for (const struct view *item = val->first; item != NULL && e == ERR_OK;
	     item = view_next(item))
		e = run(r, f, at + 1, op->end, item);
	return e;
}

/* Depth is bounded by TMPL_DEPTH_MAX and TMPL_PARTIAL_MAX. */
static enum err run(struct render *r, const struct tmpl_file *f, size_t from,
    size_t to, const struct view *v)
{
	enum err e = ERR_OK;

	for (size_t i = from; i < to && e == ERR_OK; i++) {
		const struct tmpl_op *op = &f->ops[i];

		switch (op->kind) {
		case TMPL_OP_LITERAL:
			buf_put(r->out, op->text);
			break;
		case TMPL_OP_HTML:
		case TMPL_OP_URL:
		case TMPL_OP_HREF:
		case TMPL_OP_JSON:
		case TMPL_OP_JSON_ATTR:
			e = put_value(r, f, op, v);
			break;
		case TMPL_OP_SECTION:
		case TMPL_OP_INVERTED:
			e = section(r, f, i, v);
			i = op->end - 1;
			break;
		case TMPL_OP_PARTIAL:
			if (op->partial == NULL)
				return blame(r, f, op, "not linked");
			e = run(r, op->partial, 0, op->partial->n, v);
			break;
		}
	}
	return e == ERR_OK ? buf_err(r->out) : e;
}

enum err tmpl_render(const struct tmpl_set *set, const struct view *v,
    struct buf *out, struct tmpl_error *why)
{
	struct render r = { .out = out, .why = why };
	const struct tmpl_file *f;
	enum err e;

	*why = (struct tmpl_error){ 0 };
	if ((e = view_err(v)) != ERR_OK)
		return e;
	f = tmpl_ops_find(set, slice_from(view_name(v)));
	if (f == NULL)
		return ERR_NOTFOUND;
	buf_init(&r.scratch, out->max);
	e = run(&r, f, 0, f->n, v);
	buf_fini(&r.scratch);
	return e;
}
