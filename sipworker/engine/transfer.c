#include "sipworker/engine/transfer.h"

#include <string.h>

#include "lib/core/flow_rule.h"
#include "lib/core/number_in.h"
#include "sipworker/engine/bridge.h"
#include "sipworker/engine/cause.h"
#include "sipworker/engine/drive.h"
#include "sipworker/engine/hop.h"
#include "sipworker/engine/leg_out.h"
#include "sipworker/engine/play.h"
#include "sipworker/engine/record.h"
#include "sipworker/engine/ring.h"
#include "sipworker/engine/route.h"
#include "sipworker/engine/session.h"
#include "sipworker/engine/stream.h"
#include "sipworker/engine/trace.h"
#include "sipworker/sip/sip_addr.h"
#include "sipworker/sip/sip_replaces.h"

#define REFERS_MAX 20

static const struct snap *snap_of(const struct engine *e, const struct call *c)
{
	return e->snaps[c->snap].snap;
}

/* --- may it be? ------------------------------------------------------------*/

/* What is asked for. */
struct wish {
	struct snap_destination to;
	char replaces[SIP_REPLACES_MAX + 1]; /* "": none */
};

static bool has_one(const struct sip_msg *m, enum sip_hdr id)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n_fields; i++)
		n += m->fields[i].id == id;
	return n == 1;
}

/* One Refer-To (RFC 3515 2.4.2), a plain address or one with Replaces: a method
 * or other headers would make it another thing. */
static bool read_target(const struct sip_msg *m, struct wish *w,
    struct sip_uri *out)
{
	const struct slice v = sip_msg_value(m, SIP_HDR_REFER_TO);
	struct sip_addr a;
	struct buf b;

	if (!has_one(m, SIP_HDR_REFER_TO) || sip_addr_parse(v, &a) != ERR_OK ||
	    a.star || sip_uri_has(&a.uri, SLICE("method")))
		return false;
	buf_over(&b, w->replaces, sizeof(w->replaces) - 1);
	if (a.uri.headers.n > 0 &&
	    sip_replaces_of_uri(a.uri.headers, &b) != ERR_OK)
		return false;
	w->replaces[b.n] = '\0';
	*out = a.uri;
	return true;
}

/* A dialog of ours: then it is another caller's, and callers are not joined. */
static bool is_ours(struct engine *e, const char *replaces)
{
	struct sip_replaces r;

	return sip_replaces_parse(slice_from(replaces), &r) == ERR_OK &&
	       (leg_of_dialog(e, r.call_id, r.to_tag, r.from_tag) != NULL ||
		   leg_of_dialog(e, r.call_id, r.from_tag, r.to_tag) != NULL);
}

/* A number's port may be left out, a name without one is a name (RFC 3263). */
static uint16_t port_of(const struct sip_uri *u)
{
	uint32_t ip;

	return u->port == 0 && addr4_ip(u->host, &ip) == ERR_OK ? SIP_VIA_PORT
								: u->port;
}

/* Does the destination's address name what was asked for? */
static bool is_address(const struct snap_destination *d,
    const struct sip_uri *asked, const struct number_in *number)
{
	struct sip_uri own;

	if (!slice_starts_case(d->address, SLICE("sip:")))
		return number->kind == NUMBER_IN_E164 &&
		       slice_eq_cstr(d->address, number->e164);
	return sip_uri_parse(d->address, &own) == ERR_OK &&
	       slice_eq(own.user, asked->user) &&
	       slice_eq_case(own.host, asked->host) &&
	       port_of(&own) == port_of(asked);
}

static uint32_t find_destination(const struct engine *e, const struct call *c,
    const struct sip_uri *asked)
{
	const struct snap *s = snap_of(e, c);
	struct number_in number;
	struct snap_trunk t;

	snap_trunk_at(s, c->trunk, &t);
	number_in_parse(asked->user, t.country, SLICE(""), &number);
	for (uint32_t i = 0; i < s->section[SNAP_DESTINATIONS].count; i++) {
		struct snap_destination d;

		snap_destination_at(s, i, &d);
		if (id_eq(d.company.v, c->company.v) &&
		    is_address(&d, asked, &number))
			return i;
	}
	return SNAP_NO_ROW;
}

static bool is_open(struct engine *e, struct call *c,
    const struct snap_destination *d)
{
	struct flow_env env;
	struct hours h;

	if (d->hours.n == 0)
		return true;
	drive_env(e, c, &env);
	return hours_open(d->hours, &h) == ERR_OK &&
	       hours_at(&h, flow_rule_local_s(&env, d->zone)) == HOURS_OPEN;
}

/* 0, or the status to refuse with. */
static unsigned int check(struct engine *e, struct leg *l,
    const struct sip_msg *m, struct wish *w)
{
	struct snap_destination *d = &w->to;
	struct call *c = l->call;
	struct sip_uri asked;
	uint32_t row;

	if (l->side == LEG_CALLER)
		return 603;
	if (c == NULL || l->over || c->phase != CALL_FLOW)
		return 403;
	if (c->transfer.to != NULL)
		return 491; /* one is under way */
	if (c->b != l)
		return 403;
	if (!read_target(m, w, &asked))
		return 400;
	/* Each one looks through all destinations. */
	if (c->transfers >= TRANSFERS_MAX || c->refers >= REFERS_MAX)
		return 403;
	c->refers++;
	row = find_destination(e, c, &asked);
	if (row == SNAP_NO_ROW || is_ours(e, w->replaces))
		return 403;
	snap_destination_at(snap_of(e, c), row, d);
	if ((d->capacity | d->cap_hour | d->cap_day | d->cap_month) != 0 ||
	    d->regions.n > 0 || !is_open(e, c, d))
		return 403;
	return 0;
}

