#include "sipworker/engine/question.h"

#include "lib/base/clk.h"
#include "sipworker/engine/drive.h"
#include "sipworker/engine/trace.h"

/* The longest that a call lives, and some. */
#define HOLD_S (4 * 3600 + 300)

/* --- the question's bytes --------------------------------------------------*/

/* UTC of a moment on the zone's clock. */
static int64_t to_utc_s(const struct zone *z, int64_t local_s)
{
	const int64_t guess = local_s - zone_offset_s(z, local_s);

	return local_s - zone_offset_s(z, guess);
}

/* Beginnings of the present hour, day and month on the destination's clock. */
static void windows(const struct snap *s, const struct snap_destination *d,
    int64_t now_us, struct ask *q)
{
	const int64_t now_s = now_us / RT_SEC_US;
	struct snap_zone row;
	struct zone z;
	struct clk_civil t;
	int64_t local_s, day_s;

	zone_utc(&z);
	if (d->zone != SNAP_NO_ROW) {
		snap_zone_at(s, d->zone, &row);
		z = row.zone;
	}
	local_s = now_s + zone_offset_s(&z, now_s);
	t = clk_to_civil(local_s * RT_SEC_US);
	day_s = local_s - t.hour * 3600 - t.minute * 60 - t.second;
	q->hour = (struct ask_window){ d->cap_hour,
		(now_s - t.minute * 60 - t.second) * RT_SEC_US };
	q->day =
	    (struct ask_window){ d->cap_day, to_utc_s(&z, day_s) * RT_SEC_US };
	q->month = (struct ask_window){ d->cap_month,
		to_utc_s(&z, day_s - (t.day - 1) * INT64_C(86400)) *
		    RT_SEC_US };
}

/* False: there is no such destination of this company. */
static bool reserve(const struct engine *e, const struct call *c,
    struct slice text, struct ask *q)
{
	const struct snap *s = e->snaps[c->snap].snap;
	struct destination_id id;
	struct snap_destination d;
	uint32_t row;

	if (id_parse(ID_KIND_destination, text, id.v) != ERR_OK)
		return false;
	row = snap_find_destination(s, id);
	if (row == SNAP_NO_ROW)
		return false;
	snap_destination_at(s, row, &d);
	if (!id_eq(d.company.v, c->company.v))
		return false;
	q->key = text;
	q->at_once = d.capacity;
	q->hold_s = HOLD_S;
	windows(s, &d, c->opened_wall_us + trace_at(e, c), q);
	return true;
}

/* "flo_01h4.../sales" */
static struct slice turn_key(const struct engine *e, const struct call *c,
    const struct flow_do *d, char mem[ASK_KEY_MAX])
{
	struct snap_flow f = c->flow;
	char id[ID_TEXT_MAX];
	struct buf b;

	if (d->flow != FLOW_NO_ROW)
		snap_flow_at(e->snaps[c->snap].snap, d->flow, &f);
	id_text(ID_KIND_flow, f.id.v, id);
	buf_over(&b, mem, ASK_KEY_MAX);
	buf_printf(&b, "%s/%.*s", id, SLICE_FMT(d->text));
	return buf_err(&b) == ERR_OK ? buf_slice(&b) : SLICE("turn");
}

static void send(struct engine *e, const struct call *c, uint64_t number,
    const struct ask *q)
{
	char mem[ASK_BYTES_MAX];
	struct engine_ask *a;
	struct slice bytes;
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	ask_encode(q, &b);
	if (buf_err(&b) != ERR_OK)
		return; /* nobody answers: the time limit does */
	bytes = out_copy(&e->out, buf_slice(&b));
	a = &out_add(&e->out, ENGINE_ASK)->u.ask;
	a->ticket = number;
	a->call = c->id;
	a->company = c->company;
	a->question = bytes;
}

/* --- open questions --------------------------------------------------------*/

static void set_timer(struct engine *e, struct call *c)
{
	int64_t at = INT64_MAX;

	for (size_t i = 0; i < CALL_QUESTIONS_MAX; i++)
		if (c->question[i].number != 0 && !c->question[i].told &&
		    c->question[i].due_us < at)
			at = c->question[i].due_us;
	if (at != INT64_MAX)
		timer_arm(&e->timers, &c->timer[CALL_T_QUESTION], at);
	else
		timer_stop(&e->timers, &c->timer[CALL_T_QUESTION]);
}

/* A free place, or that of a question whose answer is only wanted to be given
 * back. NULL: more are open than a flow can have legs. */
static struct call_question *place(struct call *c)
{
	struct call_question *late = NULL;

	for (size_t i = 0; i < CALL_QUESTIONS_MAX; i++) {
		if (c->question[i].number == 0)
			return &c->question[i];
		if (c->question[i].told)
			late = &c->question[i];
	}
	return late;
}

static void tell(struct engine *e, struct call *c, uint32_t ticket,
    enum flow_answer answer, uint32_t value)
{
	const struct flow_event ev = { .kind = FLOW_EV_ANSWER,
		.ticket = ticket,
		.answer = answer,
		.value = value };

	drive_event(e, c, &ev);
}

