#include "lib/core/flow.h"

#include <assert.h>
#include <string.h>

#include "lib/base/take.h"

#define LONGEST_CALL_S UINT32_C(14400) /* 4 h */

/* --- the step types --------------------------------------------------------*/

static const char *const show_choices[] = { "caller", "tracking", NULL };

static const struct flow_param play_params[] = {
	[FLOW_PLAY_PROMPT] = { .name = "prompt",
	    .kind = FLOW_PARAM_PROMPT,
	    .required = true,
	    .max = UINT32_MAX,
	    .fallback = FLOW_NO_PROMPT },
};

static const struct flow_param forward_params[] = {
	[FLOW_FORWARD_TO] = { .name = "to",
	    .kind = FLOW_PARAM_TARGET,
	    .required = true },
	[FLOW_FORWARD_RING_S] = { .name = "ring_s",
	    .kind = FLOW_PARAM_NUMBER,
	    .min = 5,
	    .max = 300,
	    .fallback = 30 },
	[FLOW_FORWARD_SHOW] = { .name = "show",
	    .kind = FLOW_PARAM_CHOICE,
	    .max = 1,
	    .fallback = FLOW_SHOW_CALLER,
	    .choices = show_choices },
	[FLOW_FORWARD_TALK_S] = { .name = "talk_s",
	    .kind = FLOW_PARAM_NUMBER,
	    .min = 60,
	    .max = LONGEST_CALL_S,
	    .fallback = LONGEST_CALL_S },
};

static const char *const next_branches[] = { "next" };
static const char *const forward_branches[] = { "busy", "no_answer", "failed" };

static const struct flow_type_row types[FLOW_TYPE_COUNT] = {
	[FLOW_NOTICE] = { "notice", play_params, FLOW_PLAY_PARAMS,
	    next_branches, 1, false },
	[FLOW_MESSAGE] = { "message", play_params, FLOW_PLAY_PARAMS,
	    next_branches, 1, false },
	[FLOW_FORWARD] = { "forward", forward_params, FLOW_FORWARD_PARAMS,
	    forward_branches, FLOW_FORWARD_BRANCHES, false },
	[FLOW_HANGUP] = { "hangup", NULL, 0, NULL, 0, false },
	[FLOW_BUSY] = { "busy", NULL, 0, NULL, 0, false },
	[FLOW_REJECT] = { "reject", NULL, 0, NULL, 0, false },
};

const struct flow_type_row *flow_type_row(enum flow_type type)
{
	return &types[type];
}

bool flow_type_from_name(struct slice name, enum flow_type *out)
{
	for (size_t i = 0; i < FLOW_TYPE_COUNT; i++)
		if (slice_eq_cstr(name, types[i].name)) {
			*out = (enum flow_type)i;
			return true;
		}
	return false;
}

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

/* --- the compiled form -----------------------------------------------------
 *
 * be16 version, be16 steps, be16 first, be32 offset of each step from the
 * beginning, then the steps: u8 type, key, branches, parameters (be32 and, for
 * those with a text, the text).
 */

#define HEAD_BYTES 6

static bool has_text(enum flow_param_kind kind)
{
	return kind == FLOW_PARAM_PROMPT || kind == FLOW_PARAM_TARGET;
}

static void put_text(struct buf *b, struct slice s, size_t max)
{
	if (s.n > max)
		buf_fail(b, ERR_RANGE);
	buf_be16(b, (uint16_t)s.n);
	buf_put(b, s);
}

static void put_step(const struct flow_step *s, struct buf *b)
{
	const struct flow_type_row *row = flow_type_row(s->type);

	buf_char(b, (char)s->type);
	put_text(b, s->key, FLOW_KEY_MAX);
	for (size_t i = 0; i < row->n_branches; i++)
		buf_be16(b, s->branch[i]);
	for (size_t i = 0; i < row->n_params; i++) {
		buf_be32(b, s->num[i]);
		if (has_text(row->params[i].kind))
			put_text(b, s->text[i], FLOW_TEXT_MAX);
	}
}

