/*
 * leg.h - one leg of a call: its dialog, its INVITE, its stream.
 *
 * Leg 0 is the caller's, 1 and up are the attempts to reach somebody. A leg
 * outlives its part in the call: the CANCEL or BYE it has sent waits for its
 * answer, and a slot is given back only when the signalling, the stream and
 * the report (the LEG record) are done.
 *
 * leg_fsm's tables say what happens to it; leg_out writes its messages, leg_in
 * reads what comes, stream is its RTP, and ring.h and drive.h hear of it.
 */
#ifndef RT_ENGINE_LEG_H
#define RT_ENGINE_LEG_H

#include "lib/core/callrec.h"
#include "sipworker/engine/engine.h"
#include "sipworker/engine/leg_fsm.h"
#include "sipworker/engine/press.h"
#include "sipworker/engine/timer.h"
#include "sipworker/sip/sdp.h"
#include "sipworker/sip/sip_auth.h"
#include "sipworker/sip/sip_dlg.h"
#include "sipworker/sip/sip_txn.h"

#define LEG_TAG_MAX     48
#define LEG_CALLID_MAX  64
#define LEG_URI_MAX     320
#define LEG_NAME_MAX    420
#define LEG_REASON_MAX  96
#define LEG_HEADERS_MAX 2800 /* with credentials for two or three */
#define LEG_HOPS_MAX    8    /* addresses of one name that are tried */
#define LEG_PEERS_MAX   3    /* the hop, the one before, the far end */
/* What we understand and allow, for 200, 405 and 420. */
/* A called party may transfer, a caller not. */
#define LEG_ALLOW_CALLED LEG_ALLOW ", REFER"
#define LEG_ALLOW        "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK"

struct call;

/* Provisional answers that are confirmed (rel.h). */
struct leg_rel {
	bool on;
	bool waiting; /* for the PRACK of rseq */
	bool answer;  /* a 200 waits for it */
	uint16_t status;
	uint16_t next; /* to be sent after it; 0: nothing */
	uint32_t rseq;
	int64_t interval_us;
	int64_t until_us;
	struct timer timer;
};

/* A fork of our INVITE and its last confirmed answer (prack.h). */
#define LEG_FORKS_MAX 4
struct leg_fork {
	uint64_t tag; /* hash; 0: unused */
	uint32_t rseq;
};

struct leg {
	/* Slot */
	uint64_t ref; /* generation << 32 | index; never 0 when in use */
	uint32_t index;
	uint32_t next_free;
	bool used;
	struct call *call; /* NULL: the call is closed, signalling lingers */

	/* What it is */
	enum leg_side side;
	bool invited; /* they sent the INVITE: callers, and see pickup.h */
	enum leg_state state;
	uint8_t number;
	uint32_t trunk; /* row in the call's snapshot, or SNAP_NO_ROW */
	struct destination_id destination;
	struct trunk_id trunk_id;

	/* Called side: the attempt */
	uint32_t ticket; /* the flow's */
	uint32_t ring_s;
	uint8_t redirects; /* followed */
	bool hear_early;   /* the caller may hear its early media */
	bool elsewhere;    /* cancelled because another one answered */
	bool counted;      /* among its trunk's calls (quota.h) */
	bool transfer;     /* called because another one handed its caller on */
	uint32_t refer_cseq; /* of the REFER that it sent */
	struct timer ring;   /* nobody answers; the INVITE's Expires */

	/* Signalling */
	struct sip_dlg dlg;
	struct sip_txn_id invite; /* the one that began it */
	struct sip_txn_id re_in;  /* their re-INVITE that we accepted */
	struct sip_txn_id re_out; /* our re-INVITE or UPDATE under way */
	bool re_out_offers;       /* it is a re-INVITE */
	uint32_t re_in_cseq;
	struct sip_auth auth;
	uint8_t challenges;    /* that its INVITE has answered */
	uint32_t cseq;         /* of the initial INVITE, theirs or ours */
	struct addr4 hop;      /* where its INVITE goes; ip 0: not known yet */
	struct slice hop_name; /* borrowed from uri or snapshot, for that */
	struct addr4 hops[LEG_HOPS_MAX]; /* behind the name (hop.h) */
	uint8_t n_hops;
	uint8_t hop_at;
	bool resolving;
	uint8_t n_peers;
	uint32_t peer[LEG_PEERS_MAX]; /* ips in the table of peers */
	char tag[LEG_TAG_MAX];
	char call_id[LEG_CALLID_MAX];
	char uri[LEG_URI_MAX];
	char from[LEG_NAME_MAX];
	char to[LEG_URI_MAX + 8];
	char target[LEG_URI_MAX]; /* as people know it */
	enum engine_left told;    /* what the shell keeps of it (orphan.h) */
	struct sip_txn_id told_invite; /* the one that it keeps */
	struct timer retry;            /* a request that found no room */
	struct timer no_reply;         /* no answer at all to our INVITE */

