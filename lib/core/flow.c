#include "lib/core/flow.h"

#include <stddef.h>
#include <string.h>

#include "lib/base/take.h"

/*
 * The form: be16 version, be16 steps, be16 first, be32 where the texts begin,
 * be32 offset of each step; then the steps without gaps; then the texts. A
 * step: u8 type, u8 items of each list (FLOW_LISTS_MAX of them), u8 length and
 * be32 offset of its key, be16 for each branch, be32 for each parameter, be16
 * length and be32 offset for each parameter that has a text, then the items of
 * its lists. An item: be16 branch, be32 for each field, length and offset for
 * each field that has a text. All fixed in size by the type's row, so that a
 * parameter is found by counting.
 */

#define HEAD_BYTES      10
#define STEP_HEAD_BYTES (1 + FLOW_LISTS_MAX + 1 + 4)
#define BRANCH_BYTES    2
#define NUM_BYTES       4
#define REF_BYTES       6

void flow_step_init(struct flow_step *step, enum flow_type type)
{
	const struct flow_type_row *row = flow_type_row(type);

	memset(step, 0, sizeof(*step));
	step->type = type;
	for (size_t i = 0; i < FLOW_BRANCH_MAX; i++)
		step->branch[i] = FLOW_END;
	for (size_t i = 0; i < row->n_params; i++)
		step->num[i] = row->params[i].fallback;
}

void flow_item_init(struct flow_item *item, enum flow_type type, size_t list)
{
	const struct flow_list *l = &flow_type_row(type)->lists[list];

	memset(item, 0, sizeof(*item));
	item->branch = FLOW_END;
	for (size_t i = 0; i < l->n_fields; i++)
		item->num[i] = l->fields[i].fallback;
}

/* --- writing ---------------------------------------------------------------*/

/* Two passes over the same walk: places, then the texts they point at. */
struct writer {
	struct buf *b;
	size_t start;
	uint32_t heap;
	bool heap_pass;
};

static void put_ref(struct writer *w, struct slice s, size_t max, bool byte)
{
	if (s.n > max) {
		buf_fail(w->b, ERR_RANGE);
		return;
	}
	if (w->heap_pass) {
		buf_put(w->b, s);
		return;
	}
	if (byte)
		buf_char(w->b, (char)(uint8_t)s.n);
	else
		buf_be16(w->b, (uint16_t)s.n);
	buf_be32(w->b, w->heap);
	w->heap += (uint32_t)s.n;
}

static void put_values(struct writer *w, const struct flow_param *p, size_t n,
    const uint32_t *num, const struct slice *text)
{
	for (size_t i = 0; i < n && !w->heap_pass; i++)
		buf_be32(w->b, num[i]);
	for (size_t i = 0; i < n; i++)
		if (flow_type_has_text(p[i].kind))
			put_ref(w, text[i], FLOW_TEXT_MAX, false);
}

static void put_step(struct writer *w, const struct flow_step *s)
{
	const struct flow_type_row *row = flow_type_row(s->type);

	if (!w->heap_pass) {
		buf_char(w->b, (char)s->type);
		for (size_t i = 0; i < FLOW_LISTS_MAX; i++)
			buf_char(w->b, (char)s->n_items[i]);
	}
	put_ref(w, s->key, FLOW_KEY_MAX, true);
	for (size_t i = 0; i < row->n_branches && !w->heap_pass; i++)
		buf_be16(w->b, s->branch[i]);
	put_values(w, row->params, row->n_params, s->num, s->text);
	for (size_t l = 0; l < row->n_lists; l++)
		for (size_t i = 0; i < s->n_items[l]; i++) {
			const struct flow_item *item = &s->item[l][i];

			if (!w->heap_pass)
				buf_be16(w->b, item->branch);
			put_values(w, row->lists[l].fields,
			    row->lists[l].n_fields, item->num, item->text);
		}
}

static size_t item_bytes(const struct flow_list *l)
{
	return BRANCH_BYTES + NUM_BYTES * (size_t)l->n_fields +
	       REF_BYTES * (size_t)l->n_texts;
}

/* Of a step before its items. */
static size_t fixed_bytes(const struct flow_type_row *row)
{
	return STEP_HEAD_BYTES + BRANCH_BYTES * (size_t)row->n_branches +
	       NUM_BYTES * (size_t)row->n_params +
	       REF_BYTES * (size_t)row->n_texts;
}

