#include "tests/sim/sim_side.h"

#include <stdlib.h>
#include <string.h>

#include "sipworker/engine/slots.h"
#include "tests/sim/sim_config.h"

/* --- journal ---------------------------------------------------------------*/

struct sim_record *sim_world_record(struct sim_world *w, struct call_id id)
{
	uint32_t i = 0;

	for (size_t k = 0; k < ID_BYTES; k++)
		i = i * 31 + id.v[k];
	for (uint32_t n = 0; n < SIM_RECORDS; n++) {
		struct sim_record *r = &w->records[(i + n) % SIM_RECORDS];

		if (!r->used || id_eq(r->id.v, id.v))
			return r->used ? r : NULL;
	}
	return NULL;
}

static struct sim_record *new_record(struct sim_world *w, struct call_id id)
{
	uint32_t i = 0;

	for (size_t k = 0; k < ID_BYTES; k++)
		i = i * 31 + id.v[k];
	for (uint32_t n = 0; n < SIM_RECORDS; n++) {
		struct sim_record *r = &w->records[(i + n) % SIM_RECORDS];

		if (r->used)
			continue;
		memset(r, 0, sizeof(*r));
		r->id = id;
		r->used = true;
		return r;
	}
	abort();
}

static void ack_journal(struct sim_event *ev)
{
	struct sim_world *w = ev->obj;

	w->journal_busy = false;
	for (uint32_t i = 0; i < SIM_RECORDS; i++)
		if (w->records[i].used && w->records[i].open_seq <= ev->a)
			w->records[i].acked = true;
	w->acked = ev->a;
	engine_journal_done(w->engine, sim_world_now(w), ev->a);
	sim_world_pump(w);
	if (w->acked < w->journal_last && !w->journal_busy) {
		w->journal_busy = true;
		sim_clock_after(&w->clock, 300, ack_journal, w)->a =
		    w->journal_last;
	}
}

static void check_closed(struct sim_world *w, struct sim_record *r,
    const struct callrec_closed *c)
{
	r->closed = true;
	r->end = *c;
	w->closed++;
	w->results[c->result]++;
	if ((c->result == CALLRESULT_ANSWERED) != (r->bridged > 0))
		sim_world_fail(w, "result %s with %u bridges",
		    callresult_name(c->result), r->bridged);
	if ((c->result == CALLRESULT_VOICEMAIL) !=
	    (r->messages > 0 && r->bridged == 0))
		sim_world_fail(w, "result %s with %u messages",
		    callresult_name(c->result), r->messages);
	w->messages += r->messages;
	if (c->recording != CALLREC_REC_NONE && !r->rec_started)
		sim_world_fail(w, "a recording that never began");
	if (r->rec_started && !r->rec_stopped)
		sim_world_fail(w, "closed with the recorder running");
	if (c->talk_us < 0 || c->talk_us > c->ended_us || c->ring_us < 0 ||
	    c->ended_us < 0)
		sim_world_fail(w, "impossible durations");
	if (c->result == CALLRESULT_INTERRUPTED)
		sim_world_fail(w, "interrupted without a crash");
	if (r->legs == 0)
		sim_world_fail(w, "closed without a leg's record");
	/* A message is recorded without one. */
	if (r->policy == FLOW_RECORD_NOTICE &&
	    c->recording != CALLREC_REC_NONE && r->messages == 0 &&
	    (c->notice_ended_us == CALLREC_NEVER ||
		c->rec_start_us < c->notice_ended_us || c->notice_key.n == 0))
		sim_world_fail(w, "recorded before the notice ended");
}

/* The interpreter's own opinion, as a simulator would have it. */
static void check_opinion(struct sim_world *w, struct call_id id,
    enum callresult result)
{
	const struct engine *e = w->engine;

