#include "ctl/ua_call.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "ctl/ua_slot.h"
#include "lib/base/clk.h"
#include "lib/base/hex.h"
#include "lib/base/log.h"

#define TEXT_MAX UA_CALL_TEXT
/* A BYE that nobody answers must not keep a call for 32 s. */
#define BYE_WAIT_US (4 * RT_SEC_US)

/* --- helpers ---------------------------------------------------------------*/

/* Our tags begin with the call's slot, so an in-dialog request finds it. */
static struct ua_call *call_of_dialog(struct ua *u, const struct sip_msg *m)
{
	uint32_t index = 0;
	struct ua_call *c;

	if (m->to.tag.n < 8 ||
	    hex_decode(slice_head(m->to.tag, 8), &index, 4) != ERR_OK)
		return NULL;
	c = ua_slot_at(u, index);
	return c != NULL && sip_dlg_matches(&c->dlg, m) ? c : NULL;
}

/* Takes the peer's description over; false when there is none we can use. */
static bool use_sdp(const struct ua *u, struct ua_call *c,
    const struct sip_msg *m, struct sdp *sdp, struct sdp_audio *audio)
{
	const unsigned int both = 1U << SDP_PCMU | 1U << SDP_PCMA;

	if (m->body.n == 0 || sdp_parse(m->body, sdp) != ERR_OK ||
	    sdp_audio(sdp, both, audio) != ERR_OK)
		return false;
	if (!ua_slot_has_events(u))
		audio->dtmf_pt = SDP_NO_PT;
	c->rtp.remote = audio->rtp;
	c->rtp.pt = audio->pt[audio->codec];
	c->rtp.dtmf_pt = audio->dtmf_pt;
	c->rtp.sending =
	    audio->dir == SDP_SENDRECV || audio->dir == SDP_RECVONLY;
	return true;
}

static void answered(struct ua *u, struct ua_call *c, int64_t now_us)
{
	c->state = UA_CALL_UP;
	c->answered_us = now_us;
	c->r.status = 200;
	c->r.to_200_us = now_us - c->begun_us;
	ua_slot_text(u->conf.keys.keys, c->rtp.press, sizeof(c->rtp.press));
	c->rtp.press_at_us = now_us + u->conf.keys.after_us;
	c->due_us = c->talk_us == 0 ? INT64_MAX : now_us + c->talk_us;
	ua_slot_report(u, c, UA_ANSWERED);
}

/* --- requests of ours ------------------------------------------------------*/

static enum err in_dialog(struct ua *u, struct ua_call *c,
    enum sip_method method, struct sip_txn_id *id, int64_t now_us)
{
	struct sip_write_request r;
	char mem[TEXT_MAX];
	struct buf scratch;
	struct addr4 to;
	enum err e;

	memset(&r, 0, sizeof(r));
	buf_over(&scratch, mem, sizeof(mem));
	e = sip_dlg_request(&c->dlg, method, &scratch, &r, &to);
	if (e != ERR_OK)
		return e;
	if (method == SIP_METHOD_ACK)
		return sip_txn_ack(u->txn, *id, &r, to, now_us);
	return sip_txn_request(u->txn, &r, to, ua_slot_user(c), now_us, id);
}

void ua_call_info(struct ua *u, struct ua_call *c, int64_t now_us)
{
	struct sip_write_request r;
	char mem[TEXT_MAX], body[64];
	struct buf scratch, b;
	struct sip_txn_id id;
	struct addr4 to;

	memset(&r, 0, sizeof(r));
	buf_over(&scratch, mem, sizeof(mem));
	buf_over(&b, body, sizeof(body));
	buf_printf(&b, "Signal=%c\r\nDuration=%d\r\n", c->rtp.info,
	    UA_PRESS_MS);
	c->rtp.info = '\0';
	if (sip_dlg_request(&c->dlg, SIP_METHOD_INFO, &scratch, &r, &to) !=
	    ERR_OK)
		return;
	r.content_type = SLICE("application/dtmf-relay");
	r.body = buf_slice(&b);
	if (sip_txn_request(u->txn, &r, to, ua_slot_user(c), now_us, &id) !=
	    ERR_OK)
		log_error("call: INFO not sent");
}