static size_t step_bytes(const struct flow_type_row *row,
    const uint8_t n_items[FLOW_LISTS_MAX])
{
	size_t n = fixed_bytes(row);

	for (size_t l = 0; l < row->n_lists; l++)
		n += n_items[l] * item_bytes(&row->lists[l]);
	return n;
}

enum err flow_write(const struct flow_step *steps, size_t n, uint16_t first,
    struct buf *out)
{
	struct writer w = { .b = out, .start = out->n };
	size_t at = HEAD_BYTES + 4 * n;
	struct flow check;
	enum err e;

	if (n == 0 || n > FLOW_STEPS_MAX)
		return ERR_RANGE;
	for (size_t i = 0; i < n; i++) {
		if ((size_t)steps[i].type >= FLOW_TYPE_COUNT)
			return ERR_RANGE;
		at +=
		    step_bytes(flow_type_row(steps[i].type), steps[i].n_items);
	}
	w.heap = (uint32_t)at;
	buf_be16(out, FLOW_VERSION);
	buf_be16(out, (uint16_t)n);
	buf_be16(out, first);
	buf_be32(out, w.heap);
	at = HEAD_BYTES + 4 * n;
	for (size_t i = 0; i < n; i++) {
		buf_be32(out, (uint32_t)at);
		at +=
		    step_bytes(flow_type_row(steps[i].type), steps[i].n_items);
	}
	for (int pass = 0; pass < 2; pass++) {
		w.heap_pass = pass == 1;
		for (size_t i = 0; i < n; i++)
			put_step(&w, &steps[i]);
	}
	if ((e = buf_err(out)) != ERR_OK)
		return e;
	return flow_open(slice_skip(buf_slice(out), w.start), &check);
}

/* --- reading ---------------------------------------------------------------*/

static uint16_t be16(const unsigned char *p)
{
	return (uint16_t)((unsigned int)p[0] << 8 | p[1]);
}

static uint32_t be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static struct slice ref_at(const struct flow_view *v, const unsigned char *p)
{
	return slice_of(v->base + be32(p + 2), be16(p));
}

/* How many of the first n parameters have a text. */
static size_t texts_before(const struct flow_param *p, size_t n)
{
	size_t texts = 0;

	for (size_t i = 0; i < n; i++)
		texts += flow_type_has_text(p[i].kind);
	return texts;
}

void flow_view(const struct flow *f, uint16_t i, struct flow_view *out)
{
	out->base = (const unsigned char *)f->bytes.p;
	out->at = out->base + be32(out->base + HEAD_BYTES + 4 * (size_t)i);
	out->type = (enum flow_type)out->at[0];
	out->row = flow_type_row(out->type);
}

struct slice flow_view_key(const struct flow_view *v)
{
	const unsigned char *p = v->at + 1 + FLOW_LISTS_MAX;

	return slice_of(v->base + be32(p + 1), p[0]);
}

uint32_t flow_view_num(const struct flow_view *v, size_t param)
{
	return be32(v->at + STEP_HEAD_BYTES +
		    BRANCH_BYTES * (size_t)v->row->n_branches +
		    NUM_BYTES * param);
}

struct slice flow_view_text(const struct flow_view *v, size_t param)
{
	return ref_at(v, v->at + STEP_HEAD_BYTES +
			     BRANCH_BYTES * (size_t)v->row->n_branches +
			     NUM_BYTES * (size_t)v->row->n_params +
			     REF_BYTES * texts_before(v->row->params, param));
}

size_t flow_view_items(const struct flow_view *v, size_t list)
{
	return v->at[1 + list];
}

static const unsigned char *item_at(const struct flow_view *v, size_t list,
    size_t item)
{
	const unsigned char *p = v->at + fixed_bytes(v->row);

	for (size_t l = 0; l < list; l++)
		p += v->at[1 + l] * item_bytes(&v->row->lists[l]);
	return p + item * item_bytes(&v->row->lists[list]);
}

uint16_t flow_view_branch(const struct flow_view *v, uint16_t b)
{
	if (b >= FLOW_ITEM)
		return be16(item_at(v, 0, (size_t)b - FLOW_ITEM));
	return be16(v->at + STEP_HEAD_BYTES + BRANCH_BYTES * (size_t)b);
}

uint32_t flow_view_item_num(const struct flow_view *v, size_t list, size_t item,
    size_t field)
{
	return be32(item_at(v, list, item) + BRANCH_BYTES + NUM_BYTES * field);
}

