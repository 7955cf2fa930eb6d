/*
 * sim_peer.h - a SIP user agent for simulations: the carrier that calls, or
 * the phone that is called, on the sip room's own transactions and dialogs.
 *
 * What a call does is drawn from the clock's dice when it begins: answers,
 * refuses, gives up, hangs up, holds, never confirms, forks.
 */
#ifndef RT_SIM_PEER_H
#define RT_SIM_PEER_H

#include "sipworker/sip/sdp.h"
#include "sipworker/sip/sip_dlg.h"
#include "sipworker/sip/sip_txn.h"
#include "tests/sim/sim_clock.h"

#define SIM_PEER_CALLS 4096

/* How one call of a peer behaves. */
struct sim_script {
	/* Caller */
	bool late_offer;
	bool anonymous;
	bool no_ack;
	int64_t cancel_us; /* after the INVITE; 0 never */
	unsigned int session_s;
	/* Called */
	bool silent;            /* no answer of any kind */
	bool early_media;       /* 183 with a description */
	bool reliable;          /* its 18x wants a PRACK */
	int64_t ring_us;        /* until 18x; -1 none */
	unsigned int refuse;    /* final code; 0: answers */
	int64_t answer_us;      /* until the final answer */
	bool fork;              /* a second 2xx with another tag */
	bool no_sdp;            /* 2xx without a description */
	bool answers_cancelled; /* 200 in the moment of the CANCEL */
	bool wants_auth;
	int64_t refer_us; /* hands its caller on, once talking; 0 never */
	/* Both, once talking; 0 never */
	int64_t bye_us;
	int64_t hold_us;
};

struct sim_peer;

struct sim_call {
	struct sim_peer *peer;
	bool used;
	bool over;
	bool answered;
	uint32_t generation;
	struct sim_script script;
	struct sip_dlg dlg;
	struct sip_txn_id invite;
	bool invited; /* we were */
	bool challenged;
	uint16_t port;
	uint32_t invite_cseq; /* of the one we got */
	uint32_t rseq;        /* of the 18x that waits for PRACK; 0: none */
	char call_id[64];
	char from[160];
	char to[100];
	char uri[96];
	char tag[SIP_TXN_TOKEN_MAX];
	unsigned int final; /* what the INVITE got */
};

struct sim_peer {
	struct sim_clock *clock;
	struct sip_txn_layer *txn;
	struct addr4 at;
	struct addr4 engine;
	void (*send)(void *arg, struct addr4 from, struct addr4 to,
	    struct slice bytes);
	void *arg;
	struct sim_call calls[SIM_PEER_CALLS];
	uint32_t last;
	uint32_t live;
	uint32_t talking;
	uint64_t invites;
	uint64_t answered;
	int64_t timer_us; /* 0: none is set */
	struct sim_call *forking;
	uint64_t confirmed;   /* 18x of ours, by PRACK */
	uint64_t unconfirmed; /* in 64 * T1, though we waited */
	uint64_t wrong_pracks;
	uint64_t refers;
	uint64_t transferred; /* of these, told so by NOTIFY */
	bool calm;            /* plain behaviour only */
};

void sim_peer_init(struct sim_peer *p, struct sim_clock *clock, struct addr4 at,
    struct addr4 engine);
void sim_peer_fini(struct sim_peer *p);
void sim_peer_input(struct sim_peer *p, struct addr4 from, struct slice bytes);
/* After something was sent: has the clock call for what is due next. */
void sim_peer_wake(struct sim_peer *p);
/* Places a call to the number, by the script. */
struct sim_call *sim_peer_call(struct sim_peer *p, const char *caller,
    const char *number, const struct sim_script *script);
/* Draws a script for a caller or a called. */
struct sim_script sim_peer_caller_script(struct sim_clock *c);
struct sim_script sim_peer_called_script(struct sim_clock *c);

#endif