	for (uint32_t i = 0; i < e->n_calls; i++) {
		const struct call *c = &e->calls[i];

		if (!id_eq(c->id.v, id.v) || !c->flow_state.started)
			continue;
		w->compared++;
		if (flow_run_result(&c->flow_state) != result)
			sim_world_fail(w, "the flow says %s, the engine %s: %s",
			    callresult_name(flow_run_result(&c->flow_state)),
			    callresult_name(result), c->reason);
	}
}

static void check_event(struct sim_world *w, struct sim_record *r,
    const struct callrec_event *ev)
{
	if (ev->what == CALLREC_EV_BRIDGED)
		r->bridged++;
	if (ev->what == CALLREC_EV_MESSAGE && ev->value > 0)
		r->messages++;
	if (ev->what == CALLREC_EV_DIAL) {
		r->routed = true;
		if (!r->acked)
			sim_world_fail(w, "routed before the record was safe");
	}
	if (ev->what == CALLREC_EV_NOTICE)
		r->notice_played = true;
}

static void check_record(struct sim_world *w, const struct callrec *rec)
{
	struct sim_record *r = sim_world_record(w, rec->head.call);

	if (rec->head.kind == CALLREC_OPENED) {
		if (r != NULL || rec->head.seq != 0) {
			sim_world_fail(w, "a call opened twice");
			return;
		}
		r = new_record(w, rec->head.call);
		r->policy = rec->u.opened.record;
		r->open_seq = w->journal_last;
		w->opened++;
	}
	if (r == NULL || r->closed || rec->head.seq != r->next_seq) {
		sim_world_fail(w, "record %u out of order", rec->head.seq);
		return;
	}
	r->next_seq++;
	if (rec->head.kind == CALLREC_EVENT)
		check_event(w, r, &rec->u.event);
	else if (rec->head.kind == CALLREC_LEG)
		r->legs++;
	else if (rec->head.kind == CALLREC_CLOSED)
		check_closed(w, r, &rec->u.closed);
	/* What we ended ourselves the flow never heard of. */
	if (rec->head.kind == CALLREC_CLOSED &&
	    rec->u.closed.ended_by != CALLREC_BY_SYSTEM)
		check_opinion(w, r->id, rec->u.closed.result);
}

void sim_side_journal(struct sim_world *w, const struct engine_journal *j)
{
	int64_t delay = 200;
	struct callrec rec;

	if (j->seq != w->journal_last + 1)
		sim_world_fail(w, "journal number %llu",
		    (unsigned long long)j->seq);
	w->journal_last = j->seq;
	if (callrec_decode(j->bytes, &rec) != ERR_OK)
		sim_world_fail(w, "a record that cannot be read");
	else
		check_record(w, &rec);
	if (w->journal_busy)
		return;
	if (sim_clock_chance(&w->clock, w->faults.slow_journal))
		delay = sim_clock_between(&w->clock, 1000, 6 * RT_SEC_US);
	w->journal_busy = true;
	sim_clock_after(&w->clock, delay, ack_journal, w)->a = w->journal_last;
}

/* --- look-up ---------------------------------------------------------------*/

static void answer_lookup(struct sim_event *ev)
{
	static const struct flow_facts facts = { .source = "google",
		.medium = "cpc" };
	struct sim_world *w = ev->obj;

	engine_lookup_done(w->engine, sim_world_now(w), ev->a,
	    ev->a % 3 == 0 ? NULL : &facts);
	sim_world_pump(w);
}

void sim_side_lookup(struct sim_world *w, const struct engine_lookup *q)
{
	int64_t delay = 900;

	if (sim_clock_chance(&w->clock, w->faults.slow_store)) {
		if (sim_clock_chance(&w->clock, 50))
			return; /* away */
		delay = sim_clock_between(&w->clock, 100000, 400000);
	}
	sim_clock_after(&w->clock, delay, answer_lookup, w)->a = q->ticket;
}

/* --- media -----------------------------------------------------------------*/

static struct sim_port *port_of(struct sim_world *w, uint32_t stream)
{
	for (size_t i = 0; i < SIM_PAIRS; i++)
		if (w->ports[i].stream == stream)
			return &w->ports[i];
	return NULL;
}

