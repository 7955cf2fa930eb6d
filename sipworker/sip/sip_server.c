#include "sipworker/sip/sip_server.h"

#include "sipworker/sip/sip_ist.h"
#include "sipworker/sip/sip_nist.h"

/* RFC 3261 17.2.3: branch, sent-by and method (ACK and CANCEL look for their
 * INVITE). Without the cookie, by what RFC 2543 peers keep the same. */
static void server_key(const struct sip_txn_layer *t, const struct sip_msg *m,
    enum sip_method method, uint64_t key[2])
{
	const struct slice name = method == SIP_METHOD_OTHER
				      ? m->method_name
				      : sip_hdr_method_name(method);
	const struct slice port = slice_of(&m->via.port, sizeof(m->via.port));
	const struct slice seq =
	    slice_of(&m->cseq.number, sizeof(m->cseq.number));
	const struct slice rfc3261[] = { SLICE("s"), m->via.branch, m->via.host,
		port, name };
	const struct slice rfc2543[] = { SLICE("o"), m->via.host, port,
		m->via.branch, m->call_id, m->from.tag, seq, name };

	if (sip_via_is_unique(&m->via))
		sip_core_hash(t, rfc3261, RT_ARRAY_LEN(rfc3261), key);
	else
		sip_core_hash(t, rfc2543, RT_ARRAY_LEN(rfc2543), key);
}

/* Carries out what the INVITE server table said, but for DO_SEND, which is
 * the caller's. */
static void run_ist(struct sip_txn_layer *t, struct sip_slot *s,
    unsigned int todo, int64_t now_us)
{
	const uint64_t id = sip_table_id(&t->table, s);

	if (todo & SIP_IST_DO_RESEND)
		sip_core_resend(t, s->sent, s->peer);
	if (todo & SIP_IST_DO_STOP_G)
		sip_core_stop_retry(s);
	if (todo & SIP_IST_DO_START_G)
		sip_core_retry_after(s,
		    s->wait_us == 0
			? SIP_TXN_T1_US
			: sip_core_doubled(s->wait_us, SIP_TXN_T2_US),
		    now_us);
	if (todo & (SIP_IST_DO_START_H | SIP_IST_DO_START_L))
		s->end_us = now_us + SIP_TXN_64T1_US;
	if (todo & SIP_IST_DO_START_L)
		sip_core_retry_after(s, SIP_TXN_T1_US, now_us);
	if (todo & SIP_IST_DO_START_I)
		s->end_us = now_us + SIP_TXN_T4_US;
	sip_table_timed(&t->table, s);
	if (todo & SIP_IST_DO_TELL_NO_ACK)
		sip_core_tell(t, s, SIP_TXN_NO_ACK, NULL, s->peer, now_us);
	if ((todo & SIP_IST_DO_END) && sip_table_get(&t->table, id) == s)
		sip_core_end(t, s, now_us);
}

static void step_ist(struct sip_txn_layer *t, struct sip_slot *s,
    enum sip_ist_event ev, int64_t now_us)
{
	enum sip_ist_state state = (enum sip_ist_state)s->state;
	const unsigned int todo = sip_ist_step(&state, ev);

	s->state = (uint8_t)state;
	run_ist(t, s, todo, now_us);
}

static void run_nist(struct sip_txn_layer *t, struct sip_slot *s,
    enum sip_nist_event ev, int64_t now_us)
{
	enum sip_nist_state state = (enum sip_nist_state)s->state;
	const unsigned int todo = sip_nist_step(&state, ev);

	s->state = (uint8_t)state;
	if (todo & SIP_NIST_DO_RESEND)
		sip_core_resend(t, s->sent, s->peer);
	if (todo & SIP_NIST_DO_START_J)
		s->end_us = now_us + SIP_TXN_64T1_US;
	sip_table_timed(&t->table, s);
	if (todo & SIP_NIST_DO_END)
		sip_core_end(t, s, now_us);
}

