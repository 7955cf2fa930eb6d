#include "tests/sim/sim_say.h"

#include <stdlib.h>
#include <string.h>

uint64_t sim_say_ref(const struct sim_call *c)
{
	return (uint64_t)c->generation << 32 |
	       (uint64_t)(c - c->peer->calls + 1);
}

void sim_say_sdp(const struct sim_call *c, enum sdp_dir dir, struct buf *b)
{
	const struct addr4 rtp = { c->peer->at.ip, c->port };
	struct sdp_local l;

	sdp_local_init(&l, rtp, c->generation);
	l.dir = dir;
	sdp_write_offer(b, &l);
}

void sim_say_contact(const struct sim_call *c, struct buf *b)
{
	sip_write_contact(b, SLICE("peer"), c->peer->at);
}

void sim_say_answer(struct sim_call *c, struct sip_txn_id id,
    unsigned int status, bool sdp)
{
	struct sip_txn_answer a = { .status = status,
		.to_tag = slice_from(c->tag) };
	char hmem[600], bmem[1200];
	struct buf h, b;

	buf_over(&h, hmem, sizeof(hmem));
	buf_over(&b, bmem, sizeof(bmem));
	sim_say_contact(c, &h);
	if (status == 407)
		buf_cstr(&h,
		    "Proxy-Authenticate: Digest realm=\"sim\", "
		    "nonce=\"n1\", algorithm=MD5, qop=\"auth\"\r\n");
	if (status < 200 && c->rseq != 0)
		buf_printf(&h, "Require: 100rel\r\nRSeq: %u\r\n", c->rseq);
	a.headers = buf_slice(&h);
	if (sdp) {
		sim_say_sdp(c, SDP_SENDRECV, &b);
		a.body = buf_slice(&b);
		a.content_type = SLICE(SDP_CONTENT_TYPE);
	}
	if (sip_txn_respond(c->peer->txn, id, &a, c->peer->clock->now_us) !=
	    ERR_OK)
		return; /* it was answered meanwhile */
	sim_peer_wake(c->peer);
}

void sim_say_request(struct sim_call *c, enum sip_method method, bool sdp,
    enum sdp_dir dir, struct sip_txn_id ack_of)
{
	char scratch[SIP_DLG_TEXT_MAX], hmem[200], bmem[1200];
	struct buf s, h, b;
	struct sip_write_request r;
	struct sip_txn_id id;
	struct addr4 to;
	enum err e;

	memset(&r, 0, sizeof(r));
	buf_over(&s, scratch, sizeof(scratch));
	buf_over(&h, hmem, sizeof(hmem));
	buf_over(&b, bmem, sizeof(bmem));
	if (sip_dlg_request(&c->dlg, method, &s, &r, &to) != ERR_OK)
		return;
	sim_say_contact(c, &h);
	/* The company's desk, or somebody nobody may be handed to. */
	if (method == SIP_METHOD_REFER)
		buf_cstr(&h, sim_clock_chance(c->peer->clock, 80)
				 ? "Refer-To: <sip:desk@10.0.0.3:5080>\r\n"
				 : "Refer-To: <sip:+19005550100@10.0.0.1>\r\n");
	r.headers = buf_slice(&h);
	if (sdp) {
		sim_say_sdp(c, dir, &b);
		r.body = buf_slice(&b);
		r.content_type = SLICE(SDP_CONTENT_TYPE);
	}
	if (method == SIP_METHOD_ACK)
		e = sip_txn_ack(c->peer->txn, ack_of, &r, to,
		    c->peer->clock->now_us);
	else
		e = sip_txn_request(c->peer->txn, &r, to, sim_say_ref(c),
		    c->peer->clock->now_us, &id);
	if (e != ERR_OK)
		abort();
	sim_peer_wake(c->peer);
}