static void hang_up(struct ua *u, struct ua_call *c, int64_t now_us)
{
	struct sip_txn_id id;

	if (c->state != UA_CALL_UP)
		return;
	c->rtp.sending = false;
	c->r.ended_by = UA_BY_US;
	c->r.talk_us = now_us - c->answered_us;
	c->state = UA_CALL_ENDING;
	c->due_us = now_us + BYE_WAIT_US;
	if (in_dialog(u, c, SIP_METHOD_BYE, &id, now_us) != ERR_OK)
		c->due_us = now_us;
}

static void cancel(struct ua *u, struct ua_call *c, int64_t now_us)
{
	c->r.cancelled = true;
	/* Its end comes as 487, as the 200 of the race, or as a time-out. */
	if (sip_txn_cancel(u->txn, c->invite, SLICE(""), now_us) != ERR_OK)
		c->due_us = now_us + BYE_WAIT_US;
	else
		c->due_us = INT64_MAX;
}

static void put_party(struct buf *b, struct slice display, struct slice user,
    struct addr4 at, const char *tag)
{
	if (display.n > 0) {
		sip_addr_put_quoted(b, display);
		buf_char(b, ' ');
	}
	buf_cstr(b, "<sip:");
	sip_uri_put_user(b, user);
	buf_char(b, '@');
	addr4_put_ip(b, at.ip);
	buf_char(b, ':');
	buf_u64(b, at.port);
	buf_char(b, '>');
	if (tag != NULL) {
		buf_cstr(b, ";tag=");
		buf_cstr(b, tag);
	}
}

/* Where a text that was just appended lies. */
static struct slice since(const struct buf *b, size_t mark)
{
	return slice_of(b->p + mark, b->n - mark);
}

/* Fills c->req with texts that live as long as the call. */
static enum err write_invite(struct ua *u, struct ua_call *c,
    const struct ua_dial *d)
{
	char token[SIP_TXN_TOKEN_MAX];
	struct buf b;
	size_t mark = 0;

	buf_over(&b, c->text, sizeof(c->text));
	sip_write_uri(&b, d->number, SLICE(""), 0);
	buf_reset(&b);
	buf_cstr(&b, "sip:");
	sip_uri_put_user(&b, d->number);
	buf_char(&b, '@');
	addr4_put_ip(&b, d->target.ip);
	buf_char(&b, ':');
	buf_u64(&b, d->target.port);
	c->req.uri = since(&b, mark);
	mark = b.n;
	put_party(&b, d->display, d->caller, u->conf.listen, c->tag);
	c->req.from = since(&b, mark);
	mark = b.n;
	put_party(&b, SLICE(""), d->number, d->target, NULL);
	c->req.to = since(&b, mark);
	mark = b.n;
	sip_txn_token(u->txn, token);
	buf_cstr(&b, token);
	c->req.call_id = since(&b, mark);
	mark = b.n;
	buf_cstr(&b, u->contact);
	sip_write_hdr(&b, SIP_HDR_ALLOW,
	    SLICE("INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE"));
	buf_put(&b, d->headers);
	c->req.headers = since(&b, mark);
	mark = b.n;
	sdp_write_offer(&b, &c->local);
	c->req.body = since(&b, mark);
	c->req.content_type = SLICE(SDP_CONTENT_TYPE);
	c->req.method = SIP_METHOD_INVITE;
	c->req.cseq = 1;
	return buf_err(&b);
}

enum err ua_call_dial(struct ua *u, const struct ua_dial *d, int64_t now_us)
{
	struct ua_call *c = ua_slot_take(u, now_us);
	enum err e;

	if (c == NULL)
		return ERR_BUSY;
	c->r.outgoing = true;
	c->talk_us = d->talk_us;
	c->target = d->target;
	c->due_us = d->give_up_us == 0 ? INT64_MAX : now_us + d->give_up_us;
	ua_slot_text(d->number, c->dialled, sizeof(c->dialled));
	ua_slot_text(d->number, c->peer, sizeof(c->peer));
	if ((e = ua_slot_open(u, c, d->sound)) != ERR_OK)
		return e;
	ua_slot_tag(u, c);
	if ((e = write_invite(u, c, d)) != ERR_OK)
		goto fail;
	ua_slot_text(c->req.call_id, c->call_id, sizeof(c->call_id));
	if (d->save_path != NULL &&
	    (e = ua_rtp_save(&c->rtp, d->save_path)) != ERR_OK)
		goto fail;
	e = sip_txn_request(u->txn, &c->req, d->target, ua_slot_user(c), now_us,
	    &c->invite);
	if (e != ERR_OK)
		goto fail;
	ua_slot_dialled(u, d->caller, now_us);
	c->state = UA_CALL_CALLING;
	u->used++;
	return ERR_OK;

fail:
	ua_rtp_close(&c->rtp);
	return e;
}