enum err flow_write(const struct flow_step *steps, size_t n, uint16_t first,
    struct buf *out)
{
	const size_t start = out->n;
	struct flow check;
	size_t at;
	enum err e;

	if (n == 0 || n > FLOW_STEPS_MAX)
		return ERR_RANGE;
	buf_be16(out, FLOW_VERSION);
	buf_be16(out, (uint16_t)n);
	buf_be16(out, first);
	at = out->n;
	for (size_t i = 0; i < n; i++)
		buf_be32(out, 0);
	for (size_t i = 0; i < n; i++) {
		const uint32_t off = (uint32_t)(out->n - start);

		if ((size_t)steps[i].type >= FLOW_TYPE_COUNT)
			return ERR_RANGE;
		put_step(&steps[i], out);
		if ((e = buf_err(out)) != ERR_OK)
			return e;
		for (size_t k = 0; k < 4; k++)
			out->p[at + 4 * i + k] =
			    (char)(uint8_t)(off >> (24 - 8 * k));
	}
	return flow_open(slice_skip(buf_slice(out), start), &check);
}

/* Reads one step; t is failed when it is not one. */
static void take_step(struct take *t, struct flow_step *out)
{
	const unsigned int type = take_u8(t);
	const struct flow_type_row *row;

	if (type >= FLOW_TYPE_COUNT) {
		t->failed = true;
		flow_step_init(out, FLOW_HANGUP);
		return;
	}
	flow_step_init(out, (enum flow_type)type);
	row = flow_type_row(out->type);
	out->key = take_text(t, FLOW_KEY_MAX);
	for (size_t i = 0; i < row->n_branches; i++)
		out->branch[i] = take_be16(t);
	for (size_t i = 0; i < row->n_params; i++) {
		out->num[i] = take_be32(t);
		if (has_text(row->params[i].kind))
			out->text[i] = take_text(t, FLOW_TEXT_MAX);
	}
}

static bool step_ok(const struct flow_step *s, uint16_t n_steps)
{
	const struct flow_type_row *row = flow_type_row(s->type);

	for (size_t i = 0; i < row->n_branches; i++)
		if (s->branch[i] >= n_steps && s->branch[i] != FLOW_END)
			return false;
	for (size_t i = 0; i < row->n_params; i++) {
		const struct flow_param *p = &row->params[i];

		if (s->num[i] < p->min || s->num[i] > p->max)
			return false;
		if (p->kind == FLOW_PARAM_TARGET && s->text[i].n == 0)
			return false;
	}
	return true;
}

static struct take take_at(const struct flow *f, uint16_t i)
{
	struct take t, at;

	take_init(&at, slice_skip(f->bytes, HEAD_BYTES + 4 * (size_t)i));
	take_init(&t, slice_skip(f->bytes, take_be32(&at)));
	return t;
}

enum err flow_open(struct slice bytes, struct flow *out)
{
	struct flow f = { .bytes = bytes };
	size_t used;
	struct take t;

	take_init(&t, bytes);
	if (take_be16(&t) != FLOW_VERSION)
		return ERR_SYNTAX;
	f.n_steps = take_be16(&t);
	f.first = take_be16(&t);
	if (f.n_steps == 0 || f.n_steps > FLOW_STEPS_MAX ||
	    f.first >= f.n_steps)
		return ERR_RANGE;
	used = HEAD_BYTES + 4 * (size_t)f.n_steps;
	if (bytes.n < used)
		return ERR_SYNTAX;
	/* Steps follow each other without gaps: nothing overlaps. */
	for (uint16_t i = 0; i < f.n_steps; i++) {
		struct flow_step step;
		struct take s = take_at(&f, i);

		if (bytes.n - s.rest.n != used)
			return ERR_SYNTAX;
		take_step(&s, &step);
		if (s.failed)
			return ERR_SYNTAX;
		if (!step_ok(&step, f.n_steps))
			return ERR_RANGE;
		used = bytes.n - s.rest.n;
	}
	if (used != bytes.n)
		return ERR_SYNTAX;