/* Builds a response from the slot's kept head. */
static enum err build_answer(struct sip_txn_layer *t, struct sip_slot *s,
    const struct sip_txn_answer *a)
{
	struct buf *b = &t->out;
	char tag[SIP_TXN_TOKEN_MAX];

	buf_reset(b);
	sip_core_put_status(b, a->status, a->reason);
	sip_table_put(&t->table, s->echo, b);
	if (!s->to_has_tag && a->status > 100) {
		buf_cstr(b, ";tag=");
		sip_core_token(t, 's', sip_table_id(&t->table, s), tag);
		buf_put(b, a->to_tag.n != 0 ? a->to_tag : slice_from(tag));
	}
	buf_cstr(b, "\r\n");
	buf_put(b, a->headers);
	sip_core_put_server(t, b);
	sip_write_body(b, a->content_type, a->body);
	return buf_err(b);
}

static bool has_final(const struct sip_slot *s)
{
	return s->status >= 200;
}

enum err sip_server_respond(struct sip_txn_layer *t, struct sip_txn_id id,
    const struct sip_txn_answer *a, int64_t now_us)
{
	struct sip_slot *s = sip_table_get(&t->table, id.v);
	enum err e;

	if (s == NULL ||
	    (s->kind != SIP_TABLE_IST && s->kind != SIP_TABLE_NIST))
		return ERR_NOTFOUND;
	if (has_final(s))
		return ERR_CONFLICT;
	if ((e = build_answer(t, s, a)) != ERR_OK)
		return e;
	if ((e = sip_core_keep_and_send(t, s)) != ERR_OK)
		return e;
	s->status = (uint16_t)a->status;
	if (has_final(s))
		sip_table_drop(&t->table, &s->echo);
	if (s->kind == SIP_TABLE_NIST)
		run_nist(t, s,
		    a->status < 200 ? SIP_NIST_SEND_1XX : SIP_NIST_SEND_FINAL,
		    now_us);
	else if (a->status < 200)
		step_ist(t, s, SIP_IST_SEND_1XX, now_us);
	else
		step_ist(t, s,
		    a->status < 300 ? SIP_IST_SEND_2XX : SIP_IST_SEND_FAIL,
		    now_us);
	return ERR_OK;
}

enum err sip_server_acked(struct sip_txn_layer *t, struct sip_txn_id id)
{
	struct sip_slot *s = sip_table_get(&t->table, id.v);

	if (s == NULL || s->kind != SIP_TABLE_IST)
		return ERR_NOTFOUND;
	if (s->state != SIP_IST_ACCEPTED || s->acked)
		return ERR_OK;
	s->acked = true;
	sip_core_stop_retry(s);
	/* Repeated INVITEs are only absorbed from now on (RFC 6026 7.1). */
	sip_table_drop(&t->table, &s->sent);
	sip_table_timed(&t->table, s);
	return ERR_OK;
}

enum err sip_server_keep(const struct sip_txn_layer *t,
    const struct sip_slot *s, struct slice to_tag, struct buf *out)
{
	if (has_final(s))
		return ERR_NOTFOUND;
	sip_table_put(&t->table, s->echo, out);
	if (!s->to_has_tag && to_tag.n > 0) {
		buf_cstr(out, ";tag=");
		buf_put(out, to_tag);
	}
	return buf_err(out);
}

/* What was kept has all that a request is known by: with a first line before
 * it, it is read as one. */
enum err sip_server_adopt(struct sip_txn_layer *t, struct slice kept,
    struct addr4 peer, struct sip_txn_id *out)
{
	struct sip_msg m;
	struct sip_slot *s;
	uint64_t key[2];

	buf_reset(&t->out);
	buf_cstr(&t->out, "INVITE sip:kept.invalid SIP/2.0\r\n");
	buf_put(&t->out, kept);
	buf_cstr(&t->out, "\r\n");
	sip_write_end(&t->out);
	if (buf_err(&t->out) != ERR_OK ||
	    sip_msg_parse(buf_slice(&t->out), &t->unfolded_again, &m) !=
		ERR_OK ||
	    m.bad != 0 || m.cseq.method != SIP_METHOD_INVITE ||
	    m.to.tag.n == 0 || peer.port == 0)
		return ERR_SYNTAX;
	server_key(t, &m, SIP_METHOD_INVITE, key);
	if (sip_table_find(&t->table, key) != NULL)
		return ERR_CONFLICT;
	if ((s = sip_table_add(&t->table, key, 0)) == NULL)
		return ERR_BUSY;
	s->kind = SIP_TABLE_IST;
	s->state = 0; /* the first: it waits for its answer */
	s->method = (uint8_t)SIP_METHOD_INVITE;
	s->status = 100;
	s->to_has_tag = true;
	s->peer = peer;
	if (sip_table_store(&t->table, &s->echo, kept) != ERR_OK) {
		sip_table_remove(&t->table, s);
		return ERR_BUSY;
	}
	*out = (struct sip_txn_id){ sip_table_id(&t->table, s) };
	return ERR_OK;
}