/* --- what comes in ---------------------------------------------------------*/

static void answer(struct ua *u, struct sip_txn_id id, unsigned int status,
    const char *tag, struct slice body, int64_t now_us)
{
	const struct sip_txn_answer a = { .status = status,
		.to_tag = slice_from(tag),
		.headers = slice_from(status < 300 ? u->contact : ""),
		.content_type =
		    body.n > 0 ? SLICE(SDP_CONTENT_TYPE) : SLICE(""),
		.body = body };
	const enum err e = sip_txn_respond(u->txn, id, &a, now_us);

	if (e != ERR_OK)
		log_warn("call: answer status=%u err=%s", status, err_name(e));
}

static void accept_call(struct ua *u, struct ua_call *c, int64_t now_us)
{
	answer(u, c->invite, 200, c->tag, c->req.body, now_us);
	sip_dlg_confirm(&c->dlg);
	answered(u, c, now_us);
}

/* What a ringing call does when its time has come. */
static void ring_is_over(struct ua *u, struct ua_call *c, int64_t now_us)
{
	if (u->conf.answering.manner == UA_ANSWER) {
		accept_call(u, c, now_us);
		return;
	}
	c->r.status = u->conf.answering.status;
	answer(u, c->invite, c->r.status, c->tag, SLICE(""), now_us);
	ua_slot_finish(u, c, now_us);
}

static void begin_ringing(struct ua *u, struct ua_call *c, int64_t now_us)
{
	const struct ua_answering *a = &u->conf.answering;

	c->state = UA_CALL_RINGING;
	u->used++;
	c->talk_us = a->talk_us;
	if (a->manner == UA_ANSWER || a->manner == UA_REFUSE)
		c->due_us = now_us + a->ring_us;
	if (a->manner != UA_SILENT && !a->no_180) {
		answer(u, c->invite, 180, c->tag, SLICE(""), now_us);
		c->r.to_18x_us = 0;
		ua_slot_report(u, c, UA_RINGING);
	}
	if (c->due_us <= now_us)
		ring_is_over(u, c, now_us);
}

static enum err save_incoming(struct ua *u, struct ua_call *c)
{
	char path[512];
	struct buf b;

	if (u->conf.answering.save_dir == NULL)
		return ERR_OK;
	buf_over(&b, path, sizeof(path) - 1);
	buf_cstr(&b, u->conf.answering.save_dir);
	buf_char(&b, '/');
	buf_u64(&b, c->r.call);
	buf_cstr(&b, ".ul");
	if (buf_err(&b) != ERR_OK)
		return ERR_TOOBIG;
	path[b.n] = '\0';
	return ua_rtp_save(&c->rtp, path);
}

static void incoming_invite(struct ua *u, const struct sip_txn_event *ev)
{
	const struct sip_msg *m = ev->msg;
	struct ua_call *c = ua_slot_take(u, ev->now_us);
	struct sdp_audio audio;
	struct sdp *sdp;
	struct buf b;
	enum err e;

	if (c == NULL) {
		answer(u, ev->id, 486, NULL, SLICE(""), ev->now_us);
		return;
	}
	sdp = malloc(sizeof(*sdp));
	e = sdp == NULL ? ERR_NOMEM
			: ua_slot_open(u, c, u->conf.answering.sound);
	if (e == ERR_OK)
		e = save_incoming(u, c);
	if (e == ERR_OK) {
		ua_slot_tag(u, c);
		e = sip_dlg_uas(&c->dlg, m, slice_from(c->tag), ev->from);
	}
	if (e == ERR_OK && !use_sdp(u, c, m, sdp, &audio))
		e = ERR_UNSUPPORTED;
	if (e == ERR_OK) {
		ua_slot_text(m->from.uri.user, c->peer, sizeof(c->peer));
		c->r.through_us =
		    ua_slot_through_us(u, m->from.uri.user, ev->now_us);
		ua_slot_text(m->uri.user, c->dialled, sizeof(c->dialled));
		ua_slot_text(m->call_id, c->call_id, sizeof(c->call_id));
		buf_over(&b, c->text, sizeof(c->text));
		sdp_write_answer(&b, &c->local, sdp, &audio);
		c->req.body = buf_slice(&b);
		e = buf_err(&b);
	}
	if (e == ERR_OK)
		e = sip_txn_set_user(u->txn, ev->id, ua_slot_user(c));
	free(sdp);
	if (e != ERR_OK) {
		ua_rtp_close(&c->rtp);
		answer(u, ev->id, e == ERR_UNSUPPORTED ? 488 : 480, NULL,
		    SLICE(""), ev->now_us);
		return;
	}
	c->invite = ev->id;
	begin_ringing(u, c, ev->now_us);
}