static void media_report(struct sim_event *ev)
{
	struct sim_world *w = ev->obj;
	struct engine_media_event m = { .what = (enum engine_media_what)ev->b,
		.stream = (uint32_t)ev->a,
		.at_mono_us = w->clock.now_us,
		.stats = { .packets_in = 100, .packets_out = 99 } };
	struct sim_port *p = port_of(w, m.stream);

	/* A stream that is gone reports nothing any more. */
	if (p == NULL)
		return;
	if (m.what == ENGINE_MEDIA_CLOSED ||
	    m.what == ENGINE_MEDIA_OPEN_FAILED) {
		p->stream = 0;
		p->closed_us = w->clock.now_us;
		p->told |= m.what == ENGINE_MEDIA_OPEN_FAILED;
	}
	engine_media_event(w->engine, sim_world_now(w), &m);
	sim_world_pump(w);
}

static void report(struct sim_world *w, uint32_t stream, int64_t delay,
    enum engine_media_what what)
{
	struct sim_event *ev =
	    sim_clock_after(&w->clock, delay, media_report, w);

	ev->a = stream;
	ev->b = what;
}

static void played(struct sim_event *ev)
{
	struct sim_world *w = ev->obj;
	struct sim_port *p = port_of(w, (uint32_t)ev->a);
	struct engine_media_event m = { .what = ENGINE_MEDIA_PLAYED,
		.stream = (uint32_t)ev->a,
		.at_mono_us = w->clock.now_us };

	if (p == NULL || p->play_no != ev->b)
		return; /* stopped or replaced */
	m.play = p->play;
	p->play_no = 0;
	engine_media_event(w->engine, sim_world_now(w), &m);
	sim_world_pump(w);
}

static void do_open(struct sim_world *w, const struct engine_media *m)
{
	struct sim_port *p = &w->ports[(m->port - SIM_PORT_MIN) / 2];
	const bool bad = sim_clock_chance(&w->clock, w->faults.bad_media);

	if (m->port < SIM_PORT_MIN || m->port > SIM_PORT_MAX ||
	    m->port % 2 != 0)
		sim_world_fail(w, "port %u is not ours", m->port);
	else if (p->stream != 0)
		sim_world_fail(w, "port %u is in use", m->port);
	else if (p->closed_us != 0 && p->told &&
		 w->clock.now_us - p->closed_us < PORT_REST_US)
		sim_world_fail(w, "port %u had no rest", m->port);
	if (w->failure[0] != '\0')
		return;
	memset(p, 0, offsetof(struct sim_port, origin));
	p->stream = m->stream;
	p->call = m->call;
	report(w, m->stream, sim_clock_between(&w->clock, 10, 2000),
	    bad ? ENGINE_MEDIA_OPEN_FAILED : ENGINE_MEDIA_OPENED);
}

/* A key is pressed now and then, on whatever side. */
static void press(struct sim_event *ev)
{
	static const char keys[] = "1122*#1212345";
	struct sim_world *w = ev->obj;
	struct sim_port *p = port_of(w, (uint32_t)ev->a);
	struct engine_media_event m = { .what = ENGINE_MEDIA_DIGIT,
		.stream = (uint32_t)ev->a,
		.at_mono_us = w->clock.now_us };

	if (p == NULL || ev->b == 0)
		return;
	m.digit = keys[sim_clock_below(&w->clock, sizeof(keys) - 1)];
	w->keys++;
	engine_media_event(w->engine, sim_world_now(w), &m);
	sim_world_pump(w);
	ev = sim_clock_after(&w->clock,
	    sim_clock_between(&w->clock, 100000, 6 * RT_SEC_US), press, w);
	ev->a = m.stream;
	ev->b = sim_clock_below(&w->clock, 5);
}

