#include "sipworker/sip/sip_client.h"

#include <assert.h>

#include "sipworker/sip/sip_ict.h"
#include "sipworker/sip/sip_nict.h"

#define BRANCH_N (sizeof(SIP_VIA_COOKIE) - 1 + SIP_TXN_TOKEN_N)

/* Of an INVITE: lines of ours, up to SIP_AUTH_REALMS_MAX of 1,600 bytes. */
#define CREDENTIALS_MAX 4800

/* An INVITE that rings on without any further 1xx is given up (13.3.1.1 asks
 * the called side for one each minute). */
#define RING_MAX_US (5 * RT_MIN_US)

static void client_key(const struct sip_txn_layer *t, struct slice branch,
    struct slice method, uint64_t key[2])
{
	const struct slice parts[] = { SLICE("c"), branch, method };

	sip_core_hash(t, parts, RT_ARRAY_LEN(parts), key);
}
static uint64_t tag_hash(const struct sip_txn_layer *t, struct slice tag)
{
	const struct slice parts[] = { SLICE("t"), tag };

	return keyed_u64(t->key[0], parts, RT_ARRAY_LEN(parts));
}
/* Reads a stored request back. It was written by us, so it parses. */
static void reparse(struct sip_txn_layer *t, struct sip_table_text text,
    struct sip_msg *out)
{
	enum err e;

	buf_reset(&t->again);
	sip_table_put(&t->table, text, &t->again);
	e = sip_msg_parse(buf_slice(&t->again), &t->unfolded_again, out);
	assert(e == ERR_OK);
}
static void put_branch(struct sip_txn_layer *t, struct buf *b)
{
	char token[SIP_TXN_TOKEN_MAX];

	sip_core_token(t, 'b', ++t->tokens, token);
	buf_cstr(b, SIP_VIA_COOKIE);
	buf_cstr(b, token);
}

/* Adds a client slot for the request that stands in t->out, and sends it.
 */
static enum err begin_client(struct sip_txn_layer *t, struct slice branch,
    enum sip_method method, struct addr4 to, int64_t now_us,
    struct sip_slot **out)
{
	struct sip_slot *s;
	uint64_t key[2];
	enum err e;

	client_key(t, branch, sip_hdr_method_name(method), key);
	s = sip_table_add(&t->table, key, 0);
	if (s == NULL)
		return ERR_BUSY;
	s->kind = method == SIP_METHOD_INVITE ? SIP_TABLE_ICT : SIP_TABLE_NICT;
	s->state = 0; /* both tables begin with their first state */
	s->method = (uint8_t)method;
	s->peer = to;
	if ((e = sip_core_keep_and_send(t, s)) != ERR_OK) {
		sip_table_remove(&t->table, s);
		return e;
	}
	sip_core_retry_after(s, SIP_TXN_T1_US, now_us);
	s->end_us = now_us + SIP_TXN_64T1_US;
	sip_table_timed(&t->table, s);
	*out = s;
	return ERR_OK;
}

/* Builds into t->out with a fresh branch. */
static enum err build_request(struct sip_txn_layer *t,
    const struct sip_write_request *r, char branch[BRANCH_N],
    struct slice *branch_out)
{
	struct buf b;

	buf_over(&b, branch, BRANCH_N);
	put_branch(t, &b);
	*branch_out = buf_slice(&b);
	buf_reset(&t->out);
	sip_write_request(&t->out, r, t->sent_by, *branch_out);
	return buf_err(&t->out);
}

enum err sip_client_request(struct sip_txn_layer *t,
    const struct sip_write_request *r, struct addr4 to, uint64_t user,
    int64_t now_us, struct sip_txn_id *out)
{
	char text[BRANCH_N];
	struct slice branch;
	struct sip_slot *s;
	enum err e;

	assert(r->method != SIP_METHOD_ACK && r->method != SIP_METHOD_CANCEL);
	if ((e = build_request(t, r, text, &branch)) != ERR_OK)
		return e;
	/* What we could not read back we must not send: CANCEL and ACK are
	 * made from it. */
	e = sip_msg_parse(buf_slice(&t->out), &t->unfolded_again,
	    &(struct sip_msg){ .bad = 0 });
	if (e != ERR_OK)
		return e;
	if ((e = begin_client(t, branch, r->method, to, now_us, &s)) != ERR_OK)
		return e;
	s->user = user;
	*out = (struct sip_txn_id){ sip_table_id(&t->table, s) };
	return ERR_OK;
}