/* A re-INVITE or an UPDATE with a description: follow it. */
static void reoffer(struct ua *u, struct ua_call *c,
    const struct sip_txn_event *ev)
{
	struct sdp *sdp = malloc(sizeof(*sdp));
	struct sdp_audio audio;
	struct buf b;
	char mem[TEXT_MAX];

	buf_over(&b, mem, sizeof(mem));
	if (ev->msg->body.n == 0) {
		if (ev->method == SIP_METHOD_INVITE)
			sdp_write_offer(&b, &c->local);
	} else if (sdp == NULL || !use_sdp(u, c, ev->msg, sdp, &audio)) {
		answer(u, ev->id, 488, c->tag, SLICE(""), ev->now_us);
		free(sdp);
		return;
	} else {
		c->local.version++;
		c->local.dir = sdp_answer_dir(audio.dir, SDP_SENDRECV);
		sdp_write_answer(&b, &c->local, sdp, &audio);
	}
	if (ev->method == SIP_METHOD_INVITE)
		c->reinvite = ev->id;
	sip_dlg_refresh(&c->dlg, ev->msg, ev->from);
	answer(u, ev->id, 200, c->tag, buf_slice(&b), ev->now_us);
	free(sdp);
}

static void in_dialog_request(struct ua *u, struct ua_call *c,
    const struct sip_txn_event *ev)
{
	const unsigned int bad = sip_dlg_receive(&c->dlg, ev->msg, ev->from);

	if (bad != 0) {
		answer(u, ev->id, bad, c->tag, SLICE(""), ev->now_us);
		return;
	}
	if (ev->method == SIP_METHOD_BYE) {
		answer(u, ev->id, 200, c->tag, SLICE(""), ev->now_us);
		if (c->state != UA_CALL_ENDING)
			c->r.ended_by = UA_BY_THEM;
		ua_slot_finish(u, c, ev->now_us);
	} else if (ev->method == SIP_METHOD_INVITE ||
		   ev->method == SIP_METHOD_UPDATE) {
		reoffer(u, c, ev);
	} else {
		answer(u, ev->id, 200, c->tag, SLICE(""), ev->now_us);
	}
}

static void on_request(struct ua *u, const struct sip_txn_event *ev)
{
	struct ua_call *c;

	if (ev->msg->to.tag.n > 0) {
		c = call_of_dialog(u, ev->msg);
		if (c == NULL)
			answer(u, ev->id, 481, NULL, SLICE(""), ev->now_us);
		else
			in_dialog_request(u, c, ev);
	} else if (ev->method == SIP_METHOD_INVITE) {
		incoming_invite(u, ev);
	} else if (ev->method == SIP_METHOD_OPTIONS) {
		answer(u, ev->id, 200, NULL, SLICE(""), ev->now_us);
	} else {
		answer(u, ev->id, 405, NULL, SLICE(""), ev->now_us);
	}
}

/* Another branch of a fork answered too: RFC 3261 13.2.2.4. */
static void end_fork(struct ua *u, const struct ua_call *c,
    const struct sip_txn_event *ev)
{
	struct ua_call *other = malloc(sizeof(*other));
	struct sip_txn_id id = ev->id;

	if (other == NULL)
		return;
	*other = *c;
	/* Nothing of the copy but its dialog is used. */
	if (sip_dlg_uac(&other->dlg, &c->req, ev->msg, ev->from) == ERR_OK &&
	    in_dialog(u, other, SIP_METHOD_ACK, &id, ev->now_us) == ERR_OK &&
	    in_dialog(u, other, SIP_METHOD_BYE, &id, ev->now_us) == ERR_OK)
		log_info("call: ended a second answer call=%u", c->r.call);
	free(other);
}

