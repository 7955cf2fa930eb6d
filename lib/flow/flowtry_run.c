#include <stdlib.h>
#include <string.h>

#include "lib/base/clk.h"
#include "lib/core/flow_words.h"
#include "lib/flow/flowtry.h"

#define WORDS_MAX 4000
#define TEXT_MAX  512

/* One trial at work. */
struct trial {
	const struct flowtry *t;
	const struct flow_case *c;
	const struct flow_words_names *names;
	struct flow_words_names own;
	struct flow_titles titles;
	struct flowtry_report *out;
	struct flow first; /* the flow tried */
	int64_t start_us;
	struct buf words;
	bool no_memory;
	struct flowtry_line spare;       /* written, never read */
	struct slice to[FLOW_SIM_QUEUE]; /* of dial tickets, round about */
	uint32_t ticket[FLOW_SIM_QUEUE];
	size_t n_dials;
	bool own_flow; /* the step at hand is of the flow tried */
	/* What was expected, as it comes true. */
	size_t through;
	size_t heard;
	size_t tagged;
	struct slice answered_by;
};

static struct slice keep(struct trial *r, struct slice s)
{
	struct slice out = SLICE("");

	if (s.n > 0 && !arena_copy(r->t->mem, s, &out))
		r->no_memory = true;
	return out;
}

static struct flowtry_line *line(struct trial *r, int64_t at_us,
    enum flowtry_what what)
{
	struct flowtry_report *o = r->out;

	if (o->n_lines == FLOWTRY_LINES_MAX)
		return &r->spare;
	o->lines[o->n_lines] =
	    (struct flowtry_line){ .at_us = at_us - r->start_us,
		    .what = what,
		    .step = SLICE(""),
		    .way = SLICE(""),
		    .text = SLICE(""),
		    .to = SLICE("") };
	return &o->lines[o->n_lines++];
}

static struct flow flow_of(const struct trial *r, const struct flow_do *d)
{
	struct snap_flow f;

	if (d->flow == FLOW_NO_ROW)
		return r->first;
	snap_flow_at(&r->t->snap, d->flow, &f);
	return f.flow;
}

static bool is_own(const struct trial *r, const struct flow_do *d)
{
	return d->flow == FLOW_NO_ROW || d->flow == r->t->flow;
}

static struct slice step_key(const struct trial *r, const struct flow_do *d)
{
	const struct flow f = flow_of(r, d);
	struct flow_view v;

	if (!is_own(r, d) || d->step >= f.n_steps)
		return SLICE("");
	flow_view(&f, d->step, &v);
	return flow_view_key(&v);
}

/* --- traces ----------------------------------------------------------------*/

static void say(struct trial *r, const struct flow_do *d, struct slice *out)
{
	const struct flow_words_trace trace = { d->step, d->branch, d->value };
	const struct flow f = flow_of(r, d);
	char mem[TEXT_MAX];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	if (!flow_words_one(&f, &trace, is_own(r, d) ? r->names : NULL, &b))
		return;
	*out = keep(r, buf_slice(&b));
	if (r->words.n > 0)
		buf_cstr(&r->words, " \xe2\x86\x92 ");
	buf_put(&r->words, *out);
}

static struct slice way_name(struct trial *r, const struct flow_do *d)
{
	const struct flow f = flow_of(r, d);
	struct flow_view v;
	char mem[48];
	struct buf b;

	flow_view(&f, d->step, &v);
	if (d->branch < FLOW_ITEM)
		return slice_from(v.row->branches[d->branch].name);
	buf_over(&b, mem, sizeof(mem));
	buf_printf(&b, "%s %u", v.row->lists[0].name,
	    (unsigned int)d->branch - FLOW_ITEM + 1);
	return keep(r, buf_slice(&b));
}

static void on_trace(struct trial *r, int64_t at_us, const struct flow_do *d)
{
	struct flowtry_line *l;

	if (d->branch == FLOW_TRACE_ENTER) {
		l = line(r, at_us, FLOWTRY_ENTERS);
		l->step = step_key(r, d);
		if (r->through < r->c->n_through &&
		    slice_eq(r->c->through[r->through], l->step))
			r->through++;
		return;
	}
	l = line(r, at_us,
	    d->branch < FLOW_TRACE_ENTER ? FLOWTRY_LEAVES : FLOWTRY_SAYS);
	l->step = step_key(r, d);
	if (d->branch < FLOW_TRACE_ENTER)
		l->way = way_name(r, d);
	say(r, d, &l->text);
	if (l->what == FLOWTRY_SAYS && l->text.n == 0)
		r->out->n_lines--; /* nothing worth a word */
}