/* An ACK within an INVITE transaction that failed is absorbed; every other one
 * is for a 2xx and goes up. */
static void input_ack(struct sip_txn_layer *t, struct addr4 from,
    int64_t now_us)
{
	const struct sip_msg *m = &t->msg;
	struct sip_txn_event ev = {
		.what = SIP_TXN_ACK,
		.method = SIP_METHOD_ACK,
		.msg = m,
		.from = from,
		.now_us = now_us,
	};
	struct sip_slot *s;
	uint64_t key[2];

	if (m->bad != 0) {
		t->stats.malformed++;
		t->stats.malformed_source = from.ip;
		return;
	}
	server_key(t, m, SIP_METHOD_INVITE, key);
	s = sip_table_find(&t->table, key);
	if (s != NULL && s->state != SIP_IST_ACCEPTED) {
		step_ist(t, s, SIP_IST_ACK, now_us);
		return;
	}
	t->ops.event(t->ops.arg, &ev);
}

/* CANCEL is answered from the INVITE's slot alone, so a repeated one gets the
 * same answer and tells nothing twice (9.2). */
static void input_cancel(struct sip_txn_layer *t, struct addr4 from,
    int64_t now_us)
{
	struct sip_slot *s;
	uint64_t key[2];

	server_key(t, &t->msg, SIP_METHOD_INVITE, key);
	s = sip_table_find(&t->table, key);
	if (s == NULL || s->kind != SIP_TABLE_IST) {
		sip_core_answer(t, &t->msg, from, 481, NULL);
		return;
	}
	sip_core_answer(t, &t->msg, from, 200, NULL);
	if (s->state == SIP_IST_PROCEEDING && !s->cancelled) {
		s->cancelled = true;
		sip_core_tell(t, s, SIP_TXN_CANCEL, &t->msg, from, now_us);
	}
}

/* Stores what every answer begins with, its To last and open for the tag. */
static enum err keep_echo(struct sip_txn_layer *t, struct sip_slot *s,
    struct addr4 from)
{
	struct buf *b = &t->out;

	buf_reset(b);
	sip_write_echo(b, &t->msg, from);
	buf_cstr(b, "To: ");
	buf_put(b, sip_msg_value(&t->msg, SIP_HDR_TO));
	if (buf_err(b) != ERR_OK)
		return buf_err(b);
	return sip_table_store(&t->table, &s->echo, buf_slice(b));
}

/* The last eighth of the table is kept for what ends calls and for our own
 * requests: a flood of others must not leave a caller's BYE unheard. */
static bool has_room(const struct sip_txn_layer *t, enum sip_method method)
{
	const uint32_t kept = t->table.n_slots / 8;

	return method == SIP_METHOD_BYE ||
	       t->table.live < t->table.n_slots - kept;
}

/* The table is full: later. */
static void refuse(struct sip_txn_layer *t, struct addr4 from)
{
	t->stats.refused++;
	sip_core_answer(t, &t->msg, from, 503, NULL);
}