struct slice flow_view_item_text(const struct flow_view *v, size_t list,
    size_t item, size_t field)
{
	const struct flow_list *l = &v->row->lists[list];

	return ref_at(v, item_at(v, list, item) + BRANCH_BYTES +
			     NUM_BYTES * (size_t)l->n_fields +
			     REF_BYTES * texts_before(l->fields, field));
}

const unsigned char *flow_view_rows(const struct flow_view *v, size_t list,
    size_t *stride, size_t *skip)
{
	*stride = item_bytes(&v->row->lists[list]);
	*skip = BRANCH_BYTES;
	return item_at(v, list, 0);
}

bool flow_needs_facts(const struct flow *f)
{
	struct flow_view v;

	for (uint16_t i = 0; i < f->n_steps; i++) {
		flow_view(f, i, &v);
		/* What another flow reads is not known here. */
		if (v.row->reads_facts || v.type == FLOW_GOTO)
			return true;
		if (v.type == FLOW_WHISPER &&
		    flow_view_text(&v, FLOW_WHISPER_SAY).n > 0)
			return true;
		if ((v.type == FLOW_GROUP || v.type == FLOW_FORWARD) &&
		    flow_view_text(&v, FLOW_DIAL_SAY).n > 0)
			return true;
		if (v.type == FLOW_GROUP &&
		    flow_view_num(&v, FLOW_GROUP_STICKY) != 0)
			return true;
	}
	return false;
}

/* --- what points out of it -------------------------------------------------*/

struct walk {
	const struct flow *flow;
	uint16_t step;
	void (*each)(void *arg, const struct flow_ref *r);
	void *arg;
};

static bool points_out(const struct flow_param *p, struct slice text)
{
	switch (p->kind) {
	case FLOW_PARAM_PROMPT:
	case FLOW_PARAM_TRUNK:
	case FLOW_PARAM_ZONE:
	case FLOW_PARAM_FLOW:
		return text.n > 0;
	case FLOW_PARAM_TARGET:
		return slice_starts(text, SLICE("dst_"));
	case FLOW_PARAM_NUMBER:
	case FLOW_PARAM_CHOICE:
	case FLOW_PARAM_TEXT:
	case FLOW_PARAM_KEY:
	case FLOW_PARAM_DAYS:
	case FLOW_PARAM_CLOCK:
	case FLOW_PARAM_DATE:
	case FLOW_PARAM_PLACE:
	case FLOW_PARAM_KIND_COUNT:
		break;
	}
	return false;
}

/* Numbers begin at `at`, the places of their texts follow them. */
static void walk_values(const struct walk *w, const struct flow_param *p,
    size_t n, const unsigned char *at)
{
	const unsigned char *base = (const void *)w->flow->bytes.p;
	const unsigned char *ref = at + NUM_BYTES * n;

	for (size_t i = 0; i < n; i++) {
		struct flow_ref r = { .step = w->step, .kind = p[i].kind };

		if (!flow_type_has_text(p[i].kind))
			continue;
		r.num_at = (uint32_t)(at - base + (ptrdiff_t)(NUM_BYTES * i));
		r.text_n = be16(ref);
		r.text_at = be32(ref + 2);
		ref += REF_BYTES;
		if (points_out(&p[i],
			slice_of(w->flow->bytes.p + r.text_at, r.text_n)))
			w->each(w->arg, &r);
	}
}

void flow_refs(const struct flow *f,
    void (*each)(void *arg, const struct flow_ref *r), void *arg)
{
	struct walk w = { f, 0, each, arg };
	struct flow_view v;

	for (; w.step < f->n_steps; w.step++) {
		flow_view(f, w.step, &v);
		walk_values(&w, v.row->params, v.row->n_params,
		    v.at + STEP_HEAD_BYTES +
			BRANCH_BYTES * (size_t)v.row->n_branches);
		for (size_t l = 0; l < v.row->n_lists; l++)
			for (size_t i = 0; i < flow_view_items(&v, l); i++)
				walk_values(&w, v.row->lists[l].fields,
				    v.row->lists[l].n_fields,
				    item_at(&v, l, i) + BRANCH_BYTES);
	}
}

/* --- checking --------------------------------------------------------------*/

struct check {
	struct take t;
	uint16_t n_steps;
	uint32_t heap; /* where the texts begin */
	size_t end;    /* of everything */
};

