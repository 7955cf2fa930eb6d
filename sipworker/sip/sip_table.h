/*
 * sip_table.h - the memory of the transaction layer: slots, their hash index,
 * their deadlines in a heap, and stored messages in chunks.
 *
 * Everything is taken at the start. A stored message lies in chunks of
 * SIP_TABLE_CHUNK bytes, so that a lingering transaction costs its slot and no
 * more. Slots are named by number; a generation makes old names stale.
 */
#ifndef RT_SIP_TABLE_H
#define RT_SIP_TABLE_H

#include "lib/base/addr4.h"
#include "lib/base/buf.h"
#include "sipworker/sip/sip_hdr.h"

#define SIP_TABLE_CHUNK     256
#define SIP_TABLE_SLOTS_MAX 1000000
#define SIP_TABLE_NONE      UINT32_MAX

enum sip_table_kind {
	SIP_TABLE_FREE,
	SIP_TABLE_IST,
	SIP_TABLE_NIST,
	SIP_TABLE_ICT,
	SIP_TABLE_NICT
};

/* A stored message; empty when n is 0. */
struct sip_table_text {
	uint32_t first; /* chunk */
	uint32_t n;     /* bytes */
};

struct sip_slot {
	uint64_t gen;
	uint64_t user;
	uint64_t key[2];   /* 128-bit keyed hash of what it is matched by */
	uint64_t merge;    /* server: Call-ID, From tag and CSeq; else 0 */
	uint64_t ack_tag;  /* client: hash of the To tag whose ACK is kept */
	int64_t retry_us;  /* next retransmission, INT64_MAX none */
	int64_t end_us;    /* the timer that ends the present state */
	int64_t wait_us;   /* present retransmission interval */
	struct addr4 peer; /* where our messages of it go */
	struct addr4 ack_peer;
	struct sip_table_text echo; /* server: head of our responses */
	/* Last response; our request, of one with a 2xx its credentials. */
	struct sip_table_text sent;
	struct sip_table_text extra; /* client: CANCEL's headers; ACK of 2xx */
	uint32_t chain; /* next slot of its bucket, or of the free list */
	uint32_t merge_chain;
	uint32_t heap_at;
	uint16_t status; /* server: last status sent */
	uint8_t kind;    /* enum sip_table_kind */
	uint8_t state;   /* of its state machine */
	uint8_t method;  /* enum sip_method */
	bool acked;
	bool cancelled; /* told (server) or asked (client) */
	bool cancel_sent;
	bool to_has_tag;
	bool internal; /* no events: a CANCEL of ours */
};

struct sip_table {
	struct sip_slot *slots;
	uint32_t *buckets;
	uint32_t *merges;
	uint32_t *heap;
	uint32_t *chunk_next;
	char *chunks;
	uint32_t n_slots;
	uint32_t n_chunks;
	uint32_t mask; /* of both indexes */
	uint32_t n_heap;
	uint32_t free_slot;
	uint32_t free_chunk;
	uint32_t live;
	uint32_t chunks_used;
};

/* ERR_RANGE, ERR_NOMEM; *t may then still be given to sip_table_fini(). */
RT_MUST_USE enum err sip_table_init(struct sip_table *t, uint32_t slots,
    uint32_t chunks);
void sip_table_fini(struct sip_table *t);

/* A new slot in the index, without deadlines. NULL: full. merge may be 0. */
struct sip_slot *sip_table_add(struct sip_table *t, const uint64_t key[2],
    uint64_t merge);
/* Gives slot and stored messages back; its id is stale from now on. */
void sip_table_remove(struct sip_table *t, struct sip_slot *s);
struct sip_slot *sip_table_find(const struct sip_table *t,
    const uint64_t key[2]);
struct sip_slot *sip_table_find_merge(const struct sip_table *t,
    uint64_t merge);
uint64_t sip_table_id(const struct sip_table *t, const struct sip_slot *s);
/* NULL: stale. */
struct sip_slot *sip_table_get(const struct sip_table *t, uint64_t id);

/* To be called after retry_us or end_us changed. */
void sip_table_timed(struct sip_table *t, struct sip_slot *s);
/* The slot whose deadline is first; NULL when none has one. */
struct sip_slot *sip_table_first(const struct sip_table *t);
int64_t sip_table_due_us(const struct sip_slot *s);

/* Replaces what *text held. ERR_BUSY: no chunks left, *text is empty then. */
RT_MUST_USE enum err sip_table_store(struct sip_table *t,
    struct sip_table_text *text, struct slice bytes);
void sip_table_drop(struct sip_table *t, struct sip_table_text *text);
void sip_table_put(const struct sip_table *t, struct sip_table_text text,
    struct buf *out);

#endif
