#include "sipworker/engine/ring.h"

#include "sipworker/engine/bridge.h"
#include "sipworker/engine/cause.h"
#include "sipworker/engine/drive.h"
#include "sipworker/engine/hop.h"
#include "sipworker/engine/key.h"
#include "sipworker/engine/leg_out.h"
#include "sipworker/engine/offer.h"
#include "sipworker/engine/play.h"
#include "sipworker/engine/route.h"
#include "sipworker/engine/session.h"
#include "sipworker/engine/stream.h"
#include "sipworker/engine/trace.h"
#include "sipworker/engine/transfer.h"

#define NO_REPLY_US (4 * RT_SEC_US) /* then the next */

static void tell_flow(struct engine *e, struct call *c, uint32_t ticket,
    enum flow_event_kind kind)
{
	const struct flow_event ev = { .kind = kind, .ticket = ticket };

	drive_event(e, c, &ev);
}

/* --- the table -------------------------------------------------------------*/

struct leg *ring_find(const struct call *c, uint32_t ticket)
{
	for (uint8_t i = 0; i < c->n_tries; i++)
		if (c->tries[i]->ticket == ticket)
			return c->tries[i];
	return NULL;
}

void ring_forget(struct call *c, const struct leg *l)
{
	uint8_t n = 0;

	for (uint8_t i = 0; i < c->n_tries; i++)
		if (c->tries[i] != l)
			c->tries[n++] = c->tries[i];
	c->n_tries = n;
	if (c->b == l)
		c->b = NULL;
	if (c->early == l)
		c->early = NULL;
}

/* --- how long it rang ------------------------------------------------------*/

/* The time during which at least one destination rang: ten phones at once for
 * a minute are a minute. */
static void begin_ringing(struct engine *e, struct call *c, struct leg *l)
{
	l->ringing_us = trace_at(e, c);
	if (c->n_ringing++ == 0)
		c->ring_from_us = l->ringing_us;
}

static void stop_ringing(struct engine *e, struct call *c, struct leg *l)
{
	if (l->ringing_us != CALLREC_NEVER && !l->ring_counted &&
	    --c->n_ringing == 0)
		c->ring_us += trace_at(e, c) - c->ring_from_us;
	l->ring_counted = true;
	timer_stop(&e->timers, &l->ring);
	timer_stop(&e->timers, &l->no_reply);
}

/* --- the attempt -----------------------------------------------------------*/

struct leg *ring_add(struct engine *e, struct call *c)
{
	struct leg *l = NULL;

	if (c->n_tries < CALL_TRIES_MAX)
		l = leg_new(e, c, LEG_CALLED);
	if (l == NULL)
		return NULL;
	c->leg_ref[l->number] = l->ref;
	c->tries[c->n_tries++] = l;
	return l;
}

static struct leg *new_attempt(struct engine *e, struct call *c,
    const struct flow_do *d)
{
	struct leg *l = ring_add(e, c);

	if (l == NULL)
		return NULL;
	l->ticket = d->ticket;
	l->ring_s = d->u.dial.ring_s;
	l->trunk = d->u.dial.trunk;
	l->hear_early = d->u.dial.early;
	return l;
}

void ring_start(struct engine *e, struct call *c, const struct flow_do *d)
{
	enum route_end end;
	struct leg *l;

	if (c->n_tries == 0)
		c->best_code = 0;
	/* Nobody hears one of several phones' early media. */
	if (c->early != NULL)
		bridge_early_end(e, c);
	l = new_attempt(e, c, d);
	if (l == NULL) {
		c->best_code = 503;
		c->best_q850 = cause_q850(503);
		tell_flow(e, c, d->ticket, FLOW_EV_FAILED);
		return;
	}
	end = route_leg(e, c, l, d->text, (enum flow_show)d->u.dial.show);
	if (end != ROUTE_FOUND) {
		ring_failed(e, l, route_status(end), route_why(end));
		return;
	}
	trace_dial(e, c, l);
	hop_begin(e, l);
	/* It hears us by the early media of an attempt before, whose exchange
	 * makes no ringback any more. An answered caller is the flow's. */
	if (c->a->answered_us == CALLREC_NEVER)
		play_wait(e, c, ENGINE_PROMPT_RINGBACK);
}

void ring_stream_open(struct engine *e, struct leg *l)
{
	struct call *c = l->call;

	if (l->over)
		return;
	offer_local(e, l, offer_allowed(e, l), c->a->remote.codec);
	timer_arm(&e->timers, &l->ring, e->now.mono_us + l->ring_s * RT_SEC_US);
	if (!l->resolving)
		ring_call(e, l);
}

void ring_call(struct engine *e, struct leg *l)
{
	struct snap_trunk t = { .no_reply_ms = 0 };

	if (l->trunk != SNAP_NO_ROW)
		snap_trunk_at(e->snaps[l->call->snap].snap, l->trunk, &t);
	timer_arm(&e->timers, &l->no_reply,
	    e->now.mono_us + (t.no_reply_ms != 0 ? t.no_reply_ms * INT64_C(1000)
						 : NO_REPLY_US));
	leg_out_invite(e, l);
}

