/*
 * slots.h - the engine's fixed memory: every table that calls live in.
 *
 * Taken once; slots are handed out from free lists and never grow. What a slot
 * holds is the business of call.h and leg.h.
 */
#ifndef RT_ENGINE_SLOTS_H
#define RT_ENGINE_SLOTS_H

#include "sipworker/engine/call.h"
#include "sipworker/engine/engine.h"
#include "sipworker/engine/leg.h"
#include "sipworker/engine/out.h"
#include "sipworker/engine/port.h"
#include "sipworker/engine/quota.h"
#include "sipworker/engine/rate.h"
#include "sipworker/engine/registrar.h"
#include "sipworker/engine/timer.h"
#include "sipworker/engine/turns.h"

#define SLOTS_SNAPS  64
#define SLOTS_RECENT 1024

/* Kinds of timers, beyond enum call_timer. */
enum slots_timer {
	SLOTS_T_LEG_RETRY = CALL_TIMERS,
	SLOTS_T_LEG_NO_REPLY,
	SLOTS_T_LEG_SESSION,
	SLOTS_T_LEG_RING,
	SLOTS_T_LEG_PLAY,
	SLOTS_T_LEG_REL,
	SLOTS_T_REGISTER
};

struct slots_snap {
	const struct snap *snap; /* NULL: free */
	uint64_t key;
	uint32_t refs;
};

/* Addresses that a live called leg talks to, beyond the trunks. */
struct slots_peer {
	uint32_t ip; /* 0: free */
	uint32_t refs;
};

/* Hashes of caller, number and what only a copy of one INVITE has in common
 * with it; 0: the INVITE has none. */
enum slots_same_mark {
	SLOTS_SAME_TAG,      /* From's */
	SLOTS_SAME_SDP,      /* the whole description */
	SLOTS_SAME_SESSION,  /* Session-ID */
	SLOTS_SAME_CHARGING, /* icid-value */
	SLOTS_SAME_MARKS
};

struct slots_same {
	uint64_t mark[SLOTS_SAME_MARKS];
};

/* Calls of the last seconds: the same call again within 2 s. */
struct slots_recent {
	struct slots_same same;
	int64_t at_us;
	uint32_t call;
	uint32_t generation;
};

/* Addresses that did not reply a moment ago (hop.h). */
#define SLOTS_BAD 64
struct slots_bad {
	struct addr4 at;
	int64_t until_us; /* 0: unused */
};

/* Trunks whose every address did not reply, or said 503, until then. */
#define SLOTS_BAD_TRUNKS 32
struct slots_bad_trunk {
	struct trunk_id id;
	int64_t until_us; /* 0: unused */
};

/* Contacts of a redirection that were not called yet (redirect.h). */
#define SLOTS_CHOICES    64
#define SLOTS_CHOICE_MAX 4
struct slots_choice {
	uint64_t leg; /* ref; 0: unused */
	uint8_t n;
	uint8_t at;
	struct addr4 hop[SLOTS_CHOICE_MAX];
	char uri[SLOTS_CHOICE_MAX][LEG_URI_MAX];
};

struct engine {
	struct engine_cfg cfg;
	char agent[64];
	struct engine_now now; /* of the input at work */
	struct sip_txn_layer *txn;
	struct out out;
	struct timer_heap timers;
	struct flow_out flow_out; /* too large for a stack */
	struct port_table ports;
	struct call *calls;
	uint32_t n_calls;
	uint32_t free_call;
	struct leg *legs;
	uint32_t n_legs;
	uint32_t free_leg;
	uint32_t fresh_leg; /* legs from here on were never used */
	struct slots_peer *peers;
	uint32_t n_peers; /* a power of two */
	struct slots_snap snaps[SLOTS_SNAPS];
	uint32_t snap; /* slot for new calls; SLOTS_SNAPS: none yet */
	struct slots_recent recent[SLOTS_RECENT];
	uint32_t recent_at;
	struct call *waiting_head; /* for the journal, in its order */
	struct call *waiting_tail;
	uint64_t journal_seq; /* of the last record */
	uint64_t tickets;
	uint32_t generation;
	bool draining;
	struct turns turns;
	struct rate rate;
	struct quota quota;
	struct registrar registrar;
	struct slots_bad bad[SLOTS_BAD];
	struct slots_bad_trunk bad_trunk[SLOTS_BAD_TRUNKS];
	struct slots_choice choice[SLOTS_CHOICES];
	uint32_t choice_at;
	struct engine_stats stats;
};

RT_MUST_USE enum err slots_init(struct engine *e);
void slots_fini(struct engine *e);

/* NULL: none is free. Zeroed but for index and generation. */
struct call *slots_call_take(struct engine *e);
void slots_call_give(struct engine *e, struct call *c);
/* One for each free call is kept back for its caller. */
struct leg *slots_leg_take(struct engine *e, enum leg_side side);
void slots_leg_give(struct engine *e, struct leg *l);
/* The leg begins on this trunk, within the trunk's limits; false: one of them
 * is reached. Its end (or slots_leg_give()) gives its place back. */
bool slots_trunk_take(struct engine *e, struct leg *l,
    const struct snap_trunk *t);
void slots_trunk_give(struct engine *e, struct leg *l);

/* The leg's trunk as its call knows it; once the call is closed, as it is now.
 * False: it has none. */
bool slots_trunk_of(const struct engine *e, const struct leg *l,
    struct snap_trunk *out);

/* The current snapshot, held; NULL before the first came. */
const struct snap *slots_snap_now(const struct engine *e);
void slots_snap_hold(struct engine *e, uint32_t slot);
void slots_snap_drop(struct engine *e, uint32_t slot);
void slots_snap_set(struct engine *e, const struct snap *s, uint64_t key);

/* Counted: the same address may be several legs' peer. */
void slots_peer_add(struct engine *e, uint32_t ip);
void slots_peer_drop(struct engine *e, uint32_t ip);
bool slots_peer_known(const struct engine *e, uint32_t ip);

/* Counts what could not be sent; the caller goes on. */
void slots_count_unsent(struct engine *e, enum err err);
/* Copies as much of s as fits, cut at a character. */
void slots_copy_text(char *out, size_t cap, struct slice s);

/* The live call opened within 2 s that this is a copy of; else NULL. */
struct call *slots_recent_find(struct engine *e, const struct slots_same *same);
void slots_recent_add(struct engine *e, const struct slots_same *same,
    const struct call *c);

#endif