/* --- the third party -------------------------------------------------------*/

/* The ringing of a transfer is not the ringing of the call. */
static struct leg *new_party(struct engine *e, struct call *c,
    const struct snap_destination *d)
{
	char id[ID_TEXT_MAX];
	struct leg *l = ring_add(e, c);
	enum route_end end;

	if (l == NULL)
		return NULL;
	l->transfer = true;
	l->ring_counted = true;
	l->ring_s = TRANSFER_RING_S;
	l->trunk = d->trunk;
	id_text(ID_KIND_destination, d->id.v, id);
	end = route_leg(e, c, l, slice_from(id), FLOW_SHOW_CALLER);
	if (end == ROUTE_FOUND)
		return l;
	ring_take_off(e, l, CALLREC_BY_SYSTEM, route_status(end),
	    cause_q850(route_status(end)), route_why(end));
	return NULL;
}

/* The caller waits, the first party is not heard any more. */
static void put_aside(struct engine *e, struct call *c, struct leg *l)
{
	bridge_down(e, c);
	record_leg_end(e, l);
	play_wait(e, c, ENGINE_PROMPT_RINGBACK);
}

static void begin(struct engine *e, struct call *c, struct leg *from,
    struct leg *to, const struct wish *w)
{
	c->transfers++;
	c->transfer = (struct call_transfer){ .from = from,
		.to = to,
		.ticket = from->ticket,
		.by = from->number };
	memcpy(c->transfer.replaces, w->replaces, sizeof(w->replaces));
	put_aside(e, c, from);
	trace_event(e, c, CALLREC_EV_TRANSFER, from->number, 0,
	    slice_from(to->target));
	trace_dial(e, c, to);
	leg_out_notify(e, from, 100, false);
	hop_begin(e, to);
}

void transfer_refer(struct engine *e, struct leg *l,
    const struct sip_txn_event *ev)
{
	struct wish w = { .replaces = "" };
	unsigned int status = check(e, l, ev->msg, &w);
	struct leg *to = NULL;

	if (status == 0 && (to = new_party(e, l->call, &w.to)) == NULL)
		status = 503;
	(void)leg_out_respond(e, l, ev->id, status == 0 ? 202 : status,
	    SLICE(""), SLICE(""));
	if (status == 0) {
		l->refer_cseq = ev->msg->cseq.number;
		begin(e, l->call, l, to, &w);
	} else if (l->call != NULL && !l->over) {
		trace_event(e, l->call, CALLREC_EV_TRANSFER, l->number, status,
		    SLICE(""));
	}
}

void transfer_ringing(struct engine *e, struct leg *l)
{
	struct call *c = l->call;

	if (l->ringing_us != CALLREC_NEVER)
		return;
	l->ringing_us = trace_at(e, c);
	trace_event(e, c, CALLREC_EV_RINGING, l->number, 0, SLICE(""));
	if (c->transfer.from != NULL)
		leg_out_notify(e, c->transfer.from, 180, false);
}

/* --- the end of it ---------------------------------------------------------*/

void transfer_answered(struct engine *e, struct leg *l)
{
	struct call *c = l->call;
	struct leg *from = c->transfer.from;
	const bool asked = !c->transfer.pickup;

	l->transfer = false;
	l->ticket = c->transfer.ticket;
	trace_event(e, c, CALLREC_EV_TRANSFER, c->transfer.by, TRANSFER_DONE,
	    slice_from(l->target));
	c->transfer = (struct call_transfer){ .to = NULL };
	if (from != NULL) {
		from->ticket = 0; /* the flow's destination is the new one */
		if (asked)
			leg_out_notify(e, from, 200, true);
		ring_take_off(e, from, CALLREC_BY_FLOW, 200, 16,
		    "handed the caller on");
	}
	bridge_up(e, c, l);
}

/* A destination that is gone for the flow: the one who transferred. */
static void tell_left(struct engine *e, struct call *c, uint32_t ticket)
{
	const struct flow_event left = { .kind = FLOW_EV_CALLEE_LEFT,
		.ticket = ticket };

	drive_event(e, c, &left);
}

void transfer_failed(struct engine *e, struct leg *l, enum callrec_by by,
    uint16_t code, const char *reason)
{
	struct call *c = l->call;
	const struct call_transfer t = c->transfer;
	char target[LEG_URI_MAX];

	c->transfer = (struct call_transfer){ .to = NULL };
	memcpy(target, l->target, sizeof(target));
	ring_take_off(e, l, by, code, l->q850 != 0 ? l->q850 : cause_q850(code),
	    reason);
	if (c->phase != CALL_FLOW)
		return;
	if (!t.pickup)
		trace_event(e, c, CALLREC_EV_TRANSFER, t.by,
		    code < 300 ? 503 : code, slice_from(target));
	if (t.from == NULL) {
		tell_left(e, c, t.ticket);
		return;
	}
	if (t.pickup)
		return; /* the two still talk */
	leg_out_notify(e, t.from, code < 300 ? 503 : code, true);
	bridge_up(e, c, t.from);
}

bool transfer_left(struct engine *e, struct leg *l)
{
	struct call *c = l->call;

	if (c->transfer.to == l) { /* it was about to take over */
		transfer_failed(e, l, CALLREC_BY_CALLED, 487, "gave up");
		return true;
	}
	if (c->transfer.to == NULL || c->transfer.from != l)
		return false;
	c->transfer.from = NULL;
	ring_take_off(e, l, CALLREC_BY_CALLED, 200, l->q850 != 0 ? l->q850 : 16,
	    "handed the caller on");
	return true;
}