	*out = f;
	return ERR_OK;
}

void flow_step_at(const struct flow *f, uint16_t i, struct flow_step *out)
{
	struct take t = take_at(f, i);

	take_step(&t, out);
}

bool flow_needs_facts(const struct flow *f)
{
	struct flow_step step;

	for (uint16_t i = 0; i < f->n_steps; i++) {
		flow_step_at(f, i, &step);
		if (types[step.type].reads_facts)
			return true;
	}
	return false;
}

/* --- the interpreter -------------------------------------------------------*/

/* What a step waits for. */
enum phase {
	PHASE_NONE,
	PHASE_NOTICE, /* the number's own notice, before a forward */
	PHASE_PLAY,
	PHASE_DIAL,
	PHASE_TALK
};

/* One flow_run() at work. */
struct run {
	const struct flow_env *env;
	struct flow_state *s;
	struct flow_step step;
	struct flow_out *out;
};

static struct flow_do *act(struct run *r, enum flow_do_kind kind)
{
	struct flow_do *d = &r->out->item[r->out->n];

	/* Two traces for each hop and a handful for the last step. */
	assert(r->out->n < FLOW_OUT_MAX);
	memset(d, 0, sizeof(*d));
	d->kind = kind;
	d->step = r->s->step;
	d->branch = FLOW_END;
	d->prompt = FLOW_NO_PROMPT;
	r->out->n++;
	return d;
}

static void trace(struct run *r, uint16_t branch)
{
	act(r, FLOW_DO_TRACE)->branch = branch;
}

static void finish(struct run *r, enum flow_do_kind how)
{
	trace(r, FLOW_TRACE_DONE);
	(void)act(r, how);
	r->s->phase = PHASE_NONE;
	r->s->finished = true;
}

static void record(struct run *r)
{
	if (r->s->recording)
		return;
	r->s->recording = true;
	(void)act(r, FLOW_DO_RECORD);
}

static void answer(struct run *r)
{
	if (r->s->answered)
		return;
	r->s->answered = true;
	(void)act(r, FLOW_DO_ANSWER);
	if (r->env->record == FLOW_RECORD_SILENT)
		record(r);
}

static void play(struct run *r, uint32_t prompt, enum phase phase)
{
	struct flow_do *d;

	answer(r);
	r->s->phase = (uint8_t)phase;
	d = act(r, FLOW_DO_PLAY);
	d->prompt = prompt;
	d->ticket = ++r->s->ticket;
}

static void notice_ended(struct run *r, uint32_t prompt)
{
	r->s->notice_ended = true;
	act(r, FLOW_DO_NOTICE)->prompt = prompt;
	if (r->env->record == FLOW_RECORD_NOTICE)
		record(r);
}

static void enter(struct run *r, uint16_t step);

static void leave(struct run *r, uint16_t branch)
{
	trace(r, branch);
	enter(r, r->step.branch[branch]);
}

static void play_enter(struct run *r)
{
	const uint32_t prompt = r->step.num[FLOW_PLAY_PROMPT];

	if (prompt == FLOW_NO_PROMPT)
		leave(r, FLOW_NEXT);
	else
		play(r, prompt, PHASE_PLAY);
}

static void play_event(struct run *r, const struct flow_event *ev)
{
	if (ev->kind != FLOW_EV_PLAYED)
		return;
	if (r->step.type == FLOW_NOTICE)
		notice_ended(r, r->step.num[FLOW_PLAY_PROMPT]);
	leave(r, FLOW_NEXT);
}

static void dial(struct run *r)
{
	struct flow_do *d = act(r, FLOW_DO_DIAL);

	r->s->phase = PHASE_DIAL;
	d->ticket = ++r->s->ticket;
	d->to = r->step.text[FLOW_FORWARD_TO];
	d->ring_s = r->step.num[FLOW_FORWARD_RING_S];
	d->show = (enum flow_show)r->step.num[FLOW_FORWARD_SHOW];
	d->talk_s = r->step.num[FLOW_FORWARD_TALK_S];
}