/* Somebody speaks for a while, or not at all. */
static void hear(struct sim_event *ev)
{
	struct sim_world *w = ev->obj;
	struct sim_port *p = port_of(w, (uint32_t)ev->a);
	struct engine_media_event m = { .stream = (uint32_t)ev->a,
		.at_mono_us = w->clock.now_us };
	const bool speaks = ev->n > 0 && ev->bytes[0] == 'v';

	if (p == NULL || p->watch_no != ev->b)
		return;
	m.what = speaks ? ENGINE_MEDIA_VOICE : ENGINE_MEDIA_QUIET;
	engine_media_event(w->engine, sim_world_now(w), &m);
	sim_world_pump(w);
}

static void do_watch(struct sim_world *w, struct sim_port *p,
    const struct engine_media *m)
{
	struct sim_event *ev;
	int64_t quiet_us = m->quiet_us;

	p->watch_no++;
	if (m->quiet_us == 0)
		return;
	if (sim_clock_chance(&w->clock, 70)) {
		ev = sim_clock_after(&w->clock,
		    sim_clock_between(&w->clock, 100000, RT_SEC_US), hear, w);
		ev->a = m->stream;
		ev->b = p->watch_no;
		sim_clock_bytes(ev, SLICE("v"));
		quiet_us += sim_clock_between(&w->clock, 0, 20 * RT_SEC_US);
	}
	ev = sim_clock_after(&w->clock, quiet_us + RT_SEC_US, hear, w);
	ev->a = m->stream;
	ev->b = p->watch_no;
	sim_clock_bytes(ev, SLICE("q"));
}

static void do_target(struct sim_world *w, struct sim_port *p)
{
	if (!p->targeted) {
		struct sim_event *ev = sim_clock_after(&w->clock,
		    sim_clock_between(&w->clock, 100000, 9 * RT_SEC_US), press,
		    w);

		ev->a = p->stream;
		ev->b = sim_clock_below(&w->clock, 4);
	}
	p->targeted = true;
	if (sim_clock_chance(&w->clock, w->faults.bad_media))
		report(w, p->stream,
		    sim_clock_between(&w->clock, 0, 60 * RT_SEC_US),
		    ENGINE_MEDIA_SILENT);
}

/* May what is said be recorded beyond a message? */
static void check_recorded(struct sim_world *w, const struct sim_port *p)
{
	const struct sim_record *r = sim_world_record(w, p->call);

	if (r == NULL || !p->rec)
		return;
	if (r->policy == FLOW_RECORD_OFF)
		sim_world_fail(w, "recorded a number that is not to be");
	if (r->policy == FLOW_RECORD_NOTICE && !r->notice_played)
		sim_world_fail(w, "recorded without a notice");
}

static void do_bridge(struct sim_world *w, struct sim_port *p,
    const struct engine_media *m)
{
	struct sim_port *peer = port_of(w, m->peer);

	if (peer == NULL || peer->closing || m->peer == m->stream)
		sim_world_fail(w, "a bridge to nothing");
	else if (!id_eq(peer->call.v, p->call.v))
		sim_world_fail(w, "a bridge into another call");
	else if (!peer->targeted)
		sim_world_fail(w, "a bridge before the address is known");
	else if (!m->early && (p->bridged || peer->bridged))
		sim_world_fail(w, "a second bridge");
	if (w->failure[0] != '\0' || m->early)
		return;
	p->bridged = peer->bridged = true;
	p->bridge = m->peer;
	peer->bridge = m->stream;
	check_recorded(w, p);
}

static void part(struct sim_world *w, struct sim_port *p)
{
	struct sim_port *peer = p->bridged ? port_of(w, p->bridge) : NULL;

	p->bridged = false;
	if (peer != NULL)
		peer->bridged = false;
}

static void do_play(struct sim_world *w, struct sim_port *p,
    const struct engine_media *m)
{
	struct sim_event *ev;

	if (p->bridged)
		sim_world_fail(w, "a prompt into a talk");
	p->play = m->play;
	p->play_no = ++w->plays;
	if (m->prompt == ENGINE_PROMPT_BEEP)
		p->beeped = true;
	if (m->times == 0)
		return;
	ev = sim_clock_after(&w->clock,
	    SIM_CONFIG_PROMPT_SAMPLES * INT64_C(125), played, w);
	ev->a = m->stream;
	ev->b = p->play_no;
}