/* --- actions ---------------------------------------------------------------*/

static struct slice prompt_key(const struct trial *r, uint32_t row)
{
	struct snap_prompt p;

	if (row >= r->t->snap.section[SNAP_PROMPTS].count)
		return SLICE("");
	snap_prompt_at(&r->t->snap, row, &p);
	return p.key;
}

static struct slice dialled(const struct trial *r, uint32_t ticket)
{
	for (size_t i = 0; i < r->n_dials && i < FLOW_SIM_QUEUE; i++)
		if (r->ticket[i] == ticket)
			return r->to[i];
	return SLICE("");
}

static void on_play(struct trial *r, int64_t at_us, const struct flow_do *d)
{
	struct flowtry_line *l = line(r, at_us,
	    d->leg == FLOW_CALLER_LEG ? FLOWTRY_HEARS : FLOWTRY_WHISPERS);

	l->text = prompt_key(r, d->prompt);
	if (d->leg != FLOW_CALLER_LEG) {
		l->to = dialled(r, d->leg);
		return;
	}
	if (r->heard < r->c->n_heard &&
	    slice_eq(r->c->heard[r->heard], l->text))
		r->heard++;
}

static void on_dial(struct trial *r, int64_t at_us, const struct flow_do *d)
{
	const size_t i = r->n_dials++ % FLOW_SIM_QUEUE;

	r->ticket[i] = d->ticket;
	r->to[i] = d->text;
	line(r, at_us, FLOWTRY_RINGS)->to = d->text;
}

static void on_kept(struct trial *r, int64_t at_us, const struct flow_do *d)
{
	char mem[32];
	struct buf b;

	if (d->kind == FLOW_DO_RECORD || d->kind == FLOW_DO_VOICEMAIL) {
		(void)line(r, at_us,
		    d->kind == FLOW_DO_RECORD ? FLOWTRY_RECORDS
					      : FLOWTRY_MESSAGE);
		return;
	}
	buf_over(&b, mem, sizeof(mem));
	if (d->kind == FLOW_DO_KEEP)
		buf_printf(&b, "%u s", d->value);
	else
		buf_cstr(&b, "thrown away");
	line(r, at_us, FLOWTRY_KEPT)->text = keep(r, buf_slice(&b));
}

/* What the caller's side is given: an answer, a prompt, ringback, silence. */
static void on_sound(struct trial *r, int64_t at_us, const struct flow_do *d)
{
	if (d->kind == FLOW_DO_ANSWER)
		(void)line(r, at_us, FLOWTRY_ANSWERS);
	else if (d->kind == FLOW_DO_PLAY)
		on_play(r, at_us, d);
	else if (d->kind == FLOW_DO_RINGBACK)
		line(r, at_us, FLOWTRY_HEARS)->text =
		    d->prompt == FLOW_NO_PROMPT ? SLICE("ringback")
						: prompt_key(r, d->prompt);
	else if (d->leg == FLOW_CALLER_LEG)
		(void)line(r, at_us, FLOWTRY_STOPS);
}

/* A telephone rings, stops ringing, or is the one that talks. */
static void on_attempt(struct trial *r, int64_t at_us, const struct flow_do *d)
{
	if (d->kind == FLOW_DO_DIAL) {
		on_dial(r, at_us, d);
	} else if (d->kind == FLOW_DO_CANCEL) {
		line(r, at_us, FLOWTRY_CANCELS)->to = dialled(r, d->ticket);
	} else {
		r->answered_by = dialled(r, d->ticket);
		line(r, at_us, FLOWTRY_TALKS)->to = r->answered_by;
	}
}

static void on_store(struct trial *r, int64_t at_us, const struct flow_do *d)
{
	char mem[128];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	buf_put(&b, d->text);
	buf_printf(&b, " %s", d->u.digits);
	line(r, at_us, FLOWTRY_STORES)->text = keep(r, buf_slice(&b));
}

/* What the call is marked with. */
static void on_mark(struct trial *r, int64_t at_us, const struct flow_do *d)
{
	if (d->kind == FLOW_DO_STORE) {
		on_store(r, at_us, d);
	} else if (d->kind == FLOW_DO_OUTCOME) {
		line(r, at_us, FLOWTRY_OUTCOME)->text = d->text;
	} else {
		line(r, at_us, FLOWTRY_TAGS)->text = d->text;
		if (r->tagged < r->c->n_tags &&
		    slice_eq(r->c->tags[r->tagged], d->text))
			r->tagged++;
	}
}