/* Nobody can be asked, or answers in time. */
static void tell_away(struct engine *e, struct call *c, enum flow_ask kind,
    uint32_t ticket, uint64_t counter)
{
	uint32_t own = 0;

	if (kind == FLOW_ASK_NEXT)
		own = turns_own(&e->turns, counter, c->id.v[ID_BYTES - 1]);
	tell(e, c, ticket, FLOW_ANSWER_AWAY, own);
}

void question_ask(struct engine *e, struct call *c, const struct flow_do *d)
{
	struct call_question *p = place(c);
	struct ask q = { .kind = ASK_NEXT };
	char mem[ASK_KEY_MAX];
	uint64_t counter = 0;
	uint32_t owed;

	if (d->u.ask == FLOW_ASK_NEXT) {
		q.key = turn_key(e, c, d, mem);
		counter = turns_of(q.key);
		if (turns_take(&e->turns, counter, &owed)) {
			tell(e, c, d->ticket, FLOW_ANSWER_INDEX, owed);
			return;
		}
	} else {
		q.kind = ASK_RESERVE;
		if (!reserve(e, c, d->text, &q))
			p = NULL;
	}
	if (p == NULL) {
		tell_away(e, c, d->u.ask, d->ticket, counter);
		return;
	}
	*p = (struct call_question){ .number = ++e->tickets << 20 | c->index,
		.ticket = d->ticket,
		.kind = d->u.ask,
		.counter = counter,
		.text = d->text,
		.due_us = e->now.mono_us + QUESTION_US };
	send(e, c, p->number, &q);
	set_timer(e, c);
}

static void say(struct engine *e, const struct call *c, enum ask_kind kind,
    struct slice key)
{
	const struct ask q = { .kind = kind, .key = key };

	send(e, c, 0, &q);
}

/* The question about that place which the flow waits for; NULL: none. One that
 * was given up is none: its answer may never come. */
static struct call_question *waits_for(struct call *c, struct slice text)
{
	for (size_t i = 0; i < CALL_QUESTIONS_MAX; i++) {
		struct call_question *p = &c->question[i];

		if (p->number != 0 && !p->told && p->kind == FLOW_ASK_RESERVE &&
		    slice_eq(p->text, text))
			return p;
	}
	return NULL;
}

void question_release(struct engine *e, struct call *c, const struct flow_do *d)
{
	struct call_question *p = waits_for(c, d->text);

	if (p == NULL) {
		say(e, c, ASK_RELEASE, d->text);
		return;
	}
	p->told = true;
	set_timer(e, c);
}

void question_confirm(struct engine *e, struct call *c, const struct flow_do *d)
{
	say(e, c, ASK_CONFIRM, d->text);
}

void question_leave(struct engine *e, struct call *c, const struct flow_do *d)
{
	say(e, c, ASK_LEAVE, d->text);
}

static enum flow_answer meaning(const struct call_question *p,
    const struct ask_reply *r)
{
	if (r->answer == ASK_AWAY)
		return FLOW_ANSWER_AWAY;
	if (p->kind == FLOW_ASK_NEXT)
		return FLOW_ANSWER_INDEX;
	return r->answer == ASK_YES ? FLOW_ANSWER_GRANTED : FLOW_ANSWER_FULL;
}

/* What was granted too late, or is not wanted any more. A place that the flow
 * has asked for again since is the one it asks for. */
static void give_back(struct engine *e, struct call *c,
    const struct call_question *p, uint32_t turn)
{
	struct call_question *again;

	if (p->kind != FLOW_ASK_RESERVE) {
		turns_owe(&e->turns, p->counter, turn);
	} else if ((again = waits_for(c, p->text)) != NULL) {
		again->number = 0;
		set_timer(e, c);
		tell(e, c, again->ticket, FLOW_ANSWER_GRANTED, 0);
	} else {
		say(e, c, ASK_RELEASE, p->text);
	}
}

void question_answered(struct engine *e, struct call *c, uint64_t number,
    const struct ask_reply *r)
{
	struct call_question p = { .number = 0 };

	for (size_t i = 0; i < CALL_QUESTIONS_MAX; i++)
		if (c->question[i].number == number) {
			p = c->question[i];
			c->question[i].number = 0;
		}
	if (p.number == 0)
		return;
	set_timer(e, c);
	if (p.told && r->answer == ASK_YES)
		give_back(e, c, &p, (uint32_t)r->turn);
	if (p.told)
		return;
	if (meaning(&p, r) == FLOW_ANSWER_AWAY)
		tell_away(e, c, p.kind, p.ticket, p.counter);
	else
		tell(e, c, p.ticket, meaning(&p, r), (uint32_t)r->turn);
}

void question_timeout(struct engine *e, struct call *c)
{
	for (size_t i = 0; i < CALL_QUESTIONS_MAX; i++) {
		struct call_question *p = &c->question[i];

		if (p->number == 0 || p->told || p->due_us > e->now.mono_us)
			continue;
		p->told = true;
		c->lookup_late = true;
		e->stats.questions_late++;
		tell_away(e, c, p->kind, p->ticket, p->counter);
	}
	set_timer(e, c);
}
