/*
 * sip_core.h - the inside of the transaction layer, shared by sip_txn, its
 * server side and its client side. Not for anybody else: see sip_txn.h.
 */
#ifndef RT_SIP_CORE_H
#define RT_SIP_CORE_H

#include "lib/hash/keyed.h"
#include "sipworker/sip/sip_table.h"
#include "sipworker/sip/sip_txn.h"

#define SIP_CORE_SERVER_MAX 63
#define SIP_CORE_SCRATCHES  4

struct sip_txn_layer {
	struct sip_txn_ops ops;
	struct addr4 sent_by;
	struct sip_table table;
	struct sip_txn_stats stats;
	uint8_t key[2][KEYED_KEY_BYTES];
	uint64_t tokens;
	struct buf out;      /* the message being built */
	struct buf again;    /* a stored message read back */
	struct buf unfolded; /* of the message being handled */
	struct buf unfolded_again;
	struct sip_msg msg; /* the message being handled */
	char server[SIP_CORE_SERVER_MAX + 1];
	char memory[SIP_CORE_SCRATCHES][SIP_MSG_BYTES_MAX];
};

/* Both keyed hashes of the parts: 128 bits that nobody outside can steer. */
void sip_core_hash(const struct sip_txn_layer *t, const struct slice *parts,
    size_t n, uint64_t key[2]);

/* RFC 3261 8.2.2.2: what makes a request that came by two ways the same.
 * Never 0. */
uint64_t sip_core_merge_key(const struct sip_txn_layer *t,
    const struct sip_msg *m);

/* Text from a keyed hash of `from`; kind keeps the uses apart. */
void sip_core_token(const struct sip_txn_layer *t, char kind, uint64_t from,
    char out[SIP_TXN_TOKEN_MAX]);

/* Counted sending; resend reads a stored message back. */
void sip_core_send(struct sip_txn_layer *t, struct addr4 to,
    struct slice bytes);

void sip_core_resend(struct sip_txn_layer *t, struct sip_table_text text,
    struct addr4 to);

/* Keeps the message in t->out as s->sent and sends it. ERR_BUSY: no chunks. */
RT_MUST_USE enum err sip_core_keep_and_send(struct sip_txn_layer *t,
    struct sip_slot *s);

void sip_core_put_status(struct buf *b, unsigned int status,
    struct slice reason);

void sip_core_put_server(const struct sip_txn_layer *t, struct buf *b);

/* An answer of the layer's own that leaves no trace; a repeated request gets
 * the same bytes. reason NULL: the usual phrase. */
void sip_core_answer(struct sip_txn_layer *t, const struct sip_msg *m,
    struct addr4 from, unsigned int status, const char *reason);

/* Hands an event up, unless the slot is internal. */
void sip_core_tell(struct sip_txn_layer *t, const struct sip_slot *s,
    enum sip_txn_what what, const struct sip_msg *msg, struct addr4 from,
    int64_t now_us);

/* Frees the slot, then tells SIP_TXN_ENDED. */
void sip_core_end(struct sip_txn_layer *t, struct sip_slot *s, int64_t now_us);

int64_t sip_core_doubled(int64_t wait_us, int64_t max_us);

void sip_core_retry_after(struct sip_slot *s, int64_t wait_us, int64_t now_us);

void sip_core_stop_retry(struct sip_slot *s);

#endif
