#include "tests/sim/sim_peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/sim_say.h"

/* --- scripts ---------------------------------------------------------------*/

struct sim_script sim_peer_caller_script(struct sim_clock *c)
{
	struct sim_script s;

	memset(&s, 0, sizeof(s));
	s.late_offer = sim_clock_chance(c, 8);
	s.anonymous = sim_clock_chance(c, 8);
	s.no_ack = sim_clock_chance(c, 3);
	if (sim_clock_chance(c, 25))
		s.cancel_us = sim_clock_between(c, 1000, 30 * RT_SEC_US);
	/* Calls of hours say nothing new: everybody hangs up some time. */
	s.bye_us = sim_clock_between(c, 1000,
	    (sim_clock_chance(c, 60) ? 60 : 300) * RT_SEC_US);
	if (sim_clock_chance(c, 15))
		s.hold_us = sim_clock_between(c, 1000, 20 * RT_SEC_US);
	if (sim_clock_chance(c, 15))
		s.session_s = 90 + (unsigned int)sim_clock_below(c, 60);
	return s;
}

struct sim_script sim_peer_called_script(struct sim_clock *c)
{
	static const unsigned int codes[] = { 486, 480, 603, 500, 503, 404, 302,
		488, 487, 600 };
	struct sim_script s;

	memset(&s, 0, sizeof(s));
	s.silent = sim_clock_chance(c, 4);
	s.early_media = sim_clock_chance(c, 25);
	s.reliable = sim_clock_chance(c, 15);
	if (sim_clock_chance(c, 15))
		s.refer_us = sim_clock_between(c, 1000, 20 * RT_SEC_US);
	s.ring_us = sim_clock_chance(c, 10)
			? -1
			: sim_clock_between(c, 0, 2 * RT_SEC_US);
	if (sim_clock_chance(c, 25))
		s.refuse = codes[sim_clock_below(c, RT_ARRAY_LEN(codes))];
	s.answer_us = sim_clock_between(c, 0,
	    (sim_clock_chance(c, 20) ? 60 : 15) * RT_SEC_US);
	s.fork = sim_clock_chance(c, 5);
	s.no_sdp = sim_clock_chance(c, 3);
	s.answers_cancelled = sim_clock_chance(c, 30);
	s.wants_auth = sim_clock_chance(c, 10);
	if (sim_clock_chance(c, 60))
		s.bye_us = sim_clock_between(c, 1000, 90 * RT_SEC_US);
	if (sim_clock_chance(c, 15))
		s.hold_us = sim_clock_between(c, 1000, 20 * RT_SEC_US);
	return s;
}

/* --- calls -----------------------------------------------------------------*/

static struct sim_call *new_call(struct sim_peer *p)
{
	for (uint32_t i = 0; i < SIM_PEER_CALLS; i++) {
		struct sim_call *c = &p->calls[p->last++ % SIM_PEER_CALLS];
		const uint32_t generation = c->generation;

		if (c->used)
			continue;
		memset(c, 0, sizeof(*c));
		c->peer = p;
		c->used = true;
		c->generation = generation + 1;
		c->port = (uint16_t)(20000 + 2 * (p->last % 10000));
		sip_txn_token(p->txn, c->tag);
		p->live++;
		return c;
	}
	abort(); /* the simulation is larger than its peers */
}

static struct sim_call *by_ref(struct sim_peer *p, uint64_t ref)
{
	const uint64_t i = (ref & UINT32_MAX) - 1;

	if (ref == 0 || i >= SIM_PEER_CALLS || !p->calls[i].used ||
	    p->calls[i].generation != ref >> 32)
		return NULL;
	return &p->calls[i];
}

static void call_over(struct sim_call *c)
{
	if (!c->used)
		return;
	if (c->answered)
		c->peer->talking--;
	c->used = false;
	c->peer->live--;
}

static void later(struct sim_call *c, int64_t delay_us,
    void (*run)(struct sim_event *ev))
{
	struct sim_event *ev =
	    sim_clock_after(c->peer->clock, delay_us, run, c->peer);

	ev->a = sim_say_ref(c);
}