/* Sends the CANCEL of an INVITE that has had a 1xx. */
static void send_cancel(struct sip_txn_layer *t, struct sip_slot *s,
    int64_t now_us)
{
	char headers[512];
	struct sip_slot *cancel;
	struct sip_msg invite;
	struct buf extra;

	s->cancel_sent = true;
	buf_over(&extra, headers, sizeof(headers));
	sip_table_put(&t->table, s->extra, &extra);
	sip_table_drop(&t->table, &s->extra);
	reparse(t, s->sent, &invite);
	buf_reset(&t->out);
	sip_write_cancel(&t->out, &invite,
	    buf_err(&extra) == ERR_OK ? buf_slice(&extra) : SLICE(""));
	if (buf_err(&t->out) != ERR_OK)
		return;
	if (begin_client(t, invite.via.branch, SIP_METHOD_CANCEL, s->peer,
		now_us, &cancel) == ERR_OK)
		cancel->internal = true;
	else /* no slot: sent once is better than never */
		sip_core_send(t, s->peer, buf_slice(&t->out));
	s->end_us = now_us + SIP_TXN_64T1_US;
	sip_table_timed(&t->table, s);
}

enum err sip_client_cancel(struct sip_txn_layer *t, struct sip_txn_id id,
    struct slice headers, int64_t now_us)
{
	struct sip_slot *s = sip_table_get(&t->table, id.v);

	if (s == NULL || s->kind != SIP_TABLE_ICT ||
	    s->state > SIP_ICT_PROCEEDING)
		return ERR_NOTFOUND;
	if (s->cancelled)
		return ERR_OK;
	s->cancelled = true;
	/* A CANCEL without its Reason is still a CANCEL. */
	if (sip_table_store(&t->table, &s->extra, headers) != ERR_OK)
		s->extra.n = 0;
	if (s->state == SIP_ICT_PROCEEDING)
		send_cancel(t, s, now_us);
	return ERR_OK;
}

enum err sip_client_keep(const struct sip_txn_layer *t,
    const struct sip_slot *s, struct buf *out)
{
	if (s->state > SIP_ICT_PROCEEDING)
		return ERR_NOTFOUND;
	sip_table_put(&t->table, s->sent, out);
	return buf_err(out);
}

/* A CANCEL before any 1xx might overtake its INVITE (9.1); not one that comes
 * after another process has started. */
enum err sip_client_adopt(struct sip_txn_layer *t, struct slice invite,
    struct addr4 to, uint64_t user, int64_t now_us, struct sip_txn_id *out)
{
	struct sip_msg m;
	struct sip_slot *s;
	uint64_t key[2];

	if (sip_msg_parse(invite, &t->unfolded_again, &m) != ERR_OK ||
	    !m.is_request || m.bad != 0 || m.method != SIP_METHOD_INVITE ||
	    !sip_via_is_unique(&m.via) || to.port == 0)
		return ERR_SYNTAX;
	client_key(t, m.via.branch, sip_hdr_method_name(m.method), key);
	if (sip_table_find(&t->table, key) != NULL)
		return ERR_CONFLICT;
	if ((s = sip_table_add(&t->table, key, 0)) == NULL)
		return ERR_BUSY;
	s->kind = SIP_TABLE_ICT;
	s->state = SIP_ICT_PROCEEDING;
	s->method = (uint8_t)m.method;
	s->peer = to;
	s->user = user;
	if (sip_table_store(&t->table, &s->sent, invite) != ERR_OK) {
		sip_table_remove(&t->table, s);
		return ERR_BUSY;
	}
	s->end_us = now_us + RING_MAX_US;
	sip_table_timed(&t->table, s);
	*out = (struct sip_txn_id){ sip_table_id(&t->table, s) };
	return ERR_OK;
}

bool sip_client_heard(const struct sip_txn_layer *t, struct sip_txn_id id)
{
	const struct sip_slot *s = sip_table_get(&t->table, id.v);

	/* Both tables begin in their only state without an answer. */
	return s != NULL && s->state != 0;
}

/* RFC 3261 22.1: the ACK of a 2xx has the credentials of its INVITE, for a
 * proxy that reads them may challenge no ACK. Nothing else is needed of an
 * INVITE that is answered. */
static void keep_credentials(struct sip_txn_layer *t, struct sip_slot *s)
{
	char mem[CREDENTIALS_MAX];
	struct sip_msg invite;
	struct buf b;

	if (s->sent.n == 0)
		return;
	reparse(t, s->sent, &invite);
	buf_over(&b, mem, sizeof(mem));
	for (size_t i = 0; i < invite.n_fields; i++) {
		const struct sip_field *f = &invite.fields[i];

		if (f->id == SIP_HDR_AUTHORIZATION ||
		    f->id == SIP_HDR_PROXY_AUTHORIZATION)
			sip_write_hdr(&b, f->id, f->value);
	}
	sip_table_drop(&t->table, &s->sent);
	/* No room: an ACK without them is still an ACK. */
	if (b.n > 0 &&
	    (buf_err(&b) != ERR_OK ||
		sip_table_store(&t->table, &s->sent, buf_slice(&b)) != ERR_OK))
		s->sent.n = 0;
}

