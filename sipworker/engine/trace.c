#include "sipworker/engine/trace.h"

#include <string.h>

#include "sipworker/engine/drive.h"

int64_t trace_at(const struct engine *e, const struct call *c)
{
	return e->now.mono_us - c->opened_mono_us;
}

static void begin(struct engine *e, struct call *c, enum callrec_kind kind,
    struct callrec *r)
{
	memset(r, 0, sizeof(*r));
	r->head.kind = kind;
	r->head.call = c->id;
	r->head.company = c->company;
	r->head.seq = c->seq++;
	r->head.at_us = trace_at(e, c);
}

static void append(struct engine *e, const struct callrec *r)
{
	char mem[CALLREC_BYTES_MAX];
	struct engine_action *a;
	struct slice bytes;
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	callrec_encode(r, &b);
	bytes = out_copy(&e->out, buf_slice(&b));
	a = out_add(&e->out, ENGINE_JOURNAL);
	a->u.journal.seq = ++e->journal_seq;
	a->u.journal.bytes = bytes;
}

void trace_opened(struct engine *e, struct call *c,
    const struct trace_caller *who)
{
	struct snap_trunk trunk;
	struct callrec_opened *o;
	struct callrec r;

	begin(e, c, CALLREC_OPENED, &r);
	snap_trunk_at(e->snaps[c->snap].snap, c->trunk, &trunk);
	o = &r.u.opened;
	o->wall_us = c->opened_wall_us;
	o->number = c->number.id;
	o->trunk = trunk.id;
	if (c->has_flow) {
		o->flow = c->flow.id;
		o->flow_version = c->flow.version;
	}
	o->record = c->number.record;
	o->source_ip = who->from.ip;
	o->source_port = who->from.port;
	o->anonymous = c->anonymous;
	o->dialled = c->number.e164;
	o->caller = slice_from(c->caller);
	o->caller_raw = who->caller_raw;
	o->display_name = slice_from(c->display);
	o->asserted = who->asserted;
	o->privacy = who->privacy;
	o->attestation = who->attestation;
	o->sip_call_id = who->sip_call_id;
	o->user_agent = who->user_agent;
	append(e, &r);
	c->open_seq = e->journal_seq;
}

/* What a peer can bring about as often as it likes. */
static bool is_of_peers(enum callrec_event_what what)
{
	return what == CALLREC_EV_DIGIT || what == CALLREC_EV_HOLD ||
	       what == CALLREC_EV_RESUME || what == CALLREC_EV_TRANSFER;
}

static void put_event(struct engine *e, struct call *c,
    enum callrec_event_what what, uint8_t leg, struct callrec *r)
{
	begin(e, c, CALLREC_EVENT, r);
	r->u.event.what = what;
	r->u.event.leg = leg;
	r->u.event.step = FLOW_END;
	r->u.event.branch = FLOW_END;
}

void trace_event(struct engine *e, struct call *c, enum callrec_event_what what,
    uint8_t leg, int64_t value, struct slice text)
{
	struct callrec r;

	if (is_of_peers(what)) {
		if (c->n_peer_events == TRACE_PEER_EVENTS_MAX)
			return;
		c->n_peer_events++;
	}
	put_event(e, c, what, leg, &r);
	r.u.event.value = value;
	r.u.event.text = text;
	append(e, &r);
}

void trace_dial(struct engine *e, struct call *c, const struct leg *l)
{
	struct callrec r;

	put_event(e, c, CALLREC_EV_DIAL, l->number, &r);
	r.u.event.text = slice_from(l->target);
	r.u.event.destination = l->destination;
	r.u.event.trunk = l->trunk_id;
	append(e, &r);
}

/* A goto is told by the flow it leads to. */
static void put_goto(const struct snap *s, uint32_t row, char id[ID_TEXT_MAX],
    struct callrec_event *ev)
{
	struct snap_flow f;

	if (row >= s->section[SNAP_FLOWS].count)
		return;
	snap_flow_at(s, row, &f);
	id_text(ID_KIND_flow, f.id.v, id);
	ev->text = slice_from(id);
	ev->value = f.version;
}

