#include "sipworker/engine/call.h"

#include <string.h>

#include "lib/base/hex.h"
#include "lib/base/utf8.h"
#include "lib/core/number_in.h"
#include "sipworker/engine/cause.h"
#include "sipworker/engine/drive.h"
#include "sipworker/engine/invite.h"
#include "sipworker/engine/leg_out.h"
#include "sipworker/engine/message.h"
#include "sipworker/engine/offer.h"
#include "sipworker/engine/question.h"
#include "sipworker/engine/record.h"
#include "sipworker/engine/ring.h"
#include "sipworker/engine/session.h"
#include "sipworker/engine/slots.h"
#include "sipworker/engine/stream.h"
#include "sipworker/engine/trace.h"

#define LOOKUP_US  (150 * INT64_C(1000))
#define RINGING_US (900 * INT64_C(1000)) /* own 18x within a second */
#define OPEN_US    (4 * RT_SEC_US)
#define CLOSE_US   (5 * RT_SEC_US)

static void make_id(struct engine *e, struct call *c)
{
	char token[SIP_TXN_TOKEN_MAX];
	uint8_t rnd[10];

	sip_txn_token(e->txn, token);
	/* The token is hexadecimal: it always decodes. */
	if (hex_decode(slice_of(token, 2 * sizeof(rnd)), rnd, sizeof(rnd)) !=
	    ERR_OK)
		memset(rnd, 0, sizeof(rnd));
	id_make(e->now.wall_us, rnd, c->id.v);
}

/* --- opening ---------------------------------------------------------------*/

static void load_config(struct engine *e, struct call *c,
    const struct invite *in)
{
	const struct snap *s = slots_snap_now(e);

	c->snap = e->snap;
	slots_snap_hold(e, c->snap);
	c->trunk = in->trunk;
	snap_number_at(s, in->number, &c->number);
	c->company = c->number.company;
	if (c->number.flow != SNAP_NO_ROW) {
		snap_flow_at(s, c->number.flow, &c->flow);
		c->has_flow = true;
		c->needs_facts = flow_needs_facts(&c->flow.flow);
	}
	/* A number without a notice of its own plays the first prompt. */
	if (c->number.notice_prompt == FLOW_NO_PROMPT &&
	    s->section[SNAP_PROMPTS].count > 0)
		c->number.notice_prompt = 0;
}

static void load_caller(struct call *c, const struct invite *in)
{
	c->anonymous = in->anonymous;
	c->who.anonymous = in->anonymous;
	_Static_assert(sizeof(in->caller.e164) <= sizeof(c->who.e164),
	    "a caller's number fits");
	memcpy(c->who.e164, in->caller.e164, sizeof(in->caller.e164));
	/* What nobody has checked is no reason to trust a caller. */
	if (in->attested[0] >= 'A' && in->attested[0] <= 'Z')
		c->who.attestation = in->attested[0];
	memcpy(c->caller, in->caller.e164, sizeof(in->caller.e164));
	memcpy(c->display, in->display, sizeof(c->display));
	c->max_forwards = in->max_forwards;
	c->diversions = in->diversions;
	c->offer_n = in->sdp.n;
	if (in->sdp.n > 0)
		memcpy(c->offer, in->sdp.p, in->sdp.n);
}

/* The caller's leg; 0 or the status to refuse with. */
static unsigned int open_leg(struct engine *e, struct call *c,
    const struct invite *in, const struct sip_txn_event *ev)
{
	struct leg *l = leg_new(e, c, LEG_CALLER);
	uint32_t expires_s = 0;
	struct snap_trunk t;
	enum err err;
	bool changed;

	if (l == NULL) {
		e->stats.refused_overload++;
		return 503;
	}
	c->a = l;
	c->leg_ref[0] = l->ref;
	l->trunk = in->trunk;
	snap_trunk_at(slots_snap_now(e), in->trunk, &t);
	l->trunk_id = t.id;
	if (!slots_trunk_take(e, l, &t))
		return 503;
	l->invite = ev->id;
	l->invited_us = 0;
	l->cseq = ev->msg->cseq.number;
	l->rel.on = sip_msg_lists(ev->msg, SIP_HDR_REQUIRE, SLICE("100rel"));
	slots_copy_text(l->call_id, sizeof(l->call_id), ev->msg->call_id);
	slots_copy_text(l->target, sizeof(l->target), c->number.e164);
	err = sip_dlg_uas(&l->dlg, ev->msg, slice_from(l->tag), ev->from);
	if (err != ERR_OK)
		return err == ERR_TOOBIG ? 513 : 400;
	offer_local(e, l, offer_allowed(e, l), SDP_PCMU);
	if (in->sdp.n == 0)
		l->offered_late = true;
	else if (offer_take(e, l, in->sdp, &changed) != ERR_OK)
		return 488;
	if (session_check(ev->msg) != 0)
		return 422;
	session_read_request(l, ev->msg);
	if (sip_msg_number(ev->msg, SIP_HDR_EXPIRES, &expires_s) == ERR_OK)
		timer_arm(&e->timers, &l->ring,
		    e->now.mono_us + expires_s * RT_SEC_US);
	return sip_txn_set_user(e->txn, ev->id, l->ref) == ERR_OK ? 0 : 500;
}