static void do_rec_on(struct sim_world *w, struct sim_port *p)
{
	const struct sim_record *r = sim_world_record(w, p->call);

	if (r == NULL || !r->rec_started || r->rec_stopped)
		sim_world_fail(w, "frames for a recorder that does not run");
	p->rec = true;
	if (!p->beeped || p->called || p->bridged)
		check_recorded(w, p);
}

void sim_side_media(struct sim_world *w, const struct engine_media *m)
{
	struct sim_port *p;

	if (m->op == ENGINE_MEDIA_OPEN) {
		do_open(w, m);
		return;
	}
	p = port_of(w, m->stream);
	if (p == NULL || p->closing || m->stream == 0) {
		sim_world_fail(w, "command %d to a stream that is gone",
		    (int)m->op);
		return;
	}
	switch (m->op) {
	case ENGINE_MEDIA_TARGET:
		do_target(w, p);
		break;
	case ENGINE_MEDIA_BRIDGE:
		do_bridge(w, p, m);
		break;
	case ENGINE_MEDIA_PLAY:
		do_play(w, p, m);
		break;
	case ENGINE_MEDIA_STOP:
		p->play_no = 0;
		break;
	case ENGINE_MEDIA_REC_ON:
		p->called = m->channel == 1;
		do_rec_on(w, p);
		break;
	case ENGINE_MEDIA_REC_OFF:
		p->rec = false;
		break;
	case ENGINE_MEDIA_CLOSE:
		if (p->rec)
			sim_world_fail(w, "closed a stream that records");
		part(w, p);
		p->closing = true;
		report(w, m->stream, sim_clock_between(&w->clock, 10, 20000),
		    ENGINE_MEDIA_CLOSED);
		break;
	case ENGINE_MEDIA_WATCH:
		do_watch(w, p, m);
		break;
	case ENGINE_MEDIA_UNBRIDGE:
		part(w, p);
		break;
	case ENGINE_MEDIA_OPEN:
	case ENGINE_MEDIA_LISTEN:
	case ENGINE_MEDIA_OP_COUNT:
		break;
	}
}

/* --- recorder --------------------------------------------------------------*/

static void rec_done(struct sim_event *ev)
{
	struct sim_world *w = ev->obj;
	struct engine_rec_event r = { .what = (enum engine_rec_what)ev->b,
		.call_key = (uint32_t)ev->a,
		.bytes = 1000,
		.samples = 800 };

	memcpy(r.call.v, ev->bytes, ID_BYTES);
	engine_rec_event(w->engine, sim_world_now(w), &r);
	sim_world_pump(w);
}

void sim_side_rec(struct sim_world *w, const struct engine_rec *r)
{
	struct sim_record *rec = sim_world_record(w, r->call);
	int64_t delay = 4000;
	struct sim_event *ev;

	if (rec == NULL || rec->closed ||
	    (r->op == ENGINE_REC_START) == rec->rec_started) {
		sim_world_fail(w, "recorder: a command out of order");
		return;
	}
	if (r->op == ENGINE_REC_START) {
		rec->rec_started = true;
		if (r->name.n == 0)
			sim_world_fail(w, "a recording without a name");
		return;
	}
	rec->rec_stopped = true;
	if (sim_clock_chance(&w->clock, w->faults.bad_rec)) {
		if (sim_clock_chance(&w->clock, 30))
			return;
		delay = sim_clock_between(&w->clock, 1000, 9 * RT_SEC_US);
	}
	ev = sim_clock_after(&w->clock, delay, rec_done, w);
	ev->a = r->call_key;
	ev->b = sim_clock_chance(&w->clock, w->faults.bad_rec / 2)
		    ? ENGINE_REC_FAILED
		    : ENGINE_REC_DONE;
	sim_clock_bytes(ev, slice_of(r->call.v, ID_BYTES));
}