void ring_ringing(struct engine *e, struct leg *l)
{
	struct call *c = l->call;

	if (l->transfer) {
		transfer_ringing(e, l);
		return;
	}
	c->result_facts |= CALLRESULT_DEST_RANG;
	if (l->ringing_us == CALLREC_NEVER) {
		begin_ringing(e, c, l);
		trace_event(e, c, CALLREC_EV_RINGING, l->number, 0, SLICE(""));
		tell_flow(e, c, l->ticket, FLOW_EV_RINGING);
		if (l->over)
			return;
	}
	if (l->has_remote && l->hear_early && c->n_tries == 1)
		bridge_early(e, c, l);
	else
		leg_out_progress(e, c->a, c->early == l);
}

void ring_answered(struct engine *e, struct leg *l)
{
	struct call *c = l->call;

	stop_ringing(e, c, l);
	l->answered_us = trace_at(e, c);
	l->sip_code = 200;
	if (!l->has_remote) {
		ring_failed(e, l, 488, "the answer had no usable audio");
		return;
	}
	trace_event(e, c, CALLREC_EV_ANSWERED, l->number, 0, SLICE(""));
	session_start(e, l);
	bridge_match_codecs(e, c, l);
	stream_target(e, l, false);
	stream_hold(e, l);
	if (l->transfer) {
		transfer_answered(e, l);
		return;
	}
	key_listen(e, l, true);
	c->result_facts |= CALLRESULT_DEST_RANG; /* even without a 180 */
	tell_flow(e, c, l->ticket, FLOW_EV_ANSWERED);
}

/* The only one left may have something to say to the caller. */
static void hear_the_last(struct engine *e, struct call *c)
{
	struct leg *l = c->n_tries == 1 ? c->tries[0] : NULL;

	if (c->phase == CALL_FLOW && l != NULL && l->state == LEG_RINGING &&
	    l->has_remote && l->hear_early && c->early == NULL && c->b == NULL)
		bridge_early(e, c, l);
}

/* Takes the attempt off the call; the flow is not told. */
void ring_take_off(struct engine *e, struct leg *l, enum callrec_by by,
    uint16_t code, uint8_t q850, const char *reason)
{
	struct call *c = l->call;

	stop_ringing(e, c, l);
	if (c->early == l)
		bridge_early_end(e, c);
	if (c->b == l)
		bridge_down(e, c);
	ring_forget(c, l);
	leg_drop(e, l, by, code, q850, reason);
}

/* Its end, of whatever kind, is told to the flow. */
static void attempt_over(struct engine *e, struct leg *l, enum callrec_by by,
    uint16_t code, const char *reason)
{
	struct call *c = l->call;
	const uint32_t ticket = l->ticket;
	const enum flow_event_kind kind = cause_event(code);
	const uint8_t q850 = l->q850 != 0 ? l->q850 : cause_q850(code);

	if (l->transfer) {
		transfer_failed(e, l, by, code, reason);
		return;
	}
	if (kind == FLOW_EV_BUSY)
		c->result_facts |= CALLRESULT_DEST_BUSY;
	if (cause_is_better(code, c->best_code)) {
		c->best_code = code;
		c->best_q850 = q850;
	}
	ring_take_off(e, l, by, code, q850, reason);
	tell_flow(e, c, ticket, kind);
	hear_the_last(e, c);
}

void ring_cancel(struct engine *e, struct call *c, uint32_t ticket,
    bool elsewhere)
{
	struct leg *l = ring_find(c, ticket);

	if (l == NULL)
		return;
	l->elsewhere = elsewhere && l->answered_us == CALLREC_NEVER;
	ring_take_off(e, l, CALLREC_BY_FLOW, 487, 16,
	    l->elsewhere ? "answered elsewhere" : "not wanted any more");
}

void ring_end_all(struct engine *e, struct call *c, enum callrec_by by,
    uint8_t q850, const char *reason)
{
	c->transfer = (struct call_transfer){ .to = NULL };
	while (c->n_tries > 0)
		ring_take_off(e, c->tries[c->n_tries - 1], by, 0, q850, reason);
}

void ring_refused(struct engine *e, struct leg *l)
{
	attempt_over(e, l, CALLREC_BY_CALLED, l->sip_code,
	    sip_write_reason(l->sip_code));
}

void ring_failed(struct engine *e, struct leg *l, uint16_t code,
    const char *reason)
{
	attempt_over(e, l, CALLREC_BY_SYSTEM, code, reason);
}

void ring_timeout(struct engine *e, struct leg *l)
{
	if (l->call == NULL || l->over || l->answered_us != CALLREC_NEVER)
		return;
	attempt_over(e, l, CALLREC_BY_FLOW, 480, "nobody answered in time");
}