static void on_end(struct trial *r, int64_t at_us, const struct flow_do *d)
{
	static const char *const why[] = { "the flow ended",
		"the called side hung up", "the longest talk was reached",
		"the flow went round too often" };
	const char *text = "told busy";

	if (d->kind == FLOW_DO_REJECT)
		text = "refused";
	else if (d->kind == FLOW_DO_HANGUP)
		text = why[d->value];
	line(r, at_us, FLOWTRY_ENDS)->text = slice_from(text);
}

static void did(void *arg, int64_t at_us, const struct flow_do *d)
{
	struct trial *r = arg;

	switch (d->kind) {
	case FLOW_DO_TRACE:
		on_trace(r, at_us, d);
		break;
	case FLOW_DO_ANSWER:
	case FLOW_DO_PLAY:
	case FLOW_DO_RINGBACK:
	case FLOW_DO_STOP:
		on_sound(r, at_us, d);
		break;
	case FLOW_DO_DIAL:
	case FLOW_DO_CANCEL:
	case FLOW_DO_BRIDGE:
		on_attempt(r, at_us, d);
		break;
	case FLOW_DO_RECORD:
	case FLOW_DO_VOICEMAIL:
	case FLOW_DO_KEEP:
	case FLOW_DO_DROP:
		on_kept(r, at_us, d);
		break;
	case FLOW_DO_TAG:
	case FLOW_DO_OUTCOME:
	case FLOW_DO_STORE:
		on_mark(r, at_us, d);
		break;
	case FLOW_DO_HANGUP:
	case FLOW_DO_BUSY:
	case FLOW_DO_REJECT:
		on_end(r, at_us, d);
		break;
	case FLOW_DO_NOTICE:
	case FLOW_DO_TIMER:
	case FLOW_DO_ASK:
	case FLOW_DO_RELEASE:
	case FLOW_DO_CONFIRM:
	case FLOW_DO_LEAVE:
	case FLOW_DO_KIND_COUNT:
		break;
	}
}

static void happened(void *arg, int64_t at_us, const struct flow_event *ev)
{
	struct trial *r = arg;
	char key[1];

	if (ev->kind == FLOW_EV_CALLER_LEFT) {
		line(r, at_us, FLOWTRY_ENDS)->text =
		    SLICE("the caller hung up");
	} else if (ev->kind == FLOW_EV_DIGIT && ev->ticket == FLOW_CALLER_LEG) {
		key[0] = (char)ev->value;
		line(r, at_us, FLOWTRY_KEYS)->text = keep(r, slice_of(key, 1));
	}
}

/* --- what was expected -----------------------------------------------------*/

static void fail(struct trial *r, const char *what, struct slice want,
    struct slice got)
{
	struct flowtry_report *o = r->out;
	char mem[TEXT_MAX];
	struct buf b;

	if (o->n_fails == FLOWTRY_FAILS_MAX)
		return;
	buf_over(&b, mem, sizeof(mem));
	buf_printf(&b, "%s: expected %.*s", what, SLICE_FMT(want));
	if (got.n > 0)
		buf_printf(&b, ", got %.*s", SLICE_FMT(got));
	o->fails[o->n_fails++] = keep(r, buf_slice(&b));
}

static void judge(struct trial *r)
{
	const struct flow_case *c = r->c;
	const enum callresult got = r->out->sim.result;

	if (c->has_result && c->result != got)
		fail(r, "result", slice_from(callresult_name(c->result)),
		    slice_from(callresult_name(got)));
	if (r->through < c->n_through)
		fail(r, "through", c->through[r->through], SLICE(""));
	if (r->heard < c->n_heard)
		fail(r, "heard", c->heard[r->heard], SLICE(""));
	if (r->tagged < c->n_tags)
		fail(r, "tags", c->tags[r->tagged], SLICE(""));
	if (c->answered_by.n > 0 && !slice_eq(c->answered_by, r->answered_by))
		fail(r, "answered_by", c->answered_by,
		    r->answered_by.n > 0 ? r->answered_by : SLICE("nobody"));
}

/* --- running ---------------------------------------------------------------*/

/* The row of the case's zone; FLOW_NO_ROW, UTC, when it names none. */
static bool zone_row(const struct flowtry *t, struct slice name, uint32_t *row,
    struct zone *zone)
{
	struct snap_zone z;