/* --- what a script does later ----------------------------------------------*/

static struct sim_call *call_of(const struct sim_event *ev)
{
	return by_ref(ev->obj, ev->a);
}

static void run_bye(struct sim_event *ev)
{
	struct sim_call *c = call_of(ev);

	if (c == NULL || !c->answered || c->over)
		return;
	c->over = true;
	sim_say_request(c, SIP_METHOD_BYE, false, SDP_SENDRECV,
	    (struct sip_txn_id){ 0 });
}

static void run_hold(struct sim_event *ev)
{
	struct sim_call *c = call_of(ev);

	if (c == NULL || !c->answered || c->over)
		return;
	c->port = (uint16_t)(c->port ^ 2); /* and another port */
	sim_say_request(c, SIP_METHOD_INVITE, true,
	    sim_clock_chance(c->peer->clock, 50) ? SDP_SENDONLY : SDP_SENDRECV,
	    (struct sip_txn_id){ 0 });
}

static void run_refer(struct sim_event *ev)
{
	struct sim_call *c = call_of(ev);

	if (c == NULL || !c->answered || c->over)
		return;
	c->peer->refers++;
	sim_say_request(c, SIP_METHOD_REFER, false, SDP_SENDRECV,
	    (struct sip_txn_id){ 0 });
}

static void run_cancel(struct sim_event *ev)
{
	struct sim_call *c = call_of(ev);

	if (c == NULL || c->answered)
		return;
	if (sip_txn_cancel(c->peer->txn, c->invite, SLICE(""),
		c->peer->clock->now_us) != ERR_OK)
		return; /* answered in the same moment */
	sim_peer_wake(c->peer);
}

static void talking(struct sim_call *c)
{
	c->answered = true;
	c->peer->answered++;
	c->peer->talking++;
	if (c->script.bye_us > 0)
		later(c, c->script.bye_us, run_bye);
	if (c->script.hold_us > 0)
		later(c, c->script.hold_us, run_hold);
	if (c->script.refer_us > 0)
		later(c, c->script.refer_us, run_refer);
}

static void ring(struct sim_call *c)
{
	sim_say_answer(c, c->invite, c->script.early_media ? 183 : 180,
	    c->script.early_media);
}

/* RFC 3262 3: again at T1 doubling, until its PRACK or 64 * T1. */
static void run_ring_again(struct sim_event *ev)
{
	struct sim_call *c = call_of(ev);
	const int64_t wait_us = (int64_t)ev->b;

	if (c == NULL || c->rseq == 0 || c->answered || c->final != 0)
		return;
	if (wait_us >= SIP_TXN_64T1_US) {
		c->peer->unconfirmed++;
		c->rseq = 0;
		return;
	}
	ring(c);
	ev = sim_clock_after(c->peer->clock, wait_us, run_ring_again, c->peer);
	ev->a = sim_say_ref(c);
	ev->b = (uint64_t)(wait_us * 2);
}

static void run_ring(struct sim_event *ev)
{
	struct sim_call *c = call_of(ev);

	if (c == NULL || c->answered || c->final != 0)
		return;
	if (c->script.reliable)
		c->rseq = 1 + (uint32_t)sim_clock_below(c->peer->clock, 1000);
	ring(c);
	if (c->rseq == 0)
		return;
	ev = sim_clock_after(c->peer->clock, SIP_TXN_T1_US, run_ring_again,
	    c->peer);
	ev->a = sim_say_ref(c);
	ev->b = SIP_TXN_T1_US * 2;
}

static void answer(struct sim_call *c)
{
	c->final = 200;
	c->peer->forking = c->script.fork ? c : NULL;
	sim_say_answer(c, c->invite, 200, !c->script.no_sdp);
	c->peer->forking = NULL;
	sip_dlg_confirm(&c->dlg);
	talking(c);
}