	struct leg_rel rel;                  /* caller's side */
	struct leg_fork fork[LEG_FORKS_MAX]; /* called side */
	uint8_t next_fork;
	bool offers_rel;         /* our INVITE says 100rel */
	struct sip_txn_id prack; /* our last one, and what it says */
	uint32_t prack_rseq;
	uint32_t prack_cseq;
	struct sip_txn_id notify; /* the same for a transfer's */
	uint16_t notify_status;
	bool notify_last;

	/* Session timer, RFC 4028 */
	uint32_t session_s; /* 0: none */
	uint32_t longer_s;  /* asked for since a 422, not agreed yet; 0: none */
	bool we_refresh;
	int64_t session_end_us; /* then it is over, refreshed or not tried */
	bool peer_updates;      /* Allow: UPDATE */
	struct timer session;

	/* Offer and answer */
	struct sdp_local local;
	uint64_t said_hash; /* of the description we gave last; 0: none yet */
	struct sdp_audio remote;
	bool has_local;
	bool has_remote;
	bool
	    offered_late; /* our offer is in the 2xx, theirs comes in the ACK */
	bool answer_fixed; /* caller: our answer was shown once, stays */
	/* Offer and answer are complete before the call is (RFC 3262): UPDATE
	 * may bring another (RFC 3311 5.1). */
	bool early_session;
	bool early_changed; /* it did: the 200 has nothing to add */
	bool held;
	uint64_t media_hash; /* of the remote description last taken */

	/* Stream */
	uint32_t stream; /* 0: none */
	bool stream_open;
	bool closing;
	bool rec_on;
	uint8_t open_tries;
	bool media_failed;
	struct engine_media_stats stats;

	/* What it hears from us (play.h) */
	bool plays;
	uint32_t playing; /* the flow's ticket; 0: none is waited for */
	bool play_waits;  /* for the end of a hold */
	uint32_t play_prompt;
	uint32_t play_times;
	struct timer play;

	/* Keys (key.h) */
	bool listening;
	bool in_band;
	struct press_log presses;

	/* Report */
	bool over;    /* its part in the call is over */
	bool expired; /* nobody answered in the time that its INVITE gave */
	bool reported;
	bool has_media; /* TARGET was given once */
	bool ring_counted;
	int64_t invited_us;
	int64_t ringing_us;
	int64_t early_us;
	int64_t answered_us;
	int64_t ended_us;
	uint16_t sip_code;
	uint8_t q850;
	enum callrec_by ended_by;
	char reason[LEG_REASON_MAX];
};

/* A slot with a stream being opened; NULL: none is free. */
struct leg *leg_new(struct engine *e, struct call *c, enum leg_side side);
/* By the number in a tag or in a transaction's user; NULL: gone. */
struct leg *leg_by_ref(struct engine *e, uint64_t ref);
/* The leg whose dialog an incoming request belongs to; NULL: none. */
struct leg *leg_of_request(struct engine *e, const struct sip_msg *m);
/* The leg of this dialog, by our tag and theirs; NULL: none. */
struct leg *leg_of_dialog(struct engine *e, struct slice call_id,
    struct slice own_tag, struct slice their_tag);
/* Gives the slot back if nothing holds it any more. */
void leg_collect(struct engine *e, struct leg *l);

/* One step of leg_fsm with its actions. */
void leg_event(struct engine *e, struct leg *l, enum leg_event ev);
/* Its part in the call is over: ends the signalling (code, q850 and reason for
 * the other side), closes the stream. Doing it twice is harmless. */
void leg_drop(struct engine *e, struct leg *l, enum callrec_by by,
    uint16_t code, uint8_t q850, const char *reason);

/* Timers. */
void leg_on_retry(struct engine *e, struct leg *l);
void leg_on_no_reply(struct engine *e, struct leg *l);

#endif