static void on_2xx(struct ua *u, struct ua_call *c,
    const struct sip_txn_event *ev)
{
	struct sdp_audio audio;
	struct sdp *sdp;

	if (c->state != UA_CALL_CALLING) {
		end_fork(u, c, ev);
		return;
	}
	if (sip_dlg_uac(&c->dlg, &c->req, ev->msg, ev->from) != ERR_OK ||
	    in_dialog(u, c, SIP_METHOD_ACK, &c->invite, ev->now_us) != ERR_OK) {
		c->r.status = 500;
		ua_slot_finish(u, c, ev->now_us);
		return;
	}
	sdp = malloc(sizeof(*sdp));
	if (sdp != NULL && !use_sdp(u, c, ev->msg, sdp, &audio))
		log_warn("call: answer without usable media call=%u",
		    c->r.call);
	free(sdp);
	answered(u, c, ev->now_us);
	if (c->r.cancelled)
		hang_up(u, c, ev->now_us);
}

static void on_response(struct ua *u, struct ua_call *c,
    const struct sip_txn_event *ev)
{
	const unsigned int status = ev->msg == NULL ? 408 : ev->msg->status;
	struct sdp_audio audio;
	struct sdp *sdp;

	if (ev->method == SIP_METHOD_BYE) {
		if (status >= 200)
			ua_slot_finish(u, c, ev->now_us);
		return;
	}
	if (ev->method != SIP_METHOD_INVITE)
		return;
	if (status >= 300) {
		if (c->state == UA_CALL_CALLING) {
			c->r.status = status;
			ua_slot_finish(u, c, ev->now_us);
		}
		return;
	}
	if (status >= 200) {
		on_2xx(u, c, ev);
		return;
	}
	if (status >= 180 && !c->said_18x) {
		c->said_18x = true;
		c->r.to_18x_us = ev->now_us - c->begun_us;
		ua_slot_report(u, c, UA_RINGING);
	}
	/* Early media: listen, and talk back so that NATs open. */
	sdp = malloc(sizeof(*sdp));
	if (sdp != NULL && c->state == UA_CALL_CALLING)
		(void)use_sdp(u, c, ev->msg, sdp,
		    &audio); /* may have no body */
	free(sdp);
}

void ua_call_event(void *arg, const struct sip_txn_event *ev)
{
	struct ua *u = arg;
	struct ua_call *c = ua_slot_of(u, ev->user);

	switch (ev->what) {
	case SIP_TXN_REQUEST:
		on_request(u, ev);
		return;
	case SIP_TXN_ACK:
		c = call_of_dialog(u, ev->msg);
		if (c != NULL) {
			/* Stale ids are harmless (sip_txn.h). */
			(void)!sip_txn_acked(u->txn, c->invite, ev->now_us);
			(void)!sip_txn_acked(u->txn, c->reinvite, ev->now_us);
		}
		return;
	case SIP_TXN_CANCEL:
		if (c == NULL)
			return;
		answer(u, c->invite, 487, c->tag, SLICE(""), ev->now_us);
		c->r.status = 487;
		c->r.cancelled = true;
		ua_slot_finish(u, c, ev->now_us);
		return;
	case SIP_TXN_NO_ACK:
		if (c != NULL)
			hang_up(u, c, ev->now_us);
		return;
	case SIP_TXN_RESPONSE:
	case SIP_TXN_TIMEOUT:
		if (c != NULL)
			on_response(u, c, ev);
		return;
	case SIP_TXN_ENDED:
		return;
	}
}

/* --- from the loop ---------------------------------------------------------*/

void ua_call_step(struct ua *u, struct ua_call *c, int64_t now_us)
{
	if (now_us < c->due_us)
		return;
	c->due_us = INT64_MAX;
	switch (c->state) {
	case UA_CALL_FREE:
		return;
	case UA_CALL_CALLING:
		if (!c->r.cancelled) {
			cancel(u, c, now_us);
		} else {
			c->r.status = 408;
			ua_slot_finish(u, c, now_us);
		}
		return;
	case UA_CALL_RINGING:
		ring_is_over(u, c, now_us);
		return;
	case UA_CALL_UP:
		hang_up(u, c, now_us);
		return;
	case UA_CALL_ENDING:
		ua_slot_finish(u, c, now_us);
		return;
	}
}

void ua_call_end(struct ua *u, struct ua_call *c, int64_t now_us)
{
	if (c->state == UA_CALL_UP) {
		hang_up(u, c, now_us);
	} else if (c->state == UA_CALL_CALLING && !c->r.cancelled) {
		cancel(u, c, now_us);
	} else if (c->state == UA_CALL_RINGING) {
		c->r.status = 480;
		answer(u, c->invite, 480, c->tag, SLICE(""), now_us);
		ua_slot_finish(u, c, now_us);
	}
}