static void run_answer(struct sim_event *ev)
{
	struct sim_call *c = call_of(ev);

	if (c == NULL || c->answered || c->final != 0)
		return;
	/* RFC 3262 3: a 2xx waits for a description's PRACK. */
	if (c->rseq != 0 && c->script.early_media) {
		later(c, SIP_TXN_T1_US, run_answer);
		return;
	}
	if (c->script.refuse != 0) {
		c->final = c->script.refuse;
		sim_say_answer(c, c->invite, c->final, false);
		call_over(c);
		return;
	}
	answer(c);
}

/* --- events of the transaction layer ---------------------------------------*/

static void on_invited(struct sim_peer *p, const struct sip_txn_event *ev)
{
	struct sim_call *c = new_call(p);

	p->invites++;
	c->invited = true;
	c->invite = ev->id;
	c->invite_cseq = ev->msg->cseq.number;
	c->script = sim_peer_called_script(p->clock);
	if (p->calm) {
		memset(&c->script, 0, sizeof(c->script));
		c->script.answer_us = RT_SEC_US;
		c->script.bye_us = 20 * RT_SEC_US;
	}
	if (sip_dlg_uas(&c->dlg, ev->msg, slice_from(c->tag), ev->from) !=
		ERR_OK ||
	    sip_txn_set_user(p->txn, ev->id, sim_say_ref(c)) != ERR_OK)
		abort();
	if (c->script.wants_auth &&
	    !sip_msg_has(ev->msg, SIP_HDR_PROXY_AUTHORIZATION)) {
		sim_say_answer(c, c->invite, 407, false);
		call_over(c);
		return;
	}
	if (c->script.silent) {
		call_over(c);
		return;
	}
	if (c->script.ring_us >= 0)
		later(c, c->script.ring_us, run_ring);
	later(c, c->script.answer_us, run_answer);
}

static struct sim_call *find_dialog(struct sim_peer *p, const struct sip_msg *m)
{
	for (uint32_t i = 0; i < SIM_PEER_CALLS; i++)
		if (p->calls[i].used && p->calls[i].dlg.state != SIP_DLG_NONE &&
		    sip_dlg_matches(&p->calls[i].dlg, m))
			return &p->calls[i];
	return NULL;
}

static bool confirms(const struct sim_call *c, const struct sip_msg *m)
{
	char want[48];

	(void)snprintf(want, sizeof(want), "%u %u INVITE", c->rseq,
	    c->invite_cseq);
	return slice_eq(sip_msg_value(m, SIP_HDR_RACK), slice_from(want));
}

static void on_prack(struct sim_call *c, const struct sip_txn_event *ev)
{
	if (c->rseq == 0) {
		sim_say_answer(c, ev->id, 481, false); /* answered meanwhile */
		return;
	}
	if (confirms(c, ev->msg))
		c->peer->confirmed++;
	else
		c->peer->wrong_pracks++;
	c->rseq = 0;
	sim_say_answer(c, ev->id, 200, false);
}

static void on_request(struct sim_peer *p, const struct sip_txn_event *ev)
{
	static const struct sip_txn_answer gone = { .status = 481 };
	struct sim_call *c;

	if (ev->method == SIP_METHOD_INVITE && ev->msg->to.tag.n == 0) {
		on_invited(p, ev);
		return;
	}
	c = find_dialog(p, ev->msg);
	if (c == NULL) {
		if (sip_txn_respond(p->txn, ev->id, &gone, p->clock->now_us) !=
		    ERR_OK)
			abort();
		return;
	}
	if (sip_dlg_receive(&c->dlg, ev->msg, ev->from) != 0) {
		sim_say_answer(c, ev->id, 500, false);
		return;
	}
	if (ev->method == SIP_METHOD_PRACK) {
		on_prack(c, ev);
		return;
	}
	sim_say_answer(c, ev->id, 200,
	    ev->method == SIP_METHOD_INVITE || ev->method == SIP_METHOD_UPDATE);
	if (ev->method == SIP_METHOD_NOTIFY &&
	    slice_starts(ev->msg->body, SLICE("SIP/2.0 200")))
		p->transferred++;
	if (ev->method == SIP_METHOD_BYE) {
		if (c->invited && !c->answered)
			sim_say_answer(c, c->invite, 487, false);
		call_over(c);
	}
}