/* A call that got no further than its slot: nothing was recorded. */
static void undo(struct engine *e, struct call *c)
{
	if (c->a != NULL) {
		struct leg *a = c->a;

		c->a = NULL;
		a->state = LEG_GONE;
		a->call = NULL;
		stream_close(e, a);
		leg_collect(e, a);
	}
	slots_snap_drop(e, c->snap);
	slots_call_give(e, c);
}

static void ask_source(struct engine *e, struct call *c)
{
	struct engine_lookup *q = &out_add(&e->out, ENGINE_LOOKUP)->u.lookup;

	c->ticket = ++e->tickets << 20 | c->index;
	q->ticket = c->ticket;
	q->call = c->id;
	q->company = c->company;
	q->number = c->number.id;
	q->caller = out_copy(&e->out, slice_from(c->caller));
	q->at_wall_us = c->opened_wall_us;
	timer_arm(&e->timers, &c->timer[CALL_T_LOOKUP],
	    e->now.mono_us + LOOKUP_US);
}

static void wait_for_journal(struct engine *e, struct call *c)
{
	if (e->waiting_tail == NULL)
		e->waiting_head = c;
	else
		e->waiting_tail->next_waiting = c;
	e->waiting_tail = c;
	timer_arm(&e->timers, &c->timer[CALL_T_OPEN], e->now.mono_us + OPEN_US);
}

static bool same_call_again(struct engine *e, const struct invite *in,
    const struct sip_txn_event *ev)
{
	struct call *c;

	c = slots_recent_find(e, &in->same);
	if (c == NULL || c->phase == CALL_CLOSING)
		return false;
	trace_event(e, c, CALLREC_EV_REPEAT, 0, 0, SLICE(""));
	leg_out_reject(e, ev->id, 482, SLICE(""));
	return true;
}

static void begin(struct engine *e, struct call *c, const struct invite *in)
{
	c->opened_mono_us = e->now.mono_us;
	c->opened_wall_us = e->now.wall_us;
	c->bridged_us = CALLREC_NEVER;
	c->notice_ended_us = CALLREC_NEVER;
	c->notice_prompt = FLOW_NO_PROMPT;
	make_id(e, c);
	load_config(e, c, in);
	load_caller(c, in);
}

void call_open(struct engine *e, const struct sip_txn_event *ev)
{
	struct invite in;
	struct call *c;
	unsigned int status = invite_read(e, ev, &in);

	if (status != 0) {
		invite_refuse(e, ev, status);
		return;
	}
	if (same_call_again(e, &in, ev))
		return;
	c = slots_call_take(e);
	if (c == NULL) {
		e->stats.refused_overload++;
		invite_refuse(e, ev, 503);
		return;
	}
	begin(e, c, &in);
	status = open_leg(e, c, &in, ev);
	if (status != 0) {
		undo(e, c);
		invite_refuse(e, ev, status);
		return;
	}
	leg_event(e, c->a, LEG_EV_INVITE);
	e->stats.calls_opened++;
	slots_recent_add(e, &in.same, c);
	trace_opened(e, c, &in.who);
	wait_for_journal(e, c);
	/* A look-up costs the database several round trips. */
	if (c->needs_facts)
		ask_source(e, c);
	timer_arm(&e->timers, &c->timer[CALL_T_RINGING],
	    e->now.mono_us + RINGING_US);
}

void call_ready(struct engine *e, struct call *c)
{
	if (c->phase != CALL_OPENING || !c->journalled || !c->a->stream_open)
		return;
	if (c->needs_facts && !c->looked_up)
		return;
	if (c->a->has_remote) {
		stream_target(e, c->a, false);
		stream_hold(e, c->a);
	}
	drive_start(e, c);
}

static void unlink_waiting(struct engine *e, struct call *c)
{
	struct call **at = &e->waiting_head, *before = NULL;

	while (*at != NULL && *at != c) {
		before = *at;
		at = &(*at)->next_waiting;
	}
	if (*at == NULL)
		return;
	*at = c->next_waiting;
	if (e->waiting_tail == c)
		e->waiting_tail = before;
}