/* Into t->out, with what keep_credentials() has kept. */
static enum err build_ack(struct sip_txn_layer *t, const struct sip_slot *s,
    const struct sip_write_request *r)
{
	struct sip_write_request ack = *r;
	char mem[CREDENTIALS_MAX], text[BRANCH_N];
	struct slice branch;
	struct buf h;

	buf_over(&h, mem, sizeof(mem));
	buf_put(&h, r->headers);
	if (s != NULL && s->kind == SIP_TABLE_ICT &&
	    s->state == SIP_ICT_ACCEPTED)
		sip_table_put(&t->table, s->sent, &h);
	if (buf_err(&h) == ERR_OK)
		ack.headers = buf_slice(&h);
	return build_request(t, &ack, text, &branch);
}

enum err sip_client_ack(struct sip_txn_layer *t, struct sip_txn_id id,
    const struct sip_write_request *r, struct addr4 to)
{
	struct sip_slot *s = sip_table_get(&t->table, id.v);
	struct sip_addr remote;
	enum err e;

	assert(r->method == SIP_METHOD_ACK);
	if ((e = build_ack(t, s, r)) != ERR_OK)
		return e;
	sip_core_send(t, to, buf_slice(&t->out));
	if (s == NULL || s->kind != SIP_TABLE_ICT ||
	    s->state != SIP_ICT_ACCEPTED || s->extra.n != 0)
		return ERR_OK;
	if ((e = sip_addr_parse(r->to, &remote)) != ERR_OK)
		return e;
	s->ack_tag = tag_hash(t, remote.tag);
	s->ack_peer = to;
	return sip_table_store(&t->table, &s->extra, buf_slice(&t->out));
}

/* The ACK to a non-2xx takes the place of the INVITE, for repeats. */
static void ack_failure(struct sip_txn_layer *t, struct sip_slot *s,
    const struct sip_msg *response)
{
	struct sip_msg invite;

	if (s->acked) {
		sip_core_resend(t, s->sent, s->peer);
		return;
	}
	reparse(t, s->sent, &invite);
	buf_reset(&t->out);
	sip_write_ack(&t->out, &invite, response);
	if (buf_err(&t->out) != ERR_OK)
		return;
	s->acked = true;
	sip_core_send(t, s->peer, buf_slice(&t->out));
	/* An ACK is shorter than its INVITE, which makes room for it; if not,
	 * a repeated final stays without its ACK. */
	if (sip_table_store(&t->table, &s->sent, buf_slice(&t->out)) != ERR_OK)
		s->sent.n = 0;
}

/* A 2xx whose ACK we hold is answered with it, not told again. */
static bool answer_again(struct sip_txn_layer *t, const struct sip_slot *s,
    const struct sip_msg *m)
{
	if (m == NULL || s->state != SIP_ICT_ACCEPTED || s->extra.n == 0 ||
	    tag_hash(t, m->to.tag) != s->ack_tag)
		return false;
	sip_core_resend(t, s->extra, s->ack_peer);
	return true;
}

static void run_ict(struct sip_txn_layer *t, struct sip_slot *s,
    enum sip_ict_event ev, struct addr4 from, int64_t now_us)
{
	const struct sip_msg *m = ev <= SIP_ICT_FAIL ? &t->msg : NULL;
	const uint64_t id = sip_table_id(&t->table, s);
	enum sip_ict_state state = (enum sip_ict_state)s->state;
	const unsigned int todo = sip_ict_step(&state, ev);

	if (answer_again(t, s, m))
		return;
	s->state = (uint8_t)state;
	if (todo & SIP_ICT_DO_RESEND) {
		sip_core_resend(t, s->sent, s->peer);
		sip_core_retry_after(s, s->wait_us * 2, now_us);
	}
	if (todo & SIP_ICT_DO_STOP_AB)
		sip_core_stop_retry(s);
	if (state == SIP_ICT_PROCEEDING && !s->cancel_sent)
		s->end_us = now_us + RING_MAX_US;
	if (todo & SIP_ICT_DO_ACK)
		ack_failure(t, s, &t->msg);
	if (todo & SIP_ICT_DO_START_M) {
		keep_credentials(t, s);
		sip_table_drop(&t->table, &s->extra);
	}
	if (todo & (SIP_ICT_DO_START_D | SIP_ICT_DO_START_M))
		s->end_us = now_us + SIP_TXN_64T1_US;
	sip_table_timed(&t->table, s);
	if (state == SIP_ICT_PROCEEDING && s->cancelled && !s->cancel_sent)
		send_cancel(t, s, now_us);
	if ((todo & SIP_ICT_DO_TELL) && m != NULL && m->status > 100)
		sip_core_tell(t, s, SIP_TXN_RESPONSE, m, from, now_us);
	if (todo & SIP_ICT_DO_TELL_TIMEOUT)
		sip_core_tell(t, s, SIP_TXN_TIMEOUT, NULL, s->peer, now_us);
	if ((todo & SIP_ICT_DO_END) && sip_table_get(&t->table, id) == s)
		sip_core_end(t, s, now_us);
}

