/*
 * sip_txn.h - the transaction layer: RFC 3261 17 with RFC 6026, 4320 and 3581.
 *
 * One struct sip_txn_layer is all transactions of one UDP socket. It is pure:
 * datagrams, time and a secret come in, datagrams and events go out through the
 * two callbacks; the same code serves the engine and the test caller. All
 * memory is taken in sip_txn_new().
 *
 * What it does by itself, so that its user need not:
 *  - parses, drops what is not SIP, answers malformed requests (400, 416, 505),
 *    merged ones (482), CANCEL for nothing (481), all with 503 + Retry-After
 *    when the table is full;
 *  - sends 100 to a new INVITE at once; re-sends responses to repeated
 *    requests; re-sends requests (timers A, E) and non-2xx finals (G);
 *  - ACKs every non-2xx final, also repeated ones;
 *  - re-sends our 2xx to an INVITE until sip_txn_acked(), at T1 doubling to T2;
 *  - re-sends the ACK given to sip_txn_ack() for every repeated 2xx;
 *  - CANCEL: holds ours back until a 1xx came, answers theirs with 200.
 *
 * Callbacks may call every function here but sip_txn_free(). A transaction is
 * named by a sip_txn_id that never comes again, so a stale one is harmless:
 * calls on it return ERR_NOTFOUND. `user` is the caller's own value (a leg's
 * number) that comes back in every event.
 */
#ifndef RT_SIP_TXN_H
#define RT_SIP_TXN_H

#include "sipworker/sip/sip_write.h"

#define SIP_TXN_T1_US (500 * INT64_C(1000))
#define SIP_TXN_T2_US (4 * RT_SEC_US)
#define SIP_TXN_T4_US (5 * RT_SEC_US)
/* Timers B, D, F, H, J, L, M. */
#define SIP_TXN_64T1_US (64 * SIP_TXN_T1_US)

struct sip_txn_layer;

struct sip_txn_id {
	uint64_t v; /* 0: none */
};

enum sip_txn_what {
	/* Server side. A new request; answer it with sip_txn_respond(), now or
	 * later. 100 was sent for INVITE. */
	SIP_TXN_REQUEST,
	/* An ACK for a 2xx: belongs to no transaction (id is 0); find the
	 * dialog and call sip_txn_acked() with the INVITE's id. */
	SIP_TXN_ACK,
	/* An INVITE not yet answered was cancelled; 200 to the CANCEL is sent.
	 * Answer the INVITE with 487. msg is the CANCEL. */
	SIP_TXN_CANCEL,
	/* Our 2xx or other final was never ACKed for 64 * T1. After a 2xx: send
	 * BYE. msg is NULL. */
	SIP_TXN_NO_ACK,
	/* Client side. A response: every 1xx above 100, and finals. Of an
	 * INVITE's 2xx each new To tag once more (forks: ACK and BYE those). */
	SIP_TXN_RESPONSE,
	/* No final response in time: as if 408 came. msg is NULL. */
	SIP_TXN_TIMEOUT,
	/* Both. The transaction's slot is free after this event; id is stale
	 * then. Comes exactly once for each id that the user has seen. */
	SIP_TXN_ENDED
};

struct sip_txn_event {
	enum sip_txn_what what;
	struct sip_txn_id id;
	uint64_t user;          /* as set; 0 for a new request */
	enum sip_method method; /* of the transaction */
	bool cancelled;         /* client: we asked to cancel this INVITE */
	/* Borrowed until the callback returns. */
	const struct sip_msg *msg;
	struct addr4 from; /* source of msg */
	int64_t now_us;
};

struct sip_txn_ops {
	void (*send)(void *arg, struct addr4 to, struct slice datagram);
	void (*event)(void *arg, const struct sip_txn_event *ev);
	void *arg;
};

struct sip_txn_conf {
	struct addr4 sent_by; /* our own, in Via */
	/* Transactions at a time, at most 1,000,000. The last eighth takes no
	 * requests from outside but BYE: what is full still ends its calls. */
	uint32_t slots;
	uint32_t chunks;     /* of 256 bytes for stored messages; 0: 6 a slot */
	struct slice secret; /* 32 random bytes: makes branches and tags */
	struct slice server; /* Server header of our own answers; may be "" */
};

struct sip_txn_stats {
	uint32_t live;        /* transactions now */
	uint32_t chunks_used; /* now */
	uint64_t received;
	uint64_t malformed;        /* dropped: not SIP */
	uint64_t bad;              /* requests answered 400, 416 or 505 */
	uint32_t malformed_source; /* of the last; 0: none yet */
	uint32_t bad_source;
	uint64_t stray;    /* responses to nothing */
	uint64_t repeated; /* absorbed retransmissions */
	uint64_t resent;   /* our own retransmissions */
	uint64_t refused;  /* 503: table full */
	uint64_t sent;
	uint64_t sent_large; /* above 1,300 bytes */
};