static void on_cancel(struct sim_peer *p, const struct sip_txn_event *ev)
{
	struct sim_call *c = by_ref(p, ev->user);

	if (c == NULL)
		return;
	if (c->script.answers_cancelled && c->final == 0) {
		answer(c);
		return;
	}
	sim_say_answer(c, c->invite, 487, false);
	call_over(c);
}

static void on_final(struct sim_call *c, const struct sip_txn_event *ev)
{
	const struct sip_write_request invite = {
		.method = SIP_METHOD_INVITE,
		.uri = slice_from(c->uri),
		.from = slice_from(c->from),
		.to = slice_from(c->to),
		.call_id = slice_from(c->call_id),
		.cseq = 1,
	};

	c->final = ev->msg == NULL ? 408 : ev->msg->status;
	if (c->final >= 300) {
		call_over(c);
		return;
	}
	if (sip_dlg_uac(&c->dlg, &invite, ev->msg, ev->from) != ERR_OK)
		abort(); /* the engine's 2xx has all it needs */
	if (!c->answered)
		talking(c);
	if (!c->script.no_ack)
		sim_say_request(c, SIP_METHOD_ACK, c->script.late_offer,
		    SDP_SENDRECV, ev->id);
	if (ev->cancelled && !c->over) {
		c->over = true;
		sim_say_request(c, SIP_METHOD_BYE, false, SDP_SENDRECV, ev->id);
	}
}

static void on_response(struct sim_peer *p, const struct sip_txn_event *ev)
{
	struct sim_call *c = by_ref(p, ev->user);
	const unsigned int status = ev->msg == NULL ? 408 : ev->msg->status;

	if (c == NULL || status < 200)
		return;
	if (ev->method == SIP_METHOD_BYE)
		call_over(c);
	else if (ev->method == SIP_METHOD_INVITE && ev->id.v == c->invite.v)
		on_final(c, ev);
	else if (ev->method == SIP_METHOD_INVITE && status < 300)
		sim_say_request(c, SIP_METHOD_ACK, false, SDP_SENDRECV, ev->id);
	else if (status == 481 || status == 408)
		call_over(c); /* the engine knows nothing of it any more */
}

static void on_event(void *arg, const struct sip_txn_event *ev)
{
	struct sim_peer *p = arg;
	struct sim_call *c = by_ref(p, ev->user);

	switch (ev->what) {
	case SIP_TXN_REQUEST:
		on_request(p, ev);
		break;
	case SIP_TXN_ACK:
		c = find_dialog(p, ev->msg);
		if (c != NULL && c->invited &&
		    sip_txn_acked(p->txn, c->invite, p->clock->now_us) !=
			ERR_OK)
			break; /* a repeated ACK */
		break;
	case SIP_TXN_CANCEL:
		on_cancel(p, ev);
		break;
	case SIP_TXN_NO_ACK:
		if (c != NULL && c->answered && !c->over) {
			c->over = true;
			sim_say_request(c, SIP_METHOD_BYE, false, SDP_SENDRECV,
			    ev->id);
		}
		break;
	case SIP_TXN_RESPONSE:
	case SIP_TXN_TIMEOUT:
		on_response(p, ev);
		break;
	case SIP_TXN_ENDED:
		break;
	}
}

/* --- the peer --------------------------------------------------------------*/

static void run_tick(struct sim_event *ev);

void sim_peer_wake(struct sim_peer *p)
{
	const int64_t at = sip_txn_next_us(p->txn);

	if (at == INT64_MAX || (p->timer_us != 0 && p->timer_us <= at))
		return;
	p->timer_us = at > p->clock->now_us ? at : p->clock->now_us;
	(void)sim_clock_after(p->clock, p->timer_us - p->clock->now_us,
	    run_tick, p);
}

static void run_tick(struct sim_event *ev)
{
	struct sim_peer *p = ev->obj;

	if (ev->at_us == p->timer_us)
		p->timer_us = 0; /* else an earlier one was set meanwhile */
	sip_txn_tick(p->txn, p->clock->now_us);
	sim_peer_wake(p);
}