static void run_nict(struct sip_txn_layer *t, struct sip_slot *s,
    enum sip_nict_event ev, struct addr4 from, int64_t now_us)
{
	const struct sip_msg *m = ev <= SIP_NICT_FINAL ? &t->msg : NULL;
	const uint64_t id = sip_table_id(&t->table, s);
	enum sip_nict_state state = (enum sip_nict_state)s->state;
	const unsigned int todo = sip_nict_step(&state, ev);

	s->state = (uint8_t)state;
	if (todo & SIP_NICT_DO_RESEND) {
		sip_core_resend(t, s->sent, s->peer);
		sip_core_retry_after(s,
		    sip_core_doubled(s->wait_us, SIP_TXN_T2_US), now_us);
	}
	if (todo & SIP_NICT_DO_SLOW)
		sip_core_retry_after(s, SIP_TXN_T2_US, now_us);
	if (todo & SIP_NICT_DO_START_K) {
		sip_core_stop_retry(s);
		sip_table_drop(&t->table, &s->sent);
		s->end_us = now_us + SIP_TXN_T4_US;
	}
	sip_table_timed(&t->table, s);
	if ((todo & SIP_NICT_DO_TELL) && m != NULL && m->status > 100)
		sip_core_tell(t, s, SIP_TXN_RESPONSE, m, from, now_us);
	if (todo & SIP_NICT_DO_TELL_TIMEOUT)
		sip_core_tell(t, s, SIP_TXN_TIMEOUT, NULL, s->peer, now_us);
	if ((todo & SIP_NICT_DO_END) && sip_table_get(&t->table, id) == s)
		sip_core_end(t, s, now_us);
}

/* RFC 3261 18.1.2, 8.1.3.3: an answer to what we sent has our Via, and no other
 * below it. */
static bool is_for_us(const struct sip_txn_layer *t, const struct sip_msg *m)
{
	const uint16_t port = m->via.port == 0 ? SIP_VIA_PORT : m->via.port;
	struct sip_msg_walk w = { .field = 0 };
	struct slice via;
	uint32_t ip;

	return addr4_ip(m->via.host, &ip) == ERR_OK && ip == t->sent_by.ip &&
	       port == t->sent_by.port &&
	       sip_msg_walk(m, SIP_HDR_VIA, &w, &via) &&
	       !sip_msg_walk(m, SIP_HDR_VIA, &w, &via);
}

void sip_client_input(struct sip_txn_layer *t, struct addr4 from,
    int64_t now_us)
{
	const struct sip_msg *m = &t->msg;
	struct sip_slot *s = NULL;
	uint64_t key[2];

	client_key(t, m->via.branch, m->cseq.name, key);
	if (is_for_us(t, m))
		s = sip_table_find(&t->table, key);
	if (s == NULL) {
		t->stats.stray++;
		return;
	}
	if (s->kind == SIP_TABLE_ICT)
		run_ict(t, s,
		    m->status < 200   ? SIP_ICT_1XX
		    : m->status < 300 ? SIP_ICT_2XX
				      : SIP_ICT_FAIL,
		    from, now_us);
	else
		run_nict(t, s, m->status < 200 ? SIP_NICT_1XX : SIP_NICT_FINAL,
		    from, now_us);
}

void sip_client_retry(struct sip_txn_layer *t, struct sip_slot *s,
    int64_t now_us)
{
	if (s->kind == SIP_TABLE_ICT)
		run_ict(t, s, SIP_ICT_TIMER_A, s->peer, now_us);
	else
		run_nict(t, s, SIP_NICT_TIMER_E, s->peer, now_us);
}

void sip_client_end(struct sip_txn_layer *t, struct sip_slot *s, int64_t now_us)
{
	static const enum sip_ict_event ict[SIP_ICT_STATES] = {
		[SIP_ICT_CALLING] = SIP_ICT_TIMER_B,
		[SIP_ICT_PROCEEDING] = SIP_ICT_TIMER_CANCEL,
		[SIP_ICT_COMPLETED] = SIP_ICT_TIMER_D,
		[SIP_ICT_ACCEPTED] = SIP_ICT_TIMER_M,
		[SIP_ICT_TERMINATED] = SIP_ICT_TIMER_M,
	};

	if (s->kind == SIP_TABLE_ICT)
		run_ict(t, s, ict[s->state], s->peer, now_us);
	else
		run_nict(t, s,
		    s->state == SIP_NICT_COMPLETED ? SIP_NICT_TIMER_K
						   : SIP_NICT_TIMER_F,
		    s->peer, now_us);
}