	*row = FLOW_NO_ROW;
	zone_utc(zone);
	for (uint32_t i = 0; i < t->snap.section[SNAP_ZONES].count; i++) {
		snap_zone_at(&t->snap, i, &z);
		if (slice_eq(z.name, name)) {
			*row = i;
			*zone = z.zone;
			return true;
		}
	}
	return name.n == 0;
}

/* "Mon 09:12 New York: " */
static void put_when(struct buf *b, int64_t local_s, struct slice zone)
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri",
		"Sat", "Sun" };
	const struct clk_civil c = clk_to_civil(local_s * RT_SEC_US);
	size_t at = 0;

	buf_printf(b, "%s %02d:%02d", days[c.weekday], c.hour, c.minute);
	for (size_t i = 0; i < zone.n; i++)
		if (zone.p[i] == '/')
			at = i + 1;
	if (zone.n > at)
		buf_char(b, ' ');
	for (size_t i = at; i < zone.n; i++)
		buf_char(b, zone.p[i] == '_' ? ' ' : zone.p[i]);
	buf_cstr(b, ": ");
}

static int64_t start_of(const struct flow_case *c, const struct zone *z)
{
	/* The offset of a time that is about there; twice settles it. */
	int64_t utc_s = c->local_s - zone_offset_s(z, c->local_s);

	utc_s = c->local_s - zone_offset_s(z, utc_s);
	return utc_s * RT_SEC_US;
}

static void put_words(struct trial *r, struct slice zone)
{
	char mem[WORDS_MAX + 100];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	put_when(&b, r->c->local_s, zone);
	buf_put(&b, buf_slice(&r->words));
	r->out->words = keep(r, buf_slice(&b));
}

/* Keys and addresses lie in the world's bytes, which the report outlives. */
static void keep_lines(struct trial *r)
{
	for (size_t i = 0; i < r->out->n_lines; i++) {
		struct flowtry_line *l = &r->out->lines[i];

		l->step = keep(r, l->step);
		l->text = keep(r, l->text);
		l->to = keep(r, l->to);
	}
}

static enum err run(struct trial *r, struct flow_sim_script *script)
{
	const struct flowtry *t = r->t;
	const struct slice name = r->c->zone.n > 0 ? r->c->zone : t->zone;
	const struct flow_sim_sink sink = { did, happened, r };
	struct flow_env env = { .flow = &r->first,
		.snap = &t->snap,
		.number_name = r->c->number,
		.record = r->c->record,
		.notice_prompt = t->snap.section[SNAP_PROMPTS].count > 0
				     ? 0
				     : FLOW_NO_PROMPT };
	struct snap_flow f;
	struct zone zone, home;
	void *sim;

	if (!zone_row(t, name, &env.zone, &zone) ||
	    (t->home.n > 0 && !zone_row(t, t->home, &env.zone, &home)))
		return ERR_NOTFOUND;
	snap_flow_at(&t->snap, t->flow, &f);
	r->first = f.flow;
	*script = r->c->script;
	script->start_us = r->start_us = start_of(r->c, &zone);
	sim = malloc(flow_sim_bytes());
	if (sim == NULL)
		return ERR_NOMEM;
	flow_sim_run(sim, &env, script, &sink, &r->out->sim);
	free(sim);
	judge(r);
	put_words(r, name);
	keep_lines(r);
	return r->no_memory ? ERR_NOMEM : ERR_OK;
}

enum err flowtry_run(const struct flowtry *t, const struct flow_case *c,
    const struct flow_words_names *names_of, struct flowtry_report *out)
{
	struct flow_sim_script *script = arena_alloc(t->mem, sizeof(*script));
	struct trial *r = arena_alloc(t->mem, sizeof(*r));
	char words[WORDS_MAX];

	memset(out, 0, sizeof(*out));
	out->lines =
	    arena_array(t->mem, FLOWTRY_LINES_MAX, sizeof(*out->lines));
	if (script == NULL || r == NULL || out->lines == NULL)
		return ERR_NOMEM;
	r->t = t;
	r->c = c;
	r->titles = t->titles;
	r->own = (struct flow_words_names){ .step = flow_titles_of,
		.arg = &r->titles };
	r->names = names_of != NULL ? names_of : &r->own;
	r->out = out;
	buf_over(&r->words, words, sizeof(words));
	return run(r, script);
}