static void begin_server(struct sip_txn_layer *t, const uint64_t key[2],
    uint64_t merge, struct addr4 from, int64_t now_us)
{
	static const struct sip_txn_answer trying = { .status = 100 };
	const struct sip_msg *m = &t->msg;
	const bool invite = m->method == SIP_METHOD_INVITE;
	struct sip_slot *s = NULL;

	if (has_room(t, m->method))
		s = sip_table_add(&t->table, key, merge);
	if (s == NULL) {
		refuse(t, from);
		return;
	}
	if (keep_echo(t, s, from) != ERR_OK) {
		sip_table_remove(&t->table, s);
		refuse(t, from);
		return;
	}
	s->kind = invite ? SIP_TABLE_IST : SIP_TABLE_NIST;
	s->state = 0; /* both tables begin with their first state */
	s->method = (uint8_t)m->method;
	s->to_has_tag = m->to.tag.n != 0;
	s->peer = sip_via_reply_to(&m->via, from);
	if (invite) {
		const struct sip_txn_id id = { sip_table_id(&t->table, s) };

		/* Without room for a 100 there is none for the call either. */
		if (sip_server_respond(t, id, &trying, now_us) != ERR_OK) {
			sip_table_remove(&t->table, s);
			refuse(t, from);
			return;
		}
	} else {
		/* RFC 4320 4.2: too late is never. */
		s->end_us = now_us + SIP_TXN_64T1_US;
		sip_table_timed(&t->table, s);
	}
	sip_core_tell(t, s, SIP_TXN_REQUEST, m, from, now_us);
}

/* 8.2.2.2 speaks of what is still going on: what was refused may be asked for
 * again by another way. */
static bool is_merged(const struct sip_txn_layer *t, uint64_t merge)
{
	const struct sip_slot *s = sip_table_find_merge(&t->table, merge);

	if (t->msg.to.tag.n > 0 || s == NULL)
		return false;
	return s->status < 300 || s->kind != SIP_TABLE_IST;
}

void sip_server_input(struct sip_txn_layer *t, struct addr4 from,
    int64_t now_us)
{
	const struct sip_msg *m = &t->msg;
	struct sip_slot *s;
	uint64_t key[2], merge;

	if (m->method == SIP_METHOD_ACK) {
		input_ack(t, from, now_us);
		return;
	}
	if (m->bad != 0) {
		t->stats.bad++;
		t->stats.bad_source = from.ip;
		sip_core_answer(t, m, from, m->bad, m->why_bad);
		return;
	}
	if (m->method == SIP_METHOD_CANCEL) {
		input_cancel(t, from, now_us);
		return;
	}
	server_key(t, m, m->method, key);
	s = sip_table_find(&t->table, key);
	if (s != NULL) {
		t->stats.repeated++;
		if (s->kind == SIP_TABLE_IST)
			step_ist(t, s, SIP_IST_INVITE, now_us);
		else if (s->kind == SIP_TABLE_NIST)
			run_nist(t, s, SIP_NIST_REQUEST, now_us);
		return;
	}
	merge = sip_core_merge_key(t, m);
	if (is_merged(t, merge)) {
		sip_core_answer(t, m, from, 482, NULL);
		return;
	}
	begin_server(t, key, merge, from, now_us);
}

static void end_ist(struct sip_txn_layer *t, struct sip_slot *s, int64_t now_us)
{
	const uint64_t id = sip_table_id(&t->table, s);

	if (s->state == SIP_IST_ACCEPTED) {
		if (!s->acked)
			sip_core_tell(t, s, SIP_TXN_NO_ACK, NULL, s->peer,
			    now_us);
		if (sip_table_get(&t->table, id) == s)
			step_ist(t, s, SIP_IST_TIMER_L, now_us);
	} else if (s->state == SIP_IST_CONFIRMED) {
		step_ist(t, s, SIP_IST_TIMER_I, now_us);
	} else {
		step_ist(t, s, SIP_IST_TIMER_H, now_us);
	}
}

void sip_server_retry(struct sip_txn_layer *t, struct sip_slot *s,
    int64_t now_us)
{
	if (s->kind != SIP_TABLE_IST)
		return;
	if (s->state != SIP_IST_ACCEPTED) {
		step_ist(t, s, SIP_IST_TIMER_G, now_us);
		return;
	}
	sip_core_resend(t, s->sent, s->peer);
	sip_core_retry_after(s, sip_core_doubled(s->wait_us, SIP_TXN_T2_US),
	    now_us);
	sip_table_timed(&t->table, s);
}

void sip_server_end(struct sip_txn_layer *t, struct sip_slot *s, int64_t now_us)
{
	if (s->kind == SIP_TABLE_IST)
		end_ist(t, s, now_us);
	else
		run_nist(t, s,
		    s->state == SIP_NIST_COMPLETED ? SIP_NIST_TIMER_J
						   : SIP_NIST_TIMER_LATE,
		    now_us);
}