static void forward_enter(struct run *r)
{
	/* Whoever made the flow forgot the notice, or left it to the number:
	 * nothing may be recorded without it. */
	if (r->env->record == FLOW_RECORD_NOTICE && !r->s->notice_ended &&
	    r->env->notice_prompt != FLOW_NO_PROMPT)
		play(r, r->env->notice_prompt, PHASE_NOTICE);
	else
		dial(r);
}

/* What ends the dialling, and by which branch. */
static const struct {
	enum flow_event_kind kind;
	enum flow_forward_branch branch;
} dial_ends[] = {
	{ FLOW_EV_BUSY, FLOW_FORWARD_BUSY },
	{ FLOW_EV_NO_ANSWER, FLOW_FORWARD_NO_ANSWER },
	{ FLOW_EV_FAILED, FLOW_FORWARD_FAILED },
};

static void forward_event(struct run *r, const struct flow_event *ev)
{
	if (r->s->phase == PHASE_NOTICE) {
		if (ev->kind != FLOW_EV_PLAYED)
			return;
		notice_ended(r, r->env->notice_prompt);
		dial(r);
		return;
	}
	if (r->s->phase == PHASE_TALK) {
		if (ev->kind == FLOW_EV_CALLEE_LEFT)
			finish(r, FLOW_DO_HANGUP);
		return;
	}
	if (ev->kind == FLOW_EV_ANSWERED) {
		r->s->phase = PHASE_TALK;
		answer(r);
		return;
	}
	for (size_t i = 0; i < RT_ARRAY_LEN(dial_ends); i++)
		if (dial_ends[i].kind == ev->kind) {
			leave(r, (uint16_t)dial_ends[i].branch);
			return;
		}
}

static void hangup_enter(struct run *r)
{
	finish(r, FLOW_DO_HANGUP);
}

static void busy_enter(struct run *r)
{
	finish(r, FLOW_DO_BUSY);
}

static void reject_enter(struct run *r)
{
	finish(r, FLOW_DO_REJECT);
}

static const struct {
	void (*enter)(struct run *r);
	void (*event)(struct run *r, const struct flow_event *ev);
} code[FLOW_TYPE_COUNT] = {
	[FLOW_NOTICE] = { play_enter, play_event },
	[FLOW_MESSAGE] = { play_enter, play_event },
	[FLOW_FORWARD] = { forward_enter, forward_event },
	[FLOW_HANGUP] = { hangup_enter, NULL },
	[FLOW_BUSY] = { busy_enter, NULL },
	[FLOW_REJECT] = { reject_enter, NULL },
};

static void enter(struct run *r, uint16_t step)
{
	r->s->phase = PHASE_NONE;
	if (step == FLOW_END) {
		finish(r, FLOW_DO_HANGUP);
		return;
	}
	if (r->s->hops >= FLOW_HOPS_MAX) {
		trace(r, FLOW_TRACE_LOOP);
		finish(r, FLOW_DO_HANGUP);
		return;
	}
	r->s->hops++;
	r->s->step = step;
	flow_step_at(r->env->flow, step, &r->step);
	trace(r, FLOW_TRACE_ENTER);
	code[r->step.type].enter(r);
}

void flow_init(struct flow_state *s, const struct flow *f)
{
	memset(s, 0, sizeof(*s));
	s->step = f->first;
}

void flow_run(const struct flow_env *env, struct flow_state *s,
    const struct flow_event *ev, struct flow_out *out)
{
	struct run r = { .env = env, .s = s, .out = out };

	out->n = 0;
	if (s->finished)
		return;
	if (ev->kind == FLOW_EV_START) {
		if (s->hops == 0)
			enter(&r, s->step);
		return;
	}
	if (s->phase == PHASE_NONE || ev->ticket != s->ticket)
		return;
	flow_step_at(env->flow, s->step, &r.step);
	if (code[r.step.type].event != NULL)
		code[r.step.type].event(&r, ev);
}