void call_journalled(struct engine *e, uint64_t seq)
{
	struct call *c;

	while ((c = e->waiting_head) != NULL && c->open_seq <= seq) {
		e->waiting_head = c->next_waiting;
		if (e->waiting_head == NULL)
			e->waiting_tail = NULL;
		c->next_waiting = NULL;
		c->journalled = true;
		timer_stop(&e->timers, &c->timer[CALL_T_OPEN]);
		call_ready(e, c);
	}
}

/* --- ending ----------------------------------------------------------------*/

static void set_outcome(struct engine *e, struct call *c, enum callrec_by by,
    uint16_t code, uint8_t q850, const char *reason)
{
	c->ended_us = trace_at(e, c);
	c->ended_by = by;
	c->q850 = q850;
	c->sip_code = c->a->answered_us != CALLREC_NEVER ? 200 : code;
	slots_copy_text(c->reason, sizeof(c->reason), slice_from(reason));
}

/* A message that is being left when we end the call is judged as if the caller
 * had hung up: it is kept, or thrown away, but never lies there unheard. */
static void judge_message(struct engine *e, struct call *c)
{
	struct flow_event left = { .kind = FLOW_EV_CALLER_LEFT };

	if (c->message.ticket == 0 || c->phase != CALL_FLOW || c->running)
		return;
	left.value = message_cut(e, c);
	drive_event(e, c, &left);
}

void call_end(struct engine *e, struct call *c, enum callrec_by by,
    uint16_t code, uint8_t q850, const char *reason)
{
	judge_message(e, c);
	if (c->phase == CALL_CLOSING)
		return;
	c->phase = CALL_CLOSING;
	c->ending = true;
	set_outcome(e, c, by, code, q850, reason);
	for (uint32_t i = 0; i < CALL_TIMERS; i++)
		timer_stop(&e->timers, &c->timer[i]);
	timer_arm(&e->timers, &c->timer[CALL_T_CLOSE],
	    e->now.mono_us + CLOSE_US);
	unlink_waiting(e, c);
	record_end(e, c);
	ring_end_all(e, c, by, q850, reason);
	leg_drop(e, c->a, by, code, q850, reason);
	c->ending = false;
	call_settle(e, c);
}

/* Signalling that lingers goes on without the call. */
static void detach_legs(struct engine *e, struct call *c)
{
	for (uint8_t i = 0; i < c->n_legs; i++) {
		struct leg *l = leg_by_ref(e, c->leg_ref[i]);

		if (l == NULL)
			continue;
		l->call = NULL;
		leg_collect(e, l);
	}
}

static void close_now(struct engine *e, struct call *c)
{
	trace_closed(e, c);
	e->stats.calls_closed++;
	detach_legs(e, c);
	slots_snap_drop(e, c->snap);
	slots_call_give(e, c);
}

void call_settle(struct engine *e, struct call *c)
{
	/* `ending`: call_end() still needs the slot. */
	if (!c->used || c->phase != CALL_CLOSING || c->ending ||
	    c->unreported > 0 || c->rec_waiting)
		return;
	close_now(e, c);
}

/* The recorder and the media side had their time. */
static void close_late(struct engine *e, struct call *c)
{
	for (uint8_t i = 0; i < c->n_legs; i++) {
		struct leg *l = leg_by_ref(e, c->leg_ref[i]);

		if (l != NULL)
			trace_leg(e, c, l);
	}
	c->rec_waiting = false;
	call_settle(e, c);
}

/* --- timers ----------------------------------------------------------------*/

static void on_open(struct engine *e, struct call *c)
{
	call_end(e, c, CALLREC_BY_SYSTEM, 503, 41, "the journal is too slow");
}

static void on_lookup(struct engine *e, struct call *c)
{
	c->looked_up = true;
	c->lookup_late = true;
	e->stats.lookups_late++;
	trace_event(e, c, CALLREC_EV_SOURCE, 0, 1, SLICE(""));
	call_ready(e, c);
}

static void on_ringing(struct engine *e, struct call *c)
{
	if (c->a->state == LEG_CALLING)
		leg_out_progress(e, c->a, false);
}

static void on_longest(struct engine *e, struct call *c)
{
	call_end(e, c, CALLREC_BY_SYSTEM, 480, 16,
	    "the longest call was reached");
}

static void (*const on_timer[CALL_TIMERS])(struct engine *e, struct call *c) = {
	[CALL_T_OPEN] = on_open,
	[CALL_T_LOOKUP] = on_lookup,
	[CALL_T_RINGING] = on_ringing,
	[CALL_T_FLOW] = drive_timeout,
	[CALL_T_QUESTION] = question_timeout,
	[CALL_T_MESSAGE] = message_timeout,
	[CALL_T_LONGEST] = on_longest,
	[CALL_T_CLOSE] = close_late,
};

void call_on_timer(struct engine *e, struct call *c, enum call_timer t)
{
	c->event_at_us = e->now.mono_us;
	on_timer[t](e, c);
}
