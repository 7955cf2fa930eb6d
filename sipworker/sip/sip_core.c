#include "sipworker/sip/sip_core.h"

#include <string.h>

#include "lib/base/hex.h"

#define LARGE_BYTES 1300 /* RFC 3261 18.1.1 */

void sip_core_hash(const struct sip_txn_layer *t, const struct slice *parts,
    size_t n, uint64_t key[2])
{
	key[0] = keyed_u64(t->key[0], parts, n);
	key[1] = keyed_u64(t->key[1], parts, n);
}

/* 8.2.2.2: what makes a request that came by two ways the same. Never 0. */
uint64_t sip_core_merge_key(const struct sip_txn_layer *t,
    const struct sip_msg *m)
{
	const struct slice seq =
	    slice_of(&m->cseq.number, sizeof(m->cseq.number));
	const struct slice parts[] = { SLICE("m"), m->call_id, m->from.tag, seq,
		m->cseq.name };

	return keyed_u64(t->key[0], parts, RT_ARRAY_LEN(parts)) | 1;
}

/* Text from a keyed hash of *from. */
void sip_core_token(const struct sip_txn_layer *t, char kind, uint64_t from,
    char out[SIP_TXN_TOKEN_MAX])
{
	const struct slice parts[] = { slice_of(&kind, 1),
		slice_of(&from, sizeof(from)) };
	uint64_t h[2];
	char text[2 * sizeof(h) + 1];

	sip_core_hash(t, parts, RT_ARRAY_LEN(parts), h);
	hex_encode(h, sizeof(h), text);
	memcpy(out, text, SIP_TXN_TOKEN_N);
	out[SIP_TXN_TOKEN_N] = '\0';
}

void sip_core_send(struct sip_txn_layer *t, struct addr4 to, struct slice bytes)
{
	t->stats.sent++;
	if (bytes.n > LARGE_BYTES)
		t->stats.sent_large++;
	t->ops.send(t->ops.arg, to, bytes);
}

void sip_core_resend(struct sip_txn_layer *t, struct sip_table_text text,
    struct addr4 to)
{
	if (text.n == 0)
		return;
	buf_reset(&t->again);
	sip_table_put(&t->table, text, &t->again);
	t->stats.resent++;
	sip_core_send(t, to, buf_slice(&t->again));
}

enum err sip_core_keep_and_send(struct sip_txn_layer *t, struct sip_slot *s)
{
	const struct slice bytes = buf_slice(&t->out);
	const enum err e = sip_table_store(&t->table, &s->sent, bytes);

	if (e == ERR_OK)
		sip_core_send(t, s->peer, bytes);
	return e;
}

void sip_core_put_status(struct buf *b, unsigned int status,
    struct slice reason)
{
	buf_cstr(b, "SIP/2.0 ");
	buf_u64(b, status);
	buf_char(b, ' ');
	if (reason.n == 0)
		buf_cstr(b, sip_write_reason(status));
	else
		buf_put(b, reason);
	buf_cstr(b, "\r\n");
}

void sip_core_put_server(const struct sip_txn_layer *t, struct buf *b)
{
	if (t->server[0] != '\0')
		sip_write_hdr(b, SIP_HDR_SERVER, slice_from(t->server));
}

/* What cannot be read goes back as it came, a tag behind it would be lost. */
static void put_to(const struct sip_txn_layer *t, struct buf *b,
    const struct sip_msg *m)
{
	char tag[SIP_TXN_TOKEN_MAX];

	if (!sip_msg_has(m, SIP_HDR_TO))
		return;
	buf_cstr(b, "To: ");
	buf_put(b, sip_msg_value(m, SIP_HDR_TO));
	if (m->to.tag.n == 0 && m->to.uri_text.n > 0) {
		sip_core_token(t, 's', sip_core_merge_key(t, m), tag);
		buf_cstr(b, ";tag=");
		buf_cstr(b, tag);
	}
	buf_cstr(b, "\r\n");
}

/* An answer of the layer's own that leaves no trace; a repeated request gets
 * the same bytes. */
void sip_core_answer(struct sip_txn_layer *t, const struct sip_msg *m,
    struct addr4 from, unsigned int status, const char *reason)
{
	struct buf *b = &t->out;

	buf_reset(b);
	sip_core_put_status(b, status, slice_from(reason));
	sip_write_echo(b, m, from);
	put_to(t, b, m);
	if (status == 503)
		sip_write_hdr_u64(b, SIP_HDR_RETRY_AFTER, 5);
	sip_core_put_server(t, b);
	sip_write_end(b);
	if (buf_err(b) == ERR_OK)
		sip_core_send(t, sip_via_reply_to(&m->via, from), buf_slice(b));
}

void sip_core_tell(struct sip_txn_layer *t, const struct sip_slot *s,
    enum sip_txn_what what, const struct sip_msg *msg, struct addr4 from,
    int64_t now_us)
{
	struct sip_txn_event ev = {
		.what = what,
		.id = { sip_table_id(&t->table, s) },
		.user = s->user,
		.method = (enum sip_method)s->method,
		.cancelled = s->cancelled,
		.msg = msg,
		.from = from,
		.now_us = now_us,
	};

	if (!s->internal)
		t->ops.event(t->ops.arg, &ev);
}

/* The slot is free before its owner hears of it. */
void sip_core_end(struct sip_txn_layer *t, struct sip_slot *s, int64_t now_us)
{
	struct sip_txn_event ev = {
		.what = SIP_TXN_ENDED,
		.id = { sip_table_id(&t->table, s) },
		.user = s->user,
		.method = (enum sip_method)s->method,
		.cancelled = s->cancelled,
		.now_us = now_us,
	};
	const bool internal = s->internal;

	sip_table_remove(&t->table, s);
	if (!internal)
		t->ops.event(t->ops.arg, &ev);
}

int64_t sip_core_doubled(int64_t wait_us, int64_t max_us)
{
	return wait_us * 2 < max_us ? wait_us * 2 : max_us;
}

void sip_core_retry_after(struct sip_slot *s, int64_t wait_us, int64_t now_us)
{
	s->wait_us = wait_us;
	s->retry_us = now_us + wait_us;
}

void sip_core_stop_retry(struct sip_slot *s)
{
	s->retry_us = INT64_MAX;
}