/* The same answer with another tag: what a forking proxy's second phone
 * sends. */
static void send_fork(struct sim_peer *p, struct addr4 to, struct slice bytes)
{
	const struct slice tag = slice_from(p->forking->tag);
	char copy[4096];
	size_t at;

	if (bytes.n > sizeof(copy))
		return;
	memcpy(copy, bytes.p, bytes.n);
	at = slice_find_slice(slice_of(copy, bytes.n), tag);
	if (at == bytes.n)
		return;
	copy[at] = copy[at] == 'f' ? '0' : 'f';
	p->send(p->arg, p->at, to, slice_of(copy, bytes.n));
}

static void on_send(void *arg, struct addr4 to, struct slice bytes)
{
	struct sim_peer *p = arg;

	p->send(p->arg, p->at, to, bytes);
	if (p->forking != NULL)
		send_fork(p, to, bytes);
}

void sim_peer_init(struct sim_peer *p, struct sim_clock *clock, struct addr4 at,
    struct addr4 engine)
{
	const struct sip_txn_ops ops = { on_send, on_event, p };
	uint8_t secret[32];
	struct sip_txn_conf conf = { .sent_by = at, .slots = 20000 };

	memset(p, 0, sizeof(*p));
	p->clock = clock;
	p->at = at;
	p->engine = engine;
	for (size_t i = 0; i < sizeof(secret); i++)
		secret[i] = (uint8_t)sim_clock_below(clock, 256);
	conf.secret = slice_of(secret, sizeof(secret));
	if (sip_txn_new(&conf, &ops, &p->txn) != ERR_OK)
		abort();
}

void sim_peer_fini(struct sim_peer *p)
{
	sip_txn_free(p->txn);
	p->txn = NULL;
}

void sim_peer_input(struct sim_peer *p, struct addr4 from, struct slice bytes)
{
	sip_txn_input(p->txn, from, bytes, p->clock->now_us);
	sim_peer_wake(p);
}

struct sim_call *sim_peer_call(struct sim_peer *p, const char *caller,
    const char *number, const struct sim_script *script)
{
	struct sim_call *c = new_call(p);
	char hmem[400], bmem[1200];
	struct sip_write_request r;
	struct buf h, b;

	c->script = *script;
	(void)snprintf(c->call_id, sizeof(c->call_id), "%s@carrier", c->tag);
	(void)snprintf(c->uri, sizeof(c->uri), "sip:%s@10.0.0.1", number);
	(void)snprintf(c->to, sizeof(c->to), "<%s>", c->uri);
	(void)snprintf(c->from, sizeof(c->from), "<sip:%s@10.0.0.2>;tag=%s",
	    script->anonymous ? "anonymous" : caller, c->tag);
	buf_over(&h, hmem, sizeof(hmem));
	buf_over(&b, bmem, sizeof(bmem));
	sim_say_contact(c, &h);
	if (script->session_s != 0)
		buf_printf(&h,
		    "Session-Expires: %u;refresher=uas\r\n"
		    "Supported: timer\r\n",
		    script->session_s);
	memset(&r, 0, sizeof(r));
	r.method = SIP_METHOD_INVITE;
	r.uri = slice_from(c->uri);
	r.from = slice_from(c->from);
	r.to = slice_from(c->to);
	r.call_id = slice_from(c->call_id);
	r.cseq = 1;
	r.headers = buf_slice(&h);
	if (!script->late_offer) {
		sim_say_sdp(c, SDP_SENDRECV, &b);
		r.body = buf_slice(&b);
		r.content_type = SLICE(SDP_CONTENT_TYPE);
	}
	if (sip_txn_request(p->txn, &r, p->engine, sim_say_ref(c),
		p->clock->now_us, &c->invite) != ERR_OK)
		abort();
	if (script->cancel_us > 0)
		later(c, script->cancel_us, run_cancel);
	sim_peer_wake(p);
	return c;
}
