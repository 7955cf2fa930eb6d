#include "sipworker/sip/sip_txn.h"

#include <stdlib.h>
#include <string.h>

#include "sipworker/sip/sip_client.h"
#include "sipworker/sip/sip_server.h"

#define SECRET_BYTES    (2 * KEYED_KEY_BYTES)
#define CHUNKS_PER_SLOT 6

enum err sip_txn_new(const struct sip_txn_conf *conf,
    const struct sip_txn_ops *ops, struct sip_txn_layer **out)
{
	struct sip_txn_layer *t;
	enum err e;

	if (conf->secret.n != SECRET_BYTES)
		return ERR_RANGE;
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return ERR_NOMEM;
	t->ops = *ops;
	t->sent_by = conf->sent_by;
	memcpy(t->key, conf->secret.p, SECRET_BYTES);
	buf_over(&t->out, t->memory[0], SIP_MSG_BYTES_MAX);
	buf_over(&t->again, t->memory[1], SIP_MSG_BYTES_MAX);
	buf_over(&t->unfolded, t->memory[2], SIP_MSG_BYTES_MAX);
	buf_over(&t->unfolded_again, t->memory[3], SIP_MSG_BYTES_MAX);
	e = sip_table_init(&t->table, conf->slots,
	    conf->chunks != 0 ? conf->chunks : conf->slots * CHUNKS_PER_SLOT);
	if (e == ERR_OK &&
	    !slice_to_cstr(conf->server, t->server, sizeof(t->server)))
		e = ERR_RANGE;
	if (e != ERR_OK) {
		sip_txn_free(t);
		return e;
	}
	*out = t;
	return ERR_OK;
}

void sip_txn_free(struct sip_txn_layer *t)
{
	if (t == NULL)
		return;
	sip_table_fini(&t->table);
	free(t);
}

void sip_txn_token(struct sip_txn_layer *t, char out[SIP_TXN_TOKEN_MAX])
{
	sip_core_token(t, 'n', ++t->tokens, out);
}

void sip_txn_input(struct sip_txn_layer *t, struct addr4 from,
    struct slice datagram, int64_t now_us)
{
	const enum err e = sip_msg_parse(datagram, &t->unfolded, &t->msg);

	t->stats.received++;
	if (e == ERR_NOTFOUND)
		return; /* keep-alive */
	if (e != ERR_OK) {
		t->stats.malformed++;
		t->stats.malformed_source = from.ip;
		return;
	}
	if (t->msg.is_request)
		sip_server_input(t, from, now_us);
	else
		sip_client_input(t, from, now_us);
}

static void fire(struct sip_txn_layer *t, struct sip_slot *s, int64_t now_us)
{
	const bool server =
	    s->kind == SIP_TABLE_IST || s->kind == SIP_TABLE_NIST;

	if (s->end_us <= now_us)
		(server ? sip_server_end : sip_client_end)(t, s, now_us);
	else
		(server ? sip_server_retry : sip_client_retry)(t, s, now_us);
}

void sip_txn_tick(struct sip_txn_layer *t, int64_t now_us)
{
	struct sip_slot *s;

	while ((s = sip_table_first(&t->table)) != NULL &&
	       sip_table_due_us(s) <= now_us)
		fire(t, s, now_us);
}

int64_t sip_txn_next_us(const struct sip_txn_layer *t)
{
	const struct sip_slot *s = sip_table_first(&t->table);

	return s == NULL ? INT64_MAX : sip_table_due_us(s);
}

void sip_txn_stats(const struct sip_txn_layer *t, struct sip_txn_stats *out)
{
	*out = t->stats;
	out->live = t->table.live;
	out->chunks_used = t->table.chunks_used;
}

enum err sip_txn_set_user(struct sip_txn_layer *t, struct sip_txn_id id,
    uint64_t user)
{
	struct sip_slot *s = sip_table_get(&t->table, id.v);

	if (s == NULL)
		return ERR_NOTFOUND;
	s->user = user;
	return ERR_OK;
}

enum err sip_txn_respond(struct sip_txn_layer *t, struct sip_txn_id id,
    const struct sip_txn_answer *a, int64_t now_us)
{
	return sip_server_respond(t, id, a, now_us);
}

enum err sip_txn_acked(struct sip_txn_layer *t, struct sip_txn_id id,
    int64_t now_us)
{
	(void)now_us; /* the transaction lingers to its timer L all the same */
	return sip_server_acked(t, id);
}

enum err sip_txn_request(struct sip_txn_layer *t,
    const struct sip_write_request *r, struct addr4 to, uint64_t user,
    int64_t now_us, struct sip_txn_id *out)
{
	return sip_client_request(t, r, to, user, now_us, out);
}

enum err sip_txn_cancel(struct sip_txn_layer *t, struct sip_txn_id id,
    struct slice headers, int64_t now_us)
{
	return sip_client_cancel(t, id, headers, now_us);
}

enum err sip_txn_keep(const struct sip_txn_layer *t, struct sip_txn_id id,
    struct slice to_tag, struct buf *out, struct addr4 *peer)
{
	const struct sip_slot *s = sip_table_get(&t->table, id.v);
	enum err e = ERR_NOTFOUND;

	if (s != NULL && s->kind == SIP_TABLE_ICT)
		e = sip_client_keep(t, s, out);
	else if (s != NULL && s->kind == SIP_TABLE_IST)
		e = sip_server_keep(t, s, to_tag, out);
	if (e == ERR_OK)
		*peer = s->peer;
	return e;
}

enum err sip_txn_adopt_sent(struct sip_txn_layer *t, struct slice invite,
    struct addr4 to, uint64_t user, int64_t now_us, struct sip_txn_id *out)
{
	return sip_client_adopt(t, invite, to, user, now_us, out);
}

enum err sip_txn_adopt_received(struct sip_txn_layer *t, struct slice kept,
    struct addr4 peer, int64_t now_us, struct sip_txn_id *out)
{
	(void)now_us; /* an INVITE that waits for its answer has no timer */
	return sip_server_adopt(t, kept, peer, out);
}

bool sip_txn_heard(const struct sip_txn_layer *t, struct sip_txn_id id)
{
	return sip_client_heard(t, id);
}

enum err sip_txn_ack(struct sip_txn_layer *t, struct sip_txn_id id,
    const struct sip_write_request *r, struct addr4 to, int64_t now_us)
{
	(void)now_us;
	return sip_client_ack(t, id, r, to);
}