static void fail(struct check *c)
{
	c->t.failed = true;
}

static size_t check_ref(struct check *c, size_t n, size_t max)
{
	const uint32_t at = take_be32(&c->t);

	if (n > max || at < c->heap || at > c->end || n > c->end - at)
		fail(c);
	return n;
}

static void check_branch(struct check *c, bool leads)
{
	const uint16_t b = take_be16(&c->t);

	if (b != FLOW_END && (!leads || (b >= c->n_steps && b != FLOW_BACK)))
		fail(c);
}

/* A key is one of twelve characters, not whatever lies between them. */
static bool num_ok(const struct flow_param *p, uint32_t v)
{
	if (p->kind == FLOW_PARAM_TEXT || p->kind == FLOW_PARAM_TARGET)
		return true;
	if (p->kind == FLOW_PARAM_KEY)
		return v == '*' || v == '#' || (v >= '0' && v <= '9');
	return v >= p->min && v <= p->max;
}

static bool text_ok(const struct flow_param *p, size_t n)
{
	if (p->kind == FLOW_PARAM_TEXT)
		return n >= p->min && n <= p->max;
	return !p->required || n > 0 || p->kind == FLOW_PARAM_PROMPT;
}

static void check_values(struct check *c, const struct flow_param *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!num_ok(&p[i], take_be32(&c->t)))
			fail(c);
	for (size_t i = 0; i < n; i++)
		if (flow_type_has_text(p[i].kind) &&
		    !text_ok(&p[i],
			check_ref(c, take_be16(&c->t), FLOW_TEXT_MAX)))
			fail(c);
}

static void check_step(struct check *c)
{
	const unsigned int type = take_u8(&c->t);
	const struct flow_type_row *row;
	uint8_t n_items[FLOW_LISTS_MAX];

	if (type >= FLOW_TYPE_COUNT) {
		fail(c);
		return;
	}
	row = flow_type_row((enum flow_type)type);
	for (size_t l = 0; l < FLOW_LISTS_MAX; l++)
		n_items[l] = take_u8(&c->t);
	(void)check_ref(c, take_u8(&c->t), FLOW_KEY_MAX);
	for (size_t i = 0; i < row->n_branches; i++)
		check_branch(c, true);
	check_values(c, row->params, row->n_params);
	for (size_t l = 0; l < FLOW_LISTS_MAX; l++) {
		const struct flow_list *list;

		if (l >= row->n_lists) {
			if (n_items[l] != 0)
				fail(c);
			continue;
		}
		list = &row->lists[l];
		if (n_items[l] < list->min || n_items[l] > list->max)
			fail(c);
		for (size_t i = 0; i < n_items[l] && !c->t.failed; i++) {
			check_branch(c, list->leads);
			check_values(c, list->fields, list->n_fields);
		}
	}
}

static bool head(struct slice bytes, struct take *t, struct flow *out)
{
	take_init(t, bytes);
	if (take_be16(t) != FLOW_VERSION)
		return false;
	out->bytes = bytes;
	out->n_steps = take_be16(t);
	out->first = take_be16(t);
	return !t->failed;
}

enum err flow_open(struct slice bytes, struct flow *out)
{
	struct check c = { .end = bytes.n };
	struct take offsets;
	struct flow f;
	uint32_t at;

	if (!head(bytes, &offsets, &f))
		return ERR_SYNTAX;
	if (f.n_steps == 0 || f.n_steps > FLOW_STEPS_MAX ||
	    f.first >= f.n_steps)
		return ERR_RANGE;
	c.heap = take_be32(&offsets);
	c.n_steps = f.n_steps;
	at = HEAD_BYTES + 4 * (uint32_t)f.n_steps;
	take_init(&c.t, slice_skip(bytes, at));
	/* Steps follow each other without gaps: nothing overlaps. */
	for (uint16_t i = 0; i < f.n_steps; i++) {
		if (take_be32(&offsets) != bytes.n - c.t.rest.n)
			return ERR_SYNTAX;
		check_step(&c);
		if (c.t.failed)
			return ERR_RANGE;
	}
	if (offsets.failed || bytes.n - c.t.rest.n != c.heap)
		return ERR_SYNTAX;

	*out = f;
	return ERR_OK;
}

void flow_reopen(struct slice bytes, struct flow *out)
{
	struct take t;

	(void)head(bytes, &t, out);
}