void trace_step(struct engine *e, struct call *c, const struct flow_do *d)
{
	struct flow_env env;
	struct flow_view v;
	struct flow f;
	struct callrec r;
	char id[ID_TEXT_MAX];

	drive_env(e, c, &env);
	flow_run_flow(&env, d->flow, &f);
	flow_view(&f, d->step, &v);
	begin(e, c, CALLREC_EVENT, &r);
	r.u.event.what = CALLREC_EV_STEP;
	r.u.event.step = d->step;
	r.u.event.branch = d->branch;
	r.u.event.text = flow_view_key(&v);
	/* What a mark of its own says; else which type of step it is. */
	r.u.event.value =
	    d->branch >= FLOW_TRACE_RING ? (int64_t)d->value : (int64_t)v.type;
	if (d->branch == FLOW_TRACE_GOTO)
		put_goto(env.snap, d->value, id, &r.u.event);
	append(e, &r);
}

void trace_leg(struct engine *e, struct call *c, struct leg *l)
{
	struct callrec_leg *o;
	struct callrec r;

	if (l->reported)
		return;
	l->reported = true;
	c->unreported--;
	begin(e, c, CALLREC_LEG, &r);
	o = &r.u.leg;
	o->number = l->number;
	o->destination = l->destination;
	o->trunk = l->trunk_id;
	o->invited_us = l->invited_us;
	o->ringing_us = l->ringing_us;
	o->early_media_us = l->early_us;
	o->answered_us = l->answered_us;
	o->ended_us = l->ended_us;
	o->sip_code = l->sip_code;
	o->q850 = l->q850;
	o->ended_by = l->ended_by;
	o->media.packets_in = l->stats.packets_in;
	o->media.packets_out = l->stats.packets_out;
	o->media.lost = l->stats.lost;
	o->media.dropped = l->stats.dropped;
	o->media.jitter_us = l->stats.jitter_us;
	o->media.rtt_us = l->stats.rtt_us;
	o->media.pt =
	    l->has_media ? (l->remote.codec == SDP_PCMU ? 0 : 8) : 255;
	o->target = slice_from(l->target);
	o->reason = slice_from(l->reason);
	o->sip_call_id = slice_from(l->call_id);
	append(e, &r);
}

static void put_recording(const struct call *c, struct callrec_closed *o)
{
	o->recording = c->rec_discard ? CALLREC_REC_NONE : c->rec_state;
	o->rec_start_us = CALLREC_NEVER;
	if (o->recording == CALLREC_REC_NONE)
		return;
	o->rec_start_us = c->rec_start_us - c->opened_mono_us;
	o->rec_bytes = c->rec_bytes;
	o->rec_samples = c->rec_samples;
	memcpy(o->rec_sha256, c->rec_sha256, sizeof(o->rec_sha256));
	o->rec_name = slice_from(c->rec_name);
}

static void put_notice(const struct engine *e, const struct call *c,
    struct callrec_closed *o)
{
	struct snap_prompt p;

	o->notice_ended_us = c->notice_ended_us;
	if (c->notice_ended_us == CALLREC_NEVER ||
	    c->notice_prompt == FLOW_NO_PROMPT)
		return;
	snap_prompt_at(e->snaps[c->snap].snap, c->notice_prompt, &p);
	o->notice_key = p.key;
	o->notice_version = p.version;
}

void trace_closed(struct engine *e, struct call *c)
{
	struct callrec_closed *o;
	struct callrec r;

	begin(e, c, CALLREC_CLOSED, &r);
	o = &r.u.closed;
	o->result = callresult_of(c->result_facts);
	o->ended_by = c->ended_by;
	o->sip_code = c->sip_code;
	o->q850 = c->q850;
	o->lookup_late = c->lookup_late;
	o->answered_us = c->a->answered_us;
	o->bridged_us = c->bridged_us;
	o->ring_us = c->ring_us;
	o->talk_us = c->talk_us;
	o->ended_us = c->ended_us;
	o->answered_leg = c->answered_leg;
	if (c->has_flow) {
		o->flow = c->flow.id;
		o->flow_version = c->flow.version;
	}
	put_recording(c, o);
	put_notice(e, c, o);
	o->reason = slice_from(c->reason);
	append(e, &r);
}