/* Takes all memory. ERR_NOMEM, ERR_RANGE (slots). */
RT_MUST_USE enum err sip_txn_new(const struct sip_txn_conf *conf,
    const struct sip_txn_ops *ops, struct sip_txn_layer **out);
void sip_txn_free(struct sip_txn_layer *t);

/* One datagram from a source that may talk to us. */
void sip_txn_input(struct sip_txn_layer *t, struct addr4 from,
    struct slice datagram, int64_t now_us);
/* Runs every timer that is due. */
void sip_txn_tick(struct sip_txn_layer *t, int64_t now_us);
/* When sip_txn_tick() has to be called next; INT64_MAX: not needed. */
int64_t sip_txn_next_us(const struct sip_txn_layer *t);
void sip_txn_stats(const struct sip_txn_layer *t, struct sip_txn_stats *out);

/* Attaches the caller's value. */
RT_MUST_USE enum err sip_txn_set_user(struct sip_txn_layer *t,
    struct sip_txn_id id, uint64_t user);

struct sip_txn_answer {
	unsigned int status;
	struct slice reason; /* "": the usual phrase */
	struct slice
	    to_tag; /* "": the layer makes one (same for one request) */
	struct slice headers; /* finished lines: Contact, Allow, ... */
	struct slice content_type;
	struct slice body;
};

/* Answers a server transaction. ERR_NOTFOUND: it is gone; ERR_CONFLICT: it has
 * a final response already; else as buf_err(): the answer was not sent. */
RT_MUST_USE enum err sip_txn_respond(struct sip_txn_layer *t,
    struct sip_txn_id id, const struct sip_txn_answer *a, int64_t now_us);
/* The ACK for our 2xx came: stops re-sending it. ERR_NOTFOUND when id is
 * stale, which is harmless. */
RT_MUST_USE enum err sip_txn_acked(struct sip_txn_layer *t,
    struct sip_txn_id id, int64_t now_us);

/* Sends a request (not ACK, not CANCEL) to `to` in a client transaction.
 * ERR_BUSY: table full; else as buf_err(). */
RT_MUST_USE enum err sip_txn_request(struct sip_txn_layer *t,
    const struct sip_write_request *r, struct addr4 to, uint64_t user,
    int64_t now_us, struct sip_txn_id *out);
/* Cancels an INVITE of ours: at the first 1xx if none came yet. The end is
 * still told by SIP_TXN_RESPONSE (487, or the 2xx of the race: ACK it, then
 * BYE) or SIP_TXN_TIMEOUT. `headers`: finished lines such as Reason, or "".
 * ERR_NOTFOUND: gone or final. Doing it twice is ERR_OK. */
RT_MUST_USE enum err sip_txn_cancel(struct sip_txn_layer *t,
    struct sip_txn_id id, struct slice headers, int64_t now_us);
/* What another layer needs to end an INVITE without final answer after this one
 * is gone: appends ours as it was sent, of theirs what its answers repeat, with
 * to_tag where it has none. *peer: where our messages of it go. ERR_NOTFOUND:
 * gone or final; else as buf_err(). */
RT_MUST_USE enum err sip_txn_keep(const struct sip_txn_layer *t,
    struct sip_txn_id id, struct slice to_tag, struct buf *out,
    struct addr4 *peer);
/* An INVITE that a layer before this one has kept, as if this one had sent it
 * and had a 1xx: to be cancelled. Nothing is sent. ERR_SYNTAX: it is none;
 * ERR_CONFLICT: it is here already; ERR_BUSY: table full. */
RT_MUST_USE enum err sip_txn_adopt_sent(struct sip_txn_layer *t,
    struct slice invite, struct addr4 to, uint64_t user, int64_t now_us,
    struct sip_txn_id *out);
/* The same for one that was received: to be answered. */
RT_MUST_USE enum err sip_txn_adopt_received(struct sip_txn_layer *t,
    struct slice kept, struct addr4 peer, int64_t now_us,
    struct sip_txn_id *out);
/* Has anything been answered to this request of ours, be it only 100? False
 * for a stale id. For giving up early on a next hop that is not there. */
bool sip_txn_heard(const struct sip_txn_layer *t, struct sip_txn_id id);
/* Sends the ACK (r->method ACK) for a 2xx, with the credentials that the INVITE
 * had, and keeps it for repeated ones. A stale id only sends, without. */
RT_MUST_USE enum err sip_txn_ack(struct sip_txn_layer *t, struct sip_txn_id id,
    const struct sip_write_request *r, struct addr4 to, int64_t now_us);

/* Fresh text of SIP_TXN_TOKEN_N characters [0-9a-f] for tags, Call-IDs and
 * cnonces: a keyed hash of a counter, unguessable without the secret. */
#define SIP_TXN_TOKEN_N   24
#define SIP_TXN_TOKEN_MAX (SIP_TXN_TOKEN_N + 1)
void sip_txn_token(struct sip_txn_layer *t, char out[SIP_TXN_TOKEN_MAX]);

#endif
